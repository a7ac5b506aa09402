use std::time::Instant;

use proptest::prelude::*;

use crate::classify::language::language_of;
use crate::classify::markdown::parts;
use crate::classify::markdown::suggestion_lines;
use crate::classify::read;
use crate::model::comment::CommentKind;
use crate::model::comment::CommentKind::Acknowledgement;
use crate::model::comment::CommentKind::Chatter;
use crate::model::comment::CommentKind::Formatting;
use crate::model::comment::CommentKind::Praise;
use crate::model::comment::CommentKind::Substance;
use crate::model::comment::CommentText;
use crate::model::comment::Reading;
use crate::model::comment::Stance;
use crate::model::comment::Stance::Acknowledges;
use crate::model::comment::Stance::Asks;
use crate::model::comment::Stance::Disagrees;
use crate::model::comment::Stance::Unclear;
use crate::model::skill::Area;

fn root(body: &str) -> Reading {
    read(&CommentText {
        body,
        path: None,
        is_reply: false,
        hunk: None,
    })
}

fn reply(body: &str) -> Reading {
    read(&CommentText {
        body,
        path: None,
        is_reply: true,
        hunk: None,
    })
}

fn on(path: &str, body: &str) -> Vec<Area> {
    let reading = read(&CommentText {
        body,
        path: Some(path),
        is_reply: false,
        hunk: None,
    });
    reading.areas.iter().map(|guess| guess.area).collect()
}

#[test]
fn kinds_are_told_apart() {
    let table: [(&str, CommentKind); 32] = [
        ("LGTM", Praise),
        ("Nice!", Praise),
        ("Looks good to me, thanks for the work", Praise),
        ("👍", Praise),
        ("Great work on this one", Praise),
        ("I like this approach a lot", Praise),
        ("Done", Acknowledgement),
        ("Fixed.", Acknowledgement),
        ("Good point, fixed in the last push.", Acknowledgement),
        ("good catch!", Acknowledgement),
        ("Will do", Acknowledgement),
        ("You're right, updated.", Acknowledgement),
        ("Makes sense to me", Acknowledgement),
        ("Ah, I missed that. Fixed", Acknowledgement),
        ("Agreed", Acknowledgement),
        ("trailing whitespace", Formatting),
        ("nit: missing blank line here", Formatting),
        ("Line too long", Formatting),
        ("Please sort the imports", Formatting),
        ("extra space before the bracket", Formatting),
        ("newline at end of file", Formatting),
        ("", Chatter),
        ("   \n\n", Chatter),
        ("> all of this is quoted\n> and this", Chatter),
        ("/peerlore suggest", Chatter),
        ("@dependabot rebase", Chatter),
        ("ditto", Chatter),
        ("Same here.", Chatter),
        (
            "This map is read by two goroutines without a lock, so the race detector will complain.",
            Substance,
        ),
        ("Nice, but this leaks the file handle when `parse` fails.", Substance),
        ("```suggestion\nlet total = 0;\n```", Substance),
        ("What happens when the list is empty?", Substance),
    ];
    for (body, kind) in table {
        assert_eq!(root(body).kind, kind, "{body:?}");
    }
}

#[test]
fn a_thank_you_is_not_a_lesson() {
    let reading = reply("Thanks for the explanation!");
    assert!(matches!(reading.kind, Praise | Acknowledgement), "{:?}", reading.kind);
    assert!(!reading.explains);
    assert_eq!(reading.areas, []);
}

#[test]
fn a_reply_takes_a_stance() {
    let table: [(&str, Stance); 24] = [
        ("Done.", Acknowledges),
        ("Good catch, fixed in 4f2a91c.", Acknowledges),
        ("Thanks, I didn't know that the driver retries by itself.", Acknowledges),
        ("Oh I see, that makes sense. Updated.", Acknowledges),
        ("TIL! Switched to the iterator.", Acknowledges),
        ("I'll move it into its own module.", Acknowledges),
        ("You're right, this can never be null here.", Acknowledges),
        ("Yes, will change that.", Acknowledges),
        ("Makes sense, added a test for it", Acknowledges),
        ("Fair enough", Acknowledges),
        ("I don't think that is needed, the caller checks it already.", Disagrees),
        ("Good point, but I'd rather keep it as it is for now.", Disagrees),
        ("I disagree, the loop is clearer.", Disagrees),
        ("This is intentional: the cache must survive a restart.", Disagrees),
        ("Going to leave this as is.", Disagrees),
        ("That won't work with older clients.", Disagrees),
        ("Out of scope here, I'd say.", Disagrees),
        ("Nope, the server sends it in this order.", Disagrees),
        ("Why would that be slower?", Asks),
        ("Could you explain what you mean by that?", Asks),
        ("What do you suggest?", Asks),
        ("How does that work with two replicas?", Asks),
        ("The parser runs twice.", Unclear),
        ("See the table in the design page.", Unclear),
    ];
    for (body, stance) in table {
        assert_eq!(reply(body).stance, stance, "{body:?}");
    }
}

