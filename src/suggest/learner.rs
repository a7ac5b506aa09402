//! Someone who would learn, beside somebody who can judge: the guarded learner.
//!
//! They have a footing next to the change (its language, a neighbouring folder, a related area) but aren't at home in
//! its files. Another team comes first, a team-mate only where there is nobody else. Their reasons name what they know
//! and what they want and show to colleagues, never what they lack.
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

use crate::model::ids::PersonId;
use crate::model::suggestion::LeftOut;
use crate::model::suggestion::Pick;
use crate::model::suggestion::Reason;
use crate::model::suggestion::ScorePart;
use crate::model::wording;
use crate::suggest::ground::Ground;
use crate::suggest::paths::home_of;
use crate::suggest::query::Candidate;
use crate::suggest::query::Grouping;
use crate::suggest::query::Team;
use crate::suggest::rank::pick;
use crate::suggest::rank::reason;
use crate::suggest::reasons;
use crate::suggest::skill;

/// What knowing the change's language counts.
pub const LANGUAGE: f64 = 0.3;
/// What reviews in a folder next to it count.
pub const NEIGHBOUR: f64 = 0.3;
/// What a skill in the same area or next to it counts.
pub const RELATED: f64 = 0.2;
/// What having been here before counts.
pub const HERE: f64 = 0.2;
/// What being from another team counts.
pub const OTHER_TEAM: f64 = 0.3;
/// What an own goal counts.
pub const GOAL: f64 = 0.4;

/// Changes in the very folders of the files at which nobody is a learner there any more: useful comments reach their
/// plateau after about five reviews (science.md section 5).
pub const AT_HOME: f64 = 5.0;
/// Least footing: less is as good as none.
pub const LEAST_FOOTING: f64 = 0.05;
/// Scores that differ by less are near enough for the turn to decide.
pub const NEAR: f64 = 0.1;
/// Decayed weight at which somebody counts as knowing a folder when holders are counted.
pub const HOLDS: f64 = 0.1;

/// How a candidate stands to the author's team; the first are preferred.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Side {
    /// In teams, and in none of the author's.
    Other,
    /// One of the two is in no team that is known.
    Unknown,
    /// In one of the author's teams.
    Mate,
}

/// The learner, if somebody fits. Counts those whose mentoring budget is used up in `left_out`.
#[must_use]
pub fn learner(ground: &Ground<'_>, expert: Option<PersonId>, left_out: &mut LeftOut) -> Option<Pick> {
    let (_, preferred) = by_side(ground, expert, left_out).pop_first()?;
    whose_turn(ground, preferred)
}

/// Those among whom the learner is most likely chosen, at most so many, best first.
#[must_use]
pub fn likely(ground: &Ground<'_>, most: usize) -> Vec<PersonId> {
    let sides = by_side(ground, None, &mut LeftOut::default()).into_values();
    let ranked = sides.flat_map(|mut side| {
        side.sort_by(|a, b| b.1.score.total_cmp(&a.1.score).then(a.0.id.cmp(&b.0.id)));
        side
    });
    ranked.take(most).map(|(candidate, _)| candidate.id).collect()
}

/// Who has a footing, by how they stand to the author's team. Counts those whose mentoring budget is used up; whoever set
/// theirs to none just isn't asked.
fn by_side<'q>(
    ground: &Ground<'q>,
    expert: Option<PersonId>,
    left_out: &mut LeftOut,
) -> BTreeMap<Side, Vec<(&'q Candidate, Pick)>> {
    let mut free: Vec<&Candidate> = Vec::new();
    for candidate in ground.query.candidates {
        let at_home = Some(candidate.id) == expert || ground.owned_by(candidate.id).is_some();
        if at_home || ground.barred(candidate).is_some() {
            continue;
        }
        if candidate.learner_suggestions_this_week >= candidate.mentoring_budget(ground.settings) {
            left_out.mentoring_budget += 1;
        } else {
            free.push(candidate);
        }
    }
    let field = Field::read(ground);
    let mut sides: BTreeMap<Side, Vec<(&Candidate, Pick)>> = BTreeMap::new();
    for candidate in free {
        if let Some(pick) = field.fitting(candidate) {
            sides.entry(field.side(candidate)).or_default().push((candidate, pick));
        }
    }
    sides
}

