//! One page of a repository's past becomes facts and lessons.
use std::collections::BTreeSet;

use chrono::Duration;
use sqlx::Connection;
use sqlx::PgConnection;

use crate::classify::attributes::Attributes;
use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::forge::github::past::PastPage;
use crate::forge::github::past::PastPull;
use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::event::Event;
use crate::model::event::PullAction;
use crate::model::event::What;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::job::Job;
use crate::model::pull::HeadPush;
use crate::model::reading;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::base_branch;
use crate::pipeline::fetch;
use crate::pipeline::learn;
use crate::pipeline::learn::Reread;
use crate::pipeline::record;
use crate::pipeline::record::Seen;
use crate::store::backfills;
use crate::store::backfills::Page;
use crate::store::backfills::Turn;
use crate::store::comments;
use crate::store::contents;
use crate::store::contents::StoredFile;
use crate::store::lessons;
use crate::store::ownership;
use crate::store::ownership::BaseBranch;
use crate::store::pulls;
use crate::store::pulls::Pull;
use crate::store::suggestions;
use crate::store::tenants;

/// Days within which a closed pull request's pushes are compared with what was commented (*judgement*): each costs a call or
/// two, and older lessons weigh less.
const DIFFS_DAYS: i64 = 90;

/// How often a page is written that the database ends in favour of somebody else's transaction (*judgement*).
const DEADLOCKS: u32 = 5;

/// What is read once for all pull requests of a repository.
pub struct Around {
    attributes: String,
    /// The default branch, where known.
    branch: Option<String>,
    /// What was read of it just now.
    read: Option<BaseBranch>,
    calls: i64,
}

/// Reads what a repository's files say of all its pull requests, with its first page: attributes, and the default branch's
/// list of commits that only moved lines.
///
/// # Errors
/// [`StepError`] when the code host or the database can't be asked.
pub async fn around(
    pipeline: &Pipeline,
    at: &RepoAt<'_>,
    (id, turn): (InstallationId, &Turn),
    past: &PastPage,
) -> Result<Around, StepError> {
    let mut around = Around {
        attributes: turn.attributes.clone().unwrap_or_default(),
        // What tells that the App came doesn't say it.
        branch: turn.default_branch.clone().or(past.repo.default_branch.clone()),
        read: None,
        calls: 0,
    };
    if turn.attributes.is_some() {
        return Ok(around);
    }
    around.attributes = pipeline.forge.attributes(at).await?.unwrap_or_default();
    around.calls += 1;
    if let Some(name) = &around.branch {
        let mut conn = pipeline.pool.acquire().await?;
        let known = ownership::base_branch(&mut conn, id, (turn.repo, name)).await?;
        drop(conn);
        match base_branch::read(pipeline, at, name, (known.as_ref(), pipeline.clock.now())).await {
            Ok(Some((read, calls))) => {
                around.calls += calls;
                around.read = Some(read);
            }
            Ok(None) => {}
            Err(error @ ForgeError::RateLimited { .. }) => return Err(error.into()),
            Err(error) => tracing::info!(repo.id = turn.repo.0, %error, "the default branch's lists are not known"),
        }
    }
    Ok(around)
}

/// The files and writers of a pull request, as they are stored.
struct Contents {
    files: Vec<StoredFile>,
    people: Vec<PersonId>,
    commits: Vec<String>,
}

/// The pull requests of a page in the order of their numbers, with what the repository's attributes say of their files.
fn read<'a>(past: &'a PastPage, attributes: &str) -> Vec<(&'a PastPull, Option<Contents>)> {
    let attributes = Attributes::read(attributes);
    let contents = |pull: &PastPull| {
        let contents = pull.contents.clone()?;
        let commits = contents.commits.clone();
        let (files, people) = fetch::sorted(contents, &attributes);
        Some(Contents { files, people, commits })
    };
    let mut all: Vec<_> = past.pulls.iter().map(|pull| (pull, contents(pull))).collect();
    all.sort_by_key(|(pull, _)| pull.number);
    all
}

/// Stores a page with where the next one begins, learns from it and queues that one: one transaction. Where it and another one wait for
/// each other and the database ends ours, it is written anew.
///
/// # Errors
/// [`StepError::Store`] when the database refuses; then nothing of the page is stored.
pub async fn store(
    pipeline: &Pipeline,
    tenant: (InstallationId, &Turn),
    past: &PastPage,
    around: &Around,
) -> Result<(), StepError> {
    for _ in 1..DEADLOCKS {
        match store_once(pipeline, tenant, past, around).await {
            Err(StepError::Store(error)) if error.is_deadlock() => {
                tracing::info!(repo.id = tenant.1.repo.0, %error, "a page of the past is written anew");
            }
            done => return done,
        }
    }
    store_once(pipeline, tenant, past, around).await
}

