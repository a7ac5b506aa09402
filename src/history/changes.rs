//! What one commit did to files.
use std::ops::ControlFlow;

use gix::ObjectId;
use gix::diff::Rewrites;
use gix::diff::blob::Algorithm;
use gix::diff::blob::Diff;
use gix::diff::blob::InternedInput;
use gix::object::tree::diff::Change as TreeChange;
use gix::objs::tree::EntryMode;

use crate::history::LARGEST;
use crate::history::is_file;
use crate::model::history::Change;
use crate::model::history::FileChange;

/// Where git looks for NUL to tell data from text, in bytes.
const LOOKED_AT: usize = 8_000;
/// Most pairs of files that are compared for a rename with edits, beyond which only equal ones are found.
const RENAMES: usize = 400;

/// Most files and folders of one commit that are looked at.
const MOST_ENTRIES: usize = 100_000;

/// A file before and after.
struct Pair {
    path: String,
    change: Change,
    before: Option<ObjectId>,
    after: Option<ObjectId>,
}

/// The changed files of a commit. Beyond `most` of them, or where `mechanical`, no lines are counted; the answer says whether so.
pub(super) fn of(
    local: &gix::Repository,
    commit: &gix::Commit<'_>,
    cache: &mut gix::diff::blob::Platform,
    (mechanical, most): (bool, usize),
    by_hand: &dyn Fn(&str) -> bool,
) -> gix::Result<(Vec<FileChange>, bool)> {
    let Some(pairs) = pairs(local, commit, cache)? else {
        return Ok((Vec::new(), true));
    };
    let mechanical = mechanical || pairs.len() > most;
    let mut files = Vec::with_capacity(pairs.len());
    for pair in pairs {
        if !by_hand(&pair.path) {
            continue;
        }
        let added = if mechanical {
            0
        } else {
            match added(local, pair.before, pair.after)? {
                Some(added) => added,
                None => continue,
            }
        };
        files.push(FileChange {
            path: pair.path,
            change: pair.change,
            added,
        });
    }
    Ok((files, mechanical))
}

/// The files that a commit touches, renames found; none where it touches more than anybody can compare.
fn pairs(
    local: &gix::Repository,
    commit: &gix::Commit<'_>,
    cache: &mut gix::diff::blob::Platform,
) -> gix::Result<Option<Vec<Pair>>> {
    let before = match commit.parent_ids().next() {
        Some(parent) => parent.object()?.into_commit().tree()?,
        None => local.empty_tree(),
    };
    let after = commit.tree()?;
    let mut changes = before.changes()?;
    changes.options(|options| {
        options.track_path().track_rewrites(None);
    });
    let mut pairs = Vec::new();
    let mut seen = 0;
    let compared = changes.for_each_to_obtain_tree_with_cache(&after, cache, |change| {
        pairs.extend(pair(&change));
        seen += 1;
        let go_on = seen <= MOST_ENTRIES;
        Ok(if go_on {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        })
    });
    if seen > MOST_ENTRIES {
        return Ok(None);
    }
    compared?;
    let any = |change: &Change| pairs.iter().any(|pair| pair.change == *change);
    if !any(&Change::Added) || !any(&Change::Deleted) {
        return Ok(Some(pairs));
    }
    // Something went and something came, so it may have been renamed: asked only now, since that search keeps all of it in memory.
    pairs.clear();
    changes.options(|options| {
        options.track_rewrites(Some(Rewrites {
            copies: None,
            percentage: Some(0.5),
            limit: RENAMES,
            track_empty: false,
        }));
    });
    changes.for_each_to_obtain_tree_with_cache(&after, cache, |change| {
        pairs.extend(pair(&change));
        Ok(ControlFlow::Continue(()))
    })?;
    cache.clear_resource_cache_keep_allocation();
    Ok(Some(pairs))
}

fn pair(change: &TreeChange<'_, '_, '_>) -> Option<Pair> {
    let file = |mode: EntryMode| is_file(mode.kind());
    let (location, change, before, after) = match change {
        TreeChange::Addition {
            location,
            entry_mode,
            id,
            ..
        } if file(*entry_mode) => (location, Change::Added, None, Some(id.detach())),
        TreeChange::Deletion {
            location, entry_mode, ..
        } if file(*entry_mode) => (location, Change::Deleted, None, None),
        TreeChange::Modification {
            location,
            previous_entry_mode,
            previous_id,
            entry_mode,
            id,
        } if file(*entry_mode) && file(*previous_entry_mode) && previous_id != id => (
            location,
            Change::Modified,
            Some(previous_id.detach()),
            Some(id.detach()),
        ),
        TreeChange::Rewrite {
            source_location,
            source_id,
            entry_mode,
            location,
            id,
            copy: false,
            ..
        } if file(*entry_mode) => {
            let renamed = Change::Renamed {
                from: source_location.to_string(),
                edited: source_id != id,
            };
            (location, renamed, Some(source_id.detach()), Some(id.detach()))
        }
        _ => return None,
    };
    Some(Pair {
        path: location.to_string(),
        change,
        before,
        after,
    })
}

/// Lines that are new; none where either side is data.
fn added(local: &gix::Repository, before: Option<ObjectId>, after: Option<ObjectId>) -> gix::Result<Option<u32>> {
    let Some(id) = after.filter(|_| before != after) else {
        return Ok(Some(0));
    };
    let Some(new) = text(local, id)? else {
        return Ok(None);
    };
    let Some(id) = before else {
        return Ok(Some(lines(&new)));
    };
    let Some(old) = text(local, id)? else {
        return Ok(None);
    };
    let input = InternedInput::new(old.as_slice(), new.as_slice());
    Ok(Some(Diff::compute(Algorithm::Histogram, &input).count_additions()))
}

/// A file's text; none where it is data or too large, itself or what it is built from.
pub(super) fn text(local: &gix::Repository, id: ObjectId) -> gix::Result<Option<Vec<u8>>> {
    if local.find_header(id)?.size() > LARGEST {
        return Ok(None);
    }
    let bytes = match local.find_blob(id) {
        Ok(mut blob) => blob.take_data(),
        // A small one that is told by what was taken from a huge one.
        Err(error) if error.is_resource_exhausted() => return Ok(None),
        Err(error) => return Err(error),
    };
    let looked_at = &bytes[..bytes.len().min(LOOKED_AT)];
    Ok((!looked_at.contains(&0)).then_some(bytes))
}

/// How many lines a text has.
pub(super) fn lines(text: &[u8]) -> u32 {
    let ends = text.split(|byte| *byte == b'\n').count();
    let unfinished = usize::from(!text.is_empty() && !text.ends_with(b"\n"));
    u32::try_from(ends - 1 + unfinished).unwrap_or(u32::MAX)
}
