//! "Wrong label": what people say of a comment counts at once, until its text changes or they take it back.
use peerlore::model::comment::CommentPlace;
use peerlore::model::correction::Said;
use peerlore::model::correction::Teaches;
use peerlore::model::ids::CommentId;
use peerlore::model::ids::InstallationId;
use peerlore::model::ids::PersonId;
use peerlore::model::ids::RepoId;
use peerlore::model::role::Roles;
use peerlore::model::skill::Area;
use peerlore::pipeline::correct;
use peerlore::pipeline::correct::Heard;
use peerlore::pipeline::correct::Judged;
use peerlore::pipeline::expire;
use peerlore::pipeline::opt_out;
use peerlore::pipeline::rebuild;
use peerlore::store::corrections;
use peerlore::store::reader::Reader;
use std::process::Output;

use crate::commands;
use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::organisation;
use crate::settings::set;

/// A pull request of `ada` with a comment by `ben` that is read as concurrency, and landed.
async fn told() -> (Peerlore, peerlore::demo::github::PullName, u64) {
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore
        .open(by("ada", TODAY), LEDGER, &[(20, "let guard = pending.lock();")])
        .await;
    let comment = peerlore.comment(&pull, by("ben", TODAY + 1), 20, LOCK).await;
    peerlore
        .reply(&pull, by("ada", TODAY + 2), comment, "Good catch, thanks! Done.")
        .await;
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: landed"]);
    (peerlore, pull, comment)
}

fn which(comment: u64) -> (CommentPlace, CommentId) {
    (
        CommentPlace::Diff,
        CommentId(i64::try_from(comment).expect("a small number")),
    )
}

/// Somebody who may read the repositories that everybody there may.
async fn reader(peerlore: &Peerlore, (id, person): (InstallationId, PersonId)) -> Reader {
    let all =
        format!("select coalesce(array_agg(id), '{{}}') from repo where installation_id = {id} and name <> 'sealed'");
    let repos: Vec<i64> = peerlore.one(&all).await;
    let repos = repos.into_iter().map(RepoId).collect();
    Reader::member(id, person, Roles::default(), repos)
}

/// Somebody says what a comment is about, in this installation.
async fn say_in(
    peerlore: &Peerlore,
    (id, person): (InstallationId, PersonId),
    comment: u64,
    (areas, teaches): (&[Area], Option<Teaches>),
) -> Heard {
    let reader = reader(peerlore, (id, person)).await;
    let open = corrections::open_to(&mut *peerlore.conn().await, (&reader, person), which(comment)).await;
    let (place, number) = which(comment);
    let judged = Judged {
        place,
        comment: number,
        edited: open.expect("the database").map_or(at(TODAY + 1), |open| open.edited),
    };
    let said = Said {
        by: person,
        areas: areas.to_vec(),
        teaches,
    };
    let heard = correct::say(&peerlore.app.pipeline, &reader, judged, &said).await;
    heard.expect("the database")
}

/// Somebody says what a comment is about.
pub async fn say(peerlore: &Peerlore, login: &str, comment: u64, areas: &[Area]) -> Heard {
    let who = (peerlore.tenant().await, peerlore.person(login));
    say_in(peerlore, who, comment, (areas, None)).await
}

async fn undo(peerlore: &Peerlore, login: &str, comment: u64) -> bool {
    let who = (peerlore.tenant().await, peerlore.person(login));
    let undone = correct::take_back(&peerlore.app.pipeline, who, which(comment)).await;
    undone.expect("the database")
}

async fn rebuilt(peerlore: &Peerlore) -> Vec<String> {
    let done = rebuild::run(&peerlore.app.pipeline, peerlore.tenant().await, |_, _| {}).await;
    done.expect("the database");
    peerlore.taught().await
}

async fn edges(peerlore: &Peerlore) -> Vec<Area> {
    peerlore.graph().await.iter().map(|edge| edge.area).collect()
}