async fn store_once(
    pipeline: &Pipeline,
    (id, turn): (InstallationId, &Turn),
    past: &PastPage,
    around: &Around,
) -> Result<(), StepError> {
    let now = pipeline.clock.now();
    let all = read(past, &around.attributes);
    let mut tx = pipeline.pool.begin().await?;
    let still_there = tenants::repo(&mut tx, id, turn.repo).await?.is_some();
    let silent = tenants::installation(&mut tx, id)
        .await?
        .is_none_or(|tenant| tenant.silent);
    if !still_there || silent {
        super::begin(pipeline, &mut tx, id).await?;
        tx.commit().await?;
        return Ok(());
    }
    let page = Page {
        next: past.next.as_deref(),
        pulls: i32::try_from(past.pulls.len() + past.left_out.len()).unwrap_or(i32::MAX),
        total: past.total,
        calls: i64::from(past.calls) + around.calls,
        page_size: reading::bigger(turn.page_size),
        attributes: &around.attributes,
    };
    let mut left_out: Vec<i32> = past.left_out.iter().map(|(number, _)| *number).collect();
    // First: whoever holds the row reads this page, and nobody else.
    if backfills::page_done(&mut tx, id, turn, &page, now).await? {
        left_out.extend(each(pipeline, &mut tx, (id, turn), &all).await?);
        if !left_out.is_empty() {
            backfills::leave_out(&mut tx, id, turn.repo, &left_out).await?;
        }
        bare(pipeline, &mut tx, (id, turn.repo), &past.left_out).await?;
        if past.next.is_none() && turn.pages > 0 {
            suggest_anew(pipeline, &mut tx, (id, turn.repo)).await?;
        }
        if let Some(name) = &around.branch {
            tenants::see_default_branch(&mut tx, id, (turn.repo, name)).await?;
            match &around.read {
                Some(read) => base_branch::store(pipeline, &mut tx, (id, turn.repo), (name, Some(read))).await?,
                // What was read before holds for these pull requests, too.
                None => base_branch::mark(pipeline, &mut tx, (id, turn.repo), name).await?,
            }
        }
    } else {
        tx.rollback().await?;
        tx = pipeline.pool.begin().await?;
    }
    super::begin(pipeline, &mut tx, id).await?;
    tx.commit().await?;
    tracing::info!(
        repo.id = turn.repo.0,
        pulls = page.pulls,
        calls = page.calls,
        missing = past.missing.len() + left_out.len(),
        last = past.next.is_none(),
        "a page of the past is stored"
    );
    Ok(())
}

/// Pull requests that can't be had whole are asked for as one is that was opened before the App came: what they are and which
/// files they change, without what was said on them.
async fn bare(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    (id, repo): (InstallationId, RepoId),
    left_out: &[(i32, Time)],
) -> Result<(), StepError> {
    for (number, changed) in left_out {
        let key = PullKey { repo, number: *number };
        pulls::see_number(conn, id, key, *changed).await?;
        let job = Job::Fetch {
            installation: id,
            pull: key,
        };
        pipeline.queue.add(conn, &job.into()).await?;
    }
    Ok(())
}

/// What was suggested while only the newest pages were known is worked out once more when all of them are.
async fn suggest_anew(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    (id, repo): (InstallationId, RepoId),
) -> Result<(), StepError> {
    for pull in suggestions::made_by_half(conn, id, repo).await? {
        pulls::want_suggestion(conn, id, pull, pipeline.clock.now()).await?;
        let job = Job::Suggest { installation: id, pull };
        pipeline.queue.add(conn, &job.into()).await?;
    }
    Ok(())
}

