//! Commands that people give in a comment: `/peerlore assign @ben`. Reading them is pure; only the words that count are kept.
use std::fmt;

use serde::Deserialize;
use serde::Serialize;

/// How a command begins.
const PREFIX: &str = "/peerlore";
/// Characters of the first line that are read.
const LONGEST: usize = 200;
/// Characters of a login: GitHub's 39, and those that an Enterprise's short code adds.
const LOGIN: usize = 60;

/// What somebody asks of Peerlore.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "command")]
pub enum Command {
    /// Work the suggestion out anew and show it.
    Suggest,
    /// Ask for a review.
    Assign {
        /// Whose.
        whom: Whom,
    },
    /// Suggest others.
    Reroll,
    /// Say why these.
    Why,
    /// Leave me out here, and think less of me for such changes.
    NotMe {
        /// Why.
        reason: Reason,
    },
    /// Say which commands there are.
    Help {
        /// There was a word that is no command; the nearest command to it, where one is near.
        unknown: Option<Nearest>,
    },
}

/// A word that is no command.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nearest(pub Option<Name>);

/// The commands by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Name {
    /// `suggest`.
    Suggest,
    /// `assign`.
    Assign,
    /// `reroll`.
    Reroll,
    /// `why`.
    Why,
    /// `not-me`.
    NotMe,
    /// `help`.
    Help,
}

impl Name {
    /// All of them, in the order in which help lists them.
    pub const ALL: [Self; 6] = [
        Self::Suggest,
        Self::Assign,
        Self::Reroll,
        Self::Why,
        Self::NotMe,
        Self::Help,
    ];

    /// The word that people write.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Suggest => "suggest",
            Self::Assign => "assign",
            Self::Reroll => "reroll",
            Self::Why => "why",
            Self::NotMe => "not-me",
            Self::Help => "help",
        }
    }
}

/// Whose review is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// The one who is suggested as knowing the change.
    Expert,
    /// The one who is suggested as learning from it.
    Learner,
    /// Somebody by login.
    Login(String),
    /// A team, or what can be no login.
    NoPerson,
}

/// Why somebody doesn't want to be suggested.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No time now: says nothing about what they know.
    Busy,
    /// Not what they do.
    NotMyArea,
    /// They did it once.
    LeftThatCode,
    /// Anything else; the words are not kept.
    Other,
}

impl Reason {
    /// The word that people write and that is stored, but for its dashes.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::NotMyArea => "not-my-area",
            Self::LeftThatCode => "left-that-code",
            Self::Other => "other",
        }
    }

    fn read(text: &str) -> Self {
        let said: String = text
            .to_lowercase()
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { ' ' })
            .collect();
        let said = said.split_whitespace().collect::<Vec<_>>().join("-");
        let starts = |word: &str| said == word || said.strip_prefix(word).is_some_and(|rest| rest.starts_with('-'));
        [Self::Busy, Self::NotMyArea, Self::LeftThatCode]
            .into_iter()
            .find(|reason| starts(reason.word()))
            .unwrap_or(Self::Other)
    }
}

impl Command {
    /// The command that a comment gives; none where it gives none. Only the first line counts, and only where it begins
    /// with `/peerlore`: not in a quote, not in code.
    #[must_use]
    pub fn read(comment: &str) -> Option<Self> {
        let line = comment.lines().next()?.trim_start_matches('\u{FEFF}');
        // Four spaces or a tab make it code.
        let indent = line.chars().take_while(|c| *c == ' ').count();
        let line: String = line.chars().skip(indent).take(LONGEST).collect();
        let begins = line.get(..PREFIX.len())?.eq_ignore_ascii_case(PREFIX);
        let rest = line.get(PREFIX.len()..)?;
        if indent > 3 || !begins || !rest.chars().next().is_none_or(char::is_whitespace) {
            return None;
        }
        let rest = rest.trim();
        let (word, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let word = word.to_lowercase();
        let name = word.trim_end_matches(['.', ',', '!', '?', ':', ';']);
        let known = Name::ALL.into_iter().find(|known| known.word() == name);
        Some(match known {
            Some(Name::Suggest) => Self::Suggest,
            Some(Name::Assign) => Self::Assign { whom: whom(rest) },
            Some(Name::Reroll) => Self::Reroll,
            Some(Name::Why) => Self::Why,
            Some(Name::NotMe) => Self::NotMe {
                reason: Reason::read(rest),
            },
            Some(Name::Help) => Self::Help { unknown: None },
            None if name.is_empty() => Self::Help { unknown: None },
            None => Self::Help {
                unknown: Some(Nearest(nearest(name))),
            },
        })
    }
}

impl fmt::Display for Command {
    /// The words that count, as somebody could have written them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Suggest => write!(f, "{PREFIX} suggest"),
            Self::Assign { whom: Whom::Expert } => write!(f, "{PREFIX} assign"),
            Self::Assign { whom: Whom::Learner } => write!(f, "{PREFIX} assign learner"),
            Self::Assign {
                whom: Whom::Login(login),
            } => write!(f, "{PREFIX} assign @{login}"),
            Self::Assign { whom: Whom::NoPerson } => write!(f, "{PREFIX} assign [nobody]"),
            Self::Reroll => write!(f, "{PREFIX} reroll"),
            Self::Why => write!(f, "{PREFIX} why"),
            Self::NotMe { reason } => write!(f, "{PREFIX} not-me {}", reason.word()),
            Self::Help { .. } => write!(f, "{PREFIX} help"),
        }
    }
}

