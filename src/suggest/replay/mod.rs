//! An organisation's own past under other choices of reviewers, beside what happened.
//!
//! Comes in: a [`Past`] of [`Pull`]s in any order. Goes out: a [`Report`] on the last few that were reviewed: whom each [`Policy`] would have
//! picked, knowing only what was closed before each was opened, and the same [`Figures`] for all of them. A policy that picks replaces one of
//! those who reviewed, always the same one, and its picks gain knowledge in a world of its own (spread.md section 2). Nothing ranks people:
//! figures are of the whole.
//!
//! - `state` is what is known at a point of time and ranks by it, `load` spares our picks as a real suggestion does; `world` is who knows
//!   which file under one policy
//! - `learner` adds somebody who would learn, by the policy of `spread`; `figures` measures; `words` says how sure the figures are
mod figures;
mod learner;
mod load;
mod state;
#[cfg(test)]
mod tests;
pub mod words;
mod world;

use std::collections::BTreeMap;
use std::collections::HashMap;

use serde::Serialize;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::ids::TeamId;
use crate::model::settings::Settings;
pub use crate::suggest::replay::figures::Estimate;
pub use crate::suggest::replay::figures::Figures;
use crate::suggest::replay::figures::Measured;
use crate::suggest::replay::load::Load;
use crate::suggest::replay::state::State;
use crate::suggest::replay::world::World;

/// Days in which somebody has to have done something to be picked, or to count as one who knows (spread.md section 2).
pub const ACTIVE_DAYS: i64 = 180;
/// Pull requests under which figures say little.
pub const ENOUGH: usize = 30;
/// People who review under which how reviews are spread over them would be about somebody.
pub const FEWEST_PEOPLE: usize = 5;
/// So many reviews bring one learner at most, so nobody joins before that many.
pub const REVIEWS_A_LEARNER: u32 = 20;
/// The budgets of the curve, as one review in so many; the last is the most.
pub const BUDGETS: [u32; 4] = [50, REVIEWS_A_LEARNER, 10, 5];
/// Days after which a review counts as done although its pull request is still open: nobody is busy with what lies about.
pub const OPEN_DAYS: i64 = 30;
/// The busiest so many (spread.md section 2, `CoreWorkload`).
pub const CORE: usize = 10;

/// Who reviews.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Whoever really did.
    Happened,
    /// Our ranker's best who isn't full takes one reviewer's place.
    Ours,
    /// What happened, and somebody who would learn joins where it pays most.
    WithLearner,
    /// The best by cHRev takes one reviewer's place: who knows most, and nothing else.
    ExpertOnly,
    /// Anybody active here takes one reviewer's place.
    Random,
}

impl Policy {
    /// All of them, what happened first.
    pub const ALL: [Self; 5] = [
        Self::Happened,
        Self::Ours,
        Self::WithLearner,
        Self::ExpertOnly,
        Self::Random,
    ];

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Happened => "what happened",
            Self::Ours => "our pick",
            Self::WithLearner => "with a learner",
            Self::ExpertOnly => "expert only",
            Self::Random => "random",
        }
    }
}

/// A pull request of the past.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Pull {
    /// Which.
    pub key: PullKey,
    /// Who wrote it, where that person may appear. Without one nobody is picked for it.
    pub author: Option<PersonId>,
    /// When it was opened.
    pub opened: Time,
    /// When it was closed; until then nothing is known of it.
    pub closed: Option<Time>,
    /// Whether it was merged: only then the author wrote the files.
    pub merged: bool,
    /// Who reviewed it.
    pub reviewers: Vec<PersonId>,
    /// The files it touched.
    pub files: Vec<String>,
    /// These are all of them, known by its opening; otherwise places that were commented on later stand for them.
    pub files_known: bool,
}

