//! The past is read page by page, until what is known is what webhooks would have told.
use std::process::Command;
use std::process::Output;

use chrono::Duration;
use peerlore::demo::github::APP_ID;
use peerlore::demo::github::FakeGithub;
use peerlore::demo::github::How;
use peerlore::demo::github::NewComment;
use peerlore::demo::github::NewReview;
use peerlore::demo::github::Verdict;
use peerlore::demo::github::delivery::Delivery;
use peerlore::demo::github::failures::Failure;
use peerlore::demo::github::graphql::GraphFault;
use peerlore::model::ids::InstallationId;
use peerlore::model::ids::PullKey;
use peerlore::model::ids::RepoId;
use peerlore::model::settings::Settings;
use peerlore::model::settings::Surface;
use peerlore::pipeline::backfill;
use peerlore::store::backfills;
use peerlore::store::backfills::Progress;
use peerlore::store::backfills::State;
use peerlore::store::backfills::plan::Before;
use peerlore::store::jobs;
use peerlore::store::lessons;
use peerlore::store::sweeps;
use sqlx::ConnectOptions;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::organisation;
use crate::harness::pull;
use crate::harness::push;
use crate::harness::text;
use crate::order::everything;
use crate::order::learned;
use crate::order::of_the_pages;
use crate::order::of_the_rest;
use crate::order::story;

/// When the day's history ends, in minutes.
pub const EVENING: i64 = TODAY + 70;

fn posting() -> Settings {
    Settings {
        surface: Surface::Comment,
        ..Settings::default()
    }
}

/// A Peerlore whose App comes in the evening, after everything happened; and what nobody told it.
pub async fn comes_late() -> (Peerlore, Vec<Delivery>) {
    let github = organisation("acme", 1);
    let untold = story(&github);
    (comes_to(github, EVENING).await, untold)
}

pub async fn comes_to(github: FakeGithub, minute: i64) -> Peerlore {
    comes(github, minute, Settings::default()).await
}

async fn comes(github: FakeGithub, minute: i64, settings: Settings) -> Peerlore {
    let peerlore = Peerlore::empty(github, settings).await;
    peerlore.clock.move_to(at(minute));
    peerlore.tell(peerlore.github.install(by("ada", minute))).await;
    peerlore.github.forget_requests();
    peerlore
}

/// One that heard everything as it happened.
async fn heard() -> Peerlore {
    let peerlore = Peerlore::empty(organisation("acme", 1), Settings::default()).await;
    peerlore.tell(peerlore.github.install(by("ada", 1))).await;
    peerlore.tell(story(&peerlore.github)).await;
    peerlore
}

pub async fn plan(peerlore: &Peerlore) -> InstallationId {
    let id = peerlore.tenant().await;
    let since = peerlore.clock.now() - Duration::days(365);
    let planned = backfill::since(&peerlore.app.pipeline, &mut *peerlore.conn().await, id, since).await;
    assert!(planned.expect("the database") >= 1, "something is planned");
    id
}

pub async fn progress(peerlore: &Peerlore) -> Vec<Progress> {
    let id = peerlore.tenant().await;
    let found = backfills::progress(&mut *peerlore.conn().await, id).await;
    found.expect("the database")
}

pub async fn states(peerlore: &Peerlore) -> Vec<(String, State)> {
    let all = progress(peerlore).await.into_iter();
    all.map(|one| (one.name, one.state)).collect()
}

fn posts(peerlore: &Peerlore) -> Vec<String> {
    let asked = peerlore.github.requests().into_iter();
    asked
        .filter(|one| one.method != "GET" && !one.path.contains("graphql"))
        .map(|one| one.path)
        .collect()
}

