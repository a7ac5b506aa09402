//! Skills of an organisation's own, as its settings file defines them.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// What an organisation's file says of a skill of its own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnSkill {
    /// The name that people read.
    pub name: String,
    /// One line on what belongs to it.
    pub about: String,
    /// What it belongs to, in your words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub parent: Option<String>,
}

/// An organisation's own skills, by the part of their slug behind `own:`.
pub type OwnSkills = BTreeMap<String, OwnSkill>;

/// Whether a word can stand behind `own:`: small letters, digits and `-`, 40 at most.
#[must_use]
pub fn is_slug(word: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=40).contains(&word.len()) && word.bytes().all(fits)
}
