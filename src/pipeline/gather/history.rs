//! What a repository's past teaches the ranker: what is kept of it, or what was known at another time.
use std::sync::Arc;

use chrono::Duration;
use sqlx::PgConnection;

use crate::model::ids::InstallationId;
use crate::model::settings::Settings;
use crate::pipeline::StepError;
use crate::pipeline::aside::aside;
use crate::pipeline::gather::Knowledge;
use crate::pipeline::gather::Question;
use crate::pipeline::gather::declines;
use crate::pipeline::pasts;
use crate::pipeline::pasts::Asked;
use crate::pipeline::pasts::Pasts;
use crate::store::declines::Declined;
use crate::store::past;
use crate::store::past::PastPull;
use crate::store::reader::Reader;
use crate::suggest::past::Past;
use crate::suggest::query::PastChange;
use crate::suggest::query::PastReview;

/// Pull requests that are read at most for one question alone.
const MOST_PULLS: i64 = 3_000;

/// What the past tells a question. What is kept of now says nothing of another time, and the pull request asked about counts for nothing;
/// such a question reads a past of its own.
pub async fn past(
    conn: &mut PgConnection,
    (id, question): (InstallationId, &Question),
    (settings, pasts): (&Settings, &Pasts),
    left: Vec<Declined>,
) -> Result<Arc<Past>, StepError> {
    let key = question.key;
    if question.knowledge == Knowledge::Now {
        let asked = Asked {
            ignore: &settings.ignore,
            left: &left,
            besides: key.number,
            at: question.at,
        };
        if let Some(past) = pasts.of(conn, (id, key.repo), asked).await? {
            return Ok(past);
        }
    }
    let span = past::Span {
        repo: Some(key.repo),
        since: question.at - Duration::days(pasts::HISTORY_DAYS),
        before: question.at,
        limit: Some(MOST_PULLS),
    };
    let mut pulls = past::past_pulls(conn, &Reader::of_everything(id), span).await?;
    pulls.retain(|pull| pull.number != key.number);
    for pull in &mut pulls {
        pull.files.retain(|path| !settings.ignores_path(path));
    }
    let mut changes = authored(&pulls);
    let mut reviews = reviewed(pulls);
    for left in &left {
        for review in &mut reviews {
            declines::forget_review(review, left);
        }
        changes.retain(|change| !declines::is_forgotten(change, left));
    }
    let at = question.at;
    aside(move || Arc::new(Past::of(&reviews, &changes, at))).await
}

/// Past changes that count as written: merged ones.
fn authored(past: &[PastPull]) -> Vec<PastChange> {
    past.iter()
        .filter_map(|pull| {
            let author = pull.author?;
            let at = pull.merged_at?;
            Some(PastChange {
                pull: pull.number,
                author,
                at,
                files: pull.files.clone(),
            })
        })
        .collect()
}

fn reviewed(past: Vec<PastPull>) -> Vec<PastReview> {
    past.into_iter()
        .filter(|pull| !pull.reviewers.is_empty())
        .map(|pull| PastReview {
            pull: pull.number,
            author: pull.author,
            at: pull.created_at,
            closed_at: pull.closed_at,
            reviewers: pull.reviewers,
            files: pull.files,
        })
        .collect()
}
