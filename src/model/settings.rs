//! Settings of an organisation or repository. An empty file is good; unknown keys are refused.
//!
//! [`file::Partial`] is what one file says, [`parse::parse`] reads it, [`Settings::with`] lays it over what held before.
pub mod changes;
pub mod file;
pub mod parse;
pub mod pattern;
pub mod schema;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::model::settings::file::Partial;
use crate::model::skill::Area;
use crate::model::skill::Skill;
use crate::model::skill::own::OwnSkills;

/// Where the file lies in a repository.
pub const FILE: &str = ".github/peerlore.toml";
/// The repository that carries the organisation's file.
pub const ORGANISATION_REPO: &str = ".github";
/// Where the organisation's file may lie in it; the first that exists counts.
pub const ORGANISATION_FILES: [&str; 2] = [FILE, "peerlore.toml"];

/// Where suggestions are shown, quietest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// On the web page only; nothing is posted.
    #[default]
    Web,
    /// A neutral check run on the pull request's head.
    Check,
    /// One comment on the pull request, edited in place.
    Comment,
    /// The comment, and a review request for whoever knows the change.
    Request,
}

impl Surface {
    /// All of them, quietest first.
    pub const ALL: [Self; 4] = [Self::Web, Self::Check, Self::Comment, Self::Request];

    /// Its name in settings.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Check => "check",
            Self::Comment => "comment",
            Self::Request => "request",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|surface| surface.word() == word)
    }
}

/// Whose names appear among the silent experts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SilentExperts {
    /// Everybody's who hasn't opted out.
    #[default]
    Named,
    /// Only those of people who said that they may be asked.
    OptIn,
}

/// What gets no suggestion, and which files count for nothing.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ignore {
    /// Logins whose pull requests get no suggestion; `*` stands for anything.
    pub authors: Vec<String>,
    /// Labels whose pull requests get no suggestion.
    pub labels: Vec<String>,
    /// Patterns of files that make nobody an expert and teach nothing.
    pub paths: Vec<String>,
    /// Drafts get no suggestion.
    pub drafts: bool,
}

impl Ignore {
    /// Whether a file counts for nothing.
    #[must_use]
    pub fn fits_path(&self, path: &str) -> bool {
        self.paths.iter().any(|pattern| pattern::path_fits(pattern, path))
    }
}

/// What holds in a repository.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where suggestions are shown.
    pub surface: Surface,
    /// Reviewers who know the change that it is to have: another is suggested while fewer are asked.
    pub max_experts: u32,
    /// A learner is suggested beside the expert.
    pub learner: bool,
    /// Learner suggestions that one person gets in seven days.
    pub mentoring_budget: u32,
    /// Suggestions of any kind that one person gets in a day.
    pub daily_cap: u32,
    /// Open review requests at which a person without a capacity of their own is full.
    pub capacity: u32,
    /// What gets no suggestion, and which files count for nothing.
    pub ignore: Ignore,
    /// Who leads a team beside its maintainers: team slug to logins. The organisation's file only.
    pub leads: BTreeMap<String, Vec<String>>,
    /// Teams where the organisation has none: name to logins. The organisation's file only.
    pub teams: BTreeMap<String, Vec<String>>,
    /// Skills that files are about beside what is read in their comments: path pattern to skills.
    pub skills: BTreeMap<String, Vec<Skill>>,
    /// The organisation's own skills. The organisation's file only.
    pub own_skills: OwnSkills,
    /// Whose names appear among the silent experts. The organisation's file only.
    pub silent_experts: SilentExperts,
    /// Days that comment texts are kept.
    pub retention_days: u32,
    /// Days in which what somebody passed on counts half when reviewers are suggested.
    pub half_life: u32,
}

impl Default for Ignore {
    fn default() -> Self {
        Self {
            authors: Vec::new(),
            labels: Vec::new(),
            paths: Vec::new(),
            drafts: true,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            surface: Surface::Web,
            max_experts: 1,
            learner: true,
            mentoring_budget: 2,
            daily_cap: 4,
            capacity: 6,
            ignore: Ignore::default(),
            leads: BTreeMap::new(),
            teams: BTreeMap::new(),
            skills: BTreeMap::new(),
            own_skills: OwnSkills::new(),
            silent_experts: SilentExperts::Named,
            retention_days: 90,
            half_life: 52,
        }
    }
}

