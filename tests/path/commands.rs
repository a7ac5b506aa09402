//! Commands on a database of one's own: those that look leave it as it is.
use std::process::Command;
use std::process::Output;

use peerlore::model::settings::Settings;
use serde_json::Value;
use sqlx::ConnectOptions;

use crate::harness::Peerlore;
use crate::harness::organisation;

/// A data folder that isn't there: not this machine's own, in which a second stage may be.
pub const NO_DATA: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/no-data");

/// The program, on this Peerlore's database, with nothing else set.
pub fn peerlore(peerlore: &Peerlore, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_peerlore"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PEERLORE_") {
            command.env_remove(name);
        }
    }
    let database = peerlore.pool().connect_options().to_url_lossy();
    command.env("DATABASE_URL", database.as_str()).args(arguments);
    command.env("PEERLORE_DATA_DIR", NO_DATA);
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The finding of `peerlore doctor` about this.
pub fn finding(doctor: &mut Command, what: &str) -> Option<Value> {
    let output = doctor.output().expect("the command runs");
    let found: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    found.into_iter().find(|one| one["name"] == what)
}

/// What `doctor` finds of the database, and that each command that reads refuses it in one line with these words.
#[track_caller]
fn refused(one: &Peerlore, words: &[&str]) {
    let mut doctor = peerlore(one, &["doctor", "--json"]);
    let found = finding(&mut doctor, "database").expect("a finding");
    assert_eq!(found["verdict"], "fail", "{found:#}");
    let found = format!("{} {}", found["said"], found["mend"]);
    let reading: [&[&str]; 3] = [
        &["experts", "--area", "concurrency"],
        &["profile", "ada"],
        &["suggest", "--repo", "acme/shop", "--files", "a.rs"],
    ];
    let each = reading.map(|arguments| peerlore(one, arguments).output().expect("the command runs"));
    for output in &each {
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(said(output).lines().count(), 1, "{}", said(output));
    }
    for word in words {
        for told in each.iter().map(said).chain([found.clone()]) {
            assert!(told.contains(word), "{word:?} is not in {told}");
        }
    }
}

#[tokio::test]
async fn looking_at_an_empty_database_leaves_it_empty() {
    let one = Peerlore::empty(organisation("acme", 1), Settings::default()).await;
    one.leaves_jobs();
    one.sql("drop schema graphile_worker cascade").await;
    one.sql("drop schema public cascade").await;
    one.sql("create schema public").await;
    refused(&one, &["older", "peerlore serve"]);
    let tables = "select count(*) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')";
    assert_eq!(one.one::<i64>(tables).await, 0);
    let written = peerlore(&one, &["rebuild"]).output().expect("the command runs");
    assert!(written.status.success(), "{}", said(&written));
    let read = peerlore(&one, &["experts", "--area", "concurrency"]).output();
    let read = read.expect("the command runs");
    assert!(read.status.success(), "{}", said(&read));
}

#[tokio::test]
async fn a_schema_that_lacks_a_migration_is_not_mended_by_looking() {
    let one = Peerlore::empty(organisation("acme", 1), Settings::default()).await;
    let first = "delete from _sqlx_migrations where version = (select min(version) from _sqlx_migrations)";
    one.sql(first).await;
    let left: i64 = one.one("select count(*) from _sqlx_migrations").await;
    refused(&one, &["older", "peerlore serve"]);
    assert_eq!(one.one::<i64>("select count(*) from _sqlx_migrations").await, left);
}

#[tokio::test]
async fn a_schema_of_a_newer_version_is_named_as_such() {
    let one = Peerlore::empty(organisation("acme", 1), Settings::default()).await;
    one.sql(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (99991231000000, 'of the future', true, '', 0)",
    )
    .await;
    refused(&one, &["newer"]);
}
