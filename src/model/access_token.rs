//! What a personal access token is: how it is written, and what it is for.
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::Digest;
use sha2::Sha256;

/// What every token begins with, so that people and programs know one where it lies.
pub const PREFIX: &str = "plore_";
/// Letters of the random part: 32 bytes as base64url.
const RANDOM_LETTERS: usize = 43;
/// Letters of the checksum at the end.
const CHECKSUM_LETTERS: usize = 6;

/// A token as it is written around its random part: the prefix, the 43 letters, and a checksum of both.
#[must_use]
pub fn written(random: &str) -> String {
    let start = format!("{PREFIX}{random}");
    let checksum = checksum(&start);
    format!("{start}{checksum}")
}

/// Whether a text is a token by its form: who looks for lost tokens can tell one without asking anybody, and what isn't one is looked for nowhere.
#[must_use]
pub fn is_written(text: &str) -> bool {
    let right_length = text.len() == PREFIX.len() + RANDOM_LETTERS + CHECKSUM_LETTERS;
    right_length
        && text.starts_with(PREFIX)
        && text
            .split_at_checked(PREFIX.len() + RANDOM_LETTERS)
            .is_some_and(|(start, end)| checksum(start) == end)
}

/// The first letters of the SHA-256, as base64url.
fn checksum(start: &str) -> String {
    let mut letters = URL_SAFE_NO_PAD.encode(Sha256::digest(start.as_bytes()));
    letters.truncate(CHECKSUM_LETTERS);
    letters
}

/// What a token may be used for. It never opens more than its owner may see.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scope {
    /// Their own profile, evidence and choices.
    MeRead,
    /// To change goals and availability.
    MeWrite,
    /// What colleagues share, pull requests with their suggestions, skills.
    PeopleRead,
    /// Teams, flow, silent experts, off-boarding, replay.
    LeadRead,
    /// What the admin page shows.
    AdminRead,
}

impl Scope {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::MeRead,
        Self::MeWrite,
        Self::PeopleRead,
        Self::LeadRead,
        Self::AdminRead,
    ];

    /// The word in forms, in the database and in the document of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MeRead => "me:read",
            Self::MeWrite => "me:write",
            Self::PeopleRead => "people:read",
            Self::LeadRead => "lead:read",
            Self::AdminRead => "admin:read",
        }
    }

    /// What it opens, for whoever chooses.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::MeRead => "read your own page and its evidence",
            Self::MeWrite => "change your goals and your availability",
            Self::PeopleRead => "read what colleagues share, open pull requests with their suggestions, and skills",
            Self::LeadRead => {
                "read silent experts and, where you lead a team, teams, flow, off-boarding and the replay"
            }
            Self::AdminRead => "read what the admin page shows, where you own the organisation",
        }
    }

    /// The scope that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_form() {
        let token = written(&"a".repeat(43));
        assert_eq!(token.len(), 55);
        assert!(token.starts_with("plore_") && is_written(&token), "{token}");
        for place in [0, 6, 30, 54] {
            let mut other = token.clone().into_bytes();
            other[place] = if other[place] == b'b' { b'c' } else { b'b' };
            let other = String::from_utf8(other).unwrap();
            assert!(!is_written(&other), "{other}");
        }
        for text in ["", "plore_", &token[..54], &format!("{token}x"), &"ü".repeat(55)] {
            assert!(!is_written(text), "{text}");
        }
    }

    #[test]
    fn scopes_are_found_by_their_words_only() {
        for scope in Scope::ALL {
            assert_eq!(Scope::from_word(scope.as_str()), Some(scope));
        }
        assert_eq!(Scope::from_word("me"), None);
    }
}
