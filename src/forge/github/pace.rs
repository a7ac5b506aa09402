//! The pace of our writes. GitHub asks for at most one writing call at a time and about 80 a minute, and answers more
//! with a secondary rate limit. Source: GitHub REST API, "Best practices" and "Rate limits for the REST API".
use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::sync::MutexGuard;
use tokio::time::Instant;
use tokio::time::sleep_until;

/// How fast we may write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// At least this long between the starts of two writing calls.
    pub pause: Duration,
    /// Writing calls in any minute.
    pub a_minute: usize,
}

impl Pace {
    /// What GitHub allows: one a second, 80 a minute.
    pub const GITHUB: Self = Self {
        pause: Duration::from_secs(1),
        a_minute: 80,
    };
    /// No waiting at all, for a server of our own.
    pub const UNLIMITED: Self = Self {
        pause: Duration::ZERO,
        a_minute: usize::MAX,
    };

    /// When the next call may start, by the starts of the last ones.
    fn next(&self, starts: &VecDeque<Instant>, now: Instant) -> Instant {
        let after_last = starts.back().map_or(now, |last| *last + self.pause);
        let minute = starts
            .len()
            .checked_sub(self.a_minute)
            .and_then(|index| starts.get(index));
        let after_minute = minute.map_or(now, |start| *start + Duration::from_mins(1));
        now.max(after_last).max(after_minute)
    }
}

/// A line in which whoever writes as the same App stands, other processes too: given the pause after a turn, how long to wait
/// for the next one; none: that can't be told now.
pub type Line = Arc<dyn Fn(Duration) -> Pin<Box<dyn Future<Output = Option<Duration>> + Send>> + Send + Sync>;

/// Lets writing calls pass one by one, in the order they came.
pub struct Turnstile {
    pace: Pace,
    starts: Mutex<VecDeque<Instant>>,
    line: OnceLock<Line>,
}

impl fmt::Debug for Turnstile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turnstile")
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

/// A turn: nobody else of this process writes until it is dropped.
#[derive(Debug)]
#[must_use = "the next one may write as soon as it is dropped"]
pub struct Turn<'t> {
    _starts: MutexGuard<'t, VecDeque<Instant>>,
}

impl Turnstile {
    /// A turnstile of that pace.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Self {
            pace,
            starts: Mutex::new(VecDeque::new()),
            line: OnceLock::new(),
        }
    }

    /// Stands in this line, too, from now on; the first one counts.
    pub fn join(&self, line: Line) {
        // Whoever puts the parts together again gives the same line.
        let _is_first = self.line.set(line).is_ok();
    }

    /// Waits for one's turn. Those who wait stand in line at the lock.
    pub async fn pass(&self) -> Turn<'_> {
        let mut starts = self.starts.lock().await;
        let mut at = self.pace.next(&starts, Instant::now());
        if let Some(line) = self.line.get().filter(|_| !self.pace.pause.is_zero())
            && let Some(wait) = line(self.pace.pause).await
        {
            at = at.max(Instant::now() + wait);
        }
        sleep_until(at).await;
        starts.push_back(at);
        while starts.len() > self.pace.a_minute.min(1_000) {
            starts.pop_front();
        }
        Turn { _starts: starts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_a_second_apart_and_80_a_minute() {
        let begin = Instant::now();
        let mut starts = VecDeque::new();
        for call in 0..200_u32 {
            let at = Pace::GITHUB.next(&starts, begin);
            starts.push_back(at);
            assert_eq!(
                at - begin,
                Duration::from_secs(u64::from(call)),
                "the pause is the narrower of the two"
            );
        }
        let hasty = Pace {
            pause: Duration::ZERO,
            a_minute: 80,
        };
        let full: VecDeque<Instant> = std::iter::repeat_n(begin, 80).collect();
        assert_eq!(hasty.next(&full, begin) - begin, Duration::from_mins(1));
        assert_eq!(hasty.next(&VecDeque::from([begin]), begin), begin);
    }

    #[tokio::test]
    async fn whoever_else_writes_is_waited_for_but_not_where_no_pace_is_kept() {
        let wait = Duration::from_millis(30);
        let line = |wait: Duration| -> Line { Arc::new(move |_| Box::pin(async move { Some(wait) })) };
        let begin = Instant::now();
        let alone = Turnstile::new(Pace::UNLIMITED);
        alone.join(line(Duration::from_hours(1)));
        drop(alone.pass().await);
        let shared = Turnstile::new(Pace {
            pause: Duration::from_millis(1),
            a_minute: 80,
        });
        shared.join(line(wait));
        drop(shared.pass().await);
        assert!((wait..Duration::from_mins(1)).contains(&begin.elapsed()));
    }

    #[tokio::test]
    async fn nobody_writes_until_a_turn_is_over() {
        let turnstile = Turnstile::new(Pace::UNLIMITED);
        let turn = turnstile.pass().await;
        let second = turnstile.pass();
        tokio::pin!(second);
        let waits = std::future::poll_fn(|context| std::task::Poll::Ready(second.as_mut().poll(context).is_pending()));
        assert!(waits.await);
        drop(turn);
        drop(second.await);
    }

    #[test]
    fn our_own_server_needs_no_pace() {
        let begin = Instant::now();
        let starts: VecDeque<Instant> = std::iter::repeat_n(begin, 1_000).collect();
        assert_eq!(Pace::UNLIMITED.next(&starts, begin), begin);
    }
}
