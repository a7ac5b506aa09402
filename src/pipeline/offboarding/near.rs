//! Who is nearest to a module or a skill, and why.
use std::collections::BTreeMap;

use crate::model::ids::PersonId;
use crate::model::skill::Area;
use crate::model::skill::Skill;
use crate::model::wording;
use crate::pipeline::offboarding::MOST_NEAREST;
use crate::pipeline::offboarding::known::Known;
use crate::skill::at_risk::Touches;
use crate::skill::offboarding;
use crate::skill::offboarding::Footing;
use crate::suggest::skill::related;

impl Known {
    /// What everybody near has to do with a module already, and with what lies beside it.
    pub(super) fn footings_in(&self, module: &str, beside: &[&str]) -> BTreeMap<PersonId, Footing> {
        let mut footings: BTreeMap<PersonId, Footing> = BTreeMap::new();
        let modules = &self.knowers.told.modules;
        for (person, touches) in modules.people(module) {
            footings.entry(person).or_default().inside = touches;
        }
        for beside in beside {
            for (person, touches) in modules.people(beside) {
                let best = &mut footings.entry(person).or_default().beside;
                let done = |touches: Touches| touches.wrote + touches.reviewed;
                if best.as_ref().is_none_or(|(_, most)| done(touches) > done(*most)) {
                    *best = Some(((*beside).to_owned(), touches));
                }
            }
        }
        for (person, lessons) in self.applied_in.get(module).into_iter().flatten() {
            footings.entry(*person).or_default().applied = *lessons;
        }
        footings.retain(|person, _| self.near.contains(person));
        footings
    }

    /// Who is nearest to a skill, and why: the other one who holds it, or else who holds what lies beside it, applied it or works in it.
    pub(super) fn nearest_to_skill(&self, skill: &Skill, other: Option<PersonId>) -> Vec<(PersonId, String)> {
        if let Some(other) = other.filter(|other| self.near.contains(other)) {
            let pulls = self.held[skill].get(&other).copied().unwrap_or_default();
            let why = format!("taught it on {}", wording::count(pulls, "pull request"));
            return vec![(other, why)];
        }
        match skill {
            Skill::Area(area) => self.nearest_to_area(*area),
            Skill::Language(name) => {
                let works = self.works_in.get(name).into_iter().flatten();
                let near = works.filter(|one| self.near.contains(*one)).take(MOST_NEAREST);
                near.map(|one| (*one, format!("wrote or reviewed {name} in the last year")))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn nearest_to_area(&self, area: Area) -> Vec<(PersonId, String)> {
        let mut footings: BTreeMap<PersonId, Footing> = BTreeMap::new();
        for (person, lessons) in self.applied_about.get(&area).into_iter().flatten() {
            footings.entry(*person).or_default().applied = *lessons;
        }
        for near in related(area) {
            for (person, pulls) in self.held.get(&Skill::Area(*near)).into_iter().flatten() {
                let best = &mut footings.entry(*person).or_default().beside;
                if best.as_ref().is_none_or(|(_, most)| *pulls > most.wrote) {
                    let taught = Touches {
                        wrote: *pulls,
                        reviewed: 0,
                    };
                    *best = Some((wording::area(*near), taught));
                }
            }
        }
        footings.retain(|person, _| self.near.contains(person));
        let near = offboarding::nearest(&footings, MOST_NEAREST);
        near.into_iter()
            .map(|one| (one, why_of_area(&footings[&one])))
            .collect()
    }
}

/// What somebody has to do with an area, in words.
fn why_of_area(footing: &Footing) -> String {
    let mut reasons = Vec::new();
    if footing.applied > 0 {
        reasons.push("applied feedback on it".to_owned());
    }
    if let Some((near, taught)) = &footing.beside {
        let pulls = wording::count(taught.wrote, "pull request");
        reasons.push(format!("taught {near}, which lies beside it, on {pulls}"));
    }
    reasons.join("; ")
}

/// What somebody has to do with a module, in words.
pub(super) fn why(footing: &Footing, module: &str) -> String {
    let done = |touches: Touches| {
        let mut done = Vec::new();
        if touches.wrote > 0 {
            done.push(wording::count(touches.wrote, "change"));
        }
        if touches.reviewed > 0 {
            done.push(wording::count(touches.reviewed, "review"));
        }
        done.join(" and ")
    };
    let mut reasons = Vec::new();
    if footing.inside != Touches::default() {
        reasons.push(format!("{} in {module}", done(footing.inside)));
    }
    if footing.applied > 0 {
        reasons.push("applied feedback in it".to_owned());
    }
    if let Some((beside, touches)) = &footing.beside {
        reasons.push(format!(
            "{} in {beside}, which changes together with it",
            done(*touches)
        ));
    }
    reasons.join("; ")
}
