//! How far an import has come.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::store::StoreError;

/// Records of this file that are stored already; 0 for a file never seen.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn records_done(conn: &mut PgConnection, digest: &str) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar!(
        "select records_done from import_progress where file_digest = $1",
        digest
    )
    .fetch_optional(conn)
    .await?
    .unwrap_or(0))
}

/// Notes that the first `records` of this file are stored; never goes back.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn note(conn: &mut PgConnection, digest: &str, records: i64, at: Time) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into import_progress (file_digest, records_done, updated_at) values ($1, $2, $3)
         on conflict (file_digest) do update
         set records_done = greatest(import_progress.records_done, excluded.records_done), updated_at = excluded.updated_at",
        digest,
        records,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}
