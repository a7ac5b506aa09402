//! What would be lost if somebody were gone, who is nearest to it, and which open pull requests would pass it on.
//!
//! It never says who might go. Whoever opted out is neither asked about nor named; whoever is away is asked for no review, and not said to be away.
mod known;
mod near;

use serde::Serialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::skill::Skill;
use crate::pipeline::StepError;
use crate::pipeline::aside::aside;
use crate::pipeline::knowers::NotSeen;
use crate::pipeline::knowers::ONE_PERSON;
use crate::pipeline::offboarding::known::Known;
use crate::skill::offboarding;
use crate::skill::offboarding::Loss;
use crate::store::people;
use crate::store::reader::Reader;

/// People who are named as the nearest at most.
const MOST_NEAREST: usize = 2;
/// Modules beside one that count.
const MOST_BESIDE: usize = 3;
/// What is said of somebody who didn't agree to be named, where the organisation wants that.
pub const NOT_AGREED: &str = "They didn't say that they may be named for what they know, so nothing is told here; they can tell themselves what they pass on.";
/// Open pull requests that are named for each module or skill at most.
const MOST_PULLS: usize = 5;

/// What would be lost if one person were gone.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Offboarding {
    /// Who.
    pub login: String,
    /// They agreed to be named for what they know, or needn't; where not, nothing is told.
    pub may_be_named: bool,
    /// Known files in all.
    pub files: usize,
    /// Files that no other active person knows.
    pub only: usize,
    /// Files that one other active person knows.
    pub with_one: usize,
    /// Modules with such files, those with most that only they know first.
    pub modules: Vec<ModuleLoss>,
    /// Areas that they surely hold, and at most one other active person.
    pub areas: Vec<SkillLoss>,
    /// Languages, technologies and own skills, the same.
    pub skills: Vec<SkillLoss>,
    /// What a reader must know.
    pub notes: Vec<String>,
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
    /// Who else knew these and wasn't seen for 90 days.
    pub not_seen: Vec<NotSeen>,
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
    /// The other's login, or [`ONE_PERSON`] where they are not named.
    pub other: String,
}

/// A skill that at most one other active person holds.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SkillLoss {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The one who holds it, too; [`ONE_PERSON`] where they are not named.
    pub other: Option<String>,
    /// Who else surely holds it and wasn't seen for 90 days.
    pub not_seen: Vec<NotSeen>,
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

/// What would be lost at `at` if whoever has this login were gone, of what the reader may read. None: nobody is known by it, or they
/// are out of everything, which nothing tells apart.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell, [`StepError::Unreadable`] when the process ends meanwhile.
pub async fn of(
    conn: &mut PgConnection,
    reader: &Reader,
    login: &str,
    at: Time,
) -> Result<Option<Offboarding>, StepError> {
    match read(conn, reader, login, at).await? {
        Some(read) => Ok(Some(read.told().await?)),
        None => Ok(None),
    }
}

/// What is known at `at` for the answer about whoever has this login, so that nobody waits for the connection while it is thought about. None
/// as with [`of`].
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn read(conn: &mut PgConnection, reader: &Reader, login: &str, at: Time) -> Result<Option<Read>, StepError> {
    let Some(person) = people::by_login(conn, reader.installation(), login).await? else {
        return Ok(None);
    };
    Ok(Some(Read(Known::read(conn, reader, person, at).await?)))
}

/// All that an answer rests on.
pub struct Read(Known);

impl Read {
    /// The answer.
    ///
    /// # Errors
    /// [`StepError::Unreadable`] when the process ends meanwhile.
    pub async fn told(self) -> Result<Offboarding, StepError> {
        let known = self.0;
        aside(move || known.lost()).await
    }
}

impl Offboarding {
    /// What of it is about the person alone: nobody else is named, and nothing is told of where others were seen last or who is near.
    #[must_use]
    pub fn about_oneself(mut self) -> Self {
        for module in &mut self.modules {
            for file in &mut module.with_one {
                ONE_PERSON.clone_into(&mut file.other);
            }
            module.not_seen.clear();
            module.nearest.clear();
            module.pulls.clear();
        }
        for skill in self.areas.iter_mut().chain(&mut self.skills) {
            skill.other = skill.other.as_ref().map(|_| ONE_PERSON.to_owned());
            skill.not_seen.clear();
            skill.nearest.clear();
            skill.pulls.clear();
        }
        self
    }
}

impl Known {
    /// Nothing of somebody who didn't agree to be named: by asking about one after the other, it could be told who is meant where
    /// somebody isn't named, also by counts.
    fn untold(&self) -> Offboarding {
        Offboarding {
            login: self.person.login.clone(),
            may_be_named: false,
            files: 0,
            only: 0,
            with_one: 0,
            modules: Vec::new(),
            areas: Vec::new(),
            skills: Vec::new(),
            notes: vec![NOT_AGREED.to_owned()],
        }
    }

