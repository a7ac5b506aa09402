//! Someone who would learn, beside somebody who can judge: the guarded learner.
//!
//! They have a footing next to the change (its language, a neighbouring folder, a related area) but aren't at home in
//! its files. Whoever is new comes first where the change is in their own team's code; then another team, and a team-mate only where there
//! is nobody else. Their reasons name what they know and what they want and show to colleagues, never what they lack, nor that they are new.
use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::suggestion::LeftOut;
use crate::model::suggestion::ScorePart;
use crate::suggest::ground::Facts;
use crate::suggest::ground::Ground;
use crate::suggest::paths::home_of;
use crate::suggest::query::Candidate;
use crate::suggest::query::Grouping;
use crate::suggest::query::Team;
use crate::suggest::rank::load;
use crate::suggest::reasons;
use crate::suggest::skill;
use crate::suggest::why::Part;
use crate::suggest::why::Scored;
use crate::suggest::why::Why;

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
/// After so many days a second turn is none in a row.
pub const IN_A_ROW_DAYS: i64 = 7;
/// Days in which somebody is new: useful comments are fewest in the first three months (science.md section 5).
pub const ONBOARDING_DAYS: i64 = 90;
/// Share of what is known of a folder from which on it is a team's own code.
pub const TEAMS_OWN: f64 = 0.5;
/// What it counts that the change is in their own team's code.
pub const OWN_CODE: f64 = 0.3;
/// Decayed weight at which somebody counts as knowing a folder when holders are counted.
pub const HOLDS: f64 = 0.1;

/// Who is preferred: the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Turn {
    /// New here, and the change is in their team's own code.
    New,
    /// Everybody else, by how they stand to the author's team.
    Other(Side),
}

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
pub fn learner<'q>(ground: &Ground<'q>, expert: Option<PersonId>, left_out: &mut LeftOut) -> Option<Scored<'q>> {
    let (_, preferred) = by_turn(ground, expert, left_out).pop_first()?;
    in_turn(ground, preferred).into_iter().next()
}

/// Those among whom the learner is most likely chosen, at most so many, best first.
#[must_use]
pub fn likely(ground: &Ground<'_>, most: usize) -> Vec<PersonId> {
    let turns = by_turn(ground, None, &mut LeftOut::default()).into_values();
    let ranked = turns.flat_map(|fitting| in_turn(ground, fitting));
    ranked.take(most).map(|scored| scored.candidate.id).collect()
}

/// When somebody was suggested as a learner last, where that was a short while ago: they aren't twice in a row.
fn last_turn(ground: &Ground<'_>) -> Option<Time> {
    let since = ground.now - TimeDelta::days(IN_A_ROW_DAYS);
    let turns = ground
        .query
        .candidates
        .iter()
        .filter_map(|candidate| candidate.last_learner_suggestion);
    turns.max().filter(|last| *last >= since)
}

/// Who has a footing, by who is preferred. Counts those whose mentoring budget is used up; whoever set
/// theirs to none, or had the last turn of all, just isn't asked.
fn by_turn<'q>(
    ground: &Ground<'q>,
    expert: Option<PersonId>,
    left_out: &mut LeftOut,
) -> BTreeMap<Turn, Vec<Scored<'q>>> {
    let mut free: Vec<&Facts<'q>> = Vec::new();
    let last = last_turn(ground);
    for facts in &ground.facts {
        let candidate = facts.candidate;
        let at_home = Some(candidate.id) == expert || ground.owned_by(candidate.id).is_some();
        if at_home || ground.barred(candidate).is_some() {
            continue;
        }
        if candidate.learner_suggestions_this_week >= candidate.mentoring_budget(ground.settings) {
            left_out.mentoring_budget += 1;
        } else if last.is_none() || candidate.last_learner_suggestion != last {
            free.push(facts);
        }
    }
    let field = Field::read(ground);
    let mut turns: BTreeMap<Turn, Vec<Scored<'q>>> = BTreeMap::new();
    for facts in free {
        let turn = if field.is_new(facts.candidate) && field.own_code(facts.candidate).is_some() {
            Turn::New
        } else {
            Turn::Other(field.side(facts.candidate))
        };
        turns.entry(turn).or_default().extend(field.fitting(facts));
    }
    turns.retain(|_, fitting| !fitting.is_empty());
    turns
}

