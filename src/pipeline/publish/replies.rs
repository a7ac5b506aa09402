//! Answers to commands: one for each comment that gave one, found again by its marker.
use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::publish::around::Around;
use crate::store::commands;

/// By which the answer to a comment is found again; it isn't shown.
fn marker(comment: CommentId) -> String {
    format!("<!-- peerlore:reply:{comment} -->")
}

/// Answers a comment, unless it was answered before somebody could note it.
///
/// # Errors
/// [`ForgeError`] when the code host refuses it or can't be asked now.
pub async fn reply(
    pipeline: &Pipeline,
    (at, number): (&RepoAt<'_>, i32),
    comment: CommentId,
    words: &str,
) -> Result<CommentId, ForgeError> {
    let marker = marker(comment);
    if let Some((there, _)) = pipeline.forge.find_comment(at, number, &marker).await? {
        return Ok(there);
    }
    let body = format!("{marker}\n{}\n", words.trim());
    pipeline.forge.post_comment(at, number, &body).await
}

/// Empties the answers that name somebody who may not appear any more.
pub async fn redact(pipeline: &Pipeline, id: InstallationId, key: PullKey) -> Result<(), StepError> {
    let mut conn = pipeline.pool.acquire().await?;
    let Some(around) = Around::read(&mut conn, pipeline, (id, key)).await? else {
        return Ok(());
    };
    for (comment, reply) in commands::replies_to_redact(&mut conn, id, key).await? {
        let body = format!(
            "{}\nWhat was said here doesn't hold any more. `/peerlore why` says what does.\n",
            marker(comment)
        );
        match pipeline.forge.edit_comment(&around.at(), reply, &body).await {
            Ok(()) | Err(ForgeError::NotFound { .. }) => commands::redacted(&mut conn, id, comment).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
