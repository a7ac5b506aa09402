//! Whether deliveries arrive and are worked off: the same as on `/admin`, for owners.
use axum::extract::State;
use chrono::DateTime;
use chrono::Datelike;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::ToSchema;

use crate::model::clock::Time;
use crate::model::ids::InboxId;
use crate::store::inbox;
use crate::store::inbox::DeadLetter as Rests;
use crate::web::Web;
use crate::web::api::asked::Asked;
use crate::web::api::caller::AdminRead;
use crate::web::api::caller::Caller;
use crate::web::api::paging;
use crate::web::api::paging::Part;
use crate::web::api::problem::Problem;
use crate::web::api::problem::RefusedQuery;
use crate::web::pages::admin;
use crate::web::pages::admin::View;
use crate::web::pages::admin_backfill;
use crate::web::pages::admin_backfill::Progress;

/// Which part of the dead letters.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichLetters {
    /// Dead letters of the part; 50 where none is said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// Where it begins: `after` of an earlier answer's `next`.
    after: Option<String>,
}

/// Whether deliveries arrive and are worked off.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Deliveries {
    /// What concerns the whole instance; null where several organisations share it: then it is shown to its operator only.
    instance: Option<Instance>,
    /// The dead letters, the latest to fail first; none where several organisations share the instance.
    dead_letters: Vec<DeadLetter>,
    /// How the looks for missed deliveries went; null: nobody looked yet.
    looks: Option<Looks>,
    /// How far the history of your repositories was read.
    history: Vec<History>,
    /// The address of the next part of the dead letters; null: this is the last.
    #[schema(format = "uri-reference")]
    next: Option<String>,
}

/// How the inbox and the queue stand.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Instance {
    /// When the last delivery came.
    last: Option<DateTime<Utc>>,
    /// Deliveries that were processed within a day.
    done_in_a_day: i64,
    /// Deliveries that wait.
    waiting: i64,
    /// When the oldest of these came.
    oldest_waiting: Option<DateTime<Utc>>,
    /// Dead letters in all, also those whose bodies are gone.
    dead: i64,
    /// Jobs that wait or run.
    jobs_waiting: i64,
    /// Jobs that gave up.
    jobs_gave_up: i64,
    /// Calls to GitHub left, as its last answer said; null: not known yet.
    calls_left: Option<u32>,
}

/// A delivery that could not be processed and rests.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct DeadLetter {
    /// GitHub's id of it.
    delivery: String,
    /// The event's name.
    event: String,
    /// When it came.
    received: DateTime<Utc>,
    /// Why it rests.
    failure: String,
}

/// How the looks for missed deliveries went; numbers and reasons only where the instance is shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Looks {
    /// When the last look that went through was.
    looked: Option<DateTime<Utc>>,
    /// Deliveries that it found missing.
    lost: Option<i64>,
    /// Of these, how many GitHub was asked to send again.
    asked: Option<i64>,
    /// When the last look failed; null: it went through.
    failed: Option<DateTime<Utc>>,
    /// Why it failed.
    failure: Option<String>,
    /// From when GitHub can't send again what happened; it is read anew as history.
    gap_from: Option<DateTime<Utc>>,
    /// Until when.
    gap_to: Option<DateTime<Utc>>,
}

/// How far the history of a repository was read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct History {
    /// The repository, `owner/name`.
    repository: String,
    /// Where it stands.
    stage: Stage,
    /// Pull requests that were read.
    done: u64,
    /// Pull requests in all; null: not known yet.
    total: Option<u64>,
    /// Why it failed.
    error: Option<String>,
    /// Numbers of pull requests that could not be had or read whole.
    left_out: Vec<i32>,
}

/// Where the reading of a history stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It waits for its turn.
    Waiting,
    /// It runs.
    Running,
    /// Somebody holds it.
    Paused,
    /// It failed and is tried again.
    Failed,
    /// It failed, and trying again by itself won't help.
    Broken,
    /// All is read.
    Done,
}

fn place_of(one: &Rests) -> (Time, i64) {
    (one.failed_at, one.id.0)
}

/// How deliveries stand
///
/// With the dead letters in parts.
#[utoipa::path(get, path = "/admin/deliveries", tag = "Instance", security(("token" = ["admin:read"])), params(WhichLetters),
    responses((status = 200, description = "How they stand", body = Deliveries,
        headers(("Link" = String, description = "The next part of the dead letters, where there is one"))), RefusedQuery))]
pub(super) async fn deliveries(
    State(web): State<Web>,
    caller: Caller<AdminRead>,
    Asked(which): Asked<WhichLetters>,
) -> Result<Part<Deliveries>, Problem> {
    let limit = paging::limit(which.limit)?;
    let after: Option<(Time, i64)> = paging::place(which.after.as_deref())?;
    if after.is_some_and(|(at, _)| !(1970..=9999).contains(&at.year())) {
        return Err(paging::no_such_place());
    }
    let view = admin::view(&web, &caller.visitor).await?;
    let mut part = Vec::new();
    if view.instance.is_some() {
        let most = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        let mut conn = web.pipeline.pool.acquire().await?;
        part = inbox::dead(&mut conn, after.map(|(at, id)| (at, InboxId(id))), most).await?;
    }
    let next = paging::cut(&mut part, limit, ("/api/v1/admin/deliveries", &[]), place_of);
    let body = Deliveries {
        instance: view.instance.as_ref().map(instance),
        dead_letters: part.into_iter().map(dead_letter).collect(),
        looks: looks(&view),
        history: view.history.into_iter().map(history).collect(),
        next: next.clone(),
    };
    Ok(Part { body, next })
}

fn instance(one: &admin::Instance) -> Instance {
    Instance {
        last: one.last,
        done_in_a_day: one.done,
        waiting: one.inbox.waiting,
        oldest_waiting: one.inbox.oldest,
        dead: one.inbox.dead,
        jobs_waiting: one.jobs.waiting,
        jobs_gave_up: one.jobs.gave_up,
        calls_left: one.calls_left,
    }
}

fn dead_letter(one: Rests) -> DeadLetter {
    DeadLetter {
        delivery: one.delivery,
        event: one.event,
        received: one.received_at,
        failure: one.failure,
    }
}

fn looks(view: &View) -> Option<Looks> {
    let looks = view.looks.as_ref()?;
    let with_numbers = view.instance.is_some();
    let failure = looks.failure();
    Some(Looks {
        looked: looks.swept_at,
        lost: with_numbers.then_some(looks.counts.lost),
        asked: with_numbers.then_some(looks.counts.asked),
        failed: failure.map(|(at, _)| *at),
        failure: failure.filter(|_| with_numbers).map(|(_, why)| why.clone()),
        gap_from: looks.gap.as_ref().map(|gap| gap.from),
        gap_to: looks.gap.as_ref().map(|gap| gap.to),
    })
}

fn history(one: Progress) -> History {
    History {
        repository: one.repo,
        stage: match one.stage {
            admin_backfill::Stage::Waiting => Stage::Waiting,
            admin_backfill::Stage::Running => Stage::Running,
            admin_backfill::Stage::Paused => Stage::Paused,
            admin_backfill::Stage::Failed => Stage::Failed,
            admin_backfill::Stage::Broken => Stage::Broken,
            admin_backfill::Stage::Done => Stage::Done,
        },
        done: one.done,
        total: one.total,
        error: one.error,
        left_out: one.left_out,
    }
}
