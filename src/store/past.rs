//! What suggestions and silent experts are computed from: past pull requests, and who may be asked now.
use std::collections::HashSet;

use futures_util::TryStreamExt;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::settings::Settings;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// A pull request of the past, as it was known at some time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PastPull {
    /// The repository.
    pub repo: RepoId,
    /// Its name.
    pub repo_name: String,
    /// Its number.
    pub number: i32,
    /// Who wrote it, where that person may appear.
    pub author: Option<PersonId>,
    /// When it was opened.
    pub created_at: Time,
    /// When it was closed, where that was known.
    pub closed_at: Option<Time>,
    /// When it was merged, where that was known.
    pub merged_at: Option<Time>,
    /// The people who reviewed it by then (a review or a comment on its diff), the author left out.
    pub reviewers: Vec<PersonId>,
    /// Its files; where they are unknown, the files that comments stand on. Mechanical ones are left out.
    pub files: Vec<String>,
    /// Its files were read: they don't stand for themselves by what was commented later.
    pub files_known: bool,
}

/// Which past is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Only this repository; none: all of the tenant.
    pub repo: Option<RepoId>,
    /// Opened at this time or later.
    pub since: Time,
    /// Opened before, and as it was known then.
    pub before: Time,
    /// The newest so many; none: all of them.
    pub limit: Option<i64>,
}

/// Past pull requests that the reader may read, oldest first. Changes of more than 100 files are left out: they make nobody an expert; and so are
/// repositories that had been taken away from us by then.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn past_pulls(conn: &mut PgConnection, reader: &Reader, span: Span) -> Result<Vec<PastPull>, StoreError> {
    let mut pulls = Vec::new();
    each(conn, reader, span, |pull| pulls.push(pull)).await?;
    pulls.reverse();
    Ok(pulls)
}

/// Gives `take` each of the pull requests of [`past_pulls`], newest first, without keeping any.
///
/// # Errors
/// [`StoreError`] when the database can't tell; some were given by then.
pub async fn each(
    conn: &mut PgConnection,
    reader: &Reader,
    span: Span,
    mut take: impl FnMut(PastPull) + Send,
) -> Result<(), StoreError> {
    let mut rows = sqlx::query!(
        r#"select p.repo_id, r.name as repo_name, p.number, s.id as "author?", p.created_at,
                  case when p.closed_at < $4 then p.closed_at end as closed_at,
                  case when p.merged_at < $4 then p.merged_at end as merged_at,
                  array(select distinct w.person_id from (
                            select v.reviewer_id as person_id from review v
                            where v.installation_id = p.installation_id and v.repo_id = p.repo_id and v.number = p.number
                              and v.submitted_at < $4
                            union all
                            select c.author_id from comment c
                            where c.installation_id = p.installation_id and c.repo_id = p.repo_id and c.number = p.number
                              and c.place = 'diff' and c.created_at < $4) as w
                        join standing_person sp on sp.installation_id = p.installation_id and sp.id = w.person_id
                        where w.person_id is distinct from p.author_id order by 1) as "reviewers!",
                  case when p.contents_head is not null
                       then array(select f.path from pull_file f
                                  where f.installation_id = p.installation_id and f.repo_id = p.repo_id
                                    and f.number = p.number and not f.mechanical order by f.path)
                       else array(select distinct c.path from comment c
                                  where c.installation_id = p.installation_id and c.repo_id = p.repo_id
                                    and c.number = p.number and c.path is not null and c.created_at < $4 order by 1)
                       end as "files!",
                  p.contents_head is not null as "files_known!"
           from pull p
           join repo r on r.installation_id = p.installation_id and r.id = p.repo_id
           left join standing_person s on s.installation_id = p.installation_id and s.id = p.author_id
           where p.installation_id = $1 and ($2::bigint is null or p.repo_id = $2)
             and p.created_at >= $3 and p.created_at < $4 and p.updated_at > 'epoch' and not p.ignored
             and coalesce(p.changed_files, 0) <= 100 and (r.removed_at is null or r.removed_at >= $4)
             and (not r.private or $6 or r.id = any($7))
           order by p.created_at desc, p.number desc limit $5"#,
        reader.installation().0,
        span.repo.map(|repo| repo.0),
        span.since,
        span.before,
        span.limit,
        reader.reads_everything(),
        reader.private()
    )
    .fetch(conn);
    while let Some(row) = rows.try_next().await? {
        take(PastPull {
            repo: RepoId(row.repo_id),
            repo_name: row.repo_name,
            number: row.number,
            author: row.author.map(PersonId),
            created_at: row.created_at,
            closed_at: row.closed_at,
            merged_at: row.merged_at,
            reviewers: row.reviewers.into_iter().map(PersonId).collect(),
            files: row.files,
            files_known: row.files_known,
        });
    }
    Ok(())
}

