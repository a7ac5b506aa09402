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
use crate::model::skill::Skill;
use crate::store::StoreError;
use crate::store::lessons;
use crate::store::reader::Reader;

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
    /// How sure the classifier is of the area, in [0, 1]; 1 where a person said it. None: the settings name it.
    pub area_probability: Option<f64>,
    /// Who said that it is about this, with the login, where a person did.
    pub said_by: Option<(PersonId, String)>,
    /// The language of the commented file.
    pub language: Option<String>,
    /// Technologies and own skills that it was on.
    pub skills: Vec<Skill>,
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
    /// The learner wrote that it was new to them.
    pub said_new: bool,
}

impl LessonLine {
    /// What it was on beside its area: the language, technologies and own skills.
    pub fn beside_its_area(&self) -> impl Iterator<Item = Skill> {
        let language = self.language.clone().map(Skill::Language);
        language.into_iter().chain(self.skills.iter().cloned())
    }

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
            area_probability: self.area_probability,
            said_by: self.said_by.as_ref().map(|(person, _)| *person),
            language: self.language.clone(),
            skills: self.skills.clone(),
            at: self.at,
            p: self.p,
            parts: Vec::new(),
            outcome: self.outcome,
            diffs_known: self.diffs_known,
            provisional: self.provisional,
            said_new: self.said_new,
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

/// Lessons between people who may appear, in repositories that the reader may read, newest first.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn lessons(conn: &mut PgConnection, reader: &Reader, which: Which) -> Result<Vec<LessonLine>, StoreError> {
    // In two parts: planned as one, nine tables took Postgres longer to plan than to read.
    let rows = sqlx::query!(
        r#"with l as materialized (
               select l.*, r.owner, r.name
               from shown_lesson l
               join repo r on r.installation_id = l.installation_id and r.id = l.repo_id and (not r.private or $5 or r.id = any($6))
               where l.installation_id = $1 and ($2::bigint is null or l.teacher_id = $2 or l.learner_id = $2)
                 and ($3::timestamptz is null
                      or (l.at < $3 and exists (select 1 from pull p where p.installation_id = l.installation_id and p.repo_id = l.repo_id
                                                and p.number = l.number and p.closed_at < $3)))
               order by l.at desc, l.comment_id desc, l.area limit $4)
           select l.repo_id as "repo_id!", l.number as "number!", l.owner as "owner!", l.name as "name!", l.place as "place!",
                  l.comment_id as "comment_id!", l.area as "area!", l.language, l.skills as "skills!", l.teacher_id as "teacher_id!", t.login as "teacher!",
                  l.learner_id as "learner_id!", s.login as "learner!", l.at as "at!", l.p as "p!",
                  l.outcome as "outcome!", l.diffs_known as "diffs_known!", l.provisional as "provisional!", l.said_new as "said_new!",
                  case when l.said_by is null or b.id is not null then l.area_probability end as area_probability,
                  b.id as "said_by?: PersonId", b.login as "said_by_login?"
           from l
           join person t on t.installation_id = l.installation_id and t.id = l.teacher_id
           join person s on s.installation_id = l.installation_id and s.id = l.learner_id
           left join standing_person b on b.installation_id = l.installation_id and b.id = l.said_by
           order by l.at desc, l.comment_id desc, l.area"#,
        reader.installation().0,
        which.person.map(|person| person.0),
        which.before,
        which.limit,
        reader.reads_everything(),
        reader.private()
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
                area_probability: row.area_probability,
                said_by: row.said_by.zip(row.said_by_login),
                language: row.language,
                skills: lessons::skills(&row.skills),
                teacher: PersonId(row.teacher_id),
                teacher_login: row.teacher,
                learner: PersonId(row.learner_id),
                learner_login: row.learner,
                at: row.at,
                p: row.p,
                outcome: Outcome::from_stored(&row.outcome).ok_or(StoreError::Unreadable { what: "lesson.outcome" })?,
                diffs_known: row.diffs_known,
                provisional: row.provisional,
                said_new: row.said_new,
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

/// Pull requests of a tenant over which rates are taken, the newest, at most.
pub const GROUND_PULLS: i64 = 2_000;

/// How often an area comes up in a language.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AreaRate {
    /// The area's slug.
    pub area: String,
    /// Linguist's name of the language.
    pub language: String,
    /// Pull requests of the tenant with files in it.
    pub pulls: i64,
    /// Of these, how many drew a lesson for their author on the area in that language.
    pub told: i64,
}

