//! A git history in the store: who is kept of it, what becomes of them, and that nothing counts twice.
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use peerlore::model::clock::Time;
use peerlore::model::ids::RepoId;
use peerlore::model::settings::Settings;
use peerlore::pipeline::file_work;
use peerlore::pipeline::file_work::Found;
use peerlore::store;
use peerlore::store::erasure;
use peerlore::store::people;
use peerlore::store::tenants;
use tempfile::TempDir;

use crate::commands;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;

/// What is kept, as lines without the numbers of tenant and repository.
const KEPT: &str = "select coalesce(array_agg(line order by line), '{}') from (
    select concat_ws(' ', f.path, f.lines, f.changes, '|', coalesce(p.login, '-'), w.creator, w.changes, w.reviews, round(w.faded_lines::numeric, 3),
                     w.last_change::date) as line
    from file_work w
    join imported_file f using (installation_id, repo_id, place)
    left join person p on p.installation_id = w.installation_id and p.id = w.person_id) as l";

pub fn day(text: &str) -> Time {
    format!("{text}T00:00:00Z").parse().expect("a day")
}

pub fn git(folder: &Path, arguments: &[&str], input: &str) {
    let mut child = Command::new("git")
        .current_dir(folder)
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .stdin(Stdio::piped())
        .spawn()
        .expect("git is there");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("git reads");
    drop(stdin);
    assert!(child.wait().expect("git ends").success(), "git {arguments:?}");
}

