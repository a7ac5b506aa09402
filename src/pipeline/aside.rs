//! Thinking that takes long, beside everything else that goes on.
use crate::pipeline::StepError;

/// Thinks in a thread for such work, so that nothing waits for it but the caller.
///
/// # Errors
/// [`StepError::Unreadable`] when the process ends meanwhile.
pub async fn aside<T: Send + 'static>(think: impl FnOnce() -> T + Send + 'static) -> Result<T, StepError> {
    match tokio::task::spawn_blocking(think).await {
        Ok(thought) => Ok(thought),
        Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
        Err(ended) => Err(StepError::Unreadable(format!("the past wasn't worked out: {ended}"))),
    }
}
