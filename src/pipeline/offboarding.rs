//! What would be lost if somebody were gone, who is nearest to it, and which open pull requests would pass it on.
//!
//! It never says who might go. Whoever opted out is neither asked about nor named; whoever is away is not named as the nearest.
mod near;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashSet;

use serde::Serialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::pull::module_of;
use crate::model::skill::Area;
use crate::model::skill::Skill;
use crate::pipeline::StepError;
use crate::pipeline::groups;
use crate::pipeline::groups::Group;
use crate::pipeline::knowers::Knowers;
use crate::pipeline::settings;
use crate::skill::offboarding;
use crate::skill::offboarding::Loss;
use crate::store::availability;
use crate::store::held;
use crate::store::held::HeldSkill;
use crate::store::held::Side;
use crate::store::open_files;
use crate::store::open_files::Applied;
use crate::store::open_files::OpenFiles;
use crate::store::people;
use crate::store::people::Person;
use crate::store::reader::Reader;

/// People who are named as the nearest at most.
const MOST_NEAREST: usize = 2;
/// Modules beside one that count.
const MOST_BESIDE: usize = 3;
/// Open pull requests that are named for each module or skill at most.
const MOST_PULLS: usize = 5;
/// Open pull requests that are looked at, the newest.
const OPEN_PULLS: i64 = 1_000;

/// What would be lost if one person were gone.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Offboarding {
    /// Who.
    pub login: String,
    /// Known files in all.
    pub files: usize,
    /// Files that no other active person knows.
    pub only: usize,
    /// Files that one other active person knows.
    pub with_one: usize,
    /// Modules with such files, those with most that only they know first.
    pub modules: Vec<ModuleLoss>,
    /// Areas that at most one other active person holds.
    pub areas: Vec<SkillLoss>,
    /// Languages, technologies and own skills, the same.
    pub skills: Vec<SkillLoss>,
}

/// What would be lost of a module.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ModuleLoss {
    /// Its name.
    pub module: String,
    /// Its known files.
    pub files: usize,
    /// Files that no other active person knows, by path.
    pub only: Vec<String>,
    /// Files that one other active person knows, by path.
    pub with_one: Vec<KnownByTwo>,
    /// Who is nearest to it.
    pub nearest: Vec<Nearest>,
    /// Open pull requests that would pass it on.
    pub pulls: Vec<Passing>,
}

/// A file that one other active person knows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct KnownByTwo {
    /// Its path.
    pub path: String,
    /// The other's login.
    pub other: String,
}

/// A skill that at most one other active person holds.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SkillLoss {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The one who holds it, too.
    pub other: Option<String>,
    /// Who is nearest to it.
    pub nearest: Vec<Nearest>,
    /// Open pull requests that would pass it on; of an area only.
    pub pulls: Vec<Passing>,
}

/// Somebody who is near, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Nearest {
    /// Who.
    pub login: String,
    /// Their teams.
    pub teams: Vec<String>,
    /// What they have to do with it, in words.
    pub why: String,
}

/// An open pull request whose review would pass something on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Passing {
    /// `owner/name#number`.
    pub pull: String,
    /// Its title.
    pub title: String,
    /// Whose review to ask for.
    pub ask: String,
    /// Who knows it already and looks on: reviews beside them, or wrote it.
    pub beside: String,
}

/// All that is known, for the parts of the answer.
struct Known<'k> {
    reader: &'k Reader,
    knowers: Knowers,
    /// Active, and not the person.
    near: BTreeSet<PersonId>,
    /// Whom no review is asked of now: why isn't told, and they are near all the same, or their absence could be read from that.
    not_asked: HashSet<PersonId>,
    person: &'k Person,
    /// They are active themselves.
    is_active: bool,
    groups: Vec<Group>,
    held: Vec<HeldSkill>,
    applied: Vec<Applied>,
    open: Vec<OpenFiles>,
    open_areas: HashSet<(RepoId, String, Area)>,
    at: Time,
}

