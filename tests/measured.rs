//! Holds the thinking to figures on real, labelled data, which is not part of the repository. It is read from
//! `PEERLORE_SHARED`, or from `../shared` beside the crate; where there is none, each test says so and does nothing.
#[path = "support/shared.rs"]
mod shared;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::BufRead;
use std::io::BufReader;

use chrono::DateTime;
use chrono::Utc;
use flate2::read::GzDecoder;
use peerlore::classify::Classifier;
use peerlore::classify::eval::LabelledComment;
use peerlore::classify::eval::classify_score;
use peerlore::classify::read;
use peerlore::model::comment::CommentPlace;
use peerlore::model::comment::CommentText;
use peerlore::model::evidence::FollowUp;
use peerlore::model::evidence::Standing;
use peerlore::model::evidence::Thread;
use peerlore::model::evidence::ThreadComment;
use peerlore::model::ids::CommentId;
use peerlore::model::ids::PersonId;
use peerlore::model::ids::PullKey;
use peerlore::model::ids::RepoId;
use peerlore::model::lesson::Outcome;
use peerlore::model::lesson::Refusal;
use peerlore::skill::silent::Work;
use peerlore::skill::silent::expected;
use peerlore::skill::silent::fit_organisation;
use peerlore::skill::silent::posterior;
use peerlore::skill::silent::silent_experts;
use peerlore::teach::eval::RatedComment;
use peerlore::teach::eval::landing_score;
use peerlore::teach::lesson::lessons;
use serde::de::DeserializeOwned;

fn rows<T: DeserializeOwned>(file: &str) -> Option<Vec<T>> {
    let opened = shared::open(file)?;
    let lines = BufReader::new(GzDecoder::new(opened)).lines();
    Some(
        lines
            .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
            .collect(),
    )
}

fn show(name: &str, figures: &impl serde::Serialize) {
    println!("{name}: {}", serde_json::to_string(figures).unwrap());
}

#[test]
fn areas_are_read_as_well_as_was_measured() {
    let Some(all) = rows::<LabelledComment>("comments/dev.jsonl.gz") else {
        return;
    };
    // The shipped model was trained on these, so this holds the file, the look-up and the gates together, and is no figure
    // of how well it reads: that is `peerlore eval classify --cross-validate`.
    let score = classify_score(&Classifier::default(), &all).expect("figures");
    show("areas, on what was learned from", &score);
    assert!(score.micro_f1 > 0.70 && score.macro_f1 > 0.70, "{score:?}");
    assert!(score.precision > 0.80 && score.coverage > 0.55, "{score:?}");
    assert!(score.teaches.macro_f1 > 0.75, "{:?}", score.teaches);
}

#[test]
fn usefulness_is_told_as_well_as_was_measured() {
    let Some(all) = rows::<RatedComment>("landing/nova.jsonl.gz") else {
        return;
    };
    let score = landing_score(&all, peerlore::classify::read);
    show("landing", &score);
    assert!(
        score.auc >= 0.74 && score.ece <= 0.025 && score.minority_f1 >= 0.41,
        "{score:?}"
    );
}

/// One thread with the lessons that a reader found in it.
#[derive(serde::Deserialize)]
struct ReadThread {
    path: Option<String>,
    comments: Vec<Said>,
    lessons: Vec<Found>,
}

#[derive(serde::Deserialize)]
struct Said {
    who: String,
    created_at: DateTime<Utc>,
    body: String,
}

#[derive(serde::Deserialize)]
struct Found {
    teacher: String,
    learner: String,
    outcome: String,
}

/// `PR-AUTHOR` is 0, `R1` is 1 ..
fn person(name: &str) -> PersonId {
    PersonId(
        name.strip_prefix('R')
            .and_then(|number| number.parse().ok())
            .unwrap_or(0),
    )
}