/// The first word after `assign`. A team has a slash; punctuation behind a login is no part of it.
fn whom(rest: &str) -> Whom {
    let Some(word) = rest.split_whitespace().next() else {
        return Whom::Expert;
    };
    let word = word.trim_end_matches(['.', ',', '!', '?', ':', ';', ')']);
    match word.to_lowercase().as_str() {
        "" | "expert" => return Whom::Expert,
        "learner" => return Whom::Learner,
        _ => {}
    }
    let login = word.strip_prefix('@').unwrap_or(word);
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if login.is_empty() || login.len() > LOGIN || !login.chars().all(fits) {
        return Whom::NoPerson;
    }
    Whom::Login(login.to_owned())
}

/// The command that differs from this word in two letters at most.
fn nearest(word: &str) -> Option<Name> {
    let plain = |word: &str| word.replace(['-', '_'], "");
    Name::ALL
        .into_iter()
        .map(|name| (distance(&plain(name.word()), &plain(word)), name))
        .filter(|(distance, name)| *distance <= 2 && *distance < name.word().len() - 1)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How many letters have to be put in, taken out or changed (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let change = row[j] + usize::from(from != *to);
            next.push(change.min(row[j + 1] + 1).min(next[j] + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn assign(login: &str) -> Command {
        Command::Assign {
            whom: Whom::Login(login.to_owned()),
        }
    }

    #[rstest]
    #[case("/peerlore suggest", Command::Suggest)]
    #[case("/Peerlore  SUGGEST please, and thank you", Command::Suggest)]
    #[case("  /peerlore reroll\r\nboth are away", Command::Reroll)]
    #[case("/peerlore why?", Command::Why)]
    #[case("/peerlore", Command::Help { unknown: None })]
    #[case("/peerlore assign", Command::Assign { whom: Whom::Expert })]
    #[case("/peerlore assign learner", Command::Assign { whom: Whom::Learner })]
    #[case("/peerlore assign @ben, please", assign("ben"))]
    #[case("/peerlore assign Ben_acme", assign("Ben_acme"))]
    #[case("/peerlore assign @acme/payments", Command::Assign { whom: Whom::NoPerson })]
    #[case("/peerlore assign lint[bot]", Command::Assign { whom: Whom::NoPerson })]
    #[case("/peerlore assign `x`](y)", Command::Assign { whom: Whom::NoPerson })]
    #[case("/peerlore not-me", Command::NotMe { reason: Reason::Other })]
    #[case("/peerlore not-me busy this week", Command::NotMe { reason: Reason::Busy })]
    #[case("/peerlore not-me: left that code years ago", Command::NotMe { reason: Reason::LeftThatCode })]
    #[case("/peerlore not-me not my area", Command::NotMe { reason: Reason::NotMyArea })]
    #[case("/peerlore not-me I was busybodying", Command::NotMe { reason: Reason::Other })]
    #[case("/peerlore assing @ben", Command::Help { unknown: Some(Nearest(Some(Name::Assign))) })]
    #[case("/peerlore notme", Command::Help { unknown: Some(Nearest(Some(Name::NotMe))) })]
    #[case("/peerlore frobnicate", Command::Help { unknown: Some(Nearest(None)) })]
    #[case("/peerlore \u{0}\u{1F600}", Command::Help { unknown: Some(Nearest(None)) })]
    fn a_first_line_commands(#[case] comment: &str, #[case] command: Command) {
        assert_eq!(Command::read(comment), Some(command));
    }

    #[rstest]
    #[case("")]
    #[case("Try `/peerlore suggest`")]
    #[case("`/peerlore suggest`")]
    #[case("> /peerlore suggest")]
    #[case("    /peerlore suggest")]
    #[case("\t/peerlore suggest")]
    #[case("```\n/peerlore suggest\n```")]
    #[case("Hello\n/peerlore suggest")]
    #[case("\n/peerlore suggest")]
    #[case("/peerlores suggest")]
    #[case("/peerlore-suggest")]
    #[case("/peerlör suggest")]
    fn nothing_else_does(#[case] comment: &str) {
        assert_eq!(Command::read(comment), None);
    }

    #[test]
    fn a_very_long_line_is_read_to_its_command() {
        let comment = format!("/peerlore not-me busy {}", "x".repeat(60_000));
        assert_eq!(Command::read(&comment), Some(Command::NotMe { reason: Reason::Busy }));
    }

    proptest! {
        #[test]
        fn what_is_kept_reads_the_same(rest in any::<String>(), word in 0..6_usize) {
            let comment = format!("/peerlore {} {rest}", Name::ALL[word].word());
            let read = Command::read(&comment);
            prop_assert!(read.is_some());
            let kept = read.as_ref().map(ToString::to_string).unwrap_or_default();
            prop_assert_eq!(Command::read(&kept), read);
        }

        #[test]
        fn any_text_can_be_read(text in any::<String>()) {
            let _ = Command::read(&text);
            let _ = Command::read(&format!("/peerlore {text}"));
        }
    }
}
