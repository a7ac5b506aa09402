//! Reads from the code host what no webhook carries: files, commits, what pushes did, reactions.
use std::collections::BTreeMap;

use sqlx::PgConnection;

use crate::classify::attributes::Attributes;
use crate::classify::language;
use crate::classify::markdown;
use crate::classify::mechanical;
use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::evidence::Nearness;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::job::Job;
use crate::model::pull::ComparedFile;
use crate::model::pull::HeadPush;
use crate::model::pull::PullContents;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::base_branch;
use crate::pipeline::record;
use crate::pipeline::settings::check;
use crate::pipeline::suggest;
use crate::store::comments;
use crate::store::comments::StoredComment;
use crate::store::contents;
use crate::store::contents::FollowedUp;
use crate::store::contents::StoredFile;
use crate::store::ownership;
use crate::store::ownership::BaseBranch;
use crate::store::pulls;
use crate::store::pulls::Pull;
use crate::store::tenants;
use crate::store::tenants::Repo;
use crate::teach::diff;

/// A comment and who reacted to it how.
type Reacted = (CommentId, Vec<(PersonId, String)>);

/// What was found out, before any of it is stored.
#[derive(Default)]
struct Found {
    contents: Option<(Vec<StoredFile>, Vec<PersonId>)>,
    commits: Vec<String>,
    base: Option<BaseBranch>,
    follow_ups: Vec<FollowedUp>,
    reactions: Option<Vec<Reacted>>,
}

/// Reads what is missing for one pull request, stores it, and queues what follows.
///
/// Where the code host can't be asked (no credentials, no access), the path goes on with what the webhooks told: then
/// what pushes did isn't known, and lessons say so.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn run(
    pipeline: &Pipeline,
    id: InstallationId,
    key: PullKey,
    delivery: Option<&str>,
) -> Result<(), StepError> {
    let now = pipeline.clock.now();
    let mut conn = pipeline.pool.acquire().await?;
    let (Some(pull), Some(repo), Some(tenant)) = (
        pulls::pull(&mut conn, id, key).await?,
        tenants::repo(&mut conn, id, key.repo).await?,
        tenants::installation(&mut conn, id).await?,
    ) else {
        return Ok(());
    };
    if tenant.silent {
        return Ok(());
    }
    let comments = comments::of_pull(&mut conn, id, key).await?;
    let pushes = contents::pushes(&mut conn, id, key).await?;
    let base = base_branch::known(&mut conn, id, key).await?;
    // The code host may be slow: no connection is held while it is asked.
    drop(conn);

    let pull = if pull.only_number {
        let at = RepoAt {
            installation: tenant.external_id,
            owner: &repo.owner,
            name: &repo.name,
        };
        opened_before(pipeline, (id, key), &at, now).await?.unwrap_or(pull)
    } else {
        pull
    };
    let asking = Asking {
        pipeline,
        repo: &repo,
        number: key.number,
        base: base.as_ref(),
        now,
    };
    let found = match asking.all(tenant.external_id, (&pull, &comments, &pushes)).await {
        Ok(found) => found,
        Err(error) if error.may_pass() => return Err(error.into()),
        // Without credentials nothing can be asked.
        Err(_) => Found {
            follow_ups: unknown(&comments, &pushes),
            ..Found::default()
        },
    };

    let mut tx = pipeline.pool.begin().await?;
    // A comment that is being stored right now waits for us or we for it: its reactions are read now or once more.
    pulls::hold(&mut tx, key).await?;
    if let Some((files, people)) = &found.contents {
        contents::set_contents(&mut tx, id, key, &pull.head_sha, (files, people)).await?;
        ownership::set_commits(&mut tx, id, key, &found.commits).await?;
        let paths = files
            .iter()
            .flat_map(|file| [Some(&file.path), file.previous_path.as_ref()]);
        if check::concerns(&repo.name, paths.flatten().map(String::as_str)) {
            let job = Job::CheckSettings {
                installation: id,
                pull: key,
            };
            pipeline.queue.add(&mut tx, &job.because_of(delivery)).await?;
        }
    }
    if let Some((name, _)) = &base {
        base_branch::store(pipeline, &mut tx, (id, key.repo), (name, found.base.as_ref())).await?;
    }
    for comment in too_early(&comments, &pushes) {
        contents::forget_follow_up(&mut tx, id, comment).await?;
    }
    for follow_up in &found.follow_ups {
        contents::set_follow_up(&mut tx, id, follow_up).await?;
    }
    if let Some(reactions) = &found.reactions {
        for (comment, given) in reactions {
            comments::set_reactions(&mut tx, id, (CommentPlace::Diff, *comment), given).await?;
        }
        pulls::reactions_read(&mut tx, id, key, now).await?;
    }
    queue_what_follows(pipeline, &mut tx, (id, key), &pull, delivery).await?;
    tx.commit().await?;
    Ok(())
}

