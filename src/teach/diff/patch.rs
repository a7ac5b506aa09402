//! A file's patch as GitHub writes it, with the line numbers of each line.
use std::collections::HashMap;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

/// Whether a line was added or removed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sign {
    Added,
    Removed,
}

/// An added or removed line with its place in both files.
#[derive(Clone, Copy, Debug)]
pub struct Touched<'a> {
    pub sign: Sign,
    pub text: &'a str,
    /// Its line in the old file; for an added line, the line that follows it there.
    pub old: i64,
    /// Its line in the new file; for a removed line, the line that follows it there.
    pub new: i64,
}

impl<'a> Touched<'a> {
    /// What is compared: line numbers are not.
    pub fn words(&self) -> (Sign, &'a str) {
        (self.sign, self.text)
    }

    /// The words as one number, quicker to compare than long lines.
    pub fn fingerprint(&self) -> (Sign, u64, usize) {
        let mut hasher = DefaultHasher::new();
        self.text.hash(&mut hasher);
        (self.sign, hasher.finish(), self.text.len())
    }

    /// The new file's line below it.
    pub fn below(&self) -> i64 {
        match self.sign {
            Sign::Added => self.new + 1,
            Sign::Removed => self.new,
        }
    }
}

/// A parsed patch: the touched lines in order, and the text of every line of the new file that it shows.
#[derive(Default, Debug)]
pub struct Patch<'a> {
    pub touched: Vec<Touched<'a>>,
    shown: HashMap<i64, &'a str>,
}

impl<'a> Patch<'a> {
    /// The patch of that text; none where it isn't one.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut patch = Self::default();
        let (mut old, mut new) = (0_i64, 0_i64);
        let mut in_hunk = false;
        // Only \n ends a line: a lone \r or a form feed is part of it.
        for line in text.split('\n') {
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.starts_with("@@") {
                (old, new) = hunk_start(line)?;
                in_hunk = true;
                continue;
            }
            if !in_hunk && !line.is_empty() {
                return None;
            }
            match line.as_bytes().first() {
                Some(b'+') => {
                    patch.touched.push(Touched {
                        sign: Sign::Added,
                        text: &line[1..],
                        old,
                        new,
                    });
                    patch.shown.insert(new, &line[1..]);
                    new += 1;
                }
                Some(b'-') => {
                    patch.touched.push(Touched {
                        sign: Sign::Removed,
                        text: &line[1..],
                        old,
                        new,
                    });
                    old += 1;
                }
                Some(b' ') => {
                    patch.shown.insert(new, &line[1..]);
                    (old, new) = (old + 1, new + 1);
                }
                // The note on a missing final newline, and what follows the last line.
                _ => {}
            }
        }
        Some(patch)
    }

    /// The new file's line where a line of the old file is, or would be.
    pub fn new_line_of_old(&self, line: i64) -> i64 {
        let above = self.touched.partition_point(|touched| touched.old < line);
        let removed_itself = self.touched[above..]
            .iter()
            .find(|t| t.sign == Sign::Removed && t.old == line);
        if let Some(touched) = removed_itself {
            return touched.new;
        }
        match above.checked_sub(1).map(|index| &self.touched[index]) {
            Some(last) => match last.sign {
                Sign::Added => line + last.new + 1 - last.old,
                Sign::Removed => line + last.new - last.old - 1,
            },
            None => line,
        }
    }

    /// The text of a line of the new file, if the patch shows it.
    pub fn text_of(&self, line: i64) -> Option<&'a str> {
        self.shown.get(&line).copied()
    }

    /// Whether that line of the new file was added.
    pub fn adds(&self, line: i64) -> bool {
        self.touched
            .iter()
            .any(|touched| touched.sign == Sign::Added && touched.new == line)
    }

    /// Whether a line with this text is removed within `reach` of either line.
    pub fn removes(&self, text: &str, around: (i64, i64), reach: i64) -> bool {
        self.touched
            .iter()
            .filter(|touched| touched.sign == Sign::Removed && touched.text.trim_end() == text)
            .any(|touched| (touched.new - around.0).abs() <= reach || (touched.new - around.1).abs() <= reach)
    }

    /// Whether these lines stand one after the other in the new file, starting within `reach` of a line.
    pub fn stands(&self, lines: &[&str], near: i64, reach: i64) -> bool {
        let starts = near.saturating_sub(reach)..=near.saturating_add(reach);
        let matches_from = |start: i64| {
            (start..)
                .zip(lines)
                .all(|(at, line)| self.text_of(at).is_some_and(|text| text.trim_end() == *line))
        };
        // What the patch doesn't show can't match, so only shown lines are tried.
        !lines.is_empty() && starts.filter(|start| self.shown.contains_key(start)).any(matches_from)
    }

    /// Whether at least half of the lines added here are added there too, and there are some.
    pub fn is_mostly_in(&self, other: &Patch<'_>) -> bool {
        fn added<'b>(patch: &'b Patch<'_>) -> impl Iterator<Item = &'b str> {
            let lines = patch.touched.iter().filter(|touched| touched.sign == Sign::Added);
            lines.map(|touched| touched.text.trim()).filter(|text| !text.is_empty())
        }
        let theirs: std::collections::HashSet<&str> = added(other).collect();
        let (kept, all) = added(self).fold((0, 0), |(kept, all), text| {
            (kept + usize::from(theirs.contains(text)), all + 1)
        });
        all > 0 && kept * 2 >= all
    }
}

/// First lines of a hunk in both files, from `@@ -12,7 +12,9 @@`.
fn hunk_start(line: &str) -> Option<(i64, i64)> {
    let mut words = line.split(' ').skip(1);
    let mut start = |sign: char| {
        let range = words.next()?.strip_prefix(sign)?;
        let (first, length) = range.split_once(',').unwrap_or((range, "1"));
        let (first, length) = (first.parse::<u32>().ok()?, length.parse::<u32>().ok()?);
        // An empty range names the line before it.
        Some(i64::from(first) + i64::from(length == 0))
    };
    Some((start('-')?, start('+')?))
}
