//! How people come in: how long until a first review and a first comment that lands, and which share of comments lands by tenure.
//!
//! Beside what Bosu, Greiler and Bird found at Microsoft ("Characteristics of useful code reviews", MSR 2015; science.md section 5).
use chrono::Duration;
use serde::Serialize;
use statrs::distribution::Binomial;
use statrs::distribution::DiscreteCDF;

use crate::model::clock::Time;
use crate::model::clock::days_between;
use crate::model::ids::PersonId;
use crate::skill::suppress::K;

/// Days at the beginning of the known history in which nobody's first activity tells when they joined (judgement).
pub const LEAD_IN_DAYS: i64 = 90;
/// Days that everybody's beginning is looked at: whoever joined later than that before now is not counted yet (judgement).
pub const FOLLOWED_DAYS: i64 = 182;
/// Days of a newcomer (Bosu 2015: lowest in the first three months).
pub const NEW_DAYS: f64 = 90.0;
/// Days after which tenure makes no difference any more (Bosu 2015).
pub const SETTLED_DAYS: f64 = 365.0;
/// Reviews of a file after which more make no difference (Bosu 2015).
pub const PLATEAU_REVIEWS: usize = 5;

/// By what it is known when somebody joined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JoinedBy {
    /// They became a member then.
    Membership,
    /// They were first seen at work then.
    FirstActivity,
}

/// When the past begins that is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KnownFrom {
    /// When the members were first read; who was one then joined before. None: they never were.
    pub members: Option<Time>,
    /// When anybody was first seen at work.
    pub history: Time,
}

/// When somebody joined, by the earlier of becoming a member and first activity. None: before anything was known, so nobody can tell.
#[must_use]
pub fn joined(member: Option<Time>, active: Option<Time>, known: KnownFrom) -> Option<(Time, JoinedBy)> {
    if active.is_some_and(|active| active < known.history + Duration::days(LEAD_IN_DAYS)) {
        return None;
    }
    // All that were members when the members were first read have the same time.
    let became = member.filter(|member| known.members.is_some_and(|read| *member > read + Duration::days(1)));
    let by_activity = active.map(|active| (active, JoinedBy::FirstActivity));
    let by_membership = became.map(|became| (became, JoinedBy::Membership));
    match (by_membership, by_activity) {
        (Some(member), Some(active)) => Some(if member.0 <= active.0 { member } else { active }),
        (one, other) => one.or(other),
    }
}

/// A median over people, in whole weeks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Median {
    /// People behind it.
    pub people: usize,
    /// Within how many weeks half of them had; none: more than half a year.
    pub weeks: Option<i64>,
    /// The 90% interval of it, where enough people stand behind it that no end is the first or the last of them. An end that is none is more
    /// than half a year.
    pub interval: Option<(Option<i64>, Option<i64>)>,
}

/// The median of times from joining to something, one a person; none of them: not within half a year. None for fewer than five people.
#[must_use]
pub fn median(times: &[Option<Duration>]) -> Option<Median> {
    if times.len() < K {
        return None;
    }
    let followed = Duration::days(FOLLOWED_DAYS);
    let weeks = |time: &Option<Duration>| {
        let days = time
            .filter(|time| *time <= followed)
            .map(|time| time.num_days().max(0))?;
        Some(days / 7 + 1)
    };
    let mut sorted: Vec<Option<i64>> = times.iter().map(weeks).collect();
    sorted.sort_by_key(|weeks| weeks.unwrap_or(i64::MAX));
    let rank = interval_rank(sorted.len());
    Some(Median {
        people: sorted.len(),
        weeks: sorted[(sorted.len() - 1) / 2],
        interval: (rank > 1).then(|| (sorted[rank - 1], sorted[sorted.len() - rank])),
    })
}