/// How often areas come up in these languages on reviewed pull requests opened since `since`, over the newest 2,000 that
/// the reader may read; what never came up is left out.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn area_rates(
    conn: &mut PgConnection,
    reader: &Reader,
    languages: &[&str],
    since: Time,
) -> Result<Vec<AreaRate>, StoreError> {
    Ok(sqlx::query_as!(
        AreaRate,
        r#"with newest as materialized (
               select p.repo_id, p.number from pull p
               join repo r on r.installation_id = p.installation_id and r.id = p.repo_id and r.removed_at is null
                 and (not r.private or $5 or r.id = any($6))
               where p.installation_id = $1 and p.created_at >= $3
               order by p.created_at desc limit $4),
           ground as materialized (
               select g.repo_id, g.number, g.author_id, g.language from newest n
               join reviewed_ground g on g.installation_id = $1 and g.repo_id = n.repo_id and g.number = n.number
               where g.language = any($2::text[])),
           pulls as (select language, count(*) as pulls from ground group by 1),
           told as (
               select l.area, g.language, count(distinct (g.repo_id, g.number)) as told from ground g
               join shown_lesson l on l.installation_id = $1 and l.repo_id = g.repo_id and l.number = g.number
                 and l.learner_id = g.author_id and l.language = g.language
               group by 1, 2)
           select t.area as "area!", t.language as "language!", p.pulls as "pulls!", t.told as "told!"
           from told t join pulls p using (language) order by 1, 2"#,
        reader.installation().0,
        languages as &[&str],
        since,
        GROUND_PULLS,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?)
}

/// A pull request of somebody that was reviewed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReviewedPull {
    /// When it was opened.
    pub created_at: Time,
    /// The languages of its files.
    pub languages: Vec<String>,
}

/// The reviewed pull requests of a person that were opened after `after` and that the reader may read, oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn reviewed_pulls_of(
    conn: &mut PgConnection,
    reader: &Reader,
    person: PersonId,
    after: Time,
) -> Result<Vec<ReviewedPull>, StoreError> {
    Ok(sqlx::query_as!(
        ReviewedPull,
        r#"select g.created_at as "created_at!", array_agg(g.language order by g.language) as "languages!"
           from reviewed_ground g
           join repo r on r.installation_id = g.installation_id and r.id = g.repo_id and r.removed_at is null
             and (not r.private or $4 or r.id = any($5))
           where g.installation_id = $1 and g.author_id = $2 and g.created_at > $3
           group by g.repo_id, g.number, g.created_at order by g.created_at, g.repo_id, g.number"#,
        reader.installation().0,
        person.0,
        after,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?)
}

/// In how many pull requests each person taught an area and it landed, as far as the reader may read; with `before`, only by
/// what was known of closed ones then.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn landed_pulls(
    conn: &mut PgConnection,
    reader: &Reader,
    before: Option<Time>,
) -> Result<HashMap<(PersonId, Area), i64>, StoreError> {
    let rows = sqlx::query!(
        r#"select l.teacher_id as "teacher!: PersonId", l.area as "area!", count(distinct (l.repo_id, l.number)) as "pulls!"
           from shown_lesson l
           join repo r on r.installation_id = l.installation_id and r.id = l.repo_id
           join pull p on p.installation_id = l.installation_id and p.repo_id = l.repo_id and p.number = l.number
           where l.installation_id = $1 and l.outcome = 'landed'
             and ($2::timestamptz is null or (l.at < $2 and p.closed_at < $2))
             and (not r.private or $3 or r.id = any($4))
           group by 1, 2"#,
        reader.installation().0,
        before,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let area = row.area.parse();
            let area = area.map_err(|_| StoreError::Unreadable { what: "lesson.area" })?;
            Ok(((row.teacher, area), row.pulls))
        })
        .collect()
}
