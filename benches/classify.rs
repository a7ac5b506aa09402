//! How many comments the classifier reads in a second on one core: `cargo bench --bench classify`.
//!
//! Measured on the review comments of `../shared` where they are there, else on a few sentences that stand here.
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
use peerlore::classify::read;
use peerlore::model::comment::CommentText;

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

fn reading(criterion: &mut Criterion) {
    let comments = comments();
    let mut group = criterion.benchmark_group("classify");
    group.throughput(Throughput::Elements(comments.len() as u64));
    group.sample_size(20);
    group.bench_function("read", |bench| {
        bench.iter(|| {
            for comment in &comments {
                black_box(read(&CommentText {
                    body: &comment.body,
                    path: comment.path.as_deref(),
                    is_reply: comment.is_reply,
                    hunk: None,
                }));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
