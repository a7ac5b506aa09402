//! The queue under the real worker.
use std::time::Duration;

use peerlore::demo::github::failures::Failure;
use peerlore::model::ids::InstallationId;
use peerlore::model::ids::PullKey;
use peerlore::model::ids::RepoId;
use peerlore::model::job::Job;
use peerlore::pipeline::expire;
use peerlore::store::jobs;
use peerlore::store::pace;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::by;
use crate::log::Log;

/// Jobs that wait; a worker that takes only what it runs at once takes them at four a second.
const WAITING: i32 = 80;

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_is_worked_off_without_new_arrivals() {
    let peerlore = Peerlore::start().await;
    let pipeline = &peerlore.app.pipeline;
    let installation = peerlore.tenant().await;
    let mut tx = pipeline.pool.begin().await.expect("the database");
    for number in 1..=WAITING {
        let pull = PullKey {
            repo: RepoId(1),
            number,
        };
        pipeline
            .queue
            .add(&mut tx, &Job::Learn { installation, pull }.into())
            .await
            .expect("the queue");
    }
    tx.commit().await.expect("the database");

    let stop = CancellationToken::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let served = tokio::spawn(peerlore.app.clone().serve(listener, 4, stop.clone()));
    let done = async {
        while jobs::backlog(&mut *peerlore.conn().await)
            .await
            .expect("the database")
            .waiting
            > 0
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(12), done).await;
    stop.cancel();
    served.await.expect("the server").expect("the server");
    assert!(in_time.is_ok(), "{WAITING} jobs were not worked off in 12 s");
}

#[tokio::test]
async fn a_clean_up_that_finds_the_queue_busy_is_done() {
    let peerlore = Peerlore::start().await;
    let mut busy = peerlore.pool().begin().await.expect("the database");
    sqlx::query("lock table graphile_worker._private_job_queues in row exclusive mode")
        .execute(&mut *busy)
        .await
        .expect("the lock");
    let pipeline = &peerlore.app.pipeline;
    pipeline
        .queue
        .add(&mut *peerlore.conn().await, &Job::Expire.into())
        .await
        .expect("the queue");
    peerlore.run_jobs().await;
    busy.rollback().await.expect("the database");
    let left = jobs::backlog(&mut *peerlore.conn().await).await.expect("the database");
    assert_eq!((left.waiting, left.gave_up), (0, 0));
}

#[tokio::test]
async fn a_job_that_failed_after_another_one_took_its_place_is_no_trouble() {
    let peerlore = Peerlore::start().await;
    let pipeline = &peerlore.app.pipeline;
    let failing = Job::Members {
        installation: InstallationId(404),
    };
    pipeline
        .queue
        .add(&mut *peerlore.conn().await, &failing.into())
        .await
        .expect("the queue");
    peerlore
        .sql("update graphile_worker._private_jobs set attempts = max_attempts, key = null, last_error = 'status 502'")
        .await;
    let backlog = async || jobs::backlog(&mut *peerlore.conn().await).await.expect("the database");
    assert_eq!(backlog().await.gave_up, 1);
    peerlore
        .sql("insert into graphile_worker._private_job_retirements select id from graphile_worker._private_jobs")
        .await;
    assert_eq!((backlog().await.waiting, backlog().await.gave_up), (0, 0));
    expire::run(pipeline).await.expect("the clean-up");
    assert_eq!(
        peerlore
            .one::<i64>("select count(*) from graphile_worker._private_jobs where last_error is not null")
            .await,
        0
    );
    peerlore.run_jobs().await;
}

#[tokio::test]
async fn a_job_that_failed_names_nobody_in_the_log_or_the_queue() {
    let log = Log::listening("warn,peerlore=info,graphile_worker=error");
    let peerlore = Peerlore::with_history().await;
    peerlore
        .github
        .fail_next(None, "/collaborators/", 1, Failure::Status(500));
    peerlore.open(by("ada", TODAY), LEDGER, &[(9, "let nine = 9.0;")]).await;
    let error: String = peerlore
        .one("select last_error from graphile_worker._private_jobs where last_error is not null")
        .await;
    assert!(error.contains("status 500"), "{error}");
    peerlore.let_time_pass().await;
    let said = log.said();
    assert!(
        said.contains("a job failed") && said.contains("suggestion posted"),
        "the log was heard: {said}"
    );
    for line in said.lines().chain([error.as_str()]) {
        let mut words = line.split(|letter: char| !letter.is_alphanumeric());
        let named = words.find(|word| ["ada", "ben", "cleo", "dan", "eve", "finn"].contains(word));
        assert_eq!(named, None, "{line}");
    }
}

/// Each process keeps the pace by itself already; here nobody knows of the others.
#[tokio::test(flavor = "multi_thread")]
async fn processes_on_one_database_write_one_after_the_other() {
    let peerlore = Peerlore::start().await;
    let pause = Duration::from_mins(1);
    let mut waits = Vec::new();
    for _ in 0..3 {
        let wait = pace::take_turn(&mut *peerlore.conn().await, pause).await;
        waits.push(wait.expect("the database"));
    }
    assert_eq!(waits[0], Duration::ZERO);
    assert!(waits[1] > Duration::from_secs(40), "{waits:?}");
    assert!(pause >= waits[2], "but nobody for longer than a minute: {waits:?}");
}

/// Transactions in the database so far, as its statistics know them.
async fn transactions(peerlore: &Peerlore) -> i64 {
    peerlore
        .one("select xact_commit + xact_rollback from pg_stat_database where datname = current_database()")
        .await
}

/// It takes time to see that nothing happens.
#[tokio::test(flavor = "multi_thread")]
async fn an_idle_worker_leaves_the_database_alone_and_wakes_at_once() {
    let peerlore = Peerlore::start().await;
    let stop = CancellationToken::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let served = tokio::spawn(peerlore.app.clone().serve(listener, 4, stop.clone()));
    tokio::time::sleep(Duration::from_secs(3)).await;
    let before = transactions(&peerlore).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle = transactions(&peerlore).await - before;
    let pipeline = &peerlore.app.pipeline;
    let job = Job::Learn {
        installation: peerlore.tenant().await,
        pull: PullKey {
            repo: RepoId(1),
            number: 1,
        },
    };
    let begun = std::time::Instant::now();
    let queued = pipeline.queue.add(&mut *peerlore.conn().await, &job.into()).await;
    queued.expect("the queue");
    while jobs::backlog(&mut *peerlore.conn().await)
        .await
        .expect("the database")
        .waiting
        > 0
    {
        assert!(begun.elapsed() < Duration::from_secs(10), "nobody took the job");
        tokio::task::yield_now().await;
    }
    stop.cancel();
    served.await.expect("no panic").expect("a good end");
    eprintln!("{idle} transactions in three seconds of idleness");
    assert!(idle < 150, "{idle}");
}
