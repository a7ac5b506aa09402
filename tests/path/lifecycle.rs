//! What becomes of installations and repositories, told or missed.
use peerlore::demo::github::INSTALLATION_ID;
use peerlore::demo::github::PullName;
use peerlore::demo::github::failures::Failure;
use peerlore::pipeline::backfill;
use peerlore::pipeline::expire;
use peerlore::pipeline::members;
use peerlore::pipeline::opt_out;
use peerlore::pipeline::work;
use peerlore::store::reader::Reader;
use peerlore::store::reviews;
use peerlore::store::tenants;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::organisation;
use crate::harness::pull;
use crate::harness::text;

const LINES: &[(usize, &str)] = &[(20, "let twenty = 20.0;")];

async fn opens(peerlore: &Peerlore, minute: i64) -> PullName {
    peerlore.open(by("ada", minute), LEDGER, LINES).await
}

async fn is_suggested(peerlore: &Peerlore, pull: &PullName) -> bool {
    peerlore.suggestion(pull).await.is_some()
}

async fn standing(peerlore: &Peerlore) -> &'static str {
    let word = "select case when removed_at is not null then 'removed' when suspended_at is not null then 'suspended'
                       else 'active' end from installation where login like 'acme%'";
    match peerlore.one::<String>(word).await.as_str() {
        "removed" => "removed",
        "suspended" => "suspended",
        _ => "active",
    }
}

/// The daily look, by the App's own credentials.
async fn looked_at(peerlore: &Peerlore, minute: i64) {
    peerlore.clock.move_to(at(minute));
    let id = peerlore
        .one::<i64>("select id from installation where login like 'acme%'")
        .await;
    let pipeline = peerlore.as_the_app().pipeline;
    members::run(&pipeline, peerlore::model::ids::InstallationId(id))
        .await
        .expect("GitHub");
    peerlore.run_jobs().await;
}

#[tokio::test]
async fn while_suspended_nothing_is_suggested() {
    let peerlore = Peerlore::with_history().await;
    peerlore.tell(peerlore.github.suspend(by("ada", TODAY))).await;
    assert_eq!(standing(&peerlore).await, "suspended");
    // GitHub sends nothing of it, and what it sends of the App itself wakes nobody.
    peerlore
        .tell(peerlore.github.accept_permissions(by("ada", TODAY + 1)))
        .await;
    assert_eq!(standing(&peerlore).await, "suspended");
    peerlore.tell(peerlore.github.unsuspend(by("ada", TODAY + 2))).await;
    assert_eq!(standing(&peerlore).await, "active");
    let pull = opens(&peerlore, TODAY + 3).await;
    assert!(is_suggested(&peerlore, &pull).await);
}

#[tokio::test]
async fn an_unsuspending_that_was_missed_is_healed_by_the_next_delivery() {
    let peerlore = Peerlore::with_history().await;
    peerlore.tell(peerlore.github.suspend(by("ada", TODAY))).await;
    let _missed = peerlore.github.unsuspend(by("ada", TODAY + 1));
    let pull = opens(&peerlore, TODAY + 2).await;
    assert_eq!(standing(&peerlore).await, "active");
    assert!(is_suggested(&peerlore, &pull).await);
}

#[tokio::test]
async fn what_was_missed_is_found_by_the_daily_look() {
    let peerlore = Peerlore::with_history().await;
    let _missed = peerlore.github.suspend(by("ada", TODAY));
    looked_at(&peerlore, TODAY + DAY).await;
    assert_eq!(standing(&peerlore).await, "suspended");
    let _missed = peerlore.github.unsuspend(by("ada", TODAY + DAY + 1));
    let _missed = peerlore
        .github
        .rename_organisation(by("ada", TODAY + DAY + 2), "acme-inc");
    looked_at(&peerlore, TODAY + 2 * DAY).await;
    assert_eq!(standing(&peerlore).await, "active");
    let owner: String = peerlore.one("select owner from repo").await;
    assert_eq!(owner, "acme-inc", "its repositories go with it");
    let _missed = peerlore.github.remove_app(by("ada", TODAY + 2 * DAY + 1));
    looked_at(&peerlore, TODAY + 3 * DAY).await;
    assert_eq!(standing(&peerlore).await, "removed");
}

