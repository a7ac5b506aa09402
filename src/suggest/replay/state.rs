//! What is known at a point of the replay, the same under every policy: what really happened and was closed before.
use std::collections::HashMap;

use chrono::TimeDelta;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::suggest::activity::Activity;
use crate::suggest::eval::chrev::Chrev;
use crate::suggest::memory::Change;
use crate::suggest::memory::Memory;
use crate::suggest::memory::Signals;
use crate::suggest::replay::ACTIVE_DAYS;
use crate::suggest::replay::Policy;
use crate::suggest::replay::Pull;
use crate::suggest::replay::load::Load;
use crate::suggest::replay::load::Vacancy;
use crate::suggest::spread::history::mix;

/// How much recent activity adds to cHRev, so that it ranks whoever never reviewed these files, too (spread.md section 1).
const REST: f64 = 1e-6;

/// Everything that rankers need.
pub(super) struct State {
    epoch: Time,
    now: Time,
    seed: u64,
    repos: HashMap<RepoId, Repo>,
    /// What was known of each open pull request when it was opened.
    open: HashMap<usize, Signals>,
    /// When somebody last did something, anywhere.
    last: HashMap<PersonId, Time>,
}

/// What is known in one repository.
struct Repo {
    memory: Memory,
    chrev: Chrev,
    activity: Activity,
}

impl State {
    pub(super) fn new(epoch: Time, seed: u64) -> Self {
        Self {
            epoch,
            now: epoch,
            seed,
            repos: HashMap::new(),
            open: HashMap::new(),
            last: HashMap::new(),
        }
    }

    /// A pull request is opened: once it is reviewed and closed, it is learned from what is known now.
    pub(super) fn open(&mut self, at: usize, pull: &Pull) {
        self.now = pull.opened;
        let repo = self.repo(pull.key.repo);
        repo.activity.move_to(pull.opened);
        if !pull.reviewers.is_empty() {
            let files = pull.files.iter().map(String::as_str);
            let signals = repo.memory.signals(pull.opened, pull.author, (files, &[]));
            self.open.insert(at, signals);
        }
    }

    /// A pull request is never closed, so nothing will be learned from it.
    pub(super) fn forget(&mut self, at: usize) {
        self.open.remove(&at);
    }

    /// A pull request is closed: what was done with it is known from now on.
    pub(super) fn close(&mut self, at: usize, closed: Time, pull: &Pull) {
        self.now = self.now.max(closed);
        let signals = self.open.remove(&at);
        let repo = self.repo(pull.key.repo);
        if let Some(author) = pull.author.filter(|_| pull.merged) {
            repo.memory.wrote(closed, author, &pull.files);
        }
        if let Some(signals) = signals {
            let (reviewers, files) = (pull.reviewers.as_slice(), pull.files.as_slice());
            let change = Change {
                author: pull.author,
                reviewers,
                files,
            };
            repo.memory.learn(&signals, reviewers);
            repo.memory.reviewed(closed, change);
            repo.chrev.add(closed, reviewers, files);
            repo.activity.add(closed, reviewers);
        }
        let did = pull.author.map(|author| (author, pull.opened));
        for (person, when) in did
            .into_iter()
            .chain(pull.reviewers.iter().map(|person| (*person, closed)))
        {
            let known = self.last.entry(person).or_insert(when);
            *known = (*known).max(when);
        }
    }

    /// Whether somebody did something lately, anywhere.
    pub(super) fn is_active(&self, person: PersonId) -> bool {
        self.last
            .get(&person)
            .is_some_and(|last| *last > self.now - TimeDelta::days(ACTIVE_DAYS))
    }

    /// Whoever reviewed in the pull request's repository and is active, the best first, the author aside; of our picks only who may be asked
    /// by `load`.
    pub(super) fn ranked(&self, at: usize, (policy, load): (Policy, &Load<'_>), pull: &Pull) -> Vec<PersonId> {
        let (Some(repo), Some(signals)) = (self.repos.get(&pull.key.repo), self.open.get(&at)) else {
            return Vec::new();
        };
        let people = signals.people().filter(|(person, _)| self.is_active(*person));
        let scores: Vec<(PersonId, f64)> = match policy {
            Policy::ExpertOnly => {
                let scores = repo.chrev.scores(&pull.files);
                let score = |person| {
                    let rest = REST * f64::from(repo.activity.count(person));
                    scores.get(&person).copied().unwrap_or_default() + rest
                };
                people.map(|(person, _)| (person, score(person))).collect()
            }
            Policy::Ours => {
                let vacancy = Vacancy {
                    repo: pull.key.repo,
                    author: pull.author,
                    at: pull.opened,
                };
                let weights = repo.memory.weights();
                load.weighed(vacancy, people.map(|(person, values)| (person, weights.score(values))))
            }
            Policy::Random | Policy::Happened | Policy::WithLearner => {
                people.map(|(person, _)| (person, 0.0)).collect()
            }
        };
        let mut ranked: Vec<(f64, u64, PersonId)> = scores
            .into_iter()
            .map(|(person, score)| (score, self.chance(pull.key, Some(person)), person))
            .collect();
        ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        ranked.into_iter().map(|(.., person)| person).collect()
    }

    /// A number by chance, always the same for a seed, a pull request and a person.
    pub(super) fn chance(&self, key: PullKey, person: Option<PersonId>) -> u64 {
        let of_pull = mix(mix(self.seed, place(key.repo.0)), place(key.number.into()));
        person.map_or(of_pull, |person| mix(of_pull, place(person.0)))
    }

    fn repo(&mut self, id: RepoId) -> &mut Repo {
        self.repos.entry(id).or_insert_with(|| Repo {
            memory: Memory::new(self.epoch),
            chrev: Chrev::default(),
            activity: Activity::default(),
        })
    }
}

fn place(number: i64) -> usize {
    usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX)
}
