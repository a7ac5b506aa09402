//! People: who they are, and what they chose.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::person::Actor;
use crate::store::StoreError;
use crate::store::sharing::Section;

/// Stores what an event shows of an account; an older event never brings an old login back, and none brings back a name
/// that was erased or let go.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see(conn: &mut PgConnection, id: InstallationId, actor: &Actor, at: Time) -> Result<(), StoreError> {
    // An upsert locks the row even where it changes nothing, and everybody meets the same few people.
    let known = sqlx::query_scalar!(
        r#"select exists (select 1 from person where installation_id = $1 and id = $2 and login = $3 and kind = $4) as "known!""#,
        id.0,
        actor.id.0,
        actor.login,
        actor.kind.as_str()
    )
    .fetch_one(&mut *conn)
    .await?;
    if known {
        return Ok(());
    }
    sqlx::query!(
        "insert into person (installation_id, id, login, kind, seen_at) values ($1, $2, $3, $4, $5)
         on conflict (installation_id, id) do update
         set login = excluded.login, kind = excluded.kind, seen_at = excluded.seen_at
         where person.seen_at <= excluded.seen_at and person.erased_at is null and person.gone_at is null
           and (person.login, person.kind) is distinct from (excluded.login, excluded.kind)",
        id.0,
        actor.id.0,
        actor.login,
        actor.kind.as_str(),
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A person who may appear: human, and not opted out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// GitHub's number.
    pub id: PersonId,
    /// The login as last seen.
    pub login: String,
    /// Away until then.
    pub away_until: Option<Time>,
    /// Own limit of open reviews.
    pub capacity: Option<i32>,
    /// Areas the person wants to learn, by slug.
    pub learn: Vec<String>,
    /// Areas the person likes to teach, by slug.
    pub teach: Vec<String>,
}

/// The person with this login, letters' case aside. None also for bots and for somebody who opted out.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn by_login(conn: &mut PgConnection, id: InstallationId, login: &str) -> Result<Option<Person>, StoreError> {
    Ok(sqlx::query_as!(
        Person,
        r#"select p.id as "id!: PersonId", p.login as "login!", p.away_until, p.capacity, p.learn as "learn!", p.teach as "teach!"
           from standing_person p join person q on q.installation_id = p.installation_id and q.id = p.id
           where p.installation_id = $1 and lower(p.login) = lower($2) and q.gone_at is null
           order by q.seen_at desc limit 1"#,
        id.0,
        login
    )
    .fetch_optional(conn)
    .await?)
}

/// The person with this number. None also for bots and for somebody who opted out.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn by_id(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
) -> Result<Option<Person>, StoreError> {
    Ok(sqlx::query_as!(
        Person,
        r#"select id as "id!: PersonId", login as "login!", away_until, capacity, learn as "learn!", teach as "teach!"
           from standing_person where installation_id = $1 and id = $2"#,
        id.0,
        person.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Everybody who may appear, by login.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn standing(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<Person>, StoreError> {
    Ok(sqlx::query_as!(
        Person,
        r#"select id as "id!: PersonId", login as "login!", away_until, capacity, learn as "learn!", teach as "teach!"
           from standing_person where installation_id = $1 order by lower(login)"#,
        id.0
    )
    .fetch_all(conn)
    .await?)
}

/// These accounts are there, whatever was heard before: what is seen of them next counts again.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn are_back(conn: &mut PgConnection, id: InstallationId, people: &[PersonId]) -> Result<(), StoreError> {
    let people: Vec<i64> = people.iter().map(|person| person.0).collect();
    sqlx::query!(
        "update person set gone_at = null where installation_id = $1 and id = any($2) and gone_at is not null",
        id.0,
        &people
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether somebody opted out. For the person's own switch only; nothing else may ask. Whoever was erased has no switch.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn has_opted_out(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from person where installation_id = $1 and id = $2
                          and opted_out_at is not null and erased_at is null) as "out!""#,
        id.0,
        person.0
    )
    .fetch_one(conn)
    .await?)
}

/// Somebody as they themselves may see it, opted out or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Own {
    /// The person, as the organisation knows them.
    pub person: Person,
    /// What they show to colleagues, by word; kept where they opted out.
    pub shares: Vec<String>,
    /// They said that they may be listed among the silent experts.
    pub may_be_asked: bool,
    /// They said that they don't want to be asked the question of the week.
    pub unasked: bool,
    /// They opted out.
    pub out: bool,
}

/// The person with this number, opted out or not, but for whoever was erased: for their own download and their own erasing only.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn own(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<Option<Own>, StoreError> {
    let row = sqlx::query!(
        r#"select login, away_until, capacity, learn, teach, shares, opted_out_at is not null as "out!",
                  exists (select 1 from may_be_asked where installation_id = $1 and person_id = $2) as "may_be_asked!",
                  exists (select 1 from unasked where installation_id = $1 and person_id = $2) as "unasked!"
           from person
           where installation_id = $1 and id = $2 and kind = 'human' and erased_at is null"#,
        id.0,
        person.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Own {
        person: Person {
            id: person,
            login: row.login,
            away_until: row.away_until,
            capacity: row.capacity,
            learn: row.learn,
            teach: row.teach,
        },
        shares: row.shares,
        may_be_asked: row.may_be_asked,
        unasked: row.unasked,
        out: row.out,
    }))
}

/// Opts a person out (`Some`) or in again (`None`). False: there is no such person, or they were erased, which nothing takes
/// back.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_opt_out(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
    at: Option<Time>,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update person set opted_out_at = $3
         where installation_id = $1 and id = $2 and kind = 'human' and erased_at is null",
        id.0,
        person.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Everybody with this login, opted out or not, but for whoever was erased or is gone: for erasing and opting out only.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn called(conn: &mut PgConnection, id: InstallationId, login: &str) -> Result<Vec<PersonId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: PersonId" from person
           where installation_id = $1 and lower(login) = lower($2) and erased_at is null and gone_at is null order by id"#,
        id.0,
        login
    )
    .fetch_all(conn)
    .await?)
}

/// Sets what a person wants to learn and likes to teach, by area slug, and whether they show it.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_goals(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
    (learn, teach): (&[String], &[String]),
    shown: bool,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update person set learn = $3, teach = $4,
                shares = array_remove(shares, $5) || case when $6 then array[$5] else '{}' end
         where installation_id = $1 and id = $2",
        id.0,
        person.0,
        learn,
        teach,
        Section::Goals.as_str(),
        shown
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether this person opted out, so that lessons can be refused with the right reason.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn is_opted_out(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from person where installation_id = $1 and id = $2 and opted_out_at is not null) as "gone!""#,
        id.0,
        person.0
    )
    .fetch_one(conn)
    .await?)
}
