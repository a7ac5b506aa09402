//! What is known when a question is asked: the history read once, and the rules on who can't be suggested at all.
use chrono::TimeDelta;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::settings::Settings;
use crate::model::skill::Area;
use crate::suggest::memory::Values;
use crate::suggest::pair::Familiar;
use crate::suggest::paths::Beside;
use crate::suggest::paths::Known;
use crate::suggest::paths::View;
use crate::suggest::query::Asked;
use crate::suggest::query::Candidate;
use crate::suggest::query::CodeOwner;
use crate::suggest::query::PullAsked;
use crate::suggest::query::Query;
use crate::suggest::skill;

/// Changes with more files than this are mechanical more often than not: they make nobody an expert.
pub const MOST_FILES: usize = 100;

/// Days without any recorded activity after which nobody is suggested (spread.md section 2, "active").
pub const IDLE_DAYS: i64 = 180;

/// The history as far as it bears on one question.
#[derive(Debug)]
pub struct Ground<'q> {
    /// The question.
    pub query: &'q Query<'q>,
    /// What the repository chose.
    pub settings: &'q Settings,
    /// When it is asked.
    pub now: Time,
    /// Breaks ties.
    pub seed: u64,
    /// The paths asked about.
    pub paths: Vec<&'q str>,
    /// Who did what under their prefixes.
    pub view: View<'q, 'q>,
    /// What is known of each candidate, in their order.
    pub facts: Vec<Facts<'q>>,
    /// What comments here are about, as shares of 1.
    pub expected: Vec<(Area, f64)>,
}

/// What the past tells of one candidate.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'q> {
    /// Who.
    pub candidate: &'q Candidate,
    /// Their number in the repository's [`Memory`](crate::suggest::memory::Memory), where they did anything there.
    pub number: Option<u32>,
    /// What they know of the paths.
    pub known: Option<Known<'q>>,
    /// The folder next to the change's own in which they reviewed most.
    pub beside: Option<Beside<'q, 'q>>,
    /// How they reviewed the author.
    pub familiar: Option<Familiar>,
    /// Reviews of the last 90 days.
    pub lately: u32,
    /// Signal by signal, where there are any.
    pub values: Option<Values>,
}

/// Why somebody can't be suggested now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Barred {
    /// Wrote it.
    Author,
    /// Is asked already.
    Asked,
    /// Has as many open reviews as they take.
    AtCapacity,
    /// Had their suggestions for today.
    DailyCap,
    /// Nothing was seen of them for half a year.
    Idle,
}

impl<'q> Ground<'q> {
    /// Reads what the past tells of one question.
    #[must_use]
    pub fn read(query: &'q Query<'q>, settings: &'q Settings, now: Time, seed: u64) -> Self {
        let paths: Vec<&str> = query.pull.files.iter().map(|file| file.path.as_str()).collect();
        let (memory, activity) = (&query.past.memory, &query.past.activity);
        let (view, author) = (memory.view(now, &paths), query.pull.author);
        let familiar = memory.familiar(now, author);
        let candidates: Vec<PersonId> = query.candidates.iter().map(|candidate| candidate.id).collect();
        let signals = memory.told(now, author, (&paths, &candidates), (&view, &familiar));
        let mut values: Vec<Option<Values>> = vec![None; memory.people()];
        for (person, of) in signals.numbered() {
            values[person as usize] = Some(*of);
        }
        let (known, beside) = (view.people(memory.people()), view.beside(memory.people()));
        let gone = activity.gone_by(now);
        let facts = query.candidates.iter().map(|candidate| {
            let number = memory.number_of(candidate.id);
            let at = number.map(|number| number as usize);
            Facts {
                candidate,
                number,
                known: at.and_then(|at| known[at]),
                beside: at.and_then(|at| beside[at]),
                familiar: at.and_then(|at| familiar[at]),
                lately: activity.count(candidate.id) - gone.get(&candidate.id).copied().unwrap_or_default(),
                values: at.and_then(|at| values[at]),
            }
        });
        Self {
            query,
            settings,
            now,
            seed,
            facts: facts.collect(),
            expected: skill::shares(&query.pull.expected_areas),
            view,
            paths,
        }
    }

    /// Why this person can't be suggested, if so.
    #[must_use]
    pub fn barred(&self, candidate: &Candidate) -> Option<Barred> {
        barred((self.query.pull, self.settings), candidate, self.now)
    }

    /// Whether this person wrote the change or a part of it.
    #[must_use]
    pub fn wrote_it(&self, person: PersonId) -> bool {
        self.query.pull.is_by(person)
    }

    /// What this person owns of the change by CODEOWNERS.
    #[must_use]
    pub fn owned_by(&self, person: PersonId) -> Option<&'q CodeOwner> {
        let pull = self.query.pull;
        pull.owners.iter().find(|owner| owner.person == person)
    }

    /// A number for this person that depends on the seed and on nothing else: the order among equals.
    #[must_use]
    pub fn lot(&self, person: PersonId) -> u64 {
        // splitmix64's finaliser (Steele, Lea and Flood 2014) over seed and person.
        let mut z = self.seed ^ person.0.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// Why somebody can't be suggested for a pull request at `now`, if so.
#[must_use]
pub fn barred((pull, settings): (&PullAsked, &Settings), candidate: &Candidate, now: Time) -> Option<Barred> {
    let idle_since = now - TimeDelta::days(IDLE_DAYS);
    let is_asked = |asked: &Asked| matches!(asked, Asked::Person { id, .. } if *id == candidate.id);
    if pull.is_by(candidate.id) {
        Some(Barred::Author)
    } else if pull.asked.iter().any(is_asked) {
        Some(Barred::Asked)
    } else if candidate.open_reviews >= candidate.capacity.unwrap_or(settings.capacity) {
        Some(Barred::AtCapacity)
    } else if candidate.suggested_today >= candidate.daily_cap(settings) {
        Some(Barred::DailyCap)
    } else if candidate.last_active.is_some_and(|at| at < idle_since) {
        Some(Barred::Idle)
    } else {
        None
    }
}