/// What is replayed.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    /// The pull requests, in any order, each once.
    pub pulls: &'a [Pull],
    /// Everybody's own teams, as they are today; empty where teams are unknown.
    pub teams: &'a BTreeMap<PersonId, Vec<TeamId>>,
    /// What holds in each repository: how much somebody may be given. Where there is none, what is usual.
    pub settings: &'a BTreeMap<RepoId, Settings>,
    /// So many of the last reviewed ones are asked about; those before count as history.
    pub last: usize,
    /// Chooses at random, between equals, and who is replaced.
    pub seed: u64,
}

/// One pull request that was asked about.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Asked {
    /// Which.
    pub key: PullKey,
    /// When it was opened.
    pub opened: Time,
    /// Who wrote it.
    pub author: PersonId,
    /// Who reviewed it, by number.
    pub reviewers: Vec<PersonId>,
    /// Whom each policy that picks would have asked first; none where nobody active had reviewed in the repository, or for us
    /// nobody who isn't full.
    pub picks: BTreeMap<Policy, Option<PersonId>>,
    /// Who would have joined to learn.
    pub learner: Option<PersonId>,
}

impl Asked {
    /// Whether a policy's pick is one of those who reviewed; none where it picked nobody.
    #[must_use]
    pub fn outcome(&self, policy: Policy) -> Option<bool> {
        let pick = self.picks.get(&policy).copied().flatten()?;
        Some(self.reviewers.contains(&pick))
    }
}

/// What a replay found.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// The pull requests that were asked about, oldest first.
    pub asked: Vec<Asked>,
    /// Pull requests that were known of, those asked about included.
    pub history: usize,
    /// Of those asked about, how many have files that are known only by later comments.
    pub files_unknown: usize,
    /// Files that the pull requests asked about touched: of these some are at risk at the end.
    pub files: usize,
    /// Parts of the code (a repository's top folders) that they lie in.
    pub parts: usize,
    /// People among whom the reviews are spread, under any policy.
    pub people: usize,
    /// What came of each policy.
    pub figures: BTreeMap<Policy, Figures>,
    /// What would have come of other budgets for learners, smaller ones first.
    pub budgets: Vec<Budget>,
}

/// What comes of a budget for learners.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Budget {
    /// A learner joins one review in so many at most.
    pub reviews_a_learner: u32,
    /// Reviews that a learner joined.
    pub extra: usize,
    /// Files that at most one active person reviewed, at the end.
    pub files_at_risk: usize,
}

impl Report {
    /// Whether the figures rest on enough.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.asked.len() >= ENOUGH
    }
}

/// Replays a past. The same pull requests and seed give the same report, in whatever order they stand.
#[must_use]
pub fn replay(past: &Past<'_>) -> Report {
    let mut pulls: Vec<Pull> = past.pulls.iter().map(tidy).collect();
    pulls.sort_by_key(|pull| (pull.opened, pull.key));
    let places: Vec<usize> = (0..pulls.len()).filter(|at| can_be_asked(&pulls[*at])).collect();
    let asked = &places[places.len().saturating_sub(past.last)..];
    let mut replay = Replay::new(&pulls, asked, past);
    for (at, pull) in pulls.iter().enumerate() {
        replay.close_before(Some(pull.opened));
        replay.open(at, asked.binary_search(&at).is_ok());
    }
    replay.close_before(None);
    replay.report()
}

/// Each reviewer and file once; nothing is closed before it is opened, and nobody reviews their own.
fn tidy(pull: &Pull) -> Pull {
    let mut pull = pull.clone();
    pull.reviewers.sort_unstable();
    pull.reviewers.dedup();
    pull.reviewers.retain(|reviewer| Some(*reviewer) != pull.author);
    pull.files.sort_unstable();
    pull.files.dedup();
    pull.closed = pull.closed.map(|closed| closed.max(pull.opened));
    pull
}

/// Reviewed, over, and of somebody who may appear: nobody is suggested on a bot's pull request.
fn can_be_asked(pull: &Pull) -> bool {
    pull.author.is_some() && pull.closed.is_some() && !pull.reviewers.is_empty()
}

