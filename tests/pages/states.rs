//! What the pages say where there is little to show, from views alone.
use chrono::Duration;
use peerlore::model::availability::Availability;
use peerlore::model::clock::Time;
use peerlore::model::comment::CommentPlace;
use peerlore::model::graph::Confidence;
use peerlore::model::ids::CommentId;
use peerlore::model::ids::InstallationId;
use peerlore::model::ids::PersonId;
use peerlore::model::ids::RepoId;
use peerlore::model::lesson::Outcome;
use peerlore::model::settings::Settings;
use peerlore::model::skill::Area;
use peerlore::model::suggestion::LeftOut;
use peerlore::model::suggestion::Slot;
use peerlore::model::suggestion::Suggestion;
use peerlore::pipeline::Addresses;
use peerlore::pipeline::profile::Evidence;
use peerlore::pipeline::profile::Held;
use peerlore::pipeline::profile::Landing;
use peerlore::pipeline::profile::Profile;
use peerlore::pipeline::silent::CouldBeAsked;
use peerlore::store::people::Person;
use peerlore::store::pulls::Pull;
use peerlore::store::suggestions::Stored;
use peerlore::store::tenants::Repo;
use peerlore::web::layout;
use peerlore::web::layout::Frame;
use peerlore::web::layout::Place;
use peerlore::web::pages::docs;
use peerlore::web::pages::me;
use peerlore::web::pages::pull;
use peerlore::web::pages::sharing::Sharing;
use peerlore::web::pages::silent;
use rstest::rstest;

use crate::world::lines_of;
use crate::world::today;

fn view() -> pull::View {
    pull::View {
        votes: peerlore::store::feedback::Votes::default(),
        checked: false,
        repo: Repo {
            installation: InstallationId(1),
            id: RepoId(1),
            owner: "acme".to_owned(),
            name: "shop".to_owned(),
            default_branch: None,
            private: true,
        },
        number: 7,
        pull: Pull {
            author: Some(PersonId(1)),
            author_login: Some("ada".to_owned()),
            by_bot: false,
            title: "Count late orders".to_owned(),
            open: true,
            draft: false,
            created_at: today(),
            closed_at: None,
            merged_at: None,
            base_sha: String::new(),
            head_sha: "aaaa".to_owned(),
            changed_files: None,
            contents_head: None,
            without_diffs: false,
            reactions_read: false,
            suggest_wanted_at: None,
            suggest_wanted: 0,
            suggestion_waits: false,
            only_number: false,
        },
        files: 0,
        stored: None,
        link: "https://github.example/acme/shop/pull/7".to_owned(),
        now: today(),
    }
}

fn nobody() -> Stored {
    Stored {
        suggestion: Suggestion {
            expert: Slot::Nobody {
                why: "nobody: 3 away, 2 at capacity".to_owned(),
            },
            learner: Slot::AlreadyAsked {
                who: vec!["cleo".to_owned(), "Web team".to_owned()],
            },
            left_out: LeftOut {
                away: 3,
                at_capacity: 2,
                ..LeftOut::default()
            },
            model: "m-1".to_owned(),
        },
        made_at: today() - Duration::hours(2),
        head: "aaaa".to_owned(),
        comment: None,
        body: None,
    }
}

fn said(change: impl FnOnce(&mut pull::View)) -> String {
    let mut view = view();
    change(&mut view);
    lines_of(&pull::render(&view).into_string())
}

fn asked(view: &mut pull::View, minutes_ago: i64) {
    view.pull.suggest_wanted_at = Some(today() - Duration::minutes(minutes_ago));
}

#[rstest]
#[case::never_asked(said(|_| {}), "it was opened before Peerlore listened here")]
#[case::just_asked(said(|view| asked(view, 1)), "Load this page again in a minute.")]
#[case::asked_in_vain(said(|view| asked(view, 60)), "Nothing has been worked out for it so far.")]
#[case::a_draft(said(|view| view.pull.draft = true), "It is a draft. People are suggested when it is ready for review.")]
#[case::a_bots(said(|view| view.pull.by_bot = true), "A bot opened this pull request. Nobody is suggested for those.")]
#[case::closed(said(|view| view.pull.open = false), "It is closed, and nothing was suggested while it was open.")]
#[case::pushed_since(said(|view| { view.stored = Some(nobody()); view.pull.head_sha = "bbbb".to_owned(); }), "There was a push since.")]
#[case::no_files(said(|view| view.stored = Some(nobody())), "Its files are not known")]
#[case::nobody(said(|view| view.stored = Some(nobody())), "Nobody: 3 away, 2 at capacity.")]
#[case::asked_already(said(|view| view.stored = Some(nobody())), "cleo and Web team\nAsked already, so nobody else is suggested here.")]
#[case::no_title(said(|view| view.pull.title = String::new()), "A pull request without a title")]
#[case::an_author_who_left_us(said(|view| view.pull.author_login = None), "by somebody who is not shown")]
fn a_pull_request_says_honestly_where_it_stands(#[case] page: String, #[case] words: &str) {
    assert!(page.contains(words), "{page}");
}

