//! Where the App is installed, what it was granted there, and how many calls are left.
use crate::cli::doctor::Finding;
use crate::cli::doctor::Verdict;
use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::RateLeft;
use crate::model::manifest;
use crate::model::registration::InstallationSeen;
use crate::model::wording;

/// GitHub is asked about so many installations one by one; what it granted is in the list of all.
const MOST: usize = 20;

pub(super) async fn checked(forge: &Forge) -> Vec<Finding> {
    const NAME: &str = "installations";
    let all = match forge.app_installations().await {
        Ok(all) => all,
        Err(error) => return vec![Finding::fail(NAME, error.to_string(), "try again in a minute")],
    };
    if all.is_empty() {
        let mend = "install it: on the App's page at GitHub, Install App";
        return vec![Finding::fail(NAME, "the App is installed nowhere", mend)];
    }
    let mut findings = vec![installed(&all)];
    let active: Vec<&InstallationSeen> = all.iter().filter(|one| !one.suspended).collect();
    let (asked, listed) = active.split_at(active.len().min(MOST));
    for one in asked {
        findings.push(granted(one));
        if one.account.is_organisation {
            let there = forge.is_installed_on(&one.account.login, ".github").await;
            findings.push(configuration(one, there));
        }
        findings.push(calls(one, forge.rate_limit(Some(one.id)).await));
    }
    findings.extend(beyond(listed));
    findings
}

/// What the list says of the installations that GitHub isn't asked about: who granted too little, and that no more is known.
fn beyond(listed: &[&InstallationSeen]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = listed.iter().map(|one| granted(one)).collect();
    findings.retain(|finding| finding.verdict != Verdict::Ok);
    if !listed.is_empty() {
        let more = wording::count(listed.len(), "more installation");
        let said = format!("{more}, of which only the granted permissions were looked at");
        findings.push(Finding::ok("installations", said));
    }
    findings
}

fn installed(all: &[InstallationSeen]) -> Finding {
    const NAME: &str = "installations";
    let names = |suspended: bool| {
        let some = all.iter().filter(move |one| one.suspended == suspended);
        let some: Vec<&str> = some.map(|one| one.account.login.as_str()).collect();
        let (named, more) = some.split_at(some.len().min(MOST));
        let more = if more.is_empty() {
            String::new()
        } else {
            format!(" and {} more", more.len())
        };
        format!("{}{more}", named.join(", "))
    };
    let suspended = names(true);
    if suspended.is_empty() {
        return Finding::ok(
            NAME,
            format!("{}: {}", wording::count(all.len(), "installation"), names(false)),
        );
    }
    Finding::warn(
        NAME,
        format!("suspended on {suspended}: nothing is read there"),
        "an owner lifts that in the organisation's settings: GitHub Apps",
    )
}

fn granted(one: &InstallationSeen) -> Finding {
    const NAME: &str = "permissions granted";
    let login = &one.account.login;
    let missing = manifest::missing(&manifest::permissions(), &one.permissions);
    if missing.is_empty() {
        return Finding::ok(NAME, format!("{login} granted all that is needed"));
    }
    Finding::fail(
        NAME,
        format!("{login} hasn't granted {}", missing.join(", ")),
        format!(
            "an owner of {login} accepts the new permissions in the organisation's settings: GitHub Apps, Review request"
        ),
    )
}

/// The organisation's defaults are read from its `.github` repository.
fn configuration(one: &InstallationSeen, there: Result<bool, ForgeError>) -> Finding {
    const NAME: &str = "organisation's configuration";
    let login = &one.account.login;
    match there {
        Ok(true) => Finding::ok(NAME, format!("{login}/.github can be read")),
        Ok(false) if one.on_all => Finding::ok(NAME, format!("{login} has no .github repository: defaults hold")),
        Ok(false) => Finding::warn(
            NAME,
            format!("{login}/.github isn't among the App's repositories, or isn't there: defaults hold"),
            "to configure the whole organisation, give the App that repository in the organisation's settings: GitHub Apps",
        ),
        Err(error) => Finding::fail(NAME, error.to_string(), "try again in a minute"),
    }
}

fn calls(one: &InstallationSeen, left: Result<RateLeft, ForgeError>) -> Finding {
    const NAME: &str = "calls left";
    let login = &one.account.login;
    match left {
        Ok(left) => {
            let said = format!("{} of {} for {login}", left.remaining, left.limit);
            if left.remaining < left.limit / 5 {
                let mend = format!(
                    "nothing to mend: reading goes on at {}",
                    left.resets_at.format("%H:%M UTC")
                );
                return Finding::warn(NAME, said, mend);
            }
            Finding::ok(NAME, said)
        }
        // An Enterprise Server without limits has no such page.
        Err(ForgeError::NotFound { .. }) => Finding::ok(NAME, format!("no limit for {login}")),
        Err(error) => Finding::fail(NAME, error.to_string(), "try again in a minute"),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::model::event::Account;

    fn acme(suspended: bool, on_all: bool) -> InstallationSeen {
        InstallationSeen {
            id: 1,
            account: Account {
                id: 2,
                login: "acme".to_owned(),
                is_organisation: true,
            },
            permissions: manifest::permissions(),
            on_all,
            suspended,
        }
    }

    fn no_such_page() -> ForgeError {
        ForgeError::NotFound {
            doing: "reading the rate limit".to_owned(),
        }
    }

    #[rstest]
    #[case(Ok(5_000), Verdict::Ok)]
    #[case(Ok(1_000), Verdict::Ok)]
    #[case(Ok(999), Verdict::Warn)]
    #[case(Err(no_such_page()), Verdict::Ok)]
    #[case(Err(ForgeError::Forbidden { doing: "it".to_owned(), status: 403 }), Verdict::Fail)]
    fn a_fifth_of_the_calls_should_be_left(#[case] left: Result<u32, ForgeError>, #[case] verdict: Verdict) {
        let left = left.map(|remaining| RateLeft {
            limit: 5_000,
            remaining,
            resets_at: "2026-11-12T12:00:00Z".parse().expect("a time"),
        });
        assert_eq!(calls(&acme(false, true), left).verdict, verdict);
    }

    #[test]
    fn whoever_granted_too_little_is_named_however_many_there_are() {
        let mut poor = acme(false, true);
        poor.permissions.clear();
        let said: Vec<_> = beyond(&[&acme(false, true), &poor])
            .into_iter()
            .map(|one| one.verdict)
            .collect();
        assert_eq!(said, [Verdict::Fail, Verdict::Ok]);
        assert!(beyond(&[]).is_empty());
    }

    #[test]
    fn one_that_is_suspended_is_told_and_one_without_configuration_only_where_it_was_left_out() {
        assert_eq!(installed(&[acme(true, true), acme(false, true)]).verdict, Verdict::Warn);
        assert_eq!(configuration(&acme(false, true), Ok(false)).verdict, Verdict::Ok);
        assert_eq!(configuration(&acme(false, false), Ok(false)).verdict, Verdict::Warn);
    }
}