/// A day without rewritten commits: what a force push left behind nobody can tell any more but a webhook.
fn day(github: &FakeGithub) -> Vec<Delivery> {
    let before = [(10, "let ten = 10.0;"), (20, "let guard = pending.lock();")];
    let (name, mut sent) = github.open_pull(by("ada", TODAY), &pull("Post faster", LEDGER, &text(&before)));
    sent.extend(github.request_reviewer(&name, by("ada", TODAY + 1), "ben"));
    let changes = NewReview {
        verdict: Verdict::ChangesRequested,
        body: "Please look at the lock.".to_owned(),
        comments: vec![NewComment::on(LEDGER, 20, LOCK)],
    };
    let posted = github.submit_review(&name, by("ben", TODAY + 2), &changes);
    sent.extend(posted.deliveries);
    let lock = posted.comments[0];
    let reply = NewComment::reply(lock, "Good point, will do.");
    sent.extend(github.review_comment(&name, by("ada", TODAY + 3), reply).deliveries);
    github.react(&name, by("ada", TODAY + 4), lock, "+1");
    let after = [before[0], (20, "let latest = pending.lock().latest();")];
    sent.extend(github.push_to_pull(&name, by("ada", TODAY + 5), &push(How::Append, &after)));
    sent.extend(github.resolve_thread(&name, by("ada", TODAY + 6), lock));
    let approval = NewReview {
        verdict: Verdict::Approved,
        body: String::new(),
        comments: Vec::new(),
    };
    sent.extend(github.submit_review(&name, by("ben", TODAY + 7), &approval).deliveries);
    sent.extend(github.merge(&name, by("ada", TODAY + 8)));
    sent.extend(of_the_pages(github));
    sent.extend(of_the_rest(github));
    sent
}

#[tokio::test]
async fn the_past_gives_the_facts_lessons_and_edges_that_webhooks_would_have_given() {
    let github = organisation("acme", 1);
    let install = github.install(by("ada", 1));
    let told = day(&github);
    let twin = Peerlore::empty(github, Settings::default()).await;
    twin.tell(install).await;
    twin.tell(told).await;
    let github = organisation("acme", 1);
    let _untold = day(&github);
    let late = comes_to(github, EVENING).await;
    plan(&late).await;
    late.run_jobs().await;
    // Whether a push rewrote history is known better here; that there was a deleted comment only a webhook tells.
    let tables = [
        "pull",
        "pull_file",
        "pull_committer",
        "pull_asked",
        "review",
        "comment",
        "thread_resolution",
        "reaction",
        "follow_up",
        "reading",
        "lesson",
        "refusal",
        "edge",
    ];
    let of_facts = |lines: Vec<String>| -> Vec<String> {
        let kept = lines.into_iter();
        kept.filter(|line| tables.iter().any(|table| line.starts_with(&format!("{table} "))))
            .filter(|line| !line.starts_with("comment {\"there\": false"))
            .collect()
    };
    let (told, read) = (of_facts(everything(&twin).await), of_facts(everything(&late).await));
    let only = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter().filter(|line| !other.contains(line)).cloned().collect()
    };
    assert_eq!(only(&told, &read), Vec::<String>::new(), "only webhooks told");
    assert_eq!(only(&read, &told), Vec::<String>::new(), "only the past told");
    assert!(
        learned(&late)
            .await
            .iter()
            .filter(|line| line.starts_with("lesson "))
            .count()
            > 1
    );
    let all = progress(&late).await;
    assert!(
        all.iter()
            .all(|one| one.state == State::Done && one.total == Some(one.done)),
        "{all:#?}"
    );
}

/// What a whole reading teaches.
pub async fn whole() -> Vec<String> {
    let (whole, _) = comes_late().await;
    plan(&whole).await;
    whole.run_jobs().await;
    learned(&whole).await
}

#[tokio::test]
async fn read_twice_it_changes_nothing() {
    let (late, _) = comes_late().await;
    plan(&late).await;
    late.run_jobs().await;
    let before = everything(&late).await;
    plan(&late).await;
    late.run_jobs().await;
    assert_eq!(everything(&late).await, before);
}

#[tokio::test]
async fn stopped_in_the_middle_of_a_page_it_goes_on_there_and_nothing_doubles() {
    let (late, _) = comes_late().await;
    let id = plan(&late).await;
    late.sql("update backfill set page_size = 1").await;
    backfill::run(&late.app.pipeline, id).await.expect("the first page");
    let first = progress(&late).await;
    // It ends between the facts of the second page and their commit.
    late.sql("alter table lesson add constraint crash check (false) not valid; ")
        .await;
    late.sql("alter table comment add constraint crash check (false) not valid")
        .await;
    let before = late.one::<i64>("select count(*) from pull").await;
    backfill::run(&late.app.pipeline, id).await.expect("it is noted");
    assert_eq!(
        late.one::<i64>("select count(*) from pull").await,
        before,
        "nothing of the page is kept"
    );
    let second = progress(&late).await;
    assert_eq!((second[0].pages, second[0].done), (first[0].pages, first[0].done));
    assert_eq!(second[0].state, State::Failed, "{second:#?}");
    late.sql("alter table lesson drop constraint crash").await;
    late.sql("alter table comment drop constraint crash").await;
    late.clock.move_to(late.clock.now() + Duration::minutes(2));
    late.let_time_pass().await;
    late.let_time_pass().await;
    assert_eq!(learned(&late).await, whole().await);
    let all = progress(&late).await;
    assert!(
        all.iter()
            .all(|one| one.state == State::Done && one.total == Some(one.done)),
        "{all:#?}"
    );
}

