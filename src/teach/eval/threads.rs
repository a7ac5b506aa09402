//! How well it is told who taught whom in a review thread, and what came of it, on threads that people read.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::DateTime;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;

use crate::logistic;
use crate::model::comment::CommentText;
use crate::model::comment::Reading;
use crate::model::ids::PersonId;
use crate::teach::exchange::Grade;
use crate::teach::exchange::exchanges;
use crate::teach::exchange::model::Model;
use crate::teach::exchange::talk::Spoken;
use crate::teach::exchange::talk::Talk;
use crate::teach::exchange::train::Found;
use crate::teach::exchange::train::Labelled;
use crate::teach::exchange::train::trained;

/// Which threads go into which fold, unless another seed is given.
pub const SEED: u64 = 7;
/// Folds of the cross-validation.
const FOLDS: usize = 10;

/// Who wrote the pull request, by the name that such files give.
pub const AUTHOR: &str = "PR-AUTHOR";

/// One thread with the lessons that a reader found in it.
#[derive(Clone, Debug, Deserialize)]
pub struct ReadThread {
    /// The file that it stands on.
    pub path: Option<String>,
    /// The comments, oldest first.
    pub comments: Vec<SaidInThread>,
    /// Who taught whom.
    pub lessons: Vec<FoundLesson>,
}

/// One comment.
#[derive(Clone, Debug, Deserialize)]
pub struct SaidInThread {
    /// `PR-AUTHOR`, or a reviewer by any other name.
    pub who: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// What.
    pub body: String,
}

/// One lesson.
#[derive(Clone, Debug, Deserialize)]
pub struct FoundLesson {
    /// Who gave it.
    pub teacher: String,
    /// Who got it.
    pub learner: String,
    /// The comment that carries it most, from 0; where it isn't told, the teacher's first.
    #[serde(default)]
    pub from: Option<usize>,
    /// What came of it.
    pub outcome: Grade,
}

impl ReadThread {
    /// What is wrong with it, beyond its shape.
    #[must_use]
    pub fn flaw(&self) -> Option<String> {
        let said: BTreeSet<&str> = self.comments.iter().map(|comment| comment.who.as_str()).collect();
        if self.comments.is_empty() {
            return Some("it has no comments".to_owned());
        }
        // The author may be taught without a word.
        let strange = |name: &&str| *name != AUTHOR && !said.contains(name);
        if self
            .lessons
            .iter()
            .any(|lesson| lesson.from.is_some_and(|from| from >= self.comments.len()))
        {
            return Some("a lesson comes from a comment that isn't there".to_owned());
        }
        let mut named = self
            .lessons
            .iter()
            .flat_map(|lesson| [lesson.teacher.as_str(), lesson.learner.as_str()]);
        named
            .find(strange)
            .map(|name| format!("{name} has a lesson and said nothing"))
    }

