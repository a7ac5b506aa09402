//! Skills beside areas: what a hunk showed, which technologies a comment names, what an organisation added; and that no
//! line of a hunk stays.
use peerlore::demo::github::Change;
use peerlore::demo::github::FakeGithub;
use peerlore::demo::github::NewComment;
use peerlore::demo::github::NewPull;
use peerlore::demo::github::PullName;
use peerlore::demo::github::delivery::Delivery;
use peerlore::model::settings::Settings;
use peerlore::pipeline::import;
use peerlore::pipeline::learn::Reread;
use peerlore::pipeline::record::Seen;
use peerlore::store::profiles::LessonLine;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::backfill;
use crate::commands;
use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::organisation;
use crate::settings::FILE;
use crate::settings::organisation_sets;
use crate::settings::set;

/// A header; its ending is C's, C++'s or Objective-C's.
const HEADER: &str = "src/ledger/sum.h";
/// A line that nobody else writes.
const LINE: &str = "std::unique_ptr<Sum> sum_of_7741(const Ledger &ledger_7741);";
const GTEST: &str = "A gtest case with two threads shows it.";

/// A change by `ada` of a header, with a comment by `ben` on its C++.
fn commented(github: &FakeGithub) -> (PullName, u64, Vec<Delivery>) {
    let new = NewPull {
        repo: "shop".to_owned(),
        title: "Sums".to_owned(),
        branch: "sums".to_owned(),
        changes: vec![Change::write(HEADER, format!("#pragma once\n\n{LINE}\n"))],
        ..NewPull::default()
    };
    let (pull, mut sent) = github.open_pull(by("ada", TODAY), &new);
    let comment = NewComment::on(HEADER, 3, &format!("{LOCK} {GTEST}"));
    let posted = github.review_comment(&pull, by("ben", TODAY + 1), comment);
    sent.extend(posted.deliveries);
    (pull, posted.comments[0], sent)
}

/// Lessons in words: "concurrency on C++ tech:googletest".
async fn learned(peerlore: &Peerlore) -> Vec<String> {
    let words = |one: LessonLine| {
        let skills: Vec<String> = one.skills.iter().map(ToString::to_string).collect();
        let language = one.language.as_deref().unwrap_or("-");
        format!("{} on {language} {}", one.area, skills.join(" "))
            .trim_end()
            .to_owned()
    };
    peerlore.lessons().await.into_iter().map(words).collect()
}

/// The tables in which a word stands.
async fn with_the_word(peerlore: &Peerlore, word: &str) -> Vec<String> {
    let tables: Vec<String> = peerlore
        .one(
            "select array_agg(format('%I.%I', table_schema, table_name)) from information_schema.tables
             where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
        )
        .await;
    let mut found = Vec::new();
    for table in tables {
        let query = format!("select count(*) from {table} t where to_jsonb(t)::text like '%{word}%'");
        let rows = sqlx::query_scalar::<_, i64>(AssertSqlSafe(query))
            .fetch_one(peerlore.pool())
            .await;
        if rows.expect("the database") > 0 {
            found.push(table);
        }
    }
    found
}

#[tokio::test]
async fn a_webhooks_hunk_tells_the_language_and_no_line_of_it_stays() {
    let peerlore = Peerlore::with_history().await;
    let (pull, comment, sent) = commented(&peerlore.github);
    let hunk = |one: &&Delivery| String::from_utf8_lossy(&one.body).contains("ledger_7741");
    assert_eq!(
        sent.iter().filter(hunk).count(),
        1,
        "the comment's delivery shows the hunk"
    );
    peerlore.tell(sent).await;
    assert_eq!(learned(&peerlore).await, ["concurrency on C++ tech:googletest"]);
    assert_eq!(
        with_the_word(&peerlore, "two threads shows it").await,
        ["public.comment"]
    );
    assert_eq!(
        with_the_word(&peerlore, "_7741").await,
        [""; 0],
        "source text is never stored"
    );
    let packed = "select count(*) from inbox where body is not null";
    assert_eq!(peerlore.one::<i64>(packed).await, 0);

    let edited = format!("{LOCK} (With GoogleMock, too.)");
    let sent = peerlore
        .github
        .edit_review_comment(&pull, by("ben", TODAY + 2), comment, &edited);
    let without_hunk = sent.into_iter().map(|mut one| {
        let mut body = one.json();
        body["comment"]["diff_hunk"] = serde_json::Value::Null;
        one.body = body.to_string().into();
        one
    });
    peerlore.tell(without_hunk).await;
    assert_eq!(
        learned(&peerlore).await,
        ["concurrency on C++ tech:googletest"],
        "an edit doesn't lose what the hunk showed"
    );
    peerlore
        .tell(
            peerlore
                .github
                .delete_review_comment(&pull, by("ben", TODAY + 3), comment),
        )
        .await;
    let signs = "select count(*) from comment where hunk_signs is not null and deleted_at is not null";
    assert_eq!(peerlore.one::<i64>(signs).await, 0);
}

#[tokio::test]
async fn the_past_tells_the_same() {
    let github = organisation("acme", 1);
    let _untold = commented(&github);
    let late = backfill::comes_to(github, backfill::EVENING).await;
    backfill::plan(&late).await;
    late.run_jobs().await;
    assert_eq!(learned(&late).await, ["concurrency on C++ tech:googletest"]);
    assert_eq!(with_the_word(&late, "_7741").await, [""; 0]);
}

