//! The last replays, kept between looks: a replay is dear, reading what it rests on is not.
//!
//! The database stays the truth: each look brings the rows that this reader may read now, and only where they are the very same as before is
//! the replay of before shown. An opt-out, an erasure, another setting or a right that was lost changes the rows, so nothing rests on what
//! was taken away. Kept are figures, numbers of people and the names of the repositories that were asked about.
use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::hash::RandomState;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::pipeline::StepError;
use crate::pipeline::aside::aside;
use crate::pipeline::hindsight::History;
use crate::pipeline::hindsight::Told;
use crate::store::reader::Reader;

/// Replays that are kept at most; the one looked at longest ago goes first.
const MOST: usize = 32;

/// Which replay is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Wanted {
    /// Of one repository; none: of all.
    pub repo: Option<RepoId>,
    /// So many of the last reviewed pull requests.
    pub last: usize,
    /// Chooses at random.
    pub seed: u64,
}

/// The last replays that somebody looked at. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Replays(Arc<Shelf>);

#[derive(Debug, Default)]
struct Shelf {
    /// Another one in every process, so that no chosen file name makes two pasts look the same.
    keyed: RandomState,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    looks: u64,
    replays: HashMap<(InstallationId, Scope), One>,
}

/// Who looks and at what. What they may read lies in the rows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Scope {
    person: Option<PersonId>,
    reads_everything: bool,
    wanted: Wanted,
}

#[derive(Debug)]
struct One {
    /// What the rows come to.
    mark: u64,
    told: Arc<Told>,
    /// The number of the last look at it.
    looked: u64,
}

impl Replays {
    /// The replay of a past that this reader has just read: that of before where every row is the same, a new one otherwise.
    ///
    /// # Errors
    /// [`StepError::Unreadable`] when the process ends meanwhile.
    pub async fn of(&self, reader: &Reader, history: History, wanted: Wanted) -> Result<Arc<Told>, StepError> {
        let installation = reader.installation();
        let scope = Scope {
            person: reader.person(),
            reads_everything: reader.reads_everything(),
            wanted,
        };
        let replays = Arc::clone(&self.0);
        aside(move || {
            let mark = replays.keyed.hash_one(&history);
            if let Some(told) = replays.kept().look(installation, scope, mark) {
                return told;
            }
            // Nobody waits for the shelf meanwhile; who wants the same replay works it out, too.
            let told = Arc::new(history.told(wanted.last, wanted.seed));
            replays.kept().keep(installation, scope, (mark, Arc::clone(&told)));
            told
        })
        .await
    }

    /// Lets go what is kept of an installation.
    pub fn forget(&self, installation: InstallationId) {
        self.0.kept().replays.retain(|(of, _), _| *of != installation);
    }
}

impl Shelf {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn look(&mut self, installation: InstallationId, scope: Scope, mark: u64) -> Option<Arc<Told>> {
        self.looks += 1;
        let known = self.replays.get_mut(&(installation, scope))?;
        if known.mark != mark {
            // Whatever changed, the others of this installation may rest on it as well.
            self.replays.retain(|(of, _), _| *of != installation);
            return None;
        }
        known.looked = self.looks;
        Some(Arc::clone(&known.told))
    }

