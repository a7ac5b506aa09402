//! Every projection, made again from the facts.
use crate::model::ids::InstallationId;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::learn;
use crate::pipeline::learn::Reread;
use crate::store::pulls;

/// Runs [`learn`] over every pull request of a tenant and classifies again what still has its text. Calls `step` with
/// (pull requests done, of how many).
///
/// One transaction a pull request: whoever reads meanwhile sees the old or the new lessons of each, never none.
///
/// # Errors
/// [`StepError::Store`] when the database is away; what was done stays, and a second run ends with the same graph.
pub async fn run(
    pipeline: &Pipeline,
    id: InstallationId,
    mut step: impl FnMut(usize, usize),
) -> Result<usize, StepError> {
    let keys = pulls::with_comments(&mut *pipeline.pool.acquire().await?, id).await?;
    for (done, key) in keys.iter().enumerate() {
        learn::run(pipeline, id, *key, Reread::All).await?;
        step(done + 1, keys.len());
    }
    Ok(keys.len())
}
