//! Measures and policies on histories worked out by hand.
use super::row;
use crate::suggest::eval::Row;
use crate::suggest::spread::Asked;
use crate::suggest::spread::OURS;
use crate::suggest::spread::chart;
use crate::suggest::spread::curve::Theirs;
use crate::suggest::spread::history::History;
use crate::suggest::spread::measure;
use crate::suggest::spread::metrics::Figures;
use crate::suggest::spread::metrics::concentration;
use crate::suggest::spread::metrics::median;
use crate::suggest::spread::names;
use crate::suggest::spread::ours::Setting;
use crate::suggest::spread::policies::Policy;
use crate::suggest::spread::record::Record;
use crate::suggest::spread::run::Played;
use crate::suggest::spread::run::Replayed;
use crate::suggest::spread::run::run;
use crate::suggest::spread::teams::TeamMonth;
use crate::suggest::spread::teams::Teams;

const DAY: i64 = 86_400;

fn played(rows: &[Row], policy: Policy) -> (History, Played) {
    let history = History::read(rows);
    let played = run(&history, &Teams::default(), Replayed::Theirs(policy), 1);
    (history, played)
}

fn ours(budget: f64) -> Setting {
    Setting {
        budget,
        advance: 0.0,
        cross_team: 1.0,
    }
}

/// One name after the other.
fn one_of<'a>(at: i64, names: &[&'a str]) -> &'a str {
    usize::try_from(at).map(|at| names[at % names.len()]).unwrap()
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

#[test]
fn a_file_with_two_available_reviewers_is_not_at_risk_and_one_with_one_is() {
    let rows = [
        row(0, "al", &["ana"], &["a/x", "a/y"]),
        row(9, "al", &["ben"], &["a/x"]),
        row(100, "al", &["ana"], &["b/z"]),
    ];
    let (_, played) = played(&rows, Policy::Happened);
    assert_eq!(played.quarters.len(), 1, "the unfinished last quarter is dropped");
    assert_eq!(played.quarters[0].far, 1);
}

#[test]
fn whoever_did_nothing_for_half_a_year_leaves_their_files_at_risk() {
    let rows = [
        row(0, "al", &["ana"], &["a/x"]),
        row(9, "al", &["ben"], &["a/x"]),
        row(150, "al", &["ana"], &["b/z"]),
        row(280, "al", &["ana"], &["b/z"]),
    ];
    let (_, played) = played(&rows, Policy::Happened);
    let far: Vec<usize> = played.quarters.iter().map(|quarter| quarter.far).collect();
    // At day 181 Ben's review of day 10 is 171 days past; at day 273 it is 263. File b/z only Ana ever reviewed.
    assert_eq!(far, [0, 1, 2]);
}

#[test]
fn somebody_is_available_for_180_days_after_what_they_did() {
    let mut record = Record::of(1);
    record.move_to(0);
    record.act(0, true);
    record.move_to(180 * DAY - 1);
    assert!(record.available(0));
    record.move_to(180 * DAY);
    assert!(!record.available(0));
    assert_eq!(record.active_months(0), 1);
}

#[test]
fn a_pick_is_no_activity_of_whoever_is_picked() {
    let rows = [
        row(0, "al", &["ana"], &["a/x"]),
        row(9, "al", &["ben"], &["a/x"]),
        row(100, "al", &["ana"], &["a/x", "a/y"]),
        row(200, "al", &["ana"], &["a/x"]),
        row(280, "al", &["ana"], &["a/x"]),
    ];
    let (history, played) = played(&rows, Policy::Hoarded(1));
    let picked = played.picks[2].map(|person| history.people[person].as_str());
    assert_eq!(picked, Some("ben"));
    let far: Vec<usize> = played.quarters.iter().map(|quarter| quarter.far).collect();
    // His pick of day 101 would reach to day 281; his own review of day 10 reaches to day 190.
    assert_eq!(far, [0, 0, 2]);
}

