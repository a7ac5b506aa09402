//! How many comments the classifier reads in a second on one core: `cargo bench --bench classify`.
//!
//! Measured on the review comments of `../shared` where they are there, else on a few sentences that stand here. Says how much memory the
//! first stage took. Both stages together are measured where `peerlore model install` fetched the second's weights into the usual folder.
#[path = "../tests/support/shared.rs"]
mod shared;

use std::hint::black_box;
use std::io::BufRead;
use std::io::BufReader;

use criterion::Criterion;
use criterion::Throughput;
use criterion::criterion_group;
use criterion::criterion_main;
use flate2::read::MultiGzDecoder;
use peerlore::classify::Classifier;
use peerlore::classify::read;
use peerlore::classify::second;
use peerlore::classify::second::Second;
use peerlore::model::comment::CommentText;
use peerlore::postgres::default_data_dir;
use peerlore::weights;

/// A comment as it lies in the file.
#[derive(serde::Deserialize)]
struct Written {
    path: Option<String>,
    body: String,
    is_reply: bool,
}

/// Real comments, or sentences of about their length.
fn comments() -> Vec<Written> {
    if let Some(file) = shared::open("comments/unlabelled.jsonl.gz") {
        let lines = BufReader::new(MultiGzDecoder::new(file)).lines();
        return lines
            .map(|line| serde_json::from_str(&line.expect("a line")).expect("a comment"))
            .collect();
    }
    let sentences = [
        "Could we take the lock before we read the map? Otherwise two threads may both see it empty.",
        "nit: `userCount` says more than `n`",
        "Please add a test for the empty list; it would have caught the off-by-one here.",
        "Done, thanks.",
        "> why not a set?\n\nThe order matters to callers: they show it as it comes.",
    ];
    let written = |at: usize| Written {
        path: Some(format!("src/part{}/file.rs", at % 7)),
        body: sentences[at % sentences.len()].to_owned(),
        is_reply: at % 5 == 4,
    };
    (0..1_000).map(written).collect()
}

/// The most memory that this process took so far, where the system says so.
fn memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(most.trim().to_owned())
}

fn as_text(comment: &Written) -> CommentText<'_> {
    CommentText {
        body: &comment.body,
        path: comment.path.as_deref(),
        is_reply: comment.is_reply,
        hunk: None,
    }
}

/// Both stages, where the second's weights are here.
fn both() -> Option<Classifier> {
    let folder = default_data_dir()
        .ok()
        .filter(|folder| weights::are_there(folder).unwrap_or(false))?;
    let weights = weights::load(&folder).expect("the weights");
    let part = second::file::shipped().expect("the part in the binary");
    let second = Second::new(&weights.model, &weights.tokenizer, part).expect("a second stage");
    Some(Classifier::default().with(second).expect("they go together"))
}

fn reading(criterion: &mut Criterion) {
    let comments = comments();
    let mut group = criterion.benchmark_group("classify");
    group.throughput(Throughput::Elements(comments.len() as u64));
    group.sample_size(20);
    group.bench_function("read", |bench| {
        bench.iter(|| {
            for comment in &comments {
                black_box(read(&as_text(comment)));
            }
        });
    });
    if let Some(most) = memory() {
        println!("Memory at most, the comments with it: {most}");
    }
    let Some(both) = both() else {
        println!("Both stages aren't measured: `peerlore model install` fetches the second's weights");
        return group.finish();
    };
    let some: Vec<&Written> = comments.iter().step_by(comments.len().div_ceil(100)).collect();
    group.throughput(Throughput::Elements(some.len() as u64));
    group.bench_function("both stages", |bench| {
        bench.iter(|| {
            for comment in &some {
                black_box(both.read(&as_text(comment)).expect("a reading"));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
