//! Someone who knows: a sum of named parts, each of which is a reason in words. Whoever owns files of the change by
//! CODEOWNERS comes first: their approval may be required.
//!
//! `paths (scaled to 1 for the best) + 0.5 pair + 0.3 activity share + 0.4 skill match - load`. The first three are
//! spread.md section 1's; the weights of skill and load are judgement until they are learned per repository.
use crate::model::graph::Confidence;
use crate::model::suggestion::LeftOut;
use crate::model::suggestion::Pick;
use crate::model::suggestion::Reason;
use crate::model::suggestion::ScorePart;
use crate::model::wording;
use crate::suggest::ground::Barred;
use crate::suggest::ground::Ground;
use crate::suggest::query::Candidate;
use crate::suggest::reasons;
use crate::suggest::skill;

/// What the share of this author's reviews counts.
pub const PAIR: f64 = 0.5;
/// What the share of recent reviews counts.
pub const ACTIVITY: f64 = 0.3;
/// What the skill match counts.
pub const SKILL: f64 = 0.4;
/// What an offer to teach counts, times the area's share.
pub const TEACH_GOAL: f64 = 0.1;
/// What open reviews take away at most.
pub const LOAD: f64 = 0.5;

/// What owning all of the files by CODEOWNERS counts.
pub const OWNER: f64 = 0.6;

/// Least decayed evidence on the paths: one review of all of it about 260 days ago.
pub const LEAST_EVIDENCE: f64 = 0.05;
/// Least skill match that makes somebody competent without having been on these paths.
pub const LEAST_MATCH: f64 = 0.2;
/// Least decayed reviews of this author that carry a suggestion by themselves.
pub const LEAST_PAIR: f64 = 1.0;

/// Someone who may be asked, and whether more than familiarity speaks for them.
#[derive(Clone, PartialEq, Debug)]
pub struct Ranked {
    /// Who and why.
    pub pick: Pick,
    /// They were on these paths or hold the skills: they can judge the change, and somebody may learn beside them.
    pub competent: bool,
}

/// Everybody who may be asked and has at least the least evidence, best first. Adds those it refuses to `left_out`.
#[must_use]
pub fn experts(ground: &Ground<'_>, left_out: &mut LeftOut) -> Vec<Ranked> {
    let mut free: Vec<&Candidate> = Vec::new();
    for candidate in ground.query.candidates {
        match ground.barred(candidate) {
            None => free.push(candidate),
            Some(Barred::AtCapacity) => left_out.at_capacity += 1,
            Some(Barred::DailyCap) => left_out.daily_cap += 1,
            Some(Barred::Author | Barred::Asked | Barred::Idle) => {}
        }
    }
    let paths = free.iter().filter_map(|candidate| ground.known.get(&candidate.id));
    let best = paths.map(|known| known.score).fold(0.0, f64::max);
    let mut ranked: Vec<Ranked> = free
        .iter()
        .filter_map(|candidate| ranked(ground, candidate, best))
        .collect();
    ranked.sort_by(|a, b| {
        let owns = |ranked: &Ranked| ground.owned_by(ranked.pick.person).is_some();
        let by_score = settled(b.pick.score).total_cmp(&settled(a.pick.score));
        let owners_first = owns(b).cmp(&owns(a)).then(by_score);
        owners_first.then_with(|| ground.lot(a.pick.person).cmp(&ground.lot(b.pick.person)))
    });
    ranked.dedup_by_key(|ranked| ranked.pick.person);
    ranked
}

/// The parts that need nothing but the history: path score scaled to 1, pair share, share of recent reviews.
#[must_use]
pub fn blend(paths: f64, pair: f64, activity: f64) -> f64 {
    paths + PAIR * pair + ACTIVITY * activity
}

/// A score without the last digits, so that rounding never decides between equals.
fn settled(score: f64) -> f64 {
    (score * 1e9).round()
}

