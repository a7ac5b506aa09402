//! Suggestions, where they are shown, and who had how many.
use serde::Serialize;
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::model::clock::Time;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::suggestion::ScorePart;
use crate::model::suggestion::Slot;
use crate::model::suggestion::Suggestion;
use crate::store::StoreError;
use crate::store::reader::Reader;
use crate::store::sharing::Section;

/// A stored suggestion with where it is shown.
#[derive(Clone, PartialEq, Debug)]
pub struct Stored {
    /// What is suggested.
    pub suggestion: Suggestion,
    /// When it was made.
    pub made_at: Time,
    /// For which head.
    pub head: String,
    /// Our comment on the pull request, where one was posted.
    pub comment: Option<CommentId>,
    /// What that comment says.
    pub body: Option<String>,
}

/// The latest suggestion of a pull request, as far as it may be told now: whoever opted out since is taken out of it, and so
/// is a reason that names a goal which is no longer shown or a team that is secret now.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_pull(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<Option<Stored>, StoreError> {
    let row = sqlx::query!(
        r#"select suggestion as "suggestion: Json<Suggestion>", made_at, head_sha, posted_comment_id, posted_body
           from suggestion where installation_id = $1 and repo_id = $2 and number = $3"#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let mut suggestion = row.suggestion.0;
    let hidden = hidden_names(&mut *conn, id).await?;
    for slot in [&mut suggestion.expert, &mut suggestion.learner] {
        match slot {
            Slot::Picked(pick) if !may_appear(&mut *conn, id, pick.person).await? => {
                *slot = Slot::Nobody {
                    why: "nobody any more".to_owned(),
                };
            }
            Slot::Picked(pick) => {
                let shows = shows_goals(&mut *conn, id, pick.person).await?;
                pick.keep(|reason| {
                    let names_hidden = reason.part == ScorePart::OtherTeam
                        && hidden
                            .iter()
                            .any(|name| letters(&reason.words).contains(&letters(name)));
                    (shows || !reason.part.is_a_goal()) && !names_hidden
                });
            }
            Slot::AlreadyAsked { who } => *who = may_be_read(&mut *conn, id, who).await?,
            Slot::Nobody { .. } => {}
        }
    }
    Ok(Some(Stored {
        suggestion: suggestion.told(),
        made_at: row.made_at,
        head: row.head_sha,
        comment: row.posted_comment_id.map(CommentId),
        body: row.posted_body,
    }))
}

/// What is left of a name however its signs were made quiet for a comment.
fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// The names of secret teams, which stand in no reason about teams any more.
async fn hidden_names(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar!(
        "select name from team where installation_id = $1 and secret and name <> ''",
        id.0
    )
    .fetch_all(conn)
    .await?)
}

async fn shows_goals(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from person where installation_id = $1 and id = $2 and $3 = any(shares)) as "shows!""#,
        id.0,
        person.0,
        Section::Goals.as_str()
    )
    .fetch_one(conn)
    .await?)
}

async fn may_appear(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from standing_person where installation_id = $1 and id = $2) as "may!""#,
        id.0,
        person.0
    )
    .fetch_one(conn)
    .await?)
}

/// Those of these names that somebody who may appear, or a team, has now. A name that nobody has any more is left out:
/// it can be the earlier login of somebody who opted out.
async fn may_be_read(conn: &mut PgConnection, id: InstallationId, names: &[String]) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select n.name as "name!" from unnest($2::text[]) with ordinality as n (name, nth)
           where not exists (select 1 from person p where p.installation_id = $1 and lower(p.login) = lower(n.name)
                             and p.opted_out_at is not null)
             and (exists (select 1 from standing_person s where s.installation_id = $1 and lower(s.login) = lower(n.name))
                  or exists (select 1 from team t where t.installation_id = $1 and t.name = n.name and not t.secret))
           order by n.nth"#,
        id.0,
        names
    )
    .fetch_all(conn)
    .await?)
}

