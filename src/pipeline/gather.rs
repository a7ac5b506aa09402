//! What the ranker needs to know of a pull request, the past and the people.
pub mod declines;
mod history;
mod known;
mod since;

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;

use sqlx::PgConnection;

use crate::classify::language;
use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::TeamId;
use crate::model::settings::Settings;
use crate::model::skill::Area;
use crate::model::suggestion::LeftOut;
use crate::pipeline::StepError;
use crate::pipeline::base_branch;
pub use crate::pipeline::gather::known::Known;
use crate::pipeline::gather::since::Beginnings;
use crate::pipeline::pasts::Pasts;
use crate::pipeline::places;
use crate::skill;
use crate::store::contents;
use crate::store::edges;
use crate::store::past;
use crate::store::past::Hindrance;
use crate::store::past::MaybeCandidate;
use crate::store::profiles;
use crate::store::reader::Reader;
use crate::store::reviews;
use crate::store::reviews::AskedAlready;
use crate::store::suggestions;
use crate::store::teams::TeamPlace;
use crate::store::tenants;
use crate::suggest::past::Past;
use crate::suggest::query::Asked;
use crate::suggest::query::Candidate;
use crate::suggest::query::HeldSkill;
use crate::suggest::query::OwnLimits;
use crate::suggest::query::PullAsked;
use crate::suggest::query::Team;
use crate::suggest::query::TouchedFile;

/// What a file's area that the settings name counts beside what was taught there: one lesson that surely landed.
const DECLARED: f64 = 1.0;

/// Which past may be known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Knowledge {
    /// All of it.
    Now,
    /// Only what was known at the question's time.
    Then,
}

/// What a suggestion is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// The pull request; number 0 where there is none yet.
    pub key: PullKey,
    /// Who wrote it.
    pub author: Option<PersonId>,
    /// The files; none: those that are stored.
    pub files: Option<Vec<String>>,
    /// The time of asking.
    pub at: Time,
    /// Which past may be known.
    pub knowledge: Knowledge,
}

/// Reads what the ranker needs.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn known(
    conn: &mut PgConnection,
    id: InstallationId,
    question: &Question,
    (settings, pasts): (&Settings, &Pasts),
) -> Result<Known, StepError> {
    let (key, at) = (question.key, question.at);
    let repo = tenants::repo(conn, id, key.repo).await?;
    let mut files = files(conn, id, question).await?;
    files.retain(|file| !settings.ignores_path(&file.path));
    let then = question.knowledge == Knowledge::Then;
    let places = places::known(conn, id, &settings.teams, (at, !then)).await?;
    let vacancy = past::Vacancy {
        key,
        author: question.author,
        at,
        past: question.knowledge == Knowledge::Then,
    };
    let people = past::candidates(conn, id, vacancy, settings).await?;
    // What may be told where the question's pull request is read.
    let reader = Reader::of_public_and(id, key.repo);
    let skills = skills(conn, &reader, question, f64::from(settings.half_life)).await?;
    let languages: BTreeSet<String> = files.iter().filter_map(|file| file.language.clone()).collect();
    let languages: Vec<String> = languages.into_iter().collect();
    let languages = past::languages(conn, &reader, &languages, at).await?;
    let beside = places.beside(question.author);
    let (candidates, left_out) = sorted_out(people, &beside, &skills, &languages);
    let touched: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    // Who owned files in the past isn't known.
    let owners = if then {
        Vec::new()
    } else {
        let usual = repo.as_ref().and_then(|repo| repo.default_branch.as_deref());
        base_branch::owners(conn, id, (key, usual, &touched), at).await?
    };
    let folders: Vec<String> = folders(&files);
    let mut expected_areas: Vec<(Area, f64)> = past::areas_under(conn, id, (key.repo, &folders), at)
        .await?
        .into_iter()
        .filter_map(|(slug, weight)| slug.parse::<Area>().ok().map(|area| (area, weight)))
        .collect();
    for area in files.iter().flat_map(|file| settings.areas_of(&file.path)) {
        match expected_areas.iter_mut().find(|(known, _)| *known == area) {
            Some((_, weight)) => *weight += DECLARED,
            None => expected_areas.push((area, DECLARED)),
        }
    }
    let asked = if key.number == 0 || question.knowledge == Knowledge::Then {
        Vec::new()
    } else {
        reviews::asked(conn, id, key, at)
            .await?
            .into_iter()
            .map(asked)
            .collect()
    };
    let mut known = Known {
        pull: PullAsked {
            number: key.number,
            author: question.author,
            last_learner: suggestions::last_learner(conn, id, key).await?,
            co_authors: contents::committers(conn, id, key).await?,
            author_teams: places.of(question.author),
            owners,
            grouping: places.grouping,
            files,
            repo: repo
                .map(|repo| format!("{}/{}", repo.owner, repo.name))
                .unwrap_or_default(),
            expected_areas,
            asked,
        },
        past: Arc::new(Past::new(at)),
        candidates,
        teams: teams(&places.places),
        left_out,
    };
    let left = if then {
        Vec::new()
    } else {
        declines::consider(conn, (id, key), &mut known, at).await?
    };
    known.past = history::past(conn, (id, question), (settings, pasts), left).await?;
    Ok(known)
}

/// The files of the question, or those that are stored, with their languages.
async fn files(
    conn: &mut PgConnection,
    id: InstallationId,
    question: &Question,
) -> Result<Vec<TouchedFile>, StepError> {
    let paths = match &question.files {
        Some(files) => files.clone(),
        None => stored_files(conn, id, question.key).await?,
    };
    Ok(paths
        .into_iter()
        .map(|path| TouchedFile {
            language: language::language_of(&path),
            path,
        })
        .collect())
}

