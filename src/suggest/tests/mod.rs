//! A small organisation to ask about, and what must hold of every suggestion.
mod choosing;
mod comment;
mod index;
mod properties;
mod speed;

use chrono::TimeDelta;

use crate::model::clock::Time;
use crate::model::graph::Confidence;
use crate::model::ids::PersonId;
use crate::model::ids::TeamId;
use crate::model::settings::Settings;
use crate::model::skill::Area;
use crate::model::suggestion::LeftOut;
use crate::model::suggestion::Pick;
use crate::model::suggestion::Slot;
use crate::model::suggestion::Suggestion;
use crate::suggest::past::Past;
use crate::suggest::query::Candidate;
use crate::suggest::query::HeldSkill;
use crate::suggest::query::PastChange;
use crate::suggest::query::PastReview;
use crate::suggest::query::PullAsked;
use crate::suggest::query::Query;
use crate::suggest::query::Team;
use crate::suggest::query::TouchedFile;

pub const AUTHOR: PersonId = PersonId(1);
pub const ANA: PersonId = PersonId(2);
pub const BEN: PersonId = PersonId(3);
pub const EVE: PersonId = PersonId(4);
pub const PAYMENTS: TeamId = TeamId(1);
pub const SEARCH: TeamId = TeamId(2);

pub fn now() -> Time {
    "2026-08-20T12:00:00Z".parse().unwrap()
}

pub fn days_ago(days: i64) -> Time {
    now() - TimeDelta::days(days)
}

pub fn candidate(id: PersonId, login: &str, team: TeamId) -> Candidate {
    Candidate {
        teams: vec![team],
        last_active: Some(days_ago(3)),
        ..Candidate::new(id, login)
    }
}

pub fn review(pull: i32, days: i64, reviewers: &[PersonId], file: &str) -> PastReview {
    PastReview {
        pull,
        author: Some(AUTHOR),
        at: days_ago(days),
        closed_at: Some(days_ago(days - 1)),
        reviewers: reviewers.to_vec(),
        files: vec![file.to_owned()],
    }
}

pub fn rust_file(path: &str) -> TouchedFile {
    TouchedFile {
        path: path.to_owned(),
        language: Some("Rust".to_owned()),
    }
}

/// What a test changes before it asks.
#[derive(Clone, Debug)]
pub struct World {
    pub pull: PullAsked,
    pub history: Vec<PastReview>,
    pub authored: Vec<PastChange>,
    pub candidates: Vec<Candidate>,
    pub teams: Vec<Team>,
    pub left_out: LeftOut,
    pub settings: Settings,
    pub seed: u64,
}

impl World {
    /// Payments wrote a change of the ledger. Ana (Payments) reviewed there; Ben and Eve (Search) know Rust, Ben
    /// reviewed billing and wants to learn databases, Eve reviewed the ledger once.
    pub fn ledger() -> Self {
        let mut ana = candidate(ANA, "ana", PAYMENTS);
        ana.open_reviews = 1;
        ana.skills = vec![HeldSkill {
            area: Area::Databases,
            strength: 3.0,
            confidence: Confidence::Medium,
            pulls: 4,
        }];
        let mut ben = candidate(BEN, "ben", SEARCH);
        ben.languages = vec![("Rust".to_owned(), 6.0)];
        ben.learn_goals = vec![Area::Databases];
        let mut eve = candidate(EVE, "eve", SEARCH);
        eve.languages = vec![("Rust".to_owned(), 1.0)];
        let mut history: Vec<PastReview> = (0..7)
            .map(|i| review(i, 100 - i64::from(i) * 10, &[ANA], "ledger/post.rs"))
            .collect();
        history.push(review(10, 20, &[BEN], "billing/tax.rs"));
        history.push(review(11, 15, &[EVE], "ledger/balance.rs"));
        Self {
            pull: PullAsked {
                number: 100,
                author: Some(AUTHOR),
                author_teams: vec![PAYMENTS],
                files: vec![rust_file("ledger/post.rs"), rust_file("ledger/entry.rs")],
                repo: "acme/bank".to_owned(),
                expected_areas: vec![(Area::Databases, 3.0), (Area::Testing, 1.0)],
                ..PullAsked::default()
            },
            history,
            authored: Vec::new(),
            candidates: vec![ana, ben, eve],
            teams: vec![Team {
                id: PAYMENTS,
                name: "Payments".to_owned(),
                members: vec![AUTHOR, ANA],
            }],
            left_out: LeftOut::default(),
            settings: Settings::default(),
            seed: 7,
        }
    }

    /// The past without the pull request asked about.
    pub fn past(&self) -> Past {
        let mut history = self.history.clone();
        history.retain(|review| review.pull != self.pull.number);
        let mut authored = self.authored.clone();
        authored.retain(|change| change.pull != self.pull.number);
        Past::of(&history, &authored, now())
    }

    pub fn suggest(&self) -> Suggestion {
        self.suggest_by(&self.past())
    }

    pub fn suggest_by(&self, past: &Past) -> Suggestion {
        let query = Query {
            pull: &self.pull,
            past,
            candidates: &self.candidates,
            teams: &self.teams,
            left_out: self.left_out,
        };
        super::suggest(&query, &self.settings, now(), self.seed)
    }

    pub fn candidate(&mut self, id: PersonId) -> &mut Candidate {
        self.candidates.iter_mut().find(|candidate| candidate.id == id).unwrap()
    }
}

pub fn picked(slot: &Slot) -> Option<&Pick> {
    match slot {
        Slot::Picked(pick) => Some(pick),
        Slot::AlreadyAsked { .. } | Slot::Nobody { .. } => None,
    }
}

pub fn who(slot: &Slot) -> Option<PersonId> {
    picked(slot).map(|pick| pick.person)
}

/// A slot as people would read it.
pub fn told(slot: &Slot) -> String {
    match slot {
        Slot::Picked(pick) => {
            let words: Vec<&str> = pick.reasons.iter().map(|reason| reason.words.as_str()).collect();
            format!("{}: {}", pick.login, words.join("; "))
        }
        Slot::AlreadyAsked { who } => format!("already asked: {}", who.join(", ")),
        Slot::Nobody { why } => why.clone(),
    }
}