#[tokio::test]
async fn a_future_that_is_dropped_leaves_no_half_page() {
    let (late, _) = comes_late().await;
    let id = plan(&late).await;
    let mut holding = late.pool().begin().await.expect("a transaction");
    sqlx::query("select 1 from backfill for update")
        .execute(&mut *holding)
        .await
        .expect("the row is held");
    let pipeline = late.app.pipeline.clone();
    let reading = tokio::spawn(async move { backfill::run(&pipeline, id).await });
    // Until it waits for the row that we hold, with the page in its hands.
    while late
        .one::<i64>(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        )
        .await
        == 0
    {
        tokio::task::yield_now().await;
    }
    reading.abort();
    assert!(reading.await.is_err_and(|ended| ended.is_cancelled()));
    holding.rollback().await.expect("let go");
    assert_eq!(late.one::<i64>("select count(*) from comment").await, 0);
    late.run_jobs().await;
    assert_eq!(learned(&late).await, whole().await);
}

/// Who learns from a pull request holds it and then its comments, which a page writes.
#[tokio::test]
async fn a_page_and_what_a_webhook_began_never_wait_for_each_other() {
    let (late, untold) = comes_late().await;
    late.tell(untold).await;
    late.run_jobs().await;
    let before = learned(&late).await;
    // As if the comments had been edited since, which only the page knows.
    late.sql("update comment set body = 'What?', updated_at = updated_at - interval '1 s'")
        .await;
    let id = plan(&late).await;
    let key = PullKey {
        repo: RepoId(
            late.one("select repo_id from comment order by number desc limit 1")
                .await,
        ),
        number: late
            .one("select number from comment order by number desc limit 1")
            .await,
    };
    let mut learning = late.pool().begin().await.expect("a transaction");
    lessons::hold_pull(&mut learning, id, key).await.expect("held");
    let pipeline = late.app.pipeline.clone();
    let reading = tokio::spawn(async move { backfill::run(&pipeline, id).await });
    let waiting =
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while late.one::<i64>(waiting).await == 0 {
        tokio::task::yield_now().await;
    }
    sqlx::query("select 1 from comment for share")
        .execute(&mut *learning)
        .await
        .expect("the page doesn't hold what waits for it");
    learning.rollback().await.expect("let go");
    reading.await.expect("it ends").expect("a page");
    late.run_jobs().await;
    assert_eq!(learned(&late).await, before);
}

#[tokio::test]
async fn webhooks_between_the_pages_win_and_lose_nothing() {
    let twin = heard().await;
    let (late, untold) = comes_late().await;
    let id = plan(&late).await;
    late.sql("update backfill set page_size = 1").await;
    backfill::run(&late.app.pipeline, id).await.expect("the first page");
    late.tell(untold).await;
    late.run_jobs().await;
    assert_eq!(learned(&late).await, learned(&twin).await);
}

#[tokio::test]
async fn one_broken_repository_does_not_stop_the_others() {
    let github = organisation("acme", 1);
    let _untold = story(&github);
    let _untold = github.add_repository(by("ada", TODAY), "attic", "Rust", &[]);
    let late = comes_to(github, EVENING).await;
    plan(&late).await;
    late.sql("update repo set name = 'nowhere' where name = 'attic'").await;
    late.run_jobs().await;
    assert_eq!(
        states(&late).await,
        [
            ("acme/nowhere".to_owned(), State::Failed),
            ("acme/shop".to_owned(), State::Done)
        ]
    );
    let failed = progress(&late).await.swap_remove(0);
    let why = failed.error.expect("a reason");
    assert!(
        why.contains("acme/nowhere") && why.contains("knows no such thing"),
        "{why}"
    );
    assert_eq!(failed.next_try_at, None, "it waits for somebody");
    late.sql("update repo set name = 'attic' where name = 'nowhere'").await;
    let id = late.tenant().await;
    let mut conn = late.conn().await;
    assert_eq!(
        backfills::again(&mut conn, id, None, late.clock.now())
            .await
            .expect("the database"),
        1
    );
    backfill::begin(&late.app.pipeline, &mut conn, id)
        .await
        .expect("the queue");
    drop(conn);
    late.run_jobs().await;
    assert!(states(&late).await.iter().all(|(_, state)| *state == State::Done));
}