async fn stored_files(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<Vec<String>, StepError> {
    let files = contents::files(conn, id, key).await?;
    let all_mechanical = files.iter().all(|file| file.mechanical);
    Ok(files
        .into_iter()
        .filter(|file| all_mechanical || !file.mechanical)
        .map(|file| file.path)
        .collect())
}

fn asked(already: AskedAlready) -> Asked {
    match already {
        AskedAlready::Person(id, login) => Asked::Person { id, login },
        AskedAlready::Team(id, name) => Asked::Team { id, name },
    }
}

/// The folders of some files, and the files themselves where they lie at the top.
fn folders(files: &[TouchedFile]) -> Vec<String> {
    let set: BTreeSet<String> = files
        .iter()
        .map(|TouchedFile { path, .. }| {
            path.rfind('/')
                .map_or_else(|| path.clone(), |slash| path[..=slash].to_owned())
        })
        .collect();
    set.into_iter().collect()
}

fn teams(places: &[TeamPlace]) -> Vec<Team> {
    let mut teams: HashMap<TeamId, Team> = HashMap::new();
    for place in places {
        let team = teams.entry(place.team).or_insert_with(|| Team {
            id: place.team,
            name: place.name.clone(),
            members: Vec::new(),
        });
        team.members.push(place.person);
    }
    let mut teams: Vec<Team> = teams.into_values().collect();
    teams.sort_by_key(|team| team.id);
    teams
}

/// What everybody taught, by the graph as it stands, or by the lessons that were known then.
async fn skills(
    conn: &mut PgConnection,
    reader: &Reader,
    question: &Question,
    half_life: f64,
) -> Result<HashMap<PersonId, Vec<HeldSkill>>, StepError> {
    let id = reader.installation();
    // The stored graph has faded by the usual half-life.
    let stored = half_life.total_cmp(&skill::decay::CURRENT_HALF_LIFE).is_eq();
    let edges = match question.knowledge {
        Knowledge::Now if stored => edges::graph(conn, id, edges::Ends::Any).await?,
        Knowledge::Now | Knowledge::Then => {
            let which = profiles::Which {
                person: None,
                before: Some(question.at),
                limit: i64::from(i32::MAX),
            };
            skill::edge::edges_fading(
                profiles::lessons(conn, &Reader::of_everything(id), which)
                    .await?
                    .iter()
                    .map(profiles::LessonLine::lesson),
                half_life,
            )
        }
    };
    let before = (question.knowledge == Knowledge::Then).then_some(question.at);
    let told = profiles::landed_pulls(conn, reader, before).await?;
    let mut held: HashMap<PersonId, HashMap<Area, (f64, f64)>> = HashMap::new();
    for edge in &edges {
        let sums = held.entry(edge.teacher).or_default().entry(edge.area).or_default();
        sums.0 += skill::edge::strength_fading(edge, question.at, half_life);
        sums.1 += skill::edge::effective_n_fading(edge, question.at, half_life);
    }
    Ok(held
        .into_iter()
        .map(|(person, areas)| {
            let mut skills: Vec<HeldSkill> = areas
                .into_iter()
                .map(|(area, (strength, n))| HeldSkill {
                    area,
                    strength,
                    confidence: skill::edge::confidence_of(n),
                    pulls: told.get(&(person, area)).map_or(0, |pulls| count(*pulls)),
                })
                .collect();
            skills.sort_by_key(|skill| skill.area);
            (person, skills)
        })
        .collect())
}

/// Parts those who may be suggested from those who may not, who are only counted.
fn sorted_out(
    people: Vec<MaybeCandidate>,
    beside: &HashMap<PersonId, Vec<TeamId>>,
    skills: &HashMap<PersonId, Vec<HeldSkill>>,
    languages: &[past::LanguageUse],
) -> (Vec<Candidate>, LeftOut) {
    let mut left_out = LeftOut::default();
    let mut candidates = Vec::new();
    let beginnings = Beginnings::of(&people);
    let goals = |slugs: Vec<String>| slugs.iter().filter_map(|slug| slug.parse::<Area>().ok()).collect();
    for person in people {
        match person.hindrance {
            Some(Hindrance::NotMember) => left_out.not_members += 1,
            Some(Hindrance::Away) => left_out.away += 1,
            Some(Hindrance::AtCapacity) => left_out.at_capacity += 1,
            Some(Hindrance::DailyCap) => left_out.daily_cap += 1,
            None => candidates.push(Candidate {
                teams: beside.get(&person.id).cloned().unwrap_or_default(),
                skills: skills.get(&person.id).cloned().unwrap_or_default(),
                languages: languages
                    .iter()
                    .filter(|used| used.person == person.id)
                    .map(|used| (used.language.clone(), used.weight))
                    .collect(),
                untold_languages: languages
                    .iter()
                    .filter(|used| used.person == person.id && !used.told)
                    .map(|used| used.language.clone())
                    .collect(),
                id: person.id,
                login: person.login,
                open_reviews: count(person.open_reviews),
                open_reviews_elsewhere: count(person.open_elsewhere),
                capacity: person.capacity.map(|capacity| count(capacity.into())),
                own: OwnLimits {
                    daily_cap: person.daily_cap.map(|cap| count(cap.into())),
                    mentoring_budget: person.mentoring_budget.map(|budget| count(budget.into())),
                },
                suggested_today: count(person.suggested_today),
                learner_suggestions_this_week: count(person.learner_this_week),
                last_learner_suggestion: person.last_learner,
                learn_goals: goals(person.learn),
                teach_goals: goals(person.teach),
                last_active: person.last_active,
                here_since: beginnings.here_since(person.member_since, person.first_active),
            }),
        }
    }
    (candidates, left_out)
}

fn count(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}