#[test]
fn expertise_is_the_share_of_files_that_some_reviewer_knew_before() {
    let rows = [
        row(0, "al", &["ana"], &["a/x"]),
        row(5, "al", &["ana"], &["a/x", "a/y"]),
        row(100, "al", &["ana"], &["a/x"]),
    ];
    let (_, played) = played(&rows, Policy::Happened);
    assert!(near(played.quarters[0].expertise, 0.5), "{:?}", played.quarters[0]);
}

#[test]
fn a_review_teaches_only_once_it_closes() {
    let mut first = row(0, "al", &["ana"], &["a/x"]);
    first.closed_at = Some(first.created_at + chrono::TimeDelta::days(30));
    let rows = [
        first,
        row(5, "al", &["ana"], &["a/x"]),
        row(100, "al", &["ana"], &["a/x"]),
    ];
    let (_, played) = played(&rows, Policy::Happened);
    assert!(near(played.quarters[0].expertise, 0.0), "{:?}", played.quarters[0]);
}

#[test]
fn equal_loads_have_no_concentration_and_unequal_ones_have_the_area_above_equality() {
    assert!(near(concentration(&[3, 3, 3]), 0.0));
    // 50% of people have 75% of reviews: 50 x 37.5 + 50 x 87.5 - 5000.
    assert!(near(concentration(&[3, 1]), 1_250.0));
    assert!(near(concentration(&[]), 0.0));
}

#[test]
fn the_median_of_an_even_number_lies_between_the_middle_ones() {
    assert!(near(median(vec![4.0, 1.0, 2.0, 9.0]), 3.0));
    assert!(near(median(Vec::new()), 0.0));
}

#[test]
fn a_policy_that_replaces_leaves_as_many_reviewers_and_one_that_adds_leaves_all() {
    let rows: Vec<Row> = (0..40)
        .map(|at| {
            row(
                at * 5,
                one_of(at, &["al", "bo"]),
                &[one_of(at, &["ana", "ben", "cy"])],
                &["a/x", "a/y"],
            )
        })
        .collect();
    let history = History::read(&rows);
    for policy in [
        Policy::Random,
        Policy::Chrev,
        Policy::Sofia,
        Policy::SofiaWl,
        Policy::Hoarded(1),
    ] {
        let (_, played) = played(&rows, policy);
        for (change, selected) in history.changes.iter().zip(&played.selected) {
            if policy.adds() {
                assert!(selected.starts_with(&change.reviewers), "{policy:?}");
            } else {
                assert_eq!(selected.len(), change.reviewers.len(), "{policy:?}");
            }
            assert!(
                change.author.is_none_or(|author| !selected.contains(&author)),
                "{policy:?}"
            );
        }
    }
}

#[test]
fn hoarded_adds_only_where_enough_files_are_known_by_one() {
    let rows = [
        row(0, "al", &["ana"], &["a/x"]),
        row(3, "bo", &["ben"], &["a/x"]),
        row(6, "bo", &["ana"], &["a/y"]),
        row(9, "bo", &["ben"], &["a/x", "a/y"]),
    ];
    let picks = |files| played(&rows, Policy::Hoarded(files)).1.picks;
    assert!(picks(1)[2].is_some(), "a/y would be known by Ana alone");
    assert!(picks(2).iter().all(Option::is_none), "no change has two such files");
}

#[test]
fn ours_picks_nobody_where_nobody_else_is_near() {
    let rows: Vec<Row> = (0..30).map(|at| row(at * 7, "al", &["ana"], &["a/x", "a/y"])).collect();
    let history = History::read(&rows);
    let played = run(&history, &Teams::default(), Replayed::Ours(ours(1.0)), 1);
    assert_eq!(played.picks, vec![None; 30]);
}

