//! GitHub as the App sees it: reachable, on time, ourselves, with what we asked for.
use crate::cli::doctor::Finding;
use crate::cli::doctor::hook;
use crate::cli::doctor::installations;
use crate::config::Config;
use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::github::the_app::AppSeen;
use crate::model::manifest;

/// Tokens are refused when clocks differ by more than so many seconds.
const TOO_FAR: u64 = 60;
/// So many are worth knowing.
const FAR: u64 = 15;

pub(super) async fn checked(config: &Config, forge: &Forge) -> Vec<Finding> {
    let api = &config.github_api_url;
    let mut findings = vec![reached(forge.knock().await, api), clock(forge.clock_ahead())];
    if !forge.is_configured() {
        if config.names_the_app() {
            findings.push(Finding::warn(
                "App",
                "no App credentials: webhooks are received, nothing is read from GitHub or posted there",
                "set PEERLORE_GITHUB_APP_ID and PEERLORE_GITHUB_PRIVATE_KEY_FILE, or unset PEERLORE_WEBHOOK_SECRET and use the set-up page",
            ));
        }
        return findings;
    }
    match forge.app().await {
        Ok(app) => {
            findings.push(ourselves(&app, config.names_the_app()));
            findings.push(permissions(&app, &config.github_web_url));
            findings.push(events(&app));
            findings.extend(hook::checked(config, forge).await);
            findings.extend(installations::checked(forge).await);
        }
        Err(error) => findings.push(unknown(&error)),
    }
    findings
}

fn reached(knocked: Result<(), ForgeError>, api: &str) -> Finding {
    const NAME: &str = "GitHub";
    match knocked {
        Ok(()) => Finding::ok(NAME, format!("{api} answers")),
        Err(error) => Finding::fail(
            NAME,
            error.to_string(),
            "check PEERLORE_GITHUB_API_URL (an Enterprise Server's ends in /api/v3), the network and its proxy",
        ),
    }
}

/// By the seconds that our clock is ahead of GitHub's.
fn clock(ahead: Option<i64>) -> Finding {
    const NAME: &str = "clock";
    let Some(ahead) = ahead else {
        return Finding::warn(
            NAME,
            "GitHub told no time to compare with",
            "mend what GitHub's check says, and look again",
        );
    };
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    let said = format!("this machine's clock is {} s {side} GitHub's", ahead.unsigned_abs());
    let mend = "let the machine keep time: timedatectl set-ntp true";
    match ahead.unsigned_abs() {
        far if far > TOO_FAR => Finding::fail(NAME, format!("{said}, and tokens are refused over {TOO_FAR}"), mend),
        far if far > FAR => Finding::warn(NAME, said, mend),
        _ => Finding::ok(NAME, "agrees with GitHub's"),
    }
}

fn ourselves(app: &AppSeen, configured: bool) -> Finding {
    let source = if configured {
        "from the settings, which win over a stored one"
    } else {
        "as the set-up page created it"
    };
    Finding::ok(
        "App",
        format!("GitHub knows it as \"{}\" ({}), {source}", app.name, app.slug),
    )
}

fn unknown(error: &ForgeError) -> Finding {
    const NAME: &str = "App";
    match error {
        ForgeError::Forbidden { .. } | ForgeError::NotFound { .. } => Finding::fail(
            NAME,
            "GitHub doesn't take the App's number and key",
            "see the clock above; else make a new private key on the App's page, or, if the App is gone, `peerlore setup --forget` and create another",
        ),
        other => Finding::fail(NAME, other.to_string(), "try again in a minute"),
    }
}

fn permissions(app: &AppSeen, web: &str) -> Finding {
    const NAME: &str = "permissions of the App";
    let needed = manifest::permissions();
    let missing = manifest::missing(&needed, &app.permissions);
    if !missing.is_empty() {
        return Finding::fail(
            NAME,
            format!("it doesn't ask for {}", missing.join(", ")),
            format!("add that on the App's page at {web}: Permissions and events; then each owner has to accept it"),
        );
    }
    let more = manifest::missing(&app.permissions, &needed);
    if more.is_empty() {
        return Finding::ok(NAME, "what it needs and nothing else");
    }
    Finding::warn(
        NAME,
        format!("it asks for more than it needs: {}", more.join(", ")),
        format!("take that back on the App's page at {web}: Permissions and events"),
    )
}

fn events(app: &AppSeen) -> Finding {
    const NAME: &str = "events";
    let missing: Vec<String> = manifest::events()
        .into_iter()
        .filter(|event| !app.events.contains(event))
        .collect();
    if missing.is_empty() {
        return Finding::ok(NAME, "subscribed to all that are needed");
    }
    Finding::fail(
        NAME,
        format!("not subscribed to {}", missing.join(", ")),
        "subscribe on the App's page at GitHub: Permissions and events",
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::cli::doctor::Verdict;

    #[rstest]
    #[case(Some(0), Verdict::Ok)]
    #[case(Some(15), Verdict::Ok)]
    #[case(Some(-16), Verdict::Warn)]
    #[case(Some(60), Verdict::Warn)]
    #[case(Some(61), Verdict::Fail)]
    #[case(Some(-61), Verdict::Fail)]
    #[case(None, Verdict::Warn)]
    fn clocks_may_differ_by_a_minute(#[case] ahead: Option<i64>, #[case] verdict: Verdict) {
        assert_eq!(clock(ahead).verdict, verdict);
    }
}