/// Those nearly as good as the best by whose last turn lies furthest back, then the others by their score.
fn in_turn<'q>(ground: &Ground<'q>, fitting: Vec<Scored<'q>>) -> Vec<Scored<'q>> {
    let scores = fitting.iter().map(|scored| scored.score);
    let best = scores.fold(f64::NEG_INFINITY, f64::max);
    let (mut near, mut others): (Vec<Scored<'q>>, Vec<Scored<'q>>) =
        fitting.into_iter().partition(|scored| scored.score > best - NEAR);
    near.sort_by_key(|Scored { candidate, .. }| {
        (
            candidate.last_learner_suggestion,
            candidate.learner_suggestions_this_week,
            ground.lot(candidate.id),
        )
    });
    let lot = |scored: &Scored<'_>| ground.lot(scored.candidate.id);
    others.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| lot(a).cmp(&lot(b))));
    near.append(&mut others);
    near
}

/// What is the same for every learner of one pull request.
struct Field<'g, 'q> {
    ground: &'g Ground<'q>,
    /// Changes of each person, by number, in the files' own folders, averaged over the files.
    home: Vec<f64>,
    /// The change's languages as shares of its files.
    languages: BTreeMap<&'q str, f64>,
    /// The folder that most of the files lie in.
    folder: &'q str,
    /// The author's smallest team.
    team: Option<&'q Team>,
    /// How many people outside that team know the folder.
    holders: usize,
    /// What each person knows of the folder, decayed.
    known: BTreeMap<PersonId, f64>,
    /// The sum of it.
    all: f64,
}

impl<'g, 'q> Field<'g, 'q> {
    fn read(ground: &'g Ground<'q>) -> Self {
        let pull = ground.query.pull;
        let memory = &ground.query.past.memory;
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
        let known = ground.view.holders(folder);
        let known = known.filter_map(|(number, weight)| Some((memory.person(number)?, weight)));
        let known: BTreeMap<PersonId, f64> = known.collect();
        let holders = known.iter().filter(|(person, weight)| {
            let outside = team.is_none_or(|team| !team.members.contains(person));
            **weight >= HOLDS && outside && !ground.wrote_it(**person)
        });
        Self {
            home: ground.view.at_home(&ground.paths, memory.people()),
            holders: holders.count(),
            all: known.values().sum(),
            known,
            ground,
            languages,
            folder,
            team,
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

    /// Whether somebody came a short while ago.
    fn is_new(&self, candidate: &Candidate) -> bool {
        let since = self.ground.now - TimeDelta::days(ONBOARDING_DAYS);
        candidate.here_since.is_some_and(|here| here >= since)
    }

    /// The team of theirs whose own code this is: most of what is known of the folder is known by the others in it. It is the same for who is
    /// new and who isn't, so that no reason tells them apart.
    fn own_code(&self, candidate: &Candidate) -> Option<&'q Team> {
        if self.ground.query.pull.grouping == Grouping::Circles {
            return None;
        }
        let own = |team: &&Team| {
            let others = team.members.iter().filter(|member| **member != candidate.id);
            let theirs: f64 = others.filter_map(|member| self.known.get(member)).sum();
            self.all > 0.0 && theirs >= TEAMS_OWN * self.all
        };
        let mut teams = self.ground.query.teams.iter();
        teams.find(|team| candidate.teams.contains(&team.id) && own(team))
    }

    /// The candidate with what speaks for them, if they have a footing and aren't at home here.
    fn fitting(&self, facts: &Facts<'q>) -> Option<Scored<'q>> {
        if self.at_home(facts) >= AT_HOME {
            return None;
        }
        let mut parts = self.footing(facts);
        if parts.iter().map(|part| part.weight).sum::<f64>() < LEAST_FOOTING {
            return None;
        }
        let candidate = facts.candidate;
        parts.extend(self.goal(candidate));
        parts.extend(self.team_words(facts));
        parts.extend(load(candidate));
        parts.push(self.to_learn());
        Some(Scored::new(candidate, parts))
    }

    /// What there is to learn: the same for everybody.
    fn to_learn(&self) -> Part<'q> {
        let most = self
            .ground
            .expected
            .iter()
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        Part {
            part: ScorePart::ToLearn,
            weight: 0.0,
            why: Why::ToLearn(most.map(|(area, _)| *area), self.folder),
        }
    }

    fn at_home(&self, facts: &Facts<'_>) -> f64 {
        facts.number.map_or(0.0, |number| self.home[number as usize])
    }

    /// What they know next to the change.
    fn footing(&self, facts: &Facts<'q>) -> Vec<Part<'q>> {
        let candidate = facts.candidate;
        let next_to_it = |weight, why| Part {
            part: ScorePart::Adjacent,
            weight,
            why,
        };
        let language = self.language(candidate).map(|(language, weight)| {
            let untold = candidate.untold_languages.iter().any(|untold| untold == language);
            next_to_it(LANGUAGE * weight, Why::Language((!untold).then_some(language)))
        });
        let beside = facts.beside.map(|beside| {
            let weight = NEIGHBOUR * skill::saturated(f64::from(beside.reviewed));
            next_to_it(weight, Why::Beside(beside))
        });
        // It names a team, which may be hidden later: then all that is said of teams goes.
        let own = self.own_code(candidate).map(|team| Part {
            part: ScorePart::OtherTeam,
            weight: OWN_CODE,
            why: Why::TeamsCode(&team.name),
        });
        let near = skill::nearest(&candidate.skills, &self.ground.expected);
        let near = near.map(|near| next_to_it(RELATED * near.score, Why::Taught(near.best)));
        let here = facts.known.filter(|known| !known.prefix.is_empty());
        let here = here.map(|known| {
            let weight = HERE * skill::saturated(known.evidence);
            next_to_it(weight, Why::KnowsPlace(known.prefix, known.holding))
        });
        [language, own, beside, near, here].into_iter().flatten().collect()
    }

    /// The language of the change that they know best, with how well in [0, 1).
    fn language(&self, candidate: &'q Candidate) -> Option<(&'q str, f64)> {
        let known = candidate.languages.iter().filter_map(|(language, strength)| {
            let share = self.languages.get(language.as_str())?;
            Some((language.as_str(), share * skill::saturated(*strength)))
        });
        let known = known.filter(|(_, weight)| *weight > 0.0);
        known.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(a.0)))
    }

