//! Dates, counts and reasons as people read them.
use maud::Markup;
use maud::html;

use crate::model::clock::Time;
use crate::model::wording;

/// "12 Nov 2026", with the full time for machines.
#[must_use]
pub fn date(at: Time) -> Markup {
    html! { time.date datetime=(at.format("%Y-%m-%dT%H:%M:%SZ")) { (at.format("%-d %b %Y")) } }
}

/// "12 Nov 2026, 3 days ago".
#[must_use]
pub fn when(at: Time, now: Time) -> Markup {
    html! { (date(at)) ", " (ago(at, now)) }
}

/// How long ago, in the largest unit that fits: "just now", "5 minutes ago", "3 days ago", "2 months ago"; "in 3 days"
/// for what lies ahead.
#[must_use]
pub fn ago(at: Time, now: Time) -> String {
    let seconds = (now - at).num_seconds();
    let (number, unit) = match seconds.unsigned_abs() {
        0..60 => return "just now".to_owned(),
        near @ 60..3_600 => (near / 60, "minute"),
        near @ 3_600..86_400 => (near / 3_600, "hour"),
        near @ 86_400..5_184_000 => (near / 86_400, "day"),
        far @ 5_184_000..63_072_000 => (far / 2_629_800, "month"),
        far => (far / 31_557_600, "year"),
    };
    let span = wording::count(number, unit);
    if seconds < 0 {
        format!("in {span}")
    } else {
        format!("{span} ago")
    }
}

/// Words with code spans in backticks, as reasons are written.
#[must_use]
pub fn reason(words: &str) -> Markup {
    html! {
        @for (place, part) in words.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// "a", "a and b", "a, b and c".
#[must_use]
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A share in [0, 1] as "82%".
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use chrono::TimeZone;
    use chrono::Utc;
    use rstest::rstest;

    use super::*;

    fn noon() -> Time {
        Utc.with_ymd_and_hms(2026, 11, 12, 12, 0, 0).unwrap()
    }

    #[rstest]
    #[case(Duration::seconds(20), "just now")]
    #[case(Duration::seconds(60), "1 minute ago")]
    #[case(Duration::minutes(59), "59 minutes ago")]
    #[case(Duration::hours(23), "23 hours ago")]
    #[case(Duration::days(1), "1 day ago")]
    #[case(Duration::days(59), "59 days ago")]
    #[case(Duration::days(61), "2 months ago")]
    #[case(Duration::days(729), "23 months ago")]
    #[case(Duration::days(731), "2 years ago")]
    #[case(Duration::days(-3), "in 3 days")]
    fn the_past_is_told_in_one_unit(#[case] back: Duration, #[case] words: &str) {
        assert_eq!(ago(noon() - back, noon()), words);
    }

    #[test]
    fn a_date_is_written_for_people_and_for_machines() {
        assert_eq!(
            date(noon()).into_string(),
            r#"<time class="date" datetime="2026-11-12T12:00:00Z">12 Nov 2026</time>"#
        );
    }

    #[rstest]
    #[case(
        "reviewed 7 changes under `ledger/`",
        "reviewed 7 changes under <code>ledger/</code>"
    )]
    #[case("<script>`<b>`", "&lt;script&gt;<code>&lt;b&gt;</code>")]
    #[case("no code", "no code")]
    fn a_reason_shows_code_and_escapes_the_rest(#[case] words: &str, #[case] shown: &str) {
        assert_eq!(reason(words).into_string(), shown);
    }

    #[rstest]
    #[case(&[], "")]
    #[case(&["a"], "a")]
    #[case(&["a", "b", "c"], "a, b and c")]
    fn names_are_listed(#[case] names: &[&str], #[case] words: &str) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(listed(&names), words);
    }
}