/// Queues learning where comments were written, and a suggestion where one is waited for.
async fn queue_what_follows(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    (id, key): (InstallationId, PullKey),
    pull: &Pull,
    delivery: Option<&str>,
) -> Result<(), StepError> {
    // Also where the last comment was deleted: its lesson has to go.
    if comments::were_written(conn, id, key).await? {
        let job = Job::Learn {
            installation: id,
            pull: key,
        };
        pipeline.queue.add(conn, &job.because_of(delivery)).await?;
    }
    if pull.suggestion_waits && suggest::is_due(pull, pipeline.clock.now()) {
        let job = Job::Suggest {
            installation: id,
            pull: key,
        };
        pipeline.queue.add(conn, &job.because_of(delivery)).await?;
    }
    Ok(())
}

/// Asks for a pull request of which only a comment told, since it was opened before the App came; none where the code
/// host doesn't say.
async fn opened_before(
    pipeline: &Pipeline,
    (id, key): (InstallationId, PullKey),
    at: &RepoAt<'_>,
    now: Time,
) -> Result<Option<Pull>, StepError> {
    let seen = match pipeline.forge.pull(at, key.number).await {
        Ok(seen) => seen,
        Err(error) if error.may_pass() => return Err(error.into()),
        Err(error) => {
            if !matches!(error, ForgeError::NotConfigured { .. }) {
                tracing::warn!(repo.id = key.repo.0, pull.number = key.number, %error, "only the pull request's number is known");
            }
            return Ok(None);
        }
    };
    let mut tx = pipeline.pool.begin().await?;
    record::pull(&mut tx, id, key, &seen, now).await?;
    let pull = pulls::pull(&mut tx, id, key).await?;
    tx.commit().await?;
    Ok(pull)
}

/// One pull request, about which the code host is asked.
struct Asking<'a> {
    pipeline: &'a Pipeline,
    repo: &'a Repo,
    number: i32,
    /// The branch that it goes into, with what is known of it.
    base: Option<&'a (String, Option<BaseBranch>)>,
    now: Time,
}

