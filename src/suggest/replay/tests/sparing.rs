//! Our pick spares whoever is full.
use super::*;

/// Ben knows `a/one` best, cleo a little; then pull requests of it, opened every so many hours and closed after so many days.
fn busy(hours: i64, open_days: i64) -> Vec<Pull> {
    let known = (0..8).map(|day| pull(day, ADA, &[if day < 6 { BEN } else { CLEO }], &["a/one"]));
    let asked = (0..12).map(|number| {
        let opened = Time::default() + TimeDelta::days(20) + TimeDelta::hours(hours * number);
        let mut pull = pull(20 + number, ADA, &[BEN], &["a/one"]);
        (pull.opened, pull.closed) = (opened, Some(opened + TimeDelta::days(open_days)));
        pull
    });
    known.chain(asked).collect()
}

fn picked(report: &Report, person: i64) -> Vec<usize> {
    let picks = picks(report, Policy::Ours).into_iter().enumerate();
    picks
        .filter(|(_, pick)| *pick == Some(person))
        .map(|(at, _)| at)
        .collect()
}

#[test]
fn nobody_is_picked_with_as_many_open_reviews_as_they_take() {
    // One every two days, each open for 25.
    let pulls = busy(48, 25);
    let report = replayed(&pulls, 12);
    let capacity = usize::try_from(Settings::default().capacity).unwrap();
    for person in [BEN, CLEO] {
        let picked = picked(&report, person);
        assert!(picked.len() >= capacity, "{person}: {picked:?}");
        for at in &picked {
            let open = picked.iter().filter(|other| *other < at).count();
            assert!(open < capacity, "{person} has {open} open reviews at {at}");
        }
    }
    let experts = picks(&report, Policy::ExpertOnly);
    assert_eq!(experts, [Some(BEN); 12], "who knows most is never spared");
    let narrow = Settings {
        capacity: 1,
        ..Settings::default()
    };
    let settings = BTreeMap::from([(RepoId(1), narrow)]);
    let past = Past {
        pulls: &pulls,
        teams: &BTreeMap::new(),
        settings: &settings,
        last: 12,
        seed: 7,
    };
    let picks = picks(&replay(&past), Policy::Ours);
    assert_eq!(picks[2..], [None; 10], "with one open review both are full: {picks:?}");
}

#[test]
fn what_lies_open_for_long_keeps_nobody_busy() {
    let full = |days: i64| {
        let mut pulls = vec![pull(0, ADA, &[BEN], &["a/one"])];
        for day in 10..16 {
            pulls.push(Pull {
                closed: None,
                ..pull(day, ADA, &[BEN], &["b/two"])
            });
        }
        pulls.push(pull(15 + days, ADA, &[BEN], &["a/one"]));
        picks(&replayed(&pulls, 1), Policy::Ours)
    };
    assert_eq!(full(OPEN_DAYS - 5), [None]);
    assert_eq!(full(OPEN_DAYS + 1), [Some(BEN)]);
}

#[test]
fn nobody_is_picked_more_often_in_a_day_than_the_settings_allow() {
    let report = replayed(&busy(1, 0), 12);
    let cap = usize::try_from(Settings::default().daily_cap).unwrap();
    assert_eq!(picked(&report, BEN).len(), cap);
    assert_eq!(picked(&report, CLEO).len(), cap);
    assert_eq!(
        picks(&report, Policy::Ours)[2 * cap..],
        [None; 4],
        "both had their share"
    );
    let slower = replayed(&busy(7, 0), 12);
    assert_eq!(picked(&slower, BEN).len(), 12, "four in a day at most");
}
