//! How long a suggestion takes once a repository's past is known, and how long that takes to learn: `cargo bench --bench suggest`.
//!
//! Made-up reviews with 600 people and folders as deep as real ones; the question touches 50 files. Each size must cost a question about as
//! much as the one before: what grows are people and folders, and both stop. `PEERLORE_BENCH_REVIEWS=1000000` measures the largest size.
use std::hint::black_box;
use std::time::Duration;
use std::time::Instant;

use chrono::TimeDelta;
use criterion::BenchmarkId;
use criterion::Criterion;
use criterion::criterion_group;
use criterion::criterion_main;
use peerlore::model::clock::Time;
use peerlore::model::ids::PersonId;
use peerlore::model::ids::TeamId;
use peerlore::model::settings::Settings;
use peerlore::model::suggestion::LeftOut;
use peerlore::suggest::past::Past;
use peerlore::suggest::query::Candidate;
use peerlore::suggest::query::PastReview;
use peerlore::suggest::query::PullAsked;
use peerlore::suggest::query::Query;
use peerlore::suggest::query::TouchedFile;

const PEOPLE: u64 = 600;
const FILES_ASKED: u64 = 50;

/// Mixes a number (splitmix64's finaliser: Steele, Lea and Flood 2014).
fn mixed(number: u64) -> u64 {
    let z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// One of so many, the first ones more often, as people and folders are.
fn one_of(many: u64, seed: u64) -> u64 {
    let (one, other) = (mixed(seed) % many, mixed(seed ^ 0x55) % many);
    one.min(other)
}

fn file(seed: u64) -> String {
    let (part, sub) = (one_of(40, seed), one_of(30, seed ^ 1));
    format!(
        "src/part{part}/sub{sub}/deep{}/file{}.rs",
        one_of(5, seed ^ 2),
        one_of(20, seed ^ 3)
    )
}

fn person(seed: u64) -> PersonId {
    PersonId(i64::try_from(one_of(PEOPLE, seed)).expect("few people"))
}

/// So many reviews in ten years.
fn reviews(number: u32) -> Vec<PastReview> {
    let span = TimeDelta::days(3_650).num_seconds();
    (0..number)
        .map(|at| {
            let seed = u64::from(at) << 8;
            let opened = Time::UNIX_EPOCH + TimeDelta::seconds(span * i64::from(at) / i64::from(number));
            PastReview {
                pull: i32::try_from(at).expect("few reviews"),
                author: Some(person(seed ^ 7)),
                at: opened,
                closed_at: Some(opened + TimeDelta::hours(20)),
                reviewers: vec![person(seed ^ 8), person(seed ^ 9)],
                files: (0..=one_of(6, seed ^ 0xa))
                    .map(|file_at| file((seed / 8) ^ (file_at << 3)))
                    .collect(),
            }
        })
        .collect()
}

fn candidate(id: u64, now: Time) -> Candidate {
    let person = PersonId(i64::try_from(id).expect("few people"));
    Candidate {
        teams: vec![TeamId(i64::try_from(id % 40).expect("few teams"))],
        languages: vec![("Rust".to_owned(), 3.0)],
        last_active: Some(now),
        ..Candidate::new(person, &format!("person-{id}"))
    }
}

fn sizes() -> Vec<u32> {
    let asked = std::env::var("PEERLORE_BENCH_REVIEWS").ok();
    let asked: Option<u32> = asked.and_then(|number| number.parse().ok());
    asked.map_or_else(|| vec![1_000, 10_000, 60_000, 100_000], |number| vec![number])
}

fn suggestions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("suggest");
    group.measurement_time(Duration::from_secs(5));
    for size in sizes() {
        let now = Time::UNIX_EPOCH + TimeDelta::days(3_651);
        let reviews = reviews(size);
        let start = Instant::now();
        let past = Past::of(&reviews, &[], now);
        println!("{size} reviews are learned in {:.2?}", start.elapsed());
        let candidates: Vec<Candidate> = (0..PEOPLE).map(|id| candidate(id, now)).collect();
        let settings = Settings::default();
        let mut slowest: Vec<Duration> = Vec::new();
        let mut round = 0;
        group.bench_with_input(BenchmarkId::from_parameter(size), &past, |bencher, past| {
            bencher.iter(|| {
                round += 1;
                let files = (0..FILES_ASKED).map(|at| file((round << 20) ^ (at << 3)));
                let pull = PullAsked {
                    number: -1,
                    author: Some(person(round)),
                    files: files
                        .map(|path| TouchedFile {
                            path,
                            language: Some("Rust".to_owned()),
                        })
                        .collect(),
                    ..PullAsked::default()
                };
                let query = Query {
                    pull: &pull,
                    past,
                    candidates: &candidates,
                    teams: &[],
                    left_out: LeftOut::default(),
                };
                let start = Instant::now();
                black_box(peerlore::suggest::suggest(&query, &settings, now, round));
                slowest.push(start.elapsed());
            });
        });
        slowest.sort_unstable();
        let p99 = slowest.get(slowest.len() * 99 / 100).copied().unwrap_or_default();
        println!("{size} reviews: p99 of a question {p99:.2?}");
    }
    group.finish();
}

criterion_group!(benches, suggestions);
criterion_main!(benches);
