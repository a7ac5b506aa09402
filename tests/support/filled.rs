//! A database that takes long to fill, filled once for a build of a test program, however many processes that runs in.
use std::fs;
use std::fs::File;
use std::path::Path;

use sha2::Digest as _;
use sqlx::AssertSqlSafe;
use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use sqlx::Executor as _;
use sqlx::PgConnection;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::database::TestDatabase;
use crate::database::fresh_database;

/// What the names of such databases begin with. The tests' server drops those with its template, where migrations change.
const FILLED: &str = "template_filled_";

/// A database of one's own, with what `fill` put into the first one.
pub async fn filled_database(fill: impl AsyncFnOnce(&PgPool)) -> TestDatabase {
    let mut own = fresh_database().await;
    let options = (*own.pool.connect_options()).clone();
    let name = options.get_database().expect("its name").to_owned();
    let model = format!("{FILLED}{}", this_build());
    let lock = File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("filled.lock")).expect("a lock file");
    lock.lock().expect("the lock, once another process has filled it");
    let server = options.clone().database("postgres");
    let mut connection = server.connect().await.expect("the test server answers");
    let there = filled(&mut connection).await;
    if there.contains(&model) {
        own.pool.close().await;
        run(&mut connection, format!("DROP DATABASE {name} WITH (FORCE)")).await;
    } else {
        for old in there {
            run(&mut connection, format!("DROP DATABASE IF EXISTS {old} WITH (FORCE)")).await;
        }
        fill(&own.pool).await;
        own.pool.close().await;
        run(&mut connection, format!("ALTER DATABASE {name} RENAME TO {model}")).await;
    }
    run(&mut connection, format!("CREATE DATABASE {name} TEMPLATE {model}")).await;
    connection.close().await.expect("the test server says goodbye");
    own.pool = PgPoolOptions::new().max_connections(8).connect_lazy_with(options);
    own
}

async fn filled(connection: &mut PgConnection) -> Vec<String> {
    let all = "SELECT datname FROM pg_database WHERE datname LIKE $1 || '%'";
    let names = sqlx::query_scalar(all).bind(FILLED).fetch_all(connection).await;
    names.expect("the test server lists its databases")
}

async fn run(connection: &mut PgConnection, statement: String) {
    let done = connection.execute(AssertSqlSafe(statement.clone())).await;
    done.unwrap_or_else(|error| panic!("{statement}: {error}"));
}

/// What tells this build of the test program from any other.
fn this_build() -> String {
    let program = std::env::current_exe().expect("the path of this program");
    let file = fs::metadata(&program).expect("this program's file");
    let written = file.modified().expect("the time of its making");
    let told = format!("{} {} {written:?}", program.display(), file.len());
    hex::encode(&sha2::Sha256::digest(told)[..8])
}
