//! Reviews as a network: who took part, and when it ended.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::pull::Ended;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// The pull requests that were closed from `since` to `until` and opened a year before that at most, of what the reader may read; in order of
/// their end.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn ended(
    conn: &mut PgConnection,
    reader: &Reader,
    (since, until): (Time, Time),
) -> Result<Vec<Ended>, StoreError> {
    let rows = sqlx::query!(
        r#"select p.closed_at as "end!",
                  array(select w.person_id from (
                            select p.author_id as person_id
                            union
                            select v.reviewer_id from review v
                            where v.installation_id = p.installation_id and v.repo_id = p.repo_id and v.number = p.number
                              and v.submitted_at <= p.closed_at
                            union
                            select c.author_id from comment c
                            where c.installation_id = p.installation_id and c.repo_id = p.repo_id and c.number = p.number
                              and c.created_at <= p.closed_at) as w
                        join standing_person s on s.installation_id = p.installation_id and s.id = w.person_id
                        order by 1) as "people!"
           from pull p
           join repo r on r.installation_id = p.installation_id and r.id = p.repo_id and r.removed_at is null
             and (not r.private or $4 or r.id = any($5))
           where p.installation_id = $1 and p.created_at >= $2::timestamptz - interval '365 days' and p.created_at < $3
             and p.closed_at >= $2 and p.closed_at < $3 and p.updated_at > 'epoch' and not p.ignored
           order by p.closed_at, p.repo_id, p.number"#,
        reader.installation().0,
        since,
        until,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?;
    let ended = rows.into_iter().map(|row| Ended {
        end: row.end,
        people: row.people.into_iter().map(PersonId).collect(),
    });
    Ok(ended.collect())
}