#[test]
fn ours_adds_somebody_where_many_files_hang_on_one_person() {
    let files: Vec<String> = (0..60).map(|at| format!("a/{at}")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let mut rows: Vec<Row> = (0..60)
        .map(|at| row(at * 3, "al", &[one_of(at, &["ana", "ben"])], &["a/x"]))
        .collect();
    rows.push(row(181, "al", &["ana"], &files));
    let history = History::read(&rows);
    let played = run(&history, &Teams::default(), Replayed::Ours(ours(0.1)), 1);
    let picked = played.picks[60].map(|person| history.people[person].as_str());
    assert_eq!(picked, Some("ben"));
}

fn chart(team: &str, kind: &str, members: &[&str]) -> TeamMonth {
    TeamMonth {
        month: "1970-01".to_owned(),
        team: team.to_owned(),
        kind: Some(kind.to_owned()),
        members: members.iter().map(|name| (*name).to_owned()).collect(),
    }
}

#[test]
fn people_are_apart_when_they_share_no_team_and_unknown_without_one() {
    let history = History::read(&[row(0, "al", &["ana", "ben", "cy"], &["a/x"])]);
    let charts = [
        chart("web", "team", &["al", "ana"]),
        chart("data", "working-group", &["ben"]),
        chart("all", "marker-team", &["al", "ana", "ben", "cy"]),
    ];
    let teams = Teams::read(&history, &charts);
    let who = |name: &str| history.people.iter().position(|other| other == name).unwrap();
    let apart = |at, names: &[&str]| {
        let people: Vec<usize> = names.iter().map(|name| who(name)).collect();
        teams.any_apart(at, Some(who("al")), &people)
    };
    assert_eq!(apart(0, &["ana"]), Some(false));
    assert_eq!(apart(0, &["ana", "ben"]), Some(true));
    assert_eq!(apart(0, &["cy"]), None);
    assert_eq!(apart(40 * DAY, &["ana"]), None, "there is no chart of February");
}

#[test]
fn the_others_at_a_budget_lie_on_the_lowest_line_between_two_of_them() {
    let point = |rev_plus, far| Figures {
        far,
        rev_plus,
        ..Figures::default()
    };
    let theirs = Theirs::new(vec![point(10.0, -50.0), point(4.0, -10.0), point(2.0, -30.0)]);
    let far = |rev_plus| theirs.at(rev_plus).map(|mixed| mixed.far);
    assert!(near(far(1.0).unwrap(), -15.0));
    assert!(
        near(far(4.0).unwrap(), -35.0),
        "a coin between 2 and 10 beats the point at 4"
    );
    assert!(near(far(10.0).unwrap(), -50.0));
    assert_eq!(far(10.1), None);
}

#[test]
fn a_measurement_names_every_policy_but_those_left_out_and_can_be_drawn() {
    let rows: Vec<Row> = (0..80)
        .map(|at| {
            row(
                at * 5,
                "al",
                &[one_of(at, &["ana", "ben", "cy"])],
                &["a/x", "a/y", "b/z"],
            )
        })
        .collect();
    let asked = Asked {
        setting: ours(0.05),
        seeds: 2,
        without: vec!["random".to_owned()],
    };
    let outcome = measure("made-up <&>", &rows, &[], &asked);
    let listed: Vec<&str> = outcome.policies.iter().map(|named| named.policy.as_str()).collect();
    assert_eq!(listed.len(), names().len() - 1);
    assert!(listed.contains(&OURS) && !listed.contains(&"random"), "{listed:?}");
    let json = serde_json::to_value(&outcome).unwrap();
    assert_eq!(json["policies"][0]["policy"], "happened");
    assert_eq!(json["curve"].as_array().map(Vec::len), Some(6));
    assert_eq!(chart::text(&outcome.curve).lines().count(), 15);
    let svg = chart::svg(&outcome.curve, &outcome.dataset);
    assert!(
        svg.contains("made-up &lt;&amp;>") && svg.matches("<polyline").count() == 2,
        "{svg}"
    );
}

#[test]
fn nothing_to_replay_is_zero_everywhere() {
    let asked = Asked {
        setting: ours(0.05),
        seeds: 1,
        without: Vec::new(),
    };
    let outcome = measure("empty", &[], &[], &asked);
    assert_eq!((outcome.changes, outcome.quarters), (0, 0));
    assert!(outcome.policies.iter().all(|named| named.figures == Figures::default()));
}