struct Replay<'a> {
    pulls: &'a [Pull],
    past: &'a Past<'a>,
    /// Places of the pull requests in the order in which they were closed, and how many of them are known.
    closings: Vec<usize>,
    closed: usize,
    state: State,
    load: Load<'a>,
    /// One world until the first question, then one for each policy.
    worlds: Vec<World>,
    /// Who reviews an asked pull request in each world, by its place.
    selected: HashMap<usize, Vec<Vec<PersonId>>>,
    /// Who joins to learn, by place, under each of the [`BUDGETS`].
    learners: Vec<HashMap<usize, PersonId>>,
    /// A world for each of them, from the first question on.
    of_budgets: Vec<World>,
    measured: Vec<Measured>,
    asked: Vec<Asked>,
    /// How many of the asked ones have files that are known only by later comments.
    files_unknown: usize,
}

impl<'a> Replay<'a> {
    fn new(pulls: &'a [Pull], asked: &[usize], past: &'a Past<'a>) -> Self {
        let mut closings: Vec<usize> = (0..pulls.len()).filter(|at| pulls[*at].closed.is_some()).collect();
        closings.sort_by_key(|at| (pulls[*at].closed, pulls[*at].key));
        let epoch = pulls.first().map_or_else(Time::default, |pull| pull.opened);
        Self {
            pulls,
            past,
            closings,
            closed: 0,
            state: State::new(epoch, past.seed),
            load: Load::new(past.settings),
            worlds: vec![World::of(asked.iter().map(|at| &pulls[*at]))],
            selected: HashMap::new(),
            learners: learner::choose(pulls, asked, past.teams, (&BUDGETS, past.seed)),
            of_budgets: Vec::new(),
            measured: Policy::ALL.iter().map(|_| Measured::default()).collect(),
            asked: Vec::with_capacity(asked.len()),
            files_unknown: asked.iter().filter(|at| !pulls[**at].files_known).count(),
        }
    }

    /// Learns of whatever was closed before `now`; of all that was closed where there is none.
    fn close_before(&mut self, now: Option<Time>) {
        while let Some(at) = self.closings.get(self.closed).copied() {
            let pull = &self.pulls[at];
            let Some(closed) = pull.closed.filter(|closed| now.is_none_or(|now| *closed < now)) else {
                return;
            };
            self.closed += 1;
            self.state.close(at, closed, pull);
            for (number, world) in self.worlds.iter_mut().enumerate() {
                let selected = self
                    .selected
                    .get(&at)
                    .map_or(&pull.reviewers, |selected| &selected[number]);
                world.gains(pull, selected);
            }
            for (world, learners) in self.of_budgets.iter_mut().zip(&self.learners) {
                let selected = pull.reviewers.iter().chain(learners.get(&at));
                world.gains(pull, &selected.copied().collect::<Vec<_>>());
            }
        }
    }

    /// Who joins under the budget that is usual.
    fn learner(&self, at: usize) -> Option<PersonId> {
        let usual = BUDGETS.iter().position(|budget| *budget == REVIEWS_A_LEARNER)?;
        self.learners[usual].get(&at).copied()
    }

    fn open(&mut self, at: usize, is_asked: bool) {
        let pull = &self.pulls[at];
        self.state.open(at, pull);
        self.load.move_to(pull.opened);
        if let (true, Some(author)) = (is_asked, pull.author) {
            self.ask(at, author);
        }
        if pull.closed.is_none() {
            self.state.forget(at);
        }
        let picked = self.selected.get(&at).map(|all| &all[Policy::Ours as usize]);
        self.load
            .take((at, pull.opened), pull.closed, picked.unwrap_or(&pull.reviewers));
    }

