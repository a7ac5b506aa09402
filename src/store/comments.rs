//! Comments with what is known around them: threads, reactions, what pushes did.
use std::collections::HashMap;

use sqlx::PgConnection;
use sqlx::types::Json;

use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::comment::HunkSigns;
use crate::model::comment::Reading;
use crate::model::event::CommentSeen;
use crate::model::evidence::Nearness;
use crate::model::evidence::Standing;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::store::StoreError;

/// Stores a comment with what its hunk showed, unless a newer text of it is known. A text that changed loses its
/// classification, and what people said of it; what the hunk showed stays, whichever event told it.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    (comment, signs): (&CommentSeen, Option<&HunkSigns>),
) -> Result<(), StoreError> {
    let signs = signs.map(serde_json::to_value).transpose();
    let signs = signs.map_err(|_| StoreError::Unreadable {
        what: "comment.hunk_signs",
    })?;
    // Held from here on, so that nobody corrects the label of the old text meanwhile.
    let before = sqlx::query_scalar!(
        "select body from comment where installation_id = $1 and place = $2 and id = $3 for update",
        id.0,
        comment.place.as_str(),
        comment.id.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let changed = sqlx::query_scalar!(
        r#"insert into comment (installation_id, place, id, repo_id, number, root_id, author_id, body, created_at,
                                updated_at, path, line, on_old_side, commit_sha, review_id, hunk_signs)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
           on conflict (installation_id, place, id) do update
           set root_id = excluded.root_id, author_id = excluded.author_id, body = excluded.body,
               created_at = excluded.created_at, updated_at = excluded.updated_at, path = excluded.path,
               line = coalesce(excluded.line, comment.line), on_old_side = excluded.on_old_side,
               commit_sha = coalesce(excluded.commit_sha, comment.commit_sha),
               review_id = coalesce(excluded.review_id, comment.review_id),
               hunk_signs = coalesce(excluded.hunk_signs, comment.hunk_signs)
           where comment.updated_at < excluded.updated_at
             and comment.deleted_at is null
           returning true as "changed!""#,
        id.0,
        comment.place.as_str(),
        comment.id.0,
        key.repo.0,
        key.number,
        comment.in_reply_to.unwrap_or(comment.id).0,
        comment.author.as_ref().map(|author| author.id.0),
        comment.body,
        comment.created_at,
        comment.updated_at,
        comment.path,
        comment.line,
        comment.on_old_side,
        comment.commit,
        comment.review.map(|review| review.0),
        signs
    )
    .fetch_optional(&mut *conn)
    .await?;
    if changed.is_some() {
        forget_what_was_measured(conn, id, key, (comment.place, comment.id)).await?;
        if before.is_some_and(|before| before.as_ref() != Some(&comment.body)) {
            forget_corrections(conn, id, (comment.place, comment.id)).await?;
        }
    } else if let Some(signs) = signs {
        see_signs(conn, id, (comment.place, comment.id), &signs).await?;
    }
    Ok(())
}