    /// The talk, each comment read by `read`, with the lessons that readers found. Of two between the same people the later one counts.
    #[must_use]
    pub fn labelled(&self, read: fn(&CommentText<'_>) -> Reading) -> Labelled {
        let people = self.people();
        let spoken = self.comments.iter().enumerate().map(|(at, said)| Spoken {
            who: people[said.who.as_str()],
            manner: read(&CommentText {
                body: &said.body,
                path: self.path.as_deref(),
                is_reply: at > 0,
                hunk: None,
            })
            .manner
            .unwrap_or_default(),
            counts: true,
        });
        let lessons = self.lessons.iter().map(|lesson| {
            let pair = (people[lesson.teacher.as_str()], people[lesson.learner.as_str()]);
            let by = |said: &SaidInThread| said.who == lesson.teacher;
            let first = self.comments.iter().position(by);
            let found = Found {
                from: lesson.from.or(first).unwrap_or_default(),
                grade: lesson.outcome,
            };
            (pair, found)
        });
        Labelled {
            talk: Talk {
                author: Some(people[AUTHOR]),
                author_counts: true,
                spoken: spoken.collect(),
            },
            lessons: lessons.collect(),
        }
    }

    fn people(&self) -> BTreeMap<&str, PersonId> {
        let names = self.comments.iter().map(|comment| comment.who.as_str());
        let names: BTreeSet<&str> = names.chain([AUTHOR]).collect();
        names.into_iter().zip((0..).map(PersonId)).collect()
    }
}

/// How well pairs and outcomes are told. Figures in [0, 1].
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ThreadScore {
    /// Threads.
    pub threads: usize,
    /// Lessons that readers found, one a pair of people.
    pub lessons: usize,
    /// Of teacher and learner.
    #[serde(flatten)]
    pub pairs: PairScore,
    /// The share of found pairs whose outcome is the reader's, of four.
    pub outcome_accuracy: f64,
    /// The mean F1 of the four outcomes over found pairs.
    pub outcome_macro_f1: f64,
    /// The rule "who began, if a reviewer, teaches the author".
    pub naive: PairScore,
}

/// How well pairs of teacher and learner are told.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct PairScore {
    /// F1 of the pairs.
    pub pair_f1: f64,
    /// The share of told pairs that readers found.
    pub pair_precision: f64,
    /// The share of readers' pairs that are told.
    pub pair_recall: f64,
    /// Where readers found a lesson between two people who are told, the share told in the right direction.
    pub direction_accuracy: f64,
}

/// Counts from which a [`PairScore`] is made.
#[derive(Default)]
struct Pairs {
    right: usize,
    told: usize,
    found: usize,
    between: usize,
    directed: usize,
}

type Pair = (PersonId, PersonId);

impl Pairs {
    fn add(&mut self, told: &BTreeSet<Pair>, found: &BTreeSet<Pair>) {
        self.told += told.len();
        self.found += found.len();
        self.right += told.intersection(found).count();
        for (teacher, learner) in told {
            if found.contains(&(*teacher, *learner)) {
                self.between += 1;
                self.directed += 1;
            } else if found.contains(&(*learner, *teacher)) {
                self.between += 1;
            }
        }
    }

    fn score(&self) -> PairScore {
        PairScore {
            pair_f1: share(2 * self.right, self.told + self.found),
            pair_precision: share(self.right, self.told),
            pair_recall: share(self.right, self.found),
            direction_accuracy: share(self.directed, self.between),
        }
    }
}

/// Measures one model on threads that people read.
#[must_use]
pub fn thread_score(rows: &[Labelled], model: &Model) -> ThreadScore {
    scored(rows, |_| model)
}

/// Measures on threads that people read, each told by a model that never saw it: ten folds of threads by chance, `more` learned from in
/// all of them.
///
/// # Errors
/// When a model can't be trained.
pub fn cross_validated(rows: &[Labelled], more: &[Labelled], seed: u64) -> Result<ThreadScore, logistic::Error> {
    let folds = folds(rows.len(), seed);
    let mut models = Vec::with_capacity(FOLDS);
    for fold in 0..FOLDS {
        let others = rows.iter().zip(&folds).filter(|(_, of)| **of != fold);
        models.push(trained(others.map(|(row, _)| row).chain(more))?);
    }
    Ok(scored(rows, |at| &models[folds[at]]))
}