/// A repository of commits: who, with which address, on which day, and the file that gets that many lines.
pub fn repository(commits: &[(&str, &str, &str, &str, usize)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    git(folder.path(), &["init", "--quiet", "--initial-branch", "main", "."], "");
    let mut stream = String::new();
    for (name, email, on, path, lines) in commits {
        let text = format!("{name} was here\n").repeat(*lines);
        let when = format!("{name} <{email}> {} +0000", day(on).timestamp());
        write!(
            stream,
            "commit refs/heads/main\nauthor {when}\ncommitter {when}\ndata 5\nWork\n\nM 100644 inline {path}\ndata {}\n{text}\n",
            text.len()
        )
        .expect("memory");
    }
    git(folder.path(), &["fast-import", "--quiet"], &stream);
    folder
}

/// `ben` by his number, `cleo` by her login, somebody new by number, and two of whom nothing but a name and an address is told.
pub fn by_everybody(peerlore: &Peerlore) -> TempDir {
    let ben = format!("{}+ben-of-old@users.noreply.github.com", peerlore.person("ben").0);
    repository(&[
        ("Hidden One", "hidden@x.example", "2025-01-01", "src/old.rs", 10),
        ("Ben", &ben, "2025-05-01", "src/a.rs", 20),
        ("Hidden One", "hidden@x.example", "2025-06-01", "src/a.rs", 5),
        ("Cleo", "Cleo@users.noreply.github.com", "2025-06-02", "src/b.rs", 8),
        (
            "New",
            "987654+newcomer@users.noreply.github.com",
            "2025-06-03",
            "docs/c.md",
            3,
        ),
        (
            "Stranger",
            "nobody-here@users.noreply.github.com",
            "2025-06-03",
            "docs/c.md",
            4,
        ),
        // A login that is somebody else's by now, and another code host's number.
        (
            "Forger",
            "666+ada@users.noreply.github.com",
            "2025-06-04",
            "docs/c.md",
            5,
        ),
        ("Far", "1+far@users.noreply.git.example", "2025-06-04", "docs/c.md", 6),
        (
            "lint",
            "49+lint[bot]@users.noreply.github.com",
            "2025-06-05",
            "src/b.rs",
            9,
        ),
    ])
}

pub fn run(peerlore: &Peerlore, arguments: &[&str]) -> Output {
    commands::peerlore(peerlore, arguments)
        .output()
        .expect("the command runs")
}

#[track_caller]
pub fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// The one line that says why it failed.
#[track_caller]
pub fn refused(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    said.trim().to_owned()
}

#[track_caller]
pub fn import(peerlore: &Peerlore, folder: &TempDir) -> String {
    let path = folder.path().to_str().expect("text");
    said(&run(peerlore, &["import", "git", path, "--repo", "acme/shop"]))
}

pub async fn found(peerlore: &Peerlore, on: &str) -> Found {
    let mut conn = peerlore.conn().await;
    let repo = tenants::repo_by_name(&mut conn, "acme", "shop").await;
    let repo = repo.expect("the database").expect("it is there");
    let found = file_work::found(&mut conn, &peerlore.settings, &repo, day(on)).await;
    found.expect("the database").expect("an import")
}

/// Everybody whom a report names, by either definition.
pub fn named(found: &Found) -> String {
    let factors = [&found.risk.avelino, &found.risk.ours];
    let modules = found.risk.modules.iter().map(|module| &module.factor);
    let mut names: Vec<&str> = factors
        .into_iter()
        .chain(modules)
        .flat_map(|factor| &factor.main_authors)
        .map(|one| one.name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

/// The tables with a text in which this pattern is found.
pub async fn tables_with(peerlore: &Peerlore, pattern: &str) -> Vec<String> {
    let tables: Vec<String> = peerlore
        .one(
            "select array_agg(table_name::text order by table_name::text) from information_schema.tables
             where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> '_sqlx_migrations'",
        )
        .await;
    let mut found = Vec::new();
    for table in tables {
        let count = format!("select count(*) from {table} t where t::text ~* '{pattern}'");
        if peerlore.one::<i64>(&count).await > 0 {
            found.push(table);
        }
    }
    found
}

#[tokio::test]
async fn who_is_known_by_number_is_kept_and_everybody_else_is_nobody() {
    let peerlore = Peerlore::with(Settings::default()).await;
    let folder = by_everybody(&peerlore);
    let told = import(&peerlore, &folder);
    assert!(
        told.contains("3 people are known by GitHub's number; what 4 others did counts without a name"),
        "{told}"
    );
    assert!(told.contains("A line of .mailmap such as"), "{told}");
    let kept: Vec<String> = peerlore.one(KEPT).await;
    insta::assert_snapshot!(kept.join("\n"), @r"
    docs/c.md 6 4 | - f 3 0 14.791 2025-06-04
    docs/c.md 6 4 | newcomer t 1 0 2.934 2025-06-03
    src/a.rs 5 2 | - f 1 0 4.783 2025-06-01
    src/a.rs 5 2 | ben t 1 0 13.556 2025-05-01
    src/b.rs 9 2 | cleo t 1 0 7.738 2025-06-02
    src/old.rs 10 1 | - t 1 0 1.787 2025-01-01
    ");
    assert_eq!(
        tables_with(&peerlore, "@|hidden|stranger|forger|nobody-here").await,
        [""; 0]
    );
    assert_eq!(
        peerlore.one::<i64>("select count(*) from person where id = 666").await,
        0
    );
    assert_eq!(
        named(&found(&peerlore, "2025-06-30").await),
        "ben, newcomer, somebody who isn't known here"
    );

    let rows = "select count(*) from file_work";
    let before = peerlore.one::<i64>(rows).await;
    import(&peerlore, &folder);
    assert_eq!(
        peerlore.one::<Vec<String>>(KEPT).await,
        kept,
        "read twice it changes nothing"
    );
    assert_eq!(peerlore.one::<i64>(rows).await, before);
}

#[tokio::test]
async fn a_mail_map_makes_somebody_known_and_a_name_does_not() {
    let peerlore = Peerlore::with(Settings::default()).await;
    let ben = format!("{}+ben@users.noreply.github.com", peerlore.person("ben").0);
    let commits = [
        ("Ben", "ben@home.example", "2025-06-01", "src/a.rs", 3),
        ("Ben", ben.as_str(), "2025-06-01", "src/b.rs", 3),
    ];
    let who = "select string_agg(concat(f.path, ' ', coalesce(p.login, '-')), ', ' order by f.path)
               from file_work w join imported_file f using (installation_id, repo_id, place)
               left join person p on p.installation_id = w.installation_id and p.id = w.person_id where f.path ~ 'src'";
    let folder = repository(&commits);
    import(&peerlore, &folder);
    assert_eq!(peerlore.one::<String>(who).await, "src/a.rs -, src/b.rs ben");
    let line = format!("Ben <{ben}> <ben@home.example>\n");
    let when = format!("Gil <gil@x.example> {} +0000", day("2025-06-02").timestamp());
    let stream = format!(
        "commit refs/heads/main\nauthor {when}\ncommitter {when}\ndata 4\nMap\n\nfrom refs/heads/main^0\nM 100644 inline .mailmap\ndata {}\n{line}\n",
        line.len()
    );
    git(folder.path(), &["fast-import", "--quiet"], &stream);
    import(&peerlore, &folder);
    assert_eq!(peerlore.one::<String>(who).await, "src/a.rs ben, src/b.rs ben");
}

#[tokio::test]
async fn opting_out_and_erasing_reach_what_was_imported() {
    let peerlore = Peerlore::with(Settings::default()).await;
    let folder = by_everybody(&peerlore);
    import(&peerlore, &folder);
    let (id, ben) = (peerlore.tenant().await, peerlore.person("ben"));
    let before = found(&peerlore, "2025-06-30").await;
    assert!(named(&before).contains("ben"), "{before:#?}");
    let set = async |at| {
        let done = people::set_opt_out(&mut *peerlore.conn().await, id, ben, at).await;
        done.expect("the database");
        found(&peerlore, "2025-06-30").await
    };
    let out = set(Some(at(TODAY))).await;
    assert!(!format!("{out:?}").contains("ben"), "{out:#?}");
    assert_eq!(out.risk.people, before.risk.people - 1);
    assert_eq!(
        out.risk.avelino.nobodys_files, before.risk.avelino.nobodys_files,
        "their work stands in the sums"
    );
    assert!(!said(&run(&peerlore, &["risk", "--json"])).contains("ben"));
    assert_eq!(set(None).await, before);

    said(&run(&peerlore, &["erase", "--person", "ben", "--yes"]));
    peerlore.run_jobs().await;
    let number = format!("\\m{ben}\\M");
    assert_eq!(tables_with(&peerlore, &number).await, ["person"]);
    assert_eq!(found(&peerlore, "2025-06-30").await, out, "the same as to be out");
    import(&peerlore, &folder);
    assert_eq!(
        tables_with(&peerlore, &number).await,
        ["person"],
        "another import brings nothing back"
    );
    assert_eq!(tables_with(&peerlore, "\\mben\\M|ben-of-old").await, [""; 0]);

    said(&run(&peerlore, &["erase", "--person", "newcomer", "--yes"]));
    assert_eq!(
        tables_with(&peerlore, "newcomer").await,
        [""; 0],
        "whom only a history told of, too"
    );
}

#[tokio::test]
async fn erasing_somebody_waits_for_an_import_that_names_them() {
    let peerlore = Peerlore::with(Settings::default()).await;
    import(&peerlore, &by_everybody(&peerlore));
    let (id, ben) = (peerlore.tenant().await, peerlore.person("ben"));
    let repo = RepoId(peerlore.one("select id from repo").await);
    let mut importing = peerlore.pool().begin().await.expect("the database");
    let work = store::file_work::kept(&mut importing, id, repo).await;
    let work = work.expect("the database").expect("an import");
    store::file_work::hold(&mut importing, id, &[ben.0])
        .await
        .expect("the database");
    store::file_work::keep(&mut importing, id, repo, &work)
        .await
        .expect("the database");
    let pool = peerlore.pool().clone();
    let erasing = tokio::spawn(async move {
        let mut tx = pool.begin().await.expect("the database");
        let done = erasure::person(&mut tx, id, (ben, "ben"), at(TODAY)).await;
        done.expect("the database");
        tx.commit().await.expect("the database");
    });
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while peerlore.one::<i64>(waits).await == 0 {
        assert!(!erasing.is_finished(), "it didn't wait");
    }
    importing.commit().await.expect("the database");
    erasing.await.expect("it ends");
    assert_eq!(tables_with(&peerlore, &format!("\\m{ben}\\M")).await, ["person"]);
}
