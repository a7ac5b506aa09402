//! Time-respecting diffusion: what somebody knows goes on with a review that ends later than the one by which they learned it.
use crate::model::clock::Time;

/// A review, at the end of which whoever took part may know what any of them knew before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Review {
    /// When it ended.
    pub end: Time,
    /// Who took part, by number from 0.
    pub people: Vec<u32>,
}

/// Nothing of it has come so far.
const NEVER: u8 = u8::MAX;

/// How far what each person knew before can have come by reviews.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diffusion {
    people: usize,
    /// For each person, who knows; for each other person, whose knowledge: the fewest reviews that it took to come there.
    hops: Vec<u8>,
}

impl Diffusion {
    /// Through these reviews, in whatever order they stand. What more than 254 reviews carried counts as carried by 254.
    ///
    /// Reviews that end at the same time carry nothing from one to the other. Takes time linear in reviews × people, and people² bytes.
    #[must_use]
    pub fn through(people: usize, reviews: &[Review]) -> Self {
        let mut diffusion = Self {
            people,
            hops: vec![NEVER; people * people],
        };
        for person in 0..people {
            diffusion.hops[person * people + person] = 0;
        }
        for at_once in in_time(reviews).chunk_by(|a, b| a.end == b.end) {
            // What all of them know before is read first.
            let come: Vec<Vec<u8>> = at_once.iter().map(|review| diffusion.before(review)).collect();
            for (review, come) in at_once.iter().zip(&come) {
                diffusion.told(review, come);
            }
        }
        diffusion
    }

    /// With one more review, whose knowledge whoever takes part may have in the end.
    fn before(&self, review: &Review) -> Vec<u8> {
        let mut fewest = vec![NEVER; self.people];
        for person in &review.people {
            for (fewest, hops) in fewest.iter_mut().zip(self.of(*person)) {
                *fewest = (*fewest).min(*hops);
            }
        }
        for fewest in &mut fewest {
            // 254 at most; what never came stays so.
            *fewest = if *fewest < NEVER - 1 { *fewest + 1 } else { *fewest };
        }
        fewest
    }

    fn told(&mut self, review: &Review, come: &[u8]) {
        for person in &review.people {
            let begin = *person as usize * self.people;
            for (hops, come) in self.hops[begin..begin + self.people].iter_mut().zip(come) {
                *hops = (*hops).min(*come);
            }
        }
    }

    /// By how many reviews each person's knowledge came to one of them.
    fn of(&self, person: u32) -> &[u8] {
        let begin = person as usize * self.people;
        &self.hops[begin..begin + self.people]
    }

    /// How many others each person's knowledge can have reached.
    #[must_use]
    pub fn reach(&self) -> Vec<u32> {
        let mut reach = vec![0; self.people];
        for knower in self.hops.chunks(self.people.max(1)) {
            for (reach, hops) in reach.iter_mut().zip(knower) {
                *reach += u32::from((1..NEVER).contains(hops));
            }
        }
        reach
    }

    /// How many pairs of people there are whose shortest way took so many reviews, by number of reviews.
    #[must_use]
    pub fn ways(&self) -> Vec<u64> {
        let mut ways = vec![0; NEVER.into()];
        for hops in self.hops.iter().filter(|hops| (1..NEVER).contains(*hops)) {
            ways[usize::from(*hops)] += 1;
        }
        ways
    }

    /// By how many reviews at least what `from` knew can have come to `to`; none where it can't.
    #[must_use]
    pub fn hops(&self, from: u32, to: u32) -> Option<u8> {
        let hops = self.of(to)[from as usize];
        (hops != NEVER).then_some(hops)
    }
}

/// The reviews by which anything can come to anybody, the first to end first.
pub(super) fn in_time(reviews: &[Review]) -> Vec<&Review> {
    let mut sorted: Vec<&Review> = reviews.iter().filter(|review| review.people.len() > 1).collect();
    sorted.sort_by_key(|review| review.end);
    sorted
}

/// The largest value at or under which at most half of the values lie, as Dorner et al. read a median off the cumulative distribution:
/// none where even the smallest is on more than half of them.
#[must_use]
pub fn median(values: &[u32]) -> Option<u32> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let mut under = 0;
    let mut median = None;
    for same in sorted.chunk_by(|a, b| a == b) {
        under += same.len();
        if 2 * under > sorted.len() {
            break;
        }
        median = Some(same[0]);
    }
    median
}

