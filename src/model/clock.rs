//! The one place that asks the machine what time it is.
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use chrono::DateTime;
use chrono::Utc;

/// A point in time, always UTC.
pub type Time = DateTime<Utc>;

/// Where "now" comes from: the machine, or a hand that a test or the demo moves.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's own clock.
    Machine,
    /// A clock that stands still until it is moved.
    Fixed(Arc<Mutex<Time>>),
}

impl Clock {
    /// A clock that stands at `at`.
    #[must_use]
    pub fn fixed(at: Time) -> Self {
        Self::Fixed(Arc::new(Mutex::new(at)))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Time {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
            Self::Machine => Utc::now(),
            Self::Fixed(hand) => *hand.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a fixed clock to `at`; the machine's clock can't be moved and stays as it is.
    pub fn move_to(&self, at: Time) {
        if let Self::Fixed(hand) = self {
            *hand.lock().unwrap_or_else(PoisonError::into_inner) = at;
        }
    }
}

/// Days from `earlier` to `later`, with fractions; 0 where `later` isn't later.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "seconds between two dates fit an f64 exactly for millions of years"
)]
pub fn days_between(earlier: Time, later: Time) -> f64 {
    ((later - earlier).num_seconds().max(0) as f64) / 86_400.0
}
