//! Sign-ins that were begun, and sessions: who is signed in, where, and what the code host said they may read.
use sha2::Digest;
use sha2::Sha256;
use sqlx::Connection;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::store::StoreError;

/// What of a random word is stored.
pub(super) fn digest(word: &str) -> Vec<u8> {
    Sha256::digest(word.as_bytes()).to_vec()
}

/// A sign-in that was begun.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Begun {
    /// PKCE's proof.
    pub verifier: String,
    /// Where to go at the end: a path of ours.
    pub next: String,
    /// When.
    pub begun_at: Time,
}

/// Keeps a sign-in that begins, until `state` comes back to the browser that has `browser`.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn begin(conn: &mut PgConnection, state: &str, browser: &str, begun: &Begun) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into sign_in (state_digest, browser_digest, verifier, next, begun_at) values ($1, $2, $3, $4, $5)",
        digest(state),
        digest(browser),
        begun.verifier,
        begun.next,
        begun.begun_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The sign-in that this state and this browser began, once: it is gone then.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn take_begun(conn: &mut PgConnection, state: &str, browser: &str) -> Result<Option<Begun>, StoreError> {
    Ok(sqlx::query_as!(
        Begun,
        "delete from sign_in where state_digest = $1 and browser_digest = $2 returning verifier, next, begun_at",
        digest(state),
        digest(browser)
    )
    .fetch_optional(conn)
    .await?)
}

/// What somebody is in one installation, at a sign-in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// Where.
    pub installation: InstallationId,
    /// As an owner.
    pub owner: bool,
    /// The private repositories that they may read.
    pub private: Vec<RepoId>,
}

/// Opens a session that `word` names: for this account, in these places. Where there is one place only, it is chosen.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn open(
    conn: &mut PgConnection,
    word: &str,
    (user, login): (PersonId, &str),
    places: &[Place],
    at: Time,
) -> Result<(), StoreError> {
    let chosen = match places {
        [one] => Some(one.installation.0),
        _ => None,
    };
    let id = sqlx::query_scalar!(
        "insert into session (digest, user_id, login, installation_id, begun_at, renewed_at, used_at)
         values ($1, $2, $3, $4, $5, $5, $5) returning id",
        digest(word),
        user.0,
        login,
        chosen,
        at
    )
    .fetch_one(&mut *conn)
    .await?;
    for place in places {
        sqlx::query!(
            "insert into session_place (installation_id, session_id, owner, checked_at) values ($1, $2, $3, $4)",
            place.installation.0,
            id,
            place.owner,
            at
        )
        .execute(&mut *conn)
        .await?;
        let repos: Vec<i64> = place.private.iter().map(|repo| repo.0).collect();
        sqlx::query!(
            "insert into session_repo (installation_id, session_id, repo_id, checked_at)
             select $1, $2, r.id, $4 from unnest($3::bigint[]) as r (id) on conflict do nothing",
            place.installation.0,
            id,
            &repos,
            at
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// When a session is good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Begun after this.
    pub begun_after: Time,
    /// Used after this.
    pub used_after: Time,
    /// An id that was renewed after this may still be used.
    pub renewed_after: Time,
    /// What was said of a repository after this counts.
    pub repos_after: Time,
    /// A token that ends after this may be used.
    pub ends_after: Time,
}

/// What names a session, and where it came from: neither is taken for the other.
#[derive(Clone, Copy, Debug)]
pub enum Word<'w> {
    /// The random word of a browser's cookie.
    Cookie(&'w str),
    /// An access token.
    Token(&'w str),
}

impl Word<'_> {
    fn digest(self) -> Vec<u8> {
        let (Self::Cookie(word) | Self::Token(word)) = self;
        digest(word)
    }
}

/// A session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub user: PersonId,
    /// Their login, as last seen.
    pub login: String,
    /// When its id was made.
    pub renewed_at: Time,
    /// When it was used, to the hour.
    pub used_at: Time,
    /// Its id is the present one, and not the one before.
    pub is_current: bool,
    /// The installation that is looked at; none: they have to choose, or have no place any more.
    pub place: Option<Standing>,
    /// In how many installations they have a place.
    pub places: i64,
}

/// What somebody is in the installation that they look at, as of the last check.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a row of the database: each answers a question of its own"
)]
pub struct Standing {
    /// Where.
    pub installation: InstallationId,
    /// Its login.
    pub organisation: String,
    /// As an owner.
    pub owner: bool,
    /// When the code host said so.
    pub checked_at: Time,
    /// They were heard to leave since.
    pub heard_leaving: bool,
    /// The installation is suspended or removed.
    pub silent: bool,
    /// The slugs of teams that they maintain.
    pub maintains: Vec<String>,
    /// The private repositories that they may read.
    pub private: Vec<RepoId>,
    /// Some that they could read were not asked about for too long, and are not among these.
    pub some_are_stale: bool,
}

