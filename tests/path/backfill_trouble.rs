//! What comes in between while the past is read: gaps, texts that can't be stored, names that went to others.
use peerlore::app::App;
use peerlore::demo::github::Change;
use peerlore::demo::github::FakeGithub;
use peerlore::demo::github::NewComment;
use peerlore::demo::github::delivery::Delivery;
use peerlore::model::clock::Time;
use peerlore::model::settings::Settings;
use peerlore::pipeline::backfill;
use peerlore::store::backfills::State;

use crate::backfill::EVENING;
use crate::backfill::comes_late;
use crate::backfill::comes_to;
use crate::backfill::plan;
use crate::backfill::progress;
use crate::backfill::states;
use crate::backfill::whole;
use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::organisation;
use crate::harness::pull;
use crate::harness::text;
use crate::order::learned;
use crate::order::story;

/// Deliveries from this minute on are lost for good.
async fn gap(late: &Peerlore, from: i64) {
    gap_of(late, &late.app, from).await;
}

/// The same, seen by another process.
async fn gap_of(late: &Peerlore, app: &App, from: i64) {
    let (from, to) = (at(from), at(EVENING + 60));
    late.sql(&format!(
        "insert into hook_sweep (gap_from, gap_to) values ('{from}', '{to}')
         on conflict (one) do update set gap_from = excluded.gap_from, gap_to = excluded.gap_to"
    ))
    .await;
    backfill::keep_up(&app.pipeline).await.expect("the database");
}

#[tokio::test]
async fn a_gap_in_the_middle_of_a_reading_is_read_after_it_and_does_not_begin_it_anew() {
    let (late, _) = comes_late().await;
    let id = plan(&late).await;
    late.sql("update backfill set page_size = 1").await;
    backfill::run(&late.app.pipeline, id).await.expect("the first page");
    let first = progress(&late).await.swap_remove(0);
    late.clock.move_to(at(EVENING + 10));
    let new = pull("Said while nobody listened", LEDGER, &text(&[(3, "let three = 3;")]));
    let _lost = late.github.open_pull(by("ada", EVENING + 5), &new);
    gap(&late, EVENING + 1).await;
    let second = progress(&late).await.swap_remove(0);
    assert_eq!(
        (second.pages, second.since, second.state),
        (1, first.since, State::Running)
    );
    late.run_jobs().await;
    assert_eq!(
        late.one::<i64>("select count(*) from pull where title = 'Said while nobody listened'")
            .await,
        1
    );
    let done = progress(&late).await.swap_remove(0);
    assert_eq!((done.state, done.done, done.since), (State::Done, 1, at(EVENING + 1)));
    assert_eq!(learned(&late).await, whole().await);
}

#[tokio::test]
async fn of_two_gaps_in_a_row_the_earlier_one_counts_and_what_is_read_is_read_anew() {
    let (late, _) = comes_late().await;
    let id = plan(&late).await;
    late.sql("update backfill set page_size = 1").await;
    backfill::run(&late.app.pipeline, id).await.expect("the first page");
    gap(&late, TODAY + 20).await;
    gap(&late, TODAY + 40).await;
    assert_eq!(
        late.one::<Time>("select again_since from backfill").await,
        at(TODAY + 20)
    );
    late.run_jobs().await;
    let done = progress(&late).await.swap_remove(0);
    assert_eq!((done.state, done.since), (State::Done, at(TODAY + 20)));
    assert_eq!(
        late.one::<i64>("select count(*) from backfill where again_since is null")
            .await,
        1
    );
    gap(&late, TODAY + 50).await;
    let anew = progress(&late).await.swap_remove(0);
    assert_eq!(
        (anew.state, anew.since, anew.pages),
        (State::Waiting, at(TODAY + 50), 0)
    );
    assert_eq!(
        late.one::<i64>("select count(*) from backfill where attributes is null")
            .await,
        1,
        "the repository's attributes are read again"
    );
    late.run_jobs().await;
    assert_eq!(learned(&late).await, whole().await);
}

