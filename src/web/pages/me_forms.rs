//! The forms of `/me`: goals, and the one switch that takes a person out of everything.
use axum::extract::State;
use axum::response::Redirect;
use maud::Markup;
use maud::html;
use serde::Deserialize;
use sqlx::Connection;
use sqlx::PgConnection;

use crate::model::availability::Availability;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::settings::Settings;
use crate::model::skill::Area;
use crate::model::wording;
use crate::pipeline::opt_out;
use crate::store::StoreError;
use crate::store::people;
use crate::store::people::Own;
use crate::store::people::Person;
use crate::store::reader::Reader;
use crate::store::sharing::Section;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::form;
use crate::web::form::Sent;
use crate::web::pages::me_availability;
use crate::web::pages::me_erase;
use crate::web::pages::me_export;
use crate::web::pages::me_tokens;
use crate::web::pages::sign_in::Nothing;
use crate::web::tenant;

/// What was saved just now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Saved {
    /// What to learn and to teach.
    Goals,
    /// Absences and own limits.
    Availability,
    /// Whether they may be listed among the silent experts.
    Asked,
    /// Something is theirs again.
    Declined,
    /// What a comment is about.
    Label,
    /// What they said of a comment counts no more.
    LabelBack,
    /// Back in everything.
    Back,
    /// What colleagues see.
    Sharing,
    /// What they answered to the one question.
    Answer,
    /// It was answered already, or asks about something else now.
    NoQuestion,
    /// Their answers are gone.
    AnswersGone,
    /// Whether they are asked.
    Asking,
    /// Whether their card is shown, and where.
    Card,
}

impl Saved {
    const ALL: [Self; 13] = [
        Self::Goals,
        Self::Availability,
        Self::Asked,
        Self::Declined,
        Self::Label,
        Self::LabelBack,
        Self::Back,
        Self::Sharing,
        Self::Answer,
        Self::NoQuestion,
        Self::AnswersGone,
        Self::Asking,
        Self::Card,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Goals => "goals",
            Self::Availability => "availability",
            Self::Asked => "asked",
            Self::Declined => "declined",
            Self::Label => "label",
            Self::LabelBack => "label-back",
            Self::Back => "back",
            Self::Sharing => "sharing",
            Self::Answer => "answer",
            Self::NoQuestion => "no-question",
            Self::AnswersGone => "answers-gone",
            Self::Asking => "asking",
            Self::Card => "card",
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
            Self::Goals => "Your goals are saved.",
            Self::Availability => "Your availability is saved. Others never see it.",
            Self::Sharing => "What colleagues see of your page is saved.",
            Self::Asked | Self::Asking => "Your choice is saved.",
            Self::Answer => "Thank you. Only you see what you answered.",
            Self::NoQuestion => "Nothing was saved: that question isn't open any more.",
            Self::AnswersGone => "Your answers are deleted.",
            Self::Declined => "It counts again in the next suggestions.",
            Self::Label => "Thank you: the label is corrected.",
            Self::Card => "What becomes of your card is saved.",
            Self::LabelBack => "What you said of that comment counts no more.",
            Self::Back => {
                "You are back. What you passed on and took up is being worked out again and is here within minutes."
            }
        }
    }

    /// To the page that says so.
    pub fn shown(self) -> Redirect {
        Redirect::to(&format!("/me?saved={}", self.word()))
    }
}

/// The visitor as a person who may appear.
///
/// # Errors
/// [`PageError`] for a visitor who is nobody, or where the database is away.
pub async fn me(conn: &mut PgConnection, visitor: &Visitor) -> Result<(InstallationId, Person), PageError> {
    let (reader, person) = me_as_reader(conn, visitor).await?;
    Ok((reader.installation(), person))
}

/// The visitor as a person who may appear, with what they may read.
///
/// # Errors
/// [`PageError`] for a visitor who is nobody, or where the database is away.
pub async fn me_as_reader(conn: &mut PgConnection, visitor: &Visitor) -> Result<(Reader, Person), PageError> {
    let (reader, login) = nameable(conn, visitor).await?;
    let person = standing(conn, &reader, &login).await?.ok_or(PageError::NobodyChosen)?;
    Ok((reader, person))
}