/// The middle one of counted values, of two the mean; none of none.
#[must_use]
pub fn middle(counts: &[u64]) -> Option<f64> {
    let all: u64 = counts.iter().sum();
    let at = |place: u64| {
        let mut before = 0;
        let mut values = (0_u32..).zip(counts);
        values.find_map(|(value, count)| {
            before += count;
            (place < before).then(|| f64::from(value))
        })
    };
    let upper = all / 2;
    let lower = if all.is_multiple_of(2) {
        upper.checked_sub(1)?
    } else {
        upper
    };
    Some(f64::midpoint(at(lower)?, at(upper)?))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn review(day: i64, people: &[u32]) -> Review {
        Review {
            end: Time::UNIX_EPOCH + TimeDelta::days(day),
            people: people.to_vec(),
        }
    }

    #[test]
    fn what_is_known_goes_on_with_later_reviews_only() {
        let diffusion = Diffusion::through(4, &[review(2, &[1, 2]), review(1, &[0, 1]), review(1, &[2, 3])]);
        assert_eq!(diffusion.hops(0, 2), Some(2), "0 told 1, who told 2 later");
        assert_eq!(diffusion.hops(3, 1), Some(2));
        assert_eq!(diffusion.hops(0, 3), None, "2 met 3 before");
        assert_eq!(diffusion.hops(1, 1), Some(0));
        assert_eq!(diffusion.reach(), [2, 2, 2, 2]);
    }

    #[test]
    fn reviews_that_end_together_carry_nothing_from_one_to_the_other() {
        let together = Diffusion::through(3, &[review(1, &[0, 1]), review(1, &[1, 2])]);
        assert_eq!(together.hops(0, 2), None);
        let after = Diffusion::through(3, &[review(1, &[0, 1]), review(2, &[1, 2])]);
        assert_eq!(after.hops(0, 2), Some(2));
    }

    #[test]
    fn a_shorter_way_counts_even_where_it_is_later() {
        let diffusion = Diffusion::through(3, &[review(1, &[0, 1]), review(2, &[1, 2]), review(3, &[0, 2])]);
        assert_eq!(diffusion.hops(0, 2), Some(1));
        let ways = diffusion.ways();
        assert_eq!((ways[1], ways[2]), (6, 0));
    }

    #[test]
    fn alone_nobody_tells_anybody() {
        let diffusion = Diffusion::through(2, &[review(1, &[0]), review(2, &[])]);
        assert_eq!(diffusion.reach(), [0, 0]);
        assert_eq!(Diffusion::through(0, &[]).reach(), Vec::<u32>::new());
    }

    #[test]
    fn a_long_chain_stays_countable() {
        let chain: Vec<Review> = (0..400_u32).map(|at| review(at.into(), &[at, at + 1])).collect();
        let diffusion = Diffusion::through(401, &chain);
        assert_eq!(diffusion.hops(0, 253), Some(253));
        assert_eq!(diffusion.hops(0, 400), Some(254));
        assert_eq!(diffusion.reach()[0], 400);
    }

    #[test]
    fn the_median_is_read_off_the_cumulative_distribution() {
        assert_eq!(median(&[1, 2, 3, 4]), Some(2), "half lie at or under 2");
        assert_eq!(median(&[1, 2, 3]), Some(1), "two thirds lie at or under 2");
        assert_eq!(median(&[5, 5, 5]), None);
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn the_middle_of_two_is_their_mean() {
        assert_eq!(middle(&[0, 2, 1]), Some(1.0));
        assert_eq!(middle(&[0, 1, 1]), Some(1.5));
        assert_eq!(middle(&[0, 0]), None);
    }

    /// Every way that respects time, one after the other: slow and plain.
    fn by_hand(people: u32, reviews: &[Review], from: u32) -> Vec<Option<u8>> {
        let mut fewest: Vec<Option<u8>> = vec![None; people as usize];
        let mut ways = vec![(from, None, 0_u8)];
        while let Some((person, known, hops)) = ways.pop() {
            let best = &mut fewest[person as usize];
            if best.is_none_or(|best| hops < best) {
                *best = Some(hops);
            }
            for review in reviews.iter().filter(|review| review.people.contains(&person)) {
                if known.is_none_or(|known| known < review.end) {
                    let others = review.people.iter().filter(|other| **other != person);
                    ways.extend(others.map(|other| (*other, Some(review.end), hops + 1)));
                }
            }
        }
        fewest
    }

    proptest! {
        #[test]
        fn it_is_the_same_as_going_every_way(
            reviews in proptest::collection::vec((0..5_i64, proptest::collection::btree_set(0..5_u32, 1..4)), 0..9),
        ) {
            let reviews: Vec<Review> = reviews
                .iter()
                .map(|(day, people)| review(*day, &people.iter().copied().collect::<Vec<_>>()))
                .collect();
            let diffusion = Diffusion::through(5, &reviews);
            for from in 0..5 {
                let fewest: Vec<Option<u8>> = (0..5).map(|to| diffusion.hops(from, to)).collect();
                prop_assert_eq!(fewest, by_hand(5, &reviews, from));
            }
        }
    }
}
