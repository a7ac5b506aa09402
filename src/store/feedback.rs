//! Whether places of suggestions were of use, counted, and the key that the links for saying so are signed with.
use serde::Serialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// The key that links of a tenant are signed with; made at the first use.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn signing_key(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<u8>, StoreError> {
    // Two random UUIDs hold 244 random bits.
    sqlx::query!(
        "insert into signing_key (installation_id, purpose, key)
         values ($1, 'feedback', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))) on conflict do nothing",
        id.0
    )
    .execute(&mut *conn)
    .await?;
    Ok(sqlx::query_scalar!(
        "select key from signing_key where installation_id = $1 and purpose = 'feedback'",
        id.0
    )
    .fetch_one(conn)
    .await?)
}

/// Takes a person's vote on one place of a pull request's suggestion; a later one takes the place of an earlier one.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn vote(
    conn: &mut PgConnection,
    (id, key): (InstallationId, PullKey),
    voter: PersonId,
    (slot, verdict): (&str, &str),
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into feedback (installation_id, repo_id, number, slot, voter_id, verdict, at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (installation_id, repo_id, number, slot, voter_id) do update
         set verdict = excluded.verdict, at = excluded.at",
        id.0,
        key.repo.0,
        key.number,
        slot,
        voter.0,
        verdict,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Votes on a pull request's suggestion, both places together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Votes {
    /// "good".
    pub good: i64,
    /// "not useful".
    pub not_useful: i64,
}

/// The votes on a pull request's suggestion by people who may appear.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn votes(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<Votes, StoreError> {
    Ok(sqlx::query_as!(
        Votes,
        r#"select count(*) filter (where f.verdict = 'good') as "good!",
                  count(*) filter (where f.verdict = 'not_useful') as "not_useful!"
           from feedback f
           join standing_person s on s.installation_id = f.installation_id and s.id = f.voter_id
           where f.installation_id = $1 and f.repo_id = $2 and f.number = $3"#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_one(conn)
    .await?)
}

/// What a person said of a suggestion.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OwnVote {
    /// `owner/name#number`.
    pub pull: String,
    /// "expert" or "learner".
    pub slot: String,
    /// "good" or "`not_useful`".
    pub verdict: String,
    /// When.
    pub at: Time,
}

/// The votes of a person, as far as they may read the repositories; newest first. For that person only.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_person(conn: &mut PgConnection, reader: &Reader, person: PersonId) -> Result<Vec<OwnVote>, StoreError> {
    Ok(sqlx::query_as!(
        OwnVote,
        r#"select r.owner || '/' || r.name || '#' || f.number as "pull!", f.slot, f.verdict, f.at
           from feedback f
           join repo r on r.installation_id = f.installation_id and r.id = f.repo_id and r.removed_at is null
             and (not r.private or $3 or r.id = any($4))
           where f.installation_id = $1 and f.voter_id = $2 order by f.at desc, r.id, f.number, f.slot"#,
        reader.installation().0,
        person.0,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?)
}