/// Stores what a hunk showed where an event that carried none came first.
async fn see_signs(
    conn: &mut PgConnection,
    id: InstallationId,
    (place, comment): (CommentPlace, CommentId),
    signs: &serde_json::Value,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update comment set hunk_signs = $4
         where installation_id = $1 and place = $2 and id = $3 and hunk_signs is null and deleted_at is null
           and author_id is not null",
        id.0,
        place.as_str(),
        comment.0,
        signs
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What people said was of another text.
async fn forget_corrections(
    conn: &mut PgConnection,
    id: InstallationId,
    (place, comment): (CommentPlace, CommentId),
) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from correction where installation_id = $1 and place = $2 and comment_id = $3",
        id.0,
        place.as_str(),
        comment.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A text that is new is read anew, what a push did to it is measured anew, and the reactions of its pull request are
/// asked for again where they were.
async fn forget_what_was_measured(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    (place, comment): (CommentPlace, CommentId),
) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from reading where installation_id = $1 and place = $2 and comment_id = $3",
        id.0,
        place.as_str(),
        comment.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from follow_up where installation_id = $1 and place = $2 and comment_id = $3",
        id.0,
        place.as_str(),
        comment.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update pull set reactions_read_at = null
         where installation_id = $1 and repo_id = $2 and number = $3 and reactions_read_at is not null and $4 = 'diff'",
        id.0,
        key.repo.0,
        key.number,
        place.as_str()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks a comment as deleted, also one that was never seen: only its number stays, and a late event can't bring it back.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn delete(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    (place, comment): (CommentPlace, CommentId),
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into comment (installation_id, place, id, repo_id, number, root_id, created_at, updated_at, deleted_at)
         values ($1, $2, $3, $4, $5, $3, $6, $6, $6)
         on conflict (installation_id, place, id) do update
         set deleted_at = excluded.deleted_at, body = null, author_id = null, path = null, line = null,
             on_old_side = false, commit_sha = null, review_id = null, hunk_signs = null, root_id = excluded.root_id,
             created_at = excluded.created_at",
        id.0,
        place.as_str(),
        comment.0,
        key.repo.0,
        key.number,
        at
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from reaction where installation_id = $1 and place = $2 and comment_id = $3",
        id.0,
        place.as_str(),
        comment.0
    )
    .execute(&mut *conn)
    .await?;
    forget_corrections(conn, id, (place, comment)).await?;
    forget_what_was_measured(conn, id, key, (place, comment)).await
}

