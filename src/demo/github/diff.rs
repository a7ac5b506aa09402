//! Patches computed from contents, in the shape GitHub gives them.

use std::collections::HashMap;
use std::sync::Arc;

use similar::{ChangeTag, TextDiff};

use crate::demo::github::commits::{Blob, Tree};
use crate::demo::github::state::Sha;

/// One file of a comparison.
#[derive(Clone, Debug)]
pub struct FileChange {
    pub path: Arc<str>,
    pub previous: Option<Arc<str>>,
    pub status: &'static str,
    pub additions: usize,
    pub deletions: usize,
    pub sha: Sha,
    pub patch: Option<String>,
}

/// A share of equal lines at which a removed and an added file count as one renamed file (git's default).
const RENAMED_FROM: f32 = 0.5;

/// Pairs of removed and added files that are looked at for a rename.
const RENAME_PAIRS: usize = 400;

/// The files that differ, by path.
pub fn changes_between(old: &Tree, new: &Tree) -> Vec<FileChange> {
    let added: Vec<&Arc<str>> = new.keys().filter(|p| !old.contains_key(*p)).collect();
    let removed: Vec<&Arc<str>> = old.keys().filter(|p| !new.contains_key(*p)).collect();
    let renamed = renames(old, new, &removed, &added);
    let mut found = Vec::new();
    for (path, blob) in new {
        match old.get(path) {
            Some(before) if before.sha == blob.sha => {}
            Some(before) => found.push(file_change(path, "modified", Some(before), blob)),
            None => match renamed.get(path).and_then(|from| Some((from, old.get(from)?))) {
                Some((from, before)) => {
                    let mut change = file_change(path, "renamed", Some(before), blob);
                    change.previous = Some(from.clone());
                    found.push(change);
                }
                None => found.push(file_change(path, "added", None, blob)),
            },
        }
    }
    for path in removed {
        if let Some(blob) = old.get(path)
            && !renamed.values().any(|from| from == path)
        {
            let (patch, _, deletions) = patch(&blob.text, "");
            let sha = blob.sha.clone();
            found.push(FileChange {
                path: path.clone(),
                previous: None,
                status: "removed",
                additions: 0,
                deletions,
                sha,
                patch,
            });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn renames(old: &Tree, new: &Tree, removed: &[&Arc<str>], added: &[&Arc<str>]) -> HashMap<Arc<str>, Arc<str>> {
    let mut pairs: Vec<(f32, Arc<str>, Arc<str>)> = Vec::new();
    if removed.len() * added.len() <= RENAME_PAIRS {
        for from in removed {
            for to in added {
                let (Some(before), Some(after)) = (old.get(*from), new.get(*to)) else {
                    continue;
                };
                let ratio = if before.sha == after.sha {
                    1.0
                } else {
                    TextDiff::from_lines(&*before.text, &*after.text).ratio()
                };
                if ratio >= RENAMED_FROM {
                    pairs.push((ratio, (*from).clone(), (*to).clone()));
                }
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (&a.1, &a.2).cmp(&(&b.1, &b.2))));
    let mut found: HashMap<Arc<str>, Arc<str>> = HashMap::new();
    for (_, from, to) in pairs {
        if !found.contains_key(&to) && !found.values().any(|f| *f == from) {
            found.insert(to, from);
        }
    }
    found
}

fn file_change(path: &Arc<str>, status: &'static str, before: Option<&Blob>, after: &Blob) -> FileChange {
    let (shown, additions, deletions) = patch(before.map_or("", |b| &*b.text), &after.text);
    FileChange {
        path: path.clone(),
        previous: None,
        status,
        additions,
        deletions,
        sha: after.sha.clone(),
        patch: shown,
    }
}

/// The unified diff without file headers, with the lines added and removed; no patch when nothing differs.
fn patch(old: &str, new: &str) -> (Option<String>, usize, usize) {
    if old == new {
        return (None, 0, 0);
    }
    let diff = TextDiff::from_lines(old, new);
    let (mut additions, mut deletions) = (0, 0);
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Insert => additions += 1,
            ChangeTag::Delete => deletions += 1,
            ChangeTag::Equal => {}
        }
    }
    let text = diff.unified_diff().context_radius(3).to_string();
    (Some(text.trim_end_matches('\n').to_owned()), additions, deletions)
}

/// Where a line of the new side (or of the old side) stands in a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The hunk from its header down to the line.
    pub hunk: String,
    /// Lines below the patch's first `@@`, counting from 1.
    pub position: usize,
}

/// Finds a line in a patch; nothing when the patch doesn't show it.
pub fn place(patch: &str, line: usize, left: bool) -> Option<Place> {
    let (mut old, mut new) = (0_usize, 0_usize);
    let mut start = 0;
    let lines: Vec<&str> = patch.lines().collect();
    for (at, text) in lines.iter().enumerate() {
        if text.starts_with("@@ ") {
            (old, new) = hunk_starts(text)?;
            start = at;
            continue;
        }
        let (is_old, is_new) = match text.as_bytes().first() {
            Some(b'+') => (false, true),
            Some(b'-') => (true, false),
            Some(b'\\') => (false, false),
            _ => (true, true),
        };
        if (left && is_old && old == line) || (!left && is_new && new == line) {
            return Some(Place {
                hunk: lines[start..=at].join("\n"),
                position: at,
            });
        }
        old += usize::from(is_old);
        new += usize::from(is_new);
    }
    None
}

fn hunk_starts(header: &str) -> Option<(usize, usize)> {
    let mut words = header.split(' ').skip(1);
    let old = words.next()?.trim_start_matches('-').split(',').next()?.parse().ok()?;
    let new = words.next()?.trim_start_matches('+').split(',').next()?.parse().ok()?;
    Some((old, new))
}

/// Where a line went: its number in `new`, or nothing when it was changed or removed.
pub fn line_after(old: &str, new: &str, line: usize) -> Option<usize> {
    let diff = TextDiff::from_lines(old, new);
    diff.iter_all_changes()
        .find(|c| c.tag() == ChangeTag::Equal && c.old_index().is_some_and(|i| i + 1 == line))
        .and_then(|c| c.new_index())
        .map(|i| i + 1)
}

#[cfg(test)]
mod tests {
    use super::{Place, changes_between, line_after, place};
    use crate::demo::github::commits::{Change, Tree, apply};

    #[test]
    fn a_changed_line_is_one_added_and_one_removed() {
        let old = apply(&Tree::new(), &[Change::write("a.rs", "one\ntwo\nthree\n")]);
        let new = apply(&old, &[Change::write("a.rs", "one\n2\nthree\n")]);
        let found = changes_between(&old, &new);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].status, found[0].additions, found[0].deletions),
            ("modified", 1, 1)
        );
        assert_eq!(
            found[0].patch.as_deref(),
            Some("@@ -1,3 +1,3 @@\n one\n-two\n+2\n three")
        );
    }

    #[test]
    fn a_moved_file_is_a_rename_with_its_old_name() {
        let old = apply(&Tree::new(), &[Change::write("a.rs", "one\ntwo\nthree\n")]);
        let new = apply(
            &old,
            &[Change::remove("a.rs"), Change::write("b.rs", "one\ntwo\nthree\n")],
        );
        let found = changes_between(&old, &new);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].status, found[0].previous.as_deref()),
            ("renamed", Some("a.rs"))
        );
        assert_eq!(found[0].patch, None);
    }

    #[test]
    fn a_commented_line_is_found_in_its_hunk() {
        let patch = "@@ -1,2 +1,3 @@\n one\n+two\n three";
        assert_eq!(
            place(patch, 2, false),
            Some(Place {
                hunk: "@@ -1,2 +1,3 @@\n one\n+two".into(),
                position: 2
            })
        );
        assert_eq!(place(patch, 9, false), None);
    }

    #[test]
    fn a_line_is_followed_until_it_is_changed() {
        assert_eq!(line_after("a\nb\nc\n", "x\na\nb\nc\n", 2), Some(3));
        assert_eq!(line_after("a\nb\nc\n", "a\nB\nc\n", 2), None);
    }
}
