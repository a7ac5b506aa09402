//! The forms of `/me`: goals, absence, and the one switch that takes a person out of everything.
use axum::extract::State;
use axum::response::Redirect;
use axum_extra::extract::Form;
use axum_extra::extract::FormRejection;
use chrono::Days;
use chrono::NaiveDate;
use chrono::NaiveTime;
use maud::Markup;
use maud::html;
use serde::Deserialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::skill::Area;
use crate::model::wording;
use crate::pipeline::opt_out;
use crate::store::people;
use crate::store::people::Person;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::same_origin::SameOrigin;
use crate::web::tenant;

/// Days that somebody can be away at most: a year is meant, a typing slip in the year is not.
const AWAY_DAYS: u64 = 366;

/// What was saved just now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Saved {
    /// What to learn and to teach.
    Goals,
    /// The absence.
    Away,
    /// Something is theirs again.
    Declined,
    /// Back in everything.
    Back,
}

impl Saved {
    const ALL: [Self; 4] = [Self::Goals, Self::Away, Self::Declined, Self::Back];

    fn word(self) -> &'static str {
        match self {
            Self::Goals => "goals",
            Self::Away => "away",
            Self::Declined => "declined",
            Self::Back => "back",
        }
    }

    /// What the word in the address says, if it is one of ours.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|saved| saved.word() == word)
    }

    /// The words that people read.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Goals => "Your goals are saved. The next suggestions consider them.",
            Self::Away => "Your absence is saved. Others never see it.",
            Self::Declined => "It counts again in the next suggestions.",
            Self::Back => {
                "You are back. What you passed on and took up is being worked out again and is here within minutes."
            }
        }
    }

    /// The page that says so.
    pub fn shown(self) -> Redirect {
        Redirect::to(&format!("/me?saved={}", self.word()))
    }
}

/// The visitor as a person who may appear.
///
/// # Errors
/// [`PageError::NobodyChosen`] where they are nobody here.
pub async fn me(conn: &mut PgConnection, visitor: &Visitor) -> Result<(InstallationId, Person), PageError> {
    let (id, login) = nameable(conn, visitor).await?;
    let person = people::by_login(conn, id, &login)
        .await?
        .ok_or(PageError::NobodyChosen)?;
    Ok((id, person))
}

/// The visitor's tenant and login, whether they opted out or not.
async fn nameable(conn: &mut PgConnection, visitor: &Visitor) -> Result<(InstallationId, String), PageError> {
    let id = tenant::of_demo(conn, visitor).await?;
    id.zip(visitor.login.clone()).ok_or(PageError::NobodyChosen)
}

/// The fields of the goals.
#[derive(Debug, Deserialize)]
pub struct Goals {
    #[serde(default)]
    learn: Vec<String>,
    #[serde(default)]
    teach: Vec<String>,
}

/// `POST /me/goals`: what to learn and what to teach, by area.
///
/// # Errors
/// [`PageError`] for a form that isn't ours or can't be read, or a visitor who is nobody.
pub async fn goals(
    State(web): State<Web>,
    visitor: Visitor,
    _: SameOrigin,
    form: Result<Form<Goals>, FormRejection>,
) -> Result<Redirect, PageError> {
    let unreadable = PageError::Unreadable("There is no such skill area. Go back and choose from the list.");
    let Ok(Form(Goals { learn, teach })) = form else {
        return Err(unreadable);
    };
    let (Some(learn), Some(teach)) = (slugs(&learn), slugs(&teach)) else {
        return Err(unreadable);
    };
    let mut conn = web.pipeline.pool.acquire().await?;
    let (id, person) = me(&mut conn, &visitor).await?;
    people::set_goals(&mut conn, id, person.id, &learn, &teach).await?;
    Ok(Saved::Goals.shown())
}

/// The areas' own slugs, each once, in the order in which areas are shown; none where a word names no area.
fn slugs(words: &[String]) -> Option<Vec<String>> {
    let chosen: Vec<Area> = words.iter().map(|word| word.parse().ok()).collect::<Option<_>>()?;
    Some(
        Area::ALL
            .into_iter()
            .filter(|area| chosen.contains(area))
            .map(|area| area.slug().to_owned())
            .collect(),
    )
}

/// The field of the absence.
#[derive(Debug, Deserialize)]
pub struct Away {
    #[serde(default)]
    until: String,
}

/// `POST /me/away`: the last day of an absence; empty for back.
///
/// # Errors
/// [`PageError`] for a form that isn't ours or can't be read, or a visitor who is nobody.
pub async fn away(
    State(web): State<Web>,
    visitor: Visitor,
    _: SameOrigin,
    form: Result<Form<Away>, FormRejection>,
) -> Result<Redirect, PageError> {
    let unreadable =
        PageError::Unreadable("That is no day within the next year. Go back and choose one, or leave it empty.");
    let Ok(Form(Away { until })) = form else {
        return Err(unreadable);
    };
    let Some(until) = end_of(&until, web.pipeline.clock.now()) else {
        return Err(unreadable);
    };
    let mut conn = web.pipeline.pool.acquire().await?;
    let (id, person) = me(&mut conn, &visitor).await?;
    people::set_away(&mut conn, id, person.id, until).await?;
    Ok(Saved::Away.shown())
}

