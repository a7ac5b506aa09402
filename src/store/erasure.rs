//! What goes for good: names of accounts that are gone, everything of one person, what rests on a repository.
mod shown;

use sqlx::PgConnection;
use sqlx::types::Json;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::suggestion::Slot;
use crate::model::suggestion::Suggestion;
use crate::store::StoreError;
use crate::store::answers;
use crate::store::cards;
use crate::store::file_work;
use crate::store::tokens;

/// What GitHub calls everybody whose account is gone.
pub const GHOST: &str = "ghost";

/// Lets go of the name, choices and places of somebody whose account is gone. What they taught stays, under nobody's name.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn let_name_go(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update person set login = $3, gone_at = coalesce(gone_at, $4), learn = '{}', teach = '{}', capacity = null, away_until = null
         where installation_id = $1 and id = $2",
        id.0,
        person.0,
        GHOST,
        at
    )
    .execute(&mut *conn)
    .await?;
    forget_choices(conn, id, person).await
}

async fn forget_choices(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from absence where installation_id = $1 and person_id = $2",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from own_limit where installation_id = $1 and person_id = $2",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from shown_status where installation_id = $1 and person_id = $2",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from unasked where installation_id = $1 and person_id = $2",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    cards::withdraw(conn, id, person).await?;
    tokens::forget(conn, id, person).await?;
    answers::forget(conn, id, person).await
}

/// Whether everything of this person was erased, so that nothing of them is stored any more.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn is_erased(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from person where installation_id = $1 and id = $2 and erased_at is not null) as "is!""#,
        id.0,
        person.0
    )
    .fetch_one(conn)
    .await?)
}

/// Erases what a person said, taught, learned and chose. The row stays with nothing but the number, out of everything, so
/// that what comes later isn't stored anew. Gives the pull requests whose lessons have to be inferred again.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn person(
    conn: &mut PgConnection,
    id: InstallationId,
    (person, login): (PersonId, &str),
    at: Time,
) -> Result<Vec<PullKey>, StoreError> {
    hold_pulls(conn, id, (person, login)).await?;
    let touched = sqlx::query_as!(
        PullKey,
        r#"select distinct c.repo_id as "repo!: RepoId", c.number as "number!" from comment c
           where c.installation_id = $1 and c.author_id = $2
           union
           select p.repo_id, p.number from pull p where p.installation_id = $1 and p.author_id = $2
           union
           select c.repo_id, c.number from correction k
           join comment c on c.installation_id = k.installation_id and c.place = k.place and c.id = k.comment_id
           where k.installation_id = $1 and k.person_id = $2 order by 1, 2"#,
        id.0,
        person.0
    )
    .fetch_all(&mut *conn)
    .await?;
    for suggestion in suggestions_naming(conn, id, login).await? {
        forget_in_suggestion(conn, id, suggestion, (person, login)).await?;
    }
    forget_words(conn, id, person, login).await?;
    forget_deeds(conn, id, person).await?;
    file_work::forget(conn, id, person).await?;
    forget_choices(conn, id, person).await?;
    shown::forget(conn, id, person, login).await?;
    sqlx::query!(
        "update person set login = '', erased_at = $3, opted_out_at = coalesce(opted_out_at, $3), learn = '{}', teach = '{}',
                shares = '{}', capacity = null, away_until = null
         where installation_id = $1 and id = $2",
        id.0,
        person.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(touched)
}

/// Holds the pull requests that change with what somebody did there. Whoever stores what happens on one holds it before anything on it, too,
/// and a page of the past in this order, so that none of them waits for the other in a circle.
async fn hold_pulls(
    conn: &mut PgConnection,
    id: InstallationId,
    (person, login): (PersonId, &str),
) -> Result<(), StoreError> {
    sqlx::query_scalar!(
        r#"select number from pull where installation_id = $1 and (repo_id, number) in (
               select repo_id, number from comment where installation_id = $1 and author_id = $2
               union select repo_id, number from review where installation_id = $1 and reviewer_id = $2
               union select repo_id, number from pull where installation_id = $1 and author_id = $2
               union select repo_id, number from pull where installation_id = $1 and position(lower($3) in lower(head_ref)) > 0)
           order by repo_id, number for no key update"#,
        id.0,
        person.0,
        login
    )
    .fetch_all(conn)
    .await?;
    Ok(())
}