/// Among those nearly as good as the best, the one whose last turn lies furthest back.
fn whose_turn(ground: &Ground<'_>, fitting: Vec<(&Candidate, Pick)>) -> Option<Pick> {
    let best = fitting
        .iter()
        .map(|(_, pick)| pick.score)
        .fold(f64::NEG_INFINITY, f64::max);
    let near = fitting.into_iter().filter(|(_, pick)| pick.score > best - NEAR);
    let turn = |candidate: &Candidate| {
        (
            candidate.last_learner_suggestion,
            candidate.learner_suggestions_this_week,
            ground.lot(candidate.id),
        )
    };
    near.min_by_key(|(candidate, _)| turn(candidate)).map(|(_, pick)| pick)
}

/// What is the same for every learner of one pull request.
struct Field<'g, 'q> {
    ground: &'g Ground<'q>,
    /// Changes of each person in the files' own folders, averaged over the files.
    home: HashMap<PersonId, f64>,
    /// The neighbouring folder that each person reviewed most, and how often.
    neighbours: HashMap<PersonId, (&'g str, u32)>,
    /// The change's languages as shares of its files.
    languages: BTreeMap<&'q str, f64>,
    /// The folder that most of the files lie in.
    folder: &'q str,
    /// The author's smallest team.
    team: Option<&'q Team>,
    /// People outside that team who know the folder.
    holders: HashSet<PersonId>,
}

impl<'g, 'q> Field<'g, 'q> {
    fn read(ground: &'g Ground<'q>) -> Self {
        let pull = ground.query.pull;
        let view = ground.query.past.index.view(&ground.paths, ground.now);
        let mut languages: BTreeMap<&str, f64> = BTreeMap::new();
        let named: Vec<&str> = pull.files.iter().filter_map(|file| file.language.as_deref()).collect();
        for language in &named {
            *languages.entry(language).or_default() += 1.0;
        }
        let all: f64 = languages.values().sum();
        for share in languages.values_mut() {
            *share /= all;
        }
        let teams = ground
            .query
            .teams
            .iter()
            .filter(|team| pull.author_teams.contains(&team.id));
        let team = teams.min_by_key(|team| (team.members.len(), team.id));
        let folder = main_folder(&ground.paths);
        let mut holders = view.holders(folder, HOLDS);
        holders.retain(|person| !ground.wrote_it(*person) && team.is_none_or(|team| !team.members.contains(person)));
        Self {
            ground,
            home: view.at_home(&ground.paths),
            neighbours: neighbours(ground),
            languages,
            folder,
            team,
            holders,
        }
    }

    fn side(&self, candidate: &Candidate) -> Side {
        let authors = &self.ground.query.pull.author_teams;
        if authors.is_empty() || candidate.teams.is_empty() {
            Side::Unknown
        } else if candidate.teams.iter().any(|team| authors.contains(team)) {
            Side::Mate
        } else {
            Side::Other
        }
    }

    /// The candidate with reasons, if they have a footing and aren't at home here.
    fn fitting(&self, candidate: &Candidate) -> Option<Pick> {
        if self.at_home(candidate) >= AT_HOME {
            return None;
        }
        let mut parts = self.footing(candidate);
        if parts.iter().map(|part| part.weight).sum::<f64>() < LEAST_FOOTING {
            return None;
        }
        parts.extend(self.goal(candidate));
        parts.extend(self.team_words(candidate));
        Some(pick(candidate, parts))
    }

    fn at_home(&self, candidate: &Candidate) -> f64 {
        self.home.get(&candidate.id).copied().unwrap_or_default()
    }

    /// What they know next to the change.
    fn footing(&self, candidate: &Candidate) -> Vec<Reason> {
        let mut parts = Vec::new();
        let adjacent = |weight, words| reason(ScorePart::Adjacent, weight, words);
        if let Some((language, weight)) = self.language(candidate) {
            let untold = candidate.untold_languages.iter().any(|untold| untold == language);
            let words = if untold {
                "knows related code".to_owned()
            } else {
                format!("knows {}", reasons::name(language))
            };
            parts.push(adjacent(LANGUAGE * weight, words));
        }
        if let Some((folder, reviews)) = self.neighbours.get(&candidate.id) {
            let changes = wording::count(*reviews, "change");
            let words = format!("reviewed {changes} under {}", reasons::code(folder));
            parts.push(adjacent(NEIGHBOUR * skill::saturated(f64::from(*reviews)), words));
        }
        if let Some(near) = skill::nearest(&candidate.skills, &self.ground.expected) {
            parts.push(adjacent(RELATED * near.score, reasons::taught(&near.best)));
        }
        let here = self
            .ground
            .known
            .get(&candidate.id)
            .filter(|known| !known.prefix.is_empty());
        if let Some(known) = here {
            let words = reasons::knows_place(known.prefix, &known.holding, self.ground.now);
            parts.push(adjacent(HERE * skill::saturated(known.evidence), words));
        }
        parts
    }