#[tokio::test]
async fn what_the_learner_says_moves_the_edge_at_once_and_stays() {
    let (peerlore, _, comment) = told().await;
    let stored = "select reading::text from reading join comment c on c.id = comment_id where c.body like '%deadlock%'";
    let read: String = peerlore.one(stored).await;
    assert_eq!(say(&peerlore, "ada", comment, &[Area::Testing]).await, Heard::Stored);
    assert_eq!(peerlore.taught().await, ["ben taught ada testing: landed"]);
    assert_eq!(edges(&peerlore).await, [Area::Testing]);
    let line = peerlore.lessons().await.remove(0);
    assert_eq!(
        (line.area_probability, line.said_by),
        (Some(1.0), Some((peerlore.person("ada"), "ada".to_owned())))
    );
    assert_eq!(rebuilt(&peerlore).await, ["ben taught ada testing: landed"]);
    assert_eq!(peerlore.one::<String>(stored).await, read, "the model's own word stays");
    let wrong = "select k.read ->> 0 || k.model = ((g.reading -> 'areas') ->> 0) || g.model from correction k
                 join reading g on g.comment_id = k.comment_id";
    assert!(
        peerlore.one::<bool>(wrong).await,
        "what was wrong is kept, with the model"
    );

    assert!(undo(&peerlore, "ada", comment).await);
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: landed"]);
    let line = peerlore.lessons().await.remove(0);
    assert!(line.said_by.is_none() && line.area_probability.is_some_and(|sure| sure < 1.0));
    assert_eq!(edges(&peerlore).await, [Area::Concurrency]);
    assert!(!undo(&peerlore, "ada", comment).await, "only once");
}

#[tokio::test]
async fn no_area_takes_the_lesson_away_and_says_so() {
    let (peerlore, _, comment) = told().await;
    assert_eq!(say(&peerlore, "ada", comment, &[]).await, Heard::Stored);
    assert_eq!(
        (
            peerlore.taught().await,
            edges(&peerlore).await,
            peerlore.refused().await
        ),
        (vec![], vec![], "acknowledgement said_otherwise".to_owned())
    );
    let reader = Reader::of_everything(peerlore.tenant().await);
    for (login, by) in [("ada", None), ("ben", Some("ada".to_owned()))] {
        let seen = corrections::seen_by(&mut *peerlore.conn().await, &reader, peerlore.person(login), 100).await;
        let seen = seen.expect("the database");
        assert_eq!(
            (seen.len(), &seen[0].by, seen[0].counts),
            (1, &by, true),
            "{login} finds it"
        );
    }
    assert!(undo(&peerlore, "ada", comment).await);
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: landed"]);
    let ada = (peerlore.tenant().await, peerlore.person("ada"));
    for (teaches, refused) in [(Teaches::None, "said_otherwise"), (Teaches::Request, "bare_request")] {
        let word = (&[Area::Testing][..], Some(teaches));
        assert_eq!(say_in(&peerlore, ada, comment, word).await, Heard::Stored);
        assert_eq!(
            (peerlore.taught().await, peerlore.refused().await),
            (vec![], format!("acknowledgement {refused}"))
        );
    }
}

#[tokio::test]
async fn the_writer_knows_best_and_otherwise_the_latest_word_counts() {
    let (peerlore, _, comment) = told().await;
    let taught = async |area: &str| {
        let taught = peerlore.taught().await;
        assert_eq!(taught, [format!("ben taught ada {area}: landed")]);
    };
    say(&peerlore, "ada", comment, &[Area::Testing]).await;
    say(&peerlore, "ada", comment, &[Area::Security]).await;
    taught("security").await;
    say(&peerlore, "ben", comment, &[Area::Databases]).await;
    taught("databases").await;
    say(&peerlore, "ada", comment, &[Area::Performance]).await;
    taught("databases").await;
    assert!(undo(&peerlore, "ben", comment).await);
    taught("performance").await;
}

