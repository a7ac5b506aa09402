//! What is known at a point of the replay.
use std::collections::HashMap;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::suggest::activity::Activity;
use crate::suggest::decay::Decay;
use crate::suggest::eval::Row;
use crate::suggest::eval::baselines::HALF_LIFE_DAYS;
use crate::suggest::eval::chrev::Chrev;
use crate::suggest::eval::ours::Ours;
use crate::suggest::eval::revfinder::RevFinder;
use crate::suggest::pair::PairIndex;
use crate::suggest::paths::HalfLives;
use crate::suggest::paths::PathIndex;

/// A past review becomes known, dated at `at`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event<'a> {
    /// When it counts.
    pub at: Time,
    /// The review.
    pub row: &'a Row,
}

/// Scores of the people who reviewed before, by the order in which they were seen; 0 for those not named.
pub(super) type Scores = Vec<f64>;

/// Everything that the models need, kept up one review at a time.
pub(super) struct State {
    numbers: HashMap<String, PersonId>,
    /// Those who reviewed, in the order in which they were seen to.
    reviewers: Vec<PersonId>,
    /// Where they stand in that order.
    places: HashMap<PersonId, usize>,
    pub(super) now: Time,
    pub(super) activity: Activity,
    /// The baselines' own, of their half-life.
    pub(super) pairs: PairIndex,
    pub(super) prefixes: PathIndex,
    pub(super) chrev: Chrev,
    pub(super) revfinder: RevFinder,
    /// None where ours isn't asked.
    pub(super) ours: Option<Ours>,
}

impl State {
    pub(super) fn new(epoch: Time, ours: Option<Ours>) -> Self {
        let decay = Decay::new(epoch, HALF_LIFE_DAYS);
        Self {
            numbers: HashMap::new(),
            reviewers: Vec::new(),
            places: HashMap::new(),
            now: epoch,
            activity: Activity::default(),
            pairs: PairIndex::new(decay),
            prefixes: PathIndex::new(epoch, HalfLives([HALF_LIFE_DAYS; 4])),
            chrev: Chrev::default(),
            revfinder: RevFinder::default(),
            ours,
        }
    }

    pub(super) fn move_to(&mut self, now: Time) {
        self.now = now;
        self.activity.move_to(now);
    }

    /// A review is asked for now.
    pub(super) fn ask(&mut self, row: &Row) {
        let author = self.seen(row.author.as_deref());
        if let Some(ours) = &mut self.ours {
            ours.ask(self.now, author, row);
        }
    }

    pub(super) fn add(&mut self, event: &Event<'_>) {
        let Event { at, row } = *event;
        let mut reviewers: Vec<PersonId> = row.reviewers.iter().map(|name| self.number(name)).collect();
        for reviewer in &reviewers {
            self.places.entry(*reviewer).or_insert_with(|| {
                self.reviewers.push(*reviewer);
                self.reviewers.len() - 1
            });
        }
        reviewers.sort_unstable();
        reviewers.dedup();
        let author = row.author.as_ref().map(|author| self.number(author));
        self.activity.add(at, &reviewers);
        let people: Vec<u32> = reviewers.iter().map(|reviewer| index(*reviewer)).collect();
        if let Some(author) = author {
            self.pairs.add(at, index(author), &people);
        }
        self.prefixes.reviewed(at, &people, &row.files);
        self.chrev.add(at, &reviewers, &row.files);
        let places: Vec<usize> = reviewers.iter().map(|reviewer| self.places[reviewer]).collect();
        self.revfinder.add(&places, &row.files);
        if let Some(ours) = &mut self.ours {
            ours.add(event, author, &reviewers);
        }
    }

    fn number(&mut self, name: &str) -> PersonId {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = PersonId(i64::try_from(self.numbers.len()).unwrap_or(i64::MAX));
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// How many people were seen, also those who reviewed nothing.
    pub(super) fn everybody(&self) -> usize {
        self.numbers.len()
    }

    /// The number of a person who was seen before.
    pub(super) fn seen(&self, name: Option<&str>) -> Option<PersonId> {
        self.numbers.get(name?).copied()
    }

    /// The place of a person who reviewed before.
    pub(super) fn place(&self, person: Option<PersonId>) -> Option<usize> {
        self.places.get(&person?).copied()
    }

    /// The places of those of these people who reviewed before.
    pub(super) fn places(&self, names: &[String]) -> Vec<usize> {
        let seen = names.iter().filter_map(|name| self.seen(Some(name)));
        seen.filter_map(|person| self.place(Some(person))).collect()
    }

    /// How many reviewed before.
    pub(super) fn people(&self) -> usize {
        self.reviewers.len()
    }

    /// Scores for everybody who reviewed before, from a function of the person.
    pub(super) fn scores(&self, of: impl Fn(PersonId) -> f64) -> Scores {
        self.reviewers.iter().map(|person| of(*person)).collect()
    }

    /// The rank of the first of the `actual` places, from 1, the author aside; none where nothing speaks for any of
    /// them. Ties go to whoever was seen first.
    pub(super) fn rank(&self, scores: &Scores, actual: &[usize], author: Option<PersonId>) -> Option<usize> {
        let author = self.place(author);
        let ranked = |place: &usize| Some(*place) != author && scores[*place] > 0.0;
        let first = actual.iter().copied().filter(ranked);
        let first = first.max_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(b.cmp(a)))?;
        let better = scores.iter().enumerate().filter(|(place, score)| {
            Some(*place) != author && (**score > scores[first] || (**score >= scores[first] && *place < first))
        });
        Some(1 + better.count())
    }
}

/// A person's number here as a place in a list of [`everybody`](State::everybody).
pub(super) fn index(person: PersonId) -> u32 {
    u32::try_from(person.0).unwrap_or(u32::MAX)
}
