//! What holds for every history.
use proptest::prelude::*;

use super::row;
use crate::suggest::eval::Row;
use crate::suggest::spread::history::History;
use crate::suggest::spread::ours::Setting;
use crate::suggest::spread::ours::limit;
use crate::suggest::spread::policies::Policy;
use crate::suggest::spread::run::Played;
use crate::suggest::spread::run::Replayed;
use crate::suggest::spread::run::run;
use crate::suggest::spread::teams::TeamMonth;
use crate::suggest::spread::teams::Teams;

const PEOPLE: [&str; 6] = ["ana", "ben", "cy", "dan", "eve", "fay"];

fn reviews() -> impl Strategy<Value = Vec<Row>> {
    let one = (
        0_i64..900,
        0..PEOPLE.len(),
        1..PEOPLE.len(),
        prop::collection::btree_set(0..30_u8, 1..12),
        0_i64..60,
    );
    let one = one.prop_map(|(day, author, next, files, open)| {
        let files: Vec<String> = files
            .into_iter()
            .map(|file| format!("{}/{}/{file}", file % 2, file % 5))
            .collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let mut row = row(day, PEOPLE[author], &[PEOPLE[(author + next) % PEOPLE.len()]], &files);
        row.closed_at = Some(row.created_at + chrono::TimeDelta::days(open));
        row
    });
    prop::collection::vec(one, 1..120)
}

fn all() -> Vec<Replayed> {
    let theirs = [
        Policy::Happened,
        Policy::Random,
        Policy::Chrev,
        Policy::TurnoverRec,
        Policy::Sofia,
        Policy::SofiaWl,
        Policy::Hoarded(1),
        Policy::Hoarded(3),
    ];
    let ours = [(0.05, 0.0, 1.0), (0.3, 50.0, 1.0), (1.0, 0.0, 3.0)].map(|(budget, advance, cross_team)| {
        Replayed::Ours(Setting {
            budget,
            advance,
            cross_team,
        })
    });
    theirs.map(Replayed::Theirs).into_iter().chain(ours).collect()
}

fn charts() -> Vec<TeamMonth> {
    let months = (1970..1973).flat_map(|year| (1..13).map(move |month| format!("{year}-{month:02}")));
    let chart = |(month, team, members): (String, &str, &[&str])| TeamMonth {
        month,
        team: team.to_owned(),
        kind: None,
        members: members.iter().map(|name| (*name).to_owned()).collect(),
    };
    months
        .flat_map(|month| [(month.clone(), "one", &PEOPLE[..3]), (month, "two", &PEOPLE[3..5])])
        .map(chart)
        .collect()
}

fn play(rows: &[Row], replayed: Replayed, seed: u64) -> (History, Played) {
    let history = History::read(rows);
    let teams = Teams::read(&history, &charts());
    let played = run(&history, &teams, replayed, seed);
    (history, played)
}

/// Picks by name, in order of opening.
fn names(rows: &[Row], replayed: Replayed) -> Vec<(i64, Option<String>)> {
    let (history, played) = play(rows, replayed, 7);
    let picks = history.changes.iter().zip(played.picks);
    picks
        .map(|(change, pick)| (change.opened, pick.map(|person| history.people[person].clone())))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_comes_later_never_alters_an_earlier_pick(rows in reviews(), cut in 0_i64..900, other in reviews()) {
        let until = row(cut, "", &[], &[]).created_at;
        // What opened before stays open as long as it was: when it closes is later, too, unless it is before the cut.
        let mut changed: Vec<Row> = rows.iter().filter(|row| row.created_at < until).cloned().collect();
        for row in &mut changed {
            if row.closed_at.is_some_and(|closed| closed >= until) {
                row.closed_at = row.closed_at.map(|closed| closed + chrono::TimeDelta::days(33));
            }
        }
        let early = changed.len();
        changed.extend(other.into_iter().filter(|row| row.created_at >= until));
        for replayed in all() {
            let (before, after) = (names(&rows, replayed), names(&changed, replayed));
            let sorted = |picks: &[(i64, Option<String>)]| picks[..early].to_vec();
            prop_assert_eq!(sorted(&before), sorted(&after), "{:?}", replayed);
        }
    }

    #[test]
    fn the_order_of_input_makes_no_difference_and_a_seed_always_gives_the_same(rows in reviews()) {
        let backwards: Vec<Row> = rows.iter().rev().cloned().collect();
        for replayed in all() {
            let once = play(&rows, replayed, 3);
            prop_assert_eq!(&once, &play(&rows, replayed, 3));
            prop_assert_eq!(&once, &play(&backwards, replayed, 3));
        }
    }

    #[test]
    fn the_budget_is_never_exceeded(rows in reviews(), budget in 0.01_f64..1.0, advance in 0.0_f64..40.0, cross_team in 1.0_f64..9.0) {
        let setting = Setting { budget, advance, cross_team };
        let (history, played) = play(&rows, Replayed::Ours(setting), 1);
        let mut spent = 0.0;
        for (at, pick) in played.picks.iter().enumerate() {
            spent += f64::from(u8::from(pick.is_some()));
            let reviews = f64::from(u32::try_from(at + 1).unwrap());
            prop_assert!(spent <= limit(setting, reviews) + 1e-9, "{spent} of {reviews}");
            if advance <= 0.0 || reviews >= 3.0 * advance {
                prop_assert!(spent <= budget * reviews + 1e-9, "{spent} of {reviews}");
            }
        }
        prop_assert_eq!(played.picks.len(), history.changes.len());
    }

    #[test]
    fn whoever_really_reviews_is_never_replaced_by_ours(rows in reviews()) {
        let setting = Setting { budget: 1.0, advance: 0.0, cross_team: 1.0 };
        let (history, played) = play(&rows, Replayed::Ours(setting), 1);
        for ((change, selected), pick) in history.changes.iter().zip(&played.selected).zip(&played.picks) {
            prop_assert!(selected.starts_with(&change.reviewers));
            prop_assert!(pick.is_none_or(|pick| Some(pick) != change.author && !change.reviewers.contains(&pick)));
        }
    }

    #[test]
    fn an_added_reviewer_never_puts_a_file_at_risk_or_takes_expertise(rows in reviews()) {
        let (_, real) = play(&rows, Replayed::Theirs(Policy::Happened), 1);
        for replayed in all().into_iter().filter(|replayed| !matches!(replayed, Replayed::Theirs(policy) if !policy.adds())) {
            let (_, played) = play(&rows, replayed, 1);
            for (simulated, real) in played.quarters.iter().zip(&real.quarters) {
                prop_assert!(simulated.far <= real.far, "{:?}", replayed);
                prop_assert!(simulated.expertise >= real.expertise - 1e-9, "{:?}", replayed);
            }
        }
    }
}
