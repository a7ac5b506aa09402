//! What hangs on one active person, or on none.
use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::graph::Confidence;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::skill::Skill;
use crate::model::skill::own::OwnSkills;
use crate::pipeline::StepError;
use crate::pipeline::aside::aside;
use crate::pipeline::knowers::Knowers;
use crate::pipeline::knowers::NotSeen;
use crate::pipeline::knowers::ONE_PERSON;
use crate::pipeline::settings;
use crate::skill::at_risk;
use crate::skill::at_risk::ModuleRisk;
use crate::skill::at_risk::SkillAtRisk;
use crate::skill::edge;
use crate::store::held;
use crate::store::held::HeldSkill;
use crate::store::reader::Reader;

/// So many of so many.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Part {
    /// At risk.
    pub at_risk: usize,
    /// Of these.
    pub of: usize,
}

/// What is at risk. Who holds something is named; who doesn't is not.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct AtRisk {
    /// Files that at most one active person wrote or reviewed.
    pub files: Part,
    /// Modules of which at most one active person knows anything.
    pub whole_modules: Part,
    /// Modules with files at risk: those at risk as a whole first, then by how many files are.
    pub modules: Vec<Module>,
    /// Areas that somebody surely holds, and at most one active person.
    pub areas: Vec<AtRiskSkill>,
    /// Languages, technologies and own skills, the same.
    pub skills: Vec<AtRiskSkill>,
    /// Areas of which there are only first signs that anybody holds them; nobody is named by these.
    pub areas_unsure: usize,
    /// The same of languages, technologies and own skills.
    pub skills_unsure: usize,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// A module with files at risk.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Module {
    /// Its name: repository and folder.
    pub module: String,
    /// Its files that are at risk.
    pub files: Part,
    /// At most one active person knows anything of it.
    pub whole: bool,
    /// Who is the only one to know some of its files, and how many of them, by login.
    pub held_by: Vec<HeldFiles>,
    /// Files of it that nobody active knows.
    pub held_by_nobody: usize,
    /// Who knew these and wasn't seen for 90 days.
    pub not_seen: Vec<NotSeen>,
    /// The files at risk, by path.
    pub at_risk: Vec<File>,
}

/// How many files somebody is the only one to know.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct HeldFiles {
    /// Who; [`ONE_PERSON`] for each of those who are not named.
    pub login: String,
    /// How many files.
    pub files: usize,
    /// Who knew these, too, and wasn't seen for 90 days.
    pub not_seen: Vec<NotSeen>,
}

/// A file at risk.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct File {
    /// Its path, the repository's name before it.
    pub path: String,
    /// The only active person who knows it, or [`ONE_PERSON`] where they are not named; none: nobody active does.
    pub held_by: Option<String>,
}

/// A skill at risk.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct AtRiskSkill {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The only active person who surely holds it, or [`ONE_PERSON`] where they are not named; none: nobody active does.
    pub held_by: Option<String>,
    /// Who holds it and wasn't seen for 90 days.
    pub not_seen: Vec<NotSeen>,
}

/// What is at risk at `at`, in one repository or in all that the reader may read.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell, [`StepError::Unreadable`] when the process ends meanwhile.
pub async fn of(conn: &mut PgConnection, reader: &Reader, repo: Option<RepoId>, at: Time) -> Result<AtRisk, StepError> {
    let known = Knowers::read(conn, reader, repo, at).await?;
    let held = held::held(conn, reader, repo, at).await?;
    let own = settings::own_skills(conn, reader.installation()).await?;
    aside(move || all(&known, held, &own, at)).await
}

/// The skills alone that are at risk at `at`, of all that the reader may read: areas, then languages, technologies and own skills.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn skills(conn: &mut PgConnection, reader: &Reader, at: Time) -> Result<Vec<AtRiskSkill>, StepError> {
    let known = Knowers::people(conn, reader, at).await?;
    let held = held::held(conn, reader, None, at).await?;
    let own = settings::own_skills(conn, reader.installation()).await?;
    let (mut areas, skills, _) = few_hold(&known, held, &own, at);
    areas.extend(skills);
    Ok(areas)
}