/// From which person, counted from either end, the 90% interval of a median of `people` reaches: the largest r with
/// P(Binomial(people, 1/2) < r) <= 5%; 0 where there is none.
fn interval_rank(people: usize) -> usize {
    let Ok(heads) = Binomial::new(0.5, u64::try_from(people).unwrap_or(u64::MAX)) else {
        return 0;
    };
    let is_in = |rank: &usize| heads.cdf(u64::try_from(rank - 1).unwrap_or(u64::MAX)) <= 0.05;
    (1..=people / 2).take_while(is_in).last().unwrap_or(0)
}

/// How long somebody had been there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Tenure {
    /// The first three months.
    New,
    /// To a year.
    FirstYear,
    /// After a year.
    Settled,
}

/// How long somebody had been there at `at`. Who joined before anything was known was there at least since they were first seen: none
/// until that is a year.
#[must_use]
pub fn tenure(joined: Option<Time>, first_seen: Time, at: Time) -> Option<Tenure> {
    let since = |time: Time| days_between(time, at);
    match joined {
        Some(joined) if since(joined) < NEW_DAYS => Some(Tenure::New),
        Some(joined) if since(joined) < SETTLED_DAYS => Some(Tenure::FirstYear),
        Some(_) => Some(Tenure::Settled),
        None => (since(first_seen) >= SETTLED_DAYS).then_some(Tenure::Settled),
    }
}

/// One person's comments, and how many landed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Comments {
    /// Who.
    pub person: PersonId,
    /// Comments that taught something.
    pub given: u32,
    /// Of these, how many landed.
    pub landed: u32,
}

/// A share of comments that land.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Share {
    /// People behind it.
    pub people: usize,
    /// The share, in [0, 1].
    pub share: f64,
    /// Lower end of its 90% interval over people.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
}

