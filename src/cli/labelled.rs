//! Files of labelled comments: the rows that people labelled, and more that were labelled apart from their text.
use std::collections::HashMap;
use std::fs::File;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::Digest;
use sha2::Sha256;

use crate::classify::eval::LabelledComment;
use crate::classify::train::second::Progress;
use crate::model::correction::Teaches;
use crate::model::skill::Area;

/// Labels of comments that lie without any beside the labelled ones, by the comment's id: `id`, areas, degree of teaching.
const MORE_LABELS: &str = include_str!("../classify/model/more-labels.tsv");

/// The file of texts that [`MORE_LABELS`] are about, beside the labelled one.
pub const MORE: &str = "unlabelled.jsonl.gz";

/// A comment without labels.
#[derive(Deserialize)]
struct Unlabelled {
    id: String,
    project: String,
    path: Option<String>,
    body: String,
    is_reply: bool,
}

/// The rows of a file with one JSON object a line, plain or gzipped.
///
/// # Errors
/// When it can't be read, holds something else, or is empty.
pub fn rows<T: DeserializeOwned>(file: &Path) -> anyhow::Result<Vec<T>> {
    let text = text(file)?;
    let rows: Vec<T> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            serde_json::from_str(line)
                .with_context(|| format!("line {} of {} isn't such a row", at + 1, file.display()))
        })
        .collect::<anyhow::Result<_>>()?;
    anyhow::ensure!(!rows.is_empty(), "{} is empty", file.display());
    Ok(rows)
}

fn text(file: &Path) -> anyhow::Result<String> {
    let mut source = BufReader::new(File::open(file).with_context(|| format!("{} can't be opened", file.display()))?);
    let gzipped = source.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let mut text = String::new();
    let read = if gzipped {
        MultiGzDecoder::new(source).read_to_string(&mut text)
    } else {
        source.read_to_string(&mut text)
    };
    read.with_context(|| format!("{} can't be read", file.display()))?;
    Ok(text)
}

/// A digest of the texts of labelled comments, by which the shipped model's card knows what it was trained on, whatever the
/// file is called.
#[must_use]
pub fn digest(rows: &[LabelledComment]) -> String {
    let mut digest = Sha256::new();
    for row in rows {
        digest.update(row.body.as_bytes());
        digest.update([0]);
    }
    hex::encode(digest.finalize())
}

/// More comments to learn from: the texts in `unlabelled.jsonl.gz` beside the labelled file, with the labels that we keep
/// by their ids. None where that file isn't there.
///
/// # Errors
/// When it is there and can't be read.
pub fn more_beside(labelled: &Path) -> anyhow::Result<Vec<LabelledComment>> {
    let file: PathBuf = labelled.with_file_name(MORE);
    if !file.exists() {
        return Ok(Vec::new());
    }
    let labels: HashMap<&str, (Vec<Area>, Teaches)> = MORE_LABELS
        .lines()
        .map(|line| labels_of(line).with_context(|| format!("the line {line:?} of our labels can't be read")))
        .collect::<anyhow::Result<_>>()?;
    let texts: Vec<Unlabelled> = rows(&file)?;
    let labelled = texts.into_iter().filter_map(|text| {
        let (areas, teaches) = labels.get(text.id.as_str())?;
        Some(LabelledComment {
            project: text.project,
            path: text.path,
            body: text.body,
            is_reply: text.is_reply,
            areas: areas.clone(),
            teaches: *teaches,
        })
    });
    Ok(labelled.collect())
}

fn labels_of(line: &str) -> Option<(&str, (Vec<Area>, Teaches))> {
    let mut fields = line.split('\t');
    let (id, areas, teaches) = (fields.next()?, fields.next()?, fields.next()?);
    let areas = areas
        .split(',')
        .filter(|area| *area != "-")
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()?;
    Some((id, (areas, Teaches::of_degree(teaches.parse().ok()?)?)))
}

/// Says how far a training is that takes long.
pub fn tell(progress: Progress) {
    match progress {
        Progress::Read(comments) => eprintln!("The lower layers have read {comments} comments."),
        Progress::Epoch { fold, epoch, loss } => {
            let without = fold.map_or_else(|| "of all".to_owned(), |fold| format!("without fold {fold}"));
            eprintln!("Second stage {without}, epoch {epoch}: mean loss {loss:.3}.");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_label_of_ours_can_be_read() {
        let ids: BTreeSet<&str> = MORE_LABELS
            .lines()
            .map(|line| {
                let (id, (areas, _)) = labels_of(line).expect(line);
                assert!(areas.len() <= 3, "{line}");
                id
            })
            .collect();
        assert_eq!(ids.len(), MORE_LABELS.lines().count());
    }
}
