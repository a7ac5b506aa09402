//! Open pull requests, as on `/`, and one with what is suggested for it, as on `/pulls/OWNER/REPO/NUMBER`.
use axum::Json;
use axum::extract::State;
use chrono::DateTime;
use chrono::Datelike;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::ToSchema;

use crate::model::clock::Time;
use crate::model::ids::RepoId;
use crate::model::suggestion;
use crate::store::pulls;
use crate::store::pulls::OpenPull;
use crate::web::Web;
use crate::web::api::asked::Asked;
use crate::web::api::asked::Named;
use crate::web::api::caller::Caller;
use crate::web::api::caller::PeopleRead;
use crate::web::api::paging;
use crate::web::api::paging::Part;
use crate::web::api::problem::Problem;
use crate::web::api::problem::RefusedPath;
use crate::web::api::problem::RefusedQuery;
use crate::web::named_pull::NamedPull;
use crate::web::pages::pull;
use crate::web::pages::pull::View;
use crate::web::tenant;

/// Which part of the open pull requests.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichPulls {
    /// The organisation's login, where you may see several.
    organisation: Option<String>,
    /// Entries of the part; 50 where none is said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// Where it begins: `after` of an earlier answer's `next`.
    after: Option<String>,
}

/// A part of the open pull requests.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct PullPart {
    /// The organisation that is looked at; null: nothing has arrived yet.
    organisation: Option<String>,
    /// The other organisations that you may look at.
    other_organisations: Vec<String>,
    /// Those that you may read, newest first.
    pull_requests: Vec<Listed>,
    /// The address of the next part; null: this is the last.
    #[schema(format = "uri-reference")]
    next: Option<String>,
}

/// An open pull request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = OpenPullRequest)]
pub struct Listed {
    /// The repository, `owner/name`.
    #[schema(examples("acme/shop"))]
    repository: String,
    /// Its number.
    #[schema(minimum = 1)]
    number: i32,
    /// Its title.
    title: String,
    /// Who opened it, by login; null: somebody who is not shown, or a bot.
    author: Option<String>,
    /// When it was opened.
    opened: DateTime<Utc>,
    /// What is suggested for it.
    #[schema(format = "uri-reference")]
    suggestion: String,
}

fn place_of(one: &OpenPull) -> (Time, i64, i32) {
    (one.created_at, one.repo_id.0, one.number)
}

/// Where an address says to begin; no place that no answer gave.
fn left(after: Option<&str>) -> Result<Option<pulls::Left>, Problem> {
    let place: Option<(Time, i64, i32)> = paging::place(after)?;
    let good = |at: Time| (1970..=9999).contains(&at.year());
    match place {
        Some((at, ..)) if !good(at) => Err(paging::no_such_place()),
        place => Ok(place.map(|(at, repo, number)| (at, RepoId(repo), number))),
    }
}

/// Open pull requests, in parts
#[utoipa::path(get, path = "/pulls", tag = "People and pull requests", security(("token" = ["people:read"])), params(WhichPulls),
    responses((status = 200, description = "A part of them", body = PullPart,
        headers(("Link" = String, description = "The next part, where there is one"))), RefusedQuery))]
pub(super) async fn open_pulls(
    State(web): State<Web>,
    caller: Caller<PeopleRead>,
    Asked(which): Asked<WhichPulls>,
) -> Result<Part<PullPart>, Problem> {
    let limit = paging::limit(which.limit)?;
    let after = left(which.after.as_deref())?;
    let mut conn = web.pipeline.pool.acquire().await?;
    let (chosen, others) = tenant::chosen(&mut conn, &caller.visitor, which.organisation.as_deref()).await?;
    let mut part = match &chosen {
        Some((_, reader)) => {
            let most = i64::try_from(limit + 1).unwrap_or(i64::MAX);
            pulls::open(&mut conn, reader, after, most).await?
        }
        None => Vec::new(),
    };
    let query: Vec<(&str, &str)> = which
        .organisation
        .iter()
        .map(|login| ("organisation", login.as_str()))
        .collect();
    let next = paging::cut(&mut part, limit, ("/api/v1/pulls", &query), place_of);
    let body = PullPart {
        organisation: chosen.map(|(tenant, _)| tenant.login),
        other_organisations: others,
        pull_requests: part.into_iter().map(listed).collect(),
        next: next.clone(),
    };
    Ok(Part { body, next })
}

fn listed(one: OpenPull) -> Listed {
    Listed {
        suggestion: format!("/api/v1/pulls/{}/{}/{}", one.owner, one.repo, one.number),
        repository: format!("{}/{}", one.owner, one.repo),
        number: one.number,
        title: one.title,
        author: one.author,
        opened: one.created_at,
    }
}

/// A pull request with what is suggested for it.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct PullRequest {
    /// The repository, `owner/name`.
    repository: String,
    /// Its number.
    #[schema(minimum = 1)]
    number: i32,
    /// Its title.
    title: String,
    /// How it stands: `Open`, `Draft`, `Merged` or `Closed`.
    state: &'static str,
    /// Who opened it, by login; null: somebody who is not shown, or a bot.
    author: Option<String>,
    /// A bot opened it; nobody is suggested then.
    by_bot: bool,
    /// When it was opened.
    opened: DateTime<Utc>,
    /// The pull request on the code host.
    #[schema(format = "uri")]
    link: String,
    /// What a reader must know, in sentences.
    notes: Vec<&'static str>,
    /// Who could review it; null: nothing is suggested.
    suggestion: Option<Suggestion>,
}