/// Folds of the same size, dealt in the order of a hash of the row's place and the seed.
fn folds(rows: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    // The finalizer of SplitMix64 (Steele et al., 2014).
    let mixed = |at: usize| {
        let mut z = seed.wrapping_add((at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    order.sort_by_key(|at| mixed(*at));
    let mut folds = vec![0; rows];
    for (place, at) in order.into_iter().enumerate() {
        folds[at] = place % FOLDS;
    }
    folds
}

fn scored<'m>(rows: &[Labelled], model: impl Fn(usize) -> &'m Model) -> ThreadScore {
    let (mut ours, mut naive) = (Pairs::default(), Pairs::default());
    let mut outcomes: BTreeMap<(Grade, Grade), usize> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let found: BTreeSet<Pair> = row.lessons.keys().copied().collect();
        let told: BTreeMap<Pair, Grade> = exchanges(&row.talk, model(at))
            .into_iter()
            .map(|one| ((one.teacher, one.learner), one.grade))
            .collect();
        ours.add(&told.keys().copied().collect(), &found);
        let began = row.talk.spoken.first().map(|spoken| spoken.who);
        let began = began.zip(row.talk.author).filter(|(began, author)| began != author);
        naive.add(&began.into_iter().collect(), &found);
        for (pair, grade) in &told {
            if let Some(said) = row.lessons.get(pair) {
                *outcomes.entry((said.grade, *grade)).or_default() += 1;
            }
        }
    }
    let count = |fits: &dyn Fn(Grade, Grade) -> bool| -> usize {
        let fitting = outcomes.iter().filter(|((said, told), _)| fits(*said, *told));
        fitting.map(|(_, count)| count).sum()
    };
    let f1 = |one: Grade| {
        let right = count(&|said, told| said == one && told == one);
        share(2 * right, count(&|said, _| said == one) + count(&|_, told| told == one))
    };
    ThreadScore {
        threads: rows.len(),
        lessons: rows.iter().map(|row| row.lessons.len()).sum(),
        pairs: ours.score(),
        outcome_accuracy: share(count(&|said, told| said == told), count(&|_, _| true)),
        outcome_macro_f1: Grade::ALL.into_iter().map(f1).sum::<f64>() / 4.0,
        naive: naive.score(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of threads are small")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: PersonId = PersonId(1);
    const BEN: PersonId = PersonId(2);
    const EVE: PersonId = PersonId(3);

    fn score(told: &[Pair], found: &[Pair]) -> PairScore {
        let mut pairs = Pairs::default();
        pairs.add(&told.iter().copied().collect(), &found.iter().copied().collect());
        pairs.score()
    }

    #[test]
    fn a_pair_is_right_only_in_its_direction() {
        let turned = score(&[(ANA, BEN)], &[(BEN, ANA)]);
        assert!(turned.pair_f1.abs() < 1e-12 && turned.direction_accuracy.abs() < 1e-12);
        let half = score(&[(ANA, BEN), (EVE, BEN)], &[(ANA, BEN), (BEN, EVE), (EVE, ANA)]);
        assert!((half.pair_precision - 0.5).abs() < 1e-12);
        assert!((half.pair_recall - 1.0 / 3.0).abs() < 1e-12);
        assert!((half.pair_f1 - 0.4).abs() < 1e-12);
        assert!(
            (half.direction_accuracy - 0.5).abs() < 1e-12,
            "a lesson that isn't told has no direction"
        );
    }

    #[test]
    fn nothing_to_tell_is_no_score() {
        assert_eq!(score(&[], &[]), PairScore::default());
    }

    #[test]
    fn whoever_has_a_lesson_said_something_or_wrote_the_change() {
        let thread = |teacher: &str, learner: &str| ReadThread {
            path: None,
            comments: vec![SaidInThread {
                who: "R1".to_owned(),
                created_at: DateTime::UNIX_EPOCH,
                body: "This needs an index.".to_owned(),
            }],
            lessons: vec![FoundLesson {
                teacher: teacher.to_owned(),
                learner: learner.to_owned(),
                from: None,
                outcome: Grade::Open,
            }],
        };
        assert_eq!(thread("R1", AUTHOR).flaw(), None);
        let flaw = thread("R2", AUTHOR).flaw();
        assert_eq!(flaw.as_deref(), Some("R2 has a lesson and said nothing"));
        let mut empty = thread("R1", AUTHOR);
        empty.comments.clear();
        assert_eq!(empty.flaw().as_deref(), Some("it has no comments"));
    }
}
