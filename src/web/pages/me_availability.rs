//! When and how much somebody wants to be asked: the form on `/me`. Bad input comes back as it was typed, with what is wrong.
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Response;
use chrono::Days;
use chrono::NaiveDate;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::model::availability::Absence;
use crate::model::availability::Availability;
use crate::model::settings::Settings;
use crate::pipeline::settings;
use crate::store::availability;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::form::Sent;
use crate::web::form::token_field;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::pages::me_forms;
use crate::web::pages::me_forms::Saved;

/// Days ahead that an absence can reach: two years are meant, a typing slip in the year is not.
const AHEAD_DAYS: u64 = 731;
/// Absences that somebody can enter.
const MOST_ABSENCES: usize = 12;
/// Empty lines below those that are filled.
const EMPTY_LINES: usize = 2;
/// The largest number that makes sense in any of the fields.
const MOST: u32 = 100;

/// The fields as they were typed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// First days, one a line.
    pub from: Vec<String>,
    /// Last days, the same way.
    pub until: Vec<String>,
    /// Open reviews at which they are full.
    pub capacity: String,
    /// Suggestions in a day.
    pub daily_cap: String,
    /// Learner suggestions in a week.
    pub mentoring_budget: String,
}

impl From<&Availability> for Typed {
    fn from(chosen: &Availability) -> Self {
        let number = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
        let days = |day: fn(&Absence) -> NaiveDate| chosen.absences.iter().map(|a| day(a).to_string()).collect();
        Self {
            from: days(|absence| absence.first_day),
            until: days(|absence| absence.last_day),
            capacity: number(chosen.capacity),
            daily_cap: number(chosen.daily_cap),
            mentoring_budget: number(chosen.mentoring_budget),
        }
    }
}

/// What is wrong with one field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The field's id on the page.
    pub field: String,
    /// What is wrong, and what to do.
    pub words: String,
}

/// What was typed as a choice, or everything that is wrong with it.
///
/// # Errors
/// One [`Fault`] a field.
pub fn read(typed: &Typed, today: NaiveDate) -> Result<Availability, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut absences = Vec::new();
    for line in 0..typed.from.len().max(typed.until.len()) {
        match absence(typed, line, today) {
            Ok(found) => absences.extend(found),
            Err(fault) => faults.push(fault),
        }
    }
    if absences.len() > MOST_ABSENCES {
        faults.push(Fault {
            field: "from-1".to_owned(),
            words: format!("Enter at most {MOST_ABSENCES} absences; join those that follow each other."),
        });
    }
    absences.sort_unstable();
    let mut number = |field: &str, text: &str| match limit(text) {
        Ok(number) => number,
        Err(words) => {
            faults.push(Fault {
                field: field.to_owned(),
                words,
            });
            None
        }
    };
    let chosen = Availability {
        capacity: number("capacity", &typed.capacity),
        daily_cap: number("daily_cap", &typed.daily_cap),
        mentoring_budget: number("mentoring_budget", &typed.mentoring_budget),
        absences,
    };
    if faults.is_empty() { Ok(chosen) } else { Err(faults) }
}

/// One line of absences; none where both its fields are empty. Without a first day it begins today.
fn absence(typed: &Typed, line: usize, today: NaiveDate) -> Result<Option<Absence>, Fault> {
    let text = |days: &[String]| days.get(line).map_or("", |day| day.trim()).to_owned();
    let (from, until) = (text(&typed.from), text(&typed.until));
    if from.is_empty() && until.is_empty() {
        return Ok(None);
    }
    let fault = |field: &str, words: String| Fault {
        field: format!("{field}-{}", line + 1),
        words,
    };
    let day = |field: &str, text: &str| {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| fault(field, format!("Write the day like {today}.")))
    };
    if until.is_empty() {
        return Err(fault("until", "Enter the last day, too.".to_owned()));
    }
    let last_day = day("until", &until)?;
    let first_day = if from.is_empty() { today } else { day("from", &from)? };
    let ahead = today.checked_add_days(Days::new(AHEAD_DAYS)).unwrap_or(NaiveDate::MAX);
    if last_day < today {
        return Err(fault(
            "until",
            "This absence is over. Empty the line, or enter a later day.".to_owned(),
        ));
    }
    if last_day < first_day {
        return Err(fault("until", "The last day comes before the first.".to_owned()));
    }
    if last_day > ahead {
        return Err(fault("until", format!("Enter a day up to {ahead}.")));
    }
    Ok(Some(Absence { first_day, last_day }))
}

fn limit(text: &str) -> Result<Option<u32>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse::<u32>().ok().filter(|number| *number <= MOST);
    number
        .map(Some)
        .ok_or_else(|| format!("Enter a whole number from 0 to {MOST}, or leave it empty."))
}