#[tokio::test]
async fn a_suspending_told_after_its_end_changes_nothing() {
    let peerlore = Peerlore::with_history().await;
    let suspended = peerlore.github.suspend(by("ada", TODAY));
    let back = peerlore.github.unsuspend(by("ada", TODAY + 1));
    // Both wait at the door, and the later one is read first.
    peerlore.deliver(suspended).await;
    peerlore.deliver(back).await;
    peerlore
        .sql("update graphile_worker._private_jobs set priority = -id")
        .await;
    peerlore.run_jobs().await;
    assert_eq!(standing(&peerlore).await, "active");
}

#[tokio::test]
async fn a_suspended_account_is_looked_at_though_nothing_is_told() {
    let peerlore = Peerlore::with_history().await;
    peerlore.tell(peerlore.github.suspend(by("ada", TODAY))).await;
    peerlore.clock.move_to(at(TODAY + 2 * DAY));
    peerlore.leaves_jobs();
    expire::run(&peerlore.app.pipeline).await.expect("the clean-up");
    let waits = "select count(*) from graphile_worker._private_jobs where payload::text like '%members%'";
    assert_eq!(peerlore.one::<i64>(waits).await, 1);
}

#[tokio::test]
async fn an_organisation_that_was_renamed_takes_its_repositories_along() {
    let peerlore = Peerlore::with_history().await;
    peerlore
        .tell(peerlore.github.rename_organisation(by("ada", TODAY), "acme-inc"))
        .await;
    let mut conn = peerlore.conn().await;
    assert!(
        tenants::by_login(&mut conn, "acme")
            .await
            .expect("the database")
            .is_none()
    );
    let repo = tenants::repo_by_name(&mut conn, "acme-inc", "shop")
        .await
        .expect("the database");
    assert!(repo.is_some());
    let pull = opens(&peerlore, TODAY + 1).await;
    assert_eq!(peerlore.picked(&pull).await.0, "ben");
}

#[tokio::test]
async fn an_archived_repository_gets_no_suggestions() {
    let peerlore = Peerlore::with_history().await;
    peerlore
        .tell(peerlore.github.archive(by("ada", TODAY), "shop", true))
        .await;
    let pull = opens(&peerlore, TODAY + 1).await;
    assert!(!is_suggested(&peerlore, &pull).await);
    peerlore
        .tell(peerlore.github.archive(by("ada", TODAY + 2), "shop", false))
        .await;
    let pull = opens(&peerlore, TODAY + 3).await;
    assert!(is_suggested(&peerlore, &pull).await);
}

#[tokio::test]
async fn who_may_read_a_repository_follows_github() {
    let peerlore = Peerlore::with_history().await;
    let private = "select private from repo";
    for (minute, public) in [(0, true), (1, false)] {
        peerlore
            .tell(peerlore.github.publicize(by("ada", TODAY + minute), "shop", public))
            .await;
        assert_eq!(peerlore.one::<bool>(private).await, !public);
    }
}

#[tokio::test]
async fn a_repository_that_is_taken_and_given_back_has_its_facts() {
    let peerlore = Peerlore::with_history().await;
    let pull = opens(&peerlore, TODAY).await;
    let asked = peerlore.github.request_reviewer(&pull, by("ada", TODAY + 1), "ben");
    peerlore.tell(asked).await;
    let answers = async || {
        let reader = Reader::of_everything(peerlore.tenant().await);
        reviews::answers(&mut *peerlore.conn().await, &reader, at(0))
            .await
            .expect("the database")
            .len()
    };
    assert_eq!(answers().await, 1);
    peerlore
        .tell(peerlore.github.grant(by("ada", TODAY + 2), "shop", false))
        .await;
    assert_eq!(answers().await, 0, "what was taken from us counts for nothing");
    peerlore.clock.move_to(at(TODAY + 60 * DAY));
    expire::run(&peerlore.app.pipeline).await.expect("the clean-up");
    peerlore
        .tell(peerlore.github.grant(by("ada", TODAY + 61 * DAY), "shop", true))
        .await;
    assert_eq!(answers().await, 1);
}

#[tokio::test]
async fn what_was_learned_in_a_repository_counts_while_it_is_there() {
    let peerlore = taught().await;
    let before = peerlore.graph().await;
    peerlore
        .tell(peerlore.github.grant(by("ada", TODAY + 2), "shop", false))
        .await;
    assert_eq!(peerlore.graph().await, [], "nothing of it weighs in a suggestion");
    peerlore
        .tell(peerlore.github.grant(by("ada", TODAY + 3), "shop", true))
        .await;
    assert_eq!(peerlore.graph().await, before);
}

