//! How near the next push came to a commented line.
//!
//! Both inputs are the pull request's own diff, as three-dot comparisons against the base branch: before the push and
//! after it. What came in from the base branch is in neither, so a rebase or a merge of the base doesn't count as an
//! answer. The added and removed lines of the file are compared as two texts, without their context and line numbers,
//! and what differs is placed on line numbers of the commented version by walking from the nearest line that both have.
//!
//! Limits: line endings and a missing final newline don't count; a line that is moved within the file without passing
//! another changed line is not seen; where more than [`ALIGNED_LINES`] lines differ, they count as rewritten as a whole.
mod patch;

use similar::Algorithm;
use similar::DiffOp;
use similar::capture_diff_slices;

use crate::model::evidence::Nearness;
use crate::model::pull::ComparedFile;
use crate::teach::diff::patch::Patch;
use crate::teach::diff::patch::Sign;
use crate::teach::diff::patch::Touched;

/// Changed lines on one side, between the first and the last difference, up to which the two sides are aligned line by
/// line. Alignment can take time in proportion to its square; beyond it all of them count as rewritten.
pub const ALIGNED_LINES: usize = 3_000;

/// Files in one comparison beyond which GitHub leaves files out, so that an absent file proves nothing.
/// Source: GitHub REST API, "Compare two commits".
pub const COMPARED_FILES: usize = 300;

/// Lines from the commented one at which a suggestion still counts as applied there; the same as the widest nearness.
const APPLIED_WITHIN: i64 = 10;

/// Lines of a suggestion up to which it is looked for; GitHub's own are a handful.
const SUGGESTED_LINES: usize = 200;

/// What was commented.
#[derive(Clone, Copy, Debug)]
pub struct Remark<'a> {
    /// The file, by its path in the commented version.
    pub path: &'a str,
    /// The line, counted from 1; none for a remark on the file as a whole.
    pub line: Option<i32>,
    /// The line counts in the old file (the remark stands on a removed line).
    pub on_old_side: bool,
    /// The text of each `suggestion` block.
    pub suggestions: &'a [String],
}

/// Where a remark stands in a later version, on its new side: the file's path there and the line, which is the place
/// where the line was if that was rewritten.
///
/// `commented` and `later` are the comparisons base...commented and base...later. None where they don't tell: the file is
/// in only one of them, or a patch is missing and the contents differ.
#[must_use]
pub fn place_in<'a>(
    commented: &[ComparedFile],
    later: &'a [ComparedFile],
    remark: &Remark<'_>,
) -> Option<(&'a str, Option<i32>)> {
    let old = commented.iter().find(|file| file.path == remark.path)?;
    let new = successor(old, commented, later)?;
    let same_content = old.blob.is_some() && old.blob == new.blob;
    let Some(line) = remark.line.filter(|_| !same_content || remark.on_old_side) else {
        return Some((&new.path, remark.line));
    };
    let (from, to) = (
        Patch::parse(old.patch.as_deref()?)?,
        Patch::parse(new.patch.as_deref()?)?,
    );
    let line = new_side(&from, remark.on_old_side, i64::from(line));
    let ops = aligned(&from.touched, &to.touched);
    let (above, below) = anchors(line, &from.touched, &to.touched, &ops);
    let nearest = below.filter(|below| below.0 - line < line - above.0).unwrap_or(above);
    Some((&new.path, i32::try_from(line + nearest.1 - nearest.0).ok()))
}

fn new_side(patch: &Patch<'_>, on_old_side: bool, line: i64) -> i64 {
    if on_old_side { patch.new_line_of_old(line) } else { line }
}

/// How near the push came to the remark, and whether one of its suggestions was taken over as written.
///
/// `before` and `after` are the comparisons of the base with the two versions that the push parts; the remark stands in
/// the first of them ([`place_in`] tells where, if it was made on an earlier one). None where they don't tell: the file is
/// not in `before`, a patch is missing and the contents differ, or GitHub cut the list.
#[must_use]
pub fn nearness_of_push(
    before: &[ComparedFile],
    after: &[ComparedFile],
    remark: &Remark<'_>,
) -> Option<(Nearness, bool)> {
    let old = before.iter().find(|file| file.path == remark.path)?;
    let Some(new) = successor(old, before, after) else {
        if after.len() >= COMPARED_FILES {
            return None;
        }
        // The pull request no longer touches the file: all its changes there were taken back.
        let gone = Patch::default();
        return Some(compare(&Patch::parse(old.patch.as_deref()?)?, &gone, remark));
    };
    let moved = if old.path == new.path {
        Nearness::Untouched
    } else {
        Nearness::SameFile
    };
    let same_content = old.blob.is_some() && old.blob == new.blob;
    let same_patch = old.patch.is_some() && old.patch == new.patch;
    if same_content || same_patch {
        return Some((moved, false));
    }
    let (before, after) = (
        Patch::parse(old.patch.as_deref()?)?,
        Patch::parse(new.patch.as_deref()?)?,
    );
    let (nearness, applied) = compare(&before, &after, remark);
    Some((nearness.min(moved), applied))
}