/// Areas and other skills that at most one active person surely holds, and those of which there are only first signs.
fn few_hold(
    known: &Knowers,
    held: Vec<HeldSkill>,
    own: &OwnSkills,
    at: Time,
) -> (Vec<AtRiskSkill>, Vec<AtRiskSkill>, Vec<Skill>) {
    let active = known.active();
    let held: Vec<(Skill, PersonId, Confidence)> = held
        .into_iter()
        .map(|one| (one.skill, one.person, edge::confidence_in(&one.landed, at)))
        .collect();
    let told = |one: SkillAtRisk<Skill>| {
        Some(AtRiskSkill {
            slug: one.skill.slug(),
            name: one.skill.described(own)?.name,
            held_by: one.holder.and_then(|person| known.called(person)).map(str::to_owned),
            not_seen: known.not_seen(one.inactive),
        })
    };
    let (few, mut unsure) = at_risk::skills(&held, &active);
    unsure.retain(|skill| skill.described(own).is_some());
    let (areas, skills): (Vec<_>, Vec<_>) = few.into_iter().partition(|one| is_area(&one.skill));
    let all = |skills: Vec<SkillAtRisk<Skill>>| skills.into_iter().filter_map(told).collect();
    (all(areas), all(skills), unsure)
}

fn is_area(skill: &Skill) -> bool {
    matches!(skill, Skill::Area(_))
}

fn all(known: &Knowers, held: Vec<HeldSkill>, own: &OwnSkills, at: Time) -> AtRisk {
    let modules = at_risk::modules(known.told.files.values(), &known.active());
    let (areas, skills, unsure) = few_hold(known, held, own, at);
    let areas_unsure = unsure.iter().filter(|skill| is_area(skill)).count();
    let part = |count: fn(&ModuleRisk) -> usize| modules.iter().map(count).sum();
    AtRisk {
        files: Part {
            at_risk: part(|module| module.at_risk.len()),
            of: part(|module| module.files),
        },
        whole_modules: Part {
            at_risk: part(|module| usize::from(module.is_at_risk())),
            of: modules.len(),
        },
        modules: in_order(modules.iter().filter_map(|one| module(one, known)).collect()),
        areas,
        skills,
        areas_unsure,
        skills_unsure: unsure.len() - areas_unsure,
        notes: known.notes(),
    }
}

fn in_order(mut modules: Vec<Module>) -> Vec<Module> {
    modules.sort_by(|one, other| {
        let by_risk = other
            .whole
            .cmp(&one.whole)
            .then(other.files.at_risk.cmp(&one.files.at_risk));
        by_risk.then_with(|| one.module.cmp(&other.module))
    });
    modules
}

/// None where nothing of it is at risk.
fn module(module: &ModuleRisk, known: &Knowers) -> Option<Module> {
    let called = |person: Option<PersonId>| person.and_then(|person| known.called(person));
    // Those who are not named are one line together, so that it doesn't tell how many they are.
    let mut held_by: BTreeMap<(bool, &str), (usize, Vec<PersonId>)> = BTreeMap::new();
    for file in &module.at_risk {
        if let Some(login) = called(file.holder) {
            let held = held_by.entry((login == ONE_PERSON, login)).or_default();
            held.0 += 1;
            held.1.extend(&file.inactive);
        }
    }
    let of_nobody = || module.at_risk.iter().filter(|file| file.holder.is_none());
    (!module.at_risk.is_empty()).then(|| Module {
        module: module.module.clone(),
        files: Part {
            at_risk: module.at_risk.len(),
            of: module.files,
        },
        whole: module.is_at_risk(),
        held_by: held_by
            .into_iter()
            .map(|((_, login), (files, inactive))| HeldFiles {
                login: login.to_owned(),
                files,
                not_seen: known.not_seen(inactive),
            })
            .collect(),
        held_by_nobody: of_nobody().count(),
        not_seen: known.not_seen(of_nobody().flat_map(|file| file.inactive.iter().copied())),
        at_risk: module
            .at_risk
            .iter()
            .map(|file| File {
                path: file.path.clone(),
                held_by: called(file.holder).map(str::to_owned),
            })
            .collect(),
    })
}
