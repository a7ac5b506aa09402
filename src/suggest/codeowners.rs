//! CODEOWNERS as GitHub reads it: the last line that fits a file says who owns it.
//!
//! Source: GitHub Docs, "About code owners". The patterns are gitignore's, without negation, ranges and an escaped `#`;
//! a line that GitHub would report as an error is skipped. Matching is gix-glob's, which follows git.
use gix_attributes::glob::Pattern;
use gix_attributes::glob::pattern::Case;
use gix_attributes::glob::wildmatch::Mode;

use crate::model::ownership::Owner;
use crate::model::ownership::OwnersLine;

/// Where GitHub looks, in this order; the first file that exists is the one.
pub const PLACES: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// Bytes from which on GitHub doesn't load the file.
pub const LARGEST: usize = 3 * 1024 * 1024;

/// The lines of a CODEOWNERS file that count; none of a file that is too large.
#[must_use]
pub fn lines(text: &str) -> Vec<OwnersLine> {
    if text.len() >= LARGEST {
        return Vec::new();
    }
    text.trim_start_matches('\u{feff}').lines().filter_map(line).collect()
}

/// One line; none for an empty one, a comment, and one that isn't valid.
fn line(text: &str) -> Option<OwnersLine> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return None;
    }
    let (pattern, rest) = pattern_of(text);
    if !is_valid(pattern) {
        return None;
    }
    let words = rest.split_whitespace().take_while(|word| !word.starts_with('#'));
    let mut owners = Vec::new();
    for word in words {
        owners.extend(owner(word)?);
    }
    Some(OwnersLine {
        pattern: pattern.to_owned(),
        owners,
    })
}

/// The pattern up to the first space that isn't escaped, and what follows.
fn pattern_of(text: &str) -> (&str, &str) {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if c.is_whitespace() && !escaped {
            return text.split_at(at);
        }
        escaped = c == '\\' && !escaped;
    }
    (text, "")
}

/// Negation, ranges, an escaped `#` and three stars in a row don't work in CODEOWNERS.
fn is_valid(pattern: &str) -> bool {
    !(pattern.starts_with('!')
        || pattern.starts_with("\\#")
        || pattern.contains(['[', ']'])
        || pattern.contains("***")
        || pattern == "/")
}

/// `Some(None)` is an e-mail address: valid, and nobody whom we know. None: not an owner at all.
#[expect(clippy::option_option, reason = "an address is valid and still names nobody for us")]
fn owner(word: &str) -> Option<Option<Owner>> {
    let name = |text: &str| {
        let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        !text.is_empty() && text.chars().all(known)
    };
    if let Some(rest) = word.strip_prefix('@') {
        return match rest.split_once('/') {
            Some((organisation, team)) if name(organisation) && name(team) => {
                Some(Some(Owner::Team(organisation.to_owned(), team.to_owned())))
            }
            None if name(rest) => Some(Some(Owner::Person(rest.to_owned()))),
            _ => None,
        };
    }
    let (local, domain) = word.split_once('@')?;
    (!local.is_empty() && name(domain)).then_some(None)
}

/// Lines ready to be asked about files.
#[derive(Clone, Debug)]
pub struct CodeOwners<'a> {
    lines: Vec<(Pattern, bool, &'a OwnersLine)>,
}

impl<'a> CodeOwners<'a> {
    /// Makes the lines ready.
    #[must_use]
    pub fn of(lines: &'a [OwnersLine]) -> Self {
        let ready = lines.iter().filter_map(|line| {
            let pattern = Pattern::from_bytes_without_negation(line.pattern.as_bytes())?;
            // `docs/*` owns what lies in docs itself, not in folders below.
            let only_files = line.pattern.ends_with("/*");
            Some((pattern, only_files, line))
        });
        Self { lines: ready.collect() }
    }

    /// The line that decides about a file; none where no line fits. A line without owners leaves it to nobody.
    #[must_use]
    pub fn of_file(&self, path: &str) -> Option<&'a OwnersLine> {
        let folders: Vec<usize> = path.match_indices('/').map(|(at, _)| at).collect();
        let fits = |(pattern, only_files, _): &&(Pattern, bool, &OwnersLine)| {
            matches(pattern, path, false)
                || (!only_files && folders.iter().any(|end| matches(pattern, &path[..*end], true)))
        };
        self.lines.iter().rev().find(fits).map(|(_, _, line)| *line)
    }
}

fn matches(pattern: &Pattern, path: &str, is_folder: bool) -> bool {
    let name = path.rfind('/').map(|slash| slash + 1);
    pattern.matches_repo_relative_path(
        path.into(),
        name,
        Some(is_folder),
        Case::Sensitive,
        Mode::NO_MATCH_SLASH_LITERAL,
    )
}

/// The commits in a `.git-blame-ignore-revs` file: whole names, one a line, comments after `#`.
#[must_use]
pub fn revisions(text: &str) -> Vec<String> {
    let names = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim());
    let whole = |name: &&str| matches!(name.len(), 40 | 64) && name.chars().all(|c| c.is_ascii_hexdigit());
    let mut found: Vec<String> = names.filter(whole).map(str::to_ascii_lowercase).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests;