#[tokio::test]
async fn an_edited_text_loses_what_was_said_of_it() {
    let (peerlore, pull, comment) = told().await;
    say(&peerlore, "ada", comment, &[Area::Testing]).await;
    let newer = format!("{LOCK} Please.");
    // The same text once more, as newer: GitHub says so of comments that only moved.
    let same = peerlore
        .github
        .edit_review_comment(&pull, by("ben", TODAY + 5), comment, LOCK);
    peerlore.tell(same).await;
    assert_eq!(peerlore.taught().await, ["ben taught ada testing: landed"]);
    let edited = peerlore
        .github
        .edit_review_comment(&pull, by("ben", TODAY + 6), comment, &newer);
    peerlore.deliver(edited).await;
    peerlore.run_jobs().await;
    assert_eq!(peerlore.one::<i64>("select count(*) from correction").await, 0);
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: landed"]);

    // Who opened the form before the edit judged another text.
    let who = (peerlore.tenant().await, peerlore.person("ada"));
    let reader = reader(&peerlore, who).await;
    let (place, number) = which(comment);
    let judged = Judged {
        place,
        comment: number,
        edited: at(TODAY + 1),
    };
    let said = Said {
        by: who.1,
        areas: vec![Area::Testing],
        teaches: None,
    };
    let heard = correct::say(&peerlore.app.pipeline, &reader, judged, &said).await;
    assert_eq!(heard.expect("the database"), Heard::EditedMeanwhile);
    peerlore.sql("delete from reading").await;
    assert_eq!(say(&peerlore, "ada", comment, &[Area::Testing]).await, Heard::NotRead);
    let gone = peerlore
        .github
        .delete_review_comment(&pull, by("ben", TODAY + 8), comment);
    peerlore.tell(gone).await;
    assert_eq!(
        say(&peerlore, "ada", comment, &[Area::Testing]).await,
        Heard::NoSuchComment
    );
}

#[tokio::test]
async fn only_the_two_ends_of_a_lesson_may_correct_it() {
    let (peerlore, _, _) = told().await;
    let pull = peerlore
        .open(by("dan", TODAY + 2), LEDGER, &[(21, "let guard = other.lock();")])
        .await;
    let comment = peerlore.comment(&pull, by("ben", TODAY + 3), 21, LOCK).await;
    for stranger in ["ada", "cleo", "eve", "finn"] {
        let heard = say(&peerlore, stranger, comment, &[Area::Testing]).await;
        assert_eq!(heard, Heard::NoSuchComment, "{stranger}");
    }
    let other = peerlore.neighbour(organisation("umbra", 2)).await;
    other.tell(other.github.install(by("ada", TODAY))).await;
    let elsewhere = (other.tenant().await, peerlore.person("dan"));
    let word = (&[Area::Testing][..], None);
    assert_eq!(say_in(&peerlore, elsewhere, comment, word).await, Heard::NoSuchComment);
    peerlore.sql("update repo set private = true, name = 'sealed'").await;
    assert_eq!(
        say(&peerlore, "dan", comment, &[Area::Testing]).await,
        Heard::NoSuchComment,
        "who may not read it any more"
    );
    peerlore.sql("update repo set name = 'shop'").await;
    assert_eq!(peerlore.one::<i64>("select count(*) from correction").await, 0);
    assert_eq!(say(&peerlore, "dan", comment, &[Area::Testing]).await, Heard::Stored);
}

#[tokio::test]
async fn three_areas_are_three_lessons_and_the_settings_add_none() {
    let (peerlore, _, comment) = told().await;
    set(&peerlore, TODAY + 2, "[skills]\n\"src/ledger/\" = [\"databases\"]").await;
    rebuilt(&peerlore).await;
    let databases = peerlore.lessons().await;
    let databases = databases.iter().find(|line| line.area == Area::Databases);
    assert_eq!(
        databases.expect("the settings name it").area_probability,
        None,
        "nobody read it"
    );
    let three = [Area::Testing, Area::Security, Area::Readability];
    say(&peerlore, "ada", comment, &three).await;
    let mut taught = peerlore.taught().await;
    taught.sort();
    assert_eq!(
        taught,
        [
            "ben taught ada readability: landed",
            "ben taught ada security: landed",
            "ben taught ada testing: landed"
        ]
    );
}