    fn keep(&mut self, installation: InstallationId, scope: Scope, (mark, told): (u64, Arc<Told>)) {
        if self.replays.len() >= MOST && !self.replays.contains_key(&(installation, scope)) {
            let oldest = self
                .replays
                .iter()
                .min_by_key(|(_, one)| one.looked)
                .map(|(key, _)| *key);
            oldest.and_then(|key| self.replays.remove(&key));
        }
        let looked = self.looks;
        self.replays.insert((installation, scope), One { mark, told, looked });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::clock::Time;
    use crate::model::ids::PullKey;
    use crate::model::ids::TeamId;
    use crate::model::role::Roles;
    use crate::model::settings::Settings;
    use crate::suggest::replay::Pull;

    const REPO: RepoId = RepoId(7);
    const WANTED: Wanted = Wanted {
        repo: None,
        last: 500,
        seed: 0,
    };

    fn history() -> History {
        let pull = Pull {
            key: PullKey { repo: REPO, number: 1 },
            author: Some(PersonId(1)),
            opened: Time::UNIX_EPOCH,
            closed: Some(Time::UNIX_EPOCH),
            merged: true,
            reviewers: vec![PersonId(2), PersonId(3)],
            files: vec!["a/x".to_owned()],
            files_known: true,
        };
        History {
            pulls: vec![pull],
            teams: BTreeMap::from([(PersonId(1), vec![TeamId(1)])]),
            settings: BTreeMap::from([(REPO, Settings::default())]),
            repos: BTreeMap::from([(REPO, ("acme".to_owned(), "shop".to_owned()))]),
        }
    }

    fn owner(installation: i64) -> Reader {
        Reader::of_everything(InstallationId(installation))
    }

    async fn of(replays: &Replays, reader: &Reader, history: History, wanted: Wanted) -> Arc<Told> {
        replays.of(reader, history, wanted).await.expect("a replay")
    }

    #[tokio::test]
    async fn the_same_rows_for_the_same_reader_are_replayed_once() {
        let replays = Replays::default();
        let first = of(&replays, &owner(1), history(), WANTED).await;
        assert!(Arc::ptr_eq(&first, &of(&replays, &owner(1), history(), WANTED).await));
        let lead = Reader::member(InstallationId(1), PersonId(5), Roles::default(), vec![]);
        for (reader, wanted) in [
            (owner(2), WANTED),
            (lead, WANTED),
            (owner(1), Wanted { last: 100, ..WANTED }),
            (
                owner(1),
                Wanted {
                    repo: Some(REPO),
                    ..WANTED
                },
            ),
            (owner(1), Wanted { seed: 1, ..WANTED }),
        ] {
            let other = of(&replays, &reader, history(), wanted).await;
            assert!(!Arc::ptr_eq(&first, &other), "{reader:?} {wanted:?}");
        }
    }

    #[tokio::test]
    async fn whatever_changes_in_the_rows_has_them_replayed_anew() {
        let changes: [fn(&mut History); 10] = [
            |history| history.pulls[0].reviewers.truncate(1),
            |history| history.pulls[0].author = None,
            |history| history.pulls[0].closed = None,
            |history| history.pulls[0].merged = false,
            |history| history.pulls[0].files.clear(),
            |history| history.pulls.clear(),
            |history| history.teams.clear(),
            |history| history.repos.clear(),
            |history| history.settings.get_mut(&REPO).expect("settings").capacity = 1,
            |history| history.settings.get_mut(&REPO).expect("settings").daily_cap = 1,
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let replays = Replays::default();
            let first = of(&replays, &owner(1), history(), WANTED).await;
            let all = Wanted { last: 9, ..WANTED };
            let _ = of(&replays, &owner(1), history(), all).await;
            let mut other = history();
            change(&mut other);
            let second = of(&replays, &owner(1), other, WANTED).await;
            assert!(!Arc::ptr_eq(&first, &second), "change {number}");
            assert_eq!(
                replays.0.kept().replays.len(),
                1,
                "what rests on the rows of before is gone"
            );
        }
    }

    #[tokio::test]
    async fn what_is_forgotten_is_gone_and_only_so_many_are_kept() {
        let replays = Replays::default();
        for installation in 0..100 {
            let _ = of(&replays, &owner(installation), history(), WANTED).await;
        }
        assert_eq!(replays.0.kept().replays.len(), MOST);
        replays.forget(InstallationId(99));
        let kept = replays.0.kept();
        assert!(kept.replays.keys().all(|(installation, _)| installation.0 != 99));
        assert_eq!(kept.replays.len(), MOST - 1);
    }
}
