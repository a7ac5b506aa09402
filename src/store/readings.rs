//! What a classifier read in comments.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::comment::Reading;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::store::StoreError;

/// What a classifier read in a comment.
#[derive(Clone, PartialEq, Debug)]
pub struct Read {
    /// Where the comment stands.
    pub place: CommentPlace,
    /// Its number.
    pub comment: CommentId,
    /// When the text that was read had been edited last.
    pub updated_at: Time,
    /// What was read in it.
    pub reading: Reading,
}

/// Stores what a classifier read in comments, but for those that were edited meanwhile: they are read anew.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_readings(conn: &mut PgConnection, id: InstallationId, read: &[Read]) -> Result<(), StoreError> {
    let places: Vec<&str> = read.iter().map(|one| one.place.as_str()).collect();
    let ids: Vec<i64> = read.iter().map(|one| one.comment.0).collect();
    let edits: Vec<Time> = read.iter().map(|one| one.updated_at).collect();
    let values: Vec<serde_json::Value> = read
        .iter()
        .map(|one| serde_json::to_value(&one.reading).map_err(|_| StoreError::Unreadable { what: "reading" }))
        .collect::<Result<_, _>>()?;
    let models: Vec<&str> = read.iter().map(|one| one.reading.model.as_str()).collect();
    // An edit lets the reading go that is there: so it has to come before this, or wait for it.
    let stored = sqlx::query!(
        "insert into reading (installation_id, place, comment_id, reading, model)
         select $1, r.place, r.id, r.reading, r.model
         from unnest($2::text[], $3::bigint[], $4::timestamptz[], $5::jsonb[], $6::text[]) as r (place, id, updated_at, reading, model)
         join comment c on c.installation_id = $1 and c.place = r.place and c.id = r.id and c.updated_at = r.updated_at
         order by r.place, r.id
         for share of c
         on conflict (installation_id, place, comment_id) do update
         set reading = excluded.reading, model = excluded.model",
        id.0,
        &places as &[&str],
        &ids,
        &edits,
        &values,
        &models as &[&str]
    )
    .execute(conn)
    .await?
    .rows_affected();
    if stored < u64::try_from(read.len()).unwrap_or(u64::MAX) {
        tracing::info!(read = read.len(), stored, "texts were edited while they were read");
    }
    Ok(())
}

/// How many comments whose text is still kept were read by another model than this. Looks at every reading: for a person who waits, not
/// for a page.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn by_others(conn: &mut PgConnection, model: &str) -> Result<u64, StoreError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from reading r
           join installation i on i.id = r.installation_id and i.removed_at is null
           join comment c on c.installation_id = r.installation_id and c.place = r.place and c.id = r.comment_id
           where r.model <> $1 and c.body is not null and c.deleted_at is null"#,
        model
    )
    .fetch_one(conn)
    .await?;
    Ok(u64::try_from(count).unwrap_or_default())
}
