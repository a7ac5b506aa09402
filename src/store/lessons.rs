//! Lessons: a projection that can be made again at any time.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use sqlx::PgConnection;
use sqlx::types::Json;

use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::lesson::Lesson;
use crate::model::lesson::Outcome;
use crate::model::lesson::Part;
use crate::model::lesson::Refusal;
use crate::model::skill::Skill;
use crate::store::StoreError;
use crate::store::edges;
use crate::store::edges::EdgeKey;

struct Row {
    repo_id: i64,
    number: i32,
    place: String,
    comment_id: i64,
    teacher_id: i64,
    learner_id: i64,
    area: String,
    area_probability: Option<f64>,
    said_by: Option<i64>,
    language: Option<String>,
    skills: Vec<String>,
    at: Time,
    p: f64,
    parts: Json<Vec<Part>>,
    outcome: String,
    diffs_known: bool,
    provisional: bool,
    said_new: bool,
}

impl TryFrom<Row> for Lesson {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            pull: PullKey {
                repo: RepoId(row.repo_id),
                number: row.number,
            },
            place: CommentPlace::from_stored(&row.place).ok_or(StoreError::Unreadable { what: "lesson.place" })?,
            comment: CommentId(row.comment_id),
            teacher: PersonId(row.teacher_id),
            learner: PersonId(row.learner_id),
            area: row
                .area
                .parse()
                .map_err(|_| StoreError::Unreadable { what: "lesson.area" })?,
            area_probability: row.area_probability,
            said_by: row.said_by.map(PersonId),
            language: row.language,
            skills: skills(&row.skills),
            at: row.at,
            p: row.p,
            parts: row.parts.0,
            outcome: Outcome::from_stored(&row.outcome).ok_or(StoreError::Unreadable { what: "lesson.outcome" })?,
            diffs_known: row.diffs_known,
            provisional: row.provisional,
            said_new: row.said_new,
        })
    }
}

/// The skills that stored slugs name; one that no table has any more is left out.
pub(super) fn skills(slugs: &[String]) -> Vec<Skill> {
    slugs.iter().filter_map(|slug| slug.parse().ok()).collect()
}

/// Waits until nobody else infers the lessons of this pull request; held until the transaction ends. Take it before the
/// facts are read, so that whoever is later sees at least as much.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn hold_pull(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<(), StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('learn:' || $1::bigint || ':' || $2::bigint || ':' || $3::int, 0))",
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}

/// Tells whoever makes the edges of this repository again that lessons of it are being inferred, until the transaction ends.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn learning_in(conn: &mut PgConnection, id: InstallationId, repo: RepoId) -> Result<(), StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock_shared(hashtextextended('weigh:' || $1::bigint || ':' || $2::bigint, 0))",
        id.0,
        repo.0
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}

/// Waits until all transactions have ended that inferred lessons of this repository before now. Whoever begins later knows
/// whether it is there. Outside of a transaction only.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn wait_for_learning(conn: &mut PgConnection, id: InstallationId, repo: RepoId) -> Result<(), StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('weigh:' || $1::bigint || ':' || $2::bigint, 0))",
        id.0,
        repo.0
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}

