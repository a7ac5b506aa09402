//! Check runs that show suggestions, and whom they name.
use sqlx::PgConnection;

use crate::model::ids::CheckId;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::store::StoreError;

/// A check run of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// GitHub's number.
    pub check: CheckId,
    /// The commit it stands on.
    pub head: String,
    /// The line beside its name.
    pub title: String,
    /// Its text.
    pub summary: String,
    /// Everybody whom it names may still appear.
    pub presentable: bool,
}

/// The check runs that were posted for a pull request, on whichever head.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_pull(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<Vec<Shown>, StoreError> {
    Ok(sqlx::query_as!(
        Shown,
        r#"select c.check_id as "check: CheckId", c.head_sha as head, c.title, c.summary,
                  not exists (select 1 from unnest(c.people) as n (id)
                              where not exists (select 1 from standing_person s
                                                where s.installation_id = c.installation_id and s.id = n.id)) as "presentable!"
           from suggestion_check c where c.installation_id = $1 and c.repo_id = $2 and c.number = $3
           order by c.check_id"#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_all(conn)
    .await?)
}

/// Notes what a check run says and whom it names.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set(
    conn: &mut PgConnection,
    (id, key): (InstallationId, PullKey),
    (check, head): (CheckId, &str),
    (title, summary): (&str, &str),
    people: &[i64],
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into suggestion_check (installation_id, repo_id, number, head_sha, check_id, title, summary, people)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (installation_id, repo_id, number, head_sha) do update
         set check_id = excluded.check_id, title = excluded.title, summary = excluded.summary, people = excluded.people",
        id.0,
        key.repo.0,
        key.number,
        head,
        check.0,
        title,
        summary,
        people
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether a check run shows another pull request with the same head.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn is_of_another(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    check: CheckId,
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from suggestion_check where installation_id = $1 and check_id = $4
                          and (repo_id, number) <> ($2, $3)) as "other!""#,
        id.0,
        key.repo.0,
        key.number,
        check.0
    )
    .fetch_one(conn)
    .await?)
}