impl Settings {
    /// These settings with what a file says in their place, key by key.
    #[must_use]
    pub fn with(&self, file: &Partial) -> Self {
        fn or<T: Clone>(said: Option<&T>, before: &T) -> T {
            said.unwrap_or(before).clone()
        }
        let ignore = &file.ignore;
        Self {
            surface: or(file.surface.as_ref(), &self.surface),
            max_experts: or(file.max_experts.as_ref(), &self.max_experts),
            learner: or(file.learner.as_ref(), &self.learner),
            mentoring_budget: or(file.mentoring_budget.as_ref(), &self.mentoring_budget),
            daily_cap: or(file.daily_cap.as_ref(), &self.daily_cap),
            capacity: or(file.capacity.as_ref(), &self.capacity),
            ignore: Ignore {
                authors: or(ignore.authors.as_ref(), &self.ignore.authors),
                labels: or(ignore.labels.as_ref(), &self.ignore.labels),
                paths: or(ignore.paths.as_ref(), &self.ignore.paths),
                drafts: or(ignore.drafts.as_ref(), &self.ignore.drafts),
            },
            leads: or(file.leads.as_ref(), &self.leads),
            teams: or(file.teams.as_ref(), &self.teams),
            skills: or(file.skills.as_ref(), &self.skills),
            own_skills: or(file.own_skills.as_ref(), &self.own_skills),
            silent_experts: or(file.silent_experts.as_ref(), &self.silent_experts),
            retention_days: or(file.retention_days.as_ref(), &self.retention_days),
            half_life: or(file.half_life.as_ref(), &self.half_life),
        }
    }

    /// Why a pull request gets no suggestion by these settings: a word for logs; none: it may get one.
    #[must_use]
    pub fn ignores(&self, author: Option<&str>, labels: &[String], draft: bool) -> Option<&'static str> {
        let by = |login: &str| {
            let mut patterns = self.ignore.authors.iter();
            patterns.any(|pattern| pattern::login_fits(pattern, login))
        };
        let same = |label: &String| {
            let mut ignored = self.ignore.labels.iter();
            ignored.any(|one| one.to_lowercase() == label.to_lowercase())
        };
        if draft && self.ignore.drafts {
            Some("draft")
        } else if author.is_some_and(by) {
            Some("author")
        } else if labels.iter().any(same) {
            Some("label")
        } else {
            None
        }
    }

    /// Whether a file counts for nothing: it makes nobody an expert, and comments on it teach nothing.
    #[must_use]
    pub fn ignores_path(&self, path: &str) -> bool {
        self.ignore.fits_path(path)
    }

    /// The skills that a file is about by these settings, each once. An own skill that nothing defines any more is none.
    #[must_use]
    pub fn skills_of(&self, path: &str) -> Vec<Skill> {
        let fitting = self
            .skills
            .iter()
            .filter(|(pattern, _)| pattern::path_fits(pattern, path));
        let defined = |skill: &&Skill| match skill {
            Skill::Own(word) => self.own_skills.contains_key(word),
            Skill::Area(_) | Skill::Language(_) | Skill::Technology(_) => true,
        };
        let mut skills: Vec<Skill> = fitting
            .flat_map(|(_, skills)| skills)
            .filter(defined)
            .cloned()
            .collect();
        skills.sort_unstable();
        skills.dedup();
        skills
    }

    /// The areas among the skills that a file is about by these settings.
    #[must_use]
    pub fn areas_of(&self, path: &str) -> Vec<Area> {
        let areas = self.skills_of(path).into_iter().filter_map(|skill| match skill {
            Skill::Area(area) => Some(area),
            Skill::Language(_) | Skill::Technology(_) | Skill::Own(_) => None,
        });
        areas.collect()
    }
}