/// The session that `word` names. A token's neither ends without use nor has its id renewed.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn find(conn: &mut PgConnection, word: Word<'_>, limits: Limits) -> Result<Option<Session>, StoreError> {
    let row = sqlx::query!(
        r#"select s.id, s.user_id, coalesce(p.login, s.login) as "login!", s.renewed_at, s.used_at,
                  s.digest = $1 as "is_current!", l.installation_id as "installation_id?", i.login as "organisation?",
                  l.owner as "owner?", l.checked_at as "checked_at?",
                  exists (select 1 from membership m where m.installation_id = l.installation_id
                          and m.person_id = s.user_id and m.valid_until >= l.checked_at) as "heard_leaving!",
                  (i.suspended_at is not null or i.removed_at is not null) as "silent!",
                  array(select t.slug from team_membership m
                        join team t on t.installation_id = m.installation_id and t.id = m.team_id
                        where m.installation_id = l.installation_id and m.person_id = s.user_id
                          and m.role = 'maintainer' and m.valid_until is null and t.deleted_at is null
                        order by t.slug) as "maintains!",
                  array(select r.repo_id from session_repo r
                        where r.installation_id = l.installation_id and r.session_id = s.id and r.checked_at > $5
                        order by r.repo_id) as "private!",
                  exists (select 1 from session_repo r
                          join repo o on o.installation_id = r.installation_id and o.id = r.repo_id
                          where r.installation_id = l.installation_id and r.session_id = s.id and r.checked_at <= $5
                            and o.private and o.removed_at is null) as "some_are_stale!",
                  (select count(*) from session_place a where a.session_id = s.id) as "places!"
           from session s
           left join session_place l on l.session_id = s.id and l.installation_id = s.installation_id
           left join installation i on i.id = l.installation_id
           left join person p on p.installation_id = l.installation_id and p.id = s.user_id
           where (s.digest = $1 or (s.old_digest = $1 and s.renewed_at > $4))
             and case when $6 then s.expires_at > $7
                      else s.expires_at is null and s.begun_at > $2 and s.used_at > $3 end"#,
        word.digest(),
        limits.begun_after,
        limits.used_after,
        limits.renewed_after,
        limits.repos_after,
        matches!(word, Word::Token(_)),
        limits.ends_after
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let place = match (row.installation_id, row.organisation, row.owner, row.checked_at) {
            (Some(installation), Some(organisation), Some(owner), Some(checked_at)) => Some(Standing {
                installation: InstallationId(installation),
                organisation,
                owner,
                checked_at,
                heard_leaving: row.heard_leaving,
                silent: row.silent,
                maintains: row.maintains,
                private: row.private.into_iter().map(RepoId).collect(),
                some_are_stale: row.some_are_stale,
            }),
            _ => None,
        };
        Session {
            id: row.id,
            user: PersonId(row.user_id),
            login: row.login,
            renewed_at: row.renewed_at,
            used_at: row.used_at,
            is_current: row.is_current,
            place,
            places: row.places,
        }
    }))
}

/// Notes that a session was used at `at`.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn used(conn: &mut PgConnection, session: i64, at: Time) -> Result<(), StoreError> {
    sqlx::query!("update session set used_at = $2 where id = $1", session, at)
        .execute(conn)
        .await?;
    Ok(())
}

/// Gives a session another id. False: somebody else did so a moment ago.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn renew(conn: &mut PgConnection, old: &str, new: &str, at: Time) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update session set digest = $2, old_digest = $1, renewed_at = $3, used_at = $3 where digest = $1",
        digest(old),
        digest(new),
        at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The installations where the session's person has a place, by login.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn places(conn: &mut PgConnection, session: i64) -> Result<Vec<(InstallationId, String)>, StoreError> {
    let rows = sqlx::query!(
        r#"select i.id, i.login from session_place l join installation i on i.id = l.installation_id
           where l.session_id = $1 and i.suspended_at is null and i.removed_at is null order by lower(i.login)"#,
        session
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (InstallationId(row.id), row.login))
        .collect())
}

/// Looks at this installation from now on. Only one where the session has a place.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn choose(conn: &mut PgConnection, session: i64, id: InstallationId) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update session s set installation_id = $2
         where s.id = $1 and exists (select 1 from session_place l where l.session_id = $1 and l.installation_id = $2)",
        session,
        id.0
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends the session that `word` names, by its present id or the one before.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn end(conn: &mut PgConnection, word: &str) -> Result<(), StoreError> {
    sqlx::query!("delete from session where digest = $1 or old_digest = $1", digest(word))
        .execute(conn)
        .await?;
    Ok(())
}

/// Until the caller's transaction ends, nobody else makes a token of this account or ends its sessions.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub(super) async fn hold_account(conn: &mut PgConnection, user: PersonId) -> Result<(), StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('sessions:' || $1::bigint, 0))",
        user.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends every session of an account, also those that its tokens own; gives how many there were.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn end_all(conn: &mut PgConnection, user: PersonId) -> Result<u64, StoreError> {
    let mut tx = conn.begin().await?;
    // A token that one of them is just making is there by then, or isn't made.
    hold_account(&mut tx, user).await?;
    let done = sqlx::query!("delete from session where user_id = $1", user.0)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected())
}

/// Ends the sessions of those who belong to no account any more that is known here.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn end_homeless(conn: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query!("delete from session s where not exists (select 1 from session_place p where p.session_id = s.id)")
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets sessions in browsers that ended of themselves, and sign-ins begun before `sign_ins_before`; gives how many sessions.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn expire(conn: &mut PgConnection, limits: Limits, sign_ins_before: Time) -> Result<u64, StoreError> {
    sqlx::query!("delete from sign_in where begun_at <= $1", sign_ins_before)
        .execute(&mut *conn)
        .await?;
    let old = sqlx::query!(
        "delete from session where expires_at is null and begun_at <= $1",
        limits.begun_after
    )
    .execute(&mut *conn)
    .await?;
    let idle = sqlx::query!(
        "delete from session where expires_at is null and used_at <= $1",
        limits.used_after
    )
    .execute(conn)
    .await?;
    Ok(old.rows_affected() + idle.rows_affected())
}