/// Whoever reads, as a person who may appear: by number where they signed in, by login in the demo.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn standing(conn: &mut PgConnection, reader: &Reader, login: &str) -> Result<Option<Person>, StoreError> {
    match reader.person() {
        Some(person) => people::by_id(conn, reader.installation(), person).await,
        None => people::by_login(conn, reader.installation(), login).await,
    }
}

/// The number of whoever reads, whether they may appear or not: of their sign-in, or by login in the demo.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn number(conn: &mut PgConnection, reader: &Reader, login: &str) -> Result<Option<PersonId>, StoreError> {
    match reader.person() {
        Some(person) => Ok(Some(person)),
        None => Ok(people::called(conn, reader.installation(), login).await?.pop()),
    }
}

/// The number of whoever reads, where they may appear or signed in; none: nobody has that login.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn viewer(conn: &mut PgConnection, reader: &Reader, login: &str) -> Result<Option<PersonId>, StoreError> {
    match reader.person() {
        Some(person) => Ok(Some(person)),
        None => Ok(people::by_login(conn, reader.installation(), login)
            .await?
            .map(|person| person.id)),
    }
}

/// The visitor as they themselves may see it, opted out or not, with as whom they read.
///
/// # Errors
/// [`PageError`] for a visitor who is nobody or was erased, or where the database is away.
pub async fn own(conn: &mut PgConnection, visitor: &Visitor) -> Result<(Reader, Own), PageError> {
    let (reader, login) = nameable(conn, visitor).await?;
    let nobody = || {
        if visitor.demo {
            PageError::NobodyChosen
        } else {
            PageError::NobodyHere
        }
    };
    let person = number(conn, &reader, &login).await?.ok_or_else(nobody)?;
    let own = people::own(conn, reader.installation(), person).await?;
    Ok((reader, own.ok_or_else(nobody)?))
}

/// As whom the visitor reads, and the login, whether they opted out or not.
async fn nameable(conn: &mut PgConnection, visitor: &Visitor) -> Result<(Reader, String), PageError> {
    let reader = tenant::own(conn, visitor).await?;
    reader.zip(visitor.login.clone()).ok_or(PageError::NobodyChosen)
}

/// The fields of the goals.
#[derive(Debug, Deserialize)]
pub struct Goals {
    #[serde(default)]
    learn: Vec<String>,
    #[serde(default)]
    teach: Vec<String>,
    /// There where the box is ticked.
    shown: Option<String>,
}

/// `POST /me/goals`: what to learn and what to teach, by area.
///
/// # Errors
/// [`PageError`] for a form that isn't ours or can't be read, or a visitor who is nobody.
pub async fn goals(State(web): State<Web>, sent: Sent<Goals>) -> Result<Redirect, PageError> {
    let Some(Goals { learn, teach, shown }) = sent.fields else {
        return Err(NO_SUCH_AREA);
    };
    set_goals(&web, &sent.visitor, (&learn, &teach), shown.is_some()).await?;
    Ok(Saved::Goals.shown())
}

const NO_SUCH_AREA: PageError = PageError::Unreadable("There is no such skill area. Go back and choose from the list.");

