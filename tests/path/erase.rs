//! Erasing an organisation or a person, at once and for good.
use std::process::Output;

use peerlore::demo::github::NewReview;
use peerlore::demo::github::PullName;
use peerlore::demo::github::Verdict;
use peerlore::demo::github::delivery::Delivery;
use peerlore::model::ids::PersonId;
use peerlore::model::settings::Settings;
use peerlore::model::settings::Surface;
use peerlore::model::skill::Area;
use peerlore::pipeline::correct::Heard;
use peerlore::pipeline::members;
use peerlore::pipeline::opt_out;

use crate::commands;
use crate::corrections;
use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::by;
use crate::harness::organisation;
use crate::keep::rows;

fn erase(peerlore: &Peerlore, arguments: &[&str]) -> Output {
    let all = [&["erase"], arguments].concat();
    commands::peerlore(peerlore, &all).output().expect("the command runs")
}

/// What a signed-in `ben` leaves behind, and a check run of an earlier head that names him.
async fn visited(peerlore: &Peerlore) {
    let (ben, ada) = (peerlore.person("ben"), peerlore.person("ada"));
    for statement in [
        format!(
            "insert into session (digest, user_id, login, installation_id, begun_at, renewed_at, used_at)
             select sha256('ben'), {ben}, 'ben', id, now(), now(), now() from installation"
        ),
        "insert into session_place (installation_id, session_id, owner, checked_at)
         select installation_id, id, false, now() from session"
            .to_owned(),
        format!(
            "insert into page_view (installation_id, person_id, viewer_id, day, at)
             select id, {ben}, {ada}, current_date, now() from installation
             union all select id, {ada}, {ben}, current_date, now() from installation"
        ),
        format!(
            "insert into feedback (installation_id, repo_id, number, slot, voter_id, verdict, at)
             select installation_id, repo_id, number, 'learner', {ben}, 'good', now() from suggestion"
        ),
        format!(
            "insert into answer (installation_id, place, comment_id, person_id, taught, at)
             select installation_id, place, id, {ben}, true, now() from comment limit 1"
        ),
        format!("insert into unasked (installation_id, person_id, at) select id, {ben}, now() from installation"),
        format!("insert into may_be_asked (installation_id, person_id, at) select id, {ben}, now() from installation"),
    ] {
        assert!(peerlore.sql(&statement).await > 0, "{statement}");
    }
}

/// `ben` reviewed, taught, was suggested, asked and mentioned, gave commands, voted, looked and is signed in.
async fn full() -> (Peerlore, PullName) {
    let peerlore = Peerlore::with(Settings {
        surface: Surface::Check,
        ..Settings::default()
    })
    .await;
    peerlore.history().await;
    let checked = peerlore
        .open(by("ada", TODAY - 2), LEDGER, &[(12, "let twelve = 12.0;")])
        .await;
    let texts = "select count(*) from suggestion_check where title ~ 'ben'";
    assert_eq!(peerlore.one::<i64>(texts).await, 1);
    peerlore
        .tell(peerlore.github.close(&checked, by("ada", TODAY - 1)))
        .await;
    peerlore.sql("update installation set chosen_surface = 'comment'").await;
    let pull = peerlore
        .open(by("ada", TODAY), LEDGER, &[(20, "let twenty = 20.0;")])
        .await;
    let taught = peerlore.comment(&pull, by("ben", TODAY + 1), 20, LOCK).await;
    for login in ["ben", "ada"] {
        let heard = corrections::say(&peerlore, login, taught, &[Area::Testing]).await;
        assert_eq!(heard, Heard::Stored);
    }
    let root = peerlore
        .comment(&pull, by("cleo", TODAY + 2), 20, "What does @ben say to this?")
        .await;
    peerlore.reply(&pull, by("ben", TODAY + 3), root, "Ben says yes.").await;
    visited(&peerlore).await;
    for (who, minute, words) in [
        ("ada", 4, "/peerlore assign ben"),
        ("ada", 5, "/peerlore why"),
        ("ada", 6, "/peerlore assign ben"),
        ("ben", 7, "/peerlore why"),
    ] {
        let (_, sent) = peerlore.github.issue_comment(&pull, by(who, TODAY + minute), words);
        peerlore.tell(sent).await;
        peerlore.tell(peerlore.github.take_webhooks()).await;
    }
    let (_, sent) = peerlore
        .github
        .issue_comment(&checked, by("ben", TODAY + 8), "/peerlore not-me other");
    peerlore.tell(sent).await;
    peerlore.tell(peerlore.github.take_webhooks()).await;
    (peerlore, pull)
}

