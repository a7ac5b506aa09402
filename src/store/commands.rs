//! Commands that were given in comments: each is done once.
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::model::clock::Time;
use crate::model::command::Command;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::store::StoreError;

/// How far a command went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Nothing was done yet.
    Waiting,
    /// What it changes here is changed; the code host may not know yet.
    Acted,
    /// All of it.
    Done,
}

/// A command that was given.
#[derive(Clone, PartialEq, Debug)]
pub struct Given {
    /// The pull request.
    pub key: PullKey,
    /// Who gave it.
    pub author: PersonId,
    /// Their login at that time.
    pub author_login: String,
    /// What they ask.
    pub command: Command,
    /// How far it went.
    pub state: State,
    /// It is one of more in an hour than anybody needs.
    pub too_many: bool,
}

/// Commands of one person on one pull request within an hour; more are not done.
const AN_HOUR: i64 = 10;

/// Notes a command; gives whether it is new.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn give(
    conn: &mut PgConnection,
    (id, key, comment): (InstallationId, PullKey, CommentId),
    (author, login): (PersonId, &str),
    command: &Command,
    at: Time,
) -> Result<bool, StoreError> {
    let added = sqlx::query!(
        "insert into command (installation_id, comment_id, repo_id, number, author_id, author_login, said, said_at, state)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting') on conflict do nothing",
        id.0,
        comment.0,
        key.repo.0,
        key.number,
        author.0,
        login,
        Json(command) as _,
        at
    )
    .execute(conn)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// A command by its comment; none of somebody who was erased.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn given(
    conn: &mut PgConnection,
    id: InstallationId,
    comment: CommentId,
) -> Result<Option<Given>, StoreError> {
    let row = sqlx::query!(
        r#"select c.repo_id, c.number, c.author_id as "author_id!", c.author_login, c.said as "said: Json<Command>", c.state,
                  (select count(*) from command o
                   where o.installation_id = c.installation_id and o.repo_id = c.repo_id and o.number = c.number
                     and o.author_id = c.author_id and o.said_at > c.said_at - interval '1 hour'
                     and (o.said_at, o.comment_id) < (c.said_at, c.comment_id)) as "before!"
           from command c where c.installation_id = $1 and c.comment_id = $2 and c.author_id is not null"#,
        id.0,
        comment.0
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let state = match row.state.as_str() {
        "waiting" => State::Waiting,
        "acted" => State::Acted,
        "done" => State::Done,
        _ => return Err(StoreError::Unreadable { what: "command state" }),
    };
    Ok(Some(Given {
        key: PullKey {
            repo: crate::model::ids::RepoId(row.repo_id),
            number: row.number,
        },
        author: PersonId(row.author_id),
        author_login: row.author_login,
        command: row.said.0,
        state,
        too_many: row.before >= AN_HOUR,
    }))
}

/// Notes that what a command changes here is changed; from then on it can only be finished.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn acted(conn: &mut PgConnection, id: InstallationId, comment: CommentId) -> Result<(), StoreError> {
    sqlx::query!(
        "update command set state = 'acted' where installation_id = $1 and comment_id = $2 and state = 'waiting'",
        id.0,
        comment.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that a command is finished, with the comment that answers it and whom that names.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn done(
    conn: &mut PgConnection,
    (id, comment): (InstallationId, CommentId),
    reply: Option<CommentId>,
    names: &[PersonId],
) -> Result<(), StoreError> {
    let names: Vec<i64> = names.iter().map(|person| person.0).collect();
    sqlx::query!(
        "update command set state = 'done', reply_id = $3, reply_names = $4
         where installation_id = $1 and comment_id = $2",
        id.0,
        comment.0,
        reply.map(|reply| reply.0),
        &names
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How many times the picks of a pull request were refused.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn rerolls(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "number!" from command
           where installation_id = $1 and repo_id = $2 and number = $3 and said ->> 'command' = 'reroll' and state <> 'waiting'"#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_one(conn)
    .await?)
}

/// Replies on a pull request that name somebody who may not appear any more.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn replies_to_redact(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
) -> Result<Vec<(CommentId, CommentId)>, StoreError> {
    let rows = sqlx::query!(
        r#"select c.comment_id as "comment: CommentId", c.reply_id as "reply!: CommentId" from command c
           where c.installation_id = $1 and c.repo_id = $2 and c.number = $3 and c.reply_id is not null
             and exists (select 1 from unnest(c.reply_names) as n (id)
                         where not exists (select 1 from standing_person s
                                           where s.installation_id = c.installation_id and s.id = n.id))
           order by c.comment_id"#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.comment, row.reply)).collect())
}

/// Notes that a reply names nobody any more.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn redacted(conn: &mut PgConnection, id: InstallationId, comment: CommentId) -> Result<(), StoreError> {
    sqlx::query!(
        "update command set reply_names = '{}' where installation_id = $1 and comment_id = $2",
        id.0,
        comment.0
    )
    .execute(conn)
    .await?;
    Ok(())
}