/// The same file after the push: by path, by the path it has in the base, by content, or by most of its added lines.
fn successor<'a>(old: &ComparedFile, before: &[ComparedFile], after: &'a [ComparedFile]) -> Option<&'a ComparedFile> {
    let in_base = |file: &ComparedFile| file.previous_path.clone().unwrap_or_else(|| file.path.clone());
    let same_path = after.iter().find(|file| file.path == old.path);
    let same_origin = || after.iter().find(|file| in_base(file) == in_base(old));
    let newcomers = || {
        after
            .iter()
            .filter(|file| before.iter().all(|known| known.path != file.path))
    };
    let same_content = || newcomers().find(|file| file.blob.is_some() && file.blob == old.blob);
    let alike = || {
        let patch = Patch::parse(old.patch.as_deref()?)?;
        newcomers().find(|file| {
            file.patch
                .as_deref()
                .and_then(Patch::parse)
                .is_some_and(|other| patch.is_mostly_in(&other))
        })
    };
    same_path.or_else(same_origin).or_else(same_content).or_else(alike)
}

fn compare(before: &Patch<'_>, after: &Patch<'_>, remark: &Remark<'_>) -> (Nearness, bool) {
    let ops = aligned(&before.touched, &after.touched);
    let changes = places(&before.touched, &after.touched, &ops);
    if changes.is_empty() {
        return (Nearness::Untouched, false);
    }
    let Some(line) = remark.line.map(i64::from) else {
        return (Nearness::SameFile, false);
    };
    let line = new_side(before, remark.on_old_side, line);
    let distance = changes.iter().map(|place| place.distance_to(line)).min();
    let nearness = match distance {
        Some(..=3) => Nearness::Within3,
        Some(..=10) => Nearness::Within10,
        Some(_) | None => Nearness::SameFile,
    };
    let around = around(line, &before.touched, &after.touched, &ops);
    let applied = remark
        .suggestions
        .iter()
        .any(|text| is_applied(text, line, around, before, after));
    (nearness, applied)
}

/// A line of the commented version, or the gap before it.
#[derive(Clone, Copy)]
struct Place {
    line: i64,
    is_gap: bool,
}

impl Place {
    fn distance_to(self, line: i64) -> i64 {
        // A gap is as far as the farther of the lines that it parts: next to a line means 1 away.
        let to_line = self.line.saturating_sub(line).abs();
        if self.is_gap {
            to_line.max(self.line.saturating_sub(1).saturating_sub(line).abs())
        } else {
            to_line
        }
    }
}

/// How the changed lines of both sides match, text by text.
fn aligned(before: &[Touched<'_>], after: &[Touched<'_>]) -> Vec<DiffOp> {
    let same = |(a, b): &(&Touched<'_>, &Touched<'_>)| a.words() == b.words();
    let head = before.iter().zip(after).take_while(same).count();
    let (rest_before, rest_after) = (&before[head..], &after[head..]);
    let tail = rest_before
        .iter()
        .rev()
        .zip(rest_after.iter().rev())
        .take_while(same)
        .count();
    let (len_before, len_after) = (rest_before.len() - tail, rest_after.len() - tail);
    if len_before.max(len_after) > ALIGNED_LINES {
        let middle = DiffOp::Replace {
            old_index: head,
            old_len: len_before,
            new_index: head,
            new_len: len_after,
        };
        let (old_index, new_index) = (head + len_before, head + len_after);
        return vec![
            DiffOp::Equal {
                old_index: 0,
                new_index: 0,
                len: head,
            },
            middle,
            DiffOp::Equal {
                old_index,
                new_index,
                len: tail,
            },
        ];
    }
    let words = |side: &[Touched<'_>]| side.iter().map(Touched::fingerprint).collect::<Vec<_>>();
    capture_diff_slices(Algorithm::Myers, &words(before), &words(after))
}

/// Where the two sides differ, in lines of the commented version.
fn places(before: &[Touched<'_>], after: &[Touched<'_>], ops: &[DiffOp]) -> Vec<Place> {
    let mut places = Vec::new();
    for op in ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        let (lost, gained) = (&before[op.old_range()], &after[op.new_range()]);
        places.extend(lost.iter().map(|touched| Place {
            line: touched.new,
            is_gap: touched.sign == Sign::Removed,
        }));
        let previous = op
            .old_range()
            .start
            .checked_sub(1)
            .zip(op.new_range().start.checked_sub(1));
        let next = before.get(op.old_range().end).zip(after.get(op.new_range().end));
        let start = previous.map_or((1, 1), |(a, b)| (before[a].below(), after[b].below()));
        let mut walked = walk(start, gained, lost);
        if let (Some((a, b)), Some(last)) = (next, gained.last()) {
            // Coming from below is surer where the next common line is nearer than the previous one.
            let from_above = gained.first().map_or(0, |first| first.new - start.1);
            let from_below = b.new - last.below();
            if from_below < from_above {
                let last_line = a.new - from_below - i64::from(last.sign == Sign::Removed);
                let shift = last_line - walked.last().map_or(0, |place| place.line);
                for place in &mut walked {
                    place.line += shift;
                }
            }
            for place in &mut walked {
                place.line = place.line.min(a.new);
            }
        }
        places.extend(walked);
    }
    places
}