#[tokio::test]
async fn a_gap_concerns_only_accounts_where_the_app_is() {
    let (late, _) = comes_late().await;
    late.sql("insert into installation (account_id, login, is_organisation, created_at) values (4242, 'elsewhere', true, now())")
        .await;
    late.sql(
        "insert into repo (installation_id, id, owner, name, private)
         select id, 4243, 'elsewhere', 'imported', false from installation where login = 'elsewhere'",
    )
    .await;
    gap_of(&late, &late.as_the_app(), TODAY).await;
    late.run_jobs().await;
    assert_eq!(
        late.one::<i64>("select count(*) from backfill where repo_id = 4243")
            .await,
        0
    );
    assert_eq!(states(&late).await, [("acme/shop".to_owned(), State::Done)]);
}

/// A pull request whose texts have the one character that Postgres doesn't store.
fn with_nul(github: &FakeGithub) -> Vec<Delivery> {
    let (name, mut sent) = github.open_pull(
        by("ada", TODAY),
        &pull("Post\0 faster", LEDGER, &text(&[(10, "let ten = 10.0;")])),
    );
    let why = NewComment::on(LEDGER, 10, "Why\0 not an integer?");
    sent.extend(github.review_comment(&name, by("ben", TODAY + 1), why).deliveries);
    sent
}

#[tokio::test]
async fn a_nul_in_a_text_is_left_out_whoever_tells_of_it() {
    let told = Peerlore::empty(organisation("acme", 1), Settings::default()).await;
    told.tell(told.github.install(by("ada", 1))).await;
    told.tell(with_nul(&told.github)).await;
    let github = organisation("acme", 1);
    let _untold = with_nul(&github);
    let late = comes_to(github, EVENING).await;
    plan(&late).await;
    late.run_jobs().await;
    for peerlore in [&told, &late] {
        assert_eq!(peerlore.one::<String>("select title from pull").await, "Post faster");
        assert_eq!(
            peerlore.one::<String>("select body from comment").await,
            "Why not an integer?"
        );
    }
    assert_eq!(
        told.one::<i64>("select count(*) from inbox where failed_at is not null")
            .await,
        0
    );
    assert!(states(&late).await.iter().all(|(_, state)| *state == State::Done));
}

#[tokio::test]
async fn one_that_postgres_refuses_does_not_stop_the_others() {
    let (late, _) = comes_late().await;
    late.sql(
        "create function refuse() returns trigger language plpgsql as $$
         begin
             if new.number = 1 then raise exception 'not this one' using errcode = '22021'; end if;
             return new;
         end $$",
    )
    .await;
    late.sql("create trigger refuse before insert on pull for each row execute function refuse()")
        .await;
    plan(&late).await;
    late.run_jobs().await;
    assert!(states(&late).await.iter().all(|(_, state)| *state == State::Done));
    assert_eq!(late.one::<i64>("select count(*) from pull where number = 1").await, 0);
    let others = late.one::<i64>("select count(*) from pull where title <> ''").await;
    let read = progress(&late).await.swap_remove(0).done;
    assert_eq!(others, i64::from(read) - 1);
    late.sql("drop trigger refuse on pull").await;
    plan(&late).await;
    late.run_jobs().await;
    assert_eq!(learned(&late).await, whole().await);
}

#[tokio::test]
async fn a_name_that_another_repository_has_now_stores_nothing() {
    let (late, _) = comes_late().await;
    let _untold = late.github.rename_repository(by("ada", EVENING), "shop", "store");
    let _untold = late.github.add_repository(by("ada", EVENING), "shop", "Rust", &[]);
    let _untold = late.github.open_pull(
        by("ada", EVENING),
        &pull("Of another one", LEDGER, &text(&[(3, "let three = 3;")])),
    );
    plan(&late).await;
    late.run_jobs().await;
    let failed = progress(&late).await.swap_remove(0);
    assert_eq!((failed.state, failed.next_try_at), (State::Failed, None));
    assert_eq!(
        failed.error.as_deref(),
        Some("reading the past of acme/shop: another repository has this name now")
    );
    assert_eq!(late.one::<i64>("select count(*) from pull").await, 0);
}