/// Puts a suggestion in place of the pull request's earlier one, and counts it for the people in it.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    (suggestion, head): (&Suggestion, &str),
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into suggestion (installation_id, repo_id, number, made_at, head_sha, suggestion)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (installation_id, repo_id, number) do update
         set made_at = excluded.made_at, head_sha = excluded.head_sha, suggestion = excluded.suggestion",
        id.0,
        key.repo.0,
        key.number,
        at,
        head,
        Json(suggestion) as _
    )
    .execute(&mut *conn)
    .await?;
    for (slot, word) in [(&suggestion.expert, "expert"), (&suggestion.learner, "learner")] {
        let person = match slot {
            Slot::Picked(pick) => Some(pick.person.0),
            Slot::AlreadyAsked { .. } | Slot::Nobody { .. } => None,
        };
        sqlx::query!(
            "delete from suggested where installation_id = $1 and repo_id = $2 and number = $3 and slot = $4
             and person_id is distinct from $5",
            id.0,
            key.repo.0,
            key.number,
            word,
            person
        )
        .execute(&mut *conn)
        .await?;
        if let Some(person) = person {
            sqlx::query!(
                "insert into suggested (installation_id, repo_id, number, slot, person_id, at)
                 values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
                id.0,
                key.repo.0,
                key.number,
                word,
                person,
                at
            )
            .execute(&mut *conn)
            .await?;
        }
    }
    Ok(())
}

/// Notes which comment shows the suggestion, and what it says.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn posted(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    (comment, body): (CommentId, &str),
) -> Result<(), StoreError> {
    sqlx::query!(
        "update suggestion set posted_comment_id = $4, posted_body = $5
         where installation_id = $1 and repo_id = $2 and number = $3",
        id.0,
        key.repo.0,
        key.number,
        comment.0,
        body
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Waits until nobody else shows suggestions on this pull request; held until the transaction ends.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn hold_pull(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<(), StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('publish:' || $1::bigint || ':' || $2::bigint || ':' || $3::int, 0))",
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}

/// Waits until nobody else of this tenant counts and stores suggestions; held until the transaction, or the savepoint in
/// it, ends. Never held while anybody but the database is asked.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn hold_limits(conn: &mut PgConnection, id: InstallationId) -> Result<(), StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('limits:' || $1::bigint, 0))",
        id.0
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}

/// How often somebody was suggested lately.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Share {
    /// Who.
    pub person: PersonId,
    /// Pull requests of the last day, in either place.
    pub today: i64,
    /// Pull requests of the last seven days, as a learner.
    pub learner_this_week: i64,
}

/// How often these people were suggested lately on other pull requests than this one.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn shares(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    people: &[PersonId],
    now: Time,
) -> Result<Vec<Share>, StoreError> {
    let people: Vec<i64> = people.iter().map(|person| person.0).collect();
    Ok(sqlx::query_as!(
        Share,
        r#"select g.person_id as "person: PersonId",
                  count(distinct (g.repo_id, g.number)) filter (where g.at > $5::timestamptz - interval '1 day') as "today!",
                  count(*) filter (where g.slot = 'learner') as "learner_this_week!"
           from suggested g
           where g.installation_id = $1 and g.person_id = any($4) and g.at > $5::timestamptz - interval '7 days'
             and (g.repo_id, g.number) <> ($2, $3)
           group by 1"#,
        id.0,
        key.repo.0,
        key.number,
        &people,
        now
    )
    .fetch_all(conn)
    .await?)
}

/// Whom the pull request's suggestion named as a learner last.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn last_learner(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
) -> Result<Option<PersonId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select person_id as "person: PersonId" from suggested
           where installation_id = $1 and repo_id = $2 and number = $3 and slot = 'learner'"#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_optional(conn)
    .await?)
}

/// Pull requests on which a comment or check run of ours may name this person, open or not: as suggested, or as asked
/// already. Who was asked is looked up by number too, since the comment holds the login of that time.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn posted_naming(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
) -> Result<Vec<PullKey>, StoreError> {
    Ok(sqlx::query_as!(
        PullKey,
        r#"select g.repo_id as "repo!: RepoId", g.number as "number!" from suggestion g
           where g.installation_id = $1 and g.posted_comment_id is not null
             and (exists (select 1 from suggested n where n.installation_id = g.installation_id
                          and n.repo_id = g.repo_id and n.number = g.number and n.person_id = $2)
                  or exists (select 1 from pull_asked a where a.installation_id = g.installation_id
                             and a.repo_id = g.repo_id and a.number = g.number and a.kind = 'person' and a.asked_id = $2)
                  or exists (select 1 from review_ask k where k.installation_id = g.installation_id
                             and k.repo_id = g.repo_id and k.number = g.number and k.person_id = $2)
                  or exists (select 1 from review v where v.installation_id = g.installation_id
                             and v.repo_id = g.repo_id and v.number = g.number and v.reviewer_id = $2)
                  or exists (select 1 from person p where p.installation_id = g.installation_id and p.id = $2
                             and position('`' || lower(p.login) || '`' in lower(g.posted_body)) > 0))
           union
           select repo_id, number from suggestion_check where installation_id = $1 and people @> array[$2::bigint]
           union
           select repo_id, number from command
           where installation_id = $1 and reply_names @> array[$2::bigint] and reply_id is not null
           order by 1, 2"#,
        id.0,
        person.0
    )
    .fetch_all(conn)
    .await?)
}

