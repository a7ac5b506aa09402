//! What a suggestion is made from: plain values that the caller has read.
//!
//! The queries that fill these types already keep out who isn't a current member, isn't human, opted out, is away,
//! has no read access, wrote the change or is full. [`super::suggest`] refuses the author, co-authors and the full once
//! more.
use crate::model::clock::Time;
use crate::model::graph::Confidence;
use crate::model::ids::PersonId;
use crate::model::ids::TeamId;
use crate::model::settings::Settings;
use crate::model::skill::Area;
use crate::model::suggestion::LeftOut;
use crate::suggest::past::Past;

/// Everything that one suggestion needs to know.
#[derive(Clone, Debug)]
pub struct Query<'a> {
    /// The pull request that wants reviewers.
    pub pull: &'a PullAsked,
    /// The repository's past, as known at the time of asking, by [`Past::of`]; without the pull request asked about.
    pub past: &'a Past,
    /// Who may be suggested.
    pub candidates: &'a [Candidate],
    /// Teams with their members, also those who are away. Empty where teams are unknown.
    pub teams: &'a [Team],
    /// Who the caller's queries left out already, counted.
    pub left_out: LeftOut,
}

/// The pull request that wants reviewers.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PullAsked {
    /// Its number in its repository.
    pub number: i32,
    /// Who wrote it; none where the account is gone.
    pub author: Option<PersonId>,
    /// Who wrote commits in it beside the author.
    pub co_authors: Vec<PersonId>,
    /// The author's teams.
    pub author_teams: Vec<TeamId>,
    /// The files it touches. Empty where nobody told.
    pub files: Vec<TouchedFile>,
    /// The repository's name, `owner/name`.
    pub repo: String,
    /// What comments under these paths were about, with any non-negative weights.
    pub expected_areas: Vec<(Area, f64)>,
    /// People and teams that are asked already, by hand or by CODEOWNERS, or who reviewed it already.
    pub asked: Vec<Asked>,
    /// Who owns its files by the base branch's CODEOWNERS.
    pub owners: Vec<CodeOwner>,
    /// What the teams are.
    pub grouping: Grouping,
    /// Whom the last suggestion for this pull request named as the learner. Once they are asked they take the learner's
    /// place, not the place of someone who knows.
    pub last_learner: Option<PersonId>,
}

impl PullAsked {
    /// Whether this person wrote it or a part of it.
    #[must_use]
    pub fn is_by(&self, person: PersonId) -> bool {
        self.author == Some(person) || self.co_authors.contains(&person)
    }
}

/// What people are grouped by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Grouping {
    /// Teams, of the code host's or of the settings.
    #[default]
    Teams,
    /// Circles of people who review each other, where there are no teams.
    Circles,
}

/// Somebody who owns files of the pull request by CODEOWNERS.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CodeOwner {
    /// Who.
    pub person: PersonId,
    /// How many of the files.
    pub files: u32,
    /// The pattern by which they own most of them.
    pub pattern: String,
}

/// A file that the pull request touches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TouchedFile {
    /// Its path, with `/` between folders.
    pub path: String,
    /// Its language by Linguist's name, where it has one.
    pub language: Option<String>,
}

/// Someone who is asked already.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asked {
    /// A person.
    Person {
        /// GitHub's number.
        id: PersonId,
        /// The login, for showing.
        login: String,
    },
    /// A team.
    Team {
        /// GitHub's number.
        id: TeamId,
        /// The name that people read.
        name: String,
    },
}

/// A pull request that somebody reviewed.
#[derive(Clone, PartialEq, Debug)]
pub struct PastReview {
    /// Its number.
    pub pull: i32,
    /// Who wrote it.
    pub author: Option<PersonId>,
    /// When it was opened.
    pub at: Time,
    /// When it was closed, where it was closed at the time of asking. A later close counts as not yet known and the
    /// whole review is skipped, so that a question about the past sees only the past.
    pub closed_at: Option<Time>,
    /// The humans who reviewed it by the time of asking.
    pub reviewers: Vec<PersonId>,
    /// The files it touched.
    pub files: Vec<String>,
}

impl PastReview {
    /// The reviewers, each once, without the author.
    #[must_use]
    pub fn people(&self) -> Vec<PersonId> {
        let mut people = self.reviewers.clone();
        people.sort_unstable();
        people.dedup();
        people.retain(|person| Some(*person) != self.author);
        people
    }
}

