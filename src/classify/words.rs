//! Cuts prose into the small pieces that the model counts: lower-case words, parts of identifiers, numbers, signs.
use std::ops::Range;

/// Signs of two characters that stand for one thing in code.
const PAIRS: [&[u8; 2]; 10] = [b"==", b"!=", b"<=", b">=", b"&&", b"||", b"->", b"=>", b"::", b"()"];
/// Single signs that are counted.
const SIGNS: &[u8] = b"?!`<>=+*/%&|#@$^~;:{}[]\"";

/// Files that pin dependencies: their "lock" locks no thread.
const LOCK_FILES: [&str; 7] = [
    "package-lock",
    "yarn.lock",
    "cargo.lock",
    "poetry.lock",
    "pipfile.lock",
    "gemfile.lock",
    "composer.lock",
];
/// The piece that stands for their last word.
const LOCK_FILE: &str = "lockfile";

/// The pieces of one text, in order. Letters beyond ASCII, commas, full stops and hyphens only separate.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Words {
    text: String,
    spans: Vec<Range<usize>>,
}

impl Words {
    /// Cuts a text. `fooBar`, `foo_bar` and `foo bar` give the same two words. Linear in its length.
    #[must_use]
    pub fn of(prose: &str) -> Self {
        let bytes = prose.as_bytes();
        let mut words = Self {
            text: String::with_capacity(prose.len() + prose.len() / 4 + 2),
            spans: Vec::with_capacity(prose.len() / 5),
        };
        words.text.push_str("\n ");
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            at = if byte.is_ascii_alphabetic() {
                words.push(bytes, at..word_end(bytes, at))
            } else if byte.is_ascii_digit() {
                words.push(bytes, at..end_of(bytes, at, |next| next.is_ascii_digit()))
            } else if bytes
                .get(at..at + 2)
                .is_some_and(|two| PAIRS.iter().any(|pair| two == *pair))
            {
                words.push(bytes, at..at + 2)
            } else if SIGNS.contains(&byte) {
                words.push(bytes, at..at + 1)
            } else {
                at + 1
            };
        }
        words
    }

    /// The pieces in order.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.spans.iter().map(|span| &self.text[span.clone()])
    }

    /// All pieces as one text: a line end for the beginning, and a space before and after each piece.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Two neighbours as one text, `a b`; none at the end.
    #[must_use]
    pub fn pair(&self, at: usize) -> Option<&str> {
        let (one, next) = (self.spans.get(at)?, self.spans.get(at + 1)?);
        self.text.get(one.start..next.end)
    }

    fn push(&mut self, bytes: &[u8], range: Range<usize>) -> usize {
        let start = self.text.len();
        if ends_a_lock_file(&bytes[..range.end]) {
            self.text.push_str(LOCK_FILE);
        } else {
            let piece = bytes[range.clone()].iter();
            self.text
                .extend(piece.map(|byte| char::from(byte.to_ascii_lowercase())));
        }
        self.spans.push(start..self.text.len());
        self.text.push(' ');
        range.end
    }
}

fn ends_a_lock_file(said: &[u8]) -> bool {
    let ends_with = |name: &&str| {
        let from = said.len().checked_sub(name.len());
        from.is_some_and(|from| said[from..].eq_ignore_ascii_case(name.as_bytes()))
    };
    said.last().is_some_and(|last| last.eq_ignore_ascii_case(&b'k')) && LOCK_FILES.iter().any(ends_with)
}

/// Where a word ends: letters and apostrophes, up to where an identifier's next part begins.
fn word_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while let Some(&byte) = bytes.get(at) {
        let goes_on = byte == b'\'' || byte.is_ascii_alphabetic();
        let next_part = byte.is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase();
        if !goes_on || next_part {
            break;
        }
        at += 1;
    }
    at
}

fn end_of(bytes: &[u8], from: usize, goes_on: impl Fn(u8) -> bool) -> usize {
    bytes[from..]
        .iter()
        .position(|byte| !goes_on(*byte))
        .map_or(bytes.len(), |length| from + length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Don't rename fooBar_baz!", &["don't", "rename", "foo", "bar", "baz", "!"])]
    #[case("a == b, `x()` -> 12", &["a", "==", "b", "`", "x", "()", "`", "->", "12"])]
    #[case("HTTPServer v2", &["httpserver", "v", "2"])]
    #[case("naïve … 日本 ok", &["na", "ve", "ok"])]
    #[case("commit `package-lock.json`, lock it", &["commit", "`", "package", "lockfile", "json", "`", "lock", "it"])]
    #[case("", &[])]
    fn pieces(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(Words::of(text).iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn neighbours_are_one_text() {
        let words = Words::of("Edge_case?");
        assert_eq!(words.pair(0), Some("edge case"));
        assert_eq!(words.pair(1), Some("case ?"));
        assert_eq!(words.pair(2), None);
    }

    proptest! {
        #[test]
        fn any_text_is_cut_into_plain_pieces(text in ".{0,200}") {
            let words = Words::of(&text);
            prop_assert!(words.iter().all(|word| !word.is_empty() && word.is_ascii() && !word.contains(' ')));
            prop_assert!(words.text().len() <= 3 * text.len() + 2);
        }
    }
}
