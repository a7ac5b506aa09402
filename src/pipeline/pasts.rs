//! What the ranker learned of each repository's past, kept between questions, so that one reads only what moved since the last.
//!
//! The database stays the truth. A question asks it who may appear, which folders were left and which pull requests were touched
//! (`store::moved`). What was opened or closed since is taken in. Where anything that was taken in is other now, all is
//! read and learned anew, so no answer rests on what an erasure, an opt-out or a setting took out. Until a repository's next question, a day at
//! most, what was known before stays in memory: ids, sums, and names of folders and files.
mod kept;

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use chrono::Duration;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::settings::Ignore;
use crate::pipeline::StepError;
use crate::pipeline::aside::aside;
use crate::pipeline::pasts::kept::Circumstances;
use crate::pipeline::pasts::kept::Fresh;
pub use crate::pipeline::pasts::kept::HISTORY_DAYS;
use crate::pipeline::pasts::kept::Kept;
use crate::pipeline::pasts::kept::Moment;
use crate::store::declines::Declined;
use crate::store::moved;
use crate::suggest::past::Past;

/// Repositories that are kept at most; the one asked about longest ago goes first.
const MOST: usize = 64;
/// Pull requests of them at most (*judgement*: below a gigabyte); of one repository alone as many as it has.
const MOST_PULLS: usize = 500_000;
/// Hours after which a repository that nobody asked about is let go.
const KEPT_HOURS: i64 = 24;

/// A repository of a tenant.
type Repo = (InstallationId, RepoId);

/// The pasts of the repositories that were asked about last. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Pasts(Arc<Mutex<HashMap<Repo, Kept>>>);

/// What a question says of the past that it needs.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What counts for nothing there.
    pub ignore: &'a Ignore,
    /// The folders that people left and that still count as left.
    pub left: &'a [Declined],
    /// The pull request that is asked about; 0 where there is none yet.
    pub besides: i32,
    /// The time of asking.
    pub at: Time,
}

impl Pasts {
    /// What is known of a repository's past now; none where the pull request that is asked about is part of it.
    ///
    /// Nobody waits while one past is learned: who asks about the same one meanwhile starts from what was kept before, or learns it, too.
    ///
    /// # Errors
    /// [`StepError::Store`] when the database can't tell.
    pub async fn of(
        &self,
        conn: &mut PgConnection,
        repo: Repo,
        asked: Asked<'_>,
    ) -> Result<Option<Arc<Past>>, StepError> {
        // What is kept is looked up first, then the horizon, then all else: what changes meanwhile shows the next time.
        let known = self.lock().get(&repo).cloned();
        let moment = Moment {
            at: asked.at,
            horizon: moved::horizon(conn).await?,
        };
        let around = moved::around(conn, repo).await?;
        let there = around.filter(|around| around.removed_at.is_none_or(|removed| removed >= asked.at));
        let Some(around) = there else {
            self.lock().remove(&repo);
            return Ok(Some(Arc::new(Past::new(asked.at))));
        };
        let circumstances = Circumstances {
            moved: around.moved,
            ignore: asked.ignore.clone(),
            left: asked.left.to_vec(),
        };
        let out: BTreeSet<PersonId> = around.out.into_iter().collect();
        let grown = match known {
            Some(known) => grown(conn, repo, known, (&circumstances, &out, moment)).await?,
            None => None,
        };
        let kept = match grown {
            Some(grown) => grown,
            None => learned(conn, repo, Kept::new(circumstances, out, moment)).await?,
        };
        let past = (!kept.holds(asked.besides)).then(|| Arc::clone(&kept.past));
        // What goes may be much, and is let go where nobody waits for it.
        let gone = self.keep(repo, kept);
        if !gone.is_empty() {
            tokio::task::spawn_blocking(move || drop(gone));
        }
        Ok(past)
    }

    /// Lets go what is kept of an installation.
    pub fn forget(&self, installation: InstallationId) {
        self.lock().retain(|(of, _), _| *of != installation);
    }

