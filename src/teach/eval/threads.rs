//! How well it is told who taught whom in a review thread, and what came of it, on threads that people read.
//!
//! The shipped rules are used as they are; nothing is fitted here.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::DateTime;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;

use crate::model::comment::CommentPlace;
use crate::model::comment::CommentText;
use crate::model::comment::Reading;
use crate::model::evidence::FollowUp;
use crate::model::evidence::Standing;
use crate::model::evidence::Thread;
use crate::model::evidence::ThreadComment;
use crate::model::ids::CommentId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::lesson::Outcome;
use crate::teach::lesson::lessons;

/// Who wrote the pull request, by the name that such files give.
const AUTHOR: &str = "PR-AUTHOR";

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
    /// What came of it.
    pub outcome: ReadOutcome,
}

/// What came of a lesson, as readers tell it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadOutcome {
    /// The learner says that it was new.
    Learned,
    /// The learner agrees.
    Accepted,
    /// The learner keeps what there was.
    Declined,
    /// Nothing tells.
    Open,
}

impl ReadOutcome {
    const ALL: [Self; 4] = [Self::Learned, Self::Accepted, Self::Declined, Self::Open];

    /// What we call it. That something was new to the learner isn't told apart from their taking it.
    fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Landed => Self::Accepted,
            Outcome::Declined => Self::Declined,
            Outcome::Given => Self::Open,
        }
    }
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
        let mut named = self
            .lessons
            .iter()
            .flat_map(|lesson| [lesson.teacher.as_str(), lesson.learner.as_str()]);
        named
            .find(strange)
            .map(|name| format!("{name} has a lesson and said nothing"))
    }

    /// The thread as the rules read it. Nothing is known of pushes.
    fn thread(&self, people: &BTreeMap<&str, PersonId>, read: fn(&CommentText<'_>) -> Reading) -> Thread {
        let comments = (0_i64..).zip(&self.comments).map(|(at, said)| ThreadComment {
            id: CommentId(at),
            place: CommentPlace::Diff,
            author: people[said.who.as_str()],
            standing: Standing::Counts,
            at: said.created_at,
            reading: read(&CommentText {
                body: &said.body,
                path: self.path.as_deref(),
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
            pull_author: Some(people[AUTHOR]),
            author_standing: Standing::Counts,
            pull_closed: true,
            place: CommentPlace::Diff,
            path: self.path.clone(),
            comments: comments.collect(),
            resolved_by: None,
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
    /// Lessons that readers found.
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

/// Measures on threads that people read; `read` reads one comment.
#[must_use]
pub fn thread_score(rows: &[ReadThread], read: fn(&CommentText<'_>) -> Reading) -> ThreadScore {
    let (mut ours, mut naive, mut lessons_found) = (Pairs::default(), Pairs::default(), 0);
    let mut outcomes: BTreeMap<(ReadOutcome, ReadOutcome), usize> = BTreeMap::new();
    for row in rows {
        let people = row.people();
        lessons_found += row.lessons.len();
        let found: BTreeMap<Pair, ReadOutcome> = row
            .lessons
            .iter()
            .map(|lesson| {
                (
                    (people[lesson.teacher.as_str()], people[lesson.learner.as_str()]),
                    lesson.outcome,
                )
            })
            .collect();
        let (taught, _) = lessons(&row.thread(&people, read));
        let told: BTreeMap<Pair, ReadOutcome> = taught
            .iter()
            .map(|lesson| ((lesson.teacher, lesson.learner), ReadOutcome::of(lesson.outcome)))
            .collect();
        let pairs: BTreeSet<Pair> = found.keys().copied().collect();
        ours.add(&told.keys().copied().collect(), &pairs);
        let began = row.comments.first().map(|comment| people[comment.who.as_str()]);
        let began = began.filter(|began| *began != people[AUTHOR]);
        naive.add(
            &began.into_iter().map(|began| (began, people[AUTHOR])).collect(),
            &pairs,
        );
        for (pair, outcome) in &told {
            if let Some(said) = found.get(pair) {
                *outcomes.entry((*said, *outcome)).or_default() += 1;
            }
        }
    }
    let count = |fits: &dyn Fn(ReadOutcome, ReadOutcome) -> bool| -> usize {
        let fitting = outcomes.iter().filter(|((said, told), _)| fits(*said, *told));
        fitting.map(|(_, count)| count).sum()
    };
    let f1 = |one: ReadOutcome| {
        let right = count(&|said, told| said == one && told == one);
        share(2 * right, count(&|said, _| said == one) + count(&|_, told| told == one))
    };
    ThreadScore {
        threads: rows.len(),
        lessons: lessons_found,
        pairs: ours.score(),
        outcome_accuracy: share(count(&|said, told| said == told), count(&|_, _| true)),
        outcome_macro_f1: ReadOutcome::ALL.into_iter().map(f1).sum::<f64>() / 4.0,
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
                outcome: ReadOutcome::Open,
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
