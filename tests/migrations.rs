//! Each migration is applied over the data of the ones before.
#[path = "support/database.rs"]
mod database;

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use peerlore::model::ids::InstallationId;
use peerlore::store;
use peerlore::store::edges;
use peerlore::store::pulls;
use peerlore::store::reader::Reader;
use sqlx::AssertSqlSafe;
use sqlx::migrate::Migrator;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// The names of the SQL files in a folder.
fn names(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(folder).expect("the folder");
    let mut names: Vec<String> = files
        .map(|file| file.expect("a file").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    names
}

#[test]
fn every_migration_has_data_for_the_next_one_to_meet() {
    assert_eq!(
        names("tests/data/migrations"),
        names("migrations"),
        "a new migration needs a file of the same name in tests/data/migrations, with a row in each table that it makes"
    );
}

#[tokio::test]
async fn each_migration_keeps_the_data_of_the_ones_before() {
    let database = database::fresh_database().await;
    let pool = &database.pool;
    let empty = "drop schema if exists graphile_worker cascade; drop schema public cascade; create schema public";
    sqlx::raw_sql(empty).execute(pool).await.expect("an empty database");
    let names = names("tests/data/migrations");
    assert_eq!(MIGRATIONS.iter().count(), names.len());
    for (last, name) in names.iter().enumerate() {
        let so_far: Vec<_> = MIGRATIONS.iter().take(last + 1).cloned().collect();
        let some = Migrator {
            migrations: Cow::Owned(so_far),
            ..Migrator::DEFAULT
        };
        some.run(pool).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/migrations")
            .join(name);
        let data = fs::read_to_string(path).expect("its data");
        let put = sqlx::raw_sql(AssertSqlSafe(data)).execute(pool).await;
        put.unwrap_or_else(|error| panic!("the data of {name}: {error}"));
    }
    store::migrate(pool).await.expect("all of them, and the queue's own");
    assert!(store::is_ready(pool).await.expect("the database"));
    let mut conn = pool.acquire().await.expect("the database");
    let id = InstallationId(1);
    assert_eq!(
        pulls::open(&mut conn, &Reader::of_everything(id), None, 10)
            .await
            .expect("the database")[0]
            .title,
        "A change"
    );
    assert_eq!(
        edges::graph(&mut conn, id, edges::Ends::Any)
            .await
            .expect("the database")
            .len(),
        1
    );
    let bare = "select table_name::text from information_schema.tables t where table_schema = 'public' and table_type = 'BASE TABLE'
        and (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from public.%I', table_name), false, true, '')))[1]::text = '0'";
    let bare: Vec<String> = sqlx::query_scalar(bare).fetch_all(pool).await.expect("the database");
    assert_eq!(bare, [""; 0], "these tables have no row in tests/data/migrations");
}