    /// The language of the change that they know best, with how well in [0, 1).
    fn language<'c>(&self, candidate: &'c Candidate) -> Option<(&'c str, f64)> {
        let known = candidate.languages.iter().filter_map(|(language, strength)| {
            let share = self.languages.get(language.as_str())?;
            Some((language.as_str(), share * skill::saturated(*strength)))
        });
        let known = known.filter(|(_, weight)| *weight > 0.0);
        known.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(a.0)))
    }

    fn goal(&self, candidate: &Candidate) -> Option<Reason> {
        let mut expected = self.ground.expected.iter();
        let (area, share) = expected.find(|(area, _)| candidate.learn_goals.contains(area))?;
        let words = format!("wants to learn {}", wording::area(*area));
        Some(reason(ScorePart::Goal, GOAL * (2.0 * share).min(1.0), words))
    }

    fn team_words(&self, candidate: &Candidate) -> Option<Reason> {
        if self.ground.query.pull.grouping == Grouping::Circles {
            return self.circle_words(candidate);
        }
        match self.side(candidate) {
            Side::Unknown => None,
            Side::Other => {
                let words = self
                    .spreads(candidate)
                    .unwrap_or_else(|| "from another team".to_owned());
                Some(reason(ScorePart::OtherTeam, OTHER_TEAM, words))
            }
            Side::Mate => {
                let words = "from the author's own team, since nobody from another team could be suggested";
                Some(reason(ScorePart::OtherTeam, 0.0, words.to_owned()))
            }
        }
    }

    /// The same where there are no teams: it says what was used instead.
    fn circle_words(&self, candidate: &Candidate) -> Option<Reason> {
        let (weight, words) = match self.side(candidate) {
            Side::Unknown => return None,
            Side::Other => (OTHER_TEAM, "from another circle of reviewers (no teams are set up)"),
            Side::Mate => (
                0.0,
                "from the author's own circle of reviewers (no teams are set up), since nobody from another could be suggested",
            ),
        };
        Some(reason(ScorePart::OtherTeam, weight, words.to_owned()))
    }

    /// "would be the second person outside Payments to know `ledger/`".
    fn spreads(&self, candidate: &Candidate) -> Option<String> {
        let team = reasons::name(&self.team?.name);
        if team.is_empty() || self.at_home(candidate) > 0.0 || self.folder.is_empty() {
            return None;
        }
        let nth = reasons::ordinal(self.holders.len() + 1)?;
        let folder = reasons::code(self.folder);
        Some(format!("would be the {nth} person outside {team} to know {folder}"))
    }
}

/// The folder that most of the files lie in; the first by name among equals.
fn main_folder<'q>(paths: &[&'q str]) -> &'q str {
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for path in paths {
        *folders.entry(home_of(path)).or_default() += 1;
    }
    let most = folders.values().copied().max().unwrap_or_default();
    let mut folders = folders.into_iter();
    folders
        .find(|(_, files)| *files == most)
        .map_or("", |(folder, _)| folder)
}

/// The folder next to the change's own folders that each person reviewed most often; the first by name among equals.
fn neighbours<'g>(ground: &'g Ground<'_>) -> HashMap<PersonId, (&'g str, u32)> {
    let mut most: HashMap<PersonId, (&str, u32)> = HashMap::new();
    for (folder, reviewed) in &ground.neighbours {
        for (person, number) in reviewed {
            let best = most.entry(*person).or_insert((folder, *number));
            if (*number, Reverse(folder.as_str())) > (best.1, Reverse(best.0)) {
                *best = (folder, *number);
            }
        }
    }
    most
}