    /// Keeps it; gives what isn't kept any more.
    fn keep(&self, repo: Repo, kept: Kept) -> Vec<Kept> {
        let mut all = self.lock();
        // Who began earlier may end later.
        let newer = |known: &Kept| known.moment.at > kept.moment.at;
        if all.get(&repo).is_some_and(newer) {
            return vec![kept];
        }
        let old = kept.moment.at - Duration::hours(KEPT_HOURS);
        let mut gone: Vec<Kept> = all.insert(repo, kept).into_iter().collect();
        loop {
            let pulls: usize = all.values().map(Kept::pulls).sum();
            let is_much = all.len() > MOST || pulls > MOST_PULLS;
            let others = all.iter().filter(|(other, _)| **other != repo);
            let oldest = others.min_by_key(|(repo, kept)| (kept.moment.at, **repo));
            let Some(oldest) = oldest.filter(|(_, kept)| is_much || kept.moment.at < old) else {
                return gone;
            };
            let oldest = *oldest.0;
            gone.extend(all.remove(&oldest));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Repo, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// With what moved since; none where all has to be read anew.
async fn grown(
    conn: &mut PgConnection,
    repo: Repo,
    known: Kept,
    (circumstances, out, moment): (&Circumstances, &BTreeSet<PersonId>, Moment),
) -> Result<Option<Kept>, StepError> {
    let ended = known.moment.horizon.ended;
    let Some(still) = known.still(circumstances, out, moment) else {
        return Ok(None);
    };
    let pulls = moved::since(conn, repo, (ended, moment.horizon), &still.again).await?;
    match still.moved(pulls) {
        Some((kept, fresh)) if fresh.is_empty() => Ok(Some(kept)),
        Some((kept, fresh)) => aside(move || Some(kept.learned(&fresh))).await,
        None => Ok(None),
    }
}

/// All of it, read and learned.
async fn learned(conn: &mut PgConnection, repo: Repo, mut kept: Kept) -> Result<Kept, StepError> {
    let mut fresh = Fresh::default();
    moved::each(conn, repo, kept.since(), |pull| kept.read(pull, &mut fresh)).await?;
    aside(move || kept.learned(&fresh)).await
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::store::moved::Horizon;

    fn kept(hour: i64) -> Kept {
        let circumstances = Circumstances {
            moved: 1,
            ignore: Ignore::default(),
            left: Vec::new(),
        };
        let moment = Moment {
            at: Time::UNIX_EPOCH + TimeDelta::hours(hour),
            horizon: Horizon {
                ended: hour,
                next: hour + 1,
            },
        };
        Kept::new(circumstances, BTreeSet::new(), moment)
    }

    fn repo(number: i64) -> Repo {
        (InstallationId(1), RepoId(number))
    }

    #[test]
    fn only_so_many_repositories_are_kept() {
        let pasts = Pasts::default();
        for number in 0..100 {
            pasts.keep(repo(number), kept(number / 10));
        }
        let known = pasts.lock();
        assert_eq!(known.len(), MOST);
        assert!(known.contains_key(&repo(99)) && !known.contains_key(&repo(0)));
    }

    #[test]
    fn what_nobody_asks_about_for_a_day_is_let_go() {
        let pasts = Pasts::default();
        pasts.keep(repo(1), kept(1));
        assert_eq!(pasts.keep(repo(2), kept(25)).len(), 0);
        assert_eq!(pasts.keep(repo(3), kept(26)).len(), 1);
        let known = pasts.lock();
        assert!(!known.contains_key(&repo(1)) && known.contains_key(&repo(2)));
    }

    #[test]
    fn what_is_forgotten_of_an_installation_leaves_the_others() {
        let pasts = Pasts::default();
        let other = (InstallationId(2), RepoId(1));
        pasts.keep(repo(1), kept(1));
        pasts.keep(other, kept(1));
        pasts.forget(InstallationId(1));
        let known = pasts.lock();
        assert!(known.contains_key(&other) && known.len() == 1);
    }

    #[test]
    fn who_began_earlier_and_ended_later_changes_nothing() {
        let pasts = Pasts::default();
        pasts.keep(repo(1), kept(2));
        pasts.keep(repo(1), kept(1));
        assert_eq!(pasts.lock()[&repo(1)].moment, kept(2).moment);
    }
}
