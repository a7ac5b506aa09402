//! The models that a replay compares, each a score for everybody who reviewed before.
use std::collections::HashMap;

use crate::model::ids::PersonId;
use crate::suggest::eval::Row;
use crate::suggest::eval::state::Scores;
use crate::suggest::eval::state::State;
use crate::suggest::pair::Familiar;
use crate::suggest::rank::blend;

/// A model by name.
pub(super) struct Model {
    pub(super) name: &'static str,
    pub(super) score: fn(&State, &Row) -> Scores,
}

/// All of them; ours is `peerlore`.
pub(super) const MODELS: [Model; 4] = [
    Model {
        name: "active_90_days",
        score: active,
    },
    Model {
        name: "author_pair",
        score: pair,
    },
    Model {
        name: "chrev",
        score: chrev,
    },
    Model {
        name: "peerlore",
        score: peerlore,
    },
];

/// Weight of activity where it only ranks those that a model says nothing about.
const TIE: f64 = 1e-6;

fn active(state: &State, _: &Row) -> Scores {
    state.scores(|person| f64::from(state.activity.count(person)))
}

fn familiar(state: &State, row: &Row) -> HashMap<PersonId, Familiar> {
    let author = state.seen(row.author.as_deref());
    author.map_or_else(HashMap::new, |author| state.pairs.reviewers(author, state.now))
}

fn pair(state: &State, row: &Row) -> Scores {
    let familiar = familiar(state, row);
    state.scores(|person| {
        let weight = familiar.get(&person).map_or(0.0, |familiar| familiar.weight);
        weight + TIE * f64::from(state.activity.count(person))
    })
}

fn chrev(state: &State, row: &Row) -> Scores {
    let scores = state.chrev.scores(&row.files);
    state.scores(|person| {
        scores.get(&person).copied().unwrap_or_default() + TIE * f64::from(state.activity.count(person))
    })
}

/// Our ranker without skills and load, which such data doesn't hold.
fn peerlore(state: &State, row: &Row) -> Scores {
    let familiar = familiar(state, row);
    let files: Vec<&str> = row.files.iter().map(String::as_str).collect();
    let known = state.paths.view(&files, state.now).people();
    let author = state.seen(row.author.as_deref());
    let others = known.iter().filter(|(person, _)| Some(**person) != author);
    let best = others.map(|(_, known)| known.score).fold(0.0, f64::max);
    state.scores(|person| {
        let paths = known
            .get(&person)
            .filter(|_| best > 0.0)
            .map_or(0.0, |known| known.score / best);
        let pair = familiar.get(&person).map_or(0.0, |familiar| familiar.share);
        blend(paths, pair, state.activity.share(person))
    })
}
