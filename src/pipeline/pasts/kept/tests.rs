use chrono::TimeDelta;
use rstest::rstest;

use super::*;
use crate::model::ids::RepoId;
use crate::suggest::memory::Signal;

const ADA: PersonId = PersonId(9);

fn at(hour: i64) -> Time {
    Time::UNIX_EPOCH + TimeDelta::hours(hour)
}

/// At an hour, when every transaction below `10 * hour` had ended and one may have been open.
fn moment(hour: i64) -> Moment {
    Moment {
        at: at(hour),
        horizon: Horizon {
            ended: 10 * hour,
            next: 10 * hour + 1,
        },
    }
}

fn pull(number: i32, closed: i64, reviewer: i64) -> StandingPull {
    StandingPull {
        number,
        touched: 1,
        counts: true,
        author: Some(ADA),
        created_at: at(closed - 1),
        closed_at: Some(at(closed)),
        merged_at: None,
        reviewers: vec![PersonId(reviewer)],
        files: vec!["a/x".to_owned()],
    }
}

fn circumstances() -> Circumstances {
    Circumstances {
        moved: 1,
        ignore: Ignore::default(),
        left: Vec::new(),
    }
}

fn read_in(circumstances: Circumstances, pulls: &[StandingPull], moment: Moment) -> Kept {
    let mut kept = Kept::new(circumstances, BTreeSet::new(), moment);
    let mut fresh = Fresh::default();
    for pull in pulls {
        kept.read(pull.clone(), &mut fresh);
    }
    kept.learned(&fresh)
}

fn read(pulls: &[StandingPull], moment: Moment) -> Kept {
    read_in(circumstances(), pulls, moment)
}

/// With what moved by then; none: all has to be read anew.
fn moved(kept: &Kept, pulls: &[StandingPull], moment: Moment) -> Option<Kept> {
    let still = kept.still(&circumstances(), &BTreeSet::new(), moment)?;
    let (kept, fresh) = still.moved(pulls.to_vec())?;
    Some(if fresh.is_empty() { kept } else { kept.learned(&fresh) })
}

fn people(kept: &Kept) -> Vec<PersonId> {
    let signals = kept.past.memory.signals(at(100), None, (["a/x"], &[]));
    signals.people().map(|(person, _)| person).collect()
}

#[test]
fn what_was_closed_since_is_taken_in() {
    let first = read(&[pull(1, 1, 1)], moment(2));
    let open = StandingPull {
        closed_at: None,
        ..pull(3, 3, 3)
    };
    let second = moved(&first, &[pull(2, 3, 2), open], moment(4)).expect("only a close");
    assert_eq!(people(&first), [PersonId(1)], "who holds it sees what was known then");
    assert_eq!(people(&second), [PersonId(1), PersonId(2)]);
    let third = moved(&second, &[pull(2, 3, 2)], moment(5)).expect("nothing");
    assert!(Arc::ptr_eq(&second.past, &third.past), "touched, and the same");
    assert!(third.holds(2) && !third.holds(3));
}

#[test]
fn what_is_open_is_learned_from_by_what_was_known_when_it_was_opened() {
    let opened = |number, opened: i64, closed: Option<i64>| StandingPull {
        created_at: at(opened),
        closed_at: closed.map(at),
        ..pull(number, 0, i64::from(number % 2))
    };
    let learned = |kept: &Kept| kept.past.memory.weights().reviews;
    let before = [opened(1, 1, Some(2)), opened(2, 1, Some(3))];
    let kept = read(&before, moment(4));
    let open = moved(&kept, &[opened(3, 5, None)], moment(6)).expect("only an opening");
    assert!(
        Arc::ptr_eq(&kept.past.memory, &open.past.memory),
        "an opening copies nothing of what was learned"
    );
    let other = moved(&open, &[opened(4, 5, Some(7))], moment(7)).expect("only a close");
    let closed = moved(&other, &[opened(3, 5, Some(8))], moment(9)).expect("only a close");
    let anew = read(
        &[&before[..], &[opened(4, 5, Some(7)), opened(3, 5, Some(8))]].concat(),
        moment(9),
    );
    let weights = |kept: &Kept| Signal::ALL.map(|signal| kept.past.memory.weights().of(signal));
    for (grown, anew) in weights(&closed).into_iter().zip(weights(&anew)) {
        assert!((grown - anew).abs() < 1e-9, "{grown} {anew}");
    }
    assert_eq!(learned(&closed), learned(&anew));
    assert!(learned(&closed) > learned(&other), "its own close was learned from");
}

#[test]
fn the_files_of_a_new_pull_request_are_waited_for() {
    let unread = StandingPull {
        files: Vec::new(),
        closed_at: None,
        ..pull(1, 2, 1)
    };
    let kept = read(std::slice::from_ref(&unread), moment(1));
    assert_eq!(kept.again, [1]);
    let later = moved(&kept, &[unread], moment(4)).expect("nothing");
    assert_eq!(later.again, [0; 0], "not for ever");
}

#[test]
fn what_comes_late_is_taken_in_after_what_was_closed_before_it() {
    let kept = read(&[pull(1, 1, 1)], moment(4));
    let late =
        moved(&kept, &[pull(2, 3, 2)], moment(5)).expect("the last close of all, though it was before the question");
    assert_eq!(people(&late), [PersonId(1), PersonId(2)]);
    let later = moved(&late, &[pull(3, 2, 3)], moment(5)).expect("closed before the last one, and told after it");
    assert_eq!(people(&later), [PersonId(1), PersonId(2), PersonId(3)]);
}

