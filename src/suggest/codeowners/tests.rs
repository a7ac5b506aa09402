use proptest::prelude::*;
use rstest::rstest;

use super::*;

/// The example of GitHub's documentation, in our own names.
const DOCUMENTED: &str = "# a comment\n\
    *       @everyone1 @everyone2\n\
    *.js    @scripts #an inline comment\n\
    *.go docs@example.com\n\
    *.txt @acme/writers\n\
    /build/logs/ @logs\n\
    docs/* @docs-top\n\
    apps/ @apps-anywhere\n\
    /docs/ @docs-all\n\
    /scripts/ @one @two\n\
    **/logs @deep-logs\n\
    /shop/ @shop\n\
    /shop/free\n\
    /mall/ @mall\n\
    /mall/taken @taken\n";

fn owners(file: &str, path: &str) -> Option<String> {
    let lines = lines(file);
    let line = CodeOwners::of(&lines).of_file(path)?.clone();
    let name = |owner: &Owner| match owner {
        Owner::Person(login) => login.clone(),
        Owner::Team(organisation, team) => format!("{organisation}/{team}"),
    };
    Some(line.owners.iter().map(name).collect::<Vec<_>>().join(" "))
}

#[rstest]
#[case::everything("README", "everyone1 everyone2")]
#[case::everything_below("src/deep/main.rs", "everyone1 everyone2")]
#[case::last_match_wins("src/a.js", "scripts")]
#[case::an_address_is_nobody_we_know("cmd/main.go", "")]
#[case::a_team("notes/a.txt", "acme/writers")]
#[case::logs_are_owned_by_the_later_line("build/logs/today", "deep-logs")]
#[case::anywhere("x/apps/y/z", "apps-anywhere")]
#[case::at_the_root_only("docs/a/b", "docs-all")]
#[case::two("scripts/run", "one two")]
#[case::deep("deeply/nested/logs/x", "deep-logs")]
#[case::owned("shop/till", "shop")]
#[case::owned_by_nobody("shop/free/till", "")]
#[case::the_folder_itself_by_name("mall/taken/a", "taken")]
fn github_s_own_examples(#[case] path: &str, #[case] expected: &str) {
    assert_eq!(owners(DOCUMENTED, path).as_deref(), Some(expected));
}

#[rstest]
#[case::stars_own_one_level("docs/* @a", "docs/start.md", Some("a"))]
#[case::stars_do_not_own_below("docs/* @a", "docs/build/start.md", None)]
#[case::two_stars_do("docs/** @a", "docs/build/start.md", Some("a"))]
#[case::a_folder_needs_its_slash_to_be_one("/build/ @a", "build", None)]
#[case::a_name_is_a_file_or_folder("/build @a", "build/x", Some("a"))]
#[case::case_counts("/Docs/ @a", "docs/x", None)]
#[case::case_of_ends_counts("*.JS @a", "x.js", None)]
#[case::a_slash_inside_anchors("src/api @a", "old/src/api/x", None)]
#[case::no_slash_is_anywhere("api @a", "old/src/api/x", Some("a"))]
#[case::a_star_stops_at_slashes("/src/*.rs @a", "src/x/y.rs", None)]
#[case::one_letter("/v?/ @a", "v1/x", Some("a"))]
#[case::a_space(r"my\ docs/ @a", "my docs/x", Some("a"))]
#[case::no_space("my docs/ @a", "my docs/x", None)]
#[case::stars_between("/src/**/gen/ @a", "src/a/b/gen/x", Some("a"))]
#[case::stars_between_nothing("/src/**/gen/ @a", "src/gen/x", Some("a"))]
#[case::no_negation("*.rs @a\n!x.rs @b", "x.rs", Some("a"))]
#[case::no_ranges("*.rs @a\n[xy].rs @b", "x.rs", Some("a"))]
#[case::no_escaped_number_sign("*.rs @a\n\\#x.rs @b", "#x.rs", Some("a"))]
#[case::not_three_stars("*.rs @a\n***/*.rs @b", "x.rs", Some("a"))]
#[case::an_invalid_owner_skips_the_line("*.rs @a\n*.rs @b nobody", "x.rs", Some("a"))]
#[case::an_empty_owner_skips_the_line("*.rs @a\n*.rs @", "x.rs", Some("a"))]
#[case::a_number_sign_inside("a#b @a", "a#b", Some("a"))]
#[case::windows_ends("*.rs @a\r\n", "x.rs", Some("a"))]
#[case::a_mark_of_order("\u{feff}*.rs @a", "x.rs", Some("a"))]
#[case::nothing("", "x.rs", None)]
fn patterns(#[case] file: &str, #[case] path: &str, #[case] expected: Option<&str>) {
    assert_eq!(owners(file, path).as_deref(), expected);
}

#[test]
fn a_file_that_github_does_not_load_says_nothing() {
    let line = "* @a\n";
    let filled = |length: usize| format!("{line}{}", "#".repeat(length - line.len()));
    assert_eq!(lines(&filled(LARGEST - 1)).len(), 1);
    assert_eq!(lines(&filled(LARGEST)).len(), 0);
}

#[test]
fn revisions_are_whole_names() {
    let a = "a".repeat(40);
    let b = "B".repeat(40);
    let text = format!("# moved everything\n{b} # by a tool\n{a}\n{a}\nabc123\nmain\n");
    assert_eq!(revisions(&text), [a, b.to_lowercase()]);
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,80}", path in "[a-z/.]{1,20}") {
        let path = path.trim_matches('/').to_owned();
        let lines = lines(&text);
        let _line = CodeOwners::of(&lines).of_file(&path);
    }

    #[test]
    fn a_later_line_for_everything_decides(text in "[a-z*/ @\n]{0,60}", path in "[a-z]{1,5}/[a-z]{1,5}") {
        prop_assert_eq!(owners(&format!("{text}\n* @last"), &path), Some("last".to_owned()));
    }
}
