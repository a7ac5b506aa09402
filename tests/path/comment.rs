//! The comment on the pull request: one, edited in place, never doubled, never a ping.
use peerlore::app::App;
use peerlore::demo::github::PullName;
use peerlore::demo::github::failures::Failure;
use peerlore::model::settings::Settings;
use peerlore::pipeline::opt_out;
use peerlore::pipeline::publish;
use peerlore::pipeline::work;
use peerlore::suggest::words::MARKER;
use peerlore::web::access::Viewing;

use crate::harness::LEDGER;
use crate::harness::PAGES;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::post;
use crate::harness::pull;
use crate::harness::text;

const LINES: &[(usize, &str)] = &[(20, "let twenty = 20.0;")];

pub async fn suggested() -> (Peerlore, PullName) {
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
    assert_eq!(peerlore.said(&pull).len(), 1);
    (peerlore, pull)
}

/// How often comments were written, changed or looked for on GitHub.
pub fn asked(peerlore: &Peerlore, method: &str) -> usize {
    let asked = peerlore.github.requests();
    asked
        .iter()
        .filter(|one| one.method == method && one.path.contains("/issues/"))
        .count()
}

#[tokio::test]
async fn it_is_posted_once_with_two_visible_lines_and_no_ping() {
    let (peerlore, pull) = suggested().await;
    let body = peerlore.said(&pull).remove(0);
    assert!(body.starts_with(MARKER) && !body.contains('@'), "{body}");
    let visible = body.split("<details>").next().expect("a part before the details");
    let lines: Vec<&str> = visible.lines().skip(1).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 2, "{visible}");
    assert!(lines[0].starts_with("**Knows this change:** `ben`"), "{visible}");
    assert!(lines[1].starts_with("**Would learn from it:** `cleo`"), "{visible}");
    assert!(
        body.contains("(https://peerlore.example/docs)") && body.contains("`peerlore opt-out LOGIN`"),
        "{body}"
    );
    assert!(
        !body.contains("/pulls/"),
        "a page that stays closed is no place to be sent to: {body}"
    );
    assert_eq!(asked(&peerlore, "POST"), 1);
}

#[tokio::test]
async fn it_links_to_its_page_where_the_pages_are_open() {
    let (peerlore, pull) = suggested().await;
    let mut open = peerlore.replica().pipeline;
    open.reach = Viewing::Open.reach();
    publish::comment(&open, peerlore.tenant().await, peerlore.key(&pull).await)
        .await
        .expect("GitHub is there");
    let body = peerlore.said(&pull).remove(0);
    assert!(body.contains("(https://peerlore.example/pulls/acme/shop/3)"), "{body}");
}

#[tokio::test]
async fn it_is_edited_in_place_when_it_changes() {
    let (peerlore, pull) = suggested().await;
    let before = peerlore.said(&pull);
    peerlore
        .tell(peerlore.github.request_reviewer(&pull, by("ada", TODAY + 1), "finn"))
        .await;
    let after = peerlore.said(&pull);
    assert_eq!(after.len(), 1);
    assert!(
        after != before && after[0].contains("`finn` already asked"),
        "{after:?}"
    );
    assert_eq!((asked(&peerlore, "POST"), asked(&peerlore, "PATCH")), (1, 1));
}

#[tokio::test]
async fn it_is_not_edited_when_it_would_read_the_same() {
    let (peerlore, pull) = suggested().await;
    peerlore
        .push(
            &pull,
            by("ada", TODAY + 1),
            peerlore::demo::github::How::Append,
            &[(21, "let more = 21.0;")],
        )
        .await;
    assert_eq!((asked(&peerlore, "POST"), asked(&peerlore, "PATCH")), (1, 0));
}

#[tokio::test]
async fn the_same_event_twice_does_not_double_it() {
    let peerlore = Peerlore::with_history().await;
    let (pull, sent) = peerlore
        .github
        .open_pull(by("ada", TODAY), &pull("A change", LEDGER, &text(LINES)));
    peerlore.tell(sent.clone()).await;
    peerlore.tell(sent.clone()).await;
    let again = sent.into_iter().map(|mut one| {
        one.id.replace_range(..1, "f");
        one
    });
    peerlore.tell(again).await;
    assert_eq!(peerlore.said(&pull).len(), 1);
    assert_eq!(asked(&peerlore, "POST"), 1);
}

