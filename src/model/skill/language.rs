//! Languages by the names of GitHub's Linguist, with slugs and groups from the same tables.
use std::collections::HashMap;
use std::sync::LazyLock;

use linguist::definitions::LANGUAGES;

/// Names by slug.
static BY_SLUG: LazyLock<HashMap<String, &'static str>> =
    LazyLock::new(|| LANGUAGES.keys().map(|name| (slug(name), name.as_str())).collect());

/// The part of a language's slug behind `lang:`: the name in small letters, with `-` for spaces, as Linguist's own default
/// alias has it: `c++`, `protocol-buffer`.
#[must_use]
pub fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    lower.split_whitespace().collect::<Vec<_>>().join("-")
}

/// The name of the language with this slug.
#[must_use]
pub fn by_slug(slug: &str) -> Option<&'static str> {
    BY_SLUG.get(slug).copied()
}

/// Linguist's word for the kind of a language: `programming`, `markup`, `data` or `prose`.
#[must_use]
pub fn kind(name: &str) -> Option<String> {
    let kind = serde_json::to_value(&LANGUAGES.get(name)?.language_type).ok()?;
    kind.as_str().map(str::to_owned)
}

/// What a language belongs to: the group that Linguist counts it in, else its kind.
#[must_use]
pub fn parent(name: &str) -> Option<String> {
    let group = LANGUAGES.get(name)?.group.clone();
    group.or_else(|| kind(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_a_slug_of_its_own() {
        for name in LANGUAGES.keys() {
            let slug = slug(name);
            assert_eq!(by_slug(&slug), Some(name.as_str()));
            assert!(!slug.contains(char::is_whitespace), "{slug}");
            assert!(parent(name).is_some());
        }
    }

    #[test]
    fn groups_come_before_kinds() {
        let told = ["C++", "TSX", "YAML", "HTML", "Markdown", "Quenya"].map(parent);
        let told: Vec<&str> = told.iter().map(|one| one.as_deref().unwrap_or("-")).collect();
        assert_eq!(told, ["programming", "TypeScript", "data", "markup", "prose", "-"]);
    }
}