#[tokio::test]
async fn an_import_tells_the_same_also_where_the_hunk_comes_later() {
    let peerlore = Peerlore::empty(organisation("acme", 1), Settings::default()).await;
    let person = |id: i64, login: &str| json!({ "id": id, "login": login, "type": "User" });
    let record = |hunk: serde_json::Value| {
        let owner = json!({ "id": 7, "login": "acme", "type": "Organization" });
        json!({
            "type": "pull",
            "pull": {
                "number": 1, "title": "Sums", "state": "open", "draft": false, "user": person(1, "ada"),
                "created_at": at(0), "updated_at": at(9), "changed_files": 1,
                "base": { "ref": "main", "sha": "b1", "repo": { "id": 70, "name": "shop", "full_name": "acme/shop", "owner": owner } },
                "head": { "ref": "topic", "sha": "h1", "repo": null },
            },
            "events": [],
            "comments": [{
                "id": 101, "user": person(2, "ben"), "created_at": at(5), "updated_at": at(5), "path": HEADER,
                "original_line": 3, "original_commit_id": "h1", "body": format!("{LOCK} {GTEST}"), "diff_hunk": hunk,
            }],
        })
    };
    let take = async |hunk: serde_json::Value, number: i64| {
        let line = record(hunk).to_string();
        let mut seen = Seen::default();
        let done = import::record(&peerlore.app.pipeline, &mut seen, line.as_bytes(), ("digest", number)).await;
        done.expect("the database");
    };
    take(serde_json::Value::Null, 1).await;
    assert_eq!(learned(&peerlore).await, ["concurrency on - tech:googletest"]);
    take(format!("@@ -0,0 +1,3 @@\n+#pragma once\n+\n+{LINE}").into(), 2).await;
    let key = peerlore
        .key(&PullName {
            repo: "shop".to_owned(),
            number: 1,
        })
        .await;
    let id = peerlore.tenant().await;
    peerlore::pipeline::learn::run(&peerlore.app.pipeline, id, key, Reread::All)
        .await
        .expect("the database");
    assert_eq!(learned(&peerlore).await, ["concurrency on C++ tech:googletest"]);
    assert_eq!(with_the_word(&peerlore, "_7741").await, [""; 0]);
}

const OWN: &str = "[own_skills.payments]\nname = \"Payments\"\nabout = \"Money that moves.\"\n";

#[tokio::test]
async fn own_skills_are_defined_by_the_organisation_and_used_by_paths() {
    let peerlore = Peerlore::with_history().await;
    set(
        &peerlore,
        TODAY,
        "[skills]\n\"src/ledger/\" = [\"own:payments\", \"tech:redis\", \"lang:c++\"]",
    )
    .await;
    let faults = "select coalesce(string_agg(faults::text, ' '), '') from settings_file";
    assert!(
        peerlore
            .one::<String>(faults)
            .await
            .contains("own:payments is defined nowhere")
    );
    organisation_sets(&peerlore, TODAY + 1, FILE, OWN).await;
    assert_eq!(
        peerlore.one::<String>(faults).await,
        "[] [] []",
        "the repository's file is read again"
    );

    let pull = peerlore
        .open(by("ada", TODAY + 2), LEDGER, &[(8, "let eight = 8.0;")])
        .await;
    let root = peerlore
        .comment(&pull, by("ben", TODAY + 3), 8, &format!("{LOCK} {GTEST}"))
        .await;
    peerlore
        .reply(&pull, by("ada", TODAY + 4), root, "Good catch, thanks! Done.")
        .await;
    assert_eq!(
        learned(&peerlore).await,
        ["concurrency on C++ tech:googletest tech:redis own:payments"]
    );
    let told = commands::peerlore(&peerlore, &["profile", "ben"])
        .output()
        .expect("the command runs");
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        told.contains("useful (between") && told.contains("; on C++, GoogleTest, Redis, Payments\n"),
        "{told}"
    );
    assert!(
        told.contains("taught Concurrency on C++, GoogleTest, Redis, Payments (98% sure): Landed"),
        "{told}"
    );

    organisation_sets_nothing(&peerlore).await;
    let told = commands::peerlore(&peerlore, &["profile", "ben"])
        .output()
        .expect("the command runs");
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        told.contains("; on C++, GoogleTest, Redis\n"),
        "what nothing defines has no name: {told}"
    );
}

async fn organisation_sets_nothing(peerlore: &Peerlore) {
    crate::settings::change(peerlore, ".github", TODAY + 5, Change::remove(FILE)).await;
    let faults = "select coalesce(string_agg(faults::text, ' '), '') from settings_file";
    assert!(
        peerlore
            .one::<String>(faults)
            .await
            .contains("own:payments is defined nowhere")
    );
}

#[tokio::test]
async fn a_lesson_of_the_version_before_reads_as_it_was() {
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore
        .open(by("ada", TODAY), LEDGER, &[(8, "let eight = 8.0;")])
        .await;
    peerlore.comment(&pull, by("ben", TODAY + 1), 8, LOCK).await;
    peerlore
        .sql("update reading set reading = reading - 'technologies'")
        .await;
    peerlore
        .sql("update lesson set skills = '{tech:gone-from-the-table,own:payments}'")
        .await;
    assert_eq!(learned(&peerlore).await, ["concurrency on Rust own:payments"]);
    let (id, key) = (peerlore.tenant().await, peerlore.key(&pull).await);
    peerlore::pipeline::learn::run(&peerlore.app.pipeline, id, key, Reread::New)
        .await
        .expect("the stored reading is read");
    assert_eq!(learned(&peerlore).await, ["concurrency on Rust"]);
}
