//! What reviewers say, written for the lines they say it about.
//!
//! Each language has a text file of cards: the lines an author writes (`-`, the commented one `*` when it isn't the
//! first), the lines that follow the advice (`+`), what a reviewer may say (`?`), how an author who takes it may
//! answer (`=`), and how an author who knows more explains it (`!`). `{noun}` and the like are filled from the pull
//! request, so that code and comment speak of the same thing.

use std::collections::BTreeMap;

/// A language or file kind that has cards of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Rust.
    Rust,
    /// Go.
    Go,
    /// TypeScript, with and without JSX.
    TypeScript,
    /// Python.
    Python,
    /// Java.
    Java,
    /// Kotlin.
    Kotlin,
    /// SQL.
    Sql,
    /// Terraform.
    Hcl,
}

impl Kind {
    /// The kind's word in tags.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Go => "go",
            Self::TypeScript => "typescript",
            Self::Python => "python",
            Self::Java => "java",
            Self::Kotlin => "kotlin",
            Self::Sql => "sql",
            Self::Hcl => "hcl",
        }
    }

    /// All kinds, in the order of their declaration.
    pub const ALL: [Self; 8] = [
        Self::Rust,
        Self::Go,
        Self::TypeScript,
        Self::Python,
        Self::Java,
        Self::Kotlin,
        Self::Sql,
        Self::Hcl,
    ];

    /// The kind of a file by its ending; nothing for prose, lock files and configuration.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        match path.rsplit('.').next()? {
            "rs" => Some(Self::Rust),
            "go" => Some(Self::Go),
            "ts" | "tsx" => Some(Self::TypeScript),
            "py" => Some(Self::Python),
            "java" => Some(Self::Java),
            "kt" => Some(Self::Kotlin),
            "sql" => Some(Self::Sql),
            "tf" => Some(Self::Hcl),
            _ => None,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Rust => include_str!("rust.txt"),
            Self::Go => include_str!("go.txt"),
            Self::TypeScript => include_str!("typescript.txt"),
            Self::Python => include_str!("python.txt"),
            Self::Java => include_str!("java.txt"),
            Self::Kotlin => include_str!("kotlin.txt"),
            Self::Sql => include_str!("sql.txt"),
            Self::Hcl => include_str!("hcl.txt"),
        }
    }
}

/// A flaw, what is said about it and what is done about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// Practice areas, the most important first; empty for praise.
    pub areas: Vec<&'static str>,
    /// A word after `#`: which story the card belongs to.
    pub tag: Option<&'static str>,
    /// The file the lines belong to, when it isn't one in the card's language.
    pub file: Option<&'static str>,
    /// The lines as the author writes them.
    pub before: Vec<&'static str>,
    /// Which of them is commented, from 0.
    pub spot: usize,
    /// The lines after the advice was taken.
    pub after: Vec<&'static str>,
    /// What a reviewer may say.
    pub says: Vec<&'static str>,
    /// What an author says who takes the advice.
    pub takes: Vec<&'static str>,
    /// What an author says who knows more about it.
    pub explains: Vec<&'static str>,
}

impl Card {
    /// Whether it only praises.
    #[must_use]
    pub const fn is_praise(&self) -> bool {
        self.areas.is_empty()
    }
}

/// Everything that can be said.
#[derive(Debug)]
pub struct Deck {
    cards: BTreeMap<Kind, Vec<Card>>,
    any: Vec<Card>,
    asks: Vec<Card>,
    talk: BTreeMap<&'static str, Vec<&'static str>>,
}

impl Deck {
    /// Reads the cards.
    #[must_use]
    pub fn new() -> Self {
        let cards = Kind::ALL.into_iter().map(|kind| (kind, read(kind.text()))).collect();
        let talk = [include_str!("talk.txt"), include_str!("robot.txt")]
            .into_iter()
            .flat_map(read)
            .map(|card| (card.areas.first().copied().unwrap_or_default(), card.says))
            .collect();
        Self {
            cards,
            any: read_each(include_str!("any.txt")),
            asks: read(include_str!("ask.txt")),
            talk,
        }
    }