#[tokio::test]
async fn a_page_that_is_too_heavy_is_asked_for_again_half_as_big() {
    let (late, _) = comes_late().await;
    late.github.fail_pages_over(Some(2));
    plan(&late).await;
    late.run_jobs().await;
    let sizes: Vec<String> = late
        .github
        .questions()
        .iter()
        .filter_map(|question| {
            let from = question.find("pullRequests(first: ")? + "pullRequests(first: ".len();
            question[from..].split(',').next().map(str::to_owned)
        })
        .collect();
    assert_eq!(sizes[..3], ["10", "5", "2"]);
    assert_eq!(learned(&late).await, whole().await);
}

#[tokio::test]
async fn what_an_answer_lacks_is_asked_for_again_and_not_lost() {
    let (late, _) = comes_late().await;
    late.github.fault_next(GraphFault::OverLimits);
    late.github.fault_next(GraphFault::Lacks("reviewThreads"));
    plan(&late).await;
    late.run_jobs().await;
    assert_eq!(learned(&late).await, whole().await);
    assert!(states(&late).await.iter().all(|(_, state)| *state == State::Done));
}

#[tokio::test]
async fn what_may_pass_rests_a_growing_while() {
    let (late, _) = comes_late().await;
    late.github.fail_pages_over(Some(0));
    plan(&late).await;
    late.run_jobs().await;
    let rest = |one: &Progress| one.next_try_at.map(|next| (next - one.updated_at).num_minutes());
    let first = progress(&late).await.swap_remove(0);
    assert_eq!(
        (first.state, rest(&first)),
        (State::Failed, Some(1)),
        "after 10, 5, 2 and 1, which are no rests"
    );
    late.clock.move_to(first.next_try_at.expect("a time"));
    late.let_time_pass().await;
    let second = progress(&late).await.swap_remove(0);
    assert_eq!((second.state, rest(&second)), (State::Failed, Some(2)));
    late.github.fail_pages_over(None);
    late.clock.move_to(second.next_try_at.expect("a time"));
    late.let_time_pass().await;
    assert!(states(&late).await.iter().all(|(_, state)| *state == State::Done));
}

#[tokio::test]
async fn while_github_is_away_pages_stay_as_big_as_they_are_and_rest_a_growing_while() {
    let (late, _) = comes_late().await;
    plan(&late).await;
    for (failure, minutes) in [(500, 1), (401, 2), (503, 4)] {
        late.github.fail_next(None, "/graphql", 1, Failure::Status(failure));
        late.let_time_pass().await;
        let resting = progress(&late).await.swap_remove(0);
        let next = resting.next_try_at.expect("it is tried again");
        assert_eq!((next - resting.updated_at).num_minutes(), minutes, "{failure}");
        assert_eq!(late.one::<i32>("select page_size from backfill").await, 10);
        late.clock.move_to(next);
    }
    late.let_time_pass().await;
    assert!(states(&late).await.iter().all(|(_, state)| *state == State::Done));
    assert_eq!(learned(&late).await, whole().await);
}

#[tokio::test]
async fn where_the_limit_is_used_up_it_waits_for_the_reset() {
    let (late, _) = comes_late().await;
    let reset = late.clock.now() + Duration::minutes(40);
    late.github.fault_next(GraphFault::RateLimited { reset });
    plan(&late).await;
    late.run_jobs().await;
    let waiting = progress(&late).await.swap_remove(0);
    assert_eq!((waiting.state, waiting.waits_until), (State::Waiting, Some(reset)));
    late.clock.move_to(reset + Duration::seconds(1));
    late.let_time_pass().await;
    let done = progress(&late).await.swap_remove(0);
    assert_eq!((done.state, done.waits_until), (State::Done, None));
}

