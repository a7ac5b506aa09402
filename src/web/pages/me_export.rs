//! `/me/export.json`: everything that Peerlore holds of a person and may show them, for that person only, opted out or not.
use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use chrono::Duration;
use chrono::NaiveDate;
use maud::Markup;
use maud::html;
use serde::Serialize;
use sqlx::PgConnection;

use crate::model::availability::Absence;
use crate::model::clock::Time;
use crate::model::comment::AreaGuess;
use crate::model::skill::Area;
use crate::pipeline::Addresses;
use crate::pipeline::profile;
use crate::pipeline::profile::Profile;
use crate::store::answers;
use crate::store::answers::Given;
use crate::store::availability;
use crate::store::cards;
use crate::store::cards::Card;
use crate::store::corrections;
use crate::store::corrections::Correction;
use crate::store::declines;
use crate::store::declines::Declined;
use crate::store::feedback;
use crate::store::feedback::OwnVote;
use crate::store::file_work;
use crate::store::file_work::OwnFile;
use crate::store::members;
use crate::store::members::OwnTime;
use crate::store::people::Own;
use crate::store::reader::Reader;
use crate::store::sharing;
use crate::store::suggestions;
use crate::store::suggestions::Naming;
use crate::store::teams;
use crate::store::teams::OwnPlace;
use crate::store::tenants;
use crate::store::tokens;
use crate::store::tokens::Listed;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::pages::card;
use crate::web::pages::me_forms;

/// Lines of one kind, at most; nobody comes near it.
const MOST: i64 = 1_000_000;

/// All of it.
#[derive(Serialize)]
pub struct Export {
    login: String,
    organisation: String,
    made_at: Time,
    out_of_everything: bool,
    profile: Profile,
    goals: BTreeMap<&'static str, Vec<String>>,
    availability: Chosen,
    shared_with_colleagues: Vec<String>,
    may_be_listed_as_silent_expert: bool,
    wants_no_question_of_the_week: bool,
    answers: Vec<Answer>,
    corrections: Vec<Label>,
    said_is_not_theirs: Vec<NotTheirs>,
    votes_on_suggestions: Vec<OwnVote>,
    suggestions: Vec<Naming>,
    who_looked: Vec<Look>,
    /// None: it isn't shown.
    card: Option<ShownCard>,
    membership: Vec<OwnTime>,
    teams: Vec<OwnPlace>,
    files_of_imported_histories: Vec<OwnFile>,
    /// Never the token itself, nor its digest.
    access_tokens: Vec<Listed>,
}

/// A card that whoever has its address sees.
#[derive(Serialize)]
struct ShownCard {
    address: String,
    passes_on: Vec<Area>,
    learned: Vec<Area>,
    shown_at: Time,
}

/// When and how much they want to be asked.
#[derive(Serialize)]
struct Chosen {
    absences: Vec<Days>,
    away_until: Option<Time>,
    capacity: Option<u32>,
    daily_cap: Option<u32>,
    mentoring_budget: Option<u32>,
    /// What GitHub said within a day; none: it wasn't asked, or didn't say.
    busy_on_github: Option<bool>,
}

#[derive(Serialize)]
struct Days {
    first_day: NaiveDate,
    last_day: NaiveDate,
}

#[derive(Serialize)]
struct Answer {
    pull: String,
    comment: String,
    taught: Option<bool>,
    at: Time,
}

#[derive(Serialize)]
struct Label {
    pull: String,
    comment: String,
    /// Who said it; none: they themselves.
    by: Option<String>,
    areas: Vec<Area>,
    read: Vec<AreaGuess>,
    counts: bool,
    at: Time,
}

#[derive(Serialize)]
struct NotTheirs {
    /// "area" or "folder".
    kind: &'static str,
    what: String,
    /// The repository of a folder.
    repo: Option<String>,
    at: Time,
}

#[derive(Serialize)]
struct Look {
    /// None: somebody who is not shown.
    login: Option<String>,
    at: Time,
}

/// `GET /me/export.json`: a file to keep.
///
/// # Errors
/// [`PageError`] for a visitor who is nobody or was erased, or where the database is away.
pub async fn download(State(web): State<Web>, visitor: Visitor) -> Result<Response, PageError> {
    let export = export(&web, &visitor).await?;
    let as_file = [(header::CONTENT_DISPOSITION, "attachment; filename=\"peerlore.json\"")];
    Ok((as_file, Json(export)).into_response())
}

/// Reads all of it.
pub(in crate::web) async fn export(web: &Web, visitor: &Visitor) -> Result<Export, PageError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let (reader, own) = me_forms::own(&mut conn, visitor).await?;
    let now = web.pipeline.clock.now();
    read(&mut conn, (&reader, own), &web.pipeline.addresses, now).await
}

