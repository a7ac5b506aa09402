//! Attempts of the code host to deliver webhooks, and which deliveries none of them brought.
use std::collections::HashMap;

use crate::model::clock::Time;

/// One attempt to deliver a webhook, as the code host remembers it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attempt {
    /// The attempt's own number, by which the delivery can be asked for again.
    pub id: i64,
    /// The delivery's id, the same at every attempt.
    pub delivery: String,
    /// When it was sent.
    pub at: Time,
    /// The event's name.
    pub event: String,
    /// The status that we answered; 0 where nobody was reached.
    pub code: i64,
    /// The code host's words for how it went: "OK", "timed out".
    pub status: String,
}

impl Attempt {
    /// Whether it was taken.
    #[must_use]
    pub fn arrived(&self) -> bool {
        (200..300).contains(&self.code)
    }
}

/// A delivery of which no attempt arrived.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lost {
    /// The delivery's id.
    pub delivery: String,
    /// The latest attempt's number.
    pub attempt: i64,
    /// When it was sent first.
    pub first: Time,
}

/// The deliveries of which no attempt arrived, oldest first. The attempts may come in any order.
#[must_use]
pub fn lost(attempts: &[Attempt]) -> Vec<Lost> {
    let mut by_delivery: HashMap<&str, (Lost, Time, bool)> = HashMap::new();
    for one in attempts {
        let fresh = || {
            let lost = Lost {
                delivery: one.delivery.clone(),
                attempt: one.id,
                first: one.at,
            };
            (lost, one.at, false)
        };
        let (lost, latest, arrived) = by_delivery.entry(&one.delivery).or_insert_with(fresh);
        lost.first = lost.first.min(one.at);
        if (one.at, one.id) > (*latest, lost.attempt) {
            (*latest, lost.attempt) = (one.at, one.id);
        }
        *arrived |= one.arrived();
    }
    let mut all: Vec<Lost> = by_delivery
        .into_values()
        .filter_map(|(lost, _, arrived)| (!arrived).then_some(lost))
        .collect();
    all.sort_by_key(|one| (one.first, one.attempt));
    all
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use proptest::prelude::*;

    use super::*;

    fn attempt(id: i64, delivery: &str, code: i64) -> Attempt {
        let noon: Time = "2026-11-12T12:00:00Z".parse().expect("a time");
        Attempt {
            id,
            delivery: delivery.to_owned(),
            at: noon + Duration::minutes(id),
            event: "push".to_owned(),
            code,
            status: "OK".to_owned(),
        }
    }

    #[test]
    fn one_attempt_that_arrived_is_enough_and_the_latest_is_asked_for() {
        let attempts = [
            attempt(9, "never", 0),
            attempt(8, "late", 202),
            attempt(7, "late", 503),
            attempt(5, "once", 401),
            attempt(4, "came", 200),
            attempt(2, "late", 0),
            attempt(1, "never", 502),
        ];
        let found = lost(&attempts);
        let found: Vec<_> = found.iter().map(|one| (one.delivery.as_str(), one.attempt)).collect();
        assert_eq!(found, [("never", 9), ("once", 5)]);
    }

    proptest! {
        #[test]
        fn the_order_of_the_list_does_not_matter(
            codes in prop::collection::vec((0_u8..6, prop::sample::select(vec![0_i64, 202, 299, 300, 401, 503])), 0..30),
            seed in any::<prop::sample::Index>(),
        ) {
            let mut attempts: Vec<Attempt> = (1_i64..)
                .zip(&codes)
                .map(|(id, (delivery, code))| attempt(id, &delivery.to_string(), *code))
                .collect();
            let expected = lost(&attempts);
            if !attempts.is_empty() {
                let middle = seed.index(attempts.len());
                attempts.rotate_left(middle);
            }
            attempts.reverse();
            prop_assert_eq!(&lost(&attempts), &expected);
            prop_assert!(expected.iter().all(|one| attempts.iter().all(|at| at.delivery != one.delivery || !at.arrived())));
            prop_assert!(expected.is_sorted_by_key(|one| one.first));
        }
    }
}
