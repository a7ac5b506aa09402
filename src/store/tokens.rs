//! Personal access tokens: whose, what for and until when. Each owns a session (`store::sessions`), which says what it is worth.
use serde::Serialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::store::StoreError;
use crate::store::sessions;

/// A token as its owner sees it: never the token itself, nor its digest.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Listed {
    /// Our number.
    #[serde(skip)]
    pub id: i64,
    /// The owner's words for it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// When it was made.
    pub made_at: Time,
    /// The hour in which it was used last; none: never.
    pub used_at: Option<Time>,
    /// When it ends.
    pub expires_at: Time,
}

/// Somebody's tokens that haven't ended at `at`, the latest made first.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_person(
    conn: &mut PgConnection,
    (id, person): (InstallationId, PersonId),
    at: Time,
) -> Result<Vec<Listed>, StoreError> {
    Ok(sqlx::query_as!(
        Listed,
        r#"select t.id, t.name, t.scopes, t.made_at, t.used_at, s.expires_at as "expires_at!"
           from access_token t
           join session s on s.id = t.session_id
           join session_place l on l.installation_id = t.installation_id and l.session_id = t.session_id
           where t.installation_id = $1 and t.person_id = $2 and s.expires_at > $3 order by t.made_at desc, t.id desc"#,
        id.0,
        person.0,
        at
    )
    .fetch_all(conn)
    .await?)
}

/// A token to be made.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Where it is good.
    pub installation: InstallationId,
    /// Whose.
    pub person: PersonId,
    /// Their login.
    pub login: &'a str,
    /// The session of theirs that makes it, whose place and private repositories it gets; none: in the demo.
    pub session: Option<i64>,
    /// Their words for it.
    pub name: &'a str,
    /// What it may be used for.
    pub scopes: &'a [String],
    /// When.
    pub at: Time,
    /// When it ends.
    pub expires_at: Time,
}

/// What became of a token that was to be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Made {
    /// It is kept.
    Kept,
    /// Its person has as many as they can have.
    TooMany,
    /// The session that makes it lost its place meanwhile.
    SignedOut,
}

/// Keeps a new token's digest, unless its person has `most` already or the session lost its place meanwhile.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn make(conn: &mut PgConnection, token: &str, new: New<'_>, most: i64) -> Result<Made, StoreError> {
    let whose = (new.installation.0, new.person.0);
    // Two forms at the same time don't make one too many, and none outlives "sign out everywhere".
    sessions::hold_account(conn, new.person).await?;
    let there = of_person(conn, (new.installation, new.person), new.at).await?.len();
    if i64::try_from(there).is_ok_and(|there| there >= most) {
        return Ok(Made::TooMany);
    }
    let session = sqlx::query_scalar!(
        "insert into session (digest, user_id, login, installation_id, begun_at, renewed_at, used_at, expires_at)
         select $1, $2, $3, $4, $5, $5, $5, $6
         where $7::bigint is null or exists (select 1 from session_place where installation_id = $4 and session_id = $7)
         returning id",
        sessions::digest(token),
        whose.1,
        new.login,
        whose.0,
        new.at,
        new.expires_at,
        new.session
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(session) = session else {
        return Ok(Made::SignedOut);
    };
    take_place(conn, session, new).await?;
    sqlx::query!(
        "insert into access_token (installation_id, person_id, session_id, name, scopes, made_at) values ($1, $2, $3, $4, $5, $6)",
        whose.0,
        whose.1,
        session,
        new.name,
        new.scopes,
        new.at
    )
    .execute(conn)
    .await?;
    Ok(Made::Kept)
}

/// What the code host said of the session that makes a token holds for the token, as old as it is.
async fn take_place(conn: &mut PgConnection, session: i64, new: New<'_>) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into session_place (installation_id, session_id, owner, checked_at)
         select $1, $2, coalesce(l.owner, false), coalesce(l.checked_at, $4)
         from (values (1)) one (number) left join session_place l on l.installation_id = $1 and l.session_id = $3",
        new.installation.0,
        session,
        new.session,
        new.at
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into session_repo (installation_id, session_id, repo_id, checked_at)
         select installation_id, $2, repo_id, checked_at from session_repo where installation_id = $1 and session_id = $3",
        new.installation.0,
        session,
        new.session
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A token that was brought.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Brought {
    /// Our number.
    pub id: i64,
    /// Where it is good.
    pub installation: InstallationId,
    /// Its owner's login, as last seen.
    pub login: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// The hour in which it was used last.
    pub used_at: Option<Time>,
}

/// The token with this text, where it hasn't ended at `at`. What it is worth, its session says.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn find(conn: &mut PgConnection, token: &str, at: Time) -> Result<Option<Brought>, StoreError> {
    Ok(sqlx::query_as!(
        Brought,
        r#"select t.id, t.installation_id as "installation: InstallationId", coalesce(p.login, s.login) as "login!", t.scopes, t.used_at
           from session s
           join access_token t on t.session_id = s.id
           left join person p on p.installation_id = t.installation_id and p.id = t.person_id
           where s.digest = $1 and s.expires_at > $2"#,
        sessions::digest(token),
        at
    )
    .fetch_optional(conn)
    .await?)
}

/// Notes that a token was used in this hour.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn used(conn: &mut PgConnection, (id, token): (InstallationId, i64), hour: Time) -> Result<(), StoreError> {
    sqlx::query!(
        "update access_token set used_at = $3 where installation_id = $1 and id = $2",
        id.0,
        token,
        hour
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends one of somebody's tokens. False: they have none of that number.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn revoke(
    conn: &mut PgConnection,
    (id, person): (InstallationId, PersonId),
    token: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "delete from session s using access_token t
         where t.installation_id = $1 and t.person_id = $2 and t.id = $3 and s.id = t.session_id",
        id.0,
        person.0,
        token
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends all of somebody's tokens there.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn forget(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from session s using access_token t
         where t.installation_id = $1 and t.person_id = $2 and s.id = t.session_id",
        id.0,
        person.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets tokens that ended, and those whose person has no place there any more; gives how many.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn expire(conn: &mut PgConnection, at: Time) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from session s where s.expires_at is not null
           and (s.expires_at <= $1 or not exists (select 1 from session_place l where l.session_id = s.id))",
        at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