/// Stores that a thread was resolved or opened again; an older event never undoes a newer one.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see_resolution(
    conn: &mut PgConnection,
    id: InstallationId,
    (key, root): (PullKey, CommentId),
    (by, resolved): (Option<PersonId>, bool),
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into thread_resolution (installation_id, root_id, repo_id, number, resolved_by, resolved, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (installation_id, root_id) do update
         set resolved_by = excluded.resolved_by, resolved = excluded.resolved, changed_at = excluded.changed_at
         where thread_resolution.changed_at <= excluded.changed_at",
        id.0,
        root.0,
        key.repo.0,
        key.number,
        by.map(|person| person.0),
        resolved,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether each thread of a pull request is resolved, by its first comment; those of which nothing was told are absent.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn resolutions(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
) -> Result<HashMap<CommentId, bool>, StoreError> {
    let found = sqlx::query!(
        r#"select root_id as "root: CommentId", resolved from thread_resolution
           where installation_id = $1 and repo_id = $2 and number = $3"#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(|row| (row.root, row.resolved)).collect())
}

/// Stores the reactions to one comment, in place of earlier ones; none for a comment that was not heard of yet.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_reactions(
    conn: &mut PgConnection,
    id: InstallationId,
    (place, comment): (CommentPlace, CommentId),
    reactions: &[(PersonId, String)],
) -> Result<(), StoreError> {
    let people: Vec<i64> = reactions.iter().map(|(person, _)| person.0).collect();
    let contents: Vec<&str> = reactions.iter().map(|(_, content)| content.as_str()).collect();
    sqlx::query!(
        "delete from reaction where installation_id = $1 and place = $2 and comment_id = $3",
        id.0,
        place.as_str(),
        comment.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into reaction (installation_id, place, comment_id, person_id, content)
         select c.installation_id, c.place, c.id, r.person, r.content
         from unnest($4::bigint[], $5::text[]) as r (person, content)
         join comment c on c.installation_id = $1 and c.place = $2 and c.id = $3
         on conflict do nothing",
        id.0,
        place.as_str(),
        comment.0,
        &people,
        &contents as &[&str]
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A comment as it is stored, with what was measured around it.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredComment {
    /// GitHub's number.
    pub id: CommentId,
    /// Where it stands.
    pub place: CommentPlace,
    /// The first comment of its thread.
    pub root: CommentId,
    /// Who wrote it.
    pub author: Option<PersonId>,
    /// Whether its author can stand in a lesson.
    pub standing: Standing,
    /// The text; none: expired.
    pub body: Option<String>,
    /// When it was written.
    pub created_at: Time,
    /// When it was last edited.
    pub updated_at: Time,
    /// When others could read it: a comment of a review appears when the review is submitted.
    pub shown_at: Time,
    /// The file.
    pub path: Option<String>,
    /// The line in the commented version.
    pub line: Option<i32>,
    /// The line counts in the old file.
    pub on_old_side: bool,
    /// The commit that was commented.
    pub commit: Option<String>,
    /// What its hunk showed; none: no hunk was seen.
    pub hunk: Option<HunkSigns>,
    /// What a classifier read in it, by whichever model.
    pub reading: Option<Reading>,
    /// The commit of the push that was compared, where one was.
    pub followed_up: Option<String>,
    /// How near that push came.
    pub nearness: Option<Nearness>,
    /// That push applied its suggestion.
    pub applied: bool,
    /// Who gave it a thumbs-up, heart, hooray or rocket.
    pub thumbs_up_by: Vec<PersonId>,
    /// Who resolved its thread (told on the root), where it is resolved.
    pub resolved_by: Option<PersonId>,
}

/// The comments of a pull request that are not deleted, in the order in which they appeared.
///
/// # Errors
/// [`StoreError`] when the database can't tell, or a stored word is unknown.
pub async fn of_pull(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
) -> Result<Vec<StoredComment>, StoreError> {
    let rows = sqlx::query!(
        r#"select c.id, c.place, c.root_id, c.author_id, c.body, c.created_at, c.updated_at,
                  greatest(c.created_at, v.submitted_at) as "shown_at!", c.path, c.line, c.on_old_side, c.commit_sha,
                  c.hunk_signs as "hunk_signs?: Json<HunkSigns>",
                  coalesce(p.kind = 'human' and p.opted_out_at is null, false) as "counts!",
                  coalesce(p.opted_out_at is not null, false) as "opted_out!",
                  r.reading as "reading?: Json<Reading>",
                  f.after_sha as "followed_up?", f.nearness, coalesce(f.applied, false) as "applied!",
                  case when t.resolved then t.resolved_by end as resolved_by,
                  array(select x.person_id from reaction x
                        where x.installation_id = c.installation_id and x.place = c.place and x.comment_id = c.id
                          and x.content in ('+1', 'heart', 'hooray', 'rocket') order by x.person_id) as "thumbs!"
           from comment c
           left join person p on p.installation_id = c.installation_id and p.id = c.author_id
           left join reading r on r.installation_id = c.installation_id and r.place = c.place and r.comment_id = c.id
           left join follow_up f on f.installation_id = c.installation_id and f.place = c.place and f.comment_id = c.id
           left join review v on v.installation_id = c.installation_id and v.id = c.review_id
           left join thread_resolution t on t.installation_id = c.installation_id and t.root_id = c.root_id
                and c.place = 'diff'
           where c.installation_id = $1 and c.repo_id = $2 and c.number = $3 and c.deleted_at is null
           order by "shown_at!", c.created_at, c.id"#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let place =
                CommentPlace::from_stored(&row.place).ok_or(StoreError::Unreadable { what: "comment.place" })?;
            let nearness = row
                .nearness
                .map(|word| {
                    Nearness::from_stored(&word).ok_or(StoreError::Unreadable {
                        what: "follow_up.nearness",
                    })
                })
                .transpose()?;
            Ok(StoredComment {
                id: CommentId(row.id),
                place,
                root: CommentId(row.root_id),
                author: row.author_id.map(PersonId),
                standing: match (row.counts, row.opted_out) {
                    (true, _) => Standing::Counts,
                    (false, true) => Standing::OptedOut,
                    (false, false) => Standing::NotHuman,
                },
                body: row.body,
                created_at: row.created_at,
                updated_at: row.updated_at,
                shown_at: row.shown_at,
                path: row.path,
                line: row.line,
                on_old_side: row.on_old_side,
                commit: row.commit_sha,
                hunk: row.hunk_signs.map(|signs| signs.0),
                reading: row.reading.map(|reading| reading.0),
                followed_up: row.followed_up,
                nearness,
                applied: row.applied,
                thumbs_up_by: row.thumbs.into_iter().map(PersonId).collect(),
                resolved_by: row.resolved_by.map(PersonId),
            })
        })
        .collect()
}

/// Whether comments of a pull request are known, deleted ones too.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn were_written(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from comment where installation_id = $1 and repo_id = $2 and number = $3) as "were!""#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_one(conn)
    .await?)
}