/// Keeps what the visitor would like to learn and teach, by area, and whether colleagues may see it.
///
/// # Errors
/// [`PageError::Unreadable`] for a word that names no area, [`PageError`] for a visitor who is nobody, or where the database is away.
pub(in crate::web) async fn set_goals(
    web: &Web,
    visitor: &Visitor,
    (learn, teach): (&[String], &[String]),
    shown: bool,
) -> Result<(), PageError> {
    let (Some(learn), Some(teach)) = (slugs(learn), slugs(teach)) else {
        return Err(NO_SUCH_AREA);
    };
    let mut conn = web.pipeline.pool.acquire().await?;
    let (id, person) = me(&mut conn, visitor).await?;
    let mut tx = conn.begin().await.map_err(StoreError::from)?;
    people::set_goals(&mut tx, id, person.id, (&learn, &teach), shown).await?;
    if !shown {
        opt_out::rewrite(&web.pipeline, &mut tx, id, person.id).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

/// The areas that words name, each once, in the order in which areas are shown; none where a word names no area.
pub(super) fn areas(words: &[String]) -> Option<Vec<Area>> {
    let chosen: Vec<Area> = words.iter().map(|word| word.parse().ok()).collect::<Option<_>>()?;
    Some(Area::ALL.into_iter().filter(|area| chosen.contains(area)).collect())
}

/// The slugs of these areas.
fn slugs(words: &[String]) -> Option<Vec<String>> {
    Some(areas(words)?.into_iter().map(|area| area.slug().to_owned()).collect())
}

/// `POST /me/out`: out of everything.
///
/// # Errors
/// [`PageError`] for a form that isn't ours, or a visitor who is nobody.
pub async fn out(State(web): State<Web>, sent: Sent<Nothing>) -> Result<Redirect, PageError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let (id, person) = me(&mut conn, &sent.visitor).await?;
    drop(conn);
    opt_out::out(&web.pipeline, id, person.id).await?;
    Ok(Redirect::to("/me"))
}

/// `POST /me/back`: back in.
///
/// # Errors
/// [`PageError`] for a form that isn't ours, or a visitor who is nobody.
pub async fn back(State(web): State<Web>, sent: Sent<Nothing>) -> Result<Redirect, PageError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let (reader, login) = nameable(&mut conn, &sent.visitor).await?;
    let person = number(&mut conn, &reader, &login).await?;
    drop(conn);
    match person {
        Some(person) if opt_out::back(&web.pipeline, reader.installation(), person).await? => Ok(Saved::Back.shown()),
        _ => Err(PageError::NobodyChosen),
    }
}

/// The forms of goals and absence.
#[must_use]
pub fn render(
    (person, shared): (&Person, &[Section]),
    (chosen, settings): (&Availability, &Settings),
    token: &str,
) -> Markup {
    html! { (goals_form(person, shared.contains(&Section::Goals), token)) (me_availability::section(chosen, settings, token)) }
}

/// The switch that takes a person out of everything.
#[must_use]
pub fn render_out_of_all(token: &str) -> Markup {
    html! {
        section id="privacy" {
            h2 { "Out of everything" }
            p {
                "With this switch you are absent here: from suggestions, from silent experts, from other people's pages, and what you "
                "passed on or took up goes with you. You can come back at any time; a card that you show has to be switched on again then."
            }
            form method="post" action="/me/out" { (form::token_field(token)) button.quiet type="submit" { "Take me out of everything" } }
        }
    }
}

/// The page of somebody who opted out.
#[must_use]
pub fn render_out(login: &str, token: &str) -> Markup {
    html! {
        p.over { "My page" }
        h1 { (login) }
        div.note { p { strong { "You are out of everything." } " You are suggested to nobody, and no page shows your name, except this one to you." } }
        form method="post" action="/me/back" { (form::token_field(token)) button type="submit" { "Take me back in" } }
        (me_export::section())
        (me_tokens::section())
        (me_erase::section())
    }
}

fn goals_form(person: &Person, shown: bool, token: &str) -> Markup {
    html! {
        section id="goals" {
            h2 { "What you would like to learn and teach" }
            p { "Suggestions go by these only while colleagues may see them, since a suggestion says why. What you lack is never said." }
            form method="post" action="/me/goals" {
                (form::token_field(token))
                div.scroll {
                    table.goals {
                        caption.hidden { "Skill areas to learn and to teach" }
                        thead { tr { th scope="col" { "Area" } th scope="col" { "Learn" } th scope="col" { "Teach" } } }
                        tbody { @for area in Area::ALL { (goal(area, person)) } }
                    }
                }
                p { label { input type="checkbox" name="shown" value="yes" checked[shown]; " Colleagues may see these, and suggestions go by them" } }
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

#[cfg(test)]
mod tests {
    use super::*;

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
