//! Someone who knows: a sum of named parts, each of which is a reason in words. Whoever owns files of the change by
//! CODEOWNERS comes first: their approval may be required.
//!
//! What the repository's past tells ([`Memory`](crate::suggest::memory::Memory)) is summed up in three parts by what it is about, each
//! signal times the weight that this repository taught; skill, offer, owned files and load are added by weights of judgement. A score
//! is in log-odds: one more is about 2.7 times as likely to be the one who reviews.
use crate::model::graph::Confidence;
use crate::model::suggestion::LeftOut;
use crate::model::suggestion::Pick;
use crate::model::suggestion::Reason;
use crate::model::suggestion::ScorePart;
use crate::model::wording;
use crate::suggest::ground::Barred;
use crate::suggest::ground::Ground;
use crate::suggest::memory::Signal;
use crate::suggest::query::Candidate;
use crate::suggest::reasons;
use crate::suggest::skill;

/// What the skill match counts.
pub const SKILL: f64 = 1.0;
/// What an offer to teach counts, times the area's share.
pub const TEACH_GOAL: f64 = 0.3;
/// What open reviews take away at most: with three of them half of it, which makes somebody less than half as likely.
pub const LOAD: f64 = 2.0;

/// What owning all of the files by CODEOWNERS counts.
pub const OWNER: f64 = 1.5;

/// The signals of each part that the past tells.
const PLACES: [Signal; 7] = [
    Signal::PlacesLately,
    Signal::Places,
    Signal::NamesLately,
    Signal::Names,
    Signal::Session,
    Signal::Wrote,
    // Less than nothing in most repositories: who reviews everything has touched every folder.
    Signal::Activity,
];
const PAIR: [Signal; 2] = [Signal::Pair, Signal::PairLately];
const HERE: [Signal; 4] = [Signal::Lately, Signal::WroteLately, Signal::Last, Signal::Answers];

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
    let mut ranked: Vec<Ranked> = free.iter().filter_map(|candidate| ranked(ground, candidate)).collect();
    ranked.sort_by(|a, b| {
        let owns = |ranked: &Ranked| ground.owned_by(ranked.pick.person).is_some();
        let by_score = settled(b.pick.score).total_cmp(&settled(a.pick.score));
        let owners_first = owns(b).cmp(&owns(a)).then(by_score);
        owners_first.then_with(|| ground.lot(a.pick.person).cmp(&ground.lot(b.pick.person)))
    });
    ranked.dedup_by_key(|ranked| ranked.pick.person);
    ranked
}

/// A score without the last digits, so that rounding never decides between equals.
fn settled(score: f64) -> f64 {
    (score * 1e9).round()
}

fn ranked(ground: &Ground<'_>, candidate: &Candidate) -> Option<Ranked> {
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
    let told = |signals: &[Signal]| told(ground, candidate, signals);
    if let Some(known) = known.filter(|known| !known.prefix.is_empty()) {
        let words = reasons::knows_place(known.prefix, &known.holding, ground.now);
        parts.push(reason(ScorePart::Paths, told(&PLACES), words));
    }
    if let Some(familiar) = familiar {
        parts.push(reason(
            ScorePart::Pair,
            told(&PAIR),
            reasons::knows_author(familiar.reviews),
        ));
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
    let number = ground.activity.get(&candidate.id).copied().unwrap_or_default();
    let words = format!("reviewed {} here in the last 90 days", wording::count(number, "change"));
    (number > 0).then(|| reason(ScorePart::Activity, told(ground, candidate, &HERE), words))
}

/// What some signals say together of this candidate.
fn told(ground: &Ground<'_>, candidate: &Candidate, signals: &[Signal]) -> f64 {
    let weights = ground.query.past.memory.weights();
    let values = ground.signals.get(&candidate.id);
    values.map_or(0.0, |values| {
        signals
            .iter()
            .map(|signal| weights.of(*signal) * values[*signal as usize])
            .sum()
    })
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
