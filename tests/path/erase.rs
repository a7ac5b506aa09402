//! Erasing an organisation or a person, at once and for good.
use std::process::Output;

use peerlore::demo::github::PullName;
use peerlore::model::ids::PersonId;
use peerlore::model::settings::Settings;
use peerlore::model::settings::Surface;
use peerlore::pipeline::opt_out;
use sqlx::AssertSqlSafe;

use crate::commands;
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

/// `ben` reviewed, taught, was suggested and mentioned.
async fn full() -> (Peerlore, PullName) {
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore
        .open(by("ada", TODAY), LEDGER, &[(20, "let twenty = 20.0;")])
        .await;
    peerlore.comment(&pull, by("ben", TODAY + 1), 20, LOCK).await;
    let root = peerlore
        .comment(&pull, by("cleo", TODAY + 2), 20, "What does @ben say to this?")
        .await;
    peerlore.reply(&pull, by("ben", TODAY + 3), root, "Ben says yes.").await;
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

    let nobody = erase(&peerlore, &["nobody", "--yes"]);
    assert_eq!(nobody.status.code(), Some(1));
    let done = erase(&peerlore, &["ACME", "--yes"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!((rows(&peerlore, acme).await, rows(&peerlore, umbra).await), (0, kept));
    assert_eq!(peerlore.one::<i64>("select count(*) from installation").await, 1);
}

#[tokio::test]
async fn a_person_goes_from_every_table_and_from_our_comment_and_stays_away() {
    let (peerlore, pull) = full().await;
    let number = peerlore.person("ben");
    assert!(tables_naming(&peerlore, "ben").await.len() > 2);
    let done = erase(&peerlore, &["--person", "Ben", "--yes"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    peerlore.run_jobs().await;
    assert_eq!(tables_naming(&peerlore, "ben").await, [""; 0]);
    assert_eq!(tables_naming(&peerlore, &number.to_string()).await, ["person"]);
    assert!(
        !peerlore.said(&pull).concat().contains("ben"),
        "{:?}",
        peerlore.said(&pull)
    );
    assert_eq!(peerlore.taught().await, [""; 0]);

    peerlore.comment(&pull, by("ben", TODAY + DAY), 20, LOCK).await;
    assert_eq!(
        tables_naming(&peerlore, "ben").await,
        [""; 0],
        "what comes later isn't stored under a name"
    );
    let more = peerlore.github.submit_review(
        &pull,
        by("ben", TODAY + DAY),
        &NewReview {
            verdict: Verdict::Approve,
            body: "Fine now.".to_owned(),
            comments: Vec::new(),
        },
    );
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
    members::run(&peerlore.app.pipeline, peerlore.tenant().await)
        .await
        .expect("read");
    assert_eq!(
        tables_naming(&peerlore, &number.to_string()).await,
        ["person"],
        "nor under a number"
    );
    let texts = "select count(*) from comment where body like '%deadlock%'";
    assert_eq!(peerlore.one::<i64>(texts).await, 0);
    let again = peerlore
        .open(by("ada", TODAY + 2 * DAY), LEDGER, &[(21, "let more = 21.0;")])
        .await;
    assert_ne!(peerlore.picked(&again).await.0, "ben");
    let id = peerlore.tenant().await;
    let back = opt_out::back(&peerlore.app.pipeline, id, number).await;
    assert!(!back.expect("the database"), "nothing takes it back");
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

/// `ben` gave a command, was asked for a review by another's, stands in a check, voted, looked around and is signed in.
async fn busy() -> (Peerlore, PullName) {
    let peerlore = Peerlore::with(Settings {
        surface: Surface::Check,
        ..Settings::default()
    })
    .await;
    peerlore.history().await;
    let pull = peerlore
        .open(by("ada", TODAY), LEDGER, &[(20, "let twenty = 20.0;")])
        .await;
    peerlore
        .open(by("ada", TODAY), LEDGER, &[(21, "let more = 21.0;")])
        .await;
    for (who, words) in [
        ("ada", "/peerlore assign ben"),
        ("cleo", "/peerlore why"),
        ("ben", "/peerlore not-me not-my-area"),
    ] {
        let (_, sent) = peerlore.github.issue_comment(&pull, by(who, TODAY + 1), words);
        peerlore.tell(sent).await;
        peerlore.tell(peerlore.github.take_webhooks()).await;
    }
    let ben = "(select installation_id, id from person where login = 'ben')";
    for row in [
        format!(
            "insert into may_be_asked (installation_id, person_id, at) select installation_id, id, now() from {ben} b"
        ),
        format!(
            "insert into page_view (installation_id, person_id, viewer_id, day, at) select b.installation_id, p.id, b.id, now(), now() from {ben} b, person p where p.login = 'cleo'"
        ),
        format!(
            "insert into feedback (installation_id, repo_id, number, slot, voter_id, verdict, at) select b.installation_id, g.repo_id, g.number, 'expert', b.id, 'good', now() from {ben} b, suggestion g limit 1"
        ),
        format!(
            "insert into session (digest, user_id, login, begun_at, renewed_at, used_at) select 'x', id, 'ben', now(), now(), now() from {ben} b"
        ),
        format!(
            "insert into session_place (installation_id, session_id, owner, checked_at) select b.installation_id, s.id, false, now() from {ben} b, session s"
        ),
    ] {
        let put = sqlx::query(AssertSqlSafe(row))
            .execute(&mut *peerlore.conn().await)
            .await;
        assert_eq!(put.expect("the database").rows_affected(), 1);
    }
    (peerlore, pull)
}

#[tokio::test]
async fn a_person_goes_from_asks_commands_checks_votes_visits_and_sessions() {
    let (peerlore, pull) = busy().await;
    let number = peerlore.person("ben").to_string();
    let naming = tables_naming(&peerlore, "ben").await;
    let numbering = tables_naming(&peerlore, &number).await;
    for table in ["command", "review_ask", "suggestion_check", "session"] {
        assert!(naming.iter().any(|name| name == table), "{table}: {naming:?}");
    }
    for table in [
        "declined",
        "feedback",
        "may_be_asked",
        "page_view",
        "refused_pick",
        "session",
    ] {
        assert!(numbering.iter().any(|name| name == table), "{table}: {numbering:?}");
    }
    let done = erase(&peerlore, &["--person", "ben", "--yes"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(
        tables_naming(&peerlore, "ben").await,
        [""; 0],
        "before anything is posted anew"
    );
    peerlore.run_jobs().await;
    peerlore.tell(peerlore.github.take_webhooks()).await;
    assert_eq!(tables_naming(&peerlore, "ben").await, [""; 0]);
    assert_eq!(tables_naming(&peerlore, &number).await, ["person"]);
    let shown = format!("{:?} {:?}", peerlore.said(&pull), peerlore.github.check_runs());
    assert!(!shown.contains("ben"), "{shown}");
}
