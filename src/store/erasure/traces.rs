//! What a person left in asks, commands, checks, votes, visits and sessions.
use sqlx::PgConnection;

use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::store::StoreError;

/// Takes somebody out of whatever Peerlore asked, answered and showed. The numbers of those whom a check or an answer of ours
/// at the code host names stay until that is written anew.
pub(super) async fn forget_in_posts(
    conn: &mut PgConnection,
    id: InstallationId,
    (person, login): (PersonId, &str),
) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from review_ask where installation_id = $1 and person_id = $2",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from refused_pick where installation_id = $1 and person_id = $2",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update suggestion_check set title = '', summary = '' where installation_id = $1 and people @> array[$2::bigint]",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    // What is left of a command is that there was one, and our answer.
    sqlx::query!(
        r#"update command
           set state = 'done', said = '{"command": "why"}',
               author_id = case when author_id = $2 then 0 else author_id end,
               author_login = case when author_id = $2 then '' else author_login end
           where installation_id = $1
             and (author_id = $2 or position('"' || lower($3) || '"' in lower(said::text)) > 0)"#,
        id.0,
        person.0,
        login
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What they said of themselves and of suggestions, whose pages they looked at and who looked at theirs, and where they are
/// signed in.
pub(super) async fn forget_visits(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from declined where installation_id = $1 and person_id = $2",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from feedback where installation_id = $1 and voter_id = $2",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from may_be_asked where installation_id = $1 and person_id = $2",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from page_view where installation_id = $1 and (person_id = $2 or viewer_id = $2)",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from session_place l using session s
         where l.installation_id = $1 and s.id = l.session_id and s.user_id = $2",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    // Somebody may be signed in to another organisation, too.
    sqlx::query!(
        "delete from session s where user_id = $1
         and not exists (select 1 from session_place l where l.session_id = s.id)",
        person.0
    )
    .execute(conn)
    .await?;
    Ok(())
}
