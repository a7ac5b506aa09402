//! What the model counts in a comment: pieces of its words, how it begins and ends, phrases, and its form.
use crate::classify::markdown::Parts;
use crate::classify::words::Words;

/// A kind of counted text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// A whole word.
    Word,
    /// The first five letters of a longer word: one for `rename`, `renamed`, `renaming`.
    Stem,
    /// The last four letters of a longer word.
    Ending,
    /// How the comment begins: its first word, and its first two.
    Opening,
    /// Its last word or sign.
    Close,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Word, Self::Stem, Self::Ending, Self::Opening, Self::Close];

    /// The word that the model file has.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Stem => "stem",
            Self::Ending => "ending",
            Self::Opening => "opening",
            Self::Close => "close",
        }
    }

    /// Kinds of one block are brought to one length together, so that a long comment weighs no more than a short one.
    #[must_use]
    pub fn block(self) -> Block {
        match self {
            Self::Word | Self::Stem | Self::Ending => Block::Text,
            Self::Opening | Self::Close => Block::Ends,
        }
    }
}

/// What is brought to one length together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Block {
    /// All that is said.
    Text,
    /// How it begins and ends.
    Ends,
}

impl Block {
    /// The length that the block's numbers are brought to: measured, see the decision on the classifier.
    #[must_use]
    pub fn length(self) -> f32 {
        match self {
            Self::Text => 1.0,
            Self::Ends => 0.3,
        }
    }
}

/// Hands every counted text of a comment to `see`, in order; the same text as often as it occurs.
pub fn each<'a>(words: &'a Words, mut see: impl FnMut(Kind, &'a str)) {
    for word in words.iter() {
        see(Kind::Word, word);
        if word.len() >= 6 {
            see(Kind::Stem, &word[..5]);
        }
        if word.len() >= 5 {
            see(Kind::Ending, &word[word.len() - 4..]);
        }
    }
    if let Some(first) = words.iter().next() {
        see(Kind::Opening, first);
    }
    if let Some(two) = words.pair(0) {
        see(Kind::Opening, two);
    }
    if let Some(last) = words.iter().next_back() {
        see(Kind::Close, last);
    }
}

/// Signs of a comment's form, each yes or no. They tell whether it teaches, not what it is about.
pub const FORM: [&str; 16] = [
    "no words",
    "up to 3 words",
    "up to 6 words",
    "up to 10 words",
    "up to 16 words",
    "up to 25 words",
    "up to 40 words",
    "up to 70 words",
    "over 70 words",
    "offers a suggestion",
    "shows code",
    "quotes",
    "names code",
    "links",
    "asks",
    "is a reply",
];

/// Which signs of [`FORM`] a comment has, by their place in it.
pub fn form(parts: &Parts, words: &Words, is_reply: bool) -> impl Iterator<Item = usize> {
    let count = words
        .iter()
        .filter(|word| word.as_bytes()[0].is_ascii_alphabetic())
        .count();
    let length = [0, 3, 6, 10, 16, 25, 40, 70]
        .iter()
        .position(|most| count <= *most)
        .unwrap_or(8);
    let signs = [
        !parts.suggestions.is_empty(),
        parts.code_blocks,
        parts.quotes,
        parts.prose.contains('`'),
        parts.links,
        parts.prose.contains('?'),
        is_reply,
    ];
    std::iter::once(length).chain((9..).zip(signs).filter(|(_, has)| *has).map(|(at, _)| at))
}
