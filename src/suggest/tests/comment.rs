//! What stands on the pull request.
use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::model::suggestion::Reason;
use crate::model::suggestion::ScorePart;
use crate::suggest::words::CommentLinks;
use crate::suggest::words::MARKER;
use crate::suggest::words::comment;
use crate::suggest::words::nobody_now;

const LINKS: CommentLinks<'_> = CommentLinks {
    details_url: Some("https://peerlore.example/pulls/acme/bank/100"),
    docs_url: Some("https://peerlore.example/docs"),
    repo: "acme/bank",
    asked: &[],
    votes: &[],
};

/// The lines that are shown before anything is unfolded, the fold's own title aside.
fn visible(text: &str) -> Vec<&str> {
    let shown = text.strip_prefix(MARKER).unwrap();
    let (shown, folded) = shown.split_once("<details>").unwrap();
    assert!(folded.trim_end().ends_with("</details>"), "nothing follows the fold");
    assert_eq!(folded.matches("</details>").count(), 1);
    shown.lines().filter(|line| !line.trim().is_empty()).collect()
}

#[test]
fn the_comment_says_two_lines_and_folds_the_rest() {
    assert_snapshot!(comment(&World::ledger().suggest(), &LINKS).unwrap(), @r#"
    <!-- peerlore:suggestion -->
    **Knows this change:** `ana` – reviewed 7 changes under `ledger/` since May; taught databases in 4 reviews; 1 open review
    **Would learn from it:** `ben` – to learn here: databases in `ledger/`; knows Rust; would be the second person outside Payments to know `ledger/`

    <details><summary>Why, and how to accept, decline or turn this off</summary>

    Someone who knows: `ana`

    - reviewed 7 changes under `ledger/` since May
    - has reviewed 7 of this author's changes
    - taught databases in 4 reviews
    - reviewed 6 changes here in the last 90 days
    - 1 open review

    Someone who would learn, beside a reviewer who knows: `ben`

    - wants to learn databases
    - would be the second person outside Payments to know `ledger/`
    - knows Rust
    - reviewed 1 change under `billing/`
    - to learn here: databases in `ledger/`

    What you can do:

    - To accept, comment `/peerlore assign`, or request the review under Reviewers in the sidebar. Peerlore has asked and notified nobody.
    - To decline, do nothing; `/peerlore reroll` looks for others, and `/peerlore not-me` leaves you out here.
    - To be left out of everything, ask whoever runs Peerlore for `acme/bank` to run `peerlore opt-out LOGIN`.
    - To turn this off for `acme/bank`, set `surface = "web"` in its `.github/peerlore.toml` on the default branch.
    - [How this works, what is stored and who sees it](https://peerlore.example/docs)
    - [How this was chosen, and who was left out in general terms](https://peerlore.example/pulls/acme/bank/100)

    </details>
    "#);
}

#[test]
fn beside_somebody_asked_only_the_learner_is_suggested() {
    let mut suggestion = World::ledger().suggest();
    suggestion.expert = Slot::AlreadyAsked {
        who: vec!["Payments @ HQ".to_owned()],
    };
    let text = comment(&suggestion, &LINKS).unwrap();
    assert_eq!(visible(&text).len(), 1);
    assert!(visible(&text)[0].starts_with("**Would learn from it:** `ben`"));
    assert!(text.contains("`Payments ＠ HQ` already asked"));
}

#[test]
fn pages_that_nobody_can_open_are_not_linked() {
    let closed = CommentLinks {
        details_url: None,
        docs_url: None,
        ..LINKS
    };
    let text = comment(&World::ledger().suggest(), &closed).unwrap();
    for text in [text, nobody_now(&closed)] {
        assert!(!text.contains("](") && !text.contains("http"), "{text}");
    }
    assert!(nobody_now(&LINKS).contains("([why](https://peerlore.example/pulls/acme/bank/100))"));
}

#[test]
fn nobody_to_suggest_is_no_comment() {
    let mut suggestion = World::ledger().suggest();
    let nobody = Slot::Nobody {
        why: "nobody: 3 away".to_owned(),
    };
    suggestion.learner = nobody.clone();
    assert!(comment(&suggestion, &LINKS).is_some());
    suggestion.expert = Slot::AlreadyAsked {
        who: vec!["ana".to_owned()],
    };
    assert_eq!(comment(&suggestion, &LINKS), None);
    suggestion.expert = nobody;
    assert_eq!(comment(&suggestion, &LINKS), None);
}

const HOSTILE: [&str; 8] = [
    "@everyone",
    "`@acme/all`",
    "a``b`@ben`",
    "</details><img src=x onerror=alert(1)>",
    "| a | b |\n|---|---|",
    "x\r\n\n# shout\n@here",
    "<!-- peerlore:suggestion -->",
    "](https://evil.example) \u{202E}",
];

fn is_quiet(text: &str) {
    assert!(!text.contains('@'), "{text}");
    assert_eq!(text.matches(MARKER).count(), 1, "{text}");
    assert_eq!(text.matches('<').count(), 5, "only our own tags: {text}");
    assert!(visible(text).len() <= 2, "{text}");
    for line in text.lines() {
        assert_eq!(
            line.matches('`').count() % 2,
            0,
            "a code span stays on its line: {line}"
        );
        assert!(!line.starts_with(['#', '|']), "{line}");
    }
}

#[test]
fn hostile_names_and_paths_say_nothing() {
    for hostile in HOSTILE {
        let mut world = World::ledger();
        let path = format!("{hostile}/{hostile}.rs");
        world.pull.files = vec![rust_file(&path)];
        world.pull.files[0].language = Some(hostile.to_owned());
        world.history = vec![
            review(1, 10, &[ANA], &path),
            review(2, 10, &[BEN], &format!("{hostile}x/y.rs")),
        ];
        for id in [ANA, BEN, EVE] {
            world.candidate(id).login = hostile.to_owned();
            world.candidate(id).languages = vec![(hostile.to_owned(), 4.0)];
        }
        world.teams[0].name = hostile.to_owned();
        let suggestion = world.suggest();
        assert!(who(&suggestion.expert).is_some() && who(&suggestion.learner).is_some());
        let links = CommentLinks { repo: hostile, ..LINKS };
        is_quiet(&comment(&suggestion, &links).unwrap());
    }
}

fn any_slot() -> impl Strategy<Value = Slot> {
    let text = || {
        prop_oneof![
            any::<String>(),
            proptest::sample::select(&HOSTILE[..]).prop_map(str::to_owned)
        ]
    };
    let reason = text().prop_map(|words| Reason {
        part: ScorePart::Paths,
        weight: 1.0,
        words,
    });
    let reasons = proptest::collection::vec(reason, 0..5);
    prop_oneof![
        (text(), reasons).prop_map(|(login, reasons)| Slot::Picked(Pick {
            person: ANA,
            login,
            score: 1.0,
            reasons
        })),
        proptest::collection::vec(text(), 0..4).prop_map(|who| Slot::AlreadyAsked { who }),
        text().prop_map(|why| Slot::Nobody { why }),
    ]
}

proptest! {
    #[test]
    fn two_visible_lines_at_most_and_no_ping_whatever_comes_in(
        expert in any_slot(), learner in any_slot(), repo in any::<String>(), url in any::<String>(),
    ) {
        let suggestion = Suggestion { expert, learner, left_out: LeftOut::default(), model: String::new() };
        let links = CommentLinks { details_url: Some(&url), docs_url: Some(&url), repo: &repo, ..LINKS };
        let text = comment(&suggestion, &links);
        let picks = who(&suggestion.expert).is_some() || who(&suggestion.learner).is_some();
        prop_assert_eq!(text.is_some(), picks);
        if let Some(text) = text {
            is_quiet(&text);
        }
    }
}
