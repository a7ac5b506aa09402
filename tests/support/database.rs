//! A database of its own for each test, on one PostgreSQL server a run.
//!
//! The server lies in `target/test-postgres` and is owned by a *keeper*: this test program started once
//! more, to run only [`keeper`]. Every test process holds a shared lock on `users.lock`; the keeper
//! stays as long as somebody does, and a few seconds longer, then stops the server. Whoever comes first
//! starts it, under `start.lock`. Databases are copied from a template that is made again when the
//! migrations change. So `cargo test` (one process, many tests) and `cargo nextest run` (a process for
//! each test) both work, need no preparation and leave no server behind.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use peerlore::postgres;
use rustix::process::{Pid, test_kill_process};
use sha2::Digest as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection, PgPool};
use tokio::sync::OnceCell;

/// The migrations every test database has.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// The variable that tells [`keeper`] that it is meant.
const KEEPER: &str = "PEERLORE_TEST_KEEPER";

/// How long the server outlasts the last test process, so that a run of many short processes, or the
/// next test program of `cargo test`, finds it.
const GRACE: Duration = Duration::from_secs(5);

/// The folder, in the data folder, that holds an empty file for each database whose test is over.
const FINISHED: &str = "finished";

/// So many databases may wait to be dropped (about 9 MB each). They are dropped together, since the
/// ext4 file system makes new files slowly for seconds after many were deleted: a copy of the template
/// took 0.5 s instead of 0.05 s when every test dropped its own.
const MOST_FINISHED: usize = 100;

/// Brings the template up to date with what isn't in `migrations`.
async fn prepare_template(pool: &PgPool) {
    peerlore::store::jobs::migrate(pool)
        .await
        .expect("the job queue's tables can be made");
}

/// A database of one test, which ends with this value.
pub struct TestDatabase {
    /// Connections to the database, made when needed.
    pub pool: PgPool,
    name: String,
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // The keeper reads the folder. A name that can't be noted is dropped after this process's end.
        let _ = File::create(folder().join(FINISHED).join(&self.name));
    }
}

/// An empty, migrated database that nobody else uses.
pub async fn fresh_database() -> TestDatabase {
    static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let cluster = CLUSTER.get_or_init(Cluster::join).await;
    let mut connection = cluster.options.connect().await.expect("the test server answers");
    let name = loop {
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let copy = format!("CREATE DATABASE {name} TEMPLATE {} STRATEGY wal_log", cluster.template);
        match connection.execute(AssertSqlSafe(copy)).await {
            Ok(_) => break name,
            // Left behind by an earlier process that had our number.
            Err(sqlx::Error::Database(reason)) if reason.code().as_deref() == Some("42P04") => {}
            Err(reason) => panic!("making the database {name}: {reason}"),
        }
    };
    connection.close().await.expect("the test server says goodbye");
    let pool = PgPoolOptions::new()
        .max_connections(8)
        .connect_lazy_with(cluster.options.clone().database(&name));
    TestDatabase { pool, name }
}

/// The running server as a test process sees it.
struct Cluster {
    options: PgConnectOptions,
    template: String,
    /// Held to the end of the process; it keeps the keeper.
    _in_use: File,
}

impl Cluster {
    /// Starts the server, or joins the one that runs, and sees to the template.
    async fn join() -> Self {
        let folder = folder();
        fs::create_dir_all(folder.join(FINISHED)).expect("the tests' data folder can be made");
        let in_use = lock_file(&folder, "users.lock");
        in_use.lock_shared().expect("the lock can be had");
        let start = lock_file(&folder, "start.lock");
        start.lock().expect("the lock can be had");
        let options = match postgres::connect_running(&folder).await {
            Some(options) => options,
            None => start_keeper(&folder).await,
        };
        let template = make_template(&options).await;
        Self {
            options,
            template,
            _in_use: in_use,
        }
    }
}

/// The data folder of the tests' server: beside the other build results, or in the temporary folder if
/// the server's user may not enter there.
fn folder() -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = tmp.parent().unwrap_or(tmp).join("test-postgres");
    if postgres::server_can_reach(&folder) {
        return folder;
    }
    let hash = hex::encode(sha2::Sha256::digest(folder.as_os_str().as_encoded_bytes()));
    std::env::temp_dir().join(format!("peerlore-test-{}", &hash[..12]))
}

/// A file to hold a lock on.
fn lock_file(folder: &Path, name: &str) -> File {
    let path = folder.join(name);
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .expect("a lock file")
}

/// The server's programs, fetched if the machine has none.
async fn engine(folder: &Path) -> postgres::Engine {
    let named = std::env::var_os("PEERLORE_PG_BINDIR").map(PathBuf::from);
    let found = match postgres::find(folder, named.as_deref()) {
        Err(postgres::PostgresError::NoEngine) => postgres::install(folder, &|said| eprintln!("{said}")).await,
        found => found,
    };
    found.unwrap_or_else(|reason| panic!("{reason}"))
}

