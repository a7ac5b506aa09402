//! Edges of teaching: lessons of one teacher, learner and area, added up by pull request and faded (science.md section 1).
use std::collections::BTreeMap;

use chrono::Datelike;

use crate::model::clock::Time;
use crate::model::clock::days_between;
use crate::model::graph::Confidence;
use crate::model::graph::Edge;
use crate::model::graph::PullEvidence;
use crate::model::ids::PersonId;
use crate::model::lesson::Lesson;
use crate::model::lesson::Outcome;
use crate::model::skill::Area;
use crate::skill::decay::CURRENT_HALF_LIFE;
use crate::skill::decay::FLOOR;
use crate::skill::decay::PROFILE_HALF_LIFE;
use crate::skill::decay::halved;

/// As many pull requests' worth of one edge counts in one week at most, Monday to Sunday (*judgement*): two people who praise each other's
/// changes all day prove no more than that they did. The evidence itself stays; more of it never counts for less.
pub const BURST_PULLS: i32 = 2;

/// What each pull request adds, from the lessons of ONE teacher, learner and area: `P = 1 - prod(1-p)`, landed and given
/// apart; declined lessons add nothing. Ordered by pull request, and the same to the last bit for any order of lessons.
#[must_use]
pub fn pull_evidence(lessons: &[Lesson]) -> Vec<PullEvidence> {
    let mut pulls: BTreeMap<_, Vec<&Lesson>> = BTreeMap::new();
    for lesson in lessons.iter().filter(|lesson| lesson.outcome != Outcome::Declined) {
        pulls
            .entry((lesson.pull.repo, lesson.pull.number))
            .or_default()
            .push(lesson);
    }
    pulls
        .into_values()
        .filter_map(|lessons| {
            let last = lessons.iter().max_by_key(|lesson| lesson.at)?;
            let landed = || lessons.iter().filter(|lesson| lesson.outcome == Outcome::Landed);
            Some(PullEvidence {
                pull: last.pull,
                at: landed().map(|lesson| lesson.at).max().unwrap_or(last.at),
                landed: noisy_or(landed().map(|lesson| lesson.p)),
                given: noisy_or(
                    lessons
                        .iter()
                        .filter(|lesson| lesson.outcome == Outcome::Given)
                        .map(|lesson| lesson.p),
                ),
                diffs_known: lessons.iter().any(|lesson| lesson.diffs_known),
            })
        })
        .collect()
}

/// The edges that lessons make, by teacher, learner and area.
#[must_use]
pub fn edges(lessons: impl Iterator<Item = Lesson>) -> Vec<Edge> {
    edges_fading(lessons, CURRENT_HALF_LIFE)
}

/// The same, with another half-life in days for "who is current": read them with [`strength_fading`] and the same one.
#[must_use]
pub fn edges_fading(lessons: impl Iterator<Item = Lesson>, half_life: f64) -> Vec<Edge> {
    let mut by_edge: BTreeMap<(PersonId, PersonId, Area), Vec<Lesson>> = BTreeMap::new();
    for lesson in lessons {
        by_edge
            .entry((lesson.teacher, lesson.learner, lesson.area))
            .or_default()
            .push(lesson);
    }
    by_edge
        .into_iter()
        .filter_map(|(ends, lessons)| edge_fading(ends, &pull_evidence(&lessons), half_life))
        .collect()
}

/// `1 - prod(1-p)`, multiplied in order of size so that the order of arrival doesn't matter.
fn noisy_or(probabilities: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = probabilities.collect();
    sorted.sort_by(f64::total_cmp);
    1.0 - sorted.iter().map(|p| 1.0 - p.clamp(0.0, 1.0)).product::<f64>()
}

/// The edge that the evidence of its pull requests makes; none where nothing landed. The same to the last bit for any
/// order of the evidence.
#[must_use]
pub fn edge(teacher: PersonId, learner: PersonId, area: Area, evidence: &[PullEvidence]) -> Option<Edge> {
    edge_fading((teacher, learner, area), evidence, CURRENT_HALF_LIFE)
}