/// Stores the pull requests of a page, each for itself: one that Postgres won't take doesn't stop the others. Gives the
/// numbers of those that it refused.
async fn each(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    (id, turn): (InstallationId, &Turn),
    all: &[(&PastPull, Option<Contents>)],
) -> Result<Vec<i32>, StepError> {
    let mut seen = hold_all(conn, (id, turn.repo), all).await?;
    let mut refused = Vec::new();
    for (pull, contents) in all {
        let key = PullKey {
            repo: turn.repo,
            number: pull.number,
        };
        let mut point = conn.begin().await?;
        match one(pipeline, &mut point, (id, key), (pull, contents.as_ref(), &mut seen)).await {
            Ok(()) => point.commit().await?,
            Err(StepError::Store(error)) if error.is_of_data() => {
                point.rollback().await?;
                // Whoever was stored with it is not any more.
                seen = Seen::default();
                refused.push(pull.number);
                tracing::warn!(repo.id = turn.repo.0, pull.number = pull.number, %error, "a pull request of the past is left out");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(refused)
}

/// What webhooks about any pull request of the page would wait for is held from the beginning, in their order: pull requests, what is
/// learned from them, people. Taken one pull request at a time, a page would hold the people of the first while it waits for the second.
async fn hold_all(
    conn: &mut PgConnection,
    (id, repo): (InstallationId, RepoId),
    all: &[(&PastPull, Option<Contents>)],
) -> Result<Seen, StepError> {
    let keys = || {
        all.iter().map(|(pull, _)| PullKey {
            repo,
            number: pull.number,
        })
    };
    for key in keys() {
        pulls::hold(conn, key).await?;
    }
    for key in keys() {
        lessons::hold_pull(conn, id, key).await?;
    }
    let mut seen = Seen::default();
    let mut point = conn.begin().await?;
    let events = all.iter().flat_map(|(pull, _)| &pull.events);
    match seen.people_first(&mut point, id, events).await {
        Ok(()) => point.commit().await?,
        // Whose pull request it is, is found out when each is stored for itself.
        Err(StepError::Store(error)) if error.is_of_data() => {
            point.rollback().await?;
            seen = Seen::default();
        }
        Err(error) => return Err(error),
    }
    Ok(seen)
}

async fn one(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    (id, key): (InstallationId, PullKey),
    (past, read, seen): (&PastPull, Option<&Contents>, &mut Seen),
) -> Result<(), StepError> {
    let now = pipeline.clock.now();
    let known = pulls::pull(conn, id, key).await?.filter(|pull| !pull.only_number);
    let pushes = contents::pushes(conn, id, key).await?;
    for (at, event) in past.events.iter().filter(|(_, event)| is_new(event, &pushes)) {
        record::event(conn, seen, event, *at).await?;
    }
    let Some(pull) = pulls::pull(conn, id, key).await? else {
        return Ok(());
    };
    threads(conn, (id, key), past).await?;
    if let Some(reactions) = past.reactions.as_ref().filter(|_| !pull.reactions_read) {
        for (comment, given) in reactions {
            comments::set_reactions(conn, id, (CommentPlace::Diff, *comment), given).await?;
        }
        pulls::reactions_read(conn, id, key, now).await?;
    }
    // What webhooks told of already was suggested already.
    if known.is_some_and(|known| !known.suggestion_waits && known.head_sha == pull.head_sha) {
        pulls::suggested(conn, id, key, pull.suggest_wanted).await?;
    }
    let recent = now - past.updated_at <= Duration::days(DIFFS_DAYS);
    if pull.open || recent {
        // What its pushes did is asked for as of any other; for an open one, also its files and a suggestion where one is due.
        if !pull.open {
            set_contents(conn, (id, key), (past, &pull, read)).await?;
        }
        let job = Job::Fetch {
            installation: id,
            pull: key,
        };
        pipeline.queue.add(conn, &job.into()).await?;
    } else {
        let unread = pull.contents_head.is_none();
        set_contents(conn, (id, key), (past, &pull, read)).await?;
        if unread {
            pulls::still_without_diffs(conn, id, key).await?;
        }
    }
    learn::of_pull((conn, &pipeline.classifier), id, key, Reread::New).await?;
    Ok(())
}

/// Whether an event adds something to the pushes that are known. The record knows commits and when they were made, webhooks
/// know pushes: where these told of some, only what they missed is taken from it.
fn is_new(event: &Event, known: &[HeadPush]) -> bool {
    let What::Pull {
        action: PullAction::Synchronized(push),
        ..
    } = &event.what
    else {
        return true;
    };
    let Some(last) = known.iter().map(|push| push.at).max() else {
        return true;
    };
    let told: BTreeSet<&str> = known.iter().map(|push| push.after.as_str()).collect();
    let left: BTreeSet<&str> = known.iter().filter_map(|push| push.before.as_deref()).collect();
    let missed = left.contains(push.after.as_str()) && !told.contains(push.after.as_str());
    missed || push.at > last
}

/// Which threads are resolved now. When that was isn't told: it was at the last change at the latest. What a webhook told of
/// the same state stays.
async fn threads(
    conn: &mut PgConnection,
    (id, key): (InstallationId, PullKey),
    past: &PastPull,
) -> Result<(), StepError> {
    let known = comments::resolutions(conn, id, key).await?;
    for (root, resolved, by) in &past.threads {
        if known.get(root).copied().unwrap_or(false) != *resolved {
            let by = by.as_ref().map(|by| by.id);
            comments::see_resolution(conn, id, (key, *root), (by, *resolved), past.updated_at).await?;
        }
    }
    Ok(())
}

async fn set_contents(
    conn: &mut PgConnection,
    (id, key): (InstallationId, PullKey),
    (past, pull, read): (&PastPull, &Pull, Option<&Contents>),
) -> Result<(), StepError> {
    let is_current = pull.head_sha == past.head && pull.contents_head.as_deref() != Some(past.head.as_str());
    if let Some(read) = read.filter(|_| is_current) {
        contents::set_contents(conn, id, key, &past.head, (&read.files, &read.people)).await?;
        ownership::set_commits(conn, id, key, &read.commits).await?;
    }
    Ok(())
}
