//! The model as a file: gzipped lines of tab-separated fields, which can be read by eye and compared line by line.
//!
//! Weights are whole hundredths. The first line has the format's number and the model's name; then come `cut`, `bias`,
//! `slope` and `offset`, a line a phrase and a sign of form, and a line a text, sorted.
use std::io::Read;

use flate2::Compression;
use flate2::GzBuilder;
use flate2::read::GzDecoder;

use crate::classify::features::Kind;
use crate::classify::linear::ANSWERS;
use crate::classify::linear::Cuts;
use crate::classify::linear::Model;
use crate::classify::linear::Platt;
use crate::classify::linear::Row;
use crate::classify::linear::Text;

/// The format's first word.
const FORMAT: &str = "peerlore-classifier-1";
/// Weights are stored as whole parts of one.
const PARTS: f32 = 100.0;
/// Far beyond any model of ours: what is larger is refused before it fills the memory.
const MOST_BYTES: u64 = 64 << 20;

/// Why a file is no model.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// It isn't gzipped text.
    #[error("this is no model file: it isn't gzipped text")]
    NotText,
    /// It has another format.
    #[error("this is no model file of the format {FORMAT}; train it anew with `peerlore train classify`")]
    Format,
    /// A line can't be read.
    #[error("line {line} of the model file can't be read")]
    Line {
        /// The line, from 1.
        line: usize,
    },
    /// Phrases or signs are missing: it was trained for another version.
    #[error("the model file was trained for another version; train it anew with `peerlore train classify`")]
    Version,
}

/// Writes a model. The same model gives the same bytes.
///
/// # Errors
/// What packing answers, which in memory doesn't fail.
pub fn write(model: &Model) -> std::io::Result<Vec<u8>> {
    let mut lines = format!("{FORMAT}\t{}\n", model.name);
    lines.push_str(&line("cut", &[model.cuts.read_from, model.cuts.shown_from]));
    lines.push_str(&line("bias", &model.bias));
    lines.push_str(&line("slope", &model.platt.map(|one| one.slope)));
    lines.push_str(&line("offset", &model.platt.map(|one| one.offset)));
    for row in &model.phrases {
        lines.push_str(&line("phrase", row));
    }
    for row in &model.form {
        lines.push_str(&line("form", row));
    }
    for text in &model.texts {
        let mut numbers = vec![text.rarity];
        numbers.extend(text.weights);
        lines.push_str(&line(&format!("{}\t{}", text.kind.as_str(), text.text), &numbers));
    }
    let mut packed = Vec::new();
    GzBuilder::new()
        .mtime(0)
        .read(lines.as_bytes(), Compression::best())
        .read_to_end(&mut packed)?;
    Ok(packed)
}

fn line(name: &str, numbers: &[f32]) -> String {
    let mut line = name.to_owned();
    for number in numbers {
        line.push('\t');
        line.push_str(&whole(*number).to_string());
    }
    line.push('\n');
    line
}

#[expect(clippy::cast_possible_truncation, reason = "weights are small, and a cast saturates")]
fn whole(number: f32) -> i32 {
    (number * PARTS).round() as i32
}

/// A number as it comes back from a file.
#[must_use]
pub fn rounded(number: f32) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "whole hundredths of small weights")]
    let parts = whole(number) as f32;
    parts / PARTS
}

/// Reads a model.
///
/// # Errors
/// [`ModelError`] where the file holds something else.
pub fn parse(bytes: &[u8]) -> Result<Model, ModelError> {
    let mut lines = String::new();
    GzDecoder::new(bytes)
        .take(MOST_BYTES)
        .read_to_string(&mut lines)
        .map_err(|_| ModelError::NotText)?;
    let mut model = Model {
        name: String::new(),
        texts: Vec::new(),
        phrases: Vec::new(),
        form: Vec::new(),
        bias: [0.0; ANSWERS],
        platt: [Platt {
            slope: 1.0,
            offset: 0.0,
        }; ANSWERS],
        cuts: Cuts {
            read_from: 0.0,
            shown_from: 0.0,
        },
    };
    let mut lines = lines.lines();
    let first = lines.next().and_then(|line| line.split_once('\t'));
    let (_, name) = first
        .filter(|(format, _)| *format == FORMAT)
        .ok_or(ModelError::Format)?;
    name.clone_into(&mut model.name);
    for (at, line) in lines.enumerate() {
        take(&mut model, line).ok_or(ModelError::Line { line: at + 2 })?;
    }
    let fits = model.phrases.len() == crate::classify::phrases::count()
        && model.form.len() == crate::classify::features::FORM.len();
    fits.then_some(model).ok_or(ModelError::Version)
}

/// Takes one line in; none where it can't be read.
fn take(model: &mut Model, line: &str) -> Option<()> {
    let (name, rest) = line.split_once('\t')?;
    match name {
        "cut" => [model.cuts.read_from, model.cuts.shown_from] = numbers(rest)?,
        "bias" => model.bias = numbers(rest)?,
        "slope" => set(&mut model.platt, numbers(rest)?, |platt, number| platt.slope = number),
        "offset" => set(&mut model.platt, numbers(rest)?, |platt, number| platt.offset = number),
        "phrase" => model.phrases.push(numbers(rest)?),
        "form" => model.form.push(numbers(rest)?),
        _ => {
            let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == name)?;
            let (text, rest) = rest.split_once('\t')?;
            let (rarity, weights) = rest.split_once('\t')?;
            let [rarity] = numbers(rarity)?;
            model.texts.push(Text {
                kind,
                text: text.into(),
                rarity,
                weights: numbers(weights)?,
            });
        }
    }
    Some(())
}

fn set(platt: &mut [Platt; ANSWERS], numbers: Row, put: impl Fn(&mut Platt, f32)) {
    for (one, number) in platt.iter_mut().zip(numbers) {
        put(one, number);
    }
}

/// Exactly `N` numbers of whole parts.
fn numbers<const N: usize>(fields: &str) -> Option<[f32; N]> {
    let mut found = [0.0; N];
    let mut fields = fields.split('\t');
    for number in &mut found {
        #[expect(clippy::cast_precision_loss, reason = "whole hundredths of small weights")]
        let parts = fields.next()?.parse::<i32>().ok()? as f32;
        *number = parts / PARTS;
    }
    fields.next().is_none().then_some(found)
}
