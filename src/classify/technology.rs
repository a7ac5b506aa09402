//! Which technologies a comment names: frameworks, tools, libraries, protocols and platforms of
//! [`crate::model::skill::technology`]'s table, in its prose, its inline code, or by the path it stands on.
//!
//! One pass of an automaton over the text finds every word of the table; what stands around a find says whether it counts.
//! A name that is an English word as well (React, Spring, Jest) needs its own letters, inline code or a word beside it.
use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use aho_corasick::AhoCorasickKind;
use aho_corasick::Match;

use crate::classify::markdown::Parts;
use crate::model::skill::technology;
use crate::model::skill::technology::Technology;

/// At most this many are named: who lists more explains none of them.
const MOST: usize = 5;

/// Bytes on each side of a find in which its token (a path, an address) is looked for.
const TOKEN: usize = 64;

/// The technologies that a comment names: those of the text in its order, then those of the path. Never fails, and takes time
/// linear in the text.
#[must_use]
pub fn named(parts: &Parts, path: Option<&str>) -> Vec<&'static Technology> {
    let mut named = in_text(&parts.prose);
    for technology in path.into_iter().flat_map(|path| PATHS.of(path)) {
        if !named.contains(&technology) {
            named.push(technology);
        }
    }
    named.truncate(MOST);
    let all = technology::all();
    named.into_iter().filter_map(|at| all.get(at)).collect()
}

/// The tags of the technologies that a comment names.
pub(super) fn tags(parts: &Parts, path: Option<&str>) -> Vec<String> {
    let named = named(parts, path).into_iter();
    named.map(|technology| technology.tag.to_owned()).collect()
}

/// One way in which the table names a technology.
struct Word {
    /// Which one, by its place in the table.
    technology: usize,
    /// The letters to look for.
    letters: &'static str,
    /// What else is wanted.
    wanted: Wanted,
}

enum Wanted {
    /// Nothing: it is no other word.
    Nothing,
    /// These very letters; and where there are some, one of these words in the text.
    Letters(Vec<&'static str>),
    /// Inline code around it.
    Code,
}

impl Word {
    /// A word as the table writes it.
    fn read(technology: usize, entry: &'static str) -> Self {
        let (letters, wanted) = if let Some(exact) = entry.strip_prefix('=') {
            match exact.split_once('+') {
                Some((letters, beside)) => (letters, Wanted::Letters(beside.split('/').collect())),
                None => (exact, Wanted::Letters(Vec::new())),
            }
        } else if let Some(code) = entry.strip_prefix('`') {
            (code.trim_end_matches('`'), Wanted::Code)
        } else {
            (entry, Wanted::Nothing)
        };
        Self {
            technology,
            letters,
            wanted,
        }
    }
}

static WORDS: LazyLock<Vec<Word>> = LazyLock::new(|| {
    let all = technology::all().iter().enumerate();
    all.flat_map(|(at, one)| one.words.iter().map(move |entry| Word::read(at, entry)))
        .collect()
});

static AUTOMATON: LazyLock<AhoCorasick> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant table, compiled in the tests")]
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(WORDS.iter().map(|word| word.letters))
        .expect("the words compile")
});

/// The places in the table of what a text names, in the order of the text, each once.
fn in_text(prose: &str) -> Vec<usize> {
    let mut text = Text::new(prose);
    let mut finds: Vec<(Match, &Word)> = Vec::new();
    for found in AUTOMATON.find_overlapping_iter(prose) {
        let word = &WORDS[found.pattern().as_usize()];
        if text.counts(&found, word) {
            finds.push((found, word));
        }
    }
    // Of "spring boot" and the "spring" in it the longer one is meant.
    finds.sort_by_key(|(found, _)| (found.start(), std::cmp::Reverse(found.end())));
    let mut end = 0;
    let mut named = Vec::new();
    for (found, word) in finds {
        if found.end() > end {
            end = found.end();
            if named.len() < MOST && !named.contains(&word.technology) {
                named.push(word.technology);
            }
        }
    }
    named
}

/// A text while it is read from its beginning to its end.
struct Text<'t> {
    prose: &'t str,
    bytes: &'t [u8],
    /// How far backticks were counted, and whether inline code is open there.
    ticked: (usize, bool),
    /// In small letters, where that was needed.
    lower: Option<String>,
    /// Whether words stand in the text that somebody wanted beside theirs.
    beside: HashMap<&'static str, bool>,
}

impl<'t> Text<'t> {
    fn new(prose: &'t str) -> Self {
        Self {
            prose,
            bytes: prose.as_bytes(),
            ticked: (0, false),
            lower: None,
            beside: HashMap::new(),
        }
    }

    /// Whether a find names its technology. Finds come by their ends.
    fn counts(&mut self, found: &Match, word: &Word) -> bool {
        let (start, end) = (found.start(), found.end());
        if !is_whole(self.bytes, start, end) || self.is_part_of_an_address(start, end) {
            return false;
        }
        match &word.wanted {
            Wanted::Nothing => true,
            Wanted::Code => self.in_code(start),
            Wanted::Letters(beside) => {
                let exact = &self.prose[start..end] == word.letters;
                let alone_in_code = self.at(start.wrapping_sub(1)) == Some(b'`') && self.at(end) == Some(b'`');
                if !beside.is_empty() {
                    return exact && self.has_one_of(beside);
                }
                alone_in_code || exact && (is_spelt_by_choice(word.letters) || !self.begins_a_sentence(start, end))
            }
        }
    }

