//! All that is known of what would be lost, by what it is asked for, so that every part of the answer is a look-up.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;

use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::graph::Confidence;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::pull::module_of;
use crate::model::skill::Area;
use crate::model::skill::Skill;
use crate::model::skill::own::OwnSkills;
use crate::pipeline::StepError;
use crate::pipeline::groups;
use crate::pipeline::knowers::Knowers;
use crate::pipeline::settings;
use crate::skill::edge;
use crate::store::availability;
use crate::store::held;
use crate::store::open_files;
use crate::store::open_files::Applied;
use crate::store::open_files::OpenFiles;
use crate::store::past;
use crate::store::people;
use crate::store::people::Person;
use crate::store::reader::Reader;

/// Open pull requests that are looked at, the newest.
const OPEN_PULLS: i64 = 1_000;

/// Lessons that people applied, and show.
type Lessons = BTreeMap<PersonId, u32>;

/// All that is known, for the parts of the answer.
pub(super) struct Known {
    pub knowers: Knowers,
    pub active: BTreeSet<PersonId>,
    /// Active, not the person, and may be named.
    pub near: BTreeSet<PersonId>,
    /// Whom no review is asked of now: why isn't told, and they are near all the same, or their absence could be read from that.
    pub not_asked: HashSet<PersonId>,
    pub person: Person,
    /// Each person's own teams, by name.
    pub teams: HashMap<PersonId, Vec<String>>,
    /// On how many pull requests a lesson of somebody's landed; of those who surely hold the skill, and nobody where there are only first signs.
    pub held: BTreeMap<Skill, BTreeMap<PersonId, u32>>,
    pub own_skills: OwnSkills,
    pub applied_in: HashMap<String, Lessons>,
    pub applied_about: HashMap<Area, Lessons>,
    /// Who wrote or reviewed in a language in the last year, most first.
    pub works_in: HashMap<String, Vec<PersonId>>,
    /// Open pull requests, newest first.
    pub open: Vec<OpenFiles>,
    /// Their places, by module.
    pub open_in: HashMap<String, Vec<usize>>,
    /// Their places, by what lessons on their files were about.
    pub open_about: HashMap<Area, Vec<usize>>,
}

impl Known {
    pub(super) async fn read(
        conn: &mut PgConnection,
        reader: &Reader,
        person: Person,
        at: Time,
    ) -> Result<Self, StepError> {
        let id = reader.installation();
        let knowers = Knowers::read(conn, reader, None, at).await?;
        let active = knowers.active();
        let mut not_asked = availability::away(conn, id, at).await?;
        // Whoever wants to be asked for no review is none to ask.
        let standing = people::standing(conn, id).await?;
        not_asked.extend(standing.iter().filter(|one| one.capacity == Some(0)).map(|one| one.id));
        let mut teams: HashMap<PersonId, Vec<String>> = HashMap::new();
        for group in groups::groups(conn, id, at).await? {
            for one in group.direct {
                teams.entry(one).or_default().push(group.name.clone());
            }
        }
        let mut held: BTreeMap<Skill, BTreeMap<PersonId, u32>> = BTreeMap::new();
        for one in held::held(conn, reader, None, at).await? {
            if edge::confidence_in(&one.landed, at) > Confidence::Low {
                held.entry(one.skill).or_default().insert(one.person, number(one.pulls));
            }
        }
        let (applied_in, applied_about) = by_place(open_files::applied_and_shown(conn, reader, at).await?);
        let languages: Vec<String> = held
            .iter()
            .filter(|(_, holders)| holders.contains_key(&person.id))
            .filter_map(|(skill, _)| match skill {
                Skill::Language(name) => Some(name.clone()),
                _ => None,
            })
            .collect();
        let works_in = works_in(conn, reader, &languages, at).await?;
        let open = open_files::open(conn, reader, OPEN_PULLS).await?;
        let open_about = open_about(conn, reader, &open).await?;
        Ok(Self {
            near: active
                .iter()
                .copied()
                .filter(|one| *one != person.id && knowers.may_be_named(*one))
                .collect(),
            own_skills: settings::own_skills(conn, id).await?,
            open_in: open_in(&open),
            knowers,
            active,
            not_asked,
            person,
            teams,
            held,
            applied_in,
            applied_about,
            works_in,
            open,
            open_about,
        })
    }
}

fn by_place(applied: Vec<Applied>) -> (HashMap<String, Lessons>, HashMap<Area, Lessons>) {
    let mut by_module: HashMap<String, Lessons> = HashMap::new();
    let mut by_area: HashMap<Area, Lessons> = HashMap::new();
    for one in applied {
        let lessons = number(one.lessons);
        *by_area.entry(one.area).or_default().entry(one.person).or_default() += lessons;
        if let Some(path) = &one.path {
            let of_module = by_module.entry(module_of(&one.repo_name, path)).or_default();
            *of_module.entry(one.person).or_default() += lessons;
        }
    }
    (by_module, by_area)
}

async fn works_in(
    conn: &mut PgConnection,
    reader: &Reader,
    languages: &[String],
    at: Time,
) -> Result<HashMap<String, Vec<PersonId>>, StepError> {
    let mut uses = past::languages(conn, reader, languages, at).await?;
    uses.retain(|one| one.told);
    uses.sort_by(|one, other| other.weight.total_cmp(&one.weight).then(one.person.cmp(&other.person)));
    let mut works_in: HashMap<String, Vec<PersonId>> = HashMap::new();
    for one in uses {
        works_in.entry(one.language).or_default().push(one.person);
    }
    Ok(works_in)
}

fn open_in(open: &[OpenFiles]) -> HashMap<String, Vec<usize>> {
    let mut open_in: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, pull) in open.iter().enumerate() {
        let touched: BTreeSet<String> = pull.files.iter().map(|path| module_of(&pull.name, path)).collect();
        for module in touched {
            open_in.entry(module).or_default().push(place);
        }
    }
    open_in
}

async fn open_about(
    conn: &mut PgConnection,
    reader: &Reader,
    open: &[OpenFiles],
) -> Result<HashMap<Area, Vec<usize>>, StepError> {
    let mut touched_by: BTreeMap<(RepoId, &str), Vec<usize>> = BTreeMap::new();
    for (place, pull) in open.iter().enumerate() {
        for path in &pull.files {
            touched_by.entry((pull.repo, path)).or_default().push(place);
        }
    }
    let touched: Vec<(RepoId, &str)> = touched_by.keys().copied().collect();
    let mut about: HashMap<Area, BTreeSet<usize>> = HashMap::new();
    for (repo, path, area) in open_files::areas(conn, reader, &touched).await? {
        let places = touched_by.get(&(repo, path.as_str()));
        about.entry(area).or_default().extend(places.into_iter().flatten());
    }
    let about = about
        .into_iter()
        .map(|(area, places)| (area, places.into_iter().collect()));
    Ok(about.collect())
}

fn number(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