/// Puts the lessons and refusals of one pull request in place of its earlier ones. Gives the edges that may have moved.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn replace(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    (lessons, refusals): (&[Lesson], &BTreeMap<Refusal, i32>),
) -> Result<BTreeSet<EdgeKey>, StoreError> {
    let gone = sqlx::query!(
        "delete from lesson where installation_id = $1 and repo_id = $2 and number = $3
         returning teacher_id, learner_id, area",
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut moved = BTreeSet::new();
    for row in gone {
        let area = row
            .area
            .parse()
            .map_err(|_| StoreError::Unreadable { what: "lesson.area" })?;
        moved.insert((PersonId(row.teacher_id), PersonId(row.learner_id), area));
    }
    moved.extend(
        lessons
            .iter()
            .map(|lesson| (lesson.teacher, lesson.learner, lesson.area)),
    );
    insert(conn, id, lessons).await?;
    sqlx::query!(
        "delete from refusal where installation_id = $1 and repo_id = $2 and number = $3",
        id.0,
        key.repo.0,
        key.number
    )
    .execute(&mut *conn)
    .await?;
    let reasons: Vec<String> = refusals.keys().map(|reason| stored_refusal(*reason)).collect();
    let counts: Vec<i32> = refusals.values().copied().collect();
    sqlx::query!(
        "insert into refusal (installation_id, repo_id, number, reason, comments)
         select $1, $2, $3, r.reason, r.comments from unnest($4::text[], $5::int[]) as r (reason, comments)",
        id.0,
        key.repo.0,
        key.number,
        &reasons,
        &counts
    )
    .execute(conn)
    .await?;
    Ok(moved)
}

async fn insert(conn: &mut PgConnection, id: InstallationId, lessons: &[Lesson]) -> Result<(), StoreError> {
    if lessons.is_empty() {
        return Ok(());
    }
    let places: Vec<&str> = lessons.iter().map(|l| l.place.as_str()).collect();
    let comments: Vec<i64> = lessons.iter().map(|l| l.comment.0).collect();
    let areas: Vec<&str> = lessons.iter().map(|l| l.area.slug()).collect();
    let learners: Vec<i64> = lessons.iter().map(|l| l.learner.0).collect();
    let teachers: Vec<i64> = lessons.iter().map(|l| l.teacher.0).collect();
    let repos: Vec<i64> = lessons.iter().map(|l| l.pull.repo.0).collect();
    let numbers: Vec<i32> = lessons.iter().map(|l| l.pull.number).collect();
    let languages: Vec<Option<&str>> = lessons.iter().map(|l| l.language.as_deref()).collect();
    let skills: Vec<String> = lessons.iter().map(|l| joined(&l.skills)).collect();
    let times: Vec<Time> = lessons.iter().map(|l| l.at).collect();
    let ps: Vec<f64> = lessons.iter().map(|l| l.p).collect();
    let parts: Vec<serde_json::Value> = lessons
        .iter()
        .map(|l| serde_json::to_value(&l.parts).map_err(|_| StoreError::Unreadable { what: "lesson.parts" }))
        .collect::<Result<_, _>>()?;
    let outcomes: Vec<&str> = lessons.iter().map(|l| l.outcome.as_str()).collect();
    let diffs: Vec<bool> = lessons.iter().map(|l| l.diffs_known).collect();
    let sure: Vec<Option<f64>> = lessons.iter().map(|l| l.area_probability).collect();
    let said_by: Vec<Option<i64>> = lessons.iter().map(|l| l.said_by.map(|person| person.0)).collect();
    let provisional: Vec<bool> = lessons.iter().map(|l| l.provisional).collect();
    let said_new: Vec<bool> = lessons.iter().map(|l| l.said_new).collect();
    sqlx::query!(
        "insert into lesson (installation_id, place, comment_id, area, learner_id, teacher_id, repo_id, number, language,
                             at, p, parts, outcome, diffs_known, provisional, area_probability, said_by, skills,
                             said_new)
         select $1, l.place, l.comment_id, l.area, l.learner_id, l.teacher_id, l.repo_id, l.number, l.language, l.at, l.p,
                l.parts, l.outcome, l.diffs_known, l.provisional, l.area_probability, l.said_by, string_to_array(l.skills, ' '), l.said_new
         from unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
                     $8::int[], $9::text[], $10::timestamptz[], $11::float8[], $12::jsonb[], $13::text[],
                     $14::bool[], $15::bool[], $16::float8[], $17::bigint[], $18::text[], $19::bool[])
              as l (place, comment_id, area, learner_id, teacher_id, repo_id, number, language, at, p, parts, outcome,
                    diffs_known, provisional, area_probability, said_by, skills, said_new)
         on conflict do nothing",
        id.0,
        &places as &[&str],
        &comments,
        &areas as &[&str],
        &learners,
        &teachers,
        &repos,
        &numbers,
        &languages as &[Option<&str>],
        &times,
        &ps,
        &parts,
        &outcomes as &[&str],
        &diffs,
        &provisional,
        &sure as &[Option<f64>],
        &said_by as &[Option<i64>],
        &skills,
        &said_new
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Slugs with spaces between: they have none in them, and a list of lists can't be unnested.
fn joined(skills: &[Skill]) -> String {
    let slugs: Vec<String> = skills.iter().map(Skill::slug).collect();
    slugs.join(" ")
}

fn stored_refusal(reason: Refusal) -> String {
    serde_json::to_value(reason)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// The lessons of some edges, as far as their repositories are there, locked against other writers of these edges until the
/// transaction ends. Give the edges in their order, so that two writers never wait for each other.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_edges(
    conn: &mut PgConnection,
    id: InstallationId,
    edges: &[EdgeKey],
) -> Result<Vec<Lesson>, StoreError> {
    let (teachers, learners, areas) = edges::columns(edges);
    // A statement of its own, so that the next one sees what whoever had the locks wrote.
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('edge:' || $1::bigint || ':' || e.teacher || ':' || e.learner || ':' || e.area, 0))
         from unnest($2::bigint[], $3::bigint[], $4::text[]) as e (teacher, learner, area)",
        id.0,
        &teachers,
        &learners,
        &areas as &[&str]
    )
    .fetch_all(&mut *conn)
    .await?;
    let rows = sqlx::query_as!(
        Row,
        r#"select l.repo_id, l.number, l.place, l.comment_id, l.teacher_id, l.learner_id, l.area, l.area_probability, l.said_by,
                  l.language, l.skills, l.at, l.p, l.parts as "parts: Json<Vec<Part>>", l.outcome, l.diffs_known, l.provisional,
                  l.said_new
           from unnest($2::bigint[], $3::bigint[], $4::text[]) as e (teacher, learner, area)
           join lesson l on l.installation_id = $1 and l.teacher_id = e.teacher and l.learner_id = e.learner and l.area = e.area
           where exists (select 1 from repo r where r.installation_id = l.installation_id and r.id = l.repo_id
                         and r.removed_at is null)
           order by l.at, l.place, l.comment_id"#,
        id.0,
        &teachers,
        &learners,
        &areas as &[&str]
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Lesson::try_from).collect()
}