#[rstest]
#[case::who_reviewed(StandingPull { reviewers: vec![PersonId(3)], ..pull(1, 1, 1) })]
#[case::nobody_reviewed(StandingPull { reviewers: Vec::new(), ..pull(1, 1, 1) })]
#[case::who_wrote(StandingPull { author: None, ..pull(1, 1, 1) })]
#[case::which_files(StandingPull { files: vec!["a/y".to_owned()], ..pull(1, 1, 1) })]
#[case::when(StandingPull { closed_at: Some(at(2)), ..pull(1, 1, 1) })]
#[case::it_was_merged(StandingPull { merged_at: Some(at(1)), ..pull(1, 1, 1) })]
#[case::it_counts_no_more(StandingPull { counts: false, ..pull(1, 1, 1) })]
#[case::it_is_open_again(StandingPull { closed_at: None, counts: false, ..pull(1, 1, 1) })]
fn anything_else_is_read_anew(#[case] other: StandingPull) {
    let kept = read(&[pull(1, 1, 1), pull(2, 2, 2)], moment(3));
    assert!(
        moved(&kept, &[pull(1, 1, 1)], moment(4)).is_some(),
        "it can be as it was"
    );
    assert!(moved(&kept, &[other], moment(4)).is_none());
}

#[test]
fn what_an_open_transaction_wrote_is_read_again_and_may_be_gone() {
    let own = StandingPull {
        touched: 20,
        ..pull(1, 1, 1)
    };
    let kept = read(&[own.clone(), pull(2, 1, 2)], moment(2));
    assert_eq!(kept.again, [1], "the transaction was open");
    assert!(moved(&kept, &[], moment(3)).is_none(), "it was taken back");
    let settled = moved(&kept, &[own], moment(3)).expect("it was not");
    assert_eq!(settled.again, [0; 0]);
    let elsewhere = StandingPull {
        touched: 1_000,
        ..pull(1, 1, 1)
    };
    assert_eq!(
        read(&[elsewhere], moment(2)).again,
        [0; 0],
        "a number of another server"
    );
}

#[test]
fn what_lies_in_time_to_come_is_read_again() {
    let kept = read(&[pull(1, 5, 1)], moment(2));
    assert_eq!((people(&kept), kept.again.as_slice()), (Vec::new(), [1].as_slice()));
    let later = moved(&kept, &[pull(1, 5, 1)], moment(6)).expect("it was closed since");
    assert_eq!(people(&later), [PersonId(1)]);
    assert!(
        moved(&later, &[], moment(3)).is_none(),
        "of an earlier time it says nothing"
    );
}

#[test]
fn whoever_goes_out_takes_along_what_rests_on_them() {
    let kept = read(&[pull(1, 1, 1)], moment(2));
    let still = |out: &[PersonId]| kept.still(&circumstances(), &out.iter().copied().collect(), moment(3));
    assert!(still(&[PersonId(1)]).is_none(), "who reviewed");
    assert!(still(&[ADA]).is_none(), "who wrote");
    let bot = still(&[PersonId(7)]).expect("nothing rests on a bot that is new");
    assert!(
        bot.still(&circumstances(), &BTreeSet::new(), moment(4)).is_none(),
        "who is back may have been there"
    );
}

#[test]
fn other_circumstances_are_read_anew() {
    let kept = read(&[pull(1, 1, 1)], moment(2));
    let still = |other: Circumstances| kept.still(&other, &BTreeSet::new(), moment(3)).is_some();
    assert!(still(circumstances()));
    assert!(!still(Circumstances {
        moved: 2,
        ..circumstances()
    }));
    let mut other = circumstances();
    other.ignore.paths = vec!["b/".to_owned()];
    assert!(!still(other));
    let mut other = circumstances();
    other.left = vec![left()];
    assert!(!still(other));
}

fn left() -> Declined {
    Declined {
        person: PersonId(1),
        repo: RepoId(2),
        repo_name: String::new(),
        what: "a/".to_owned(),
        is_area: false,
        at: at(2),
    }
}

#[test]
fn folders_that_were_left_and_files_that_are_ignored_count_for_nothing() {
    let mut other = circumstances();
    other.left = vec![left()];
    assert_eq!(
        people(&read_in(other, &[pull(1, 1, 1), pull(2, 4, 1)], moment(5))).len(),
        1
    );
    let mut both = circumstances();
    both.left = vec![left()];
    assert_eq!(
        people(&read_in(both, &[pull(1, 1, 1), pull(2, 2, 2)], moment(5))),
        [PersonId(2)]
    );
    let mut other = circumstances();
    other.ignore.paths = vec!["b/".to_owned()];
    let mut two = pull(1, 1, 1);
    two.files.push("b/x".to_owned());
    let deeds = Deeds::of(two, at(0), &other, at(2));
    assert_eq!(deeds.review.expect("a review").files, ["a/x"]);
}

#[test]
fn the_window_moves_on_from_time_to_time_and_never_back() {
    let kept = read(&[pull(1, 1, 1)], moment(2));
    let days = |days: i64| moved(&kept, &[], moment(2 + 24 * days)).is_some();
    assert!(days(29) && !days(31));
    let old = Moment {
        horizon: moment(1).horizon,
        ..moment(3)
    };
    assert!(moved(&kept, &[], old).is_none(), "an older copy of the database");
}
