//! What one person holds, applied, learned and passed on, each claim with its evidence; and who holds an area.
mod rates;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use serde::Serialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::graph::Confidence;
use crate::model::graph::Edge;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::lesson::Lesson;
use crate::model::lesson::Outcome;
use crate::model::skill::Area;
use crate::model::skill::Skill;
use crate::model::skill::own::OwnSkills;
use crate::pipeline::Addresses;
use crate::pipeline::StepError;
pub use crate::pipeline::profile::rates::RATE_DAYS;
pub use crate::pipeline::profile::rates::Rates;
use crate::pipeline::settings;
use crate::skill::edge;
use crate::skill::learned;
use crate::skill::learned::LaterWork;
use crate::skill::rate;
use crate::skill::rate::Rate;
use crate::store::edges;
use crate::store::edges::Ends;
use crate::store::people::Person;
use crate::store::profiles;
use crate::store::profiles::LessonLine;
use crate::store::reader::Reader;

/// Lessons that a profile looks at, the newest first.
const LESSONS: i64 = 5_000;
/// Languages, technologies and own skills that are named beside an area at most.
const MOST_BESIDE: usize = 5;

/// A skill beside an area: a language, a technology, or one of the organisation's own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Beside {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// One area that a person passed on to others.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Held {
    /// The area.
    pub area: Area,
    /// How much stands behind it: sum of P, faded by half in a year.
    pub strength: f64,
    /// Distinct pull requests with a landed lesson.
    pub pulls: i32,
    /// People who were taught.
    pub people: usize,
    /// How sure.
    pub confidence: Confidence,
    /// The share of lessons that land, with its interval.
    pub landing: Landing,
    /// What it was on: languages, technologies and own skills, the most frequent first.
    pub on: Vec<Beside>,
}

/// A landing rate in plain figures.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Landing {
    /// Expected share, in [0, 1].
    pub mean: f64,
    /// Lower end of the 90% interval.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
}

/// One area in which a person was taught and something came of it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Taken {
    /// The area.
    pub area: Area,
    /// "applied feedback on" or "learned": no more than the evidence carries.
    pub claim: &'static str,
    /// Landed lessons.
    pub lessons: usize,
    /// Who taught, by login.
    pub from: Vec<String>,
    /// When the last one landed.
    pub last: Time,
    /// What they were on: languages, technologies and own skills, the most frequent first.
    pub on: Vec<Beside>,
}

/// One piece of evidence, with its link.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Evidence {
    /// The area.
    pub area: Area,
    /// How sure the classifier is of the area, in [0, 1]; 1 where a person said it. None: the settings name it.
    pub area_probability: Option<f64>,
    /// The login of whoever said that it is about this, where a person did.
    pub said_by: Option<String>,
    /// "taught" or "was taught".
    pub role: &'static str,
    /// The other person's login.
    pub other: String,
    /// `owner/name#number`.
    pub pull: String,
    /// Where the comment stands.
    pub place: CommentPlace,
    /// Its number.
    pub comment: CommentId,
    /// The comment on the code host.
    pub link: String,
    /// When.
    pub at: Time,
    /// Probability that the comment was useful.
    pub p: f64,
    /// What came of it.
    pub outcome: Outcome,
    /// What pushes did to the commented line is known.
    pub diffs_known: bool,
    /// May still change.
    pub provisional: bool,
    /// The learner wrote that it was new to them.
    pub said_new: bool,
    /// What it was on: the language, technologies and own skills.
    pub on: Vec<Beside>,
}

/// A person's profile: what that person may see of it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Profile {
    /// The login.
    pub login: String,
    /// Areas passed on to others, strongest first.
    pub helped: Vec<Held>,
    /// Areas taken from others, the latest first.
    pub taken: Vec<Taken>,
    /// Everything that stands behind it, newest first.
    pub evidence: Vec<Evidence>,
    /// What a reader must know about the evidence.
    pub notes: Vec<String>,
}

/// The profile of a person at `at`, from what the reader may read: every claim opens to evidence that they can open too.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn profile(
    conn: &mut PgConnection,
    reader: &Reader,
    person: &Person,
    (at, addresses): (Time, &Addresses),
) -> Result<Profile, StepError> {
    one_of_many(conn, person, addresses, &mut Rates::known_to(reader, at)).await
}

