//! What is known at a point of the replay.
use std::collections::HashMap;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::suggest::activity::Activity;
use crate::suggest::decay::Decay;
use crate::suggest::eval::Row;
use crate::suggest::eval::chrev::Chrev;
use crate::suggest::pair;
use crate::suggest::pair::PairIndex;
use crate::suggest::paths;
use crate::suggest::paths::Part;
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
    /// Numbers by name, in the order in which people were seen reviewing.
    numbers: HashMap<String, PersonId>,
    /// Authors who haven't reviewed have numbers of their own, below zero.
    authors: HashMap<String, PersonId>,
    pub(super) now: Time,
    pub(super) activity: Activity,
    pub(super) pairs: PairIndex,
    pub(super) paths: PathIndex,
    pub(super) chrev: Chrev,
}

impl State {
    pub(super) fn new(epoch: Time) -> Self {
        Self {
            numbers: HashMap::new(),
            authors: HashMap::new(),
            now: epoch,
            activity: Activity::default(),
            pairs: PairIndex::new(Decay::new(epoch, pair::HALF_LIFE_DAYS)),
            paths: PathIndex::of_everything(Decay::new(epoch, paths::HALF_LIFE_DAYS)),
            chrev: Chrev::default(),
        }
    }

    pub(super) fn move_to(&mut self, now: Time) {
        self.now = now;
        self.activity.move_to(now);
    }

    pub(super) fn add(&mut self, event: &Event<'_>) {
        let Event { at, row } = *event;
        let mut reviewers: Vec<PersonId> = row.reviewers.iter().map(|name| self.number(name)).collect();
        reviewers.sort_unstable();
        reviewers.dedup();
        self.activity.add(at, &reviewers);
        self.paths.add(Part::Reviewed, at, &reviewers, &row.files);
        self.chrev.add(at, &reviewers, &row.files);
        if let Some(author) = &row.author {
            let author = self.author(author);
            self.pairs.add(at, author, &reviewers);
        }
    }

    /// The number of an author, as the pairs know it.
    pub(super) fn author(&mut self, name: &str) -> PersonId {
        if let Some(number) = self.authors.get(name) {
            return *number;
        }
        let number = PersonId(i64::try_from(self.authors.len()).unwrap_or(i64::MAX));
        self.authors.insert(name.to_owned(), number);
        number
    }

    fn number(&mut self, name: &str) -> PersonId {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = PersonId(i64::try_from(self.numbers.len()).unwrap_or(i64::MAX));
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// The number of a person who reviewed before.
    pub(super) fn seen(&self, name: &str) -> Option<PersonId> {
        self.numbers.get(name).copied()
    }

    /// Those of these people who reviewed before.
    pub(super) fn seen_of(&self, names: &[String]) -> Vec<PersonId> {
        names.iter().filter_map(|name| self.seen(name)).collect()
    }

    /// Scores for everybody seen, from a function of the person.
    pub(super) fn scores(&self, of: impl Fn(PersonId) -> f64) -> Scores {
        (0..)
            .take(self.numbers.len())
            .map(|number| of(PersonId(number)))
            .collect()
    }

    /// The rank of the first of `actual`, from 1, the author aside; none where nothing speaks for
    /// any of them. Ties go to whoever was seen first.
    #[expect(clippy::unused_self, reason = "the scores are this state's")]
    pub(super) fn rank(&self, scores: &Scores, actual: &[PersonId], author: Option<PersonId>) -> Option<usize> {
        let place = |person: &PersonId| usize::try_from(person.0).ok();
        let author = author.as_ref().and_then(place);
        let actual = actual.iter().filter_map(place).filter(|place| Some(*place) != author && scores[*place] > 0.0);
        let first = actual.max_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(b.cmp(a)))?;
        let better = scores.iter().enumerate().filter(|(place, score)| {
            Some(*place) != author && (**score > scores[first] || (**score >= scores[first] && *place < first))
        });
        Some(1 + better.count())
    }
}
