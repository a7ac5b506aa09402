//! "Did this teach you something?": what people answered, for themselves to see and take back; what all answers of an
//! organisation say together; and the weights that came of them.
use std::collections::HashMap;

use sqlx::PgConnection;
use sqlx::types::Json;

use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::lesson::Part;
use crate::model::skill::Area;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// A lesson that its learner can be asked about.
#[derive(Clone, PartialEq, Debug)]
pub struct Open {
    /// The pull request.
    pub pull: PullKey,
    /// The repository's owner.
    pub owner: String,
    /// The repository's name.
    pub repo: String,
    /// Where the comment stands.
    pub place: CommentPlace,
    /// Its number.
    pub comment: CommentId,
    /// About what.
    pub area: Area,
    /// The teacher's login.
    pub teacher: String,
    /// When it was written.
    pub at: Time,
}

/// The lessons of a learner, in repositories that the reader may read, whose thread was resolved or whose pull request was
/// closed from `since` until before `until`, and about which the learner wasn't asked; of the year before. One for each comment.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn open(
    conn: &mut PgConnection,
    reader: &Reader,
    learner: PersonId,
    (since, until): (Time, Time),
) -> Result<Vec<Open>, StoreError> {
    let rows = sqlx::query!(
        r#"select distinct on (l.place, l.comment_id)
                  l.repo_id as "repo_id!", l.number as "number!", r.owner, r.name, l.place as "place!", l.comment_id as "comment_id!",
                  l.area as "area!", t.login as teacher, l.at as "at!"
           from shown_lesson l
           join repo r on r.installation_id = l.installation_id and r.id = l.repo_id and (not r.private or $5 or r.id = any($6))
           join person t on t.installation_id = l.installation_id and t.id = l.teacher_id
           join pull p on p.installation_id = l.installation_id and p.repo_id = l.repo_id and p.number = l.number
           join comment c on c.installation_id = l.installation_id and c.place = l.place and c.id = l.comment_id
           left join thread_resolution e on e.installation_id = c.installation_id and c.place = 'diff' and e.root_id = c.root_id
                and e.resolved
           where l.installation_id = $1 and l.learner_id = $2 and l.at >= $3::timestamptz - interval '1 year'
             and (p.closed_at >= $3 and p.closed_at < $4 or e.changed_at >= $3 and e.changed_at < $4)
             and l.parts @? '$[*] ? (@.sign == "length")'
             and not exists (select 1 from answer a where a.installation_id = l.installation_id and a.place = l.place
                             and a.comment_id = l.comment_id and a.person_id = l.learner_id)
           order by l.place, l.comment_id, l.area_probability desc nulls last, l.area"#,
        reader.installation().0,
        learner.0,
        since,
        until,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Open {
                pull: PullKey {
                    repo: RepoId(row.repo_id),
                    number: row.number,
                },
                owner: row.owner,
                repo: row.name,
                place: CommentPlace::from_stored(&row.place).ok_or(StoreError::Unreadable { what: "lesson.place" })?,
                comment: CommentId(row.comment_id),
                area: row
                    .area
                    .parse()
                    .map_err(|_| StoreError::Unreadable { what: "lesson.area" })?,
                teacher: row.teacher,
                at: row.at,
            })
        })
        .collect()
}

/// What a person said of being asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// They don't want to be asked.
    pub unasked: bool,
    /// They answered since the time that was given.
    pub answered_since: bool,
    /// Answers of theirs that are kept.
    pub answers: i64,
}

/// How a person stands to being asked.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn standing(
    conn: &mut PgConnection,
    (id, person): (InstallationId, PersonId),
    since: Time,
) -> Result<Standing, StoreError> {
    Ok(sqlx::query_as!(
        Standing,
        r#"select exists (select 1 from unasked where installation_id = $1 and person_id = $2) as "unasked!",
                  count(*) filter (where at >= $3) > 0 as "answered_since!", count(*) as "answers!"
           from answer where installation_id = $1 and person_id = $2"#,
        id.0,
        person.0,
        since
    )
    .fetch_one(conn)
    .await?)
}