fn edge_fading(
    (teacher, learner, area): (PersonId, PersonId, Area),
    evidence: &[PullEvidence],
    half_life: f64,
) -> Option<Edge> {
    let mut landed: Vec<&PullEvidence> = evidence.iter().filter(|one| one.landed > 0.0).collect();
    landed.sort_by(|a, b| {
        (a.at, a.pull.repo, a.pull.number)
            .cmp(&(b.at, b.pull.repo, b.pull.number))
            .then(a.landed.total_cmp(&b.landed))
    });
    let as_of = landed.last()?.at;
    let mut edge = Edge {
        teacher,
        learner,
        area,
        as_of,
        pulls: 0,
        sum: 0.0,
        sum_52: 0.0,
        sum_365: 0.0,
        n_52: 0.0,
        n: 0,
    };
    for week in landed.chunk_by(|one, next| one.at.iso_week() == next.at.iso_week()) {
        let mut this = Week::default();
        for one in week {
            let age = days_between(one.at, as_of);
            let (weight_52, weight_365) = (halved(age, half_life), halved(age, PROFILE_HALF_LIFE));
            edge.pulls += 1;
            this.sum += one.landed;
            this.sum_52 += one.landed * weight_52;
            this.sum_365 += one.landed * weight_365;
            this.weights = (this.weights.0.max(weight_52), this.weights.1.max(weight_365));
        }
        let most = f64::from(BURST_PULLS);
        edge.sum += this.sum.min(most);
        edge.sum_52 += this.sum_52.min(most * this.weights.0);
        edge.sum_365 += this.sum_365.min(most * this.weights.1);
    }
    let known: Vec<Time> = landed.iter().filter(|one| one.diffs_known).map(|one| one.at).collect();
    (edge.n, edge.n_52) = known_pulls(&known, as_of, half_life);
    Some(edge)
}

/// How many pull requests of an edge count, by when they landed, oldest first, and the sum of their weights at `as_of`.
fn known_pulls(landed: &[Time], as_of: Time, half_life: f64) -> (i32, f64) {
    let (mut n, mut n_faded) = (0, 0.0);
    for week in landed.chunk_by(|one, next| one.iso_week() == next.iso_week()) {
        let weights = week.iter().map(|at| halved(days_between(*at, as_of), half_life));
        let most = f64::from(BURST_PULLS) * weights.clone().fold(0.0, f64::max);
        n += i32::try_from(week.len()).unwrap_or(BURST_PULLS).min(BURST_PULLS);
        n_faded += weights.sum::<f64>().min(most);
    }
    (n, n_faded)
}

/// What one week of an edge comes to, before it is limited.
#[derive(Default)]
struct Week {
    sum: f64,
    sum_52: f64,
    sum_365: f64,
    /// The weights of the latest in it.
    weights: (f64, f64),
}

/// How strong the edge is now for "who is current": `S = sum P * (0.15 + 0.85 * 2^(-age/52 d))`.
#[must_use]
pub fn strength(edge: &Edge, now: Time) -> f64 {
    strength_fading(edge, now, CURRENT_HALF_LIFE)
}

/// [`strength`] of an edge that was made with this half-life in days.
#[must_use]
pub fn strength_fading(edge: &Edge, now: Time, half_life: f64) -> f64 {
    FLOOR * edge.sum + (1.0 - FLOOR) * edge.sum_52 * halved(days_between(edge.as_of, now), half_life)
}

/// How strong the edge is now for a profile: `sum P * 2^(-age/365 d)`.
#[must_use]
pub fn profile_strength(edge: &Edge, now: Time) -> f64 {
    edge.sum_365 * halved(days_between(edge.as_of, now), PROFILE_HALF_LIFE)
}

/// Effective number of pull requests behind the edge now: the sum of `w(age)` over those whose diffs are known.
#[must_use]
pub fn effective_n(edge: &Edge, now: Time) -> f64 {
    effective_n_fading(edge, now, CURRENT_HALF_LIFE)
}

/// [`effective_n`] of an edge that was made with this half-life in days.
#[must_use]
pub fn effective_n_fading(edge: &Edge, now: Time, half_life: f64) -> f64 {
    let faded = edge.n_52 * halved(days_between(edge.as_of, now), half_life);
    FLOOR * f64::from(edge.n) + (1.0 - FLOOR) * faded
}

/// How much evidence stands behind the edge now.
#[must_use]
pub fn confidence(edge: &Edge, now: Time) -> Confidence {
    confidence_of(effective_n(edge, now))
}

/// How much evidence stands behind what somebody taught now: of each pull request whose diffs are known, whom they taught and when that
/// landed; by whom, then oldest first.
#[must_use]
pub fn confidence_in(landed: &[(PersonId, Time)], now: Time) -> Confidence {
    let edges = landed.chunk_by(|one, next| one.0 == next.0);
    let effective_n = edges.map(|edge| {
        let times: Vec<Time> = edge.iter().map(|(_, at)| *at).collect();
        let (n, faded) = known_pulls(&times, now, CURRENT_HALF_LIFE);
        FLOOR * f64::from(n) + (1.0 - FLOOR) * faded
    });
    confidence_of(effective_n.sum())
}

/// The confidence that an effective number of pull requests gives: below 3 low, to 8 medium, above high.
#[must_use]
pub fn confidence_of(effective_n: f64) -> Confidence {
    if effective_n > 8.0 {
        Confidence::High
    } else if effective_n >= 3.0 {
        Confidence::Medium
    } else {
        Confidence::Low
    }
}
