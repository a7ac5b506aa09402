//! What is told by the store: of which repository and which files, and what was merged since.
use peerlore::model::settings::Settings;
use peerlore::model::work::Writer;
use peerlore::store::file_work::merged_since;

use crate::file_work::by_everybody;
use crate::file_work::found;
use crate::file_work::git;
use crate::file_work::import;
use crate::file_work::named;
use crate::file_work::refused;
use crate::file_work::repository;
use crate::file_work::run;
use crate::file_work::said;
use crate::file_work::tables_with;
use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;

#[tokio::test]
async fn what_was_merged_after_the_last_commit_comes_on_top_and_nothing_counts_twice() {
    let peerlore = Peerlore::with_history().await;
    let ben = format!("{}+ben@users.noreply.github.com", peerlore.person("ben").0);
    let folder = repository(&[
        ("Ben", &ben, "2025-05-01", "src/pages/list.rs", 20),
        ("Ben", &ben, "2025-06-01", "src/ledger/post.rs", 40),
    ]);
    import(&peerlore, &folder);
    let merged = async |ledger: &str, pages: &str| {
        for (number, at) in [(1, ledger), (2, pages)] {
            let set = format!("update pull set merged_at = '{at}', closed_at = '{at}' where number = {number}");
            assert_eq!(peerlore.sql(&set).await, 1);
        }
        let found = found(&peerlore, "2025-06-30").await;
        (found.pulls, found.risk.people, named(&found))
    };
    assert_eq!(
        merged("2025-05-31T23:00Z", "2025-06-01T00:00:30Z").await,
        (0, 1, "ben".to_owned()),
        "both are in the history"
    );
    let (pulls, people, _) = merged("2025-05-31T23:00Z", "2025-06-02T00:00Z").await;
    assert_eq!((pulls, people), (1, 3), "dan wrote and cleo reviewed");
    let (pulls, people, names) = merged("2025-06-02T00:00Z", "2025-06-02T00:00Z").await;
    assert_eq!((pulls, people), (2, 4), "{names}");
    let out = |at: &str| format!("update person set opted_out_at = {at} where login in ('cleo', 'dan')");
    peerlore.sql(&out("now()")).await;
    let (pulls, people, names) = merged("2025-06-02T00:00Z", "2025-06-02T00:00Z").await;
    assert_eq!((pulls, people), (2, 2), "{names}");
    peerlore.sql(&out("null")).await;
    peerlore
        .sql("update pull set base_ref = 'aside' where number = 2")
        .await;
    assert_eq!(
        merged("2025-06-02T00:00Z", "2025-06-02T00:00Z").await.0,
        1,
        "not on the default branch"
    );
    let told = said(&run(&peerlore, &["risk", "--repo", "acme/shop"]));
    assert!(
        told.contains("2 commits until 2025-06-01 00:00, 1 pull request merged since, 2 files"),
        "{told}"
    );
    let bot = peerlore.person("lint[bot]").0;
    for statement in [
        format!(
            "insert into person (installation_id, id, login, kind, seen_at) select id, {bot}, 'lint[bot]', 'bot', now() from installation"
        ),
        format!("update pull set author_id = {bot} where number = 1"),
    ] {
        assert_eq!(peerlore.sql(&statement).await, 1, "{statement}");
    }
    assert_eq!(
        found(&peerlore, "2025-06-30").await.risk.people,
        1,
        "a program is nobody"
    );
}

#[tokio::test]
async fn what_an_erased_author_said_of_their_own_change_is_no_review() {
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, &[(20, "let guard = 1;")]).await;
    peerlore
        .comment(&pull, by("ada", TODAY + 1), 20, "I left this here on purpose.")
        .await;
    peerlore.tell(peerlore.github.merge(&pull, by("ada", TODAY + 2))).await;
    let key = peerlore.key(&pull).await;
    said(&run(&peerlore, &["erase", "--person", "ada", "--yes"]));
    peerlore.run_jobs().await;
    let merged = merged_since(
        &mut *peerlore.conn().await,
        peerlore.tenant().await,
        key.repo,
        at(TODAY),
    )
    .await;
    let merged = merged.expect("the database");
    assert_eq!(merged.len(), 1);
    assert_eq!(
        (merged[0].author, merged[0].reviewers.len()),
        (Writer::Person(None), 0),
        "{merged:?}"
    );
}

