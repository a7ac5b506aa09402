//! Whom Peerlore itself asked for a review, and who is not to be suggested on a pull request any more.
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::suggestion::Pick;
use crate::store::StoreError;

/// How far asking for a review went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AskState {
    /// It is being asked for; whether the code host heard of it isn't known.
    Asking,
    /// It was asked for.
    Asked,
    /// The code host declined it.
    Declined,
    /// Peerlore took it back.
    Withdrawn,
}

impl AskState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Asking => "asking",
            Self::Asked => "asked",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Those whom Peerlore asked on a pull request, with why, in the order of asking. Whoever opted out since, or isn't asked
/// any more without having reviewed, is left out.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn asked(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<Vec<Pick>, StoreError> {
    let rows = sqlx::query_scalar!(
        r#"select a.pick as "pick: Json<Pick>" from review_ask a
           join standing_person s on s.installation_id = a.installation_id and s.id = a.person_id
           where a.installation_id = $1 and a.repo_id = $2 and a.number = $3 and a.state = 'asked'
             and (not exists (select 1 from pull_asked p where p.installation_id = $1 and p.repo_id = $2 and p.number = $3
                              and p.kind = 'person' and p.asked_id = a.person_id and not p.asked and p.changed_at > a.at)
                  or exists (select 1 from review v where v.installation_id = $1 and v.repo_id = $2 and v.number = $3
                             and v.reviewer_id = a.person_id))
           order by a.at, a.person_id"#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|pick| pick.0).collect())
}

/// How a person stands to a pull request's review requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct Standing {
    /// They are asked now, by whomever.
    pub asked: bool,
    /// They were asked once and aren't any more.
    pub removed: bool,
    /// Peerlore asked them, or began to.
    pub by_us: bool,
    /// Peerlore began to ask them, and whether that was heard isn't known.
    pub unsure: bool,
}

/// How a person stands to a pull request's review requests.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn standing(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    person: PersonId,
) -> Result<Standing, StoreError> {
    Ok(sqlx::query_as!(
        Standing,
        r#"select exists (select 1 from pull_asked where installation_id = $1 and repo_id = $2 and number = $3
                          and kind = 'person' and asked_id = $4 and asked) as "asked!",
                  exists (select 1 from pull_asked where installation_id = $1 and repo_id = $2 and number = $3
                          and kind = 'person' and asked_id = $4 and not asked) as "removed!",
                  exists (select 1 from review_ask where installation_id = $1 and repo_id = $2 and number = $3
                          and person_id = $4) as "by_us!",
                  exists (select 1 from review_ask where installation_id = $1 and repo_id = $2 and number = $3
                          and person_id = $4 and state = 'asking') as "unsure!""#,
        id.0,
        key.repo.0,
        key.number,
        person.0
    )
    .fetch_one(conn)
    .await?)
}

/// Notes how far asking somebody went.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set(
    conn: &mut PgConnection,
    (id, key): (InstallationId, PullKey),
    (pick, state): (&Pick, AskState),
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into review_ask (installation_id, repo_id, number, person_id, pick, state, at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (installation_id, repo_id, number, person_id) do update
         set pick = excluded.pick, state = excluded.state, at = excluded.at",
        id.0,
        key.repo.0,
        key.number,
        pick.person.0,
        Json(pick) as _,
        state.as_str(),
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that Peerlore took back what it asked of somebody. Gives whether it had asked them.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn withdraw(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    person: PersonId,
) -> Result<bool, StoreError> {
    let changed = sqlx::query!(
        "update review_ask set state = 'withdrawn'
         where installation_id = $1 and repo_id = $2 and number = $3 and person_id = $4 and state in ('asking', 'asked')",
        id.0,
        key.repo.0,
        key.number,
        person.0
    )
    .execute(conn)
    .await?;
    Ok(changed.rows_affected() > 0)
}

/// Doesn't suggest these people on this pull request any more.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn refuse(
    conn: &mut PgConnection,
    (id, key): (InstallationId, PullKey),
    people: &[PersonId],
    at: Time,
) -> Result<(), StoreError> {
    let people: Vec<i64> = people.iter().map(|person| person.0).collect();
    sqlx::query!(
        "insert into refused_pick (installation_id, repo_id, number, person_id, at)
         select $1, $2, $3, person, $5 from unnest($4::bigint[]) as r (person) on conflict do nothing",
        id.0,
        key.repo.0,
        key.number,
        &people,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Who isn't suggested on this pull request any more.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn refused(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<Vec<PersonId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select person_id as "person: PersonId" from refused_pick
           where installation_id = $1 and repo_id = $2 and number = $3 order by 1"#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_all(conn)
    .await?)
}

/// Whether a person is asked by Peerlore, or may be.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn is_ours(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    person: PersonId,
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from review_ask where installation_id = $1 and repo_id = $2 and number = $3
                          and person_id = $4 and state in ('asking', 'asked')) as "ours!""#,
        id.0,
        key.repo.0,
        key.number,
        person.0
    )
    .fetch_one(conn)
    .await?)
}