#[tokio::test]
async fn two_replicas_with_two_events_of_one_pull_request_do_not_double_it() {
    let peerlore = Peerlore::with_history().await;
    let replica = peerlore.replica();
    let mut pulls = Vec::new();
    for minute in 0..4 {
        let act = by("ada", TODAY + minute * 10);
        let (pull, mut sent) = peerlore.github.open_pull(act, &pull("A change", LEDGER, &text(LINES)));
        sent.extend(
            peerlore
                .github
                .request_team(&pull, by("ada", TODAY + minute * 10 + 1), "web"),
        );
        sent.extend(
            peerlore
                .github
                .request_reviewer(&pull, by("ada", TODAY + minute * 10 + 2), "finn"),
        );
        peerlore.clock.move_to(sent[2].at);
        let (one, two, three) = tokio::join!(
            post(&peerlore.app, &sent[0]),
            post(&replica, &sent[1]),
            post(&replica, &sent[2])
        );
        assert!([one, two, three].iter().all(|(status, _)| status.as_u16() == 202));
        pulls.push(pull);
    }
    let work = |app: &App| {
        let pipeline = app.pipeline.clone();
        async move { work::drain(&pipeline).await.expect("the queue") }
    };
    tokio::join!(work(&peerlore.app), work(&replica));
    tokio::join!(work(&peerlore.app), work(&replica));
    for pull in pulls {
        assert_eq!(peerlore.said(&pull).len(), 1, "{pull:?}");
    }
}

#[tokio::test]
async fn two_replicas_that_suggest_at_the_same_moment_do_not_double_it() {
    let peerlore = Peerlore::with(Settings::default()).await;
    peerlore.history().await;
    let quiet = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
    let (id, key) = (peerlore.tenant().await, peerlore.key(&quiet).await);
    let speaking = |app: App| {
        let mut pipeline = app.pipeline;
        pipeline.settings.surface = peerlore::model::settings::Surface::Comment;
        async move {
            peerlore::pipeline::suggest::run(&pipeline, id, key)
                .await
                .expect("a suggestion");
        }
    };
    let apps = [peerlore.replica(), peerlore.replica(), peerlore.replica()];
    let [one, two, three] = apps.map(speaking);
    tokio::join!(one, two, three);
    assert_eq!(peerlore.said(&quiet).len(), 1);
}

#[tokio::test]
async fn one_that_was_posted_but_not_noted_is_found_by_its_marker() {
    let (peerlore, pull) = suggested().await;
    peerlore
        .sql("update suggestion set posted_comment_id = null, posted_body = null")
        .await;
    peerlore
        .tell(peerlore.github.request_reviewer(&pull, by("ada", TODAY + 1), "finn"))
        .await;
    assert_eq!(peerlore.said(&pull).len(), 1);
    assert_eq!((asked(&peerlore, "POST"), asked(&peerlore, "PATCH")), (1, 1));
}

#[tokio::test]
async fn a_strangers_copy_of_the_marker_is_not_ours() {
    let peerlore = Peerlore::with_history().await;
    let (pull, sent) = peerlore
        .github
        .open_pull(by("ada", TODAY), &pull("A change", LEDGER, &text(LINES)));
    let _first = peerlore
        .github
        .issue_comment(&pull, by("dan", TODAY), &format!("{MARKER}\nmine"));
    peerlore.tell(sent).await;
    assert_eq!(peerlore.said(&pull).len(), 1);
    assert_eq!(peerlore.github.comments_of(&pull)[0].1, format!("{MARKER}\nmine"));
}

#[tokio::test]
async fn the_surface_web_posts_nothing() {
    let peerlore = Peerlore::with(Settings::default()).await;
    peerlore.history().await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
    assert_eq!(peerlore.picked(&pull).await.0, "ben");
    assert_eq!(peerlore.github.comments_of(&pull), []);
    assert_eq!(asked(&peerlore, "POST"), 0);
}