/// Who could review a pull request.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Suggestion {
    /// Someone who knows.
    expert: Slot,
    /// Someone from another team who would learn.
    learner: Slot,
    /// How many could not be considered, and why. Names and reasons of absences are never told.
    left_out: LeftOut,
    /// What people said of the suggestion; null while fewer than five did.
    votes: Option<Votes>,
    /// When it was worked out.
    made: DateTime<Utc>,
    /// For which head, the first ten digits; null: an unknown one.
    head: Option<String>,
    /// Which ranker made it.
    model: String,
}

/// One of the two places.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Slot {
    /// Somebody is suggested.
    Picked {
        /// Who, by login.
        login: String,
        /// The sum of the reasons' weights, for this pull request only.
        score: f64,
        /// Why, strongest first.
        reasons: Vec<Reason>,
    },
    /// Somebody was asked already, so nobody else is suggested.
    AlreadyAsked {
        /// Logins or team names.
        who: Vec<String>,
    },
    /// Nobody.
    Nobody {
        /// Why, in general terms.
        why: String,
    },
}

/// A reason.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Reason {
    /// Which part of the score it is.
    part: &'static str,
    /// What it adds to the score.
    weight: f64,
    /// The words that people read, with code between backquotes.
    words: String,
}

/// How many could not be considered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct LeftOut {
    /// No members with read access.
    not_members: u32,
    /// Away.
    away: u32,
    /// At their limit of open reviews.
    at_capacity: u32,
    /// Suggested often enough that day.
    daily_cap: u32,
    /// Suggested as a learner often enough that week.
    mentoring_budget: u32,
}

/// What people said of a suggestion.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Votes {
    /// It is good.
    good: i64,
    /// It isn't useful.
    not_useful: i64,
}

/// One pull request
///
/// With who could review it and why. One that you may not read is answered as one that isn't there.
#[utoipa::path(get, path = "/pulls/{owner}/{repo}/{number}", tag = "People and pull requests", security(("token" = ["people:read"])),
    params(
        ("owner" = String, Path, description = "The repository's owner"),
        ("repo" = String, Path, description = "The repository's name"),
        ("number" = i32, Path, description = "Its number", minimum = 1)
    ),
    responses((status = 200, description = "The pull request", body = PullRequest), RefusedPath))]
pub(super) async fn one_pull(
    State(web): State<Web>,
    caller: Caller<PeopleRead>,
    Named((owner, repo, number)): Named<(String, String, String)>,
) -> Result<Json<PullRequest>, Problem> {
    let named = NamedPull::of((owner, repo), &number)?;
    let mut conn = web.pipeline.pool.acquire().await?;
    let found = named.read(&mut conn, &caller.visitor).await?;
    let at = (&web.pipeline.addresses, web.pipeline.clock.now());
    let view = pull::view(&mut conn, found, at).await?;
    Ok(Json(PullRequest {
        notes: pull::notes(&view),
        state: pull::state(&view.pull),
        suggestion: suggested(&view),
        repository: format!("{}/{}", view.repo.owner, view.repo.name),
        number: view.number,
        title: view.pull.title,
        author: view.pull.author_login,
        by_bot: view.pull.by_bot,
        opened: view.pull.created_at,
        link: view.link,
    }))
}

fn suggested(view: &View) -> Option<Suggestion> {
    let stored = view.stored.as_ref()?;
    let left_out = stored.suggestion.left_out;
    let head: String = stored.head.chars().take(10).collect();
    let votes = view.votes;
    Some(Suggestion {
        expert: slot(&stored.suggestion.expert),
        learner: slot(&stored.suggestion.learner),
        left_out: LeftOut {
            not_members: left_out.not_members,
            away: left_out.away,
            at_capacity: left_out.at_capacity,
            daily_cap: left_out.daily_cap,
            mentoring_budget: left_out.mentoring_budget,
        },
        votes: (votes.good + votes.not_useful >= pull::FEWEST_VOTES).then_some(Votes {
            good: votes.good,
            not_useful: votes.not_useful,
        }),
        made: stored.made_at,
        head: (!head.is_empty()).then_some(head),
        model: stored.suggestion.model.clone(),
    })
}

fn slot(slot: &suggestion::Slot) -> Slot {
    match slot {
        suggestion::Slot::Picked(pick) => Slot::Picked {
            login: pick.login.clone(),
            score: pick.score,
            reasons: pick.reasons.iter().map(reason).collect(),
        },
        suggestion::Slot::AlreadyAsked { who } => Slot::AlreadyAsked { who: who.clone() },
        suggestion::Slot::Nobody { why } => Slot::Nobody { why: why.clone() },
    }
}

fn reason(one: &suggestion::Reason) -> Reason {
    Reason {
        part: pull::part(one.part),
        weight: one.weight,
        words: one.words.clone(),
    }
}
