//! `/replay.json`: what `/replay` shows, for programs; for the same people, and as silent about each of them.
use axum::Json;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Serialize;

use crate::model::clock::Time;
use crate::pipeline::hindsight::Asked;
use crate::pipeline::hindsight::Policy;
use crate::pipeline::hindsight::Told;
use crate::pipeline::hindsight::summary::Of;
use crate::pipeline::hindsight::summary::Summary;
use crate::web::Web;
use crate::web::access::Lead;
use crate::web::error::PageError;
use crate::web::pages::replay;
use crate::web::pages::replay::SEED;
use crate::web::pages::replay::Wanted;

/// All of it.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    summary: Summary<'a>,
    /// The pull requests that were asked about, oldest first.
    pulls: Vec<Line>,
}

/// One pull request.
#[derive(Serialize)]
struct Line {
    repo: String,
    number: i32,
    opened: Time,
    /// How many people reviewed it.
    reviewers: usize,
    ours: &'static str,
    expert_only: &'static str,
    random: &'static str,
}

/// `GET /replay.json`, asked as `/replay` is: `?repo=OWNER/NAME`, `?last=N` and, where there are several, `?organisation=LOGIN`.
///
/// # Errors
/// [`PageError::ForLeads`] for whoever leads no team; [`PageError`] where there is nothing of that kind, or the database is away.
pub async fn show(
    State(web): State<Web>,
    Lead(visitor): Lead,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, PageError> {
    let Ok(Query(query)) = query else {
        return Err(PageError::no_such_page());
    };
    let view = replay::view(&web, &visitor, &query).await?;
    let (Some(organisation), Some(told)) = (&view.organisation, &view.told) else {
        return Err(PageError::NotFound("Nothing has arrived here yet.".to_owned()));
    };
    let of = Of {
        organisation,
        repository: view.repo.as_deref(),
        last: view.last,
        seed: SEED,
    };
    let answer = Answer {
        summary: Summary::shown(of, &told.report),
        pulls: told.report.asked.iter().map(|asked| line(told, asked)).collect(),
    };
    Ok(Json(answer).into_response())
}

fn line(told: &Told, asked: &Asked) -> Line {
    let (owner, name) = told.repo(asked.key.repo);
    let of = |policy| match asked.outcome(policy) {
        Some(true) => "who_reviewed",
        Some(false) => "somebody_else",
        None => "nobody",
    };
    Line {
        repo: format!("{owner}/{name}"),
        number: asked.key.number,
        opened: asked.opened,
        reviewers: asked.reviewers.len(),
        ours: of(Policy::Ours),
        expert_only: of(Policy::ExpertOnly),
        random: of(Policy::Random),
    }
}
