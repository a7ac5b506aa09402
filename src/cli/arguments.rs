//! What people write on the command line: logins, repositories and days, each with a hint where it is written otherwise.
use chrono::Datelike;
use chrono::Months;
use chrono::NaiveDate;

use crate::model::clock::Clock;
use crate::skill::participation;

/// GitHub's first year: nothing is older.
const FIRST_YEAR: i32 = 2008;

/// Reads a login: alone, with an `@`, or as the address of its page.
///
/// # Errors
/// Where it is written otherwise.
pub fn login(text: &str) -> Result<String, String> {
    let name = text.trim().trim_start_matches('@');
    let name = without_host(name);
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_[]".contains(letter);
    if name.is_empty() || !name.chars().all(fits) {
        return Err("write the login alone, as in octocat".to_owned());
    }
    Ok(name.to_owned())
}

/// Reads `owner/name`, alone or as the address of its page.
///
/// # Errors
/// Where it is written otherwise.
pub fn repo_name(text: &str) -> Result<(String, String), String> {
    match without_host(text.trim()).split_once('/') {
        Some((owner, name)) if !owner.is_empty() && !name.is_empty() && !name.contains('/') => {
            Ok((owner.to_owned(), name.to_owned()))
        }
        _ => Err("write it as OWNER/NAME, as in bitcoin-core/secp256k1".to_owned()),
    }
}

/// Reads a day that has begun, in UTC.
///
/// # Errors
/// Where it is written otherwise, is yet to come, or lies before GitHub.
pub fn past_day(text: &str) -> Result<NaiveDate, String> {
    day_until(text, Clock::Machine.now().date_naive())
}

fn day_until(text: &str, today: NaiveDate) -> Result<NaiveDate, String> {
    let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").map_err(|_| "write it as 2026-01-31".to_owned())?;
    if day > today {
        return Err(format!("that day is yet to come: today is {today} (UTC)"));
    }
    if day.year() < FIRST_YEAR {
        return Err(format!("GitHub has nothing from before {FIRST_YEAR}"));
    }
    Ok(day)
}

/// Reads a month that is over, in UTC, as its first day.
///
/// # Errors
/// Where it is written otherwise, isn't over, or lies before GitHub.
pub fn past_month(text: &str) -> Result<NaiveDate, String> {
    month_until(text, Clock::Machine.now().date_naive())
}

fn month_until(text: &str, today: NaiveDate) -> Result<NaiveDate, String> {
    let first = format!("{}-01", text.trim());
    let first = NaiveDate::parse_from_str(&first, "%Y-%m-%d").map_err(|_| "write it as 2026-05".to_owned())?;
    if first.checked_add_months(Months::new(1)).is_none_or(|next| next > today) {
        return Err(participation::not_over(first, today));
    }
    if first.year() < FIRST_YEAR {
        return Err(format!("GitHub has nothing from before {FIRST_YEAR}"));
    }
    Ok(first)
}

/// What follows the host in an address; the text itself where it is none.
fn without_host(text: &str) -> &str {
    let path = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .and_then(|rest| rest.split_once('/'));
    path.map_or(text, |(_, path)| path.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("octocat", Some("octocat"))]
    #[case("@octocat", Some("octocat"))]
    #[case("https://github.com/octocat", Some("octocat"))]
    #[case("https://github.example.com/Octo-Cat/", Some("Octo-Cat"))]
    #[case("octo_acme", Some("octo_acme"))]
    #[case("dependabot[bot]", Some("dependabot[bot]"))]
    #[case("https://github.com/acme/shop", None)]
    #[case("https://github.com", None)]
    #[case("two words", None)]
    #[case("\u{202e}tacotco", None)]
    #[case("@", None)]
    #[case("", None)]
    fn a_login_may_be_written_in_several_ways(#[case] text: &str, #[case] found: Option<&str>) {
        assert_eq!(login(text).ok().as_deref(), found);
    }

    #[rstest]
    #[case("acme/shop", true)]
    #[case("https://github.com/acme/shop", true)]
    #[case("nonsense", false)]
    #[case("acme/", false)]
    #[case("a/b/c", false)]
    fn a_repository_has_an_owner_and_a_name(#[case] text: &str, #[case] good: bool) {
        assert_eq!(repo_name(text).is_ok(), good);
    }

    #[rstest]
    #[case("2026-01-31", "")]
    #[case("2008-01-01", "")]
    #[case("2026-02-01", "that day is yet to come: today is 2026-01-31 (UTC)")]
    #[case("2007-12-31", "GitHub has nothing from before 2008")]
    #[case("-0044-03-15", "GitHub has nothing from before 2008")]
    #[case("+262142-12-31", "that day is yet to come: today is 2026-01-31 (UTC)")]
    #[case("31.1.2026", "write it as 2026-01-31")]
    #[case("2026-02-30", "write it as 2026-01-31")]
    #[case("yesterday", "write it as 2026-01-31")]
    #[case("", "write it as 2026-01-31")]
    fn a_day_has_one_form_and_has_begun(#[case] text: &str, #[case] said: &str) {
        let today = NaiveDate::from_ymd_opt(2026, 1, 31).expect("a day");
        assert_eq!(day_until(text, today).err().unwrap_or_default(), said);
    }
    #[rstest]
    #[case("2025-12", "")]
    #[case("2026-01", "2026-01 isn't over yet; the last full month is 2025-12 (UTC)")]
    #[case("2027-05", "2027-05 isn't over yet; the last full month is 2025-12 (UTC)")]
    #[case("2007-12", "GitHub has nothing from before 2008")]
    #[case("2025-13", "write it as 2026-05")]
    #[case("2025-12-01", "write it as 2026-05")]
    #[case("May 2025", "write it as 2026-05")]
    #[case("", "write it as 2026-05")]
    fn a_month_has_one_form_and_is_over(#[case] text: &str, #[case] said: &str) {
        let today = NaiveDate::from_ymd_opt(2026, 1, 31).expect("a day");
        assert_eq!(month_until(text, today).err().unwrap_or_default(), said);
    }

    #[test]
    fn the_last_month_is_over_on_the_first_day_of_the_next() {
        let today = NaiveDate::from_ymd_opt(2026, 2, 1).expect("a day");
        assert_eq!(
            month_until("2026-01", today).map(|first| first.to_string()).as_deref(),
            Ok("2026-01-01")
        );
    }
}