/// The end of a day written as `2026-11-30`, from today on and within a year; `Some(None)` for an empty field.
#[expect(clippy::option_option, reason = "no day is a choice, a wrong one is none")]
fn end_of(day: &str, now: Time) -> Option<Option<Time>> {
    if day.trim().is_empty() {
        return Some(None);
    }
    let day = NaiveDate::parse_from_str(day.trim(), "%Y-%m-%d").ok()?;
    let today = now.date_naive();
    let last = today.checked_add_days(Days::new(AWAY_DAYS))?;
    (today..=last).contains(&day).then_some(())?;
    Some(Some(day.succ_opt()?.and_time(NaiveTime::MIN).and_utc()))
}

/// `POST /me/out`: out of everything.
///
/// # Errors
/// [`PageError`] for a form that isn't ours, or a visitor who is nobody.
pub async fn out(State(web): State<Web>, visitor: Visitor, _: SameOrigin) -> Result<Redirect, PageError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let (id, person) = me(&mut conn, &visitor).await?;
    drop(conn);
    opt_out::out(&web.pipeline, id, &person.login).await?;
    Ok(Redirect::to("/me"))
}

/// `POST /me/back`: back in.
///
/// # Errors
/// [`PageError`] for a form that isn't ours, or a visitor who is nobody.
pub async fn back(State(web): State<Web>, visitor: Visitor, _: SameOrigin) -> Result<Redirect, PageError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let (id, login) = nameable(&mut conn, &visitor).await?;
    drop(conn);
    opt_out::back(&web.pipeline, id, &login)
        .await?
        .ok_or(PageError::NobodyChosen)?;
    Ok(Saved::Back.shown())
}

/// The forms.
#[must_use]
pub fn render(person: &Person, now: Time) -> Markup {
    html! {
        (goals_form(person))
        (away_form(person, now))
        section id="privacy" {
            h2 { "Out of everything" }
            p {
                "With this switch you are absent here: from suggestions, from silent experts, from other people's pages, and what you "
                "passed on or took up goes with you. You can come back at any time."
            }
            form method="post" action="/me/out" { button.quiet type="submit" { "Take me out of everything" } }
        }
    }
}

/// The page of somebody who opted out.
#[must_use]
pub fn render_out(login: &str) -> Markup {
    html! {
        p.over { "My page" }
        h1 { (login) }
        div.note { p { strong { "You are out of everything." } " You are suggested to nobody, and no page shows your name, except this one to you." } }
        form method="post" action="/me/back" { button type="submit" { "Take me back in" } }
    }
}

fn goals_form(person: &Person) -> Markup {
    html! {
        section id="goals" {
            h2 { "What you would like to learn and teach" }
            p { "A wish to learn may be named as a reason where you are suggested. What you lack never is." }
            form method="post" action="/me/goals" {
                div.scroll {
                    table.goals {
                        caption.hidden { "Skill areas to learn and to teach" }
                        thead { tr { th scope="col" { "Area" } th scope="col" { "Learn" } th scope="col" { "Teach" } } }
                        tbody { @for area in Area::ALL { (goal(area, person)) } }
                    }
                }
                p { button type="submit" { "Save goals" } }
            }
        }
    }
}

fn goal(area: Area, person: &Person) -> Markup {
    let slug = area.slug();
    let has = |goals: &[String]| goals.iter().any(|goal| goal == slug);
    html! {
        tr {
            th scope="row" { (area.name()) br; span.soft.small { (area.about()) } }
            td { label { input type="checkbox" name="learn" value=(slug) checked[has(&person.learn)] aria-label={ "Learn " (wording::area(area)) }; } }
            td { label { input type="checkbox" name="teach" value=(slug) checked[has(&person.teach)] aria-label={ "Teach " (wording::area(area)) }; } }
        }
    }
}

fn away_form(person: &Person, now: Time) -> Markup {
    let until = person.away_until.filter(|until| *until > now);
    let last_day = until.map(|until| (until - chrono::Duration::seconds(1)).format("%Y-%m-%d").to_string());
    html! {
        section id="away" {
            h2 { "Away" }
            p { "While you are away, you are not suggested. Others see neither that nor why." }
            form method="post" action="/me/away" {
                div.row {
                    div.field {
                        label for="until" { "Until the end of (leave it empty when you are here)" }
                        input id="until" type="date" name="until" value=[last_day];
                    }
                    button type="submit" { "Save absence" }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use chrono::Utc;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::back("", Some(""))]
    #[case::today("2026-11-12", Some("2026-11-13"))]
    #[case::next_week("2026-11-19", Some("2026-11-20"))]
    #[case::yesterday("2026-11-11", None)]
    #[case::a_slip_in_the_year("2206-11-19", None)]
    #[case::no_day("2026-02-30", None)]
    #[case::no_date("soon", None)]
    fn an_absence_ends_with_its_last_day(#[case] typed: &str, #[case] until: Option<&str>) {
        let now = Utc.with_ymd_and_hms(2026, 11, 12, 15, 0, 0).unwrap();
        let day = |until: Option<Time>| until.map_or_else(String::new, |until| until.format("%Y-%m-%d").to_string());
        assert_eq!(end_of(typed, now).map(day).as_deref(), until);
    }

    #[test]
    fn goals_are_areas_only_each_once() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            slugs(&words(&["testing", "correctness", "testing"])),
            Some(words(&["correctness", "testing"]))
        );
        assert_eq!(slugs(&words(&["testing", "<script>"])), None);
    }
}
