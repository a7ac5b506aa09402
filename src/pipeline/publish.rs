//! Shows the stored suggestion on the pull request: one comment, edited in place, never doubled.
use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::pipeline::Pipeline;
use crate::pipeline::Reach;
use crate::pipeline::StepError;
use crate::store::suggestions;
use crate::store::tenants;
use crate::store::tenants::Repo;
use crate::suggest::words;

/// What happens where no comment of ours is noted.
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
    match up_to_date(pipeline, id, key, Unposted::Post).await {
        Err(StepError::Forge(error)) if !error.may_pass() => {
            tracing::warn!(repo.id = key.repo.0, pull.number = key.number, %error, "the suggestion is shown on its page only");
            Ok(())
        }
        done => done,
    }
}

/// Takes whoever opted out of the comment that was posted, whatever became of the pull request since, and of the
/// setting that had it posted.
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
        match up_to_date(pipeline, id, key, Unposted::Leave).await {
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
    let (Some(repo), Some(tenant), Some(stored)) = (
        tenants::repo(&mut tx, id, key.repo).await?,
        tenants::installation(&mut tx, id).await?,
        suggestions::of_pull(&mut tx, id, key).await?,
    ) else {
        return Ok(false);
    };
    let noted = stored.comment.zip(stored.body);
    if noted.is_none() && unposted == Unposted::Leave {
        return Ok(false);
    }
    let at = RepoAt {
        installation: tenant.external_id,
        owner: &repo.owner,
        name: &repo.name,
    };
    let details = format!(
        "{}/pulls/{}/{}/{}",
        pipeline.addresses.own, repo.owner, repo.name, key.number
    );
    let docs = format!("{}/docs", pipeline.addresses.own);
    let name = format!("{}/{}", repo.owner, repo.name);
    let links = words::CommentLinks {
        details_url: (pipeline.reach == Reach::Everything).then_some(details.as_str()),
        docs_url: (pipeline.reach != Reach::Nothing).then_some(docs.as_str()),
        repo: &name,
    };
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
        Some((comment, _)) => edit_or_leave(pipeline, &at, (&repo, key), (comment, &body)).await?,
        None => post(pipeline, &at, (&repo, key), &body).await?,
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