fn thread(read_one: &ReadThread) -> Thread {
    let comments = (0_i64..).zip(&read_one.comments).map(|(at, said)| ThreadComment {
        id: CommentId(at),
        place: CommentPlace::Diff,
        author: person(&said.who),
        standing: Standing::Counts,
        at: said.created_at,
        reading: read(&CommentText {
            body: &said.body,
            path: read_one.path.as_deref(),
            is_reply: at > 0,
            hunk: None,
        }),
        skills: vec![],
        said: None,
        declared: vec![],
        follow_up: FollowUp::NoDiffs,
        thumbs_up_by: vec![],
    });
    Thread {
        pull: PullKey {
            repo: RepoId(1),
            number: 1,
        },
        pull_author: Some(PersonId(0)),
        author_standing: Standing::Counts,
        pull_closed: true,
        place: CommentPlace::Diff,
        path: read_one.path.clone(),
        comments: comments.collect(),
        resolved_by: None,
    }
}

#[test]
fn who_taught_whom_is_told_as_well_as_was_measured() {
    let Some(all) = rows::<ReadThread>("threads/dev.jsonl.gz") else {
        return;
    };
    let (mut right, mut called, mut there, mut outcomes) = (0_u32, 0_u32, 0_u32, 0_u32);
    let mut refusals: BTreeMap<Refusal, u32> = BTreeMap::new();
    for one in &all {
        let (lessons, refused) = lessons(&thread(one));
        for (_, refusal) in refused {
            *refusals.entry(refusal).or_default() += 1;
        }
        let ours: BTreeMap<_, _> = lessons.iter().map(|l| ((l.teacher, l.learner), l.outcome)).collect();
        let theirs: BTreeMap<_, _> = one
            .lessons
            .iter()
            .map(|l| ((person(&l.teacher), person(&l.learner)), l.outcome.as_str()))
            .collect();
        called += u32::try_from(ours.len()).unwrap();
        there += u32::try_from(theirs.len()).unwrap();
        for (pair, outcome) in &ours {
            let Some(said) = theirs.get(pair) else { continue };
            right += 1;
            let same = match outcome {
                Outcome::Landed => matches!(*said, "learned" | "accepted"),
                Outcome::Declined => *said == "declined",
                Outcome::Given => *said == "open",
            };
            outcomes += u32::from(same);
        }
    }
    let f1 = f64::from(2 * right) / f64::from(called + there);
    let (precision, recall) = (
        f64::from(right) / f64::from(called),
        f64::from(right) / f64::from(there),
    );
    println!(
        "pairs: precision {precision:.3}, recall {recall:.3}, f1 {f1:.3}; outcome right {:.3}; {refusals:?}",
        f64::from(outcomes) / f64::from(right)
    );
    assert!(f1 > 0.61 && precision > 0.75, "{f1}, {precision}");
}

/// One merged change of the public project.
#[derive(Clone, serde::Deserialize)]
struct Change {
    t: i64,
    author: String,
    reviewers: Vec<String>,
    modules: Vec<String>,
    files: u32,
}

const YEAR: i64 = 365 * 86_400;

