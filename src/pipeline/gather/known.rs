//! All that the ranker reads of one pull request, and what turns out while people are asked about.
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::settings::Settings;
use crate::model::suggestion::LeftOut;
use crate::model::suggestion::Slot;
use crate::model::suggestion::Suggestion;
use crate::pipeline::gather::count;
use crate::store::suggestions::Share;
use crate::suggest::past::Past;
use crate::suggest::query::Candidate;
use crate::suggest::query::PullAsked;
use crate::suggest::query::Query;
use crate::suggest::query::Team;

/// People for each place who are asked about before the suggestion is made.
const SHORTLIST: usize = 6;

/// All that the ranker reads, as owned values.
#[derive(Clone, Debug)]
pub struct Known {
    pub(super) pull: PullAsked,
    pub(super) past: Arc<Past>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) teams: Vec<Team>,
    pub(super) left_out: LeftOut,
}

impl Known {
    /// What the ranker says.
    #[must_use]
    pub fn suggest(&self, settings: &Settings, now: Time, seed: u64) -> Suggestion {
        crate::suggest::suggest(&self.query(), settings, now, seed)
    }

    /// Those among whom the ranker most likely chooses, with their logins.
    #[must_use]
    pub fn shortlist(&self, settings: &Settings, now: Time, seed: u64) -> Vec<(PersonId, String)> {
        let short = crate::suggest::shortlist(&self.query(), settings, (now, seed), SHORTLIST);
        let known = self.candidates.iter().filter(|candidate| short.contains(&candidate.id));
        known.map(|candidate| (candidate.id, candidate.login.clone())).collect()
    }

    fn query(&self) -> Query<'_> {
        Query {
            pull: &self.pull,
            past: &self.past,
            candidates: &self.candidates,
            teams: &self.teams,
            left_out: self.left_out,
        }
    }

    /// Leaves out people who turned out to be away, which nobody is told of whom.
    pub fn are_away(&mut self, away: &[PersonId]) {
        let before = self.candidates.len();
        self.candidates.retain(|candidate| !away.contains(&candidate.id));
        let gone = before - self.candidates.len();
        self.left_out.away += u32::try_from(gone).unwrap_or(u32::MAX);
    }

    /// Somebody has another login than was known.
    pub fn is_renamed(&mut self, person: PersonId, login: &str) {
        for candidate in self.candidates.iter_mut().filter(|candidate| candidate.id == person) {
            login.clone_into(&mut candidate.login);
        }
    }

    /// Leaves out people who turned out to be no members that may read the repository.
    pub fn refuse(&mut self, refused: &[PersonId]) {
        self.candidates.retain(|candidate| !refused.contains(&candidate.id));
        self.left_out.not_members += u32::try_from(refused.len()).unwrap_or(u32::MAX);
    }

    /// Whether somebody counts as an owner of files of the change.
    #[must_use]
    pub fn is_owner(&self, person: PersonId) -> bool {
        self.pull.owners.iter().any(|owner| owner.person == person)
    }

    /// Somebody turned out to have no right to write, so that the code host doesn't count them as an owner.
    pub fn is_no_owner(&mut self, person: PersonId) {
        self.pull.owners.retain(|owner| owner.person != person);
    }

    /// Takes in how often some people have been suggested meanwhile.
    pub fn recount(&mut self, shares: &[Share]) {
        for share in shares {
            let same = self
                .candidates
                .iter_mut()
                .find(|candidate| candidate.id == share.person);
            if let Some(candidate) = same {
                candidate.suggested_today = count(share.today);
                candidate.learner_suggestions_this_week = count(share.learner_this_week);
            }
        }
    }

    /// Whether nobody in this suggestion had their share already.
    #[must_use]
    pub fn has_room_for(&self, suggestion: &Suggestion, settings: &Settings) -> bool {
        let room = |slot: &Slot, fits: &dyn Fn(&Candidate) -> bool| match slot {
            Slot::Picked(pick) => self
                .candidates
                .iter()
                .any(|candidate| candidate.id == pick.person && fits(candidate)),
            Slot::AlreadyAsked { .. } | Slot::Nobody { .. } => true,
        };
        let today = |candidate: &Candidate| candidate.suggested_today < candidate.daily_cap(settings);
        let week =
            |candidate: &Candidate| candidate.learner_suggestions_this_week < candidate.mentoring_budget(settings);
        room(&suggestion.expert, &today) && room(&suggestion.learner, &|candidate| today(candidate) && week(candidate))
    }

    /// Leaves only these people.
    pub fn keep_only(&mut self, people: &BTreeSet<PersonId>) {
        self.candidates.retain(|candidate| people.contains(&candidate.id));
    }
}
