//! Diffusion where only whether something can have come matters, not by how many reviews: a bit for each person and thing, 64 at a time.
use crate::flow::diffusion::Review;
use crate::flow::diffusion::in_time;

/// Bits of a word.
const BITS: usize = u64::BITS as usize;

/// What can have come to each person, of things that some of them knew before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Carried {
    things: usize,
    /// Words of one person.
    words: usize,
    /// For each person, a bit for each thing.
    known: Vec<u64>,
}

impl Carried {
    /// Through these reviews, in whatever order they stand, where each of `known`, a person and a thing by their numbers, is known before.
    ///
    /// Goes on as [`crate::flow::diffusion::Diffusion`] does. Takes time linear in reviews × things and a bit for each person and thing.
    #[must_use]
    pub fn through(
        (people, things): (usize, usize),
        known: impl IntoIterator<Item = (u32, usize)>,
        reviews: &[Review],
    ) -> Self {
        let words = things.div_ceil(BITS);
        let mut carried = Self {
            things,
            words,
            known: vec![0; people * words],
        };
        for (person, thing) in known {
            carried.known[person as usize * words + thing / BITS] |= 1 << (thing % BITS);
        }
        for at_once in in_time(reviews).chunk_by(|a, b| a.end == b.end) {
            // What all of them know before is read first.
            let come: Vec<Vec<u64>> = at_once.iter().map(|review| carried.before(review)).collect();
            for (review, come) in at_once.iter().zip(&come) {
                carried.told(review, come);
            }
        }
        carried
    }

    /// What any of those knows who take part.
    fn before(&self, review: &Review) -> Vec<u64> {
        let mut known = vec![0; self.words];
        for person in &review.people {
            for (known, of_person) in known.iter_mut().zip(self.of(*person)) {
                *known |= of_person;
            }
        }
        known
    }

    fn told(&mut self, review: &Review, come: &[u64]) {
        for person in &review.people {
            let begin = *person as usize * self.words;
            for (known, come) in self.known[begin..begin + self.words].iter_mut().zip(come) {
                *known |= come;
            }
        }
    }

    fn of(&self, person: u32) -> &[u64] {
        let begin = person as usize * self.words;
        &self.known[begin..begin + self.words]
    }

    /// Whether a thing can have come to a person, or they knew it before.
    #[must_use]
    pub fn has(&self, person: u32, thing: usize) -> bool {
        self.of(person)[thing / BITS] >> (thing % BITS) & 1 == 1
    }

    /// How many people each thing can have come to, with those who knew it before.
    #[must_use]
    pub fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.things];
        for known in self.known.chunks(self.words.max(1)) {
            for (counts, word) in counts.chunks_mut(BITS).zip(known) {
                let mut left = *word;
                while left != 0 {
                    counts[left.trailing_zeros() as usize] += 1;
                    left &= left - 1;
                }
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::flow::diffusion::Diffusion;
    use crate::model::clock::Time;

    fn review(day: i64, people: &BTreeSet<u32>) -> Review {
        Review {
            end: Time::UNIX_EPOCH + TimeDelta::days(day),
            people: people.iter().copied().collect(),
        }
    }

    #[test]
    fn nobody_and_nothing_come_to_nothing() {
        assert_eq!(Carried::through((0, 0), [], &[]).counts(), Vec::<u32>::new());
        assert_eq!(Carried::through((2, 0), [], &[]).counts(), Vec::<u32>::new());
        assert_eq!(Carried::through((2, 3), [(1, 2)], &[]).counts(), [0, 0, 1]);
    }

    #[test]
    fn things_of_several_words_are_kept_apart() {
        let reviews = [review(1, &[0, 1].into())];
        let known = (0_u32..130).map(|thing| (thing % 3, thing as usize));
        let carried = Carried::through((3, 130), known, &reviews);
        for thing in 0..130 {
            let told = thing % 3 != 2;
            assert_eq!((carried.has(0, thing), carried.has(2, thing)), (told, !told), "{thing}");
        }
        assert_eq!(carried.counts()[126..], [2, 2, 1, 2]);
    }

    proptest! {
        #[test]
        fn it_comes_to_whomever_it_comes_to_by_any_number_of_reviews(
            reviews in prop::collection::vec((0..6_i64, prop::collection::btree_set(0..8_u32, 0..4)), 0..14),
            known in prop::collection::btree_set((0..8_u32, 0..70_usize), 0..20),
        ) {
            let reviews: Vec<Review> = reviews.iter().map(|(day, people)| review(*day, people)).collect();
            let diffusion = Diffusion::through(8, &reviews);
            let carried = Carried::through((8, 70), known.iter().copied(), &reviews);
            for thing in 0..70 {
                let from: Vec<u32> = known.iter().filter(|(_, known)| *known == thing).map(|(person, _)| *person).collect();
                let come: Vec<bool> = (0..8).map(|to| from.iter().any(|from| diffusion.hops(*from, to).is_some())).collect();
                prop_assert_eq!((0..8).map(|to| carried.has(to, thing)).collect::<Vec<_>>(), come.clone());
                prop_assert_eq!(carried.counts()[thing] as usize, come.into_iter().filter(|come| *come).count());
            }
        }
    }
}