/// Why somebody can't be suggested.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hindrance {
    /// Not a current member.
    NotMember,
    /// Away.
    Away,
    /// At capacity.
    AtCapacity,
    /// Had the daily share.
    DailyCap,
}

/// Somebody who might be asked, with what hinders it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MaybeCandidate {
    /// Who.
    pub id: PersonId,
    /// The login.
    pub login: String,
    /// None: may be suggested.
    pub hindrance: Option<Hindrance>,
    /// Reviews that wait for them, this pull request left out.
    pub open_reviews: i64,
    /// Of these, in private repositories other than that of the pull request.
    pub open_elsewhere: i64,
    /// Own limit of open reviews.
    pub capacity: Option<i32>,
    /// Own limit of suggestions in a day.
    pub daily_cap: Option<i32>,
    /// Own limit of learner suggestions in seven days.
    pub mentoring_budget: Option<i32>,
    /// Suggestions in the last 24 hours, this pull request left out.
    pub suggested_today: i64,
    /// Learner suggestions in the last seven days, this pull request left out.
    pub learner_this_week: i64,
    /// The last learner suggestion, this pull request left out.
    pub last_learner: Option<Time>,
    /// Areas the person wants to learn.
    pub learn: Vec<String>,
    /// Areas the person likes to teach.
    pub teach: Vec<String>,
    /// When the person last wrote, reviewed or commented.
    pub last_active: Option<Time>,
    /// When they did so first.
    pub first_active: Option<Time>,
    /// When they were first seen to be a member.
    pub member_since: Option<Time>,
}

/// For which pull request somebody is looked for, and as of when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Vacancy {
    /// The pull request; number 0 where there is none yet.
    pub key: PullKey,
    /// Who wrote it.
    pub author: Option<PersonId>,
    /// The time of asking.
    pub at: Time,
    /// The time of asking is past: who is away and who has how much to do is known of today only, and hinders nobody.
    pub past: bool,
}