    /// The cards of a kind.
    #[must_use]
    pub fn of(&self, kind: Kind) -> &[Card] {
        self.cards.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// Cards that fit any code.
    #[must_use]
    pub fn any(&self) -> &[Card] {
        &self.any
    }

    /// Lines that a reviewer may ask about and the author explains; the tag names their kind.
    #[must_use]
    pub fn asks(&self) -> &[Card] {
        &self.asks
    }

    /// Ways to say `what`, such as `ack`; an empty text stands for saying nothing.
    #[must_use]
    pub fn talk(&self, what: &str) -> &[&'static str] {
        self.talk.get(what).map_or(&[], Vec::as_slice)
    }

    /// How many different comments can start a thread, before their slots are filled.
    #[must_use]
    pub fn roots(&self) -> usize {
        self.cards
            .values()
            .flatten()
            .chain(&self.any)
            .chain(&self.asks)
            .map(|c| c.says.len())
            .sum()
    }
}

impl Default for Deck {
    fn default() -> Self {
        Self::new()
    }
}

fn read(text: &'static str) -> Vec<Card> {
    let mut cards: Vec<Card> = Vec::new();
    for line in text.lines() {
        let Some(mark) = line.chars().next() else { continue };
        let rest = line[mark.len_utf8()..].strip_prefix(' ').unwrap_or_default();
        if mark == '@' {
            cards.push(header(rest));
            continue;
        }
        let Some(card) = cards.last_mut() else { continue };
        match mark {
            '*' => {
                card.spot = card.before.len();
                card.before.push(rest);
            }
            '-' => card.before.push(rest),
            '+' => card.after.push(rest),
            '?' => card.says.push(rest),
            '=' => card.takes.push(rest),
            '!' => card.explains.push(rest),
            _ => {}
        }
    }
    cards
}

/// Cards in which each thing to say stands alone, with the answers below it.
fn read_each(text: &'static str) -> Vec<Card> {
    let mut cards: Vec<Card> = Vec::new();
    let mut areas = Card::default();
    for line in text.lines() {
        let Some((mark, rest)) = line.split_once(' ') else {
            continue;
        };
        match (mark, cards.last_mut()) {
            ("@", _) => areas = header(rest),
            ("?", _) => cards.push(Card {
                says: vec![rest],
                ..areas.clone()
            }),
            ("=", Some(card)) => card.takes.push(rest),
            ("!", Some(card)) => card.explains.push(rest),
            _ => {}
        }
    }
    cards
}

fn header(rest: &'static str) -> Card {
    let (rest, file) = rest
        .split_once('~')
        .map_or((rest, None), |(rest, file)| (rest, Some(file.trim())));
    let (areas, tag) = rest
        .split_once('#')
        .map_or((rest, None), |(areas, tag)| (areas, Some(tag.trim())));
    let areas = areas
        .split(',')
        .map(str::trim)
        .filter(|a| !a.is_empty() && *a != "none")
        .collect();
    Card {
        areas,
        tag,
        file,
        ..Card::default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Deck, Kind};

    #[test]
    fn there_are_enough_different_comments_over_all_areas() {
        let deck = Deck::new();
        let cards = Kind::ALL.into_iter().flat_map(|k| deck.of(k)).chain(deck.any());
        let areas: BTreeSet<&str> = cards.flat_map(|c| c.areas.iter().copied()).collect();
        assert_eq!(areas.len(), 17, "{areas:?}");
        assert!(deck.roots() >= 260, "{}", deck.roots());
    }

    #[test]
    fn each_card_has_something_to_say_and_code_that_changes() {
        let deck = Deck::new();
        for kind in Kind::ALL {
            for card in deck.of(kind) {
                assert!(!card.says.is_empty() && !card.before.is_empty(), "{kind:?} {card:?}");
                assert_ne!(card.before, card.after, "{kind:?}");
                assert_eq!(card.is_praise(), card.after.is_empty(), "{kind:?} {card:?}");
            }
        }
    }

    #[test]
    fn no_comment_is_written_twice() {
        let deck = Deck::new();
        let mut seen = BTreeSet::new();
        for card in Kind::ALL.into_iter().flat_map(|k| deck.of(k)).chain(deck.any()) {
            for say in &card.says {
                assert!(seen.insert(*say), "twice: {say}");
            }
        }
    }
}