/// `POST /me/availability`: absences and own limits. What can't be read comes back as it was typed, with what is wrong.
///
/// # Errors
/// [`PageError`] for a form that isn't ours, or a visitor who is nobody.
pub async fn save(State(web): State<Web>, Sent { visitor, fields }: Sent<Typed>) -> Result<Response, PageError> {
    let Some(typed) = fields else {
        return Err(PageError::Unreadable(
            "These fields can't be read. Go back and try again.",
        ));
    };
    let Err(faults) = keep(&web, &visitor, &typed).await? else {
        return Ok(Saved::Availability.shown().into_response());
    };
    let mut conn = web.pipeline.pool.acquire().await?;
    let (id, _) = me_forms::me(&mut conn, &visitor).await?;
    let usual = settings::of_tenant(&mut conn, &web.pipeline.settings, id).await?;
    let frame = Frame {
        title: "Availability",
        place: Place::Me,
        visitor: Some(&visitor),
    };
    let page = layout::page(&frame, &render_again(&typed, &faults, (&usual, &visitor.token)));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Keeps what the visitor typed and gives it as it was read, or says all that is wrong with it.
///
/// # Errors
/// [`PageError`] for a visitor who is nobody, or where the database is away.
pub(in crate::web) async fn keep(
    web: &Web,
    visitor: &Visitor,
    typed: &Typed,
) -> Result<Result<Availability, Vec<Fault>>, PageError> {
    let mut tx = web.pipeline.pool.begin().await?;
    let (id, person) = me_forms::me(&mut tx, visitor).await?;
    let chosen = match read(typed, web.pipeline.clock.now().date_naive()) {
        Ok(chosen) => chosen,
        Err(faults) => return Ok(Err(faults)),
    };
    availability::set(&mut tx, id, person.id, &chosen).await?;
    tx.commit().await?;
    Ok(Ok(chosen))
}

/// The page for input that can't be kept.
#[must_use]
pub fn render_again(typed: &Typed, faults: &[Fault], (settings, token): (&Settings, &str)) -> Markup {
    html! {
        p.over { a href="/me" { "My page" } }
        h1 { "Availability" }
        div.note role="alert" {
            p { strong { "Nothing was saved yet." } " Please look at:" }
            ul { @for fault in faults { li { a href={ "#" (fault.field) } { (fault.words) } } } }
        }
        (form(typed, faults, (settings, token)))
    }
}

/// The section on the person's own page.
#[must_use]
pub fn section(chosen: &Availability, settings: &Settings, token: &str) -> Markup {
    html! {
        section id="availability" {
            h2 { "Availability" }
            p { "Whoever is away or full is not suggested. Others see neither that it is you nor why: only how many could not be asked." }
            (form(&Typed::from(chosen), &[], (settings, token)))
        }
    }
}

fn form(typed: &Typed, faults: &[Fault], (settings, token): (&Settings, &str)) -> Markup {
    let filled = typed.from.len().max(typed.until.len());
    let lines = (filled + EMPTY_LINES).min(MOST_ABSENCES.max(filled));
    let text = |days: &[String], line: usize| days.get(line).cloned().unwrap_or_default();
    html! {
        form method="post" action="/me/availability" {
            (token_field(token))
            fieldset {
                legend { "Days away" }
                p.soft.small { "From the first to the last day, both included, in UTC. Empty a line to remove it." }
                @for line in 0..lines {
                    div.row {
                        (day(("from", line), &text(&typed.from, line), faults))
                        (day(("until", line), &text(&typed.until, line), faults))
                    }
                }
            }
            fieldset {
                legend { "How much" }
                p.soft.small { "Leave a field empty for what is usual here." }
                (number(("capacity", "Open reviews at which I am full"), &typed.capacity, &format!("usually {}", settings.capacity), faults))
                (number(("daily_cap", "Suggestions in a day, at most"), &typed.daily_cap, &format!("usually {}, which a larger number doesn't raise", settings.daily_cap), faults))
                (number(("mentoring_budget", "Times a week as somebody who would learn, at most"), &typed.mentoring_budget, &format!("usually {}, which a larger number doesn't raise; 0 for never", settings.mentoring_budget), faults))
            }
            p { button type="submit" { "Save availability" } }
        }
    }
}

fn fault_of<'f>(field: &str, faults: &'f [Fault]) -> Option<&'f str> {
    let fault = faults.iter().find(|fault| fault.field == field);
    fault.map(|fault| fault.words.as_str())
}

