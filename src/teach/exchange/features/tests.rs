use super::*;
use crate::classify::read;
use crate::model::comment::CommentText;
use crate::teach::exchange::talk::Spoken;

const AUTHOR: PersonId = PersonId(1);
const REVIEWER: PersonId = PersonId(2);

fn spoken(who: PersonId, body: &str) -> Spoken {
    let comment = CommentText {
        body,
        path: None,
        is_reply: who == AUTHOR,
        hunk: None,
    };
    Spoken {
        who,
        manner: read(&comment).manner.expect("it was noted"),
        counts: true,
    }
}

/// What is seen of the reviewer who may have taught the author, by name; chances to one digit.
fn seen(talk: &Talk, of: fn(&Talk, &Pair) -> Vec<Cell>, name: fn(usize) -> String) -> Vec<String> {
    let pairs = talk.pairs();
    let pair = pairs.iter().find(|pair| pair.teacher == REVIEWER).expect("a pair");
    let cells = of(talk, pair);
    assert!(cells.is_sorted_by(|one, other| one.0 < other.0), "columns ascend");
    let named = |(column, value): &Cell| format!("{} {value:.1}", name(usize::try_from(*column).unwrap()));
    cells.iter().map(named).collect()
}

fn told_and_thanked() -> Talk {
    Talk {
        author: Some(AUTHOR),
        author_counts: true,
        spoken: vec![
            spoken(REVIEWER, "The lock must be held, because two threads write here."),
            spoken(AUTHOR, "Done."),
        ],
    }
}

#[test]
fn a_pair_is_seen_by_what_was_told_and_what_was_answered() {
    let seen = seen(&told_and_thanked(), of_pair, pair_name);
    let has = |name: &str| seen.iter().any(|cell| cell == name);
    for name in [
        "what the teacher told: gives a reason or a purpose 1.0",
        "what the teacher told: how many comments 0.3",
        "the learner's answers: how many words 0.1",
        "the teacher began 1.0",
        "the learner was answered by the teacher 1.0",
        "the learner spoke last 1.0",
        "reviewer to author; what the teacher told: gives a reason or a purpose 1.0",
        "reviewer to author; the teacher began 1.0",
        "reviewer to author 1.0",
    ] {
        assert!(has(name), "{name}: {seen:#?}");
    }
    let lacks = |part: &str| seen.iter().all(|cell| !cell.contains(part));
    for part in [
        "what the learner said before",
        "author to reviewer",
        "the learner said nothing",
        "the teacher spoke last",
    ] {
        assert!(lacks(part), "{part}: {seen:#?}");
    }
    let bare = |cell: &&String| !cell.starts_with("reviewer to author");
    assert_eq!(
        seen.len(),
        2 * seen.iter().filter(bare).count() + 1,
        "each number twice, and the direction"
    );
}

#[test]
fn an_outcome_is_seen_by_the_last_answer_too() {
    let mut talk = told_and_thanked();
    talk.spoken.push(spoken(REVIEWER, "Thanks!"));
    talk.spoken.push(spoken(AUTHOR, "I'd rather keep it as it is."));
    let seen = seen(&talk, of_outcome, outcome_name);
    let about = |view: &str| seen.iter().filter(|cell| cell.starts_with(view)).count();
    assert!(about("the learner's first answer") > 0 && about("what the teacher said to an answer") > 0);
    let last = |cue: &str| seen.contains(&format!("the learner's last answer: {cue} 1.0"));
    assert!(last(Cue::LeavesIt.words()) && !last(Cue::Did.words()), "{seen:#?}");
    assert!(seen.contains(&"the learner answered several times 1.0".to_owned()));
}