/// Places of lines that only the pushed version touches: from a pair of lines that mean the same place in both versions,
/// down along the context, which both share.
fn walk(start: (i64, i64), gained: &[Touched<'_>], lost: &[Touched<'_>]) -> Vec<Place> {
    let (mut at, mut seen) = start;
    let mut own = lost
        .iter()
        .filter(|touched| touched.sign == Sign::Added)
        .map(|touched| touched.new)
        .peekable();
    gained
        .iter()
        .map(|touched| {
            at += touched.new - seen;
            while own.next_if(|line| *line <= at).is_some() {
                at += 1;
            }
            let place = Place {
                line: at,
                is_gap: touched.sign == Sign::Added,
            };
            seen = touched.below();
            if touched.sign == Sign::Removed {
                at += 1;
            }
            place
        })
        .collect()
}

/// The lines of the pushed version that the commented line may have become: from the common line above and from below.
fn around(line: i64, before: &[Touched<'_>], after: &[Touched<'_>], ops: &[DiffOp]) -> (i64, i64) {
    let (above, below) = anchors(line, before, after, ops);
    let from_above = line + (above.1 - above.0);
    (from_above, below.map_or(from_above, |(a, b)| line + (b - a)))
}

/// The touched lines that both versions have nearest to a line, above it (or on it) and below: their numbers in both. The
/// file's beginning stands for one above.
fn anchors(
    line: i64,
    before: &[Touched<'_>],
    after: &[Touched<'_>],
    ops: &[DiffOp],
) -> ((i64, i64), Option<(i64, i64)>) {
    let pairs = ops
        .iter()
        .filter(|op| matches!(op, DiffOp::Equal { .. }))
        .flat_map(|op| {
            op.old_range()
                .zip(op.new_range())
                .map(|(a, b)| (before[a].new, after[b].new))
        });
    let (mut above, mut below) = ((0, 0), None);
    for pair in pairs {
        if pair.0 <= line {
            above = pair;
        } else if below.is_none() {
            below = Some(pair);
        }
    }
    (above, below)
}

/// The suggested lines stand together near the commented line after the push, and did not before. An empty suggestion
/// (take the line out) is applied when the line stood there before and doesn't after.
fn is_applied(text: &str, line: i64, around: (i64, i64), before: &Patch<'_>, after: &Patch<'_>) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim_end).take(SUGGESTED_LINES + 1).collect();
    if lines.len() > SUGGESTED_LINES {
        return false;
    }
    let reach = APPLIED_WITHIN + i64::try_from(lines.len()).unwrap_or(i64::MAX / 4);
    let stood = |lines: &[&str]| before.stands(lines, line, reach);
    let stands = |lines: &[&str]| after.stands(lines, around.0, reach) || after.stands(lines, around.1, reach);
    if lines.iter().all(|line| line.is_empty()) {
        let taken_out = before.text_of(line).map(str::trim_end).filter(|text| !text.is_empty());
        return taken_out
            .is_some_and(|text| after.removes(text, around, reach) || { before.adds(line) && !stands(&[text]) });
    }
    stands(&lines) && !stood(&lines)
}

#[cfg(test)]
mod tests;