/// What would be lost at `at` if whoever has this login were gone, of what the reader may read. None: nobody is known by it, or they
/// are out of everything, which nothing tells apart.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn of(
    conn: &mut PgConnection,
    reader: &Reader,
    login: &str,
    at: Time,
) -> Result<Option<Offboarding>, StepError> {
    let id = reader.installation();
    let Some(person) = people::by_login(conn, id, login).await? else {
        return Ok(None);
    };
    let knowers = Knowers::read(conn, reader, None, at).await?;
    let active = knowers.active();
    let mut not_asked = availability::away(conn, id, at).await?;
    // Whoever wants to be asked for no review is none to ask.
    let standing = people::standing(conn, id).await?;
    not_asked.extend(standing.iter().filter(|one| one.capacity == Some(0)).map(|one| one.id));
    let open = open_files::open(conn, reader, OPEN_PULLS).await?;
    let touched = open
        .iter()
        .flat_map(|pull| pull.files.iter().map(|path| (pull.repo, path.as_str())));
    let touched: Vec<(RepoId, &str)> = touched.collect::<BTreeSet<_>>().into_iter().collect();
    let open_areas = open_files::areas(conn, reader, &touched).await?.into_iter().collect();
    let known = Known {
        near: active.iter().copied().filter(|one| *one != person.id).collect(),
        not_asked,
        groups: groups::groups(conn, id, at).await?,
        held: held::held(conn, reader, (Side::Taught, None), at).await?,
        applied: open_files::applied_and_shown(conn, reader, at).await?,
        person: &person,
        is_active: active.contains(&person.id),
        reader,
        knowers,
        open,
        open_areas,
        at,
    };
    let files = &known.knowers.told.files;
    let losses = offboarding::losses(files.values(), &active, person.id);
    let lost = losses.iter().map(|loss| loss.module.as_str());
    let beside = known.knowers.told.modules.beside(lost, MOST_BESIDE);
    let beside = |module: &str| beside.get(module).map_or(&[][..], Vec::as_slice);
    let mut modules: Vec<ModuleLoss> = losses
        .iter()
        .map(|loss| known.module(loss, beside(&loss.module)))
        .collect();
    modules.sort_by(|one, other| {
        other
            .only
            .len()
            .cmp(&one.only.len())
            .then(one.module.cmp(&other.module))
    });
    let own = settings::own_skills(conn, id).await?;
    let (mut areas, mut skills) = (Vec::new(), Vec::new());
    for (skill, other) in known.held_by_few(&active) {
        let Some(described) = skill.described(&own) else {
            continue;
        };
        let loss = SkillLoss {
            slug: described.slug,
            name: described.name,
            other: other.and_then(|other| known.login(other)),
            nearest: known.nearest_to_skill(conn, &skill, other).await?,
            pulls: Vec::new(),
        };
        if let Skill::Area(area) = skill {
            areas.push(known.with_pulls(loss, area));
        } else {
            skills.push(loss);
        }
    }
    Ok(Some(Offboarding {
        files: files.len(),
        only: losses.iter().map(|loss| loss.only.len()).sum(),
        with_one: losses.iter().map(|loss| loss.with_one.len()).sum(),
        login: person.login.clone(),
        modules,
        areas,
        skills,
    }))
}

impl Known<'_> {
    fn login(&self, person: PersonId) -> Option<String> {
        self.knowers.login(person).map(str::to_owned)
    }

    fn module(&self, loss: &Loss, beside: &[&str]) -> ModuleLoss {
        let footings = self.footings_in(&loss.module, beside);
        let is_here = |pull: &OpenFiles| pull.files.iter().any(|path| module_of(&pull.name, path) == loss.module);
        let near = offboarding::nearest(&footings, MOST_NEAREST);
        let told = |person: &PersonId| self.told(*person, near::why(&footings[person], &loss.module));
        ModuleLoss {
            module: loss.module.clone(),
            files: loss.files,
            only: loss.only.clone(),
            with_one: loss
                .with_one
                .iter()
                .filter_map(|(path, other)| {
                    Some(KnownByTwo {
                        path: path.clone(),
                        other: self.login(*other)?,
                    })
                })
                .collect(),
            nearest: near.iter().filter_map(told).collect(),
            pulls: self.passing(is_here, &near),
        }
    }

    /// The skills that the person holds and at most one other active person, who then is named.
    fn held_by_few(&self, active: &BTreeSet<PersonId>) -> Vec<(Skill, Option<PersonId>)> {
        let mut holders: BTreeMap<&Skill, Vec<PersonId>> = BTreeMap::new();
        for one in &self.held {
            holders.entry(&one.skill).or_default().push(one.person);
        }
        let few = holders
            .into_iter()
            .filter(|(_, holders)| holders.contains(&self.person.id));
        few.filter_map(|(skill, holders)| {
            let mut others = holders
                .into_iter()
                .filter(|one| *one != self.person.id && active.contains(one));
            let other = others.next();
            others.next().is_none().then(|| (skill.clone(), other))
        })
        .collect()
    }

    fn with_pulls(&self, loss: SkillLoss, area: Area) -> SkillLoss {
        let is_about = |pull: &OpenFiles| {
            let about = |path: &String| self.open_areas.contains(&(pull.repo, path.clone(), area));
            pull.files.iter().any(about)
        };
        // In the order of nearness.
        let near = loss.nearest.iter().filter_map(|near| {
            let is = |one: &&PersonId| self.knowers.login(**one) == Some(near.login.as_str());
            self.near.iter().find(is).copied()
        });
        let near: Vec<PersonId> = near.collect();
        let pulls = self.passing(is_about, &near);
        SkillLoss { pulls, ..loss }
    }

    /// The open pull requests that would pass something on to the first of `near` who didn't write them.
    fn passing(&self, is_here: impl Fn(&OpenFiles) -> bool, near: &[PersonId]) -> Vec<Passing> {
        let here = self.open.iter().filter(|pull| is_here(pull));
        let passing = here.filter_map(|pull| {
            let may_be_asked = |one: &&PersonId| pull.author != Some(**one) && !self.not_asked.contains(*one);
            let ask = near.iter().find(may_be_asked)?;
            let knows = &self.person.login;
            Some(Passing {
                pull: format!("{}/{}#{}", pull.owner, pull.name, pull.number),
                title: pull.title.clone(),
                ask: self.login(*ask)?,
                beside: if pull.author == Some(self.person.id) {
                    format!("{knows} wrote it")
                } else if self.is_active {
                    format!("{knows} reviews beside them")
                } else {
                    "whoever wrote it tells what they know".to_owned()
                },
            })
        });
        passing.take(MOST_PULLS).collect()
    }

    fn told(&self, person: PersonId, why: String) -> Option<Nearest> {
        let teams = self.groups.iter().filter(|group| group.direct.contains(&person));
        Some(Nearest {
            login: self.login(person)?,
            teams: teams.map(|group| group.name.clone()).collect(),
            why,
        })
    }
}
