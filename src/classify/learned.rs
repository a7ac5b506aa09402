//! Which comments a model learned from, so that nobody measures it on them by mistake.
use std::collections::BTreeSet;
use std::fmt::Write;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de::Error as _;
use sha2::Digest;
use sha2::Sha256;

use crate::classify::eval::LabelledComment;

/// Hexadecimal digits of one comment's digest.
const DIGITS: usize = 8;

/// The comments that a model learned from, each known by 32 bits of a digest over its project and its text: enough to know it
/// again (of a million others, two are taken for one of eight thousand), and no text. Written as one line of hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Learned(BTreeSet<u32>);

impl Learned {
    /// Those of these comments.
    #[must_use]
    pub fn of<'a>(comments: impl IntoIterator<Item = &'a LabelledComment>) -> Self {
        Self(comments.into_iter().map(known_by).collect())
    }

    /// Whether a model learned from it.
    #[must_use]
    pub fn has(&self, comment: &LabelledComment) -> bool {
        self.0.contains(&known_by(comment))
    }

    /// Nothing is known of what it learned from.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many comments it can tell apart.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

fn known_by(comment: &LabelledComment) -> u32 {
    let digest = Sha256::new()
        .chain_update(&comment.project)
        .chain_update([0])
        .chain_update(&comment.body)
        .finalize();
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

impl Serialize for Learned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut digits = String::with_capacity(self.0.len() * DIGITS);
        for one in &self.0 {
            write!(digits, "{one:08x}").map_err(serde::ser::Error::custom)?;
        }
        serializer.serialize_str(&digits)
    }
}

impl<'de> Deserialize<'de> for Learned {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(from)?;
        let numbers = digits.as_bytes().chunks(DIGITS).map(|one| {
            let one = str::from_utf8(one).ok().filter(|one| one.len() == DIGITS);
            one.and_then(|one| u32::from_str_radix(one, 16).ok())
        });
        let all: Option<BTreeSet<u32>> = numbers.collect();
        all.map(Self).ok_or_else(|| {
            D::Error::custom("what it learned from isn't written in hexadecimal digits, eight a comment")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::card;
    use crate::model::correction::Teaches;

    fn comment(project: &str, body: &str) -> LabelledComment {
        LabelledComment {
            project: project.to_owned(),
            path: None,
            body: body.to_owned(),
            is_reply: false,
            areas: Vec::new(),
            teaches: Teaches::None,
        }
    }

    #[test]
    fn a_comment_is_known_again_by_project_and_text() {
        let (one, other) = (comment("a/b", "Add a test."), comment("a/c", "Add a test."));
        let learned = Learned::of([&one]);
        assert!(learned.has(&one) && !learned.has(&other) && !learned.has(&comment("a/b", "Add a test")));
        let written = serde_json::to_string(&learned).unwrap();
        assert_eq!(written.len(), 10, "{written}");
        assert_eq!(serde_json::from_str::<Learned>(&written).unwrap(), learned);
        for broken in ["\"1234567\"", "\"1234567g\"", "\"\u{e9}\u{e9}\u{e9}\u{e9}1\""] {
            assert!(serde_json::from_str::<Learned>(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn the_shipped_card_knows_what_its_model_learned_from() {
        let data = &card::shipped().data;
        let told = data.labelled + data.more;
        assert!(
            data.learned.len() <= told && data.learned.len() * 100 > told * 98,
            "{} of {told}",
            data.learned.len()
        );
    }
}