/// `ben` taught `ada` something on a pull request.
async fn taught() -> Peerlore {
    let peerlore = Peerlore::with_history().await;
    let pull = opens(&peerlore, TODAY).await;
    let root = peerlore.comment(&pull, by("ben", TODAY + 1), 20, LOCK).await;
    peerlore
        .reply(&pull, by("ada", TODAY + 1), root, "Good point, done.")
        .await;
    peerlore.tell(peerlore.github.close(&pull, by("ada", TODAY + 1))).await;
    assert_eq!(peerlore.graph().await.len(), 1);
    peerlore
}

#[tokio::test]
async fn a_deleted_repository_is_hidden_at_once_and_erased_after_seven_days() {
    let peerlore = taught().await;
    peerlore
        .tell(peerlore.github.delete_repository(by("ada", TODAY + 2), "shop"))
        .await;
    let shown = tenants::repo_by_name(&mut *peerlore.conn().await, "acme", "shop").await;
    assert!(shown.expect("the database").is_none());
    let told = "select (select count(*) from shown_lesson) - (select count(*) from lesson)";
    assert_eq!(
        peerlore.one::<i64>(told).await,
        -1,
        "nor is anything that was learned there"
    );
    let pulls = "select count(*) from pull";
    for (minute, left) in [(TODAY + 7 * DAY + 1, 3), (TODAY + 7 * DAY + 2, 0)] {
        peerlore.clock.move_to(at(minute));
        expire::run(&peerlore.app.pipeline).await.expect("the clean-up");
        peerlore.run_jobs().await;
        assert_eq!(peerlore.one::<i64>(pulls).await, left);
    }
    assert!(peerlore.graph().await.is_empty(), "nor does an edge rest on it");
}

#[tokio::test]
async fn a_repository_that_goes_to_somebody_without_the_app_is_let_go() {
    let peerlore = taught().await;
    let given = peerlore
        .github
        .transfer(by("ada", TODAY + 2), "shop", ("umbra", 4711), INSTALLATION_ID);
    peerlore.tell(given).await;
    let mut conn = peerlore.conn().await;
    assert!(
        tenants::by_login(&mut conn, "umbra")
            .await
            .expect("the database")
            .is_none()
    );
    let id = peerlore.tenant().await;
    assert!(tenants::repos(&mut conn, id).await.expect("the database").is_empty());
    assert_eq!(
        peerlore
            .one::<i64>("select count(*) from repo where erase_at is not null")
            .await,
        1
    );
}

#[tokio::test]
async fn a_repository_that_goes_to_another_tenant_takes_no_facts_along() {
    let peerlore = taught().await;
    let other = peerlore.neighbour(organisation("umbra", 2)).await;
    other.history().await;
    other
        .sql("update installation set external_id = 777 where login = 'umbra'")
        .await;
    let umbra: i64 = peerlore
        .one("select account_id from installation where login = 'umbra'")
        .await;
    // Both GitHubs of the test number their first repository alike.
    other
        .sql("delete from repo using installation i where i.id = installation_id and i.login = 'umbra'")
        .await;
    let to = ("umbra", umbra.unsigned_abs());
    let given = peerlore.github.transfer(by("ada", TODAY + 2), "shop", to, 777);
    peerlore.tell(given).await;
    let rows = |table: &str, login: &str| {
        format!(
            "select count(*) from {table} t join installation i on i.id = t.installation_id where i.login = '{login}'"
        )
    };
    let there = rows("repo", "umbra");
    assert_eq!(
        peerlore.one::<i64>(&format!("{there} and t.removed_at is null")).await,
        1
    );
    for facts in ["pull", "comment", "lesson"] {
        assert_eq!(peerlore.one::<i64>(&rows(facts, "umbra")).await, 0, "{facts}");
    }
    let left = rows("repo", "acme");
    assert_eq!(
        peerlore.one::<i64>(&format!("{left} and t.removed_at is null")).await,
        0
    );
}