async fn read(
    conn: &mut PgConnection,
    (reader, own): (&Reader, Own),
    addresses: &Addresses,
    now: Time,
) -> Result<Export, PageError> {
    let (id, person) = (reader.installation(), own.person.id);
    let organisation = tenants::installation(conn, id).await?;
    let answers = answers::of_person(conn, reader, person).await?;
    let corrections = corrections::seen_by(conn, reader, person, MOST).await?;
    let declined = declines::of_person(conn, reader, person).await?;
    let looks = sharing::looks(conn, reader, person, MOST).await?;
    Ok(Export {
        organisation: organisation.map(|one| one.login).unwrap_or_default(),
        made_at: now,
        out_of_everything: own.out,
        profile: profile::profile(conn, reader, &own.person, (now, addresses)).await?,
        availability: chosen(conn, (reader, &own), now).await?,
        answers: answers.iter().map(|one| answer(one, addresses)).collect(),
        corrections: corrections.into_iter().map(|one| label(one, addresses)).collect(),
        said_is_not_theirs: declined.into_iter().map(not_theirs).collect(),
        votes_on_suggestions: feedback::of_person(conn, reader, person).await?,
        suggestions: suggestions::naming(conn, reader, person).await?,
        who_looked: looks
            .into_iter()
            .map(|look| Look {
                login: look.login,
                at: look.at,
            })
            .collect(),
        card: cards::of_person(conn, id, person)
            .await?
            .map(|card| shown(card, addresses)),
        membership: members::of_person(conn, id, person).await?,
        teams: teams::of_person(conn, id, person).await?,
        access_tokens: tokens::of_person(conn, (id, person), now).await?,
        files_of_imported_histories: file_work::of_person(conn, reader, person).await?,
        shared_with_colleagues: own.shares,
        may_be_listed_as_silent_expert: own.may_be_asked,
        wants_no_question_of_the_week: own.unasked,
        goals: BTreeMap::from([("learn", own.person.learn), ("teach", own.person.teach)]),
        login: own.person.login,
    })
}

async fn chosen(conn: &mut PgConnection, (reader, own): (&Reader, &Own), now: Time) -> Result<Chosen, PageError> {
    let (id, person) = (reader.installation(), own.person.id);
    let said = availability::of_person(conn, id, person, now.date_naive()).await?;
    let statuses = availability::statuses(conn, id, &[person], now - Duration::days(1)).await?;
    let days = |absence: Absence| Days {
        first_day: absence.first_day,
        last_day: absence.last_day,
    };
    Ok(Chosen {
        absences: said.absences.into_iter().map(days).collect(),
        away_until: own.person.away_until,
        capacity: said.capacity,
        daily_cap: said.daily_cap,
        mentoring_budget: said.mentoring_budget,
        busy_on_github: statuses
            .get(&person)
            .and_then(|status| status.as_ref().map(|status| status.busy)),
    })
}

fn answer(one: &Given, addresses: &Addresses) -> Answer {
    let whose = (one.owner.as_str(), one.repo.as_str(), one.pull);
    Answer {
        comment: profile::comment_link(addresses, whose, (one.place, one.comment)),
        pull: format!("{}/{}#{}", one.owner, one.repo, one.pull.number),
        taught: one.taught,
        at: one.at,
    }
}

fn label(one: Correction, addresses: &Addresses) -> Label {
    let whose = (one.owner.as_str(), one.repo.as_str(), one.pull);
    Label {
        comment: profile::comment_link(addresses, whose, (one.place, one.comment)),
        pull: format!("{}/{}#{}", one.owner, one.repo, one.pull.number),
        by: one.by,
        areas: one.areas,
        read: one.read,
        counts: one.counts,
        at: one.at,
    }
}

fn shown(card: Card, addresses: &Addresses) -> ShownCard {
    ShownCard {
        address: format!("{}{}", addresses.own, card::path(&card)),
        passes_on: card.said.passes_on,
        learned: card.said.learned,
        shown_at: card.shown_at,
    }
}

fn not_theirs(one: Declined) -> NotTheirs {
    NotTheirs {
        kind: if one.is_area { "area" } else { "folder" },
        what: one.what,
        repo: (!one.is_area).then_some(one.repo_name),
        at: one.at,
    }
}

/// The way to it, on `/me`.
#[must_use]
pub fn section() -> Markup {
    html! {
        section id="export" {
            h2 { "What is known of you" }
            p {
                "All that Peerlore holds of you and may show you, in one file for programs: what this page says, and your teams, the "
                "suggestions that named you, and what a git history that was imported tells of you. Of other people it says what this page does. "
                "Your pull requests, reviews and comments themselves are on GitHub."
            }
            p { a href="/me/export.json" download="peerlore.json" { "Download everything that is known of you" } }
        }
    }
}
