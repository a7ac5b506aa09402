//! Our own ranker in a replay, without skills and load, which such data doesn't hold.
use std::collections::HashMap;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::suggest::eval::Row;
use crate::suggest::eval::state::Event;
use crate::suggest::eval::state::Scores;
use crate::suggest::eval::state::State;
use crate::suggest::memory::Change;
use crate::suggest::memory::Memory;
use crate::suggest::memory::Signal;
use crate::suggest::memory::Signals;
use crate::suggest::memory::Weights;

/// What our ranker knows, and what it knew when each review that is still open was asked for.
#[derive(Debug)]
pub(super) struct Ours {
    memory: Memory,
    open: HashMap<String, Signals>,
}

impl Ours {
    /// Nothing yet; `without` are signals that count nothing.
    pub(super) fn new(epoch: Time, without: &[Signal]) -> Self {
        let weights = without
            .iter()
            .fold(Weights::default(), |weights, signal| weights.without(*signal));
        Self {
            memory: Memory::with(epoch, weights),
            open: HashMap::new(),
        }
    }

    /// A review is asked for: once it is done, it is learned from what was known now.
    pub(super) fn ask(&mut self, now: Time, author: Option<PersonId>, row: &Row) {
        let signals = self.memory.signals(now, author, (paths(row), &[]));
        self.open.insert(row.id.clone(), signals);
    }

    /// Learns from a review and counts it; each reviewer stands there once.
    pub(super) fn add(&mut self, event: &Event<'_>, author: Option<PersonId>, reviewers: &[PersonId]) {
        let Event { at, row } = *event;
        if let Some(asked) = self.open.remove(&row.id) {
            self.memory.learn(&asked, reviewers);
        }
        let files = &row.files;
        self.memory.add(
            at,
            Change {
                author,
                reviewers,
                files,
            },
        );
    }

    /// What each signal counts by now.
    pub(super) fn weights(&self) -> &Weights {
        self.memory.weights()
    }
}

/// What our ranker says: how likely each is the one who reviews, but for a common factor.
pub(super) fn peerlore(state: &State, row: &Row) -> Scores {
    let memory = &state.ours.memory;
    let signals = memory.signals(state.now, state.seen(row.author.as_deref()), (paths(row), &[]));
    let scores: HashMap<PersonId, f64> = signals
        .people()
        .map(|(person, values)| (person, memory.weights().score(values).exp()))
        .collect();
    state.scores(|person| scores.get(&person).copied().unwrap_or_default())
}

fn paths(row: &Row) -> impl Iterator<Item = &str> {
    row.files.iter().map(String::as_str)
}
