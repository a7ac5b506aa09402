//! Where the App's webhooks go, and how the last one fared.
use crate::cli::database;
use crate::cli::doctor::Finding;
use crate::config::Config;
use crate::forge::Forge;
use crate::forge::github::the_app::HookSeen;
use crate::model::delivery::Attempt;
use crate::model::manifest;

pub(super) async fn checked(config: &Config, forge: &Forge) -> Vec<Finding> {
    let ours = manifest::hook_url(&database::addresses(config).own);
    let hook = match forge.hook().await {
        Ok(hook) => address(&hook, &ours),
        Err(error) => Finding::fail("webhook", error.to_string(), "try again in a minute"),
    };
    let last = match forge.last_attempt().await {
        Ok(last) => delivery(last.as_ref()),
        Err(error) => Finding::fail("last delivery", error.to_string(), "try again in a minute"),
    };
    vec![hook, last]
}

fn address(hook: &HookSeen, ours: &str) -> Finding {
    const NAME: &str = "webhook";
    let page = "on the App's page at GitHub, under Webhook";
    match &hook.url {
        None => return Finding::fail(NAME, "the App sends none", format!("set its address to {ours} {page}")),
        Some(url) if url.trim_end_matches('/') != ours => {
            return Finding::fail(
                NAME,
                format!("GitHub sends them to {url}, and we are {ours}"),
                format!("set one of the two right: PEERLORE_URL here, or the address {page}"),
            );
        }
        Some(_) => {}
    }
    if !hook.has_secret {
        let mend = format!("set a secret {page}; the set-up page sets one by itself");
        return Finding::fail(NAME, "they are not signed, so every one is refused", mend);
    }
    if !hook.checks_certificate {
        let mend = format!("enable SSL verification {page}");
        return Finding::warn(NAME, "GitHub doesn't check our certificate before it sends", mend);
    }
    Finding::ok(NAME, format!("signed, and sent to {ours}"))
}

fn delivery(last: Option<&Attempt>) -> Finding {
    const NAME: &str = "last delivery";
    let Some(last) = last else {
        return Finding::warn(
            NAME,
            "GitHub has sent nothing in the last days",
            "install the App, or open a pull request, and look again",
        );
    };
    let at = last.at.format("%Y-%m-%d %H:%M UTC");
    let said = format!("{} at {at} was answered with {}", last.event, last.code);
    let mend = match last.code {
        200..=299 => return Finding::ok(NAME, said),
        401 => "the secret differs: it must be the same on the App's page at GitHub and here",
        404 | 405 => "something in front doesn't pass /webhooks/github on to Peerlore",
        413 => "something in front takes too small a body: allow 25 MB",
        502..=504 => "Peerlore or its database was away; `peerlore sweep` has it sent again",
        0 => {
            return Finding::fail(
                NAME,
                format!("GitHub reached nobody with {} at {at} ({})", last.event, last.status),
                "PEERLORE_URL has to be an address that GitHub reaches, with a certificate that it trusts",
            );
        }
        _ => "see the delivery on the App's page at GitHub, under Advanced, and the log of whatever stands in front",
    };
    Finding::fail(NAME, said, mend)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::cli::doctor::Verdict;

    #[rstest]
    #[case(202, Verdict::Ok, "202")]
    #[case(401, Verdict::Fail, "the secret differs")]
    #[case(404, Verdict::Fail, "doesn't pass")]
    #[case(503, Verdict::Fail, "was away")]
    #[case(0, Verdict::Fail, "reached nobody")]
    #[case(301, Verdict::Fail, "stands in front")]
    fn a_delivery_that_failed_names_the_likely_cause(#[case] code: i64, #[case] verdict: Verdict, #[case] words: &str) {
        let last = Attempt {
            id: 1,
            delivery: "0b989ba4".to_owned(),
            at: "2026-11-12T12:00:00Z".parse().expect("a time"),
            event: "push".to_owned(),
            code,
            status: "timed out".to_owned(),
        };
        let found = delivery(Some(&last));
        assert_eq!(found.verdict, verdict);
        let told = format!("{} {}", found.said, found.mend.unwrap_or_default());
        assert!(told.contains(words), "{told}");
    }
}
