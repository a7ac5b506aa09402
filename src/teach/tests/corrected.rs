//! What a person said of a comment, in the lessons of its thread.
use super::*;
use crate::model::correction::Said;
use crate::model::correction::Teaches;
use crate::model::skill::Area;

const GO_ON: &str = "Because otherwise whoever comes next stumbles over it, so please look at the others as well.";

fn said(mut thread: Thread, at: usize, (areas, teaches): (&[Area], Option<Teaches>)) -> Thread {
    let said = Said {
        by: PersonId(AUTHOR),
        areas: areas.to_vec(),
        teaches,
    };
    let comment = &mut thread.comments[at];
    comment.reading = said.over(comment.reading.clone());
    comment.said = Some(said);
    thread
}

fn taught(thread: &Thread) -> Vec<(Area, Option<f64>, Option<i64>)> {
    let lessons = lessons(thread).0;
    let line = |one: &Lesson| (one.area, one.area_probability, one.said_by.map(|by| by.0));
    lessons.iter().map(line).collect()
}

#[test]
fn what_was_read_is_as_sure_as_the_classifier_and_what_was_said_is_certain() {
    let read = thread(&[(REVIEWER, RACE)]);
    let found = taught(&read);
    assert!(
        found[0].1.is_some_and(|sure| sure < 1.0) && found[0].2.is_none(),
        "{found:?}"
    );
    let three = [Area::Testing, Area::Security, Area::Databases];
    assert_eq!(
        taught(&said(read, 0, (&three, None))),
        three.map(|area| (area, Some(1.0), Some(AUTHOR)))
    );
}

#[test]
fn an_answer_without_a_subject_goes_on_about_what_was_said() {
    let mut two = thread(&[(REVIEWER, RACE), (REVIEWER, GO_ON)]);
    two.comments[1].reading.areas.clear();
    let two = said(two, 0, (&[Area::Testing], None));
    assert_eq!(
        taught(&two),
        [(Area::Testing, Some(1.0), Some(AUTHOR))],
        "{:?}",
        lessons(&two)
    );
    assert_eq!(lessons(&two).0[0].comment, CommentId(101), "the longer one carries it");
}

#[test]
fn a_comment_that_teaches_nothing_gives_no_lesson_nor_a_subject() {
    let mut two = thread(&[(REVIEWER, RACE), (REVIEWER, GO_ON)]);
    two.comments[1].reading.areas.clear();
    let nothing = said(two, 0, (&[], None));
    assert_eq!(refusals(&nothing), [Refusal::SaidOtherwise, Refusal::NoArea]);
    let own = said(nothing, 1, (&[], None));
    assert_eq!(refusals(&own), [Refusal::SaidOtherwise, Refusal::SaidOtherwise]);
    for (teaches, refusal) in [
        (Teaches::None, Refusal::SaidOtherwise),
        (Teaches::Request, Refusal::BareRequest),
    ] {
        let one = said(thread(&[(REVIEWER, RACE)]), 0, (&[Area::Testing], Some(teaches)));
        assert_eq!(refusals(&one), [refusal]);
    }
}

#[test]
fn knowledge_is_knowledge_where_somebody_says_so() {
    let bare = thread(&[(REVIEWER, "Please move it.")]);
    assert_eq!(taught(&bare), []);
    let knows = (&[Area::Architecture][..], Some(Teaches::Knowledge));
    assert_eq!(taught(&said(bare, 0, knows)).len(), 1);
}