/// Person and module as of `now`: what they did in the year before; people are those with any sign in it.
fn year_before(changes: &[Change], people: &BTreeMap<String, PersonId>, now: i64) -> Vec<Work> {
    let mut faded: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    let mut own: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    let mut gave: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    let mut total: BTreeMap<&str, f64> = BTreeMap::new();
    let mut count: BTreeMap<&str, u32> = BTreeMap::new();
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    for change in changes
        .iter()
        .filter(|one| one.t < now && one.t >= now - YEAR && one.files <= 100)
    {
        last.insert(&change.author, change.t);
        #[expect(clippy::cast_precision_loss, reason = "seconds of a year")]
        let weight = (-((now - change.t) as f64) / YEAR as f64).exp2();
        for module in &change.modules {
            *faded.entry((&change.author, module)).or_default() += weight;
            *own.entry((&change.author, module)).or_default() += 1;
            *total.entry(module).or_default() += weight;
            *count.entry(module).or_default() += 1;
            for reviewer in change.reviewers.iter().filter(|one| **one != change.author) {
                last.insert(reviewer, change.t);
                *gave.entry((reviewer, module)).or_default() += 1;
            }
        }
    }
    let pairs: BTreeSet<(&str, &str)> = faded.keys().chain(gave.keys()).copied().collect();
    pairs
        .into_iter()
        .map(|(person, module)| {
            let evidence = faded.get(&(person, module)).copied().unwrap_or(0.0);
            #[expect(clippy::cast_precision_loss, reason = "seconds of a year")]
            let idle_days = (now - last[person]) as f64 / 86_400.0;
            Work {
                person: people[person],
                module: module.to_owned(),
                evidence,
                share: evidence / total.get(module).copied().unwrap_or(1.0).max(1e-9),
                others_changes: count[module] - own.get(&(person, module)).copied().unwrap_or(0),
                reviews: gave.get(&(person, module)).copied().unwrap_or(0),
                idle_days,
                asked: None,
                answered: None,
                left_out: false,
            }
        })
        .collect()
}

fn poisson_deviance(count: f64, mean: f64) -> f64 {
    let mean = mean.max(1e-3);
    2.0 * (if count > 0.0 { count * (count / mean).ln() } else { 0.0 } - (count - mean))
}

#[test]
fn next_years_reviews_are_told_better_with_the_person_than_without() {
    let Some(changes) = rows::<Change>("silent/kafka.jsonl.gz") else {
        return;
    };
    let people: BTreeMap<String, PersonId> = changes
        .iter()
        .flat_map(|one| one.reviewers.iter().chain([&one.author]))
        .cloned()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .zip((1..).map(PersonId))
        .collect();
    let end = changes.iter().map(|one| one.t).max().unwrap();
    let (mut rows, mut none, mut raw, mut ours) = (0.0, 0.0, 0.0, 0.0);
    let mut flagged = 0;
    for back in (1..=6).rev() {
        let now = end - back * YEAR;
        let work = year_before(&changes, &people, now);
        let next: BTreeMap<_, _> = year_before(&changes, &people, now + YEAR)
            .into_iter()
            .map(|row| ((row.person, row.module.clone()), row))
            .collect();
        let fit = fit_organisation(&work);
        flagged += silent_experts(&work).len();
        println!("cut {back} years before the end: {} rows, {fit:?}", work.len());
        for row in work.iter().filter(|row| row.evidence >= 2.0 && row.others_changes > 0) {
            let Some(after) = next.get(&(row.person, row.module.clone())) else {
                continue;
            };
            let base = expected(&fit, row) * f64::from(after.others_changes) / f64::from(row.others_changes);
            let count = f64::from(after.reviews);
            rows += 1.0;
            none += poisson_deviance(count, base);
            raw += poisson_deviance(count, base * f64::from(row.reviews) / expected(&fit, row));
            ours += poisson_deviance(count, base * posterior(&fit, row.reviews, expected(&fit, row)).0);
        }
    }
    println!(
        "deviance per row over {rows} rows: no person effect {:.3}, raw ratio {:.3}, ours {:.3}; flagged {flagged}",
        none / rows,
        raw / rows,
        ours / rows
    );
    assert!(ours < none && ours < raw);
}

#[test]
fn the_training_comments_are_measured_only_by_training_anew() {
    if shared::open("comments/dev.jsonl.gz").is_none() {
        return;
    }
    let file = shared::folder().join("data/comments/dev.jsonl.gz");
    let told = std::process::Command::new(env!("CARGO_BIN_EXE_peerlore"))
        .args(["eval", "classify"])
        .arg(file)
        .output()
        .expect("it runs");
    let told = (told.status.success(), String::from_utf8(told.stderr).expect("text"));
    assert!(!told.0 && told.1.contains("--cross-validate trains anew"), "{told:?}");
}
