//! How often a token may ask.
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::Quota;
use governor::RateLimiter;
use governor::clock::Clock;
use governor::clock::DefaultClock;
use governor::state::keyed::HashMapStateStore;

/// Requests of a token in a minute.
pub const A_MINUTE: NonZeroU32 = NonZeroU32::new(300).unwrap();
/// Tokens that are remembered before those are forgotten that didn't ask lately.
const REMEMBERED: usize = 1_000;

/// How often tokens asked lately, in this process.
#[derive(Clone, Debug)]
pub struct Limits {
    clock: DefaultClock,
    asked: Arc<RateLimiter<i64, HashMapStateStore<i64>, DefaultClock>>,
}

impl Default for Limits {
    fn default() -> Self {
        let clock = DefaultClock::default();
        Self {
            asked: Arc::new(RateLimiter::hashmap_with_clock(
                Quota::per_minute(A_MINUTE),
                clock.clone(),
            )),
            clock,
        }
    }
}

impl Limits {
    /// Counts one request of this token.
    ///
    /// # Errors
    /// The seconds until it is answered again, at least one.
    pub fn count(&self, token: i64) -> Result<(), u64> {
        if self.asked.len() > REMEMBERED {
            self.asked.retain_recent();
            self.asked.shrink_to_fit();
        }
        self.asked.check_key(&token).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            wait.as_secs() + 1
        })
    }
}