#[test]
fn nobody_picked_means_nothing_to_accept_and_no_sums() {
    let page = said(|view| view.stored = Some(nobody()));
    assert!(
        !page.contains("To accept") && !page.contains("How this was worked out"),
        "{page}"
    );
    assert!(page.contains("3 away and 2 at the limit of open reviews."), "{page}");
}

fn could_be_asked(login: &str, module: &str, others_changes: u32) -> CouldBeAsked {
    CouldBeAsked {
        module: module.to_owned(),
        login: login.to_owned(),
        evidence: 11.6,
        others_changes,
        reviews: 1,
        low: 0.02,
        high: 0.31,
        expected: 8.3,
        changes: vec!["acme/shop#41".to_owned(), "acme/shop#7".to_owned()],
    }
}

#[test]
fn silent_experts_stand_by_name_with_their_interval_and_never_by_merit() {
    let people = vec![
        could_be_asked("zoe", "shop/web", 60),
        could_be_asked("Ben", "shop/web", 12),
        could_be_asked("ada", "shop/api", 40),
    ];
    let view = silent::View {
        organisation: Some("acme".to_owned()),
        others: Vec::new(),
        people,
        sort: silent::AREAS.asked(None).expect("the usual order"),
        page: 1,
        host: "https://github.example".to_owned(),
    };
    let page = lines_of(&silent::render(&view).into_string());
    let begin = page.find("shop/api").expect("the first area");
    insta::assert_snapshot!(&page[begin..], @r"
    shop/api
    ada
    About 12 own merged changes here in the last year, older ones counted less. Reviewed 1 of the 40 changes by others, where about 8 reviews would be expected.
    Their newest there: acme/shop#41, acme/shop#7.
    That is between 2% and 31% of what is usual with as much own work (90% interval; the mark is the usual).
    An invitation to send
    Hello ada, you have worked on shop/api over the last year, and reviews there mostly go to others. Would you like to be asked when somebody changes it? If you would rather not, that is fine, and nobody needs a reason.
    shop/web
    Ben
    About 12 own merged changes here in the last year, older ones counted less. Reviewed 1 of the 12 changes by others, where about 8 reviews would be expected.
    Their newest there: acme/shop#41, acme/shop#7.
    That is between 2% and 31% of what is usual with as much own work (90% interval; the mark is the usual).
    The counts are small: chance alone can look like this.
    An invitation to send
    Hello Ben, you have worked on shop/web over the last year, and reviews there mostly go to others. Would you like to be asked when somebody changes it? If you would rather not, that is fine, and nobody needs a reason.
    zoe
    About 12 own merged changes here in the last year, older ones counted less. Reviewed 1 of the 60 changes by others, where about 8 reviews would be expected.
    Their newest there: acme/shop#41, acme/shop#7.
    That is between 2% and 31% of what is usual with as much own work (90% interval; the mark is the usual).
    An invitation to send
    Hello zoe, you have worked on shop/web over the last year, and reviews there mostly go to others. Would you like to be asked when somebody changes it? If you would rather not, that is fine, and nobody needs a reason.
    ");
    assert!(!page.contains("1st"), "no rank is told");
}

#[test]
fn without_silent_experts_the_page_says_what_it_takes() {
    let view = silent::View {
        organisation: Some("acme".to_owned()),
        others: vec!["other".to_owned()],
        people: Vec::new(),
        sort: silent::AREAS.asked(None).expect("the usual order"),
        page: 1,
        host: "https://github.example".to_owned(),
    };
    let page = silent::render(&view).into_string();
    assert!(page.contains("Nobody stands out at the moment") && page.contains("?organisation=other"));
    let nothing = silent::View {
        organisation: None,
        others: Vec::new(),
        people: Vec::new(),
        sort: silent::AREAS.asked(None).expect("the usual order"),
        page: 1,
        host: "https://github.example".to_owned(),
    };
    assert!(
        silent::render(&nothing)
            .into_string()
            .contains("Nothing has arrived here yet")
    );
}

fn mine(lines: usize, page: usize) -> me::View {
    let evidence = |number: usize| Evidence {
        area: Area::Testing,
        area_probability: Some(0.84),
        said_by: None,
        place: CommentPlace::Diff,
        comment: CommentId(7),
        role: "taught",
        other: "ada".to_owned(),
        pull: format!("acme/shop#{number}"),
        link: format!("https://github.example/acme/shop/pull/{number}#discussion_r1"),
        at: today(),
        p: 0.8,
        outcome: Outcome::Given,
        diffs_known: false,
        provisional: true,
        said_new: false,
        on: Vec::new(),
    };
    let held = |confidence| Held {
        area: Area::Testing,
        strength: 2.0,
        pulls: 4,
        people: 2,
        confidence,
        landing: Landing {
            mean: 0.8,
            low: 0.6,
            high: 0.93,
        },
        on: Vec::new(),
    };
    let asked = me::Asked {
        page: Some(page.to_string()),
        ..me::Asked::default()
    };
    me::View {
        card: None,
        pages: me::Pages::of(&asked, (lines, 0, 0)).expect("a page"),
        sharing: Sharing::default(),
        token: "t".to_owned(),
        signed_in: false,
        may_be_asked: false,
        declined: Vec::new(),
        corrections: Vec::new(),
        addresses: Addresses {
            own: "https://peerlore.example".to_owned(),
            host: "https://github.example".to_owned(),
        },
        person: Person {
            id: PersonId(2),
            login: "ben".to_owned(),
            away_until: Some(Time::default()),
            capacity: None,
            learn: Vec::new(),
            teach: Vec::new(),
        },
        profile: Profile {
            login: "ben".to_owned(),
            helped: vec![held(Confidence::Low), held(Confidence::Medium)],
            taken: Vec::new(),
            evidence: (0..lines).map(evidence).collect(),
            notes: vec!["For 60 of 60 lessons no diffs are known.".to_owned()],
        },
        availability: Availability::default(),
        settings: Settings::default(),
        saved: None,
        question: peerlore::pipeline::answers::OneQuestion::default(),
        now: today(),
    }
}

#[test]
fn evidence_comes_25_a_page() {
    assert_eq!(
        [0, 1, 25, 26, 60].map(|lines| mine(lines, 1).pages.evidence.pages),
        [1, 1, 1, 2, 3]
    );
    let page = me::render(&mine(60, 2)).into_string();
    assert_eq!(page.matches("#discussion_r1").count(), 25);
    assert!(page.contains("acme/shop#25<") && page.contains("acme/shop#49<") && !page.contains("acme/shop#50<"));
    assert!(page.contains("href=\"/me#evidence\"") && page.contains("href=\"/me?page=3#evidence\""));
    assert!(page.contains("For 60 of 60 lessons no diffs are known."));
    assert!(
        page.contains("Given; nothing shows that it landed")
            && page.contains("may change")
            && page.contains("diffs unknown")
    );
    assert!(!me::render(&mine(25, 1)).into_string().contains("Pages of evidence"));
}

#[test]
fn what_is_not_sure_is_not_told_as_a_rate() {
    let page = lines_of(&me::render(&mine(0, 1)).into_string());
    assert_eq!(page.matches("of the time (90% interval)").count(), 1, "{page}");
    assert!(page.contains("First signs: too little lately to be sure.") && page.contains("between 60% and 93%"));
}

#[test]
fn the_docs_show_the_settings_in_force_and_what_the_code_computes_with() {
    let settings = Settings {
        retention_days: 41,
        mentoring_budget: 17,
        ..Settings::default()
    };
    let page = lines_of(&docs::render(&settings, "areas-2").into_string());
    for words in [
        "The text of comments 41 days, then it is deleted",
        "ask whoever runs Peerlore for you to run peerlore opt-out LOGIN",
        "Members and teams, with since when and until when until 7 days after the App is uninstalled",
        "at most 17 times in seven days",
        "score = folders + author + here + 1 × skill + 0.3 × offer + 1.5 × owned − 2 × open / (open + 3)",
        "S = sum of P × (0.15 + 0.85 × 2^(−age / 52 days))",
        "Beta(8.3 + sum of p, 1.7 + sum of (1 − p))",
        "the next push changes a line within 3 of the commented one +0.95 measured",
        "the other one disagrees −1 judgement",
        peerlore::suggest::MODEL,
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
}

#[test]
fn the_docs_show_the_figures_of_what_reads_here() {
    let page = |reads: &str| lines_of(&docs::render(&Settings::default(), reads).into_string());
    let of = |page: &str, model: &str| page.contains(&format!("Model {model}, learned from"));
    let alone = page("areas-2");
    assert!(of(&alone, "areas-2") && alone.contains("A second stage"), "{alone}");
    let both = page("areas-2+minilm-1");
    assert!(
        of(&both, "areas-2+minilm-1") && !both.contains("A second stage"),
        "{both}"
    );
    let own = page("areas-2-0a1b2c3d");
    let says = |words: &str| own.contains(words);
    assert!(
        of(&own, "areas-2") && says("areas-2-0a1b2c3d") && says("its figures stand in the card beside its file"),
        "{own}"
    );
}

#[test]
fn a_title_does_not_turn_the_page_around() {
    let mut view = view();
    view.pull.title = "Add \u{202e}txt.exe".to_owned();
    let frame = Frame {
        title: "acme/shop #7",
        place: Place::Elsewhere,
        visitor: None,
    };
    let page = layout::page(&frame, &pull::render(&view)).into_string();
    assert!(page.contains("Add \u{fffd}txt.exe") && !page.contains('\u{202e}'));
}
