//! What the GitHub App asks for. `app-manifest.json` is the one source: the set-up page posts it, `doctor` compares with it.
use std::collections::BTreeMap;

use serde_json::Value;

/// The manifest, with `{PEERLORE_URL}` where our address goes.
const TEMPLATE: &str = include_str!("../../app-manifest.json");

/// GitHub takes no longer name of an App.
const LONGEST_NAME: usize = 34;

/// How much of something the App may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Read it.
    Read,
    /// Read and write it.
    Write,
    /// Everything.
    Admin,
}

impl Level {
    /// GitHub's word for it.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "read" => Some(Self::Read),
            "write" => Some(Self::Write),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }

    /// GitHub's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// What the App may do, by permission.
pub type Permissions = BTreeMap<String, Level>;

/// What each permission is for, in a line for people, in the order in which they are shown.
pub const WHY: [(&str, &str, &str); 6] = [
    (
        "pull_requests",
        "Pull requests",
        "read reviews and what follows them; comment, and ask for a review where you switch that on",
    ),
    (
        "issues",
        "Issues",
        "read the conversation of pull requests, which GitHub keeps as issues",
    ),
    (
        "checks",
        "Checks",
        "show a suggestion as a neutral check, which never fails",
    ),
    ("contents", "Contents", "read which lines a push changed; never write"),
    (
        "members",
        "Members",
        "read who belongs to the organisation and its teams",
    ),
    ("metadata", "Metadata", "read names of repositories; every App has it"),
];

fn template() -> Value {
    // It is part of the program, and a test reads it.
    serde_json::from_str(TEMPLATE).unwrap_or_default()
}

/// The permissions that the App needs.
#[must_use]
pub fn permissions() -> Permissions {
    levels(&template()["default_permissions"])
}

/// The permissions in a JSON object of GitHub's; levels that we don't know are left out.
#[must_use]
pub fn levels(object: &Value) -> Permissions {
    let entries = object.as_object().into_iter().flatten();
    entries
        .filter_map(|(name, level)| Some((name.clone(), Level::parse(level.as_str()?)?)))
        .collect()
}

/// The events that the App subscribes to.
#[must_use]
pub fn events() -> Vec<String> {
    let template = template();
    let events = template["default_events"].as_array().into_iter().flatten();
    events.filter_map(|event| event.as_str().map(str::to_owned)).collect()
}

/// What of `needed` isn't `granted`, as "checks: write".
#[must_use]
pub fn missing(needed: &Permissions, granted: &Permissions) -> Vec<String> {
    let lacks = |name: &str, level: &Level| granted.get(name).is_none_or(|has| has < level);
    needed
        .iter()
        .filter(|(name, level)| lacks(name, level))
        .map(|(name, level)| format!("{name}: {}", level.as_str()))
        .collect()
}

/// Where webhooks go, by our own address without a slash at the end.
#[must_use]
pub fn hook_url(own: &str) -> String {
    format!("{own}/webhooks/github")
}

/// The manifest to post to GitHub: with our own address, and a name of its own for an organisation, since names of Apps
/// are unique at a host. Whoever creates the App may change the name there.
#[must_use]
pub fn filled(own: &str, organisation: Option<&str>) -> String {
    let mut manifest = template();
    fill(&mut manifest, own);
    let name = organisation.map(|login| format!("Peerlore for {login}"));
    if let Some(name) = name.filter(|name| name.len() <= LONGEST_NAME) {
        manifest["name"] = Value::String(name);
    }
    manifest.to_string()
}

fn fill(value: &mut Value, own: &str) {
    match value {
        Value::String(text) => *text = text.replace("{PEERLORE_URL}", own),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, own)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill(field, own)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_has_its_reason_and_nothing_else_has() {
        let mut reasons: Vec<&str> = WHY.iter().map(|(name, _, _)| *name).collect();
        reasons.sort_unstable();
        assert_eq!(permissions().keys().collect::<Vec<_>>(), reasons);
        assert_eq!(events().len(), 12);
    }

    #[test]
    fn what_is_filled_has_our_addresses_and_a_name_that_fits() {
        let filled = |organisation| -> Value {
            serde_json::from_str(&filled("https://peerlore.example", organisation)).expect("JSON")
        };
        let acme = filled(Some("acme"));
        assert_eq!(acme["name"], "Peerlore for acme");
        assert_eq!(acme["hook_attributes"]["url"], hook_url("https://peerlore.example"));
        assert_eq!(acme["redirect_url"], "https://peerlore.example/setup/created");
        assert_eq!(acme["setup_url"], "https://peerlore.example/setup/installed");
        assert!(
            !acme.to_string().contains('{'.to_string().repeat(2).as_str())
                && !acme.to_string().contains("PEERLORE_URL")
        );
        assert_eq!(filled(None)["name"], "Peerlore");
        assert_eq!(filled(Some("an-organisation-with-a-long-name"))["name"], "Peerlore");
    }

    #[test]
    fn more_than_needed_is_enough_and_less_is_named() {
        let needed = permissions();
        assert!(missing(&needed, &needed).is_empty());
        let granted = levels(&serde_json::json!({
            "checks": "read", "contents": "write", "issues": "admin", "metadata": "read", "pull_requests": "write", "odd": "none",
        }));
        assert_eq!(missing(&needed, &granted), ["checks: write", "members: read"]);
    }
}