    fn goal(&self, candidate: &Candidate) -> Option<Part<'q>> {
        let mut expected = self.ground.expected.iter();
        let (area, share) = expected.find(|(area, _)| candidate.learn_goals.contains(area))?;
        Some(Part {
            part: ScorePart::Goal,
            weight: GOAL * (2.0 * share).min(1.0),
            why: Why::Wants(*area),
        })
    }

    /// What is said of the teams; where there are none, of circles, and that these were used instead.
    fn team_words(&self, facts: &Facts<'q>) -> Option<Part<'q>> {
        let circles = self.ground.query.pull.grouping == Grouping::Circles;
        let (weight, why) = match (self.side(facts.candidate), circles) {
            (Side::Unknown, _) => return None,
            (Side::Other, false) => {
                let spreads = self.spreads(facts);
                (OTHER_TEAM, spreads.unwrap_or(Why::Said("from another team")))
            }
            // Their reason is another one.
            (Side::Mate, _) if self.own_code(facts.candidate).is_some() => return None,
            (Side::Mate, false) => {
                let words = "from the author's own team, since nobody from another team could be suggested";
                (0.0, Why::Said(words))
            }
            (Side::Other, true) => {
                let words = "from another circle of reviewers (no teams are set up)";
                (OTHER_TEAM, Why::Said(words))
            }
            (Side::Mate, true) => {
                let words = "from the author's own circle of reviewers (no teams are set up), since nobody from another could be suggested";
                (0.0, Why::Said(words))
            }
        };
        Some(Part {
            part: ScorePart::OtherTeam,
            weight,
            why,
        })
    }

    /// "would be the second person outside Payments to know `ledger/`".
    fn spreads(&self, facts: &Facts<'_>) -> Option<Why<'q>> {
        let team = self.team?.name.as_str();
        if reasons::name(team).is_empty() || self.at_home(facts) > 0.0 || self.folder.is_empty() {
            return None;
        }
        Some(Why::Spreads {
            nth: reasons::ordinal(self.holders + 1)?,
            team,
            folder: self.folder,
        })
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
