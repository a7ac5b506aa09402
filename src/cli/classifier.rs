//! What reads comments in a command: the classifier in the binary or the operator's own, with its second stage where the
//! weights of that were fetched.
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context;

use crate::classify::Classifier;
use crate::classify::card;
use crate::classify::card::Card;
use crate::classify::file;
use crate::classify::second;
use crate::classify::second::Second;
use crate::classify::second::SecondError;
use crate::classify::second::encoder::Encoder;
use crate::classify::second::file::Part;
use crate::classify::second::tokens::Tokens;
use crate::cli::database;
use crate::config::Config;
use crate::weights;

/// The ending of a model's card beside it.
pub const CARD: &str = "json";
/// The ending of the second stage's part beside a model file.
pub const SECOND: &str = "safetensors";
/// The ending of the card of both stages.
pub const SECOND_CARD: &str = "second.json";

/// The classifier that reads comments under this configuration. An own model has its second stage in a file beside it; without
/// that it reads alone.
///
/// # Errors
/// When a file that should be there can't be read or holds something else; the error names the way out.
pub fn load(config: &Config) -> anyhow::Result<Classifier> {
    let alone = first(config)?;
    let folder = database::data_dir(config)?;
    if !weights::are_there(&folder)? {
        return Ok(alone);
    }
    let Some(part) = part(config)? else {
        return Ok(alone);
    };
    let weights = weights::load(&folder)?;
    anyhow::ensure!(
        part.about.weights == weights::digest(),
        "{} was trained on other weights; train it anew with `peerlore train classify --second-stage`",
        part.about.name
    );
    Ok(alone.with(Second::new(&weights.model, &weights.tokenizer, part)?)?)
}

/// The first stage alone.
///
/// # Errors
/// When the operator's own can't be read; the error names the way out.
pub fn first(config: &Config) -> anyhow::Result<Classifier> {
    let Some(file) = &config.classifier else {
        return Ok(Classifier::default());
    };
    let model = file::parse(&read(file)?).with_context(|| format!("PEERLORE_CLASSIFIER names {}", file.display()))?;
    Ok(Classifier::new(model))
}

/// Why the second stage doesn't read, and the way out; none where it does.
///
/// # Errors
/// When there is no data folder.
pub fn why_alone(config: &Config) -> anyhow::Result<Option<String>> {
    if !weights::are_there(&database::data_dir(config)?)? {
        return Ok(Some(weights::WeightsError::Missing.to_string()));
    }
    left_off(config)
}

/// Why the second stage doesn't read although somebody fetched its weights, and the way out; none where it does or nobody did.
///
/// # Errors
/// When there is no data folder.
pub fn left_off(config: &Config) -> anyhow::Result<Option<String>> {
    if !weights::are_there(&database::data_dir(config)?)? {
        return Ok(None);
    }
    let missing = config
        .classifier
        .as_deref()
        .map(beside)
        .filter(|beside| !beside.exists());
    Ok(missing.map(|beside| {
        format!(
            "there is no second stage at {}; train one with `peerlore train classify --second-stage`, or unset PEERLORE_CLASSIFIER",
            beside.display()
        )
    }))
}

/// The card of the first stage; none where an own model has none beside it.
///
/// # Errors
/// When that can't be read.
pub fn card(config: &Config) -> anyhow::Result<Option<Card>> {
    let Some(file) = &config.classifier else {
        return Ok(Some(card::shipped().clone()));
    };
    let beside = file.with_extension(CARD);
    if !beside.exists() {
        return Ok(None);
    }
    let card = serde_json::from_slice(&read(&beside)?);
    Ok(Some(card.with_context(|| {
        format!("{} is no card of a model", beside.display())
    })?))
}

/// What the second stage is trained on.
///
/// # Errors
/// When the weights aren't here, or were changed; the error names the way out.
pub fn base(config: &Config) -> anyhow::Result<(Encoder, Tokens)> {
    let weights = weights::load(&database::data_dir(config)?)?;
    let encoder = Encoder::from_bytes(&weights.model)?;
    Ok((encoder, Tokens::from_bytes(&weights.tokenizer)?))
}

/// What is ours of the second stage: in the binary, or beside the operator's own model.
fn part(config: &Config) -> anyhow::Result<Option<Part>> {
    let Some(file) = &config.classifier else {
        return Ok(Some(second::file::shipped()?));
    };
    let beside = beside(file);
    if !beside.exists() {
        return Ok(None);
    }
    let part = second::file::parse(&read(&beside)?);
    Ok(Some(part.map_err(|error| match error {
        SecondError::Weights(what) => anyhow::anyhow!(
            "{} can't be used ({what}); train it anew with `peerlore train classify --second-stage`, or remove it",
            beside.display()
        ),
        other => other.into(),
    })?))
}

fn beside(model: &Path) -> PathBuf {
    model.with_extension(SECOND)
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| {
        format!(
            "{} can't be read; PEERLORE_CLASSIFIER names a file that `peerlore train classify` made",
            file.display()
        )
    })
}