impl Asking<'_> {
    async fn all(
        &self,
        external: Option<i64>,
        (pull, comments, pushes): (&Pull, &[StoredComment], &[HeadPush]),
    ) -> Result<Found, ForgeError> {
        if pull.head_sha.is_empty() {
            // Only its number is known; its state may still come with a later event.
            return Ok(Found::default());
        }
        let at = RepoAt {
            installation: external,
            owner: &self.repo.owner,
            name: &self.repo.name,
        };
        let forge = &self.pipeline.forge;
        let mut found = Found::default();
        if pull.contents_head.as_deref() != Some(pull.head_sha.as_str()) {
            let contents = self.unless_refused(forge.pull_contents(&at, self.number).await)?;
            let attributes = self.unless_refused(forge.attributes(&at).await)?.flatten();
            if let Some((name, known)) = self.base {
                let read = base_branch::read(self.pipeline, &at, name, (known.as_ref(), self.now)).await;
                found.base = self.unless_refused(read)?.flatten().map(|(branch, _)| branch);
            }
            if let Some(contents) = contents {
                let attributes = attributes.as_deref().map(Attributes::read).unwrap_or_default();
                found.commits.clone_from(&contents.commits);
                found.contents = Some(sorted(contents, &attributes));
            }
        }
        for (push, answered) in waiting(comments, pushes) {
            let measured = self.unless_refused(self.follow_ups(&at, push, &answered).await)?;
            let follow_ups = measured.unwrap_or_else(|| answered.iter().map(|comment| unmeasured(comment)).collect());
            found.follow_ups.extend(follow_ups);
        }
        if pull.closed_at.is_some() && !pull.reactions_read {
            found.reactions = self.unless_refused(forge.reactions_to_diff(&at, self.number).await)?;
        }
        Ok(found)
    }

    /// One refusal costs what was asked for, and nothing else that was read.
    fn unless_refused<T>(&self, answer: Result<T, ForgeError>) -> Result<Option<T>, ForgeError> {
        match answer {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.may_pass() || matches!(error, ForgeError::NotConfigured { .. }) => Err(error),
            Err(error) => {
                tracing::warn!(repo.id = self.repo.id.0, pull.number = self.number, %error, "going on without what GitHub refuses");
                Ok(None)
            }
        }
    }

    /// What one push did to the comments that it was the first to follow.
    async fn follow_ups(
        &self,
        at: &RepoAt<'_>,
        push: &HeadPush,
        answered: &[&StoredComment],
    ) -> Result<Vec<FollowedUp>, ForgeError> {
        let (Some(before), Some(base)) = (&push.before, &push.base) else {
            return Ok(answered.iter().map(|comment| followed(comment, push, None)).collect());
        };
        // The same base for all of them: what they have in common with it drops out.
        let mut versions: BTreeMap<&str, Option<Vec<ComparedFile>>> = BTreeMap::new();
        let commented = answered.iter().filter_map(|comment| comment.commit.as_deref());
        for sha in commented.chain([before.as_str(), push.after.as_str()]) {
            if !versions.contains_key(sha) {
                versions.insert(sha, self.version(at, base, sha).await?);
            }
        }
        let version = |sha: &str| versions.get(sha).and_then(Option::as_deref);
        Ok(answered
            .iter()
            .map(|comment| {
                let commented = comment.commit.as_deref().unwrap_or(before);
                let near = version(before)
                    .zip(version(&push.after))
                    .zip(version(commented))
                    .and_then(|((old, new), shown)| near(comment, (commented != before).then_some(shown), (old, new)));
                followed(comment, push, near)
            })
            .collect())
    }

    /// What a version changes against the base; none where its commit is gone, as one may be that a force push left
    /// behind.
    async fn version(&self, at: &RepoAt<'_>, base: &str, sha: &str) -> Result<Option<Vec<ComparedFile>>, ForgeError> {
        match self.pipeline.forge.comparison(at, base, sha).await {
            Ok(files) => Ok(Some(files)),
            Err(ForgeError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// How near a push from `old` to `new` came to a comment, which was made on an earlier version where `shown` says so.
fn near(
    comment: &StoredComment,
    shown: Option<&[ComparedFile]>,
    (old, new): (&[ComparedFile], &[ComparedFile]),
) -> Option<(Nearness, bool)> {
    let suggestions: Vec<String> = markdown::suggestion_lines(comment.body.as_deref().unwrap_or_default())
        .into_iter()
        .map(|lines| lines.join("\n"))
        .collect();
    let mut remark = diff::Remark {
        path: comment.path.as_deref()?,
        line: comment.line,
        on_old_side: comment.on_old_side,
        suggestions: &suggestions,
    };
    if let Some(shown) = shown {
        (remark.path, remark.line) = diff::place_in(shown, old, &remark)?;
        remark.on_old_side = false;
    }
    diff::nearness_of_push(old, new, &remark)
}

fn followed(comment: &StoredComment, push: &HeadPush, near: Option<(Nearness, bool)>) -> FollowedUp {
    FollowedUp {
        comment: comment.id,
        after: push.after.clone(),
        nearness: near.map(|(nearness, _)| nearness),
        applied: near.is_some_and(|(_, applied)| applied),
    }
}

/// A push came, and what it did was refused to us: no push has this name, so it is asked for again.
fn unmeasured(comment: &StoredComment) -> FollowedUp {
    FollowedUp {
        comment: comment.id,
        after: String::new(),
        nearness: None,
        applied: false,
    }
}

/// Comments on the diff that were followed by a push and not compared with it yet, by the first push after others could
/// read them. A push that we hear of late takes the place of a later one that was compared meanwhile.
fn waiting<'a>(comments: &'a [StoredComment], pushes: &'a [HeadPush]) -> Vec<(&'a HeadPush, Vec<&'a StoredComment>)> {
    let mut by_push: BTreeMap<usize, Vec<&StoredComment>> = BTreeMap::new();
    for comment in comments {
        if comment.place != CommentPlace::Diff {
            continue;
        }
        let first = pushes.iter().enumerate().find(|(_, push)| push.at > comment.shown_at);
        if let Some((first, _)) = first.filter(|(_, push)| comment.followed_up.as_ref() != Some(&push.after)) {
            by_push.entry(first).or_default().push(comment);
        }
    }
    by_push
        .into_iter()
        .filter_map(|(at, answered)| Some((pushes.get(at)?, answered)))
        .collect()
}

/// Comments on the diff that were compared with a push, and as it turns out were not to be read before it: their review
/// was submitted later.
fn too_early(comments: &[StoredComment], pushes: &[HeadPush]) -> Vec<CommentId> {
    comments
        .iter()
        .filter(|comment| comment.followed_up.is_some() && pushes.iter().all(|push| push.at <= comment.shown_at))
        .map(|comment| comment.id)
        .collect()
}

/// [`waiting`] without diffs: a push came, and what it did isn't known.
fn unknown(comments: &[StoredComment], pushes: &[HeadPush]) -> Vec<FollowedUp> {
    waiting(comments, pushes)
        .into_iter()
        .flat_map(|(push, answered)| answered.into_iter().map(move |comment| followed(comment, push, None)))
        .collect()
}

/// Files with what is known of each, and who wrote them.
pub(super) fn sorted(contents: PullContents, attributes: &Attributes) -> (Vec<StoredFile>, Vec<PersonId>) {
    let files = contents
        .files
        .into_iter()
        .map(|file| StoredFile {
            language: language::language_of(&file.path),
            // A file that only moved is mechanical too.
            mechanical: mechanical::is_mechanical(&file.path, attributes)
                || (file.previous_path.is_some() && file.additions + file.deletions == 0),
            path: file.path,
            previous_path: file.previous_path,
            additions: file.additions,
            deletions: file.deletions,
        })
        .collect();
    (
        files,
        contents.committers.into_iter().chain(contents.co_authors).collect(),
    )
}