/// What lessons of a tenant amount to, people who may not appear left out.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Totals {
    /// People who taught or were taught.
    pub people: i64,
    /// Lessons by area slug and outcome word.
    pub lessons: Vec<(String, String, i64)>,
    /// Comments that gave none, by reason.
    pub refused: Vec<(String, i64)>,
    /// Lessons whose diffs are known.
    pub with_diffs: i64,
    /// Classified comments.
    pub classified: i64,
}

/// Counts what was learned.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn totals(conn: &mut PgConnection, id: InstallationId) -> Result<Totals, StoreError> {
    let lessons = sqlx::query!(
        r#"select area as "area!", outcome as "outcome!", count(*) as "count!", count(*) filter (where diffs_known) as "diffs!"
           from shown_lesson where installation_id = $1 group by 1, 2 order by 1, 2"#,
        id.0
    )
    .fetch_all(&mut *conn)
    .await?;
    let people = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select teacher_id from shown_lesson where installation_id = $1
             union select learner_id from shown_lesson where installation_id = $1) as people"#,
        id.0
    )
    .fetch_one(&mut *conn)
    .await?;
    let refused = sqlx::query!(
        r#"select reason, sum(comments) as "count!" from refusal where installation_id = $1 group by 1 order by 2 desc, 1"#,
        id.0
    )
    .fetch_all(&mut *conn)
    .await?;
    let classified = sqlx::query_scalar!(
        r#"select count(*) as "count!" from reading where installation_id = $1"#,
        id.0
    )
    .fetch_one(conn)
    .await?;
    Ok(Totals {
        people,
        with_diffs: lessons.iter().map(|row| row.diffs).sum(),
        lessons: lessons
            .into_iter()
            .map(|row| (row.area, row.outcome, row.count))
            .collect(),
        refused: refused.into_iter().map(|row| (row.reason, row.count)).collect(),
        classified,
    })
}