/// Everybody who might be suggested for a pull request: humans who haven't opted out, the author and those who
/// committed to it left out. Where the members are known only they are free of hindrance; otherwise whoever was active
/// in the year before counts as one.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn candidates(
    conn: &mut PgConnection,
    id: InstallationId,
    vacancy: Vacancy,
    settings: &Settings,
) -> Result<Vec<MaybeCandidate>, StoreError> {
    let rows = sqlx::query!(
        r#"with known as (
            select members_known_at is not null
                   and (not $8 or exists (select 1 from membership m where m.installation_id = $1 and m.valid_from <= $5)) as yes
            from installation where id = $1),
        active as (
            select s.id, s.login, s.capacity, o.daily_cap, o.mentoring_budget,
                   case when 'goals' = any(q.shares) then q.learn else '{}' end as learn,
                   case when 'goals' = any(q.shares) then q.teach else '{}' end as teach,
                   coalesce(s.away_until > $5, false)
                   or exists (select 1 from absence a where a.installation_id = $1 and a.person_id = s.id
                              and ($5::timestamptz at time zone 'UTC')::date between a.first_day and a.last_day) as away,
                   greatest(
                       (select max(p.created_at) from pull p where p.installation_id = $1 and p.author_id = s.id and p.created_at < $5),
                       (select max(v.submitted_at) from review v where v.installation_id = $1 and v.reviewer_id = s.id and v.submitted_at < $5)
                   ) as last_active,
                   least(
                       (select min(p.created_at) from pull p where p.installation_id = $1 and p.author_id = s.id and p.created_at < $5),
                       (select min(v.submitted_at) from review v where v.installation_id = $1 and v.reviewer_id = s.id and v.submitted_at < $5)
                   ) as first_active,
                   (select min(m.valid_from) from membership m where m.installation_id = $1 and m.person_id = s.id
                    and m.valid_from <= $5) as member_since,
                   exists (select 1 from membership m where m.installation_id = $1 and m.person_id = s.id
                           and m.valid_from <= $5 and (m.valid_until is null or m.valid_until > $5)) as member,
                   w.open_reviews, w.open_elsewhere,
                   (select count(distinct (g.repo_id, g.number)) from suggested g
                    where g.installation_id = $1 and g.person_id = s.id and g.at > $5 - interval '1 day' and g.at <= $5
                      and (g.repo_id, g.number) <> ($2, $3)) as suggested_today,
                   (select count(*) from suggested g
                    where g.installation_id = $1 and g.person_id = s.id and g.slot = 'learner'
                      and g.at > $5 - interval '7 days' and g.at <= $5
                      and (g.repo_id, g.number) <> ($2, $3)) as learner_this_week,
                   (select max(g.at) from suggested g
                    where g.installation_id = $1 and g.person_id = s.id and g.slot = 'learner' and g.at <= $5
                      and (g.repo_id, g.number) <> ($2, $3)) as last_learner
            from standing_person s
            join person q on q.installation_id = $1 and q.id = s.id and q.gone_at is null
            cross join lateral (
                select count(*) filter (where not $8) as open_reviews,
                       count(*) filter (where not $8 and r.private and r.id <> $2) as open_elsewhere
                from pull_asked a
                join pull p on p.installation_id = a.installation_id and p.repo_id = a.repo_id and p.number = a.number
                join repo r on r.installation_id = a.installation_id and r.id = a.repo_id
                where a.installation_id = $1 and a.kind = 'person' and a.asked_id = s.id and a.asked and p.open
                  and a.changed_at < $5 and (a.repo_id, a.number) <> ($2, $3)) w
            left join own_limit o on o.installation_id = $1 and o.person_id = s.id
            where s.installation_id = $1 and s.id is distinct from $4
              and not exists (select 1 from pull_committer c where c.installation_id = $1 and c.repo_id = $2
                              and c.number = $3 and c.person_id = s.id))
        select id as "id!", login as "login!", capacity, daily_cap as "daily_cap?", mentoring_budget as "mentoring_budget?", learn as "learn!", teach as "teach!", last_active,
               first_active, member_since,
               open_reviews as "open_reviews!", open_elsewhere as "open_elsewhere!", suggested_today as "suggested_today!",
               learner_this_week as "learner_this_week!", last_learner,
               case when known.yes and not member then 'not_member'
                    when not known.yes and coalesce(last_active < $5 - interval '365 days', true) then 'not_member'
                    when away and not $8 then 'away'
                    when open_reviews >= coalesce(capacity, $6) then 'at_capacity'
                    when suggested_today >= least($7, case when not $8 then daily_cap end) then 'daily_cap'
               end as hindrance
        from active, known order by id"#,
        id.0,
        vacancy.key.repo.0,
        vacancy.key.number,
        vacancy.author.map(|author| author.0),
        vacancy.at,
        i32::try_from(settings.capacity).unwrap_or(i32::MAX),
        i32::try_from(settings.daily_cap).unwrap_or(i32::MAX),
        vacancy.past
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(MaybeCandidate {
                id: PersonId(row.id),
                login: row.login,
                hindrance: hindrance(row.hindrance.as_deref())?,
                open_reviews: row.open_reviews,
                open_elsewhere: row.open_elsewhere,
                capacity: row.capacity,
                daily_cap: row.daily_cap.filter(|_| !vacancy.past),
                mentoring_budget: row.mentoring_budget.filter(|_| !vacancy.past),
                suggested_today: row.suggested_today,
                learner_this_week: row.learner_this_week,
                last_learner: row.last_learner,
                learn: row.learn,
                teach: row.teach,
                last_active: row.last_active,
                first_active: row.first_active,
                member_since: row.member_since,
            })
        })
        .collect()
}

