//! Sums that halve with time, without a clock that ticks.
use chrono::TimeDelta;

use crate::model::clock::Time;

/// More half-lives than this from the epoch are counted as this many: 2^±900 is still an ordinary `f64`.
const MOST_HALF_LIVES: f64 = 900.0;

/// Exponential decay kept as growth: an event at `at` adds `gain(at)`, and a sum is worth `sum / gain(now)` at `now`.
/// So adding is one step, in any order, however often the sum is read.
#[derive(Clone, Copy, Debug)]
pub struct Decay {
    epoch: Time,
    half_life_days: f64,
}

impl Decay {
    /// Decay with a half-life in days, counted from `epoch` (any time near the events).
    #[must_use]
    pub fn new(epoch: Time, half_life_days: f64) -> Self {
        Self { epoch, half_life_days }
    }

    /// What an event at `at` adds to a sum, and what a sum is divided by to read it at `at`.
    #[must_use]
    pub fn gain(&self, at: Time) -> f64 {
        let half_lives = days(at - self.epoch) / self.half_life_days;
        half_lives.clamp(-MOST_HALF_LIVES, MOST_HALF_LIVES).exp2()
    }
}

/// A span in days, with fractions and sign.
#[expect(
    clippy::cast_precision_loss,
    reason = "seconds between two dates fit an f64 exactly for millions of years"
)]
#[must_use]
pub fn days(span: TimeDelta) -> f64 {
    span.num_seconds() as f64 / 86_400.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_worth_half_after_one_half_life() {
        let at = Time::default();
        let decay = Decay::new(at, 60.0);
        let sum = decay.gain(at);
        assert!((sum / decay.gain(at + TimeDelta::days(60)) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_epoch_does_not_matter() {
        let at = Time::default();
        for shift in [-4000, 0, 4000] {
            let decay = Decay::new(at + TimeDelta::days(shift), 60.0);
            let worth = decay.gain(at) / decay.gain(at + TimeDelta::days(30));
            assert!((worth - 0.5_f64.sqrt()).abs() < 1e-9, "{worth}");
        }
    }

    #[test]
    fn a_date_far_off_stays_a_number() {
        let decay = Decay::new(Time::default(), 1.0);
        assert!(decay.gain(Time::MAX_UTC).is_finite());
        assert!(decay.gain(Time::MIN_UTC) > 0.0);
    }
}
