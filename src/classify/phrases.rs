//! Phrases and paths that point to an area. They are written by hand, a group a line; how much a group says for and
//! against every area is trained, as for a word.
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use aho_corasick::AhoCorasickKind;
use regex::bytes::RegexSet;
use regex::bytes::RegexSetBuilder;

use crate::classify::words::Words;

/// Groups of phrases, as `phrases.txt` explains.
const PHRASES: &str = include_str!("phrases.txt");

/// Paths, matched without case.
#[rustfmt::skip]
const PATHS: &[&str] = &[
    r"(^|/)(tests?|testing|spec|specs|__tests__|fuzz|testdata)/|(^|/)test_[^/]*$|[._-](test|tests|spec)\.[a-z]+$|tests?\.(py|java|cpp|cs|kt|rs|go|js|ts)$",
    r"(^|/)(tests?|__tests__)/|(^|/)test_[^/]*$|tests?\.(py|java|cpp|js|ts)$",
    r"\.(md|rst|adoc|txt|1)$|(^|/)(docs?|releasenotes|doc-source|api-ref)/|(^|/)(readme|changelog|contributing)",
    r"(^|/)(dockerfile|makefile|jenkinsfile|justfile|rakefile|gemfile|cmakelists\.txt|configure\.ac|package(-lock)?\.json|pom\.xml|setup\.(py|cfg)|pyproject\.toml|tox\.ini|cargo\.(toml|lock)|go\.(mod|sum)|yarn\.lock|requirements[^/]*\.txt|build\.gradle[^/]*|\.gitignore|\.travis\.yml|\.cirrus\.yml|\.appveyor\.yml)$|\.(cmake|mk|am|m4|ac|nix|gradle|tf|bazel)$|(^|/)(\.github|\.circleci|ci|depends|build-aux|build_msvc|contrib/(guix|gitian[^/]*|devtools)|\.travis|docker|helm|charts|playbooks|roles|deploy)/",
    r"\.(ya?ml|sh|toml|cfg|ini|bat|ps1)$",
    r"\.(css|scss|sass|less|styl|html?|jsp|vue|svelte|tsx|jsx|qml|xib|storyboard|ui|hbs|ejs|erb|svg|po|ts_xml)$|(^|/)(qt|gui|components|templates|locale|i18n|static|public)/",
    r"(^|/)(migrations?|migrate_repo|alembic|db|database|dao|repositories|models?/migrations)/|\.sql$|(^|/)[^/]*(sqlalchemy|repository|dao)[^/]*$",
    r"(^|/)objects/|(^|/)models?(\.py|/)|(^|/)entit(y|ies)/|servlet",
    r"(^|/)(api|rpc|rest|controllers?|routes|schemas?|interfaces?)/|\.(proto|graphql|openapi)$|\.h(pp)?$|(rpc|controller|servlet)[^/]*$",
    r"(^|/)(security|auth|crypto|policies|policy)(/|[^/]*$)",
    r"(^|/)(logging|log|telemetry|metrics|monitoring|notifications?)(/|\.[a-z]+$)",
    r"\.(md|rst|adoc|txt)$|(^|/)(docs?|releasenotes)/",
    r"\.(md|rst|adoc|txt|ya?ml|json|sh)$|(^|/)(docs?|releasenotes)/",
    r"\.(md|rst|adoc|txt|ya?ml|json|css|scss|html?)$|(^|/)(docs?|releasenotes)/",
];

/// A comment this short, in bytes, is rarely about how users or threads behave.
const SHORT: usize = 60;

/// All groups in one automaton: a comment is looked through once, whatever their number.
struct Phrases {
    automaton: AhoCorasick,
    /// The group of each of the automaton's patterns.
    groups: Vec<usize>,
    count: usize,
}