/// The tables with a row in which a word or number stands by itself.
async fn tables_naming(peerlore: &Peerlore, word: &str) -> Vec<String> {
    let tables: Vec<String> = peerlore
        .one(
            "select array_agg(table_name::text order by table_name::text) from information_schema.tables
             where table_schema = 'public' and table_type = 'BASE TABLE'",
        )
        .await;
    let mut naming = Vec::new();
    for table in tables {
        let count = format!("select count(*) from {table} t where t::text ~* '\\m{word}\\M'");
        if peerlore.one::<i64>(&count).await > 0 {
            naming.push(table);
        }
    }
    naming
}

#[tokio::test]
async fn an_organisation_goes_at_once_and_takes_nobody_else_along() {
    let (peerlore, _) = full().await;
    let other = peerlore.neighbour(organisation("umbra", 2)).await;
    other.history().await;
    let (acme, umbra) = (peerlore.tenant().await, other.tenant().await);
    let kept = rows(&peerlore, umbra).await;

    let unasked = erase(&peerlore, &["acme"]);
    assert_eq!(unasked.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unasked.stderr).contains("--yes"));
    assert!(rows(&peerlore, acme).await > 0);
    assert!(peerlore.one::<i64>("select count(*) from session").await > 0);

    let nobody = erase(&peerlore, &["nobody", "--yes"]);
    assert_eq!(nobody.status.code(), Some(1));
    let done = erase(&peerlore, &["ACME", "--yes"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!((rows(&peerlore, acme).await, rows(&peerlore, umbra).await), (0, kept));
    assert_eq!(peerlore.one::<i64>("select count(*) from installation").await, 1);
    assert_eq!(peerlore.one::<i64>("select count(*) from session").await, 0);
}

#[tokio::test]
async fn a_person_goes_from_every_table_and_from_our_comment_and_stays_away() {
    let (peerlore, pull) = full().await;
    let number = peerlore.person("ben");
    peerlore.sql("update pull set head_ref = 'ben/a-fix'").await;
    let naming = tables_naming(&peerlore, "ben").await;
    for table in [
        "command",
        "pull",
        "review_ask",
        "session",
        "suggestion",
        "suggestion_check",
    ] {
        assert!(naming.iter().any(|name| name == table), "{table} in {naming:?}");
    }
    let numbering = tables_naming(&peerlore, &number.to_string()).await;
    for table in [
        "correction",
        "declined",
        "feedback",
        "may_be_asked",
        "page_view",
        "refused_pick",
    ] {
        assert!(numbering.iter().any(|name| name == table), "{table} in {numbering:?}");
    }
    let done = erase(&peerlore, &["--person", "Ben", "--yes"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    peerlore.run_jobs().await;
    assert_eq!(tables_naming(&peerlore, "ben").await, [""; 0]);
    assert_eq!(tables_naming(&peerlore, &number.to_string()).await, ["person"]);
    assert_eq!(
        peerlore.one::<i64>("select count(*) from correction").await,
        0,
        "nor what others said of their comments"
    );
    assert!(
        !peerlore.said(&pull).concat().contains("ben"),
        "{:?}",
        peerlore.said(&pull)
    );
    let runs = peerlore.github.check_runs();
    assert!(
        !runs.iter().any(|run| run["output"].to_string().contains("ben")),
        "{runs:?}"
    );
    assert_eq!(peerlore.taught().await, [""; 0]);

    peerlore.comment(&pull, by("ben", TODAY + DAY), 20, LOCK).await;
    assert_eq!(
        tables_naming(&peerlore, "ben").await,
        [""; 0],
        "what comes later isn't stored under a name"
    );
    let review = NewReview {
        verdict: Verdict::Approved,
        body: "Fine now.".to_owned(),
        comments: Vec::new(),
    };
    let more = peerlore.github.submit_review(&pull, by("ben", TODAY + DAY), &review);
    peerlore.tell(more.deliveries).await;
    for sent in [
        peerlore.github.request_reviewer(&pull, by("ada", TODAY + DAY), "ben"),
        peerlore
            .github
            .join_team(by("ada", TODAY + DAY), "payments", "ben", true),
        peerlore.github.add_member(by("ada", TODAY + DAY), "ben", false),
        peerlore
            .github
            .issue_comment(&pull, by("ben", TODAY + DAY), "/peerlore why")
            .1,
    ] {
        peerlore.tell(sent).await;
    }
    peerlore
        .open(by("ben", TODAY + DAY), LEDGER, &[(23, "let own = 1.0;")])
        .await;
    let id = peerlore.tenant().await;
    members::run(&peerlore.app.pipeline, id).await.expect("they are read");
    assert_eq!(
        tables_naming(&peerlore, &number.to_string()).await,
        ["person"],
        "nor under a number"
    );
    let back = opt_out::back(&peerlore.app.pipeline, id, number).await;
    assert!(!back.expect("the database"), "nothing takes it back");
    let texts = "select count(*) from comment where body like '%deadlock%'";
    assert_eq!(peerlore.one::<i64>(texts).await, 0);
    let again = peerlore
        .open(by("ada", TODAY + 2 * DAY), LEDGER, &[(21, "let more = 21.0;")])
        .await;
    assert_ne!(peerlore.picked(&again).await.0, "ben");
    let unknown = erase(&peerlore, &["--person", "ben", "--yes"]);
    assert_eq!(unknown.status.code(), Some(1));
}

#[tokio::test]
async fn dead_letters_about_whoever_is_erased_lose_their_bodies() {
    let (peerlore, _) = full().await;
    let mut broken = peerlore.github.add_member(by("ada", TODAY + 9), "ben", false).remove(0);
    let mut body = broken.json();
    body["membership"] = serde_json::json!(7);
    body["member"] = serde_json::json!({ "login": "ben" });
    broken.body = serde_json::to_vec(&body).expect("JSON");
    peerlore.tell([broken]).await;
    let bodies = "select count(*) from inbox where body is not null";
    assert_eq!(peerlore.one::<i64>(bodies).await, 1);
    let done = erase(&peerlore, &["--person", "ben", "--yes"]);
    assert!(done.status.success());
    peerlore.run_jobs().await;
    assert_eq!(peerlore.one::<i64>(bodies).await, 0);
    assert_ne!(peerlore.person("ben"), PersonId(0));
}

/// How many deliveries keep a body, wait and are dead letters.
async fn letters(peerlore: &Peerlore) -> (i64, i64, i64) {
    (
        peerlore.one("select count(*) from inbox where body is not null").await,
        peerlore
            .one("select count(*) from inbox where processed_at is null and failed_at is null")
            .await,
        peerlore
            .one("select count(*) from inbox where processed_at is null and failed_at is not null")
            .await,
    )
}

/// The same as an ordinary form of a webhook brings it.
fn as_form(delivery: &mut Delivery) {
    let body = String::from_utf8(delivery.body.clone()).expect("text");
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    delivery.body = form.append_pair("payload", &body).finish().into_bytes();
}

#[tokio::test]
async fn what_waits_of_an_organisation_goes_and_what_waits_of_others_stays() {
    let (peerlore, pull) = full().await;
    let other = peerlore.neighbour(organisation("umbra", 2)).await;
    other.history().await;
    // Both fail once and wait for another try; a third is a dead letter.
    peerlore.sql("alter table comment rename to comment_away").await;
    let (_, ours) = peerlore
        .github
        .issue_comment(&pull, by("ada", TODAY + 20), "Secret plans.");
    peerlore.deliver(ours).await;
    let theirs = other.github.add_member(by("ada", TODAY + 20), "ben", false);
    peerlore.run_jobs().await;
    peerlore.sql("alter table comment_away rename to comment").await;
    let mut broken = peerlore
        .github
        .add_member(by("ada", TODAY + 21), "ben", false)
        .remove(0);
    let mut body = broken.json();
    body["membership"] = serde_json::json!(7);
    broken.body = serde_json::to_vec(&body).expect("JSON");
    peerlore.tell([broken]).await;
    other.deliver(theirs).await;
    assert_eq!(letters(&peerlore).await, (3, 2, 1));

    let done = erase(&peerlore, &["acme", "--yes"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(letters(&peerlore).await, (1, 1, 0), "umbra's waits still");
    peerlore.let_time_pass().await;
    assert_eq!(letters(&peerlore).await, (0, 0, 0));
    assert_eq!(peerlore.one::<i64>("select count(*) from installation").await, 1);
}

#[tokio::test]
async fn what_waits_of_an_organisation_that_is_not_known_yet_can_be_erased() {
    let peerlore = Peerlore::empty(organisation("acme", 1), Settings::default()).await;
    peerlore.leaves_jobs();
    let new = crate::harness::pull("A change", LEDGER, &crate::harness::text(&[(4, "let four = 4.0;")]));
    let mut delivery = peerlore.github.open_pull(by("ada", TODAY), &new).1.remove(0);
    as_form(&mut delivery);
    peerlore
        .sql(&format!(
            "insert into inbox (delivery_id, event, content_type, body, received_at)
             values ('a form', 'pull_request', 'application/x-www-form-urlencoded', '\\x{}', now())",
            hex::encode(lz4_flex::compress_prepend_size(&delivery.body))
        ))
        .await;
    let nobody = erase(&peerlore, &["umbra", "--yes"]);
    assert_eq!(nobody.status.code(), Some(1));
    assert_eq!(letters(&peerlore).await, (1, 1, 0));
    let done = erase(&peerlore, &["acme", "--yes"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(letters(&peerlore).await, (0, 0, 0));
}