#[tokio::test]
async fn a_fifth_of_the_limit_is_left_to_what_happens_now() {
    let (late, _) = comes_late().await;
    let reset = late.clock.now() + Duration::minutes(30);
    late.github.set_rate(5_000, 0, reset);
    late.github.use_points(4_100);
    let id = plan(&late).await;
    late.sql("update backfill set page_size = 1").await;
    backfill::run(&late.app.pipeline, id)
        .await
        .expect("the first page tells of the limit");
    let asked = late.github.questions().len();
    late.run_jobs().await;
    assert_eq!(
        late.github.questions().len(),
        asked,
        "nothing more is asked before the reset"
    );
    let waiting = progress(&late).await.swap_remove(0);
    assert_eq!((waiting.pages, waiting.waits_until), (1, Some(reset)));
    assert_eq!(
        backfill::eta(&waiting, late.clock.now()).as_deref(),
        Some(format!("waits for GitHub's limit until {}", reset.format("%H:%M UTC")).as_str())
    );
    late.github.use_points(0);
    late.clock.move_to(reset + Duration::seconds(1));
    late.let_time_pass().await;
    assert!(states(&late).await.iter().all(|(_, state)| *state == State::Done));
}

#[tokio::test]
async fn nothing_is_posted_for_what_is_long_ago() {
    let github = organisation("acme", 1);
    let _untold = story(&github);
    let late = comes(github, TODAY + 60 * DAY, posting()).await;
    plan(&late).await;
    late.run_jobs().await;
    assert_eq!(posts(&late), Vec::<String>::new());
    assert_eq!(late.one::<i64>("select count(*) from suggestion").await, 0);
    assert!(
        late.one::<i64>("select count(*) from lesson").await > 1,
        "but it is learned from"
    );
}

#[tokio::test]
async fn installing_the_app_reads_a_year_once() {
    let github = organisation("acme", 1);
    let _untold = story(&github);
    let mut late = Peerlore::empty(github, posting()).await;
    late.app.pipeline.history_days = Some(365);
    late.clock.move_to(at(EVENING));
    late.tell(late.github.install(by("ada", EVENING))).await;
    let all = progress(&late).await;
    assert!(
        all.iter().all(|one| one.state == State::Done && one.done > 1),
        "{all:#?}"
    );
    let asked = late.github.questions().len();
    late.tell(late.github.install(by("ada", EVENING + 1))).await;
    assert_eq!(late.github.questions().len(), asked, "told twice, it is read once");
}

#[tokio::test]
async fn two_thousand_repositories_are_planned_at_once_and_take_turns() {
    let (late, _) = comes_late().await;
    late.leaves_jobs();
    let id = late.tenant().await;
    late.sql(&format!(
        "insert into repo (installation_id, id, owner, name, private) select {id}, 900000 + n, 'acme', 'quiet' || n, false
         from generate_series(1, 2000) n"
    ))
    .await;
    let (pipeline, since) = (&late.app.pipeline, late.clock.now() - Duration::days(30));
    let mut conn = late.conn().await;
    let planned = backfill::plan(pipeline, &mut conn, id, None, (since, Before::Stays)).await;
    assert_eq!(planned.expect("the database"), 2_001);
    let again = backfill::plan(pipeline, &mut conn, id, None, (since, Before::Stays)).await;
    assert_eq!(again.expect("the database"), 0);
    let now = late.clock.now();
    let first = backfills::next(&mut conn, id, now)
        .await
        .expect("the database")
        .expect("a turn");
    late.sql(&format!(
        "update backfill set pages = 1 where repo_id = {}",
        first.repo.0
    ))
    .await;
    let second = backfills::next(&mut conn, id, now)
        .await
        .expect("the database")
        .expect("a turn");
    assert_ne!(first.repo, second.repo);
    assert_eq!(
        backfills::pause(&mut conn, id, None, now).await.expect("the database"),
        2_001
    );
    assert_eq!(
        backfills::next(&mut conn, id, now).await.expect("the database"),
        None,
        "all are held"
    );
    assert_eq!(
        backfills::resume(&mut conn, id, Some(second.repo), now)
            .await
            .expect("the database"),
        1
    );
    let only = backfills::next(&mut conn, id, now)
        .await
        .expect("the database")
        .expect("a turn");
    assert_eq!(only.repo, second.repo);
}

