//! What a person may read of lessons: always with the evidence, never with somebody who opted out.
use std::collections::HashMap;

use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::lesson::Lesson;
use crate::model::lesson::Outcome;
use crate::model::skill::Area;
use crate::store::StoreError;

/// One lesson as a line that people read, with all that a link to it needs.
#[derive(Clone, PartialEq, Debug)]
pub struct LessonLine {
    /// The pull request.
    pub pull: PullKey,
    /// The repository's owner.
    pub owner: String,
    /// The repository's name.
    pub repo: String,
    /// Where the comment stands.
    pub place: CommentPlace,
    /// The comment that carries it.
    pub comment: CommentId,
    /// About what.
    pub area: Area,
    /// Who taught.
    pub teacher: PersonId,
    /// The teacher's login.
    pub teacher_login: String,
    /// Who was taught.
    pub learner: PersonId,
    /// The learner's login.
    pub learner_login: String,
    /// When.
    pub at: Time,
    /// Probability that the comment was useful.
    pub p: f64,
    /// What came of it.
    pub outcome: Outcome,
    /// Diffs are known.
    pub diffs_known: bool,
    /// May still change.
    pub provisional: bool,
}

impl LessonLine {
    /// The lesson itself, without its parts.
    #[must_use]
    pub fn lesson(&self) -> Lesson {
        Lesson {
            pull: self.pull,
            place: self.place,
            comment: self.comment,
            teacher: self.teacher,
            learner: self.learner,
            area: self.area,
            language: None,
            at: self.at,
            p: self.p,
            parts: Vec::new(),
            outcome: self.outcome,
            diffs_known: self.diffs_known,
            provisional: self.provisional,
        }
    }
}

/// Which lessons are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Which {
    /// Taught by or to this person; none: anybody.
    pub person: Option<PersonId>,
    /// Given before, on pull requests that were closed by then; none: all of them.
    pub before: Option<Time>,
    /// The newest so many.
    pub limit: i64,
}

/// Lessons between people who may appear, newest first.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn lessons(conn: &mut PgConnection, id: InstallationId, which: Which) -> Result<Vec<LessonLine>, StoreError> {
    let rows = sqlx::query!(
        r#"select l.repo_id as "repo_id!", l.number as "number!", r.owner, r.name, l.place as "place!",
                  l.comment_id as "comment_id!", l.area as "area!", l.teacher_id as "teacher_id!", t.login as "teacher!",
                  l.learner_id as "learner_id!", s.login as "learner!", l.at as "at!", l.p as "p!",
                  l.outcome as "outcome!", l.diffs_known as "diffs_known!", l.provisional as "provisional!"
           from shown_lesson l
           join repo r on r.installation_id = l.installation_id and r.id = l.repo_id
           join pull p on p.installation_id = l.installation_id and p.repo_id = l.repo_id and p.number = l.number
           join person t on t.installation_id = l.installation_id and t.id = l.teacher_id
           join person s on s.installation_id = l.installation_id and s.id = l.learner_id
           where l.installation_id = $1 and ($2::bigint is null or l.teacher_id = $2 or l.learner_id = $2)
             and ($3::timestamptz is null or (l.at < $3 and p.closed_at < $3))
           order by l.at desc, l.comment_id desc, l.area limit $4"#,
        id.0,
        which.person.map(|person| person.0),
        which.before,
        which.limit
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(LessonLine {
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
                teacher: PersonId(row.teacher_id),
                teacher_login: row.teacher,
                learner: PersonId(row.learner_id),
                learner_login: row.learner,
                at: row.at,
                p: row.p,
                outcome: Outcome::from_stored(&row.outcome).ok_or(StoreError::Unreadable { what: "lesson.outcome" })?,
                diffs_known: row.diffs_known,
                provisional: row.provisional,
            })
        })
        .collect()
}

/// The logins of everybody who may appear.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn logins(conn: &mut PgConnection, id: InstallationId) -> Result<HashMap<PersonId, String>, StoreError> {
    let rows = sqlx::query!(
        r#"select id as "id!", login as "login!" from standing_person where installation_id = $1"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (PersonId(row.id), row.login)).collect())
}

/// How often an area comes up in review: all reviewed pull requests of the tenant, and those with a lesson in each area.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn base_rates(
    conn: &mut PgConnection,
    id: InstallationId,
) -> Result<(i64, HashMap<String, i64>), StoreError> {
    let pulls = sqlx::query_scalar!(
        r#"select count(*) as "count!" from pull where installation_id = $1
           and exists (select 1 from comment c where c.installation_id = pull.installation_id
                       and c.repo_id = pull.repo_id and c.number = pull.number)"#,
        id.0
    )
    .fetch_one(&mut *conn)
    .await?;
    let rows = sqlx::query!(
        r#"select area, count(distinct (repo_id, number)) as "count!" from lesson
           where installation_id = $1 group by 1"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    Ok((pulls, rows.into_iter().map(|row| (row.area, row.count)).collect()))
}

/// The times at which a person opened pull requests that were reviewed, oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn reviewed_pulls_of(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
) -> Result<Vec<(PullKey, Time)>, StoreError> {
    let rows = sqlx::query!(
        r#"select p.repo_id, p.number, p.created_at from pull p
           join standing_person s on s.installation_id = p.installation_id and s.id = p.author_id
           where p.installation_id = $1 and p.author_id = $2
             and exists (select 1 from comment c where c.installation_id = p.installation_id and c.repo_id = p.repo_id
                         and c.number = p.number and c.author_id is distinct from p.author_id)
           order by p.created_at"#,
        id.0,
        person.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                PullKey {
                    repo: RepoId(row.repo_id),
                    number: row.number,
                },
                row.created_at,
            )
        })
        .collect())
}
