//! What is known when a question is asked: the history read once, and the rules on who can't be suggested at all.
use std::collections::HashMap;

use chrono::TimeDelta;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::settings::Settings;
use crate::model::skill::Area;
use crate::suggest::activity::Activity;
use crate::suggest::decay::Decay;
use crate::suggest::pair;
use crate::suggest::pair::Familiar;
use crate::suggest::pair::PairIndex;
use crate::suggest::paths;
use crate::suggest::paths::Known;
use crate::suggest::paths::Part;
use crate::suggest::paths::PathIndex;
use crate::suggest::query::Asked;
use crate::suggest::query::Candidate;
use crate::suggest::query::CodeOwner;
use crate::suggest::query::PastReview;
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
    /// Reviews and changes under them.
    pub index: PathIndex,
    /// Who knows any of them.
    pub known: HashMap<PersonId, Known<'q>>,
    /// Reviews of each person in the folders next to the change's own.
    pub neighbours: HashMap<(PersonId, &'q str), u32>,
    /// Who reviewed the author.
    pub familiar: HashMap<PersonId, Familiar>,
    /// Who reviews here lately.
    pub activity: Activity,
    /// What comments here are about, as shares of 1.
    pub expected: Vec<(Area, f64)>,
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
    /// Reads the history once, in time linear in its paths.
    #[must_use]
    pub fn read(query: &'q Query<'q>, settings: &'q Settings, now: Time, seed: u64) -> Self {
        let paths: Vec<&str> = query.pull.files.iter().map(|file| file.path.as_str()).collect();
        let mut index = PathIndex::about(Decay::new(now, paths::HALF_LIFE_DAYS), paths.iter().copied());
        let mut pairs = PairIndex::new(Decay::new(now, pair::HALF_LIFE_DAYS));
        let mut neighbours = HashMap::new();
        let mut activity = Activity::default();
        let recent = now - TimeDelta::days(crate::suggest::activity::WINDOW_DAYS);
        for review in query.history.iter().filter(|review| is_known(review, query, now)) {
            let reviewers = reviewers(review);
            let next_to_it = index.add(Part::Reviewed, review.at, &reviewers, &review.files);
            for person in &reviewers {
                for folder in &next_to_it {
                    *neighbours.entry((*person, *folder)).or_default() += 1;
                }
            }
            if let Some(author) = review.author.filter(|author| Some(*author) == query.pull.author) {
                pairs.add(review.at, author, &reviewers);
            }
            if review.at >= recent {
                activity.add(review.at, &reviewers);
            }
        }
        let changes = query.authored.iter().filter(|change| change.at <= now);
        for change in changes.filter(|c| c.pull != query.pull.number && c.files.len() <= MOST_FILES) {
            index.add(Part::Wrote, change.at, &[change.author], &change.files);
        }
        let known = index.view(&paths, now).people();
        let familiar = query.pull.author.map(|author| pairs.reviewers(author, now));
        Self {
            query,
            settings,
            now,
            seed,
            index,
            known,
            neighbours,
            familiar: familiar.unwrap_or_default(),
            activity,
            expected: skill::shares(&query.pull.expected_areas),
            paths,
        }
    }

    /// Why this person can't be suggested, if so.
    #[must_use]
    pub fn barred(&self, candidate: &Candidate) -> Option<Barred> {
        let id = candidate.id;
        let idle_since = self.now - TimeDelta::days(IDLE_DAYS);
        if self.wrote_it(id) {
            Some(Barred::Author)
        } else if self.is_asked(id) {
            Some(Barred::Asked)
        } else if candidate.open_reviews >= candidate.capacity.unwrap_or(self.settings.capacity) {
            Some(Barred::AtCapacity)
        } else if candidate.suggested_today >= candidate.daily_cap(self.settings) {
            Some(Barred::DailyCap)
        } else if candidate.last_active.is_some_and(|at| at < idle_since) {
            Some(Barred::Idle)
        } else {
            None
        }
    }

    /// Whether this person wrote the change or a part of it.
    #[must_use]
    pub fn wrote_it(&self, person: PersonId) -> bool {
        self.query.pull.author == Some(person) || self.query.pull.co_authors.contains(&person)
    }

    /// What this person owns of the change by CODEOWNERS.
    #[must_use]
    pub fn owned_by(&self, person: PersonId) -> Option<&'q CodeOwner> {
        let pull = self.query.pull;
        pull.owners.iter().find(|owner| owner.person == person)
    }

    fn is_asked(&self, person: PersonId) -> bool {
        let mut asked = self.query.pull.asked.iter();
        asked.any(|asked| matches!(asked, Asked::Person { id, .. } if *id == person))
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

/// Whether this review had happened, as far as anybody could know, when the question was asked; a change of too many
/// files tells nothing either.
fn is_known(review: &PastReview, query: &Query<'_>, now: Time) -> bool {
    let past = review.at <= now && review.closed_at.is_none_or(|closed| closed <= now);
    past && review.pull != query.pull.number && review.files.len() <= MOST_FILES
}

/// The reviewers, each once, without the author.
fn reviewers(review: &PastReview) -> Vec<PersonId> {
    let mut people = review.reviewers.clone();
    people.sort_unstable();
    people.dedup();
    people.retain(|person| Some(*person) != review.author);
    people
}
