//! The arithmetic of reading a repository's past: how big a page may be, how long to rest, how long it takes.
use chrono::Duration;

use crate::model::clock::Time;

/// Pull requests that the first page asks for.
pub const PAGE: i32 = 10;

/// Pull requests that a page asks for at most.
const MOST: i32 = 25;

/// Pages before which nothing is said of the time left (*judgement*).
const PAGES_BEFORE_ETA: i32 = 3;

/// A page was too much for the code host: half of it; none: it can't be smaller.
#[must_use]
pub fn smaller(page: i32) -> Option<i32> {
    (page > 1).then_some((page / 2).max(1))
}

/// A page went well: the next one may be a little bigger.
#[must_use]
pub fn bigger(page: i32) -> i32 {
    if page < PAGE {
        (page * 2).min(PAGE)
    } else {
        (page + 5).min(MOST)
    }
}

/// How long a repository rests after so many tries that failed: a minute, then double each time, 6 hours at most.
#[must_use]
pub fn rest(attempts: i32) -> Duration {
    let doubled = 1_i64 << attempts.clamp(0, 9);
    Duration::minutes(doubled.min(360))
}

/// Whether less than a fifth of a limit is left, which is kept for what happens now.
#[must_use]
pub fn is_scarce(remaining: u32, limit: u32) -> bool {
    u64::from(remaining) * 5 < u64::from(limit)
}

/// What is known of one reading when its time left is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// Pull requests read.
    pub done: i32,
    /// Pull requests in all; none: not known.
    pub total: Option<i32>,
    /// Pages read.
    pub pages: i32,
    /// Since the first page.
    pub elapsed: Duration,
    /// The code host's limit is used up until then.
    pub waits_until: Option<Time>,
}

/// The time left in words; none where it isn't known yet: before the third page, or where nobody says how much there is.
#[must_use]
pub fn eta(pace: &Pace, now: Time) -> Option<String> {
    if let Some(until) = pace.waits_until.filter(|until| *until > now) {
        return Some(format!("waits for GitHub's limit until {}", until.format("%H:%M UTC")));
    }
    let total = pace.total.filter(|_| pace.pages >= PAGES_BEFORE_ETA && pace.done > 0)?;
    let left = i64::from((total - pace.done).max(0));
    let seconds = pace.elapsed.num_seconds().max(1).saturating_mul(left) / i64::from(pace.done);
    Some(match (seconds + 59) / 60 {
        0 | 1 => "less than a minute left".to_owned(),
        minutes if minutes < 120 => format!("about {minutes} minutes left"),
        minutes if minutes < 48 * 60 => format!("about {} hours left", (minutes + 30) / 60),
        minutes => format!("about {} days left", (minutes + 720) / 1440),
    })
}

/// Numbers that are named of pull requests that were left out.
const NAMED: usize = 5;

/// What is said of pull requests that could not be had or read whole.
#[must_use]
pub fn without(left_out: &[i32]) -> String {
    let named: Vec<String> = left_out.iter().take(NAMED).map(|number| format!("#{number}")).collect();
    let more = left_out.len().saturating_sub(NAMED);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!(
        "without what was said on {}{more}, which could not be read whole",
        named.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_halve_to_one_and_grow_again() {
        let down: Vec<i32> = std::iter::successors(Some(PAGE), |page| smaller(*page)).collect();
        assert_eq!(down, [10, 5, 2, 1]);
        let up: Vec<i32> = std::iter::successors(Some(1), |page| Some(bigger(*page)))
            .take(8)
            .collect();
        assert_eq!(up, [1, 2, 4, 8, 10, 15, 20, 25]);
        assert_eq!(bigger(25), 25);
    }

    #[test]
    fn what_is_left_out_is_named() {
        assert_eq!(
            without(&[7]),
            "without what was said on #7, which could not be read whole"
        );
        assert_eq!(
            without(&[1, 2, 3, 4, 5, 6, 7]),
            "without what was said on #1, #2, #3, #4, #5 and 2 more, which could not be read whole"
        );
    }

    #[test]
    fn rests_grow_to_six_hours() {
        let minutes: Vec<i64> = [0, 1, 2, 8, 9, 40].map(|tries| rest(tries).num_minutes()).into();
        assert_eq!(minutes, [1, 2, 4, 256, 360, 360]);
    }

    #[test]
    fn a_fifth_is_kept() {
        assert!(is_scarce(999, 5_000) && !is_scarce(1_000, 5_000) && !is_scarce(0, 0));
    }

    #[test]
    fn the_time_left_is_said_once_it_is_known() {
        let now: Time = "2026-01-05T13:00:00Z".parse().expect("a time");
        let pace = |done, total, pages, minutes| Pace {
            done,
            total,
            pages,
            elapsed: Duration::minutes(minutes),
            waits_until: None,
        };
        let said = |pace: Pace| eta(&pace, now).unwrap_or_default();
        assert_eq!(said(pace(20, Some(80), 2, 4)), "", "two pages tell too little");
        assert_eq!(said(pace(30, None, 3, 6)), "", "nobody knows how much there is");
        assert_eq!(said(pace(30, Some(90), 3, 6)), "about 12 minutes left");
        assert_eq!(said(pace(90, Some(90), 9, 6)), "less than a minute left");
        assert_eq!(
            said(pace(95, Some(90), 9, 6)),
            "less than a minute left",
            "more came meanwhile"
        );
        assert_eq!(said(pace(30, Some(9_030), 3, 6)), "about 30 hours left");
        assert_eq!(said(pace(30, Some(90_030), 3, 6)), "about 13 days left");
        let waits = Pace {
            waits_until: Some(now + Duration::minutes(65)),
            ..pace(1, None, 1, 1)
        };
        assert_eq!(said(waits), "waits for GitHub's limit until 14:05 UTC");
    }
}
