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

use crate::classify::eval::LabelledComment;
use crate::classify::train::second::Progress;
use crate::flow;
use crate::model::correction::Teaches;
use crate::model::skill::Area;
use crate::skill::expertise::survey::Answer;
use crate::skill::silent::eval::MergedChange;
use crate::suggest;
use crate::teach::eval::RatedComment;
use crate::teach::eval::threads::ReadThread;

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

/// What a line of a file is.
pub trait Row: DeserializeOwned {
    /// One, so that whoever writes such a file can compare.
    const SUCH_AS: &str;

    /// What is wrong with it, beyond its shape; none where nothing is.
    fn flaw(&self) -> Option<String> {
        None
    }
}

impl Row for LabelledComment {
    const SUCH_AS: &str = r#"{"project": "octo/cat", "path": "src/db.rs", "body": "This needs an index.", "is_reply": false, "areas": ["databases"], "teaches": 2}"#;

    fn flaw(&self) -> Option<String> {
        self.flaw()
    }
}

impl Row for Unlabelled {
    const SUCH_AS: &str = r#"{"id": "bfda91", "project": "octo/cat", "path": "src/db.rs", "body": "This needs an index.", "is_reply": false}"#;
}

impl Row for RatedComment {
    fn flaw(&self) -> Option<String> {
        (self.useful > 1).then(|| format!("useful is 0 or 1, and not {}", self.useful))
    }

    const SUCH_AS: &str = r#"{"text": "This leaks.", "useful": 1, "file": "src/db.rs", "landing": {"later_patchset_has_file": true, "dist_to_nearest_later_change": 3}}"#;
}

impl Row for MergedChange {
    const SUCH_AS: &str =
        r#"{"t": 1714552800, "author": "ann", "reviewers": ["bob"], "modules": ["core"], "files": 3}"#;

    fn flaw(&self) -> Option<String> {
        self.flaw()
    }
}

impl Row for ReadThread {
    const SUCH_AS: &str = r#"{"path": "src/db.rs", "comments": [{"who": "R1", "created_at": "2024-05-01T09:00:00Z", "body": "This needs an index."}], "lessons": [{"teacher": "R1", "learner": "PR-AUTHOR", "outcome": "open"}]}"#;

    fn flaw(&self) -> Option<String> {
        self.flaw()
    }
}

impl Row for Answer {
    const SUCH_AS: &str = r#"{"repo": "octo/cat", "tf": 2, "main_authors_agree": "Agree", "tf_problem_agree": "Disagree", "authors": ["Ann", "Bob"]}"#;
}

impl Row for suggest::eval::Row {
    const SUCH_AS: &str = r#"{"id": "7", "created_at": "2024-05-01T09:00:00Z", "closed_at": "2024-05-02T10:00:00Z", "author": "ann", "reviewers": ["bob"], "files": ["src/db.rs"]}"#;
}

/// The rows of a file with one JSON object a line, plain or gzipped.
///
/// # Errors
/// When it can't be read, a row is of another shape or has a [flaw](Row::flaw), or there is none.
pub fn rows<T: Row>(file: &Path) -> anyhow::Result<Vec<T>> {
    let text = text(file).with_context(|| format!("{} can't be read", file.display()))?;
    let mut rows = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let row = serde_json::from_str(line).map_err(|error| plainly(&error));
        let flawless = row.and_then(|row: T| row.flaw().map_or(Ok(row), Err));
        rows.push(flawless.map_err(|what| {
            anyhow::anyhow!(
                "line {} of {}: {what}. A row is such as {}",
                at + 1,
                file.display(),
                T::SUCH_AS
            )
        })?);
    }
    anyhow::ensure!(!rows.is_empty(), "{} is empty", file.display());
    Ok(rows)
}

/// A file that is one JSON value, plain or gzipped.
///
/// # Errors
/// When it can't be read or is of another shape.
pub fn whole<T: Whole>(file: &Path) -> anyhow::Result<T> {
    let text = text(file).with_context(|| format!("{} can't be read", file.display()))?;
    serde_json::from_str(&text).map_err(|error| {
        anyhow::anyhow!(
            "{} is something else: {error}. It is such as {}",
            file.display(),
            T::SUCH_AS
        )
    })
}

/// What a whole file is.
pub trait Whole: DeserializeOwned {
    /// One, so that whoever writes such a file can compare.
    const SUCH_AS: &str;
}

impl Whole for flow::eval::Network {
    const SUCH_AS: &str = r#"{"17": {"end": "2024-05-02T10:00:00", "participants": ["ann", "bob"]}}"#;
}

/// A file's name without its endings.
pub fn dataset(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let bare = name.strip_suffix(".jsonl").or_else(|| name.strip_suffix(".json"));
    bare.unwrap_or(name).to_owned()
}

/// What is wrong with a line, without the place in it: each line is a text of its own to the reader, so it says line 1 always.
fn plainly(error: &serde_json::Error) -> String {
    let said = error.to_string();
    match said.rsplit_once(" at line ") {
        Some((what, _)) if error.is_data() => what.to_owned(),
        _ => format!("it is no JSON object (column {})", error.column()),
    }
}

fn text(file: &Path) -> anyhow::Result<String> {
    let mut source = BufReader::new(File::open(file)?);
    let gzipped = source.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let mut bytes = Vec::new();
    if gzipped {
        let unpacked = MultiGzDecoder::new(source).read_to_end(&mut bytes);
        unpacked.context("its gzip ends early or is damaged")?;
    } else {
        source.read_to_end(&mut bytes)?;
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.split(|byte| *byte == b'\n').count();
        anyhow::anyhow!("line {line} isn't UTF-8")
    })?;
    // Some editors begin a file with a mark of its encoding.
    Ok(text
        .strip_prefix('\u{feff}')
        .map_or_else(|| text.clone(), str::to_owned))
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
    fn the_data_is_called_like_its_file() {
        assert_eq!(dataset(Path::new("/data/golang-tools.jsonl.gz")), "golang-tools");
        assert_eq!(dataset(Path::new("reviews.jsonl")), "reviews");
        assert_eq!(dataset(Path::new("spotify.json.gz")), "spotify");
        assert_eq!(dataset(Path::new("octo")), "octo");
    }

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