#[tokio::test]
async fn a_time_whose_deliveries_are_lost_is_read_anew() {
    let (late, _) = comes_late().await;
    let (from, to) = (at(TODAY - 60), at(EVENING));
    late.sql(&format!(
        "insert into hook_sweep (gap_from, gap_to) values ('{from}', '{to}')"
    ))
    .await;
    backfill::keep_up(&late.app.pipeline).await.expect("the database");
    late.run_jobs().await;
    assert_eq!(learned(&late).await, whole().await);
    assert_eq!(sweeps::gap(&mut *late.conn().await).await.expect("the database"), None);
    let asked = late.github.questions().len();
    backfill::keep_up(&late.app.pipeline).await.expect("the database");
    late.run_jobs().await;
    assert_eq!(late.github.questions().len(), asked, "once");
}

/// `peerlore backfill`, on this Peerlore's database.
fn command(late: &Peerlore, more: &[&str]) -> Output {
    let database = late.pool().connect_options().to_url_lossy();
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/app-key.pem");
    let done = Command::new(env!("CARGO_BIN_EXE_peerlore"))
        .arg("backfill")
        .args(more)
        .env("DATABASE_URL", database.as_str())
        .env("PEERLORE_DATA_DIR", crate::commands::NO_DATA)
        .env("PEERLORE_GITHUB_API_URL", late.api())
        .env("PEERLORE_GITHUB_APP_ID", APP_ID.to_string())
        .env("PEERLORE_GITHUB_PRIVATE_KEY_FILE", key)
        .output();
    done.expect("the command runs")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_reads_until_all_is_read_and_says_so() {
    let (late, _) = comes_late().await;
    late.leaves_jobs();
    let run = |more| command(&late, more);
    let done = run(&["--since", "2026-01-01", "--repo", "acme/shop", "--json"]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    assert!(
        said.contains("since 2026-01-01 in 1 repository, newest first"),
        "{said}"
    );
    let lines = String::from_utf8(done.stdout).expect("text");
    let last: serde_json::Value = serde_json::from_str(lines.lines().last().expect("a line")).expect("JSON");
    assert_eq!(
        (&last["state"], &last["repository"]),
        (&"done".into(), &"acme/shop".into()),
        "{last:#}"
    );
    assert_eq!(last["pulls_done"], last["pulls_total"], "{last:#}");
    let unknown = run(&["--repo", "acme/nowhere"]);
    let said = String::from_utf8_lossy(&unknown.stderr);
    assert!(
        !unknown.status.success() && said.contains("acme/nowhere is not known; is the App installed on it?"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_lets_what_it_does_not_name_stay_held() {
    let github = organisation("acme", 1);
    let _untold = github.add_repository(by("ada", TODAY), "attic", "Rust", &[]);
    let late = comes_to(github, EVENING).await;
    late.leaves_jobs();
    let id = plan(&late).await;
    let held = backfills::pause(&mut *late.conn().await, id, None, late.clock.now()).await;
    assert_eq!(held.expect("the database"), 2);
    let done = command(&late, &["--since", "2026-01-01", "--repo", "acme/shop"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(
        states(&late).await,
        [
            ("acme/attic".to_owned(), State::Paused),
            ("acme/shop".to_owned(), State::Done)
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_does_not_wait_for_an_account_where_the_app_is_suspended() {
    let (late, _) = comes_late().await;
    late.sql("update installation set suspended_at = now()").await;
    for more in [["--org", "acme"], ["--repo", "acme/shop"]] {
        let done = command(&late, &more);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(
            !done.status.success()
                && said.contains("the App is suspended or removed on acme, so nothing is read there"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn only_the_jobs_of_the_tenants_that_are_named_count() {
    let (late, _) = comes_late().await;
    late.leaves_jobs();
    let elsewhere = InstallationId(99);
    let mut conn = late.conn().await;
    backfill::begin(&late.app.pipeline, &mut conn, elsewhere)
        .await
        .expect("the queue");
    let ready = jobs::ready_of(&mut conn, &[elsewhere]).await.expect("the database");
    assert_eq!(ready, 1);
    let id = late.tenant().await;
    assert_eq!(jobs::ready_of(&mut conn, &[id]).await.expect("the database"), 0);
}
