//! Why somebody is suggested: the parts of a score, which are put into words only for whoever is chosen.
use crate::model::clock::Time;
use crate::model::skill::Area;
use crate::model::suggestion::Pick;
use crate::model::suggestion::Reason;
use crate::model::suggestion::ScorePart;
use crate::model::wording;
use crate::suggest::paths::Beside;
use crate::suggest::paths::Holding;
use crate::suggest::query::Candidate;
use crate::suggest::query::HeldSkill;
use crate::suggest::reasons;

/// Parts that weigh less say nothing and are left out, of the score as well: they would read "+0.00".
pub const LEAST_TOLD: f64 = 0.005;

/// One part of a score with what it rests on.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Part<'q> {
    /// Which part.
    pub part: ScorePart,
    /// What it adds to the score.
    pub weight: f64,
    /// What it rests on.
    pub why: Why<'q>,
}

/// What a part of a score rests on.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Why<'q> {
    /// What they did under this prefix.
    KnowsPlace(&'q str, Holding),
    /// So many reviews of the author's changes.
    KnowsAuthor(u32),
    /// A skill they taught.
    Taught(HeldSkill),
    /// The pattern by which they own files of it.
    Owns(&'q str),
    /// The area that they offered to teach.
    Offered(Area),
    /// The area that they want to learn.
    Wants(Area),
    /// So many changes reviewed here lately.
    Lately(u32),
    /// A language that they know; none where readers may not know of it.
    Language(Option<&'q str>),
    /// What they reviewed in a folder next to it.
    Beside(Beside<'q, 'q>),
    /// The team that they are in, whose own code it is.
    TeamsCode(&'q str),
    /// They would be the nth outside a team to know a folder.
    Spreads {
        /// First, second or third.
        nth: &'static str,
        /// The team's name.
        team: &'q str,
        /// The folder.
        folder: &'q str,
    },
    /// What there is to learn: what comments are about most, in the folder that most files lie in; empty for none. From whom is said where
    /// it is shown ([`Suggestion::told`](crate::model::suggestion::Suggestion::told)), since whoever that is may go.
    ToLearn(Option<Area>, &'q str),
    /// Something that is always said in the same words.
    Said(&'static str),
    /// So many open reviews, of them so many that may be told.
    Open(u32, u32),
}

impl Why<'_> {
    fn words(self, now: Time) -> String {
        match self {
            Self::KnowsPlace(prefix, holding) => reasons::knows_place(prefix, &holding, now),
            Self::KnowsAuthor(reviews) => reasons::knows_author(reviews),
            Self::Taught(skill) => reasons::taught(&skill),
            Self::Owns(pattern) => reasons::owns(pattern),
            Self::Offered(area) => format!("offered to teach {}", wording::area(area)),
            Self::Wants(area) => format!("wants to learn {}", wording::area(area)),
            Self::Lately(changes) => {
                format!(
                    "reviewed {} here in the last 90 days",
                    wording::count(changes, "change")
                )
            }
            Self::Language(None) => "knows related code".to_owned(),
            Self::Language(Some(language)) => format!("knows {}", reasons::name(language)),
            Self::Beside(beside) => {
                let changes = wording::count(beside.reviewed, "change");
                let folder = format!("{}{}/", beside.parent, beside.name);
                format!("reviewed {changes} under {}", reasons::code(&folder))
            }
            Self::TeamsCode(team) => match reasons::name(team).as_str() {
                "" => "in the team whose code this is".to_owned(),
                team => format!("in {team}, whose code this is"),
            },
            Self::Spreads { nth, team, folder } => {
                let (team, folder) = (reasons::name(team), reasons::code(folder));
                format!("would be the {nth} person outside {team} to know {folder}")
            }
            Self::ToLearn(area, folder) => to_learn(area, folder),
            Self::Said(words) => words.to_owned(),
            Self::Open(_, 0) => "open reviews elsewhere".to_owned(),
            Self::Open(open, told) if told < open => {
                format!("{} and more elsewhere", wording::count(told, "open review"))
            }
            Self::Open(_, told) => wording::count(told, "open review"),
        }
    }
}

/// "to learn here: databases in `ledger/`".
fn to_learn(area: Option<Area>, folder: &str) -> String {
    let folder = (!folder.is_empty()).then(|| reasons::code(folder));
    match (area, folder) {
        (Some(area), Some(folder)) => format!("to learn here: {} in {folder}", wording::area(area)),
        (Some(area), None) => format!("to learn here: {}", wording::area(area)),
        (None, Some(folder)) => format!("to learn here: {folder}"),
        (None, None) => "to learn here: what this change is about".to_owned(),
    }
}

/// Someone with what speaks for and against them.
#[derive(Clone, PartialEq, Debug)]
pub struct Scored<'q> {
    /// Who.
    pub candidate: &'q Candidate,
    /// The sum of the parts.
    pub score: f64,
    /// Strongest first.
    pub parts: Vec<Part<'q>>,
}

impl<'q> Scored<'q> {
    /// From what speaks for or against somebody. What is said about the teams, and of what there is to learn, stays whatever it weighs.
    #[must_use]
    pub fn new(candidate: &'q Candidate, mut parts: Vec<Part<'q>>) -> Self {
        parts.retain(|part| part.part.is_always_said() || part.weight.abs() >= LEAST_TOLD);
        parts.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.part.cmp(&b.part)));
        Self {
            candidate,
            score: parts.iter().map(|part| part.weight).sum(),
            parts,
        }
    }

    /// The same in words.
    #[must_use]
    pub fn pick(&self, now: Time) -> Pick {
        let reasons = self.parts.iter().map(|part| Reason {
            part: part.part,
            weight: part.weight,
            words: part.why.words(now),
        });
        Pick {
            person: self.candidate.id,
            login: self.candidate.login.clone(),
            score: self.score,
            reasons: reasons.collect(),
        }
    }
}
