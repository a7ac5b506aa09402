//! Our own ranker in a replay, without skills and load, which such data doesn't hold.
use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::suggest::decay::Decay;
use crate::suggest::eval::Row;
use crate::suggest::eval::state::Event;
use crate::suggest::eval::state::Scores;
use crate::suggest::eval::state::State;
use crate::suggest::pair;
use crate::suggest::pair::PairIndex;
use crate::suggest::paths;
use crate::suggest::paths::Part;
use crate::suggest::paths::PathIndex;
use crate::suggest::rank::blend;

/// What our ranker reads besides activity, with the product's own half-lives.
#[derive(Debug)]
pub(super) struct Ours {
    paths: PathIndex,
    pairs: PairIndex,
}

impl Ours {
    pub(super) fn new(epoch: Time) -> Self {
        Self {
            paths: PathIndex::of_everything(Decay::new(epoch, paths::HALF_LIFE_DAYS)),
            pairs: PairIndex::new(Decay::new(epoch, pair::HALF_LIFE_DAYS)),
        }
    }

    /// Counts one review; each reviewer stands there once.
    pub(super) fn add(&mut self, event: &Event<'_>, author: Option<PersonId>, reviewers: &[PersonId]) {
        let Event { at, row } = *event;
        self.paths.add(Part::Reviewed, at, reviewers, &row.files);
        if let Some(author) = author {
            self.pairs.add(at, author, reviewers);
            self.paths.add(Part::Wrote, at, &[author], &row.files);
        }
    }
}

/// What our ranker says.
pub(super) fn peerlore(state: &State, row: &Row) -> Scores {
    let author = state.seen(row.author.as_deref());
    let familiar = author.map(|author| state.ours.pairs.reviewers(author, state.now));
    let familiar = familiar.unwrap_or_default();
    let files: Vec<&str> = row.files.iter().map(String::as_str).collect();
    let known = state.ours.paths.view(&files, state.now).people();
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
