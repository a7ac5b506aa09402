//! The pace of our writes. GitHub asks for at most one writing call at a time and about 80 a minute, and answers more
//! with a secondary rate limit. Source: GitHub REST API, "Best practices" and "Rate limits for the REST API".
use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::Mutex;
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

/// Lets writing calls pass one by one, in the order they came.
#[derive(Debug)]
pub struct Turnstile {
    pace: Pace,
    starts: Mutex<VecDeque<Instant>>,
}

impl Turnstile {
    /// A turnstile of that pace.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Self {
            pace,
            starts: Mutex::new(VecDeque::new()),
        }
    }

    /// Waits for one's turn. Those who wait stand in line at the lock.
    pub async fn pass(&self) {
        let mut starts = self.starts.lock().await;
        let at = self.pace.next(&starts, Instant::now());
        sleep_until(at).await;
        starts.push_back(at);
        while starts.len() > self.pace.a_minute.min(1_000) {
            starts.pop_front();
        }
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

    #[test]
    fn our_own_server_needs_no_pace() {
        let begin = Instant::now();
        let starts: VecDeque<Instant> = std::iter::repeat_n(begin, 1_000).collect();
        assert_eq!(Pace::UNLIMITED.next(&starts, begin), begin);
    }
}