#[tokio::test]
async fn a_history_goes_with_its_repository() {
    let peerlore = Peerlore::with(Settings::default()).await;
    import(&peerlore, &by_everybody(&peerlore));
    peerlore
        .tell(peerlore.github.delete_repository(by("ada", TODAY), "shop"))
        .await;
    let gone = refused(&run(&peerlore, &["risk", "--repo", "acme/shop"]));
    assert!(gone.contains("acme/shop isn't known here"), "{gone}");
    let none = refused(&run(&peerlore, &["risk"]));
    assert!(none.contains("no git history was imported yet"), "{none}");
    peerlore.sql("delete from repo").await;
    assert_eq!(tables_with(&peerlore, "src/a.rs").await, [""; 0]);
}

#[tokio::test]
async fn a_repository_is_named_by_its_origin_or_has_to_be_named() {
    let peerlore = Peerlore::with(Settings::default()).await;
    let folder = by_everybody(&peerlore);
    let path = folder.path().to_str().expect("text");
    let bare = refused(&run(&peerlore, &["import", "git", path])).replace(path, "PATH");
    assert_eq!(
        bare,
        "peerlore: PATH has no remote \"origin\"; say whose it is with --repo OWNER/NAME"
    );
    let origin = |address: &str| git(folder.path(), &["config", "remote.origin.url", address], "");
    origin("https://me:secret@gitlab.example/acme/shop.git");
    let other = refused(&run(&peerlore, &["import", "git", path]));
    assert!(
        other.contains("is no repository of github.com; say whose it is"),
        "{other}"
    );
    assert!(!other.contains("secret"), "{other}");
    origin("git@github.com:acme/unheard-of.git");
    let unknown = run(&peerlore, &["import", "git", path]);
    let unknown = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(
        unknown.contains("acme/unheard-of isn't known here; install the App there, or"),
        "{unknown}"
    );
    let unread = refused(&run(&peerlore, &["risk", "--repo", "acme/shop"]));
    assert!(
        unread.contains("`peerlore import git PATH --repo acme/shop` reads one"),
        "{unread}"
    );
    origin("https://me:secret@github.com/acme/shop.git");
    let done = run(&peerlore, &["import", "git", path, "--json"]);
    assert!(said(&done).contains("\"repository\": \"acme/shop\""));
    let remarks = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(remarks, "It is acme/shop, as its remote \"origin\" says.\n");
    assert_eq!(tables_with(&peerlore, "secret").await, [""; 0]);
}

#[tokio::test]
async fn files_that_settings_ignore_and_mechanical_ones_are_left_out() {
    let peerlore = Peerlore::with(Settings::default()).await;
    let folder = repository(&[
        ("Ann", "ann@x.example", "2025-06-01", "src/a.rs", 3),
        ("Ann", "ann@x.example", "2025-06-01", "legacy/b.rs", 3),
        ("Ann", "ann@x.example", "2025-06-01", "Cargo.lock", 3),
    ]);
    let files = "select string_agg(path, ' ' order by path) from imported_file";
    import(&peerlore, &folder);
    assert_eq!(peerlore.one::<String>(files).await, "legacy/b.rs src/a.rs");
    peerlore
        .tell(peerlore.github.push_to_base(
            "shop",
            by("ada", TODAY),
            "Settings",
            &[peerlore::demo::github::Change::write(
                ".github/peerlore.toml",
                "[ignore]\npaths = [\"legacy/\"]\n",
            )],
        ))
        .await;
    assert_eq!(
        found(&peerlore, "2025-06-30").await.risk.files,
        1,
        "at once, without another import"
    );
    import(&peerlore, &folder);
    assert_eq!(peerlore.one::<String>(files).await, "src/a.rs");
}