#[tokio::test]
async fn an_opting_out_while_the_app_was_suspended_reaches_its_comments_afterwards() {
    let peerlore = Peerlore::with_history().await;
    let pull = opens(&peerlore, TODAY).await;
    assert!(peerlore.said(&pull)[0].contains("`ben`"));
    peerlore.tell(peerlore.github.suspend(by("ada", TODAY + 1))).await;
    opt_out::out(&peerlore.app.pipeline, peerlore.tenant().await, peerlore.person("ben"))
        .await
        .expect("the database");
    peerlore.run_jobs().await;
    assert!(peerlore.said(&pull)[0].contains("`ben`"), "it can't be edited now");
    peerlore.tell(peerlore.github.unsuspend(by("ada", TODAY + 2))).await;
    assert!(!peerlore.said(&pull)[0].contains("ben"), "{:?}", peerlore.said(&pull));
}

/// What GitHub answers about our installation while we ask as another App, for a day.
async fn asks_as_another_app(peerlore: &Peerlore, minute: i64) {
    peerlore
        .github
        .fail_next(Some("GET"), "/app/installations/", 1, Failure::Status(404));
    looked_at(peerlore, minute).await;
    assert_eq!(standing(peerlore).await, "removed");
}

/// The hourly clean-up, by the App's own credentials.
async fn cleaned_up(peerlore: &Peerlore, minute: i64) {
    peerlore.clock.move_to(at(minute));
    let pipeline = peerlore.as_the_app().pipeline;
    expire::run(&pipeline).await.expect("the clean-up");
    work::drain(&pipeline).await.expect("the queue");
}

#[tokio::test]
async fn one_wrong_answer_is_healed_by_the_next_daily_look() {
    let peerlore = Peerlore::with_history().await;
    asks_as_another_app(&peerlore, TODAY).await;
    cleaned_up(&peerlore, TODAY + DAY + 60).await;
    assert_eq!(standing(&peerlore).await, "active");
}

#[tokio::test]
async fn one_wrong_answer_is_healed_by_an_event_of_the_installation() {
    let peerlore = Peerlore::with_history().await;
    asks_as_another_app(&peerlore, TODAY).await;
    peerlore.clock.move_to(at(TODAY + 1));
    let (_, sent) = peerlore
        .github
        .open_pull(by("ada", TODAY + 1), &pull("A change", LEDGER, &text(LINES)));
    peerlore.deliver(sent).await;
    work::drain(&peerlore.as_the_app().pipeline).await.expect("the queue");
    assert_eq!(standing(&peerlore).await, "active");
}

#[tokio::test]
async fn nothing_is_erased_after_an_answer_that_is_not_given_again() {
    let peerlore = Peerlore::with_history().await;
    asks_as_another_app(&peerlore, TODAY).await;
    peerlore.leaves_jobs();
    peerlore.sql("update installation set looked_at = '2100-01-01'").await;
    cleaned_up(&peerlore, TODAY + 8 * DAY).await;
    assert_eq!(peerlore.one::<i64>("select count(*) from installation").await, 1);
    assert_eq!(standing(&peerlore).await, "active", "it is looked at instead");
}

#[tokio::test]
async fn whatever_was_removed_is_erased_after_seven_days_told_or_found_out() {
    for told in [true, false] {
        let peerlore = Peerlore::with_history().await;
        let event = peerlore.github.remove_app(by("ada", TODAY));
        if told {
            peerlore.tell(event).await;
        } else {
            looked_at(&peerlore, TODAY + 1).await;
        }
        assert_eq!(standing(&peerlore).await, "removed");
        cleaned_up(&peerlore, TODAY + 6 * DAY).await;
        assert_eq!(peerlore.one::<i64>("select count(*) from installation").await, 1);
        cleaned_up(&peerlore, TODAY + 8 * DAY).await;
        assert_eq!(peerlore.one::<i64>("select count(*) from installation").await, 0);
    }
}

/// The repositories that are there, and which have their past read.
async fn repositories(peerlore: &Peerlore) -> (String, i64) {
    let there = "select coalesce(string_agg(name, ' ' order by name), '') from repo where removed_at is null";
    (
        peerlore.one(there).await,
        peerlore.one("select count(*) from backfill").await,
    )
}

/// The daily look of an App that reads a year of the past.
async fn looked_at_with_history(peerlore: &Peerlore, minute: i64) {
    peerlore.clock.move_to(at(minute));
    let mut pipeline = peerlore.as_the_app().pipeline;
    pipeline.history_days = Some(365);
    members::run(&pipeline, peerlore.tenant().await).await.expect("GitHub");
    peerlore.run_jobs().await;
}