/// Stores whether a lesson taught its learner something; none: they can't say. What was answered before stays.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn answer(
    conn: &mut PgConnection,
    (id, person): (InstallationId, PersonId),
    (place, comment): (CommentPlace, CommentId),
    (taught, at): (Option<bool>, Time),
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into answer (installation_id, place, comment_id, person_id, taught, at) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
        id.0,
        place.as_str(),
        comment.0,
        person.0,
        taught,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets everything that a person answered.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn forget(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from answer where installation_id = $1 and person_id = $2",
        id.0,
        person.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets whether a person wants to be asked.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_unasked(
    conn: &mut PgConnection,
    (id, person): (InstallationId, PersonId),
    (unasked, at): (bool, Time),
) -> Result<(), StoreError> {
    if unasked {
        sqlx::query!(
            "insert into unasked (installation_id, person_id, at) values ($1, $2, $3) on conflict do nothing",
            id.0,
            person.0,
            at
        )
        .execute(conn)
        .await?;
    } else {
        sqlx::query!(
            "delete from unasked where installation_id = $1 and person_id = $2",
            id.0,
            person.0
        )
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// An answer with what the formula saw of the lesson.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// Who answered.
    pub person: PersonId,
    /// The pull request.
    pub pull: PullKey,
    /// The parts of the lesson's log-odds.
    pub parts: Vec<Part>,
    /// It taught them something.
    pub taught: bool,
}

/// The yes and no of an organisation, as far as both who taught and who answered may appear and the lesson stands.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_tenant(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<Answer>, StoreError> {
    let rows = sqlx::query!(
        r#"select distinct on (a.place, a.comment_id, a.person_id)
                  a.person_id as "person: PersonId", l.repo_id as "repo!: RepoId", l.number as "number!",
                  l.parts as "parts!: Json<Vec<Part>>", a.taught as "taught!"
           from answer a
           join shown_lesson l on l.installation_id = a.installation_id and l.place = a.place and l.comment_id = a.comment_id
                and l.learner_id = a.person_id
           where a.installation_id = $1 and a.taught is not null
           order by a.place, a.comment_id, a.person_id, l.area"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    let answers = rows.into_iter().map(|row| Answer {
        person: row.person,
        pull: PullKey {
            repo: row.repo,
            number: row.number,
        },
        parts: row.parts.0,
        taught: row.taught,
    });
    Ok(answers.collect())
}

/// What came of an organisation's answers when they were last looked at.
#[derive(Clone, PartialEq, Debug)]
pub struct LookedAt {
    /// Its own weights, as they are stored; none: the shipped ones hold.
    pub weights: Option<serde_json::Value>,
    /// How many answers there were.
    pub answers: i32,
}

/// What came of an organisation's answers; none: nobody looked yet.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn looked_at(conn: &mut PgConnection, id: InstallationId) -> Result<Option<LookedAt>, StoreError> {
    Ok(sqlx::query_as!(
        LookedAt,
        "select weights, answers from landing_weights where installation_id = $1",
        id.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Stores what came of an organisation's answers.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_looked_at(
    conn: &mut PgConnection,
    id: InstallationId,
    found: &LookedAt,
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into landing_weights (installation_id, weights, answers, at) values ($1, $2, $3, $4)
         on conflict (installation_id) do update
         set weights = excluded.weights, answers = excluded.answers, at = excluded.at",
        id.0,
        found.weights,
        found.answers,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How many said yes or no, for each installation where somebody answered or whose answers were looked at.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn counts(conn: &mut PgConnection) -> Result<HashMap<InstallationId, i64>, StoreError> {
    let rows = sqlx::query!(
        r#"select i.id as "id: InstallationId",
                  (select count(*) from answer a where a.installation_id = i.id and a.taught is not null) as "answers!"
           from installation i
           where exists (select 1 from answer a where a.installation_id = i.id)
              or exists (select 1 from landing_weights w where w.installation_id = i.id)"#
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.answers)).collect())
}