/// [`profile`] as one of many, for the reader and at the time of these rates: they share what is read of the whole organisation.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn one_of_many(
    conn: &mut PgConnection,
    person: &Person,
    addresses: &Addresses,
    rates: &mut Rates,
) -> Result<Profile, StepError> {
    let (reader, at) = (&rates.reader.clone(), rates.at);
    let which = profiles::Which {
        person: Some(person.id),
        before: None,
        limit: LESSONS,
    };
    let id = reader.installation();
    let lines = profiles::lessons(conn, reader, which).await?;
    let edges = if reader.reads_everything() {
        edges::graph(conn, id, Ends::Teacher(person.id)).await?
    } else {
        let taught = lines.iter().filter(|line| line.teacher == person.id);
        edge::edges(taught.map(LessonLine::lesson))
    };
    let own = settings::own_skills(conn, id).await?;
    let taken = taken(conn, (person.id, &lines, &own), rates).await?;
    let mut notes = Vec::new();
    let without = lines.iter().filter(|line| !line.diffs_known).count();
    if without > 0 {
        notes.push(format!(
            "For {without} of {} lessons no diffs are known, so what the author changed is left out of the formula and confidence stays low.",
            lines.len()
        ));
    }
    Ok(Profile {
        login: person.login.clone(),
        helped: helped(&edges, &lines, (person.id, &own), at),
        taken,
        evidence: lines
            .iter()
            .map(|line| evidence(line, person.id, addresses, &own))
            .collect(),
        notes,
    })
}

/// The page of the comment that carries a lesson, on the code host.
#[must_use]
pub fn link(addresses: &Addresses, line: &LessonLine) -> String {
    comment_link(
        addresses,
        (&line.owner, &line.repo, line.pull),
        (line.place, line.comment),
    )
}

/// The page of a pull request, as `owner/name#number`, on the code host.
#[must_use]
pub fn pull_link(host: &str, pull: &str) -> String {
    let (repo, number) = pull.rsplit_once('#').unwrap_or((pull, ""));
    format!("{host}/{repo}/pull/{number}")
}

/// The page of a comment on the code host.
#[must_use]
pub fn comment_link(
    addresses: &Addresses,
    (owner, repo, pull): (&str, &str, PullKey),
    (place, comment): (CommentPlace, CommentId),
) -> String {
    let anchor = match place {
        CommentPlace::Diff => "discussion_r",
        CommentPlace::Conversation => "issuecomment-",
        CommentPlace::Review => "pullrequestreview-",
    };
    format!(
        "{}/{owner}/{repo}/pull/{}#{anchor}{comment}",
        addresses.host, pull.number
    )
}

fn evidence(line: &LessonLine, person: PersonId, addresses: &Addresses, own: &OwnSkills) -> Evidence {
    let taught = line.teacher == person;
    Evidence {
        area: line.area,
        area_probability: line.area_probability,
        said_by: line.said_by.as_ref().map(|(_, login)| login.clone()),
        role: if taught { "taught" } else { "was taught" },
        other: if taught {
            line.learner_login.clone()
        } else {
            line.teacher_login.clone()
        },
        pull: format!("{}/{}#{}", line.owner, line.repo, line.pull.number),
        place: line.place,
        comment: line.comment,
        link: link(addresses, line),
        at: line.at,
        p: line.p,
        outcome: line.outcome,
        diffs_known: line.diffs_known,
        provisional: line.provisional,
        said_new: line.said_new,
        on: on([line], own),
    }
}

/// What lessons were on beside their area, the most frequent first; what nothing defines any more is left out.
fn on<'l>(lines: impl IntoIterator<Item = &'l LessonLine>, own: &OwnSkills) -> Vec<Beside> {
    let mut counts: BTreeMap<Skill, usize> = BTreeMap::new();
    for skill in lines.into_iter().flat_map(LessonLine::beside_its_area) {
        *counts.entry(skill).or_default() += 1;
    }
    let mut skills: Vec<(Skill, usize)> = counts.into_iter().collect();
    skills.sort_by_key(|(_, count)| Reverse(*count));
    let named = skills.iter().filter_map(|(skill, _)| {
        let described = skill.described(own)?;
        Some(Beside {
            slug: described.slug,
            name: described.name,
        })
    });
    named.take(MOST_BESIDE).collect()
}

fn helped(edges: &[Edge], lines: &[LessonLine], (person, own): (PersonId, &OwnSkills), at: Time) -> Vec<Held> {
    let mut areas: BTreeMap<Area, Vec<&Edge>> = BTreeMap::new();
    for edge in edges.iter().filter(|edge| edge.pulls > 0) {
        areas.entry(edge.area).or_default().push(edge);
    }
    let mut held: Vec<Held> = areas
        .into_iter()
        .map(|(area, edges)| {
            let taught = |line: &&LessonLine| line.teacher == person && line.area == area;
            let landed = |line: &&LessonLine| line.outcome == Outcome::Landed;
            let given: Vec<Lesson> = lines.iter().filter(taught).map(LessonLine::lesson).collect();
            Held {
                area,
                strength: edges.iter().map(|one| edge::profile_strength(one, at)).sum(),
                pulls: edges.iter().map(|one| one.pulls).sum(),
                people: edges.len(),
                confidence: edge::confidence_of(edges.iter().map(|one| edge::effective_n(one, at)).sum()),
                landing: landing(&rate::landing_rate(&given)),
                on: on(lines.iter().filter(taught).filter(landed), own),
            }
        })
        .collect();
    held.sort_by(|one, other| other.strength.total_cmp(&one.strength).then(one.area.cmp(&other.area)));
    held
}

