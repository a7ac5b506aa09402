//! The card of the shipped model: what it was trained on and how well it does on projects that it hadn't seen. Written by
//! training, shown on the docs page, never typed.
use std::sync::LazyLock;

use serde::Deserialize;
use serde::Serialize;

use crate::classify::eval::ClassifyScore;
use crate::classify::learned::Learned;

/// Name and version of the model that training makes; stored beside what it reads. A new version is read anew by `rebuild`.
pub const NAME: &str = "areas-2";

/// What follows a first stage's name in that of its second stage.
const SECOND: &str = "+minilm-1";

/// The name of a second stage, by its first stage's; stored beside what both read.
#[must_use]
pub fn second_name(first: &str) -> String {
    format!("{first}{SECOND}")
}

/// What a model was trained on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Data {
    /// Comments that people labelled; the figures are about them.
    pub labelled: usize,
    /// Comments that a machine labelled, which were only learned from.
    pub more: usize,
    /// Comments that people of one organisation corrected, which were only learned from.
    #[serde(default, skip_serializing_if = "is_none")]
    pub corrected: usize,
    /// Projects that the labelled ones are from.
    pub projects: usize,
    /// The labelled ones and the more, so that nobody measures the model on them; only the first stage's card says.
    #[serde(default, skip_serializing_if = "Learned::is_empty")]
    pub learned: Learned,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

/// A model's card.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Card {
    /// The model's name.
    pub model: String,
    /// The seed of its folds.
    pub seed: u64,
    /// What it was trained on.
    pub data: Data,
    /// Counted texts in it; a second stage has none.
    pub texts: usize,
    /// Size of its file.
    pub bytes: usize,
    /// How well it does, each project read by a model that hadn't seen it.
    pub score: ClassifyScore,
}

static SHIPPED: LazyLock<Card> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant file, read in the tests")]
    serde_json::from_str(include_str!("model/areas.json")).expect("the card reads")
});

/// The card of the model in the binary.
#[must_use]
pub fn shipped() -> &'static Card {
    &SHIPPED
}

static SECOND_SHIPPED: LazyLock<Card> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant file, read in the tests")]
    serde_json::from_str(include_str!("model/areas.second.json")).expect("the card reads")
});

/// The card of both stages in the binary together.
#[must_use]
pub fn second_shipped() -> &'static Card {
    &SECOND_SHIPPED
}
