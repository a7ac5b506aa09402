//! A repository's past as it stands now, and what of it moved since it was last read.
//!
//! Triggers mark each pull request with the transaction that changed it last (`pull.touched`). Whoever asks takes the [`Horizon`] before
//! reading, and asks the next time for what was touched from there on: also what a transaction changed that was still open then.
use futures_util::TryStreamExt;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::store::StoreError;

/// How far transactions had come, as their numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Horizon {
    /// Every transaction below had ended.
    pub ended: i64,
    /// No transaction whose changes can be seen had this number or one above; a row that has one came from another server.
    pub next: i64,
}

impl Horizon {
    /// Whether what a transaction changed might be taken back: it had not ended then.
    #[must_use]
    pub fn is_open(&self, transaction: i64) -> bool {
        (self.ended..self.next).contains(&transaction)
    }
}

/// How far transactions have come.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn horizon(conn: &mut PgConnection) -> Result<Horizon, StoreError> {
    Ok(sqlx::query_as!(
        Horizon,
        r#"select pg_snapshot_xmin(s)::text::bigint as "ended!",
                  greatest(pg_snapshot_xmax(s)::text::bigint, pg_current_xact_id_if_assigned()::text::bigint + 1) as "next!"
           from pg_current_snapshot() as s"#
    )
    .fetch_one(conn)
    .await?)
}

/// What holds for all of a repository's past.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Around {
    /// Another number once pull requests are gone, or the repository itself and back.
    pub moved: i64,
    /// When it was taken away from us.
    pub removed_at: Option<Time>,
    /// Who may not appear, by number.
    pub out: Vec<PersonId>,
}

/// What holds for all of a repository's past; none: never heard of.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn around(
    conn: &mut PgConnection,
    (id, repo): (InstallationId, RepoId),
) -> Result<Option<Around>, StoreError> {
    let row = sqlx::query!(
        r#"select moved, removed_at,
                  array(select p.id from person p where p.installation_id = $1 and (p.kind <> 'human' or p.opted_out_at is not null)
                        order by p.id) as "out!"
           from repo where installation_id = $1 and id = $2"#,
        id.0,
        repo.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Around {
        moved: row.moved,
        removed_at: row.removed_at,
        out: row.out.into_iter().map(PersonId).collect(),
    }))
}

/// A pull request as it stands now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StandingPull {
    /// Its number.
    pub number: i32,
    /// The transaction that changed it last.
    pub touched: i64,
    /// Once it is closed, it may make somebody an expert.
    pub counts: bool,
    /// Who wrote it, where that person may appear.
    pub author: Option<PersonId>,
    /// When it was opened.
    pub created_at: Time,
    /// When it was closed.
    pub closed_at: Option<Time>,
    /// When it was merged.
    pub merged_at: Option<Time>,
    /// The people who reviewed it (a review or a comment on its diff), the author left out.
    pub reviewers: Vec<PersonId>,
    /// Its files; where they are unknown, the files that comments stand on. Mechanical ones are left out.
    pub files: Vec<String>,
}

/// Gives `take` each pull request that counts, open ones among them, and was opened at `since` or later, in no order.
///
/// # Errors
/// [`StoreError`] when the database can't tell; some were given by then.
pub async fn each(
    conn: &mut PgConnection,
    (id, repo): (InstallationId, RepoId),
    since: Time,
    mut take: impl FnMut(StandingPull) + Send,
) -> Result<(), StoreError> {
    let mut rows = sqlx::query_as!(
        StandingPull,
        r#"select number as "number!", touched as "touched!", counts as "counts!", author_id as "author: PersonId",
                  created_at as "created_at!", closed_at, merged_at, reviewers as "reviewers!: Vec<PersonId>", files as "files!"
           from standing_pull where installation_id = $1 and repo_id = $2 and created_at >= $3 and counts"#,
        id.0,
        repo.0,
        since
    )
    .fetch(conn);
    while let Some(pull) = rows.try_next().await? {
        take(pull);
    }
    Ok(())
}

/// The pull requests that a transaction from `ended` up to the horizon touched, whether or not they count, and those with the numbers
/// `again`, where they are still there; in no order.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn since(
    conn: &mut PgConnection,
    (id, repo): (InstallationId, RepoId),
    (ended, horizon): (i64, Horizon),
    again: &[i32],
) -> Result<Vec<StandingPull>, StoreError> {
    Ok(sqlx::query_as!(
        StandingPull,
        r#"select number as "number!", touched as "touched!", counts as "counts!", author_id as "author: PersonId",
                  created_at as "created_at!", closed_at, merged_at, reviewers as "reviewers!: Vec<PersonId>", files as "files!"
           from standing_pull
           where installation_id = $1 and repo_id = $2 and (touched >= $3 and touched < $4 or number = any($5))"#,
        id.0,
        repo.0,
        ended,
        horizon.next,
        again
    )
    .fetch_all(conn)
    .await?)
}