static FOUND: LazyLock<Phrases> = LazyLock::new(|| {
    let (mut patterns, mut groups) = (Vec::new(), Vec::new());
    let lines = PHRASES.lines().filter(|line| !is_remark(line));
    let mut count = 0;
    for (group, line) in lines.enumerate() {
        let of_group = line.split(", ").flat_map(spelled_out);
        patterns.extend(of_group);
        groups.resize(patterns.len(), group);
        count = group + 1;
    }
    #[expect(clippy::expect_used, reason = "a constant table, compiled in the tests")]
    let automaton = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(&patterns)
        .expect("the phrases compile");
    Phrases {
        automaton,
        groups,
        count,
    }
});

static PATH_SET: LazyLock<RegexSet> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "constant patterns, compiled in the tests")]
    RegexSetBuilder::new(PATHS)
        .case_insensitive(true)
        .unicode(false)
        .dfa_size_limit(32 << 20)
        .build()
        .expect("the patterns compile")
});

fn is_remark(line: &str) -> bool {
    line.is_empty() || line.starts_with(';') || line.starts_with("# ")
}

/// Every text that a term stands for, as [`Words::text`] would have it.
fn spelled_out(term: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    for choice in term.split(' ') {
        texts = texts
            .iter()
            .flat_map(|text| {
                choice
                    .split('|')
                    .map(move |word| format!("{text} {}", word.replace('_', " ")))
            })
            .collect();
    }
    for text in &mut texts {
        if let Some(rest) = text.strip_prefix(" ^") {
            *text = format!("\n{rest}");
        }
        if text.ends_with('*') {
            text.pop();
        } else {
            text.push(' ');
        }
    }
    texts
}

/// How many groups and path patterns there are in all.
#[must_use]
pub fn count() -> usize {
    FOUND.count + 1 + PATHS.len()
}

/// Which groups a comment has, by their place, ascending, with how often: phrases, then shortness, then paths.
#[must_use]
pub fn matching(words: &Words, prose: &str, path: Option<&str>) -> Vec<(usize, usize)> {
    let phrases = &*FOUND;
    let mut found: Vec<usize> = phrases
        .automaton
        .find_overlapping_iter(words.text())
        .map(|hit| phrases.groups[hit.pattern()])
        .collect();
    found.sort_unstable();
    let mut found: Vec<(usize, usize)> = found
        .chunk_by(|one, next| one == next)
        .map(|same| (same[0], same.len()))
        .collect();
    if !prose.is_empty() && prose.len() <= SHORT && !prose.contains('\n') {
        found.push((phrases.count, 1));
    }
    let paths = path.map(|path| PATH_SET.matches(path.as_bytes()));
    found.extend(paths.into_iter().flatten().map(|at| (phrases.count + 1 + at, 1)));
    found
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn groups(text: &str) -> Vec<usize> {
        let found = matching(&Words::of(text), text, None);
        found.into_iter().map(|(group, _)| group).collect()
    }

    #[rstest]
    #[case("an edge case", "edge_case")]
    #[case("What happens when it's empty?", "what happens")]
    #[case("you should move it into another class please", "move")]
    #[case("s/foo/bar", "^ s /")]
    fn a_comment_has_a_phrase(#[case] text: &str, #[case] of_line: &str) {
        let line = PHRASES.lines().filter(|line| !is_remark(line)).position(|line| {
            line.split(", ")
                .any(|term| term.starts_with(&of_line.replace(' ', "_")) || term.starts_with(of_line))
        });
        assert!(groups(text).contains(&line.unwrap()), "{text}");
    }

    #[test]
    fn a_term_is_every_choice_of_its_words() {
        assert_eq!(spelled_out("log|print a_line*"), [" log a line", " print a line"]);
        assert_eq!(spelled_out("^_nit"), ["\n nit "]);
    }

    #[test]
    fn whole_words_only_unless_an_ending_is_open() {
        assert_eq!(groups(&"contested, protest ".repeat(9)), Vec::<usize>::new());
    }
}
