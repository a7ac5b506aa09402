//! What of a path tells who knows it, wherever it lies: the names of its folders, and the words of its own.
use std::hash::DefaultHasher;
use std::hash::Hash as _;
use std::hash::Hasher as _;

/// A name as 64 bits: no text is kept. Of a million names two are the same once in forty thousand times.
pub type Key = u64;

/// The names of one change.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// Folder names, file names, words in file names and endings, each with how many files have it; sorted.
    pub names: Vec<(Key, u32)>,
    /// How many files it has.
    pub files: usize,
}

impl Keys {
    /// Of these paths.
    pub fn of<'p>(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let (mut all, mut files) = (Vec::new(), 0);
        let mut of_file: Vec<Key> = Vec::new();
        for path in paths {
            files += 1;
            let name = match path.rsplit_once('/') {
                Some((folders, name)) => {
                    of_file.extend(folders.split('/').map(|folder| key('d', folder)));
                    name
                }
                None => path,
            };
            names_of_file(name, &mut of_file);
            of_file.sort_unstable();
            of_file.dedup();
            all.append(&mut of_file);
        }
        all.sort_unstable();
        let names = all.chunk_by(|a, b| a == b);
        let names = names.map(|same| (same[0], u32::try_from(same.len()).unwrap_or(u32::MAX)));
        Self {
            names: names.collect(),
            files,
        }
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

/// The same in every run of this build; nothing keeps it longer.
fn key(kind: char, text: &str) -> Key {
    let mut hasher = DefaultHasher::new();
    (kind, text).hash(&mut hasher);
    hasher.finish()
}
