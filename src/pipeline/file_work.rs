//! Who knows which file: a git history goes into the store, and comes out laid together with what was merged since.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::Duration;
use sqlx::Connection;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::history::History;
use crate::model::ids::PersonId;
use crate::model::settings::Settings;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::settings;
use crate::skill::expertise::known;
use crate::skill::expertise::known::Account;
use crate::skill::expertise::people::People;
use crate::skill::expertise::risk;
use crate::skill::expertise::risk::Risk;
use crate::store::file_work;
use crate::store::people;
use crate::store::profiles;
use crate::store::tenants::Repo;

/// What whoever isn't known by GitHub's number is called, and whoever may not appear.
pub const NAMELESS: &str = "somebody who isn't known here";
/// Merging and committing it are noted by two clocks: what was merged within so many seconds after the last commit is that commit.
const SAME: i64 = 60;

/// What an import brought.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Imported {
    /// When the last commit was committed.
    pub last_commit: Time,
    /// Commits that were read.
    pub commits: usize,
    /// Files that people wrote.
    pub files: usize,
    /// People who are known by number.
    pub people: usize,
    /// People who aren't.
    pub nameless: usize,
    /// The clone is shallow, so that its beginning is missing.
    pub shallow: bool,
    /// Commits of the import that this one took the place of, if there was one.
    pub commits_before: Option<usize>,
}

/// Stores what may be kept of a history in place of what was kept before: one transaction. `host` is the code host's name, as in its addresses.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn import(
    pipeline: &Pipeline,
    repo: &Repo,
    history: History,
    (mut joined, host): (People, &str),
) -> Result<Imported, StepError> {
    let accounts: Vec<Option<Account>> = history
        .identities
        .iter()
        .zip(&joined.of)
        .map(|(identity, person)| person.and_then(|_| known::account(identity, host)))
        .collect();
    let mut tx = pipeline.pool.begin().await?;
    let named: BTreeSet<&Account> = accounts.iter().flatten().collect();
    let mut known_as: BTreeMap<&Account, PersonId> = BTreeMap::new();
    for account in named {
        let person = match account.number {
            Some(number) => {
                let seen = (number, account.login.as_str());
                let is_known = file_work::see_author(&mut tx, repo.installation, seen, history.last_commit).await?;
                is_known.then_some(number)
            }
            None => match people::called(&mut tx, repo.installation, &account.login).await?[..] {
                [one] => Some(one),
                _ => None,
            },
        };
        known_as.extend(person.map(|person| (account, person)));
    }
    let held: BTreeSet<i64> = known_as.values().map(|person| person.0).collect();
    let held: Vec<i64> = held.into_iter().collect();
    let programs = file_work::hold(&mut tx, repo.installation, &held).await?;
    let numbers: Vec<Option<PersonId>> = accounts
        .iter()
        .map(|account| account.as_ref().and_then(|account| known_as.get(account).copied()))
        .collect();
    for (person, number) in joined.of.iter_mut().zip(&numbers) {
        *person = person.filter(|_| number.is_none_or(|number| !programs.contains(&number)));
    }
    let work = known::work(history, &joined, &numbers);
    let commits_before = file_work::commits(&mut tx, repo.installation, repo.id).await?;
    file_work::keep(&mut tx, repo.installation, repo.id, &work).await?;
    tx.commit().await?;
    Ok(Imported {
        last_commit: work.last_commit,
        commits: work.commits,
        files: work.files.len(),
        people: held.len() - programs.len(),
        nameless: work.nameless,
        shallow: work.shallow,
        commits_before,
    })
}

/// What leaves with whom by the store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The last commit that was imported.
    pub last_commit: Time,
    /// Pull requests that were merged since and count.
    pub pulls: usize,
    /// Of these, those whose files aren't known.
    pub pulls_without_files: usize,
    /// People of the import who aren't known by number.
    pub nameless: usize,
    /// The figures.
    pub risk: Risk,
}

/// What leaves with whom now: what was imported of a repository, and the pull requests that were merged after its last commit. None where no
/// history was imported.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn found(
    conn: &mut PgConnection,
    base: &Settings,
    repo: &Repo,
    now: Time,
) -> Result<Option<Found>, StepError> {
    let mut tx = conn.begin().await?;
    let Some(work) = file_work::kept(&mut tx, repo.installation, repo.id).await? else {
        return Ok(None);
    };
    let after = work.last_commit + Duration::seconds(SAME);
    let merged = file_work::merged_since(&mut tx, repo.installation, repo.id, after).await?;
    tx.commit().await?;
    let settings = settings::in_force(conn, base, repo.installation, repo.id).await?;
    let logins = profiles::logins(conn, repo.installation).await?;
    let read = risk::Read {
        at: now,
        commits: work.commits,
        mechanical_commits: work.mechanical_commits,
        merges: work.merges,
        odd_dates: work.odd_dates,
        shallow: work.shallow,
        files_left_out: work.files_left_out,
    };
    let (last_commit, nameless) = (work.last_commit, work.nameless);
    let known = known::since(work, &merged, now, &|path| !settings.ignores_path(path));
    let name = |person: &PersonId| logins.get(person).cloned().unwrap_or_else(|| NAMELESS.to_owned());
    let mut names: Vec<String> = known.people.iter().map(name).collect();
    names.push(NAMELESS.to_owned());
    Ok(Some(Found {
        last_commit,
        pulls: merged.len(),
        pulls_without_files: merged.iter().filter(|pull| pull.files.is_none()).count(),
        nameless,
        risk: risk::by_facts(read, &known.facts, &names),
    }))
}
