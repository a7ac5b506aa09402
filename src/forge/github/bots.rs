//! Which accounts are not people. Bots and AI reviewers never teach, learn or are suggested.
use crate::model::person::PersonKind;

/// Ordinary user accounts, or accounts without the `[bot]` ending in some answers, that programs write with.
///
/// Compared without regard to case and only as a whole: `robot-dreams` or `abbott` are people. Short on purpose; an
/// account belongs here when its owner says that a program runs it.
const PROGRAMS: [&str; 38] = [
    // AI reviewers and agents.
    "chatgpt-codex-connector",
    "claude",
    "coderabbitai",
    "copilot",
    "copilot-pull-request-reviewer",
    "copilot-swe-agent",
    "cursor",
    "devin-ai-integration",
    "gemini-code-assist",
    "greptile-apps",
    "sourcery-ai",
    // Dependency updates.
    "dependabot",
    "dependabot-preview",
    "greenkeeper",
    "pyup-bot",
    "renovate",
    "renovate-bot",
    "snyk-bot",
    // Continuous integration, merging, licences, coverage.
    "bors",
    "cla-assistant",
    "claassistant",
    "codecov",
    "codecov-commenter",
    "codecov-io",
    "coveralls",
    "drahtbot",
    "facebook-github-bot",
    "fossabot",
    "github-actions",
    "googlebot",
    "homu",
    "k8s-ci-robot",
    "mergify",
    "openshift-ci-robot",
    "pytorchmergebot",
    "rust-log-analyzer",
    "rustbot",
    "web-flow",
];

/// The login that GitHub shows for deleted accounts.
const GONE: &str = "ghost";

/// Whether a login stands for a deleted account.
#[must_use]
pub fn is_gone(login: &str) -> bool {
    login.eq_ignore_ascii_case(GONE)
}

/// What kind of account it is, by GitHub's `type` and the login.
///
/// Anything that isn't of the type `User` (bots, organisations acting by themselves, placeholders of a migration) is no
/// person; without a type, the login decides.
#[must_use]
pub fn kind_of(account_type: Option<&str>, login: &str) -> PersonKind {
    let a_program = account_type.is_some_and(|kind| kind != "User")
        || login.ends_with("[bot]")
        || PROGRAMS.iter().any(|name| login.eq_ignore_ascii_case(name));
    if a_program { PersonKind::Bot } else { PersonKind::Human }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_from_people() {
        for (account_type, login) in [
            (Some("Bot"), "anything"),
            (Some("User"), "dependabot[bot]"),
            (None, "github-actions[bot]"),
            (Some("User"), "Copilot"),
            (Some("User"), "CodeRabbitAI"),
            (Some("Organization"), "acme"),
            (Some("Mannequin"), "imported-person"),
        ] {
            assert_eq!(kind_of(account_type, login), PersonKind::Bot, "{login}");
        }
        for login in ["robot-dreams", "abbott", "talbot", "botany", "claudette"] {
            assert_eq!(kind_of(Some("User"), login), PersonKind::Human, "{login}");
            assert_eq!(kind_of(None, login), PersonKind::Human, "{login}");
        }
    }

    #[test]
    fn the_placeholder_of_deleted_accounts_is_nobody() {
        assert!(is_gone("ghost"));
        assert!(!is_gone("ghostwriter"));
    }
}
