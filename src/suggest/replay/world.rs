//! Who knows which file under one policy.
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;

use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::suggest::replay::Pull;
use crate::suggest::replay::float;

/// A file, or a part of the code: a repository with a path, or with a top folder (empty: the files beside the folders).
type Place = (RepoId, String);

/// Who knows what: whoever wrote a merged change of a file, or reviewed one, knows it from then on. At risk is a file that at most one
/// active person reviewed (spread.md section 2, `FaR`, where nobody knows who owns lines). Only what the pull requests asked about touch is
/// kept.
#[derive(Clone, Debug)]
pub(super) struct World {
    known: HashMap<Place, BTreeSet<PersonId>>,
    /// Of whoever knows a file, those who reviewed it; and the same of parts.
    reviewed: HashMap<Place, BTreeSet<PersonId>>,
    reviewed_parts: HashMap<Place, BTreeSet<PersonId>>,
    /// Files and parts that the pull requests asked about touched.
    watched: HashSet<Place>,
    watched_parts: HashSet<Place>,
}

impl World {
    /// Nobody knows anything yet.
    pub(super) fn of<'p>(asked: impl Iterator<Item = &'p Pull>) -> Self {
        let watched: HashSet<Place> = asked.flat_map(places).collect();
        Self {
            known: HashMap::new(),
            reviewed: HashMap::new(),
            reviewed_parts: HashMap::new(),
            watched_parts: watched.iter().map(|(repo, path)| part_of(*repo, path)).collect(),
            watched,
        }
    }

    /// A pull request is over, and these reviewed it.
    pub(super) fn gains(&mut self, pull: &Pull, selected: &[PersonId]) {
        let author = pull.author.filter(|_| pull.merged);
        for place in places(pull) {
            let part = part_of(place.0, &place.1);
            if self.watched_parts.contains(&part) {
                self.reviewed_parts.entry(part).or_default().extend(selected);
            }
            if self.watched.contains(&place) {
                self.known
                    .entry(place.clone())
                    .or_default()
                    .extend(selected.iter().chain(&author));
                self.reviewed.entry(place).or_default().extend(selected);
            }
        }
    }

    /// Share of a pull request's files that somebody of these knows (spread.md section 2, `Expertise`); none where it has none.
    pub(super) fn share_known(&self, pull: &Pull, people: &[PersonId]) -> Option<f64> {
        let known = places(pull).filter(|place| people.iter().any(|person| self.knows(*person, place)));
        (!pull.files.is_empty()).then(|| float(known.count()) / float(pull.files.len()))
    }

    fn knows(&self, person: PersonId, place: &Place) -> bool {
        self.known.get(place).is_some_and(|people| people.contains(&person))
    }

    /// Files that are watched.
    pub(super) fn files(&self) -> usize {
        self.watched.len()
    }

    /// Parts of the code that are watched.
    pub(super) fn parts(&self) -> usize {
        self.watched_parts.len()
    }

    /// Of these, those that at most one active person reviewed.
    pub(super) fn files_at_risk(&self, is_active: impl Fn(PersonId) -> bool) -> usize {
        at_risk(&self.watched, &self.reviewed, is_active)
    }

    /// The same of parts of the code.
    pub(super) fn parts_at_risk(&self, is_active: impl Fn(PersonId) -> bool) -> usize {
        at_risk(&self.watched_parts, &self.reviewed_parts, is_active)
    }
}

fn at_risk(
    watched: &HashSet<Place>,
    known: &HashMap<Place, BTreeSet<PersonId>>,
    is_active: impl Fn(PersonId) -> bool,
) -> usize {
    let knowers = |place| {
        known
            .get(place)
            .into_iter()
            .flatten()
            .filter(|person| is_active(**person))
    };
    watched
        .iter()
        .filter(|place| knowers(*place).take(2).count() < 2)
        .count()
}

/// The files of a pull request.
fn places(pull: &Pull) -> impl Iterator<Item = Place> {
    pull.files.iter().map(|path| (pull.key.repo, path.clone()))
}

fn part_of(repo: RepoId, path: &str) -> Place {
    (repo, path.split_once('/').map_or("", |(folder, _)| folder).to_owned())
}