    fn lost(&self) -> Offboarding {
        if !self.knowers.may_be_named(self.person.id) {
            return self.untold();
        }
        let told = &self.knowers.told;
        let losses = offboarding::losses(told.files.values(), &self.active, self.person.id);
        let lost = losses.iter().map(|loss| loss.module.as_str());
        let beside = told.modules.beside(lost, MOST_BESIDE);
        let beside = |module: &str| beside.get(module).map_or(&[][..], Vec::as_slice);
        let mut modules: Vec<ModuleLoss> = losses
            .iter()
            .map(|loss| self.module(loss, beside(&loss.module)))
            .collect();
        modules.sort_by(|one, other| {
            let by_files = other.only.len().cmp(&one.only.len());
            by_files.then(one.module.cmp(&other.module))
        });
        let (mut areas, mut skills) = (Vec::new(), Vec::new());
        for (skill, other) in self.held_by_few() {
            let losses = if matches!(skill, Skill::Area(_)) {
                &mut areas
            } else {
                &mut skills
            };
            losses.extend(self.skill(skill, other));
        }
        let mut notes = self.knowers.notes();
        if !self.active.contains(&self.person.id)
            && let [not_seen] = &self.knowers.not_seen([self.person.id])[..]
        {
            notes.insert(
                0,
                format!(
                    "{} was not seen since {}, so what only they know is known to nobody active as it is.",
                    not_seen.login,
                    not_seen.since.format("%Y-%m-%d")
                ),
            );
        }
        Offboarding {
            login: self.person.login.clone(),
            may_be_named: true,
            files: told.files.len(),
            only: losses.iter().map(|loss| loss.only.len()).sum(),
            with_one: losses.iter().map(|loss| loss.with_one.len()).sum(),
            modules,
            areas,
            skills,
            notes,
        }
    }

    fn login(&self, person: PersonId) -> Option<String> {
        self.knowers.login(person).map(str::to_owned)
    }

    fn module(&self, loss: &Loss, beside: &[&str]) -> ModuleLoss {
        let footings = self.footings_in(&loss.module, beside);
        let near = offboarding::nearest(&footings, MOST_NEAREST);
        let told = |person: &PersonId| self.told(*person, near::why(&footings[person], &loss.module));
        ModuleLoss {
            module: loss.module.clone(),
            files: loss.files,
            only: loss.only.clone(),
            not_seen: self.knowers.not_seen(loss.inactive.iter().copied()),
            with_one: loss
                .with_one
                .iter()
                .filter_map(|(path, other)| {
                    Some(KnownByTwo {
                        path: path.clone(),
                        other: self.knowers.called(*other)?.to_owned(),
                    })
                })
                .collect(),
            nearest: near.iter().filter_map(told).collect(),
            pulls: self.passing(self.open_in.get(&loss.module), &near),
        }
    }

    /// The skills that the person holds and at most one other active person, who then is named.
    fn held_by_few(&self) -> impl Iterator<Item = (&Skill, Option<PersonId>)> {
        let theirs = self
            .held
            .iter()
            .filter(|(_, holders)| holders.contains_key(&self.person.id));
        theirs.filter_map(|(skill, holders)| {
            let is_other = |one: &PersonId| *one != self.person.id && self.active.contains(one);
            let mut others = holders.keys().copied().filter(is_other);
            let other = others.next();
            others.next().is_none().then_some((skill, other))
        })
    }

    /// None of an own skill that nothing defines any more.
    fn skill(&self, skill: &Skill, other: Option<PersonId>) -> Option<SkillLoss> {
        let described = skill.described(&self.own_skills)?;
        let nearest = self.nearest_to_skill(skill, other);
        let near: Vec<PersonId> = nearest.iter().map(|(person, _)| *person).collect();
        let others = self.held[skill].keys().copied().filter(|one| *one != self.person.id);
        let inactive = others.filter(|one| !self.active.contains(one));
        Some(SkillLoss {
            slug: described.slug,
            name: described.name,
            other: other.and_then(|other| self.knowers.called(other)).map(str::to_owned),
            not_seen: self.knowers.not_seen(inactive),
            nearest: nearest
                .into_iter()
                .filter_map(|(person, why)| self.told(person, why))
                .collect(),
            pulls: match skill {
                Skill::Area(area) => self.passing(self.open_about.get(area), &near),
                _ => Vec::new(),
            },
        })
    }

    /// Those of the open pull requests at these places that would pass something on to the first of `near` who didn't write them.
    fn passing(&self, places: Option<&Vec<usize>>, near: &[PersonId]) -> Vec<Passing> {
        let here = places.into_iter().flatten().map(|place| &self.open[*place]);
        let passing = here.filter_map(|pull| {
            let may_be_asked = |one: &&PersonId| pull.author != Some(**one) && !self.not_asked.contains(*one);
            // Whom it begins with differs between pull requests, so that whoever isn't asked on one need not be away.
            let first = usize::try_from(pull.number).unwrap_or(0) % near.len().max(1);
            let ask = near[first..].iter().chain(&near[..first]).find(may_be_asked)?;
            let knows = &self.person.login;
            Some(Passing {
                pull: format!("{}/{}#{}", pull.owner, pull.name, pull.number),
                title: pull.title.clone(),
                ask: self.login(*ask)?,
                beside: if pull.author == Some(self.person.id) {
                    format!("{knows} wrote it")
                } else if self.active.contains(&self.person.id) {
                    format!("{knows} reviews beside them")
                } else {
                    "whoever wrote it tells what they know".to_owned()
                },
            })
        });
        passing.take(MOST_PULLS).collect()
    }

    fn told(&self, person: PersonId, why: String) -> Option<Nearest> {
        Some(Nearest {
            login: self.login(person)?,
            teams: self.teams.get(&person).cloned().unwrap_or_default(),
            why,
        })
    }
}