#[test]
fn a_comment_that_begins_a_thread_neither_agrees_nor_disagrees() {
    assert_eq!(root("I don't think this is needed.").stance, Unclear);
    assert_eq!(root("Done like this in the other file as well.").stance, Unclear);
    assert_eq!(root("Why is this public?").stance, Asks);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn areas_are_read_from_prose() {
    let table: [(&str, Area); 30] = [
        (
            "What happens if the list is empty? This edge case returns the wrong total.",
            Area::Correctness,
        ),
        (
            "This overflows for large values, use a wider integer.",
            Area::Correctness,
        ),
        (
            "If `open` throws an exception here nothing catches it.",
            Area::ErrorHandling,
        ),
        (
            "We should fall back to the default rather than crash.",
            Area::ErrorHandling,
        ),
        ("Please add a unit test for the empty case.", Area::Testing),
        (
            "The mock hides that the fixture is never torn down; assert on the call.",
            Area::Testing,
        ),
        (
            "This is open to SQL injection, an attacker controls `name`.",
            Area::Security,
        ),
        ("Don't put the password in the query, it is a secret.", Area::Security),
        (
            "This allocates in every iteration, which is slow for big inputs.",
            Area::Performance,
        ),
        (
            "An O(n) lookup in a hot loop: the performance will suffer.",
            Area::Performance,
        ),
        (
            "There is a race condition: both threads write without the lock.",
            Area::Concurrency,
        ),
        ("You can deadlock here, the mutex is already held.", Area::Concurrency),
        (
            "This breaks backwards compatibility of the public API.",
            Area::ApiDesign,
        ),
        (
            "Make the parameter optional with a default value so that callers don't change.",
            Area::ApiDesign,
        ),
        (
            "This logic is duplicated, extract a helper into a common module.",
            Area::Architecture,
        ),
        (
            "This belongs in its own class, the coupling is too tight.",
            Area::Architecture,
        ),
        (
            "Could you rename this to something more descriptive?",
            Area::Readability,
        ),
        ("nit: this variable is unused", Area::Readability),
        ("A list comprehension would be more pythonic here.", Area::LanguageIdiom),
        (
            "Use `std::unique_ptr` instead of a raw pointer in modern C++.",
            Area::LanguageIdiom,
        ),
        ("Typo in the docstring.", Area::Documentation),
        (
            "Please add a comment that explains why this is needed.",
            Area::Documentation,
        ),
        (
            "This query joins the whole table, add an index in the migration.",
            Area::Databases,
        ),
        (
            "The database transaction should be rolled back, the rows stay locked.",
            Area::Databases,
        ),
        ("Use the logger at debug level rather than print.", Area::Observability),
        ("Log the request id in this log message.", Area::Observability),
        (
            "The build system needs this dependency in CMake as well.",
            Area::BuildCi,
        ),
        ("CI installs gcc 9, which can't compile this.", Area::BuildCi),
        (
            "The button needs an aria label for screen readers.",
            Area::UiAccessibility,
        ),
        (
            "Please move this to a separate PR, it is unrelated to this change.",
            Area::Collaboration,
        ),
    ];
    // A trained model isn't right in every one of them, and may abstain; it has to be in most.
    let missed: Vec<_> = table
        .iter()
        .filter(|(body, area)| root(body).areas.iter().all(|guess| guess.area != *area))
        .collect();
    assert!(missed.len() * 6 <= table.len(), "{missed:#?}");
    let wrong: Vec<_> = missed.iter().filter(|(body, _)| !root(body).areas.is_empty()).collect();
    assert!(wrong.len() <= 2, "where it can't tell, it abstains: {wrong:#?}");
}

#[test]
fn words_that_only_look_like_an_area_are_no_trap() {
    let named = |body: &str, area: Area| root(body).areas.iter().any(|guess| guess.area == area);
    assert!(!named(
        "Good catch, that was left over from the first version of it.",
        Area::ErrorHandling
    ));
    assert!(!named("It's good to commit `package-lock.json`.", Area::Concurrency));
    assert!(!named("Maybe `':'.join(parts)` here.", Area::Databases));
    assert!(!named("I'd do this in a future change.", Area::Concurrency));
}

#[test]
fn the_classifier_abstains_where_nothing_points_anywhere() {
    assert_eq!(
        root("Hm, I would have expected the other one of the two things to come before that one, to be quite honest.")
            .areas,
        []
    );
}

#[test]
fn a_path_adds_what_the_text_leaves_open() {
    assert!(on("tests/test_ledger.py", "Can this also cover the second account?").contains(&Area::Testing));
    assert!(on("docs/setup.md", "This sentence reads oddly.").contains(&Area::Documentation));
    assert!(on("Dockerfile", "Pin the version here.").contains(&Area::BuildCi));
}

#[test]
fn explaining_is_more_than_asking_for_something() {
    let explains = [
        "Use a set here: membership in a list is linear, so this gets slow for large inputs.",
        "This can be null when the user has no team, because the join is an outer one.",
        "Prefer `with open(..)`, otherwise the file stays open if an exception is raised.",
    ];
    let bare = ["Please rename this.", "Remove this line", "Why?", "typo", "Add a test."];
    for body in explains {
        assert!(root(body).explains, "{body:?}");
    }
    for body in bare {
        assert!(!root(body).explains, "{body:?}");
    }
}

#[test]
fn rules_see_prose_and_not_quotes_or_code() {
    let parts = parts("> the lock is held twice\n\nI think so too.\n\n```c\nmutex_lock(&m);\n```\n");
    assert_eq!(parts.prose, "I think so too.");
    assert!(parts.quotes && parts.code_blocks);
}

#[test]
fn suggestions_give_their_lines() {
    let body = "Simpler:\r\n```suggestion\r\nlet a = 1;\r\nlet b = 2;\r\n```\r\nand\r\n````suggestion\r\n```\r\n````";
    assert_eq!(suggestion_lines(body), [vec!["let a = 1;", "let b = 2;"], vec!["```"]]);
    assert_eq!(suggestion_lines("```suggestion\n```"), [Vec::<String>::new()]);
    assert_eq!(
        suggestion_lines("> ```suggestion\n> quoted\n> ```"),
        Vec::<Vec<String>>::new()
    );
    assert_eq!(root(body).suggestion_blocks, 2);
}

#[test]
fn underscores_of_code_stay_in_the_prose() {
    let reading = root("call __init__ of base_class here, please do it before anything else runs");
    assert!(reading.has_code);
    assert!(parts("see __init__").prose.contains("__init__"));
}

#[test]
fn a_language_is_told_by_its_path_or_not_at_all() {
    let table = [
        ("src/main.rs", Some("Rust")),
        ("app/page.tsx", Some("TSX")),
        ("a/b.ts", Some("TypeScript")),
        ("x.py", Some("Python")),
        ("Dockerfile", Some("Dockerfile")),
        ("k8s/deploy.yml", Some("YAML")),
        ("README.md", Some("Markdown")),
        ("cmd/main.go", Some("Go")),
        ("App.java", Some("Java")),
        ("q.sql", Some("SQL")),
        ("style.css", Some("CSS")),
        ("a.cpp", Some("C++")),
        ("include/a.h", None),
        ("no/extension", None),
        ("..", None),
        ("", None),
    ];
    for (path, language) in table {
        assert_eq!(language_of(path).as_deref(), language, "{path}");
    }
}

#[test]
fn pathological_markdown_takes_linear_time() {
    let shapes: [&str; 9] = ["> ", "[", "`", "*a_ ", "- ", "<!-- ", "é`x` ", "![](", "a_b.c( "];
    for shape in shapes {
        let took = |bytes: usize| {
            let body = shape.repeat(bytes / shape.len());
            (0..3)
                .map(|_| {
                    let start = Instant::now();
                    let reading = root(&body);
                    assert_eq!(reading.model, crate::classify::card::NAME);
                    start.elapsed().as_secs_f64()
                })
                .fold(f64::INFINITY, f64::min)
        };
        let (small, large) = (took(8_192), took(65_536));
        assert!(
            large < 40.0 * small + 0.05,
            "{shape:?}: {small} s, then {large} s for eight times as much"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_is_read(body in "\\PC{0,400}", path in "\\PC{0,40}", is_reply: bool) {
        let reading = read(&CommentText { body: &body, path: Some(&path), is_reply, hunk: None });
        prop_assert!(reading.areas.len() <= 3);
        prop_assert!(reading.areas.iter().all(|guess| guess.probability > 0.0 && guess.probability < 1.0));
        prop_assert!(reading.areas.windows(2).all(|pair| pair[0].probability >= pair[1].probability));
    }

    #[test]
    fn any_markdown_is_taken_apart(pieces in prop::collection::vec(prop::sample::select(vec![
        "> ", "```", "```suggestion\n", "\n", "`", "- ", "é", "<a>", "<!--", "-->", "[x](", ")", "\r\n", "🦀", "\u{0}", "    ", "# ",
    ]), 0..300)) {
        let body = pieces.concat();
        let parts = parts(&body);
        prop_assert!(parts.prose.len() <= body.len() * 2 + 16);
    }
}

#[test]
fn machines_are_known_by_their_words_and_marks() {
    for body in [
        "I'm a bot, beep boop. Please update your branch.",
        "<!-- coverage report -->\nThe lock is never covered by a test.",
        "Codecov Report: the race in `pool.rs` isn't covered.",
        "This comment was automatically generated by CI.",
    ] {
        assert_eq!(
            (root(body).kind, root(body).areas),
            (CommentKind::Chatter, vec![]),
            "{body}"
        );
    }
    assert_eq!(
        root("Coverage of this test is low: please add a case for the empty list.").kind,
        CommentKind::Substance
    );
}

#[test]
fn what_only_points_back_is_known() {
    for body in ["Same here.", "ditto", "and here too", "nit: same as above"] {
        assert!(root(body).refers_back, "{body}");
    }
    for body in [
        "Same here, but the lock is another one.",
        "The same bug exists in `parse`.",
    ] {
        assert!(!root(body).refers_back, "{body}");
    }
}
