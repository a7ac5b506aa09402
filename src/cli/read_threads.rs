//! Review threads that people read: a labelled file, and more that were labelled apart from their text.
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context;
use chrono::DateTime;
use chrono::Utc;
use serde::Deserialize;

use crate::classify;
use crate::cli::labelled;
use crate::cli::labelled::Row;
use crate::teach::eval::threads::AUTHOR;
use crate::teach::eval::threads::FoundLesson;
use crate::teach::eval::threads::ReadThread;
use crate::teach::eval::threads::SaidInThread;
use crate::teach::exchange::train::Labelled;

/// What was found in threads of [`MORE`], by the number of a thread's first comment: `number`, then lessons such as `R1>A:0:accepted` or `-`: from whom to whom, by which comment,
/// what came of it.
/// `A` wrote the pull request; reviewers are numbered in the order in which they speak.
const LABELS: &str = include_str!("../teach/model/more-threads.tsv");
/// The export that [`LABELS`] are about, seen from the folder of the labelled file.
const MORE: &str = "../github/secp256k1.jsonl.gz";

/// A pull request of an export as `import github-json` takes it.
#[derive(Deserialize)]
struct Exported {
    pull: Opened,
    comments: Vec<Remark>,
}

#[derive(Deserialize)]
struct Opened {
    user: Option<User>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Deserialize)]
struct Remark {
    id: u64,
    in_reply_to_id: Option<u64>,
    user: Option<User>,
    created_at: DateTime<Utc>,
    path: Option<String>,
    body: Option<String>,
}

impl Row for Exported {
    const SUCH_AS: &str = r#"{"type": "pull", "pull": {"number": 7, "user": {"login": "ann"}}, "comments": []}, as import github-json takes it"#;
}

/// The threads of a file, each comment read by the first stage in the binary.
///
/// # Errors
/// When it can't be read.
pub fn labelled(file: &Path) -> anyhow::Result<Vec<Labelled>> {
    let rows: Vec<ReadThread> = labelled::rows(file)?;
    Ok(rows.iter().map(|row| row.labelled(classify::read)).collect())
}

/// More threads to learn from: those of an export that our labels are about. Where none is named, the one that lies in the folder
/// `github` beside the labelled file's folder; nothing where there is none.
///
/// # Errors
/// When it can't be read, or has none of these threads.
pub fn more(labelled_file: &Path, named: Option<&Path>) -> anyhow::Result<Vec<Labelled>> {
    let beside = labelled_file.parent().unwrap_or(Path::new(".")).join(MORE);
    let file: PathBuf = match named {
        Some(named) => named.to_owned(),
        None if beside.exists() => beside,
        None => return Ok(Vec::new()),
    };
    let mut labels: HashMap<u64, &str> = HashMap::new();
    for line in LABELS.lines() {
        let fields = line
            .split_once('\t')
            .and_then(|(id, found)| Some((id.parse().ok()?, found)));
        let (id, found) = fields.with_context(|| format!("the line {line:?} of our labels can't be read"))?;
        labels.insert(id, found);
    }
    let mut threads = Vec::new();
    for pull in labelled::rows::<Exported>(&file)? {
        let author = pull.pull.user.map(|user| user.login);
        let mut of_root: BTreeMap<u64, Vec<Remark>> = BTreeMap::new();
        for remark in pull.comments {
            let root = remark.in_reply_to_id.unwrap_or(remark.id);
            if labels.contains_key(&root) {
                of_root.entry(root).or_default().push(remark);
            }
        }
        for (root, remarks) in of_root {
            let thread = read_thread(author.as_deref(), remarks, labels[&root]);
            threads.push(thread.with_context(|| format!("thread {root} of {} isn't as it was", file.display()))?);
        }
    }
    anyhow::ensure!(
        !threads.is_empty(),
        "{} has none of the threads that we have labels for",
        file.display()
    );
    Ok(threads.iter().map(|thread| thread.labelled(classify::read)).collect())
}

fn read_thread(author: Option<&str>, mut remarks: Vec<Remark>, found: &str) -> Option<ReadThread> {
    remarks.sort_by_key(|remark| (remark.created_at, remark.id));
    let mut names: Vec<String> = Vec::new();
    let mut comments = Vec::with_capacity(remarks.len());
    let path = remarks.first()?.path.clone();
    for remark in remarks {
        let login = remark.user?.login;
        let who = if author == Some(login.as_str()) {
            AUTHOR.to_owned()
        } else {
            let known = names.iter().position(|name| *name == login);
            let at = known.unwrap_or_else(|| {
                names.push(login);
                names.len() - 1
            });
            format!("R{}", at + 1)
        };
        comments.push(SaidInThread {
            who,
            created_at: remark.created_at,
            body: remark.body?,
        });
    }
    let lessons = found.split(',').filter(|lesson| *lesson != "-").map(|lesson| {
        let mut fields = lesson.split(':');
        let (people, from, outcome) = (fields.next()?, fields.next()?, fields.next()?);
        let (teacher, learner) = people.split_once('>')?;
        let name = |short: &str| if short == "A" { AUTHOR } else { short }.to_owned();
        Some(FoundLesson {
            teacher: name(teacher),
            learner: name(learner),
            from: Some(from.parse().ok()?),
            outcome: serde_json::from_value(outcome.into()).ok()?,
        })
    });
    let thread = ReadThread {
        path,
        comments,
        lessons: lessons.collect::<Option<_>>()?,
    };
    thread.flaw().is_none().then_some(thread)
}
