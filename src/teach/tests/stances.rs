//! What the learner's replies make of a lesson.
use rstest::rstest;

use super::*;

const YES: &str = "Good point, will do.";
const NO: &str = "No, I'd rather keep it as it is.";

#[rstest]
#[case::a_yes_that_is_taken_back(&[YES, NO], Nearness::Untouched, Outcome::Declined)]
#[case::a_yes_that_was_done(&[YES, NO], Nearness::Within3, Outcome::Landed)]
#[case::words_after_a_yes(&[YES, "Merged main meanwhile."], Nearness::Untouched, Outcome::Landed)]
fn the_last_clear_stance_counts_unless_the_lines_changed(
    #[case] replies: &[&str],
    #[case] nearness: Nearness,
    #[case] outcome: Outcome,
) {
    let mut says = vec![(REVIEWER, RACE)];
    says.extend(replies.iter().map(|&reply| (AUTHOR, reply)));
    let (found, _) = lessons(&followed(thread(&says), nearness));
    assert_eq!(who(&found), [(REVIEWER, AUTHOR, outcome)]);
    let declines = found[0].parts.iter().any(|part| part.what.contains("disagree"));
    assert_eq!(declines, outcome == Outcome::Declined, "{:?}", found[0].parts);
}

#[test]
fn a_no_to_somebody_else_takes_no_yes_back() {
    let says = [(REVIEWER, RACE), (AUTHOR, YES), (OTHER, CLEAN_UP), (AUTHOR, NO)];
    let (found, _) = lessons(&thread(&says));
    let of_reviewer = who(&found).into_iter().find(|(teacher, ..)| *teacher == REVIEWER);
    assert_eq!(of_reviewer, Some((REVIEWER, AUTHOR, Outcome::Landed)));
}

#[test]
fn a_good_point_that_keeps_the_code_is_declined() {
    let keeps = "Good point, but I'd rather keep it as it is.";
    let (found, _) = lessons(&thread(&[(REVIEWER, RACE), (AUTHOR, keeps)]));
    assert_eq!(who(&found), [(REVIEWER, AUTHOR, Outcome::Declined)]);
}

#[test]
fn a_no_that_is_taken_back_landed() {
    let says = [
        (REVIEWER, RACE),
        (AUTHOR, "I don't think so."),
        (REVIEWER, "It does."),
        (AUTHOR, "Ah, I see. Fixed."),
    ];
    assert_eq!(who(&lessons(&thread(&says)).0), [(REVIEWER, AUTHOR, Outcome::Landed)]);
}