fn hindrance(word: Option<&str>) -> Result<Option<Hindrance>, StoreError> {
    match word {
        None => Ok(None),
        Some("not_member") => Ok(Some(Hindrance::NotMember)),
        Some("away") => Ok(Some(Hindrance::Away)),
        Some("at_capacity") => Ok(Some(Hindrance::AtCapacity)),
        Some("daily_cap") => Ok(Some(Hindrance::DailyCap)),
        Some(_) => Err(StoreError::Unreadable { what: "hindrance" }),
    }
}

/// Who may appear and is no member at `at`, where the members are known; otherwise nobody.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn who_left(conn: &mut PgConnection, id: InstallationId, at: Time) -> Result<HashSet<PersonId>, StoreError> {
    let left = sqlx::query_scalar!(
        r#"select s.id as "person!: PersonId" from standing_person s
           join installation i on i.id = s.installation_id and i.members_known_at is not null
           where s.installation_id = $1
             and not exists (select 1 from membership m where m.installation_id = s.installation_id and m.person_id = s.id
                             and m.valid_from <= $2 and (m.valid_until is null or m.valid_until > $2))"#,
        id.0,
        at
    )
    .fetch_all(conn)
    .await?;
    Ok(left.into_iter().collect())
}

/// How much somebody worked in one language lately.
#[derive(Clone, PartialEq, Debug)]
pub struct LanguageUse {
    /// Who.
    pub person: PersonId,
    /// Linguist's name.
    pub language: String,
    /// Changes written or reviewed in the year before, each counting `2^(-age/180 days)`.
    pub weight: f64,
    /// Some of them were in a repository that the reader may read.
    pub told: bool,
}

/// How much people wrote or reviewed in some languages (Linguist's names) in the year before `at`, and whether the reader may
/// know of it.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn languages(
    conn: &mut PgConnection,
    reader: &Reader,
    languages: &[String],
    at: Time,
) -> Result<Vec<LanguageUse>, StoreError> {
    if languages.is_empty() {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_as!(
        LanguageUse,
        r#"with touched as (
            select p.author_id as person_id, p.repo_id, p.number, p.created_at from pull p
            where p.installation_id = $1 and p.created_at < $2 and p.created_at > $2 - interval '365 days' and not p.ignored
            union
            select v.reviewer_id, v.repo_id, v.number, p.created_at from review v
            join pull p on p.installation_id = v.installation_id and p.repo_id = v.repo_id and p.number = v.number
            where v.installation_id = $1 and v.submitted_at < $2 and v.submitted_at > $2 - interval '365 days' and not p.ignored)
           select t.person_id as "person!: PersonId", f.language as "language!",
                  sum(power(2, -extract(epoch from $2 - t.created_at)::float8 / 86400 / 180)) as "weight!",
                  bool_or(not r.private or $4 or r.id = any($5)) as "told!"
           from touched t
           join standing_person s on s.installation_id = $1 and s.id = t.person_id
           join repo r on r.installation_id = $1 and r.id = t.repo_id and r.removed_at is null
           cross join lateral (select distinct p.language from pull_file p
                               where p.installation_id = $1 and p.repo_id = t.repo_id and p.number = t.number
                                 and p.language = any($3) and not p.mechanical) f
           group by 1, 2 order by 1, 2"#,
        reader.installation().0,
        at,
        languages,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?)
}

/// What lessons under some folders of a repository were about, as (area slug, lessons).
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn areas_under(
    conn: &mut PgConnection,
    id: InstallationId,
    (repo, folders): (RepoId, &[String]),
    before: Time,
) -> Result<Vec<(String, f64)>, StoreError> {
    let rows = sqlx::query!(
        r#"select l.area as "area!", sum(l.p) as "weight!"
           from shown_lesson l
           where l.installation_id = $1 and l.repo_id = $2 and l.at < $4
             -- From the folder's name up to that with the last letter of all behind it.
             and (l.place, l.comment_id) in (
                 select c.place, c.id from unnest($3::text[]) as f (folder)
                 join comment c on c.installation_id = $1 and c.repo_id = $2 and c.path collate "C" >= f.folder
                   and c.path collate "C" < f.folder || chr(1114111))
           group by 1 order by 2 desc, 1"#,
        id.0,
        repo.0,
        folders,
        before
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.area, row.weight)).collect())
}
