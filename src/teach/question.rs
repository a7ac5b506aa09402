//! The one question: which lesson a person is asked about in a week.
use chrono::Datelike;
use chrono::Days;
use chrono::NaiveTime;
use chrono::Weekday;
use sha2::Digest;
use sha2::Sha256;

use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;

/// Days before a week in which what it asks about came to its end.
pub const RECENT_DAYS: u64 = 14;

/// A week in UTC, from Monday.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Week {
    /// Its first instant.
    pub begins: Time,
    /// From when on a discussion may have ended to be asked about; it ended before the week began, so that the question
    /// stays the same all week.
    pub since: Time,
}

impl Week {
    /// The week of an instant.
    #[must_use]
    pub fn of(now: Time) -> Self {
        let monday = now.date_naive().week(Weekday::Mon).first_day();
        let begins = monday.and_time(NaiveTime::MIN).and_utc();
        let since = begins.checked_sub_days(Days::new(RECENT_DAYS)).unwrap_or(begins);
        Self { begins, since }
    }
}

/// Which of some lessons is asked about: by lot, and always the same in the same week. Gives its place in the list.
#[must_use]
pub fn drawn(
    (id, person, week): (InstallationId, PersonId, Week),
    lessons: &[(CommentPlace, CommentId)],
) -> Option<usize> {
    let ticket = |(place, comment): &(CommentPlace, CommentId)| {
        let week = week.begins.num_days_from_ce();
        let place = place.as_str();
        Sha256::digest(format!("{id} {person} {week} {place} {comment}"))
    };
    let tickets = lessons.iter().enumerate().map(|(at, lesson)| (ticket(lesson), at));
    tickets.min().map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::TimeDelta;

    use super::*;

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_begins_on_monday_and_asks_about_the_two_before() {
        let expected = Week {
            begins: at("2026-11-30T00:00:00Z"),
            since: at("2026-11-16T00:00:00Z"),
        };
        assert_eq!(Week::of(at("2026-11-30T00:00:00Z")), expected);
        assert_eq!(Week::of(at("2026-12-06T23:59:59Z")), expected);
        assert_ne!(Week::of(at("2026-11-29T23:59:59Z")), expected);
    }

    #[test]
    fn the_lot_stays_within_a_week_and_falls_on_every_lesson_over_many() {
        let lessons: Vec<_> = (1..=4).map(|number| (CommentPlace::Diff, CommentId(number))).collect();
        let draw = |week: Week, person| drawn((InstallationId(1), PersonId(person), week), &lessons);
        let first = Week::of(at("2026-11-30T00:00:00Z"));
        assert_eq!(draw(first, 7), draw(Week::of(at("2026-12-05T10:00:00Z")), 7));
        let weeks = (0..40).map(|week| Week::of(first.begins + TimeDelta::weeks(week)));
        let over_time: BTreeSet<_> = weeks.map(|week| draw(week, 7)).collect();
        assert_eq!(over_time.len(), 4, "{over_time:?}");
        let people: BTreeSet<_> = (1..40).map(|person| draw(first, person)).collect();
        assert_eq!(people.len(), 4, "{people:?}");
        assert_eq!(drawn((InstallationId(1), PersonId(7), first), &[]), None);
    }

    #[test]
    fn a_lesson_that_is_gone_leaves_the_lot_where_it_was_unless_it_was_the_one() {
        let all: Vec<_> = (1..=9).map(|number| (CommentPlace::Diff, CommentId(number))).collect();
        let week = Week::of(at("2026-11-30T00:00:00Z"));
        let whose = (InstallationId(1), PersonId(7), week);
        let winner = all[drawn(whose, &all).unwrap()];
        let fewer: Vec<_> = all
            .iter()
            .copied()
            .filter(|lesson| lesson.1.0 % 2 == winner.1.0 % 2)
            .collect();
        assert_eq!(fewer[drawn(whose, &fewer).unwrap()], winner);
    }
}