fn ranked(ground: &Ground<'_>, candidate: &Candidate, best: f64) -> Option<Ranked> {
    let known = ground.known.get(&candidate.id);
    let familiar = ground.familiar.get(&candidate.id);
    let matched = skill::matching(&candidate.skills, &ground.expected);
    let by_paths = known.is_some_and(|known| known.evidence >= LEAST_EVIDENCE);
    let by_skill = matched.is_some_and(|m| m.score >= LEAST_MATCH && m.best.confidence > Confidence::Low);
    let by_pair = familiar.is_some_and(|familiar| familiar.weight >= LEAST_PAIR);
    let owned = owned(ground, candidate);
    if !(by_paths || by_skill || by_pair || owned.is_some()) {
        return None;
    }
    let by_owning = owned.is_some();
    let mut parts: Vec<Reason> = owned.into_iter().collect();
    if let Some(known) = known.filter(|known| best > 0.0 && !known.prefix.is_empty()) {
        let words = reasons::knows_place(known.prefix, &known.holding, ground.now);
        parts.push(reason(ScorePart::Paths, known.score / best, words));
    }
    if let Some(familiar) = familiar {
        let words = reasons::knows_author(familiar.reviews);
        parts.push(reason(ScorePart::Pair, PAIR * familiar.share, words));
    }
    if let Some(matched) = matched {
        parts.push(reason(
            ScorePart::Skill,
            SKILL * matched.score,
            reasons::taught(&matched.best),
        ));
    }
    parts.extend(offer(ground, candidate));
    parts.extend(activity(ground, candidate));
    let pick = pick(candidate, parts);
    let competent = by_paths || by_skill || by_owning;
    Some(Ranked { pick, competent })
}

/// The files that they own by CODEOWNERS.
fn owned(ground: &Ground<'_>, candidate: &Candidate) -> Option<Reason> {
    let owned = ground.owned_by(candidate.id)?;
    let files = u32::try_from(ground.paths.len()).unwrap_or(u32::MAX).max(1);
    let weight = OWNER * (f64::from(owned.files) / f64::from(files)).min(1.0);
    Some(reason(ScorePart::Owner, weight, reasons::owns(&owned.pattern)))
}

/// The first of the expected areas that they offered to teach.
fn offer(ground: &Ground<'_>, candidate: &Candidate) -> Option<Reason> {
    let mut expected = ground.expected.iter();
    let (area, share) = expected.find(|(area, _)| candidate.teach_goals.contains(area))?;
    let words = format!("offered to teach {}", wording::area(*area));
    Some(reason(ScorePart::Offer, TEACH_GOAL * share, words))
}

fn activity(ground: &Ground<'_>, candidate: &Candidate) -> Option<Reason> {
    let number = ground.activity.count(candidate.id);
    let words = format!("reviewed {} here in the last 90 days", wording::count(number, "change"));
    let weight = ACTIVITY * ground.activity.share(candidate.id);
    (number > 0).then(|| reason(ScorePart::Activity, weight, words))
}

/// What open reviews take away: a quarter of [`LOAD`] for the first, half of it for three. None without any.
fn load(candidate: &Candidate) -> Option<Reason> {
    let open = candidate.open_reviews;
    let weight = -LOAD * f64::from(open) / (f64::from(open) + 3.0);
    let words = match open.saturating_sub(candidate.open_reviews_elsewhere) {
        0 => "open reviews elsewhere".to_owned(),
        told if told < open => format!("{} and more elsewhere", wording::count(told, "open review")),
        told => wording::count(told, "open review"),
    };
    (open > 0).then(|| reason(ScorePart::Load, weight, words))
}

/// One part of a score.
#[must_use]
pub fn reason(part: ScorePart, weight: f64, words: String) -> Reason {
    Reason { part, weight, words }
}

/// Parts that weigh less say nothing and are left out, of the score as well: they would read "+0.00".
pub const LEAST_TOLD: f64 = 0.005;

/// A pick from its parts and the candidate's load; strongest reason first. What is said about the teams stays, whatever
/// it weighs.
#[must_use]
pub fn pick(candidate: &Candidate, mut reasons: Vec<Reason>) -> Pick {
    reasons.extend(load(candidate));
    reasons.retain(|reason| reason.part == ScorePart::OtherTeam || reason.weight.abs() >= LEAST_TOLD);
    reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.part.cmp(&b.part)));
    Pick {
        person: candidate.id,
        login: candidate.login.clone(),
        score: reasons.iter().map(|reason| reason.weight).sum(),
        reasons,
    }
}