#[tokio::test]
async fn whoever_opts_out_said_nothing() {
    let (peerlore, _, comment) = told().await;
    let (id, ada, eve) = (peerlore.tenant().await, peerlore.person("ada"), peerlore.person("eve"));
    // As somebody whom it told something until others spoke.
    peerlore
        .sql(&format!(
            "insert into correction select installation_id, place, id, {eve}, '{{testing}}', null, now(), '[]', 'm'
             from comment where id = {comment}"
        ))
        .await;
    assert_eq!(rebuilt(&peerlore).await, ["ben taught ada testing: landed"]);
    let out = opt_out::out(&peerlore.app.pipeline, id, eve).await;
    assert!(out.expect("the database"));
    assert_eq!(peerlore.lessons().await[0].said_by, None, "at once");
    peerlore.run_jobs().await;
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: landed"]);

    say(&peerlore, "ada", comment, &[Area::Security]).await;
    opt_out::out(&peerlore.app.pipeline, id, ada)
        .await
        .expect("the database");
    let reader = Reader::of_everything(id);
    let seen = corrections::seen_by(&mut *peerlore.conn().await, &reader, peerlore.person("ben"), 100).await;
    assert_eq!(seen.expect("the database"), []);
    let labels = correct::labels(&mut *peerlore.conn().await, id).await;
    assert_eq!(labels.expect("the database").rows.len(), 0);
    assert_eq!(peerlore.taught().await, [""; 0]);
    opt_out::back(&peerlore.app.pipeline, id, ada)
        .await
        .expect("the database");
    peerlore.run_jobs().await;
    assert_eq!(
        peerlore.taught().await,
        ["ben taught ada security: landed"],
        "and it counts again"
    );
}

fn measured(peerlore: &Peerlore, arguments: &[&str]) -> Output {
    let all = [&["eval", "classify", "--from-corrections"], arguments].concat();
    commands::peerlore(peerlore, &all).output().expect("the command runs")
}

