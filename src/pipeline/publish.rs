//! Shows a suggestion on the pull request: one comment, edited in place, never doubled.
use sqlx::PgConnection;

use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::model::suggestion::Suggestion;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::store::suggestions;
use crate::store::tenants;
use crate::store::tenants::Repo;
use crate::suggest::words;

/// Posts the suggestion's comment, or edits the one that is there; does nothing where it would read the same.
///
/// The caller's transaction holds this pull request, so that two replicas never post at the same time. Should we die
/// between posting and noting it, the next run finds the comment by its marker.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked; [`StepError::Store`] when the database is away.
pub async fn comment(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    (id, key, repo): (InstallationId, PullKey, &Repo),
    suggestion: &Suggestion,
) -> Result<(), StepError> {
    let Some(tenant) = tenants::installation(conn, id).await? else {
        return Ok(());
    };
    let at = RepoAt {
        installation: tenant.external_id,
        owner: &repo.owner,
        name: &repo.name,
    };
    let details = format!(
        "{}/pulls/{}/{}/{}",
        pipeline.addresses.own, repo.owner, repo.name, key.number
    );
    let settings = format!("{}/docs", pipeline.addresses.own);
    let name = format!("{}/{}", repo.owner, repo.name);
    let links = words::CommentLinks {
        details_url: &details,
        settings_url: &settings,
        repo: &name,
    };
    let stored = suggestions::of_pull(conn, id, key).await?;
    let noted = stored
        .as_ref()
        .and_then(|stored| stored.comment.zip(stored.body.clone()));
    let body = match (words::comment(suggestion, &links), &noted) {
        (Some(body), _) => body,
        // Whoever it named may not be named any more.
        (None, Some(_)) => words::nobody_now(&links),
        (None, None) => return Ok(()),
    };
    let there = match noted {
        Some((_, noted)) if noted == body => return Ok(()),
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
    suggestions::posted(conn, id, key, (shown, &body)).await?;
    Ok(())
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