/// Own texts with their readings and what was said of these, what they said of others', and others' texts that mention the login.
async fn forget_words(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
    login: &str,
) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from reading g using comment c
         where c.installation_id = $1 and c.author_id = $2 and g.installation_id = c.installation_id and g.place = c.place
           and g.comment_id = c.id",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from correction k using comment c
         where k.installation_id = $1 and c.installation_id = k.installation_id and c.place = k.place and c.id = k.comment_id
           and (k.person_id = $2 or c.author_id = $2)",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update comment set body = null, author_id = null where installation_id = $1 and author_id = $2",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    // People like to begin a branch's name with their own.
    sqlx::query!(
        "update pull set head_ref = '' where installation_id = $1 and position(lower($2) in lower(head_ref)) > 0",
        id.0,
        login
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update comment set body = null where installation_id = $1 and position('@' || lower($2) in lower(body)) > 0",
        id.0,
        login
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What they did: everything that carries their number.
async fn forget_deeds(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<(), StoreError> {
    let (id, person) = (id.0, person.0);
    sqlx::query!(
        "delete from lesson where installation_id = $1 and (teacher_id = $2 or learner_id = $2)",
        id,
        person
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from edge where installation_id = $1 and (teacher_id = $2 or learner_id = $2)",
        id,
        person
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update pull set author_id = null where installation_id = $1 and author_id = $2",
        id,
        person
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update review set reviewer_id = null where installation_id = $1 and reviewer_id = $2",
        id,
        person
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from pull_committer where installation_id = $1 and person_id = $2",
        id,
        person
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from pull_asked where installation_id = $1 and kind = 'person' and asked_id = $2",
        id,
        person
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from reaction where installation_id = $1 and person_id = $2",
        id,
        person
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update thread_resolution set resolved_by = null where installation_id = $1 and resolved_by = $2",
        id,
        person
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from suggested where installation_id = $1 and person_id = $2",
        id,
        person
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from membership where installation_id = $1 and person_id = $2",
        id,
        person
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from team_membership where installation_id = $1 and person_id = $2",
        id,
        person
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from circle_place where installation_id = $1 and person_id = $2",
        id,
        person
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The pull requests whose stored suggestion names this login.
async fn suggestions_naming(
    conn: &mut PgConnection,
    id: InstallationId,
    login: &str,
) -> Result<Vec<PullKey>, StoreError> {
    Ok(sqlx::query_as!(
        PullKey,
        r#"select repo_id as "repo: RepoId", number from suggestion
           where installation_id = $1
             and (position('"' || lower($2) || '"' in lower(suggestion::text)) > 0
                  or position('`' || lower($2) || '`' in lower(posted_body)) > 0)"#,
        id.0,
        login
    )
    .fetch_all(conn)
    .await?)
}

/// Takes somebody out of a stored suggestion. What our comment says is forgotten, so that it is written anew.
async fn forget_in_suggestion(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    (person, login): (PersonId, &str),
) -> Result<(), StoreError> {
    let stored = sqlx::query_scalar!(
        r#"select suggestion as "suggestion: Json<Suggestion>" from suggestion
           where installation_id = $1 and repo_id = $2 and number = $3 for update"#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_one(&mut *conn)
    .await?;
    let mut suggestion = stored.0;
    for slot in [&mut suggestion.expert, &mut suggestion.learner] {
        match slot {
            Slot::Picked(pick) if pick.person == person => {
                *slot = Slot::Nobody {
                    why: "nobody any more".to_owned(),
                };
            }
            Slot::AlreadyAsked { who } => who.retain(|name| !name.eq_ignore_ascii_case(login)),
            Slot::Picked(_) | Slot::Nobody { .. } => {}
        }
    }
    sqlx::query!(
        "update suggestion set suggestion = $4, posted_body = case when posted_comment_id is null then null else '' end
         where installation_id = $1 and repo_id = $2 and number = $3",
        id.0,
        key.repo.0,
        key.number,
        Json(&suggestion) as _
    )
    .execute(conn)
    .await?;
    Ok(())
}
