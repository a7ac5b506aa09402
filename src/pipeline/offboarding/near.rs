//! Who is nearest to a module or a skill, and why.
use std::collections::BTreeMap;

use sqlx::PgConnection;

use crate::model::ids::PersonId;
use crate::model::pull::module_of;
use crate::model::skill::Skill;
use crate::model::wording;
use crate::pipeline::StepError;
use crate::pipeline::offboarding::Known;
use crate::pipeline::offboarding::MOST_NEAREST;
use crate::pipeline::offboarding::Nearest;
use crate::skill::at_risk::Touches;
use crate::skill::offboarding;
use crate::skill::offboarding::Footing;
use crate::store::past;
use crate::suggest::skill::related;

impl Known<'_> {
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
        for applied in &self.applied {
            let is_here = applied
                .path
                .as_ref()
                .is_some_and(|path| module_of(&applied.repo_name, path) == module);
            if is_here {
                footings.entry(applied.person).or_default().applied += number(applied.lessons);
            }
        }
        footings.retain(|person, _| self.near.contains(person));
        footings
    }

    /// Who is nearest to a skill: the other one who holds it, or else who holds what lies beside it, applied it or works in it.
    pub(super) async fn nearest_to_skill(
        &self,
        conn: &mut PgConnection,
        skill: &Skill,
        other: Option<PersonId>,
    ) -> Result<Vec<Nearest>, StepError> {
        let held = |skill: &Skill, person: PersonId| {
            let held = self.held.iter().find(|one| one.skill == *skill && one.person == person);
            held.map_or(0, |one| number(one.pulls))
        };
        if let Some(other) = other.filter(|other| self.near.contains(other)) {
            let pulls = wording::count(held(skill, other), "pull request");
            return Ok(self.told(other, format!("taught it on {pulls}")).into_iter().collect());
        }
        let mut footings: BTreeMap<PersonId, (Footing, String)> = BTreeMap::new();
        if let Skill::Area(area) = skill {
            for person in &self.near {
                let beside = related(*area)
                    .iter()
                    .map(|near| (*near, held(&Skill::Area(*near), *person)));
                let best = beside.filter(|(_, pulls)| *pulls > 0).max_by_key(|(_, pulls)| *pulls);
                let lessons = self
                    .applied
                    .iter()
                    .filter(|one| one.person == *person && one.area == *area);
                let applied: u32 = lessons.map(|one| number(one.lessons)).sum();
                let mut reasons = Vec::new();
                if applied > 0 {
                    reasons.push("applied feedback on it".to_owned());
                }
                if let Some((near, pulls)) = best {
                    let pulls = wording::count(pulls, "pull request");
                    reasons.push(format!(
                        "taught {}, which lies beside it, on {pulls}",
                        wording::area(near)
                    ));
                }
                let footing = Footing {
                    applied,
                    beside: best.map(|(near, wrote)| (near.slug().to_owned(), Touches { wrote, reviewed: 0 })),
                    ..Footing::default()
                };
                footings.insert(*person, (footing, reasons.join("; ")));
            }
        }
        if let Skill::Language(name) = skill {
            let uses = past::languages(conn, self.reader, std::slice::from_ref(name), self.at).await?;
            let mut uses: Vec<_> = uses
                .into_iter()
                .filter(|one| one.told && self.near.contains(&one.person))
                .collect();
            uses.sort_by(|one, other| other.weight.total_cmp(&one.weight).then(one.person.cmp(&other.person)));
            let told = uses
                .iter()
                .filter_map(|one| self.told(one.person, format!("wrote or reviewed {name} in the last year")));
            return Ok(told.take(MOST_NEAREST).collect());
        }
        let of = footings
            .iter()
            .map(|(person, (footing, _))| (*person, footing.clone()))
            .collect();
        let near = offboarding::nearest(&of, MOST_NEAREST);
        Ok(near
            .iter()
            .filter_map(|one| self.told(*one, footings[one].1.clone()))
            .collect())
    }
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

fn number(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