fn day((name, line): (&str, usize), value: &str, faults: &[Fault]) -> Markup {
    let id = format!("{name}-{}", line + 1);
    let words = if name == "from" { "First day" } else { "Last day" };
    let fault = fault_of(&id, faults);
    let about = fault.map(|_| format!("{id}-fault"));
    // A date field would drop what isn't a date: what was typed wrongly has to stay.
    let kind = if fault.is_some() { "text" } else { "date" };
    html! {
        div.field {
            label for=(id) { (words) span.hidden { ", line " (line + 1) } }
            input id=(id) type=(kind) name=(name) value=(value) aria-invalid=[fault.map(|_| "true")] aria-describedby=[about.as_deref()];
            @if let (Some(words), Some(about)) = (fault, &about) { p.fault id=(about) { (words) } }
        }
    }
}

fn number((name, label): (&str, &str), value: &str, usual: &str, faults: &[Fault]) -> Markup {
    let fault = fault_of(name, faults);
    let about = if fault.is_some() {
        format!("{name}-usual {name}-fault")
    } else {
        format!("{name}-usual")
    };
    html! {
        div.field {
            label for=(name) { (label) }
            input id=(name) type="text" inputmode="numeric" name=(name) value=(value) size="4" autocomplete="off" aria-invalid=[fault.map(|_| "true")] aria-describedby=(about);
            " " span.soft.small id={ (name) "-usual" } { (usual) }
            @if let Some(words) = fault { p.fault id={ (name) "-fault" } { (words) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn typed(from: &str, until: &str) -> Typed {
        Typed {
            from: vec![from.to_owned()],
            until: vec![until.to_owned()],
            ..Typed::default()
        }
    }

    fn today() -> NaiveDate {
        "2026-11-12".parse().unwrap()
    }

    #[rstest]
    #[case::nothing("", "", Ok(""))]
    #[case::a_week("2026-11-16", "2026-11-20", Ok("2026-11-16 2026-11-20"))]
    #[case::one_day("2026-11-12", "2026-11-12", Ok("2026-11-12 2026-11-12"))]
    #[case::from_today("", "2026-11-20", Ok("2026-11-12 2026-11-20"))]
    #[case::since_last_week("2026-11-05", "2026-11-20", Ok("2026-11-05 2026-11-20"))]
    #[case::spaces(" 2026-11-16", "2026-11-20 ", Ok("2026-11-16 2026-11-20"))]
    #[case::no_end("2026-11-16", "", Err("until-1: Enter the last day, too."))]
    #[case::turned("2026-11-20", "2026-11-16", Err("until-1: The last day comes before the first."))]
    #[case::over(
        "2026-11-01",
        "2026-11-11",
        Err("until-1: This absence is over. Empty the line, or enter a later day.")
    )]
    #[case::a_slip("2026-11-16", "2206-11-20", Err("until-1: Enter a day up to 2028-11-12."))]
    #[case::no_day("2026-02-30", "2026-11-20", Err("from-1: Write the day like 2026-11-12."))]
    #[case::no_date("2026-11-16", "soon", Err("until-1: Write the day like 2026-11-12."))]
    fn absences_are_read_or_refused_in_words(
        #[case] from: &str,
        #[case] until: &str,
        #[case] expected: Result<&str, &str>,
    ) {
        let found = match read(&typed(from, until), today()) {
            Ok(chosen) => {
                let days = chosen
                    .absences
                    .iter()
                    .map(|a| format!("{} {}", a.first_day, a.last_day));
                Ok(days.collect::<String>())
            }
            Err(faults) => Err(format!("{}: {}", faults[0].field, faults[0].words)),
        };
        assert_eq!(found.as_deref().map_err(String::as_str), expected);
    }

    #[rstest]
    #[case("", Ok(None))]
    #[case("0", Ok(Some(0)))]
    #[case(" 12 ", Ok(Some(12)))]
    #[case("101", Err(()))]
    #[case("-1", Err(()))]
    #[case("many", Err(()))]
    #[case("1.5", Err(()))]
    fn limits_are_whole_numbers(#[case] text: &str, #[case] expected: Result<Option<u32>, ()>) {
        assert_eq!(limit(text).map_err(|_| ()), expected);
    }

    #[test]
    fn every_fault_is_told_and_nothing_typed_is_lost() {
        let typed = Typed {
            from: vec!["2026-11-16".to_owned(), "<b>".to_owned()],
            until: vec![String::new(), "2026-12-24".to_owned()],
            capacity: "few".to_owned(),
            daily_cap: "3".to_owned(),
            mentoring_budget: String::new(),
        };
        let faults = read(&typed, today()).unwrap_err();
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["until-1", "from-2", "capacity"]);
        let page = render_again(&typed, &faults, (&Settings::default(), "token")).into_string();
        for kept in ["2026-11-16", "&lt;b&gt;", "2026-12-24", "few", "value=\"3\""] {
            assert!(page.contains(kept), "{kept}\n{page}");
        }
        assert_eq!(page.matches("aria-invalid=\"true\"").count(), 3);
        assert!(!page.contains("<b>"));
    }
}