fn landing(rate: &Rate) -> Landing {
    Landing {
        mean: rate.mean,
        low: rate.low,
        high: rate.high,
    }
}

async fn taken(
    conn: &mut PgConnection,
    (person, lines, own): (PersonId, &[LessonLine], &OwnSkills),
    rates: &mut Rates,
) -> Result<Vec<Taken>, StepError> {
    let mut areas: BTreeMap<Area, Vec<&LessonLine>> = BTreeMap::new();
    for line in lines
        .iter()
        .filter(|line| line.learner == person && line.outcome == Outcome::Landed)
    {
        areas.entry(line.area).or_default().push(line);
    }
    if areas.is_empty() {
        return Ok(Vec::new());
    }
    let first = areas.values().flatten().map(|line| line.at).min().unwrap_or(rates.at);
    let languages: BTreeSet<&str> = areas
        .values()
        .flatten()
        .filter_map(|line| line.language.as_deref())
        .collect();
    let reviewed = profiles::reviewed_pulls_of(conn, &rates.reader, person, first).await?;
    rates.ask(conn, languages).await?;
    let mut taken: Vec<Taken> = areas
        .into_iter()
        .filter_map(|(area, got)| {
            let last = got.iter().map(|line| line.at).max()?;
            let mut from: Vec<String> = got.iter().map(|line| line.teacher_login.clone()).collect();
            from.sort();
            from.dedup();
            let later = LaterWork {
                expected: rates.expected(&got, (&reviewed, last)),
                ..since(person, (area, last), lines)
            };
            Some(Taken {
                area,
                claim: learned::claim(&later).words(),
                lessons: got.len(),
                from,
                last,
                on: on(got.iter().copied(), own),
            })
        })
        .collect();
    taken.sort_by(|one, other| other.last.cmp(&one.last).then(one.area.cmp(&other.area)));
    Ok(taken)
}

/// What lessons tell of the time after the last one that landed: whether the person was told again, and own lessons on the
/// area to others than those who taught it.
fn since(person: PersonId, (area, last): (Area, Time), lines: &[LessonLine]) -> LaterWork {
    let of_area = || lines.iter().filter(|line| line.area == area);
    let to_person = || of_area().filter(|line| line.learner == person);
    let landed = |line: &&LessonLine| line.outcome == Outcome::Landed;
    let first = to_person().filter(landed).map(|line| line.at).min();
    let teachers: BTreeSet<PersonId> = to_person().map(|line| line.teacher).collect();
    let taught = of_area()
        .filter(|line| line.teacher == person && first.is_some_and(|first| line.at > first))
        .filter(landed)
        .filter(|line| !teachers.contains(&line.learner));
    LaterWork {
        expected: 0.0,
        told_again: to_person().filter(|line| line.at > last).count(),
        taught_others: taught.count(),
    }
}

/// Somebody who holds an area.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Holder {
    /// The login.
    pub login: String,
    /// Sum of P, fading with a half-life of 52 days to a floor: who is current.
    pub strength: f64,
    /// Distinct pull requests with a landed lesson.
    pub pulls: i32,
    /// People who were taught.
    pub people: usize,
    /// How sure.
    pub confidence: Confidence,
}

/// Who holds an area at `at`: everybody with a landed lesson in it, the most current first.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn holders(
    conn: &mut PgConnection,
    id: InstallationId,
    area: Area,
    at: Time,
) -> Result<Vec<Holder>, StepError> {
    let logins = profiles::logins(conn, id).await?;
    let mut by_person: HashMap<PersonId, Vec<Edge>> = HashMap::new();
    for edge in edges::graph(conn, id, Ends::Any).await? {
        if edge.area == area && edge.pulls > 0 {
            by_person.entry(edge.teacher).or_default().push(edge);
        }
    }
    let mut holders: Vec<Holder> = by_person
        .into_iter()
        .filter_map(|(person, edges)| {
            Some(Holder {
                login: logins.get(&person)?.clone(),
                strength: edges.iter().map(|one| edge::strength(one, at)).sum(),
                pulls: edges.iter().map(|one| one.pulls).sum(),
                people: edges.len(),
                confidence: edge::confidence_of(edges.iter().map(|one| edge::effective_n(one, at)).sum()),
            })
        })
        .collect();
    holders.sort_by(|one, other| {
        other
            .strength
            .total_cmp(&one.strength)
            .then(one.login.cmp(&other.login))
    });
    Ok(holders)
}
