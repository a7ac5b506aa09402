//! Someone who knows: a sum of named parts, each of which is a reason in words. Whoever owns files of the change by
//! CODEOWNERS comes first: their approval may be required.
//!
//! What the repository's past tells ([`Memory`](crate::suggest::memory::Memory)) is summed up in three parts by what it is about, each
//! signal times the weight that this repository taught; skill, offer, owned files and load are added by weights of judgement. A score
//! is in log-odds: one more is about 2.7 times as likely to be the one who reviews.
use crate::model::graph::Confidence;
use crate::model::suggestion::LeftOut;
use crate::model::suggestion::ScorePart;
use crate::suggest::ground::Barred;
use crate::suggest::ground::Facts;
use crate::suggest::ground::Ground;
use crate::suggest::memory::Signal;
use crate::suggest::query::Candidate;
use crate::suggest::skill;
use crate::suggest::why::Part;
use crate::suggest::why::Scored;
use crate::suggest::why::Why;

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
pub struct Ranked<'q> {
    /// Who and why.
    pub who: Scored<'q>,
    /// They were on these paths or hold the skills: they can judge the change, and somebody may learn beside them.
    pub competent: bool,
}

/// Everybody who may be asked and has at least the least evidence, best first. Adds those it refuses to `left_out`.
#[must_use]
pub fn experts<'q>(ground: &Ground<'q>, left_out: &mut LeftOut) -> Vec<Ranked<'q>> {
    let mut ranked: Vec<Ranked<'q>> = Vec::new();
    for facts in &ground.facts {
        match ground.barred(facts.candidate) {
            None => ranked.extend(self::ranked(ground, facts)),
            Some(Barred::AtCapacity) => left_out.at_capacity += 1,
            Some(Barred::DailyCap) => left_out.daily_cap += 1,
            Some(Barred::Author | Barred::Asked | Barred::Idle) => {}
        }
    }
    ranked.sort_by_cached_key(|Ranked { who, .. }| {
        let person = who.candidate.id;
        let owns = ground.owned_by(person).is_some();
        (!owns, -settled(who.score), ground.lot(person))
    });
    ranked.dedup_by_key(|ranked| ranked.who.candidate.id);
    ranked
}

/// A score without the last digits, so that rounding never decides between equals.
#[expect(clippy::cast_possible_truncation, reason = "scores are small sums of logarithms")]
fn settled(score: f64) -> i64 {
    (score * 1e9).round() as i64
}

fn ranked<'q>(ground: &Ground<'q>, facts: &Facts<'q>) -> Option<Ranked<'q>> {
    let candidate = facts.candidate;
    let matched = skill::matching(&candidate.skills, &ground.expected);
    let by_paths = facts.known.is_some_and(|known| known.evidence >= LEAST_EVIDENCE);
    let by_skill = matched.is_some_and(|m| m.score >= LEAST_MATCH && m.best.confidence > Confidence::Low);
    let by_pair = facts.familiar.is_some_and(|familiar| familiar.weight >= LEAST_PAIR);
    let owned = owned(ground, candidate);
    if !(by_paths || by_skill || by_pair || owned.is_some()) {
        return None;
    }
    let by_owning = owned.is_some();
    let told = |signals: &[Signal]| told(ground, facts, signals);
    let part = |part, weight, why| Part { part, weight, why };
    let known = facts.known.filter(|known| !known.prefix.is_empty());
    let known = known.map(|known| {
        let why = Why::KnowsPlace(known.prefix, known.holding);
        part(ScorePart::Paths, told(&PLACES), why)
    });
    let familiar = facts
        .familiar
        .map(|familiar| part(ScorePart::Pair, told(&PAIR), Why::KnowsAuthor(familiar.reviews)));
    let taught = matched.map(|matched| part(ScorePart::Skill, SKILL * matched.score, Why::Taught(matched.best)));
    let lately = (facts.lately > 0).then(|| part(ScorePart::Activity, told(&HERE), Why::Lately(facts.lately)));
    let parts = [
        owned,
        known,
        familiar,
        taught,
        offer(ground, candidate),
        lately,
        load(candidate),
    ];
    let who = Scored::new(candidate, parts.into_iter().flatten().collect());
    let competent = by_paths || by_skill || by_owning;
    Some(Ranked { who, competent })
}

/// The files that they own by CODEOWNERS.
fn owned<'q>(ground: &Ground<'q>, candidate: &Candidate) -> Option<Part<'q>> {
    let owned = ground.owned_by(candidate.id)?;
    let files = u32::try_from(ground.paths.len()).unwrap_or(u32::MAX).max(1);
    Some(Part {
        part: ScorePart::Owner,
        weight: OWNER * (f64::from(owned.files) / f64::from(files)).min(1.0),
        why: Why::Owns(&owned.pattern),
    })
}

/// The first of the expected areas that they offered to teach.
fn offer<'q>(ground: &Ground<'_>, candidate: &Candidate) -> Option<Part<'q>> {
    let mut expected = ground.expected.iter();
    let (area, share) = expected.find(|(area, _)| candidate.teach_goals.contains(area))?;
    Some(Part {
        part: ScorePart::Offer,
        weight: TEACH_GOAL * share,
        why: Why::Offered(*area),
    })
}

/// What some signals say together of somebody.
fn told(ground: &Ground<'_>, facts: &Facts<'_>, signals: &[Signal]) -> f64 {
    let weights = ground.query.past.memory.weights();
    let told = |values| weights.told(values, signals);
    facts.values.as_ref().map_or(0.0, told)
}

/// What open reviews take away: a quarter of [`LOAD`] for the first, half of it for three. None without any.
#[must_use]
pub fn load<'q>(candidate: &Candidate) -> Option<Part<'q>> {
    let open = candidate.open_reviews;
    (open > 0).then(|| Part {
        part: ScorePart::Load,
        weight: of_load(open),
        why: Why::Open(open, open.saturating_sub(candidate.open_reviews_elsewhere)),
    })
}

/// What so many open reviews add to a score, less than nothing.
#[must_use]
pub fn of_load(open: u32) -> f64 {
    -LOAD * f64::from(open) / (f64::from(open) + 3.0)
}
