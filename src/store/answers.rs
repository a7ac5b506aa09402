//! "Did this teach you something?": what people answered, for themselves to see and take back, and what all answers of an
//! organisation say together.
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
use crate::store::landing_weights;
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
/// closed from `since` until before `until`, and about whose thread the learner answered nothing yet; of the 60 days before, while it can be remembered. One for each comment.
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
        // First one's own lessons, which are few: to plan all these joins together takes a hundred times as long as to run them.
        r#"with l as materialized (
             select own.* from shown_lesson own
             where own.installation_id = $1 and own.learner_id = $2 and own.at >= $3::timestamptz - interval '60 days'
               and own.parts @? '$[*] ? (@.sign == "length")'
           )
           select distinct on (l.place, l.comment_id)
                  l.repo_id as "repo_id!", l.number as "number!", r.owner, r.name, l.place as "place!", l.comment_id as "comment_id!",
                  l.area as "area!", t.login as teacher, l.at as "at!"
           from l
           join repo r on r.installation_id = l.installation_id and r.id = l.repo_id and (not r.private or $5 or r.id = any($6))
           join person t on t.installation_id = l.installation_id and t.id = l.teacher_id
           join pull p on p.installation_id = l.installation_id and p.repo_id = l.repo_id and p.number = l.number
           join comment c on c.installation_id = l.installation_id and c.place = l.place and c.id = l.comment_id
           left join thread_resolution e on e.installation_id = c.installation_id and c.place = 'diff' and e.root_id = c.root_id
                and e.resolved
           where (p.closed_at >= $3 and p.closed_at < $4 or e.changed_at >= $3 and e.changed_at < $4)
             and not exists (select 1 from answer a
                             join comment b on b.installation_id = a.installation_id and b.place = a.place and b.id = a.comment_id
                             where a.installation_id = l.installation_id and a.person_id = l.learner_id and a.place = l.place
                               and b.root_id = c.root_id)
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
    /// How often they said yes or no, as far as that is kept.
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
                  count(*) filter (where at >= $3) > 0 as "answered_since!", count(taught) as "answers!"
           from answer where installation_id = $1 and person_id = $2"#,
        id.0,
        person.0,
        since
    )
    .fetch_one(conn)
    .await?)
}

/// What a person answered about one comment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Given {
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
    /// Whether it taught them something; none: they couldn't say, or took it back.
    pub taught: Option<bool>,
    /// When they answered.
    pub at: Time,
}

/// What a person answered, as far as they may read the repositories; newest first. For that person only.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_person(conn: &mut PgConnection, reader: &Reader, person: PersonId) -> Result<Vec<Given>, StoreError> {
    let rows = sqlx::query!(
        r#"select c.repo_id as "repo_id: RepoId", c.number, r.owner, r.name, a.place, a.comment_id as "comment: CommentId", a.taught, a.at
           from answer a
           join comment c on c.installation_id = a.installation_id and c.place = a.place and c.id = a.comment_id
           join repo r on r.installation_id = c.installation_id and r.id = c.repo_id and r.removed_at is null
             and (not r.private or $3 or r.id = any($4))
           where a.installation_id = $1 and a.person_id = $2 order by a.at desc, a.place, a.comment_id"#,
        reader.installation().0,
        person.0,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Given {
                pull: PullKey {
                    repo: row.repo_id,
                    number: row.number,
                },
                owner: row.owner,
                repo: row.name,
                place: CommentPlace::from_stored(&row.place).ok_or(StoreError::Unreadable { what: "answer.place" })?,
                comment: row.comment,
                taught: row.taught,
                at: row.at,
            })
        })
        .collect()
}

/// Stores whether a lesson taught its learner something; none: they can't say. False: it was answered before, and that stays.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn answer(
    conn: &mut PgConnection,
    (id, person): (InstallationId, PersonId),
    (place, comment): (CommentPlace, CommentId),
    (taught, at): (Option<bool>, Time),
) -> Result<bool, StoreError> {
    let stored = sqlx::query!(
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
    Ok(stored.rows_affected() > 0)
}

/// Forgets what a person answered, but not about what they were asked, so that they aren't asked again.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn take_back(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<(), StoreError> {
    sqlx::query!(
        "update answer set taught = null where installation_id = $1 and person_id = $2",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    landing_weights::look_again(conn, id).await
}

/// Forgets that a person was ever asked.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn forget(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from answer where installation_id = $1 and person_id = $2",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    landing_weights::look_again(conn, id).await
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
                  a.person_id as "person: PersonId", l.parts as "parts!: Json<Vec<Part>>", a.taught as "taught!"
           from answer a
           join shown_lesson l on l.installation_id = a.installation_id and l.place = a.place and l.comment_id = a.comment_id
                and l.learner_id = a.person_id
           where a.installation_id = $1 and a.taught is not null and l.parts @? '$[*] ? (@.sign == "length")'
           order by a.place, a.comment_id, a.person_id, l.area"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    let answers = rows.into_iter().map(|row| Answer {
        person: row.person,
        parts: row.parts.0,
        taught: row.taught,
    });
    Ok(answers.collect())
}

/// How many yes and no of an installation can be used, where somebody answered or somebody looked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Usable {
    /// The tenant.
    pub installation: InstallationId,
    /// Answers.
    pub answers: i64,
}

/// How many answers can be used, as [`of_tenant`] reads them; by installation.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn usable(conn: &mut PgConnection) -> Result<Vec<Usable>, StoreError> {
    Ok(sqlx::query_as!(
        Usable,
        r#"select i.id as "installation: InstallationId",
                  (select count(*) from answer a
                   where a.installation_id = i.id and a.taught is not null
                     and exists (select 1 from shown_lesson l
                                 where l.installation_id = a.installation_id and l.place = a.place and l.comment_id = a.comment_id
                                   and l.learner_id = a.person_id and l.parts @? '$[*] ? (@.sign == "length")')) as "answers!"
           from installation i
           where exists (select 1 from answer a where a.installation_id = i.id)
              or exists (select 1 from landing_weights w where w.installation_id = i.id)
           order by i.id"#
    )
    .fetch_all(conn)
    .await?)
}