#[tokio::test]
async fn a_repository_that_went_to_another_account_is_not_stored_under_this_one() {
    let (late, _) = comes_late().await;
    let id = plan(&late).await;
    late.sql("update installation set account_id = account_id + 100000")
        .await;
    backfill::run(&late.app.pipeline, id).await.expect("it is noted");
    let failed = progress(&late).await.swap_remove(0);
    assert_eq!((failed.state, failed.next_try_at), (State::Failed, None));
    assert_eq!(
        failed.error.as_deref(),
        Some("reading the past of acme/shop: the repository belongs to another account now")
    );
    assert_eq!(late.one::<i64>("select count(*) from pull").await, 0);
    late.run_jobs().await;
}

#[tokio::test]
async fn the_default_branch_is_known_by_the_first_answer_and_what_is_read_later_of_it_stays() {
    let github = organisation("acme", 1);
    let revisions = [Change::write(
        ".git-blame-ignore-revs",
        "0123456789012345678901234567890123456789\n",
    )];
    let _untold = github.push_to_base("shop", by("ada", TODAY - 1), "Name what only moved lines", &revisions);
    let _untold = story(&github);
    let late = comes_to(github, EVENING).await;
    late.leaves_jobs();
    late.sql("update repo set default_branch = null").await;
    let id = plan(&late).await;
    late.sql("update backfill set page_size = 1").await;
    backfill::run(&late.app.pipeline, id).await.expect("the first page");
    assert_eq!(
        late.one::<String>("select default_branch from repo").await,
        "main",
        "the answer says it"
    );
    assert_eq!(
        late.one::<i64>("select cardinality(ignored_revisions)::bigint from base_branch")
            .await,
        1
    );
    // A job of a pull request read it meanwhile.
    late.sql("update base_branch set ignored_revisions = '{a,b}', read_at = read_at + interval '1 minute'")
        .await;
    backfill::run(&late.app.pipeline, id).await.expect("the second page");
    assert_eq!(
        late.one::<i64>("select cardinality(ignored_revisions)::bigint from base_branch")
            .await,
        2
    );
}

#[tokio::test]
async fn a_pull_request_that_github_never_gives_whole_is_left_out_and_the_rest_is_read() {
    let (late, _) = comes_late().await;
    late.github.never_give_whole(2);
    plan(&late).await;
    late.run_jobs().await;
    for rest in 0..6 {
        let waits = progress(&late).await.swap_remove(0);
        assert_eq!(
            (waits.state, waits.left_out.as_slice()),
            (State::Failed, [].as_slice()),
            "{rest}"
        );
        late.clock.move_to(waits.next_try_at.expect("it is tried again"));
        late.let_time_pass().await;
    }
    let done = progress(&late).await.swap_remove(0);
    assert_eq!((done.state, done.left_out.as_slice()), (State::Done, [2].as_slice()));
    let of = async |query: &str| late.one::<i64>(query).await;
    assert_eq!(of("select count(*) from pull").await, 4);
    assert_eq!(of("select count(*) from comment where number = 2").await, 0);
    assert!(of("select count(*) from comment where number <> 2").await > 0);
    assert_eq!(
        of("select count(*) from pull where number = 2 and title <> '' and contents_head is not null").await,
        1,
        "it is known itself, with its files"
    );
}

#[tokio::test]
async fn what_was_suggested_by_the_first_pages_is_worked_out_again_when_all_are_read() {
    let (late, _) = comes_late().await;
    let id = plan(&late).await;
    for _ in 0..3 {
        late.sql("update backfill set page_size = 1").await;
        backfill::run(&late.app.pipeline, id).await.expect("a page");
    }
    late.sql("update backfill set state = 'paused'").await;
    late.clock.move_to(at(EVENING + 1));
    late.run_jobs().await;
    let made = async || {
        late.one::<Time>("select max(made_at) from suggestion where number = 2")
            .await
    };
    assert_eq!(
        made().await,
        at(EVENING + 1),
        "somebody is suggested before all is read"
    );
    late.sql("update backfill set state = 'running'").await;
    late.clock.move_to(at(EVENING + 2));
    backfill::run(&late.app.pipeline, id).await.expect("the last page");
    late.run_jobs().await;
    assert_eq!(made().await, at(EVENING + 2));
}