    fn at(&self, place: usize) -> Option<u8> {
        self.bytes.get(place).copied()
    }

    /// Whether inline code is open at a place. Places never go back by more than a word.
    fn in_code(&mut self, place: usize) -> bool {
        let (from, mut open) = self.ticked;
        for byte in self.bytes.get(from..place).unwrap_or_default() {
            if *byte == b'`' {
                open = !open;
            }
        }
        self.ticked = (place.max(from), open);
        open
    }

    /// Whether it is a part of a path, an address or somebody's name, that would name it by chance.
    fn is_part_of_an_address(&self, start: usize, end: usize) -> bool {
        let word = &self.bytes[start..end];
        let ends_token = |byte: &u8| byte.is_ascii_whitespace() || b"`()[]{}<>\"',;".contains(byte);
        let before = &self.bytes[start.saturating_sub(TOKEN)..start];
        let before = before.rsplit(ends_token).next().unwrap_or_default();
        let after = &self.bytes[end..self.bytes.len().min(end + TOKEN)];
        let after = after.split(ends_token).next().unwrap_or_default();
        let count = |wanted: u8| before.iter().chain(after).filter(|byte| **byte == wanted).count();
        if word.contains(&b'/') {
            return false;
        }
        let trailing = after.iter().rev().take_while(|byte| b".:!?".contains(byte)).count();
        let dots = count(b'.').saturating_sub(trailing);
        let slashes = count(b'/');
        slashes > 1 || slashes == 1 && dots > 0 || !word.contains(&b'@') && count(b'@') > 0
    }

    /// Whether a sentence, a line or a list's entry begins here, so that a capital says nothing. What goes on as code or as
    /// somebody who has something is a name all the same.
    fn begins_a_sentence(&self, start: usize, end: usize) -> bool {
        let goes_on = match (self.at(end), self.at(end + 1)) {
            (Some(b'.'), Some(next)) => next.is_ascii_alphanumeric(),
            (Some(b'\''), Some(b's')) | (Some(b':'), Some(b':')) => true,
            _ => false,
        };
        if goes_on {
            return false;
        }
        let markup = |byte: &u8| b" \t*_#>(\"'-".contains(byte);
        let before = &self.bytes[start.saturating_sub(TOKEN)..start];
        let last = before.iter().rev().find(|byte| !markup(byte));
        last.is_none_or(|byte| b".!?:\n\r|".contains(byte))
    }

    fn has_one_of(&mut self, wanted: &[&'static str]) -> bool {
        let lower = self.lower.get_or_insert_with(|| self.prose.to_ascii_lowercase());
        wanted.iter().any(|word| {
            *self.beside.entry(word).or_insert_with(|| {
                let mut places = lower.match_indices(word);
                places.any(|(at, word)| is_whole(lower.as_bytes(), at, at + word.len()))
            })
        })
    }
}

/// Whether no letter or digit goes on at an end that is one.
fn is_whole(bytes: &[u8], start: usize, end: usize) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let joined = |one: Option<&u8>, other: Option<&u8>| match (one, other) {
        (Some(one), Some(other)) => is_letter(*one) && is_letter(*other),
        _ => false,
    };
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    !joined(before, bytes.get(start)) && !joined(end.checked_sub(1).and_then(|at| bytes.get(at)), bytes.get(end))
}

/// Whether a name has letters that no sentence gives a word by itself: a second capital, or a small first one.
fn is_spelt_by_choice(name: &str) -> bool {
    name.chars().skip(1).any(char::is_uppercase) || name.starts_with(char::is_lowercase)
}

/// What the table's paths name, by the parts of a path that are looked up.
struct Paths {
    names: HashMap<&'static str, Vec<usize>>,
    endings: HashMap<&'static str, Vec<usize>>,
    beginnings: HashMap<&'static str, Vec<usize>>,
    folders: Vec<(&'static str, usize)>,
}

static PATHS: LazyLock<Paths> = LazyLock::new(|| {
    let mut paths = Paths {
        names: HashMap::new(),
        endings: HashMap::new(),
        beginnings: HashMap::new(),
        folders: Vec::new(),
    };
    for (at, one) in technology::all().iter().enumerate() {
        for entry in &one.paths {
            if let Some(ending) = entry.strip_prefix("*.") {
                paths.endings.entry(ending).or_default().push(at);
            } else if let Some(beginning) = entry.strip_suffix(".*") {
                paths.beginnings.entry(beginning).or_default().push(at);
            } else if entry.ends_with('/') {
                paths.folders.push((entry, at));
            } else {
                paths.names.entry(entry).or_default().push(at);
            }
        }
    }
    paths
});

impl Paths {
    /// The places in the table of what a path names.
    fn of(&self, path: &str) -> Vec<usize> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let mut found: Vec<usize> = self.names.get(name).into_iter().flatten().copied().collect();
        for (dot, _) in name.match_indices('.').take(MOST) {
            found.extend(self.endings.get(&name[dot + 1..]).into_iter().flatten());
            found.extend(self.beginnings.get(&name[..dot]).into_iter().flatten());
        }
        for (folder, at) in &self.folders {
            let begins = |place: usize| place == 0 || path.as_bytes().get(place - 1) == Some(&b'/');
            if path.match_indices(folder).any(|(place, _)| begins(place)) {
                found.push(*at);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests;