/// Pull requests on which a comment of ours holds these words.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn posted_with(conn: &mut PgConnection, id: InstallationId, words: &str) -> Result<Vec<PullKey>, StoreError> {
    Ok(sqlx::query_as!(
        PullKey,
        r#"select repo_id as "repo: RepoId", number from suggestion
           where installation_id = $1 and posted_comment_id is not null and position($2 in posted_body) > 0
           order by 1, 2"#,
        id.0,
        words
    )
    .fetch_all(conn)
    .await?)
}

/// Open pull requests of a repository whose suggestion was made while its past was being read.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn made_by_half(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: RepoId,
) -> Result<Vec<PullKey>, StoreError> {
    Ok(sqlx::query_as!(
        PullKey,
        r#"select g.repo_id as "repo: RepoId", g.number from suggestion g
           join pull p on p.installation_id = g.installation_id and p.repo_id = g.repo_id and p.number = g.number
           join backfill b on b.installation_id = g.installation_id and b.repo_id = g.repo_id
           where g.installation_id = $1 and g.repo_id = $2 and p.open and g.made_at > b.started_at order by 1, 2"#,
        id.0,
        repo.0
    )
    .fetch_all(conn)
    .await?)
}

/// Open pull requests on which this person is suggested.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn open_with(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
) -> Result<Vec<PullKey>, StoreError> {
    Ok(sqlx::query_as!(
        PullKey,
        r#"select distinct g.repo_id as "repo: RepoId", g.number from suggested g
           join pull p on p.installation_id = g.installation_id and p.repo_id = g.repo_id and p.number = g.number
           where g.installation_id = $1 and g.person_id = $2 and p.open order by 1, 2"#,
        id.0,
        person.0
    )
    .fetch_all(conn)
    .await?)
}

/// A pull request whose suggestion names somebody.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Naming {
    /// `owner/name#number`.
    pub pull: String,
    /// "expert" or "learner".
    pub slot: String,
    /// Since when.
    pub at: Time,
}

/// The suggestions that name a person, as far as they may read the repositories; newest first. For that person only.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn naming(conn: &mut PgConnection, reader: &Reader, person: PersonId) -> Result<Vec<Naming>, StoreError> {
    Ok(sqlx::query_as!(
        Naming,
        r#"select r.owner || '/' || r.name || '#' || g.number as "pull!", g.slot, g.at
           from suggested g
           join repo r on r.installation_id = g.installation_id and r.id = g.repo_id and r.removed_at is null
             and (not r.private or $3 or r.id = any($4))
           where g.installation_id = $1 and g.person_id = $2 order by g.at desc, r.id, g.number, g.slot"#,
        reader.installation().0,
        person.0,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?)
}

/// Notes that our comment on a pull request could not be edited, since the App was away or had lost the repository.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn redact_later(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<(), StoreError> {
    sqlx::query!(
        "update suggestion set redact_waits = true
         where installation_id = $1 and repo_id = $2 and number = $3 and posted_comment_id is not null",
        id.0,
        key.repo.0,
        key.number
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The pull requests whose comment of ours waits to be edited, and which can be reached again; they wait no more.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn waiting_to_redact(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<PullKey>, StoreError> {
    Ok(sqlx::query_as!(
        PullKey,
        r#"update suggestion g set redact_waits = false
           from repo r join installation i on i.id = r.installation_id
           where g.installation_id = $1 and g.redact_waits and r.installation_id = g.installation_id and r.id = g.repo_id
             and r.removed_at is null and i.suspended_at is null and i.removed_at is null
           returning g.repo_id as "repo: RepoId", g.number"#,
        id.0
    )
    .fetch_all(conn)
    .await?)
}