/// A change that somebody wrote.
#[derive(Clone, PartialEq, Debug)]
pub struct PastChange {
    /// Its pull request's number; the one asked about is skipped.
    pub pull: i32,
    /// Who wrote it.
    pub author: PersonId,
    /// When it was merged, or opened where that is unknown.
    pub at: Time,
    /// The files it touched.
    pub files: Vec<String>,
}

/// Someone who may be suggested.
#[derive(Clone, PartialEq, Debug)]
pub struct Candidate {
    /// GitHub's number.
    pub id: PersonId,
    /// The login, for showing.
    pub login: String,
    /// The teams they are in.
    pub teams: Vec<TeamId>,
    /// Reviews that wait for them now, this pull request's aside.
    pub open_reviews: u32,
    /// Of these, how many are in repositories that readers of this pull request may not know: never told as a number.
    pub open_reviews_elsewhere: u32,
    /// Open reviews at which they are full, where they chose a number; otherwise the settings' one holds.
    pub capacity: Option<u32>,
    /// Suggestions in a day and learner suggestions in a week that they take, where they chose a number.
    pub own: OwnLimits,
    /// Suggestions they got today, this pull request's aside.
    pub suggested_today: u32,
    /// Learner suggestions they got in the last seven days, this pull request's aside.
    pub learner_suggestions_this_week: u32,
    /// When they were last suggested as a learner, this pull request aside.
    pub last_learner_suggestion: Option<Time>,
    /// What they taught, by area.
    pub skills: Vec<HeldSkill>,
    /// Languages they reviewed or wrote, by Linguist's names, with a decayed count of changes.
    pub languages: Vec<(String, f64)>,
    /// Those of them of which readers of this pull request may not know: they weigh, and aren't named.
    pub untold_languages: Vec<String>,
    /// Areas they said they want to learn, where they share that.
    pub learn_goals: Vec<Area>,
    /// Areas they offered to teach, where they share that.
    pub teach_goals: Vec<Area>,
    /// When they last did anything that is recorded.
    pub last_active: Option<Time>,
    /// Since when they are here, where that is known.
    pub here_since: Option<Time>,
}

/// What somebody chose for themselves; it never raises what the settings allow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OwnLimits {
    /// Suggestions of any kind in a day.
    pub daily_cap: Option<u32>,
    /// Learner suggestions in seven days; 0: never.
    pub mentoring_budget: Option<u32>,
}

impl Candidate {
    /// Somebody in no team, of whom nothing else is known.
    #[must_use]
    pub fn new(id: PersonId, login: &str) -> Self {
        Self {
            id,
            login: login.to_owned(),
            teams: Vec::new(),
            open_reviews: 0,
            open_reviews_elsewhere: 0,
            capacity: None,
            own: OwnLimits::default(),
            suggested_today: 0,
            learner_suggestions_this_week: 0,
            last_learner_suggestion: None,
            skills: Vec::new(),
            languages: Vec::new(),
            untold_languages: Vec::new(),
            learn_goals: Vec::new(),
            teach_goals: Vec::new(),
            last_active: None,
            here_since: None,
        }
    }

    /// Suggestions of any kind that they take in a day.
    #[must_use]
    pub fn daily_cap(&self, settings: &Settings) -> u32 {
        self.own
            .daily_cap
            .map_or(settings.daily_cap, |own| own.min(settings.daily_cap))
    }

    /// Learner suggestions that they take in seven days.
    #[must_use]
    pub fn mentoring_budget(&self, settings: &Settings) -> u32 {
        let own = self.own.mentoring_budget;
        own.map_or(settings.mentoring_budget, |own| own.min(settings.mentoring_budget))
    }
}

/// What a person taught in one area.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HeldSkill {
    /// The area.
    pub area: Area,
    /// The decayed sum S over the person's edges as teacher (science.md section 1), at the time of asking.
    pub strength: f64,
    /// How much evidence stands behind it.
    pub confidence: Confidence,
    /// Pull requests with a landed lesson of theirs in it, of those that may be told where this suggestion is read.
    pub pulls: u32,
}

/// A team and who is in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Team {
    /// GitHub's number.
    pub id: TeamId,
    /// The name that people read.
    pub name: String,
    /// Its members.
    pub members: Vec<PersonId>,
}
