//! When people were seen at work: they opened a pull request or submitted a review.
use std::collections::HashMap;

use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// When somebody was seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    /// First.
    pub first: Time,
    /// Last.
    pub last: Time,
}

/// When everybody who may appear was seen before `at`, in repositories that the reader may read; whoever wasn't is left out.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn seen(conn: &mut PgConnection, reader: &Reader, at: Time) -> Result<HashMap<PersonId, Seen>, StoreError> {
    let rows = sqlx::query!(
        r#"select s.id as "person!: PersonId", least(p.first, v.first) as first, greatest(p.last, v.last) as last
           from standing_person s
           cross join lateral (
               select min(p.created_at) as first, max(p.created_at) as last from pull p
               join repo r on r.installation_id = p.installation_id and r.id = p.repo_id and r.removed_at is null
                 and (not r.private or $3 or r.id = any($4))
               where p.installation_id = $1 and p.author_id = s.id and p.created_at < $2 and p.updated_at > 'epoch') p
           cross join lateral (
               select min(v.submitted_at) as first, max(v.submitted_at) as last from review v
               join repo r on r.installation_id = v.installation_id and r.id = v.repo_id and r.removed_at is null
                 and (not r.private or $3 or r.id = any($4))
               where v.installation_id = $1 and v.reviewer_id = s.id and v.submitted_at < $2) v
           where s.installation_id = $1"#,
        reader.installation().0,
        at,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?;
    let seen = rows.into_iter().filter_map(|row| {
        let (first, last) = row.first.zip(row.last)?;
        Some((row.person, Seen { first, last }))
    });
    Ok(seen.collect())
}