    fn ask(&mut self, at: usize, author: PersonId) {
        if self.worlds.len() == 1 {
            self.of_budgets = vec![self.worlds[0].clone(); BUDGETS.len()];
            self.worlds = vec![self.worlds[0].clone(); Policy::ALL.len()];
        }
        let (pull, learner) = (&self.pulls[at], self.learner(at));
        let mut asked = Asked {
            key: pull.key,
            opened: pull.opened,
            author,
            reviewers: pull.reviewers.clone(),
            picks: BTreeMap::new(),
            learner: None,
        };
        let mut all = Vec::with_capacity(Policy::ALL.len());
        for (number, policy) in Policy::ALL.into_iter().enumerate() {
            let mut selected = pull.reviewers.clone();
            let measured = &mut self.measured[number];
            match policy {
                Policy::Happened => {}
                Policy::WithLearner => {
                    asked.learner = learner;
                    selected.extend(asked.learner);
                    measured.extra += usize::from(asked.learner.is_some());
                }
                Policy::Ours | Policy::ExpertOnly | Policy::Random => {
                    let ranked = self.state.ranked(at, (policy, &self.load), pull);
                    asked.picks.insert(policy, ranked.first().copied());
                    measured.rank(&ranked, &pull.reviewers);
                    replace_one(&mut selected, &ranked, self.state.chance(pull.key, None));
                }
            }
            let known = self.worlds[number].share_known(pull, &selected);
            measured.count(known, &selected, crosses(self.past.teams, author, &selected));
            all.push(selected);
        }
        if let Some(pick) = asked.picks.get(&Policy::Ours).copied().flatten() {
            self.load.pick(pick, pull.opened);
        }
        self.selected.insert(at, all);
        self.asked.push(asked);
    }

    fn report(self) -> Report {
        let here = |person: PersonId| self.state.is_active(person);
        let people = figures::people(&self.measured);
        let mut figures = BTreeMap::new();
        for (number, policy) in Policy::ALL.into_iter().enumerate() {
            let world = self.worlds.get(number).unwrap_or(&self.worlds[0]);
            let measured = self.measured[number].figures(policy, &self.measured[0], &people);
            figures.insert(
                policy,
                Figures {
                    files_at_risk: world.files_at_risk(here),
                    parts_at_risk: world.parts_at_risk(here),
                    ..measured
                },
            );
        }
        let budgets = BUDGETS.iter().zip(&self.learners).zip(&self.of_budgets);
        Report {
            budgets: budgets
                .map(|((budget, learners), world)| Budget {
                    reviews_a_learner: *budget,
                    extra: learners.len(),
                    files_at_risk: world.files_at_risk(here),
                })
                .collect(),
            history: self.pulls.len(),
            files_unknown: self.files_unknown,
            files: self.worlds[0].files(),
            parts: self.worlds[0].parts(),
            people: people.len(),
            figures,
            asked: self.asked,
        }
    }
}

/// The best who doesn't review already takes the place of one of those who do; nobody where there is no such one.
fn replace_one(selected: &mut [PersonId], ranked: &[PersonId], chance: u64) {
    let slot = usize::try_from(chance % selected.len().max(1) as u64).unwrap_or(0);
    let others = |person: &&PersonId| {
        selected
            .iter()
            .enumerate()
            .all(|(at, one)| at == slot || one != *person)
    };
    if let Some(pick) = ranked.iter().find(others).copied() {
        selected[slot] = pick;
    }
}

/// Whether somebody of these shares no team with the author; none where teams don't tell.
fn crosses(teams: &BTreeMap<PersonId, Vec<TeamId>>, author: PersonId, selected: &[PersonId]) -> Option<bool> {
    let own = teams.get(&author)?;
    let of_others: Vec<&Vec<TeamId>> = selected.iter().filter_map(|person| teams.get(person)).collect();
    let crosses = of_others
        .iter()
        .any(|other| !other.iter().any(|team| own.contains(team)));
    (!of_others.is_empty()).then_some(crosses)
}

/// A number as a fraction can be made of.
#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of reviews, files and people are far below 2^53"
)]
fn float(number: usize) -> f64 {
    number as f64
}