fn printed(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn corrections_measure_the_classifier_one_account_at_a_time() {
    let (peerlore, pull, comment) = told().await;
    say(&peerlore, "ada", comment, &[Area::Testing]).await;
    let second = peerlore.comment(&pull, by("ben", TODAY + 3), 21, LOCK).await;
    say(&peerlore, "ben", second, &[]).await;
    peerlore
        .sql(&format!("update comment set body = null where id = {second}"))
        .await;
    let done = measured(&peerlore, &[]);
    assert!(done.status.success(), "{}", printed(&done.stderr));
    let head: Vec<String> = printed(&done.stdout)
        .lines()
        .filter(|line| !line.starts_with("peerlore."))
        .map(str::to_owned)
        .collect();
    insta::assert_snapshot!(head.join("\n"), @r#"
    account                                      "acme"
    note                                         "people correct what they find wrong, so these comments are harder than most: no accuracy of all that was read"
    rows                                         1
    without_text                                 1
    "#);
    let json = measured(&peerlore, &["--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json["peerlore"]["areas"]["testing"]["support"], 1, "{json:#}");
    assert_eq!(json["peerlore"]["rows"], 1);

    let other = peerlore.neighbour(organisation("umbra", 2)).await;
    other.history().await;
    let unclear = measured(&peerlore, &[]);
    assert_eq!(unclear.status.code(), Some(1));
    insta::assert_snapshot!(printed(&unclear.stderr), @"peerlore: several accounts are known (acme, umbra), and their texts are never mixed; choose one with --account LOGIN");
    assert!(measured(&peerlore, &["--account", "ACME"]).status.success());
    let none = measured(&peerlore, &["--account", "umbra"]);
    assert_eq!(none.status.code(), Some(1));
    insta::assert_snapshot!(printed(&none.stderr), @"peerlore: no correction of umbra has a text that is still kept (0 have none any more); people correct labels on their own page");
    for wrong in [["--account", "nobody"].as_slice(), &["a-file.jsonl"]] {
        assert!(!measured(&peerlore, wrong).status.success(), "{wrong:?}");
    }
    let neither = commands::peerlore(&peerlore, &["eval", "classify"]).output();
    assert_eq!(neither.expect("the command runs").status.code(), Some(2));
}

#[tokio::test]
async fn corrections_train_a_model_one_account_at_a_time() {
    let (peerlore, _, comment) = told().await;
    say(&peerlore, "ada", comment, &[Area::Testing]).await;
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("corrections-{comment}"));
    std::fs::create_dir_all(&folder).expect("a folder");
    let rows: Vec<String> = (0..12)
        .map(|project| {
            format!(
                r#"{{"project":"p{project}","path":null,"body":"Add a test","is_reply":false,"areas":["testing"],"teaches":1}}"#
            )
        })
        .collect();
    std::fs::write(folder.join("labelled.jsonl"), rows.join("\n")).expect("a file");
    let train = |arguments: &[&str]| {
        let all = [
            &[
                "train",
                "classify",
                "labelled.jsonl",
                "--corrections",
                "--out",
                "ours.gz",
            ],
            arguments,
        ]
        .concat();
        let output = commands::peerlore(&peerlore, &all).current_dir(&folder).output();
        let output = output.expect("the command runs");
        (
            output.status.success(),
            printed(&output.stdout) + &printed(&output.stderr),
        )
    };
    let (trained, told) = train(&[]);
    assert!(
        trained && told.contains("12 labelled comments, 0 more and 1 correction"),
        "{told}"
    );
    let card = std::fs::read(folder.join("ours.json")).expect("a card");
    let card: serde_json::Value = serde_json::from_slice(&card).expect("JSON");
    assert_eq!(card["data"]["corrected"], 1, "{card:#}");
    let ours = folder.join("ours.gz").display().to_string();
    let figures = printed(&measured(&peerlore, &["--classifier", &ours]).stdout);
    assert!(
        figures.contains("this model learned from corrections itself"),
        "{figures}"
    );

    let other = peerlore.neighbour(organisation("umbra", 2)).await;
    other.history().await;
    let (trained, told) = train(&[]);
    assert!(!trained && told.contains("their texts are never mixed"), "{told}");
    assert!(train(&["--account", "acme"]).0);
    let (trained, told) = train(&["--account", "umbra"]);
    assert!(
        trained && told.contains("and 0 corrections"),
        "nothing of acme is learned from: {told}"
    );
    std::fs::remove_dir_all(folder).expect("the folder goes");
}

#[tokio::test]
async fn a_correction_outlives_the_text() {
    let (peerlore, _, comment) = told().await;
    say(&peerlore, "ada", comment, &[Area::Testing]).await;
    peerlore.clock.move_to(at(TODAY + 91 * DAY));
    expire::run(&peerlore.app.pipeline).await.expect("the database");
    peerlore.run_jobs().await;
    assert_eq!(rebuilt(&peerlore).await, ["ben taught ada testing: landed"]);
    let labels = correct::labels(&mut *peerlore.conn().await, peerlore.tenant().await).await;
    let labels = labels.expect("the database");
    assert_eq!((labels.rows.len(), labels.without_text), (0, 1));
}

#[tokio::test]
async fn the_profile_on_the_command_line_says_who_said_it() {
    let (peerlore, pull, comment) = told().await;
    let said = async |peerlore: &Peerlore| {
        let profile = commands::peerlore(peerlore, &["profile", "ada"]).output();
        let printed = printed(&profile.expect("the command runs").stdout);
        let line = printed.lines().find(|line| line.contains("was taught"));
        line.map(str::to_owned).expect("a line of evidence")
    };
    let before = said(&peerlore).await;
    assert!(
        before.contains("was taught Concurrency on Rust (") && before.contains("% sure)"),
        "{before}"
    );
    say(&peerlore, "ben", comment, &[Area::Testing]).await;
    let after = said(&peerlore).await;
    assert!(after.contains("was taught Testing on Rust (said by ben)"), "{after}");
    let json = commands::peerlore(&peerlore, &["profile", "ada", "--json"]).output();
    let json: serde_json::Value = serde_json::from_slice(&json.expect("the command runs").stdout).expect("JSON");
    assert_eq!(
        (
            &json["evidence"][0]["said_by"],
            &json["evidence"][0]["area_probability"]
        ),
        (&"ben".into(), &1.0.into()),
        "{json:#} {pull:?}"
    );
}
