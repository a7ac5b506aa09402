//! What people hold, against what the review of a change will be about.
use crate::model::graph::Confidence;
use crate::model::skill::Area;
use crate::suggest::query::HeldSkill;

/// Strength at which a skill counts for half (judgement): two landed lessons' worth.
pub const HALF_STRENGTH: f64 = 2.0;

/// How well held skills match the areas that comments here are about.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Match {
    /// In [0, 1): the areas' shares times what is held of each.
    pub score: f64,
    /// The skill that adds most.
    pub best: HeldSkill,
}

/// A count or strength as a part of 1: `s / (s + 2)`; 0 for anything that isn't above 0.
#[must_use]
pub fn saturated(strength: f64) -> f64 {
    if strength > 0.0 && strength.is_finite() {
        strength / (strength + HALF_STRENGTH)
    } else {
        0.0
    }
}

/// What evidence of this confidence is worth (judgement).
fn trust(confidence: Confidence) -> f64 {
    match confidence {
        Confidence::Low => 0.5,
        Confidence::Medium => 0.8,
        Confidence::High => 1.0,
    }
}

/// The areas as shares of 1, heaviest first and each once; weights that aren't above 0 are dropped.
#[must_use]
pub fn shares(expected: &[(Area, f64)]) -> Vec<(Area, f64)> {
    let mut shares: Vec<(Area, f64)> = Vec::new();
    for (area, weight) in expected.iter().copied().filter(|(_, w)| *w > 0.0 && w.is_finite()) {
        match shares.iter_mut().find(|(other, _)| *other == area) {
            Some((_, sum)) => *sum += weight,
            None => shares.push((area, weight)),
        }
    }
    let sum: f64 = shares.iter().map(|(_, weight)| weight).sum();
    for (_, weight) in &mut shares {
        *weight /= sum;
    }
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shares
}

/// The match of what is held with the expected shares (of [`shares`]); none where nothing matches.
#[must_use]
pub fn matching(held: &[HeldSkill], expected: &[(Area, f64)]) -> Option<Match> {
    let mut best: Option<(f64, HeldSkill)> = None;
    let mut score = 0.0;
    for (area, share) in expected {
        let Some(skill) = held.iter().find(|skill| skill.area == *area) else {
            continue;
        };
        let adds = share * saturated(skill.strength) * trust(skill.confidence);
        score += adds;
        if adds > best.map_or(0.0, |(most, _)| most) {
            best = Some((adds, *skill));
        }
    }
    best.map(|(_, best)| Match { score, best })
}

/// Areas whose knowledge lies next to this one (judgement): who holds one of them has a footing here.
#[must_use]
pub fn related(area: Area) -> &'static [Area] {
    match area {
        Area::Correctness => &[Area::Testing, Area::ErrorHandling],
        Area::ErrorHandling => &[Area::Correctness, Area::Observability],
        Area::Testing => &[Area::Correctness, Area::BuildCi],
        Area::Security => &[Area::ApiDesign, Area::ErrorHandling],
        Area::Performance => &[Area::Concurrency, Area::Databases],
        Area::Concurrency => &[Area::Performance, Area::Correctness],
        Area::ApiDesign => &[Area::Architecture, Area::Documentation],
        Area::Architecture => &[Area::ApiDesign, Area::Readability],
        Area::Readability => &[Area::LanguageIdiom, Area::Architecture],
        Area::LanguageIdiom => &[Area::Readability, Area::Correctness],
        Area::Documentation => &[Area::Readability, Area::Collaboration],
        Area::Databases => &[Area::Performance, Area::Architecture],
        Area::Observability => &[Area::ErrorHandling, Area::BuildCi],
        Area::BuildCi => &[Area::Testing, Area::Observability],
        Area::UiAccessibility => &[Area::ProductThinking, Area::Documentation],
        Area::ProductThinking => &[Area::UiAccessibility, Area::Collaboration],
        Area::Collaboration => &[Area::Documentation, Area::ProductThinking],
    }
}

/// The held skill that lies nearest to the expected areas, with how near in [0, 1): itself in full, related by half.
#[must_use]
pub fn nearest(held: &[HeldSkill], expected: &[(Area, f64)]) -> Option<Match> {
    let mut best: Option<Match> = None;
    for (area, share) in expected {
        for skill in held {
            let nearness = match skill.area {
                same if same == *area => 1.0,
                other if related(*area).contains(&other) => 0.5,
                _ => continue,
            };
            let score = share * nearness * saturated(skill.strength) * trust(skill.confidence);
            if score > best.map_or(0.0, |best| best.score) {
                best = Some(Match { score, best: *skill });
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(area: Area, strength: f64, confidence: Confidence) -> HeldSkill {
        let pulls = 3;
        HeldSkill {
            area,
            strength,
            confidence,
            pulls,
        }
    }

    #[test]
    fn shares_add_up_to_one_and_ignore_what_is_no_weight() {
        let shares = shares(&[
            (Area::Testing, 1.0),
            (Area::Databases, 2.0),
            (Area::Testing, 1.0),
            (Area::Security, f64::NAN),
            (Area::Security, -1.0),
        ]);
        assert_eq!(shares, [(Area::Testing, 0.5), (Area::Databases, 0.5)]);
    }

    #[test]
    fn a_match_names_the_skill_that_adds_most() {
        let expected = shares(&[(Area::Databases, 3.0), (Area::Testing, 1.0)]);
        let held = [
            held(Area::Testing, 2.0, Confidence::High),
            held(Area::Databases, 2.0, Confidence::High),
        ];
        let found = matching(&held, &expected).unwrap();
        assert_eq!(found.best.area, Area::Databases);
        assert!((found.score - 0.5).abs() < 1e-12);
    }

    #[test]
    fn low_confidence_counts_half() {
        let expected = [(Area::Databases, 1.0)];
        let low = matching(&[held(Area::Databases, 5.0, Confidence::Low)], &expected).unwrap();
        let high = matching(&[held(Area::Databases, 5.0, Confidence::High)], &expected).unwrap();
        assert!((low.score * 2.0 - high.score).abs() < 1e-12);
    }

    #[test]
    fn nothing_in_common_is_no_match_but_may_be_near() {
        let expected = [(Area::Databases, 1.0)];
        let held = [held(Area::Performance, 5.0, Confidence::High)];
        assert_eq!(matching(&held, &expected), None);
        assert_eq!(nearest(&held, &expected).unwrap().best.area, Area::Performance);
        assert_eq!(nearest(&held, &[(Area::Collaboration, 1.0)]), None);
    }

    #[test]
    fn no_area_is_related_to_itself() {
        for area in Area::ALL {
            assert!(!related(area).contains(&area));
        }
    }
}