#[tokio::test]
async fn repositories_of_which_no_event_told_are_found_and_their_past_is_read() {
    let peerlore = Peerlore::start().await;
    let _missed = peerlore.github.add_repository(by("ada", 2), "site", "HTML", &[]);
    peerlore.sql("delete from repo").await;
    looked_at_with_history(&peerlore, DAY).await;
    assert_eq!(repositories(&peerlore).await, ("shop site".to_owned(), 2));
    let _missed = peerlore.github.grant(by("ada", DAY + 1), "site", false);
    peerlore
        .github
        .fail_next(Some("GET"), "/installation/repositories", 1, Failure::Status(403));
    looked_at_with_history(&peerlore, 2 * DAY).await;
    assert_eq!(repositories(&peerlore).await.0, "shop site", "no answer, no change");
    looked_at_with_history(&peerlore, 3 * DAY).await;
    assert_eq!(repositories(&peerlore).await.0, "shop");
    let _missed = peerlore.github.grant(by("ada", 3 * DAY + 1), "site", true);
    looked_at_with_history(&peerlore, 4 * DAY).await;
    assert_eq!(repositories(&peerlore).await.0, "shop site");
}

/// Whether the pull request that was opened meanwhile is known.
async fn knows(peerlore: &Peerlore, pull: &PullName) -> bool {
    let count = format!("select count(*) from pull where number = {}", pull.number);
    peerlore.one::<i64>(&count).await == 1
}

/// A pull request of which nothing is told.
fn untold(peerlore: &Peerlore, minute: i64) -> PullName {
    let new = pull("Meanwhile", LEDGER, &text(LINES));
    peerlore.github.open_pull(by("ada", minute), &new).0
}

#[tokio::test]
async fn the_time_of_a_suspension_is_read_afterwards() {
    let peerlore = Peerlore::with_history().await;
    peerlore.tell(peerlore.github.suspend(by("ada", TODAY))).await;
    let meanwhile = untold(&peerlore, TODAY + 1);
    peerlore
        .tell(peerlore.github.unsuspend(by("ada", TODAY + 30 * DAY)))
        .await;
    assert!(knows(&peerlore, &meanwhile).await);
    let since = "select since::text from backfill";
    assert_eq!(peerlore.one::<i64>("select count(*) from backfill").await, 1);
    assert!(peerlore.one::<String>(since).await.starts_with("2099-01-15"));
}

#[tokio::test]
async fn the_time_of_a_suspension_whose_end_was_missed_is_read_after_the_daily_look() {
    let peerlore = Peerlore::with_history().await;
    peerlore.tell(peerlore.github.suspend(by("ada", TODAY))).await;
    let meanwhile = untold(&peerlore, TODAY + 1);
    let _missed = peerlore.github.unsuspend(by("ada", TODAY + DAY));
    looked_at(&peerlore, TODAY + 2 * DAY).await;
    assert!(knows(&peerlore, &meanwhile).await);
}

#[tokio::test]
async fn the_time_without_a_repository_is_read_when_it_is_given_back_though_reading_it_had_failed() {
    let peerlore = Peerlore::with_history().await;
    peerlore
        .tell(peerlore.github.grant(by("ada", TODAY), "shop", false))
        .await;
    peerlore
        .sql(
            "insert into backfill (installation_id, repo_id, since, state, error, planned_at, updated_at)
             select installation_id, id, '2099-01-01', 'failed', 'gone', '2099-01-01', '2099-01-01' from repo",
        )
        .await;
    let meanwhile = untold(&peerlore, TODAY + 1);
    peerlore
        .tell(peerlore.github.grant(by("ada", TODAY + DAY), "shop", true))
        .await;
    assert!(knows(&peerlore, &meanwhile).await);
    assert_eq!(peerlore.one::<String>("select state from backfill").await, "done");
}

#[tokio::test]
async fn a_gap_of_a_suspended_account_is_read_when_it_is_back() {
    let peerlore = Peerlore::with_history().await;
    peerlore.tell(peerlore.github.suspend(by("ada", TODAY))).await;
    peerlore
        .sql("insert into hook_sweep (gap_from, gap_to) values ('2099-01-14', '2099-01-14 12:00')")
        .await;
    backfill::keep_up(&peerlore.app.pipeline).await.expect("the database");
    peerlore.tell(peerlore.github.unsuspend(by("ada", TODAY + DAY))).await;
    let since: String = peerlore.one("select since::text from backfill").await;
    assert!(since.starts_with("2099-01-14"), "{since}");
}
