//! The App that was created for this instance, with its secrets sealed, and what lets somebody create it.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::store::StoreError;

/// A registration as it lies in the database: three of its fields are sealed, and nothing here opens them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sealed {
    /// The host's address in a browser.
    pub host: String,
    /// The App's number.
    pub app_id: i64,
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its page at the host.
    pub html_url: String,
    /// What it signs people in as.
    pub client_id: String,
    /// Its private key, sealed.
    pub private_key: Vec<u8>,
    /// Its webhooks' secret, sealed.
    pub webhook_secret: Vec<u8>,
    /// Its client secret, sealed.
    pub client_secret: Vec<u8>,
    /// When it was created.
    pub created_at: Time,
}

/// The registration at a host.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_host(conn: &mut PgConnection, host: &str) -> Result<Option<Sealed>, StoreError> {
    Ok(sqlx::query_as!(
        Sealed,
        "select host, app_id, slug, name, html_url, client_id, private_key, webhook_secret, client_secret, created_at
         from app_registration where host = $1",
        host
    )
    .fetch_optional(conn)
    .await?)
}

/// Keeps a registration; false where there is one at its host already, which stays.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn add(conn: &mut PgConnection, new: &Sealed) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "insert into app_registration
             (host, app_id, slug, name, html_url, client_id, private_key, webhook_secret, client_secret, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (host) do nothing",
        new.host,
        new.app_id,
        new.slug,
        new.name,
        new.html_url,
        new.client_id,
        new.private_key,
        new.webhook_secret,
        new.client_secret,
        new.created_at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Puts the secrets of the same App in place, sealed by another key.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn reseal(conn: &mut PgConnection, sealed: &Sealed) -> Result<(), StoreError> {
    sqlx::query!(
        "update app_registration set private_key = $3, webhook_secret = $4, client_secret = $5
         where host = $1 and app_id = $2",
        sealed.host,
        sealed.app_id,
        sealed.private_key,
        sealed.webhook_secret,
        sealed.client_secret
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets the registration at a host; false where there is none.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn forget(conn: &mut PgConnection, host: &str) -> Result<bool, StoreError> {
    let done = sqlx::query!("delete from app_registration where host = $1", host)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// What a token lets somebody do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Begin the set-up: printed in the terminal.
    Key,
    /// Come back from GitHub, once.
    State,
    /// Go on after the App was created.
    Pass,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::State => "state",
            Self::Pass => "pass",
        }
    }
}

/// Keeps a token's digest and lets go of those of the same purpose that were made before `oldest`.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn add_token(
    conn: &mut PgConnection,
    (purpose, digest): (Purpose, &[u8]),
    at: Time,
    oldest: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from setup_token where purpose = $1 and made_at < $2",
        purpose.as_str(),
        oldest
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into setup_token (digest, purpose, made_at) values ($1, $2, $3)",
        digest,
        purpose.as_str(),
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The digests of unused tokens that were made since `oldest`.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn tokens(conn: &mut PgConnection, purpose: Purpose, oldest: Time) -> Result<Vec<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar!(
        "select digest from setup_token where purpose = $1 and used_at is null and made_at >= $2",
        purpose.as_str(),
        oldest
    )
    .fetch_all(conn)
    .await?)
}

/// Uses a token that was made since `oldest`; false where there is none, or somebody used it.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn use_token(
    conn: &mut PgConnection,
    (purpose, digest): (Purpose, &[u8]),
    at: Time,
    oldest: Time,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update setup_token set used_at = $3 where digest = $1 and purpose = $2 and used_at is null and made_at >= $4",
        digest,
        purpose.as_str(),
        at,
        oldest
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Makes a used token good again: what it was used for came to nothing.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn give_token_back(conn: &mut PgConnection, digest: &[u8]) -> Result<(), StoreError> {
    sqlx::query!("update setup_token set used_at = null where digest = $1", digest)
        .execute(conn)
        .await?;
    Ok(())
}

/// Lets go of every token of a purpose.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn forget_tokens_for(conn: &mut PgConnection, purpose: Purpose) -> Result<(), StoreError> {
    sqlx::query!("delete from setup_token where purpose = $1", purpose.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

/// Lets go of every token.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn forget_tokens(conn: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query!("delete from setup_token").execute(conn).await?;
    Ok(())
}