/// Starts the keeper and waits for its server.
#[expect(
    clippy::zombie_processes,
    reason = "the keeper outlives this process, and is waited for if it fails"
)]
async fn start_keeper(folder: &Path) -> PgConnectOptions {
    engine(folder).await;
    let log = File::create(folder.join("keeper.log")).expect("a log file");
    let (_, module) = module_path!()
        .split_once("::")
        .expect("this is a module of a test program");
    let mut keeper = Command::new(std::env::current_exe().expect("the path of this program"))
        .args([&format!("{module}::keeper"), "--exact", "--ignored", "--nocapture"])
        .env(KEEPER, folder)
        // What runs tests may end their group when it is interrupted.
        .process_group(0)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("a second handle"))
        .stderr(log)
        .spawn()
        .expect("this program starts once more");
    loop {
        if let Some(options) = postgres::connect_running(folder).await {
            return options;
        }
        if let Some(status) = keeper.try_wait().expect("the keeper can be waited for") {
            let said = fs::read_to_string(folder.join("keeper.log")).unwrap_or_default();
            panic!("the tests' database server did not start ({status}):\n{said}");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The template's name, after making it if it is missing. The caller holds `start.lock`.
async fn make_template(options: &PgConnectOptions) -> String {
    let mut hash = sha2::Sha256::new();
    MIGRATIONS.iter().for_each(|migration| hash.update(&migration.checksum));
    // The job queue brings tables of its own, which change with its version.
    hash.update(include_str!("../../Cargo.lock"));
    hash.update(include_str!("database.rs"));
    let template = format!("template_{}", &hex::encode(hash.finalize())[..16]);
    let mut connection = options.connect().await.expect("the test server answers");
    let names = databases(&mut connection)
        .await
        .expect("the test server lists its databases");
    if !names.contains(&template) {
        for old in names
            .iter()
            .filter(|name| name.starts_with("template_") || *name == "unfinished")
        {
            drop_database(&mut connection, old)
                .await
                .expect("an old template can be dropped");
        }
        connection
            .execute("CREATE DATABASE unfinished")
            .await
            .expect("a database for the template");
        let pool = PgPoolOptions::new().connect_lazy_with(options.clone().database("unfinished"));
        MIGRATIONS
            .run(&pool)
            .await
            .expect("the migrations run on an empty database");
        prepare_template(&pool).await;
        pool.close().await;
        let rename = AssertSqlSafe(format!("ALTER DATABASE unfinished RENAME TO {template}"));
        connection.execute(rename).await.expect("the template gets its name");
    }
    connection.close().await.expect("the test server says goodbye");
    template
}

/// The databases that this module made.
async fn databases(connection: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    let own = "SELECT datname FROM pg_database WHERE datname ~ '^(test|template)_|^unfinished$'";
    sqlx::query_scalar(own).fetch_all(connection).await
}

/// Drops a database, whoever is connected.
async fn drop_database(connection: &mut PgConnection, name: &str) -> sqlx::Result<()> {
    connection
        .execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")))
        .await
        .map(drop)
}

/// Not a test: owns the server while tests run. Started by [`start_keeper`], it does nothing otherwise.
#[test]
#[ignore = "owns the tests' database server; started by the tests themselves"]
fn keeper() {
    let Some(folder) = std::env::var_os(KEEPER).map(PathBuf::from) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(keep(&folder));
}

/// Runs the server until nobody uses it.
async fn keep(folder: &Path) {
    // Nothing here has to outlast a power cut.
    let settings = [
        ("fsync", "off"),
        ("synchronous_commit", "off"),
        ("full_page_writes", "off"),
        ("autovacuum", "off"),
        ("max_connections", "500"),
        ("max_wal_size", "256MB"),
    ];
    let engine = engine(folder).await;
    let server = postgres::Server::start_with(folder, &engine, &settings).await;
    let server = server.unwrap_or_else(|reason| panic!("{reason}"));
    let users = lock_file(folder, "users.lock");
    let mut last_seen = Instant::now();
    while last_seen.elapsed() < GRACE {
        match users.try_lock() {
            Ok(()) => users.unlock().expect("the lock can be given back"),
            Err(TryLockError::WouldBlock) => last_seen = Instant::now(),
            Err(TryLockError::Error(reason)) => panic!("looking for users: {reason}"),
        }
        drop_finished(&server, folder, MOST_FINISHED)
            .await
            .expect("finished databases can be dropped");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    // From here on a new run waits, then starts a server of its own.
    users.lock().expect("the lock can be had");
    drop_finished(&server, folder, 0)
        .await
        .expect("finished databases can be dropped");
    server.stop().await.unwrap_or_else(|reason| panic!("{reason}"));
}

/// Drops the databases whose tests or processes are over, if there are more than so many.
async fn drop_finished(server: &postgres::Server, folder: &Path, more_than: usize) -> sqlx::Result<()> {
    let finished = folder.join(FINISHED);
    let mut connection = server.connect_options().connect().await?;
    let mut names = databases(&mut connection).await?;
    names.retain(|name| name.starts_with("test_") && (finished.join(name).exists() || !process_lives(name)));
    if names.len() > more_than {
        for name in names {
            drop_database(&mut connection, &name).await?;
            // Absent if the test's process was killed.
            let _ = fs::remove_file(finished.join(name));
        }
    }
    connection.close().await
}

/// Whether the process in the name of a test's database is alive.
fn process_lives(database: &str) -> bool {
    let pid = database
        .split('_')
        .nth(1)
        .and_then(|pid| Pid::from_raw(pid.parse().ok()?));
    pid.is_some_and(|pid| test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}