/// The share of somebody's comments that landed, as the mean over people, so that whoever says most isn't the figure; with the 90%
/// interval of that mean, all in whole hundredths. None for fewer than five people, and where all landed or none: it would speak of each of
/// them. How many comments there were isn't told: by two tables that part the same ones, those of a hidden row could be worked out.
#[must_use]
pub fn share(comments: &[Comments]) -> Option<Share> {
    let shares: Vec<f64> = comments
        .iter()
        .filter(|one| one.given > 0)
        .map(|one| f64::from(one.landed) / f64::from(one.given))
        .collect();
    let people = f64::from(u32::try_from(shares.len()).unwrap_or(u32::MAX));
    let mean = shares.iter().sum::<f64>() / people.max(1.0);
    let same = |all: f64| shares.iter().all(|one| (one - all).abs() < f64::EPSILON);
    if shares.len() < K || same(0.0) || same(1.0) {
        return None;
    }
    let squares: f64 = shares.iter().map(|one| (one - mean).powi(2)).sum();
    let error = (squares / (people - 1.0) / people).sqrt();
    let whole = |share: f64| (share * 100.0).round() / 100.0;
    Some(Share {
        people: shares.len(),
        share: whole(mean),
        low: whole((mean - 1.645 * error).max(0.0)),
        high: whole((mean + 1.645 * error).min(1.0)),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn day(days: i64) -> Time {
        Time::UNIX_EPOCH + Duration::days(days)
    }

    #[rstest]
    #[case(Some(0), Some(5), None)]
    #[case(Some(0), Some(200), Some((200, JoinedBy::FirstActivity)))]
    #[case(Some(0), None, None)]
    #[case(Some(150), Some(200), Some((150, JoinedBy::Membership)))]
    #[case(Some(150), Some(120), Some((120, JoinedBy::FirstActivity)))]
    #[case(Some(150), Some(10), None)]
    #[case(Some(150), None, Some((150, JoinedBy::Membership)))]
    #[case(None, Some(90), Some((90, JoinedBy::FirstActivity)))]
    fn who_was_there_from_the_beginning_joined_nobody_knows_when(
        #[case] member: Option<i64>,
        #[case] active: Option<i64>,
        #[case] told: Option<(i64, JoinedBy)>,
    ) {
        let known = KnownFrom {
            members: Some(day(0)),
            history: day(0),
        };
        let found = joined(member.map(day), active.map(day), known);
        assert_eq!(found, told.map(|(at, by)| (day(at), by)));
    }

    #[test]
    fn a_median_is_in_whole_weeks_and_no_end_of_its_interval_is_one_person() {
        let days = |days: &[i64]| days.iter().map(|one| Some(Duration::days(*one))).collect::<Vec<_>>();
        assert_eq!(median(&days(&[1, 2, 3, 4])), None, "too few");
        let five = median(&days(&[1, 8, 15, 22, 29])).expect("enough");
        assert_eq!((five.weeks, five.interval), (Some(3), None));
        let eight = median(&days(&[0, 8, 15, 22, 29, 36, 43, 150])).expect("enough");
        assert_eq!(eight.interval, Some((Some(2), Some(7))));
        let mut hardly = days(&[1, 2, 190]);
        hardly.extend([None; 5]);
        let hardly = median(&hardly).expect("enough");
        assert_eq!((hardly.weeks, hardly.interval), (None, Some((Some(1), None))));
        let half = [&days(&[1, 2, 3, 4])[..], &[None; 4]].concat();
        assert_eq!(
            median(&half).expect("enough").weeks,
            Some(1),
            "half of them had come to it"
        );
    }

    #[rstest]
    #[case(4, 0)]
    #[case(5, 1)]
    #[case(7, 1)]
    #[case(8, 2)]
    #[case(20, 6)]
    fn the_ends_of_an_interval_are_those_of_the_sign_test(#[case] people: usize, #[case] rank: usize) {
        assert_eq!(interval_rank(people), rank);
    }

    #[test]
    fn tenure_is_told_where_it_is_known() {
        assert_eq!(tenure(Some(day(0)), day(0), day(89)), Some(Tenure::New));
        assert_eq!(tenure(Some(day(0)), day(0), day(90)), Some(Tenure::FirstYear));
        assert_eq!(tenure(Some(day(0)), day(0), day(365)), Some(Tenure::Settled));
        assert_eq!(tenure(None, day(0), day(364)), None);
        assert_eq!(tenure(None, day(0), day(365)), Some(Tenure::Settled));
    }

    fn of(counts: &[(u32, u32)]) -> Vec<Comments> {
        let person = |(number, (landed, given)): (i64, &(u32, u32))| Comments {
            person: PersonId(number),
            given: *given,
            landed: *landed,
        };
        (0..).zip(counts).map(person).collect()
    }

    #[test]
    fn a_share_is_over_people_and_speaks_of_nobody() {
        assert_eq!(share(&of(&[(1, 2); 4])), None, "too few");
        assert_eq!(
            share(&of(&[(1, 2), (1, 2), (1, 2), (1, 2), (0, 0)])),
            None,
            "one said nothing"
        );
        assert_eq!(share(&of(&[(2, 2); 6])), None, "true of all");
        assert_eq!(share(&of(&[(0, 2); 6])), None);
        let alike = share(&of(&[(1, 2); 6])).expect("enough");
        assert_eq!((alike.people, alike.share, alike.low, alike.high), (6, 0.5, 0.5, 0.5));
        let apart = share(&of(&[(20, 20), (0, 20), (20, 20), (0, 20), (10, 20)])).expect("enough");
        assert!(
            apart.low < 0.2 && apart.high > 0.8,
            "a hundred comments of five people: {apart:?}"
        );
        let loud = share(&of(&[(0, 100), (1, 1), (1, 1), (1, 1), (0, 1)])).expect("enough");
        assert!(
            (loud.share - 0.6).abs() < 1e-9,
            "whoever says most isn't the figure: {loud:?}"
        );
    }

    proptest! {
        #[test]
        fn a_share_lies_in_its_interval(counts in prop::collection::vec((0_u32..20, 0_u32..20), 0..20)) {
            let counts: Vec<(u32, u32)> = counts.iter().map(|(one, other)| (*one.min(other), *one.max(other))).collect();
            if let Some(found) = share(&of(&counts)) {
                prop_assert!(0.0 <= found.low && found.low <= found.share && found.share <= found.high && found.high <= 1.0);
                prop_assert!(found.people >= K);
            }
        }
    }
}
