//! What an erased person asked for and was asked, what our posts say of them, and where they are signed in.
use sqlx::PgConnection;

use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::store::StoreError;

/// Forgets it all. What stands at the code host has to be known before: of answers and check runs the person's number
/// stays noted until they were edited there.
pub(super) async fn forget(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
    login: &str,
) -> Result<(), StoreError> {
    forget_commands(conn, id, person, login).await?;
    forget_asks(conn, id, person).await?;
    forget_looks(conn, id, person).await?;
    sqlx::query!(
        "update suggestion_check set title = '', summary = '' where installation_id = $1 and people @> array[$2::bigint]",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    // They are signed in by number, in whichever organisation.
    sqlx::query!("delete from session where user_id = $1", person.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Own commands are nobody's from now on and aren't done any more; others' that name the login name nobody.
async fn forget_commands(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
    login: &str,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update comment c set body = null from command m
         where m.installation_id = $1 and lower(m.said -> 'whom' ->> 'login') = lower($2)
           and c.installation_id = m.installation_id and c.place = 'conversation' and c.id = m.comment_id",
        id.0,
        login
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        r#"update command set said = jsonb_set(said, '{whom}', '"no_person"')
           where installation_id = $1 and lower(said -> 'whom' ->> 'login') = lower($2)"#,
        id.0,
        login
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update command set author_id = null, author_login = '', state = 'done' where installation_id = $1 and author_id = $2",
        id.0,
        person.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// For what reviews they were asked, and what they refused.
async fn forget_asks(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<(), StoreError> {
    let (id, person) = (id.0, person.0);
    sqlx::query!(
        "delete from review_ask where installation_id = $1 and person_id = $2",
        id,
        person
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from refused_pick where installation_id = $1 and person_id = $2",
        id,
        person
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from declined where installation_id = $1 and person_id = $2",
        id,
        person
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from may_be_asked where installation_id = $1 and person_id = $2",
        id,
        person
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Their votes, whose pages they looked at, and who looked at theirs.
async fn forget_looks(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from feedback where installation_id = $1 and voter_id = $2",
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
    .execute(conn)
    .await?;
    Ok(())
}
