//! What of a path tells who knows it: its folders, and the words of its name.
use std::hash::DefaultHasher;
use std::hash::Hash as _;
use std::hash::Hasher as _;

use crate::suggest::memory::shelf::Key;
use crate::suggest::memory::shelf::Keys;

/// The keys of one change.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    /// Every prefix of every path, the root among them.
    pub places: Keys,
    /// Folder names wherever they stand, file names, words in file names, endings.
    pub names: Keys,
    /// How many files it has.
    pub files: usize,
}

impl Touched {
    /// Of these paths.
    pub fn of<'p>(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let mut touched = Self::default();
        for path in paths {
            touched.files += 1;
            let mut end = 0;
            count(&mut touched.places, key('p', ""));
            let mut names: Vec<Key> = Vec::new();
            for segment in path.split('/') {
                end += segment.len() + 1;
                count(&mut touched.places, key('p', path.get(..end).unwrap_or(path)));
                if end <= path.len() {
                    names.push(key('d', segment));
                }
            }
            names_of_file(path.rsplit('/').next().unwrap_or(path), &mut names);
            names.sort_unstable();
            names.dedup();
            for name in names {
                count(&mut touched.names, name);
            }
        }
        touched
    }

    /// How much two changes touch the same places: shared prefixes over all, in [0, 1] (Jaccard).
    #[must_use]
    pub fn likeness(&self, others: &[Key]) -> f64 {
        let shared = others.iter().filter(|key| self.places.contains_key(key)).count();
        let all = self.places.len() + others.len() - shared;
        #[expect(clippy::cast_precision_loss, reason = "numbers of folders are small")]
        let likeness = shared as f64 / all.max(1) as f64;
        likeness
    }
}

/// `parseHTTPHeader_test.go` gives its whole name, `parse`, `http`, `header`, `test` and `.go`.
fn names_of_file(name: &str, names: &mut Vec<Key>) {
    names.push(key('b', name));
    let stem = match name.rsplit_once('.') {
        Some((stem, ending)) => {
            names.push(key('e', ending));
            stem
        }
        None => name,
    };
    for part in stem.split(|letter: char| !letter.is_alphanumeric()) {
        let letters: Vec<char> = part.chars().collect();
        let mut begin = 0;
        for at in 1..=letters.len() {
            let ends = at == letters.len()
                || (letters[at].is_uppercase()
                    && (letters[at - 1].is_lowercase() || letters.get(at + 1).is_some_and(|next| next.is_lowercase())));
            if ends && at > begin {
                let word: String = letters[begin..at]
                    .iter()
                    .flat_map(|letter| letter.to_lowercase())
                    .collect();
                names.push(key('w', &word));
                begin = at;
            }
        }
    }
}

fn count(keys: &mut Keys, key: Key) {
    *keys.entry(key).or_default() += 1;
}

/// The same in every run of this build; nothing keeps it longer.
fn key(kind: char, text: &str) -> Key {
    let mut hasher = DefaultHasher::new();
    (kind, text).hash(&mut hasher);
    hasher.finish()
}
