//! The baselines that our ranker is compared with, each a score for everybody who reviewed before. Definitions: spread.md
//! section 1. Nothing of our ranker's own weights and half-lives is in them, so that they stay put when it is tuned.
use crate::model::ids::PersonId;
use crate::suggest::eval::Row;
use crate::suggest::eval::state::Scores;
use crate::suggest::eval::state::State;
use crate::suggest::eval::state::index;
use crate::suggest::pair::Familiar;

/// Days in which the baselines' reviews of an author or under a path lose half of their weight.
pub(super) const HALF_LIFE_DAYS: f64 = 120.0;

/// Weight of activity where it only ranks those that a model says nothing about.
const TIE: f64 = 1e-6;

/// What the author pair's share counts beside path prefixes.
const PAIR: f64 = 0.5;

/// What the share of recent reviews counts beside path prefixes.
const ACTIVITY: f64 = 0.3;

/// Number of reviews in the last 90 days.
pub(super) fn active(state: &State, _: &Row) -> Scores {
    state.scores(|person| f64::from(state.activity.count(person)))
}

/// Decayed number of reviews of this author.
pub(super) fn pair(state: &State, row: &Row) -> Scores {
    let familiar = familiar(state, row);
    state.scores(|person| {
        let weight = familiar[at(person)].map_or(0.0, |familiar| familiar.weight);
        weight + TIE * f64::from(state.activity.count(person))
    })
}

/// cHRev's sum over the files.
pub(super) fn chrev(state: &State, row: &Row) -> Scores {
    let scores = state.chrev.scores(&row.files);
    state.scores(|person| {
        scores.get(&person).copied().unwrap_or_default() + TIE * f64::from(state.activity.count(person))
    })
}

/// Decayed path prefixes, scaled to 1 for the best, with the author pair and activity.
pub(super) fn path_prefixes(state: &State, row: &Row) -> Scores {
    let familiar = familiar(state, row);
    let view = state.prefixes.view(row.files.iter().map(String::as_str), state.now);
    let known = view.people(state.everybody());
    let best = known.iter().flatten().map(|known| known.score).fold(0.0, f64::max);
    state.scores(|person| {
        let paths = known[at(person)].filter(|_| best > 0.0);
        let paths = paths.map_or(0.0, |known| known.score / best);
        let pair = familiar[at(person)].map_or(0.0, |familiar| familiar.share);
        paths + PAIR * pair + ACTIVITY * state.activity.share(person)
    })
}

/// `RevFinder`'s Borda count.
pub(super) fn revfinder(state: &State, row: &Row) -> Scores {
    let author = state.place(state.seen(row.author.as_deref()));
    state.revfinder.scores(&row.files, state.people(), author)
}

/// For everybody, by number, how familiar they are with the author.
fn familiar(state: &State, row: &Row) -> Vec<Option<Familiar>> {
    let author = state.seen(row.author.as_deref()).map(index);
    state.pairs.of(author, state.now, state.everybody())
}

fn at(person: PersonId) -> usize {
    index(person) as usize
}
