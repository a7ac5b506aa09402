//! The commits of a history, each after its parents.
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use chrono::DateTime;
use chrono::Duration;
use gix::ObjectId;
use gix::ThreadSafeRepository;
use gix::actor::SignatureRef;
use gix::mailmap::Snapshot;
use rayon::prelude::*;

use crate::history::Asked;
use crate::history::changes;
use crate::history::local;
use crate::history::names;
use crate::history::names::Named;
use crate::model::clock::Time;
use crate::model::history::Commit;
use crate::model::history::FileChange;
use crate::model::history::Identity;

/// Commits with more files are mechanical.
const MOST_FILES: usize = 100;
/// Commits that one thread reads in a row: neighbours share their trees.
const IN_A_ROW: usize = 64;

/// What a walk found.
pub(super) struct Walked {
    pub(super) identities: Vec<Identity>,
    pub(super) commits: Vec<Commit>,
    pub(super) merges: usize,
    pub(super) odd_dates: usize,
}

/// A commit before its people have numbers.
struct Read {
    at: Time,
    odd: bool,
    named: Named,
    files: Vec<FileChange>,
    mechanical: bool,
}

/// The last commit on the line of first parents that was made by `at`; none where all are younger.
pub(super) fn tip(local: &gix::Repository, head: ObjectId, at: Time) -> gix::Result<Option<ObjectId>> {
    for info in local
        .rev_walk([head])
        .first_parent_only()
        .use_commit_graph(false)
        .all()?
    {
        let id = info?.id;
        let made = local.find_commit(id)?.committer().map_or(0, |made| made.seconds());
        if made <= at.timestamp() {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// When a commit was committed, between 1970 and `at`.
pub(super) fn made(local: &gix::Repository, id: ObjectId, at: Time) -> gix::Result<Time> {
    let seconds = local.find_commit(id)?.committer().map_or(0, |made| made.seconds());
    let made = DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::UNIX_EPOCH);
    Ok(made.max(DateTime::UNIX_EPOCH).min(at))
}

/// A commit among others.
struct Made {
    id: ObjectId,
    parents: Vec<ObjectId>,
    /// By the committer's clock, in seconds since 1970.
    at: i64,
}

/// All commits before and at `tip`, each after its parents, and otherwise the older ones first. The library's own order by time refuses a history with
/// one unreadable date in it.
fn ordered(local: &gix::Repository, tip: ObjectId) -> gix::Result<Vec<Made>> {
    let mut all = Vec::new();
    for info in local.rev_walk([tip]).use_commit_graph(false).all()? {
        let info = info?;
        let at = local.find_commit(info.id)?.committer().map_or(0, |made| made.seconds());
        all.push(Made {
            id: info.id,
            parents: info.parent_ids.to_vec(),
            at,
        });
    }
    let places: HashMap<ObjectId, usize> = all.iter().enumerate().map(|(place, made)| (made.id, place)).collect();
    let mut children = vec![0_usize; all.len()];
    let parents =
        |made: &Made| -> Vec<usize> { made.parents.iter().filter_map(|id| places.get(id).copied()).collect() };
    for place in all.iter().flat_map(parents) {
        children[place] += 1;
    }
    let mut ready: BinaryHeap<(i64, Reverse<usize>)> = BinaryHeap::new();
    ready.extend(
        (0..all.len())
            .filter(|place| children[*place] == 0)
            .map(|place| (all[place].at, Reverse(place))),
    );
    let mut newest_first = Vec::with_capacity(all.len());
    while let Some((_, Reverse(place))) = ready.pop() {
        newest_first.push(place);
        for parent in parents(&all[place]) {
            children[parent] -= 1;
            if children[parent] == 0 {
                ready.push((all[parent].at, Reverse(parent)));
            }
        }
    }
    let mut all: Vec<Option<Made>> = all.into_iter().map(Some).collect();
    Ok(newest_first
        .into_iter()
        .rev()
        .filter_map(|place| all[place].take())
        .collect())
}

/// All commits before and at `tip` with their files, merges left out.
pub(super) fn commits(
    repository: &ThreadSafeRepository,
    tip: ObjectId,
    mailmap: &Snapshot,
    asked: &Asked<'_>,
) -> gix::Result<Walked> {
    let here = local(repository);
    let shallow = here.shallow_commits()?;
    let is_cut = |id: &ObjectId| shallow.as_ref().is_some_and(|cut| cut.contains(id));
    let all = ordered(&here, tip)?;
    let merges = all.iter().filter(|made| made.parents.len() > 1).count();
    // What the oldest commits of a shallow clone changed can't be told from what was there before.
    let counts = |made: &&Made| made.parents.len() <= 1 && !is_cut(&made.id);
    let ids: Vec<ObjectId> = all.iter().filter(counts).map(|made| made.id).collect();
    let done = AtomicUsize::new(0);
    let runs: Vec<gix::Result<Vec<Read>>> = ids
        .par_chunks(IN_A_ROW)
        .map_init(
            || local(repository),
            |local, run| {
                let mut cache = local.diff_resource_cache_for_tree_diff()?;
                let read = run.iter().map(|id| read(local, *id, &mut cache, mailmap, asked));
                let read = read.collect::<gix::Result<Vec<Read>>>()?;
                let before = done.fetch_add(run.len(), Ordering::Relaxed);
                (asked.progress)(before + run.len(), ids.len());
                Ok(read)
            },
        )
        .collect();
    let mut walked = Walked {
        identities: Vec::new(),
        commits: Vec::with_capacity(ids.len()),
        merges,
        odd_dates: 0,
    };
    let mut numbers = HashMap::new();
    for run in runs {
        for read in run? {
            walked.odd_dates += usize::from(read.odd);
            walked.take(read, &mut numbers);
        }
    }
    Ok(walked)
}

impl Walked {
    fn take(&mut self, read: Read, numbers: &mut HashMap<Identity, usize>) {
        let mut number = |one: Identity| {
            let next = numbers.len();
            let number = *numbers.entry(one.clone()).or_insert(next);
            if number == next {
                self.identities.push(one);
            }
            number
        };
        self.commits.push(Commit {
            at: read.at,
            authors: read.named.authors.into_iter().map(&mut number).collect(),
            reviewers: read.named.reviewers.into_iter().map(&mut number).collect(),
            files: read.files,
            mechanical: read.mechanical,
        });
    }
}

fn read(
    local: &gix::Repository,
    id: ObjectId,
    cache: &mut gix::diff::blob::Platform,
    mailmap: &Snapshot,
    asked: &Asked<'_>,
) -> gix::Result<Read> {
    let commit = local.find_commit(id)?;
    let nobody = SignatureRef::default();
    let author = commit.author().unwrap_or(nobody);
    let committed = commit.committer().map_or(0, |made| made.seconds());
    let (at, odd) = when(author.seconds(), committed, asked.at());
    let ignored = asked.ignored.contains(&id.to_string());
    let (files, mechanical) = changes::of(local, &commit, cache, (ignored, MOST_FILES), asked.by_hand)?;
    Ok(Read {
        at,
        odd,
        named: names::named(author, commit.message_raw_sloppy(), mailmap),
        files,
        mechanical,
    })
}

/// When a commit was written: what its author's clock said, else the committer's, else the nearest end of what can be; and
/// whether the author's clock made no sense.
fn when(author: i64, committer: i64, now: Time) -> (Time, bool) {
    let latest = (now + Duration::days(1)).timestamp();
    let can_be = |seconds: &i64| (1..=latest).contains(seconds);
    let seconds = [author, committer].into_iter().find(can_be);
    let nearest = if author > latest { now.timestamp() } else { 0 };
    let seconds = seconds.unwrap_or(nearest).min(now.timestamp());
    let at = DateTime::from_timestamp(seconds, 0).unwrap_or(now);
    (at, !can_be(&author))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::sound(1_700_000_000, 1_700_000_500, 1_700_000_000, false)]
    #[case::before_1970(-5, 1_600_000_000, 1_600_000_000, true)]
    #[case::no_date_at_all(0, 0, 0, true)]
    #[case::far_ahead(99_999_999_999, 1_600_000_000, 1_600_000_000, true)]
    #[case::both_far_ahead(99_999_999_999, 99_999_999_999, 1_800_000_000, true)]
    #[case::without_end(i64::MAX, i64::MIN, 1_800_000_000, true)]
    #[case::a_clock_a_little_ahead(1_800_000_060, 1_800_000_060, 1_800_000_000, false)]
    fn a_date_that_makes_no_sense_is_mended(
        #[case] author: i64,
        #[case] committer: i64,
        #[case] seconds: i64,
        #[case] odd: bool,
    ) {
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
        let (at, said) = when(author, committer, now);
        assert_eq!((at.timestamp(), said), (seconds, odd));
    }
}
