//! What a test's own thread logs, while other tests log beside it.
use std::io::Write;
use std::sync::Arc;
use std::sync::Mutex;

use tracing::Dispatch;
use tracing::dispatcher::DefaultGuard;
use tracing::subscriber::NoSubscriber;

/// Hears the thread that made it, until it is dropped.
pub struct Log {
    lines: Lines,
    _heard: DefaultGuard,
    _second: Dispatch,
}

impl Log {
    /// Hears what `filter` lets through, in the words of `RUST_LOG`.
    pub fn listening(filter: &str) -> Self {
        let lines = Lines::default();
        let kept = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(move || kept.clone())
            .finish();
        let heard = Dispatch::new(subscriber);
        // While there is just one, tracing decides by the thread that first comes to a line of the program whether
        // anybody will ever want it. In one process with other tests that is seldom this thread.
        let second = Dispatch::new(NoSubscriber::new());
        Self {
            lines,
            _heard: tracing::dispatcher::set_default(&heard),
            _second: second,
        }
    }

    /// What was logged so far.
    pub fn said(&self) -> String {
        String::from_utf8(self.lines.0.lock().expect("the log").clone()).expect("text")
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