#[tokio::test]
async fn one_that_somebody_deleted_stays_away() {
    let (peerlore, pull) = suggested().await;
    let ours: i64 = peerlore
        .one("select posted_comment_id from suggestion where posted_comment_id is not null")
        .await;
    let ours = u64::try_from(ours).expect("a number");
    peerlore
        .tell(peerlore.github.delete_issue_comment(&pull, by("ada", TODAY + 1), ours))
        .await;
    peerlore
        .tell(peerlore.github.request_reviewer(&pull, by("ada", TODAY + 2), "finn"))
        .await;
    peerlore
        .tell(peerlore.github.remove_reviewer(&pull, by("ada", TODAY + 3), "finn"))
        .await;
    assert_eq!(peerlore.said(&pull), [""; 0]);
    assert_eq!(asked(&peerlore, "POST"), 1);
}

#[tokio::test]
async fn one_that_names_somebody_who_may_not_be_named_any_more_is_changed() {
    let (peerlore, pull) = suggested().await;
    peerlore
        .sql("update person set opted_out_at = now() where login <> 'ada'")
        .await;
    peerlore
        .push(
            &pull,
            by("ada", TODAY + 1),
            peerlore::demo::github::How::Append,
            &[(21, "let more = 21.0;")],
        )
        .await;
    let said = peerlore.said(&pull);
    assert!(
        said.len() == 1 && !said[0].contains("`ben`") && !said[0].contains("`cleo`"),
        "{said:?}"
    );
    assert!(said[0].starts_with(MARKER));
}

#[tokio::test]
async fn a_github_that_fails_is_asked_again_and_nothing_is_lost() {
    let failures = [
        (None, "/pulls/3/files", Failure::Status(500)),
        (None, "/permission", Failure::Status(502)),
        (Some("GET"), "/issues/3/comments", Failure::Status(503)),
        (
            Some("POST"),
            "/issues/3/comments",
            Failure::RateLimited { reset: at(TODAY + 60) },
        ),
        (Some("POST"), "/issues/3/comments", Failure::SlowDown { seconds: 60 }),
    ];
    for (method, path, failure) in failures {
        let peerlore = Peerlore::with_history().await;
        peerlore.github.fail_next(method, path, 1, failure);
        let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
        assert_eq!(peerlore.said(&pull), [""; 0], "{path} {failure:?}");
        peerlore.clock.move_to(at(TODAY + 61));
        peerlore.let_time_pass().await;
        assert_eq!(peerlore.said(&pull).len(), 1, "{path} {failure:?}");
        assert_eq!(peerlore.picked(&pull).await.0, "ben");
    }
}

#[tokio::test]
async fn a_locked_pull_request_shows_its_suggestion_on_the_page_only() {
    for refused in [403, 422] {
        let peerlore = Peerlore::with_history().await;
        peerlore
            .github
            .fail_next(Some("POST"), "/issues/3/comments", 1, Failure::Status(refused));
        let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
        assert_eq!(peerlore.picked(&pull).await.0, "ben");
        peerlore.let_time_pass().await;
        assert_eq!(asked(&peerlore, "POST"), 1, "it isn't tried again by itself");
        peerlore
            .tell(peerlore.github.request_reviewer(&pull, by("ada", TODAY + 1), "finn"))
            .await;
        assert_eq!(peerlore.said(&pull).len(), 1, "what happens next finds it unlocked");
    }
}

#[tokio::test]
async fn a_suspended_installation_stays_silent() {
    let peerlore = Peerlore::with_history().await;
    peerlore
        .sql("update installation set suspended_at = '2199-01-01'")
        .await;
    peerlore.github.forget_requests();
    let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
    assert_eq!(peerlore.suggestion(&pull).await, None);
    assert_eq!(peerlore.github.requests(), [], "GitHub isn't even asked");
    let _other = peerlore.open(by("dan", TODAY), PAGES, LINES).await;
    assert_eq!(peerlore.github.requests(), []);
}

#[tokio::test]
async fn one_that_names_somebody_who_opts_out_is_written_anew() {
    let (peerlore, pull) = suggested().await;
    assert!(peerlore.said(&pull).remove(0).contains("`ben`"));
    opt_out::out(&peerlore.app.pipeline, peerlore.tenant().await, peerlore.person("ben"))
        .await
        .expect("the database is there");
    peerlore.run_jobs().await;
    let after = peerlore.said(&pull);
    assert!(after.len() == 1 && !after[0].contains("ben"), "{after:?}");
}
