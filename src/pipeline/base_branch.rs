//! What the base branch says of its files: CODEOWNERS, and the commits that only moved lines.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::Duration;
use sqlx::PgConnection;

use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::job::Job;
use crate::model::ownership::Owner;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::store::ownership;
use crate::store::ownership::BaseBranch;
use crate::store::people;
use crate::store::teams;
use crate::store::tenants;
use crate::suggest::codeowners;
use crate::suggest::codeowners::CodeOwners;
use crate::suggest::query::CodeOwner;

/// Where git's users keep the commits that `git blame` skips; GitHub honours this name.
const IGNORED: &str = ".git-blame-ignore-revs";

/// Minutes for which what was read is good.
const TRUSTED_MINUTES: i64 = 60;

/// The branch that a pull request goes into, and what is known of it; none where only the pull request's number is known.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn known(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
) -> Result<Option<(String, Option<BaseBranch>)>, StepError> {
    let Some(name) = ownership::base_of(conn, id, key).await? else {
        return Ok(None);
    };
    let branch = ownership::base_branch(conn, id, (key.repo, &name)).await?;
    Ok(Some((name, branch)))
}

/// Stores what was read of a branch that pull requests go into, and marks the pull requests whose commits it lists as
/// ones that only moved lines. Whatever was learned on those is inferred again.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn store(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    (id, repo): (InstallationId, RepoId),
    (name, read): (&str, Option<&BaseBranch>),
) -> Result<(), StepError> {
    let Some(read) = read else { return Ok(()) };
    ownership::set_base_branch(conn, id, (repo, name), read).await?;
    mark(pipeline, conn, (id, repo), name).await
}

/// Marks the pull requests whose commits a branch lists as ones that only moved lines, by what is stored of it.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn mark(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    (id, repo): (InstallationId, RepoId),
    name: &str,
) -> Result<(), StepError> {
    let Some(known) = ownership::base_branch(conn, id, (repo, name)).await? else {
        return Ok(());
    };
    for pull in ownership::mark_ignored(conn, id, (repo, name), &known.ignored).await? {
        let job = Job::Learn { installation: id, pull };
        pipeline.queue.add(conn, &job.into()).await?;
    }
    Ok(())
}

/// What the code host says of a base branch, and in how many calls; none where what is known is less than an hour old.
///
/// # Errors
/// As [`ForgeError`] says.
pub async fn read(
    pipeline: &Pipeline,
    at: &RepoAt<'_>,
    name: &str,
    (known, now): (Option<&BaseBranch>, Time),
) -> Result<Option<(BaseBranch, i64)>, ForgeError> {
    if known.is_some_and(|known| now - known.read_at < Duration::minutes(TRUSTED_MINUTES)) {
        return Ok(None);
    }
    let mut owners = Vec::new();
    // The list of commits.
    let mut calls = 1;
    for place in codeowners::PLACES {
        calls += 1;
        if let Some(text) = pipeline.forge.text_file(at, place, Some(name)).await? {
            owners = codeowners::lines(&text);
            break;
        }
    }
    let ignored = pipeline.forge.text_file(at, IGNORED, Some(name)).await?;
    let ignored = ignored.as_deref().map(codeowners::revisions).unwrap_or_default();
    let read = BaseBranch {
        read_at: now,
        owners,
        ignored,
    };
    Ok(Some((read, calls)))
}

/// Who owns some files by the base branch's CODEOWNERS, teams resolved to people, each with the pattern that gives them
/// most of the files. People who opted out are absent. `usual` is the branch that counts where there is no pull request.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn owners(
    conn: &mut PgConnection,
    id: InstallationId,
    (key, usual, files): (PullKey, Option<&str>, &[&str]),
    at: Time,
) -> Result<Vec<CodeOwner>, StepError> {
    let base = ownership::base_of(conn, id, key).await?;
    let Some(name) = base.or_else(|| usual.map(str::to_owned)) else {
        return Ok(Vec::new());
    };
    let Some(branch) = ownership::base_branch(conn, id, (key.repo, &name)).await? else {
        return Ok(Vec::new());
    };
    let repo = tenants::repo(conn, id, key.repo).await?;
    let organisation = repo.map(|repo| repo.owner).unwrap_or_default();
    let lines = CodeOwners::of(&branch.owners);
    let mut patterns_of: BTreeMap<&Owner, BTreeMap<&str, u32>> = BTreeMap::new();
    for line in files.iter().filter_map(|file| lines.of_file(file)) {
        for owner in &line.owners {
            *patterns_of.entry(owner).or_default().entry(&line.pattern).or_default() += 1;
        }
    }
    let mut people: BTreeMap<PersonId, BTreeMap<&str, u32>> = BTreeMap::new();
    for (owner, patterns) in patterns_of {
        for person in resolved(conn, id, (&organisation, owner), at).await? {
            let all = people.entry(person).or_default();
            for (pattern, files) in &patterns {
                *all.entry(*pattern).or_default() += files;
            }
        }
    }
    let code_owner = |(person, patterns): (PersonId, BTreeMap<&str, u32>)| CodeOwner {
        person,
        files: patterns.values().sum(),
        pattern: patterns
            .iter()
            .max_by_key(|(pattern, files)| (**files, pattern.len()))
            .map(|(pattern, _)| (*pattern).to_owned())
            .unwrap_or_default(),
    };
    Ok(people.into_iter().map(code_owner).collect())
}

async fn resolved(
    conn: &mut PgConnection,
    id: InstallationId,
    (organisation, owner): (&str, &Owner),
    at: Time,
) -> Result<BTreeSet<PersonId>, StepError> {
    Ok(match owner {
        Owner::Person(login) => {
            let person = people::by_login(conn, id, login).await?;
            person.into_iter().map(|person| person.id).collect()
        }
        // GitHub passes over teams of another organisation.
        Owner::Team(org, _) if !org.eq_ignore_ascii_case(organisation) => BTreeSet::new(),
        Owner::Team(_, slug) => teams::people_of(conn, id, slug, at).await?.into_iter().collect(),
    })
}
