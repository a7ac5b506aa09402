//! Shows the stored suggestion on the pull request: one comment or one check run a head, edited in place, never doubled.
mod around;
mod check;
mod replies;

use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::model::settings::Surface;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::ask;
pub use crate::pipeline::publish::around::Around;
pub use crate::pipeline::publish::replies::reply;
use crate::store::suggestions;
use crate::store::tenants;
use crate::store::tenants::Repo;
use crate::suggest::words;

/// Shows the stored suggestion where this surface says.
///
/// Where GitHub declines it for good, it is shown on the page only.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn suggestion(
    pipeline: &Pipeline,
    id: InstallationId,
    key: PullKey,
    surface: Surface,
) -> Result<(), StepError> {
    match surface {
        Surface::Web => Ok(()),
        Surface::Check => unless_declined(key, check::show(pipeline, id, key, Unposted::Post).await),
        Surface::Comment => comment(pipeline, id, key).await,
        Surface::Request => {
            unless_declined(key, ask::expert(pipeline, id, key).await)?;
            comment(pipeline, id, key).await
        }
    }
}

/// What happens where no comment or check run of ours is noted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Unposted {
    /// One is posted.
    Post,
    /// None is.
    Leave,
}

/// Posts the stored suggestion's comment, or edits the one that is there; does nothing where it would read the same.
///
/// Where GitHub declines it for good (the conversation is locked, the App may not write), the suggestion is shown on the
/// page only.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn comment(pipeline: &Pipeline, id: InstallationId, key: PullKey) -> Result<(), StepError> {
    unless_declined(key, up_to_date(pipeline, id, key, Unposted::Post).await)
}

fn unless_declined(key: PullKey, shown: Result<(), StepError>) -> Result<(), StepError> {
    match shown {
        Err(StepError::Forge(error)) if !error.may_pass() => {
            tracing::warn!(repo.id = key.repo.0, pull.number = key.number, %error, "the suggestion is shown on its page only");
            Ok(())
        }
        done => done,
    }
}

/// Takes whoever opted out of the comment, check runs and answers that were posted, whatever became of the pull request
/// since, and of the setting that had them posted.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn redact(pipeline: &Pipeline, id: InstallationId, key: PullKey) -> Result<(), StepError> {
    let mut conn = pipeline.pool.acquire().await?;
    let repo = tenants::repo(&mut conn, id, key.repo).await?;
    let tenant = tenants::installation(&mut conn, id).await?;
    drop(conn);
    let error = if repo.is_none() || tenant.is_none_or(|tenant| tenant.silent) {
        // Once it has, the comment is brought up to date.
        let mut conn = pipeline.pool.acquire().await?;
        suggestions::redact_later(&mut conn, id, key).await?;
        "the App has no access there now; until it has".to_owned()
    } else {
        match redact_all(pipeline, id, key).await {
            Err(StepError::Forge(error)) if !error.may_pass() => error.to_string(),
            done => return done,
        }
    };
    tracing::error!(
        repo.id = key.repo.0,
        pull.number = key.number,
        error,
        "our comment may still name somebody who opted out; edit or delete it on GitHub"
    );
    Ok(())
}

/// What one of them is refused doesn't keep the others.
async fn redact_all(pipeline: &Pipeline, id: InstallationId, key: PullKey) -> Result<(), StepError> {
    let comment = up_to_date(pipeline, id, key, Unposted::Leave).await;
    let checks = check::redact(pipeline, id, key).await;
    let replies = replies::redact(pipeline, id, key).await;
    comment.and(checks).and(replies)
}

/// Shows what is stored until the comment says just that: somebody may opt out while it is being written.
async fn up_to_date(
    pipeline: &Pipeline,
    id: InstallationId,
    key: PullKey,
    unposted: Unposted,
) -> Result<(), StepError> {
    while show(pipeline, id, key, unposted).await? {}
    Ok(())
}

/// Writes the comment where it doesn't say what is stored; gives whether it was written.
///
/// The transaction holds this pull request, so that two replicas never post at the same time. Should we die between
/// posting and noting it, the next run finds the comment by its marker.
async fn show(pipeline: &Pipeline, id: InstallationId, key: PullKey, unposted: Unposted) -> Result<bool, StepError> {
    let mut tx = pipeline.pool.begin().await?;
    suggestions::hold_pull(&mut tx, id, key).await?;
    let (Some(around), Some(stored)) = (
        Around::read(&mut tx, pipeline, (id, key)).await?,
        suggestions::of_pull(&mut tx, id, key).await?,
    ) else {
        return Ok(false);
    };
    let around = around.with_votes(&mut tx, pipeline, (id, key, &stored)).await?;
    let noted = stored.comment.zip(stored.body);
    if noted.is_none() && unposted == Unposted::Leave {
        return Ok(false);
    }
    let (at, links, repo) = (around.at(), around.links(), &around.repo);
    let body = match (words::comment(&stored.suggestion, &links), &noted) {
        (Some(body), _) => body,
        // Whoever it named may not be named any more.
        (None, Some(_)) => words::nobody_now(&links),
        (None, None) => return Ok(false),
    };
    let there = match noted {
        Some((_, noted)) if noted == body => return Ok(false),
        Some((comment, _)) => Some((comment, None)),
        None => pipeline
            .forge
            .find_comment(&at, key.number, words::MARKER)
            .await?
            .map(|(comment, text)| (comment, Some(text))),
    };
    let shown = match there {
        Some((comment, Some(text))) if text == body => comment,
        Some((comment, _)) => edit_or_leave(pipeline, &at, (repo, key), (comment, &body)).await?,
        None => post(pipeline, &at, (repo, key), &body).await?,
    };
    suggestions::posted(&mut tx, id, key, (shown, &body)).await?;
    tx.commit().await?;
    Ok(true)
}

async fn post(
    pipeline: &Pipeline,
    at: &RepoAt<'_>,
    (repo, key): (&Repo, PullKey),
    body: &str,
) -> Result<CommentId, StepError> {
    let comment = pipeline.forge.post_comment(at, key.number, body).await?;
    tracing::info!(
        repo.id = repo.id.0,
        pull.number = key.number,
        comment.id = comment.0,
        "suggestion posted"
    );
    Ok(comment)
}

/// Edits our comment; where somebody deleted it, a new one is not forced on them.
async fn edit_or_leave(
    pipeline: &Pipeline,
    at: &RepoAt<'_>,
    (repo, key): (&Repo, PullKey),
    (comment, body): (CommentId, &str),
) -> Result<CommentId, StepError> {
    match pipeline.forge.edit_comment(at, comment, body).await {
        Ok(()) => {
            tracing::info!(
                repo.id = repo.id.0,
                pull.number = key.number,
                comment.id = comment.0,
                "suggestion edited"
            );
            Ok(comment)
        }
        Err(ForgeError::NotFound { .. }) => {
            tracing::info!(
                repo.id = repo.id.0,
                pull.number = key.number,
                "our comment was deleted; it stays away"
            );
            Ok(comment)
        }
        Err(error) => Err(error.into()),
    }
}
