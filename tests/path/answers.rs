//! "Did this teach you something?": whom it is put to, what becomes of the answers, and that nobody else reads them.
use std::process::Output;

use peerlore::demo::github::PullName;
use peerlore::model::comment::CommentPlace;
use peerlore::model::ids::CommentId;
use peerlore::model::ids::PersonId;
use peerlore::pipeline::answers;
use peerlore::pipeline::answers::OneQuestion;
use peerlore::pipeline::opt_out;
use peerlore::pipeline::refit;
use peerlore::store::landing_weights as stored;
use peerlore::store::landing_weights::LookedAt;
use peerlore::store::reader::Reader;

use crate::commands;
use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;

/// Ben told Ada something on a pull request that was merged. It is the week after.
async fn a_week_later() -> (Peerlore, PullName, u64) {
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore
        .open(by("ada", TODAY), LEDGER, &[(20, "let guard = pending.lock();")])
        .await;
    let comment = peerlore.comment(&pull, by("ben", TODAY + 1), 20, LOCK).await;
    peerlore
        .reply(&pull, by("ada", TODAY + 2), comment, "Good catch, thanks! Done.")
        .await;
    peerlore.tell(peerlore.github.merge(&pull, by("ada", TODAY + 3))).await;
    peerlore.clock.move_to(at(TODAY + 7 * DAY));
    (peerlore, pull, comment)
}

async fn asked(peerlore: &Peerlore, login: &str) -> OneQuestion {
    let reader = Reader::of_everything(peerlore.tenant().await);
    let person = peerlore.person(login);
    let found = answers::of_week(&mut *peerlore.conn().await, &reader, person, peerlore.clock.now()).await;
    found.expect("the database")
}

async fn about(peerlore: &Peerlore, login: &str) -> Option<String> {
    let open = asked(peerlore, login).await.about?;
    Some(format!(
        "{} {}#{} {}",
        open.teacher,
        open.repo,
        open.pull.number,
        open.area.slug()
    ))
}

async fn answer(peerlore: &Peerlore, login: &str, comment: u64, taught: Option<bool>) -> bool {
    let reader = Reader::of_everything(peerlore.tenant().await);
    let which = (
        CommentPlace::Diff,
        CommentId(i64::try_from(comment).expect("a small number")),
    );
    let heard = answers::answer(&peerlore.app.pipeline, (&reader, peerlore.person(login)), which, taught).await;
    heard.expect("the database")
}

#[tokio::test]
async fn a_learner_is_asked_once_in_the_week_after_and_never_again() {
    let (peerlore, _, comment) = a_week_later().await;
    assert_eq!(about(&peerlore, "ada").await.as_deref(), Some("ben shop#3 concurrency"));
    assert_eq!(about(&peerlore, "ben").await, None, "who taught isn't asked");
    assert!(!answer(&peerlore, "ben", comment, Some(true)).await);
    assert!(
        !answer(&peerlore, "ada", comment + 1, Some(true)).await,
        "there is no such question"
    );
    assert!(answer(&peerlore, "ada", comment, Some(true)).await);
    assert_eq!(asked(&peerlore, "ada").await.answers, 1);
    assert_eq!(about(&peerlore, "ada").await, None);
    assert!(!answer(&peerlore, "ada", comment, Some(false)).await, "it was answered");
    peerlore.clock.move_to(at(TODAY + 14 * DAY));
    assert_eq!(about(&peerlore, "ada").await, None, "not about the same twice");
}

#[tokio::test]
async fn not_in_the_week_itself_and_not_when_it_is_long_ago() {
    let (peerlore, ..) = a_week_later().await;
    for (day, is_asked) in [(0, false), (7, true), (14, true), (21, false)] {
        peerlore.clock.move_to(at(TODAY + day * DAY));
        assert_eq!(about(&peerlore, "ada").await.is_some(), is_asked, "after {day} days");
    }
}

#[tokio::test]
async fn a_resolved_thread_is_asked_about_while_its_pull_request_is_open() {
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore
        .open(by("ada", TODAY), LEDGER, &[(20, "let guard = pending.lock();")])
        .await;
    let comment = peerlore.comment(&pull, by("ben", TODAY + 1), 20, LOCK).await;
    peerlore.clock.move_to(at(TODAY + 7 * DAY));
    assert_eq!(about(&peerlore, "ada").await, None, "the discussion goes on");
    peerlore.clock.move_to(at(TODAY + 2));
    peerlore
        .tell(peerlore.github.resolve_thread(&pull, by("ada", TODAY + 2), comment))
        .await;
    peerlore.clock.move_to(at(TODAY + 7 * DAY));
    assert!(about(&peerlore, "ada").await.is_some());
}

#[tokio::test]
async fn nobody_is_asked_while_away_against_their_will_or_about_who_is_out() {
    let (peerlore, _, comment) = a_week_later().await;
    let (id, ada) = (peerlore.tenant().await, peerlore.person("ada"));
    let pipeline = &peerlore.app.pipeline;
    peerlore
        .is_away("ada", (at(TODAY + 6 * DAY), at(TODAY + 8 * DAY)))
        .await;
    assert_eq!(about(&peerlore, "ada").await, None);
    assert!(!answer(&peerlore, "ada", comment, Some(true)).await);
    peerlore.sql("delete from absence").await;
    answers::set_unasked(pipeline, (id, ada), true)
        .await
        .expect("the database");
    assert_eq!(
        (asked(&peerlore, "ada").await.unasked, about(&peerlore, "ada").await),
        (true, None)
    );
    answers::set_unasked(pipeline, (id, ada), false)
        .await
        .expect("the database");
    assert!(about(&peerlore, "ada").await.is_some());
    opt_out::out(pipeline, id, peerlore.person("ben"))
        .await
        .expect("the database");
    assert_eq!(about(&peerlore, "ada").await, None, "the teacher is out of everything");
    peerlore.run_jobs().await;
}

#[tokio::test]
async fn answers_can_be_taken_back_and_nobody_is_asked_twice() {
    let (peerlore, _, comment) = a_week_later().await;
    assert!(answer(&peerlore, "ada", comment, Some(true)).await);
    assert_eq!(asked(&peerlore, "ada").await.answers, 1);
    let whose = (peerlore.tenant().await, peerlore.person("ada"));
    answers::take_back(&peerlore.app.pipeline, whose)
        .await
        .expect("the database");
    assert_eq!(
        (asked(&peerlore, "ada").await.answers, about(&peerlore, "ada").await),
        (0, None)
    );
    let kept = "select count(*) from answer where taught is not null";
    assert_eq!(peerlore.one::<i64>(kept).await, 0);
}

#[tokio::test]
async fn of_four_tabs_one_is_thanked() {
    let (peerlore, _, comment) = a_week_later().await;
    let tab = |taught| answer(&peerlore, "ada", comment, taught);
    let (one, two, three, four) = tokio::join!(tab(Some(true)), tab(Some(false)), tab(None), tab(Some(true)));
    let heard = [one, two, three, four];
    assert_eq!(heard.iter().filter(|heard| **heard).count(), 1, "{heard:?}");
}

#[tokio::test]
async fn who_said_it_can_not_be_told_is_not_asked_about_the_same_thread_again() {
    let (peerlore, pull, comment) = a_week_later().await;
    assert!(
        answer(&peerlore, "ada", comment, None).await,
        "who can't say has answered"
    );
    let more = "Besides, take the lock before the map is read, because another thread may write it between the two, \
                and then the count that is stored would be wrong; `pending.lock()` guards both.";
    peerlore.reply(&pull, by("ben", TODAY + 4), comment, more).await;
    peerlore.clock.move_to(at(TODAY + 14 * DAY));
    let lessons: Vec<_> = peerlore.lessons().await.iter().map(|one| one.comment).collect();
    assert!(!lessons.is_empty());
    assert_eq!(about(&peerlore, "ada").await, None, "{lessons:?}");
}

/// Twelve more people answered on `count` comments, each like the real one but for what was said: no to most, and yes
/// where the text proposes something.
async fn many_answers(peerlore: &Peerlore, count: usize) {
    peerlore
        .sql(
            "insert into person (installation_id, id, login, kind, seen_at)
             select i.id, 9000 + n, 'more' || n, 'human', now() from installation i, generate_series(1, 12) n",
        )
        .await;
    let comments = format!(
        "insert into comment (installation_id, place, id, repo_id, number, root_id, author_id, created_at, updated_at)
         select c.installation_id, 'diff', 50000 + n, c.repo_id, h.numbers[1 + n % cardinality(h.numbers)], 50000 + n, c.author_id,
                c.created_at, c.updated_at
         from (select c.* from comment c join lesson l on l.comment_id = c.id limit 1) c,
              lateral (select array_agg(p.number) numbers from pull p where p.repo_id = c.repo_id and p.number <> c.number) h,
              generate_series(1, {count}) n"
    );
    peerlore.sql(&comments).await;
    let lessons = "insert into lesson (installation_id, place, comment_id, area, learner_id, teacher_id, repo_id, number, at, p,
                           parts, outcome, diffs_known, provisional)
         select c.installation_id, 'diff', c.id, 'testing', 9001 + c.id % 12, l.teacher_id, c.repo_id, c.number, c.created_at, l.p,
                case when c.id % 3 = 0
                then '[{\"what\": \"\", \"weight\": 0.58, \"calibrated\": true, \"sign\": \"proposes\", \"value\": 1.0},
                       {\"what\": \"\", \"weight\": 1.24, \"calibrated\": true, \"sign\": \"length\", \"value\": 4.6}]'::jsonb
                else '[{\"what\": \"\", \"weight\": 1.24, \"calibrated\": true, \"sign\": \"length\", \"value\": 4.6}]'::jsonb end,
                'given', true, false
         from comment c, (select * from lesson limit 1) l where c.id between 50001 and 60000";
    peerlore.sql(lessons).await;
    let given = peerlore
        .sql(
            "insert into answer (installation_id, place, comment_id, person_id, taught, at)
             select installation_id, place, comment_id, learner_id, comment_id % 3 = 0, now() from lesson where comment_id between 50001 and 60000",
        )
        .await;
    assert!(given >= 300, "{given}");
}

async fn p(peerlore: &Peerlore, comment: u64) -> f64 {
    peerlore
        .one(&format!("select p from lesson where comment_id = {comment}"))
        .await
}

fn measured(peerlore: &Peerlore, arguments: &[&str]) -> Output {
    let all = [&["eval", "landing", "--from-answers"], arguments].concat();
    commands::peerlore(peerlore, &all).output().expect("the command runs")
}

/// Own weights, and how many answers were looked at.
async fn in_force(peerlore: &Peerlore) -> (bool, Option<i32>) {
    let own = peerlore.one("select weights is not null from landing_weights").await;
    (own, peerlore.one("select answers from landing_weights").await)
}

async fn waiting(peerlore: &Peerlore) -> i64 {
    let relearn = "select count(*) from graphile_worker.jobs where key like 'relearn:%'";
    peerlore.one(relearn).await
}

#[tokio::test]
async fn three_hundred_answers_change_what_signs_weigh_and_fewer_change_it_back() {
    let (peerlore, _, comment) = a_week_later().await;
    let shipped = p(&peerlore, comment).await;
    assert!(answer(&peerlore, "ada", comment, Some(true)).await);
    let pipeline = &peerlore.app.pipeline;
    refit::run(pipeline).await.expect("the database");
    let none = measured(&peerlore, &["--json"]);
    let words = String::from_utf8_lossy(&none.stderr).into_owned();
    assert!(
        !none.status.success() && none.stdout.is_empty() && words.contains("too few of acme have answered yet"),
        "one answer is nobody else's business: {words}"
    );

    many_answers(&peerlore, 400).await;
    refit::run(pipeline).await.expect("the database");
    assert_eq!(in_force(&peerlore).await, (true, Some(401)));
    let told = measured(&peerlore, &["--json"]);
    let figures: serde_json::Value = serde_json::from_slice(&told.stdout).expect("JSON");
    assert_eq!(
        (&figures["verdict"], &figures["people"]),
        (&"used".into(), &13.into()),
        "{figures:#}"
    );
    assert!(figures["gain"].as_f64() > figures["gain_error"].as_f64(), "{figures:#}");
    let weights = &figures["weights"];
    assert_eq!(
        weights["it proposes something"]["answers"],
        serde_json::Value::Null,
        "yes for all"
    );
    assert!(
        weights["length of the text"]["answers"].as_i64() > Some(300),
        "{figures:#}"
    );
    assert!(!figures.to_string().contains("more"), "nobody is named: {figures:#}");

    assert_eq!(waiting(&peerlore).await, 1);
    let changes = "select changes from landing_weights";
    let before: i64 = peerlore.one(changes).await;
    refit::run(pipeline).await.expect("the database");
    assert_eq!(peerlore.one::<i64>(changes).await, before, "nothing came or went");
    let out = PersonId(9001);
    opt_out::out(pipeline, peerlore.tenant().await, out)
        .await
        .expect("the database");
    assert_eq!(
        in_force(&peerlore).await,
        (true, None),
        "they are to be looked at again"
    );
    refit::run(pipeline).await.expect("the database");
    let (own, looked) = in_force(&peerlore).await;
    assert!(
        own && looked.is_some_and(|looked| (300..401).contains(&looked)),
        "{looked:?}"
    );

    relearn(&peerlore).await;
    let own = p(&peerlore, comment).await;
    assert!((own - shipped).abs() > 0.005, "{shipped} {own}");
    let sum: f64 = peerlore
        .one(&format!(
            "select sum((part ->> 'weight')::float8) from lesson, jsonb_array_elements(parts) part where comment_id = {comment}"
        ))
        .await;
    assert!(
        (1.0 / (1.0 + (-sum).exp()) - own).abs() < 1e-9,
        "its parts still add up"
    );

    peerlore.sql("delete from answer where comment_id % 2 = 0").await;
    refit::run(pipeline).await.expect("the database");
    assert!(!in_force(&peerlore).await.0);
    relearn(&peerlore).await;
    assert!((p(&peerlore, comment).await - shipped).abs() < 1e-9);
    let again = measured(&peerlore, &[]);
    assert!(!again.status.success(), "too few again");
}

#[tokio::test]
async fn weights_that_depart_from_others_than_are_shipped_go_with_what_they_made_of_lessons() {
    let (peerlore, _, comment) = a_week_later().await;
    let shipped = p(&peerlore, comment).await;
    let own =
        "insert into landing_weights (installation_id, weights, answers, against, at, relearn_repo_id, relearn_number)
               select id, '{\"base\": 4.0, \"signs\": {}}', 300, 1, now(), 0, 0 from installation";
    assert_eq!(peerlore.sql(own).await, 1);
    let (pipeline, id) = (&peerlore.app.pipeline, peerlore.tenant().await);
    refit::relearn(pipeline, id).await.expect("the database");
    relearn(&peerlore).await;
    assert!(p(&peerlore, comment).await > shipped + 0.03);
    peerlore.sql("update landing_weights set against = 0").await;
    refit::run(pipeline).await.expect("the database");
    relearn(&peerlore).await;
    assert!((p(&peerlore, comment).await - shipped).abs() < 1e-9);
}

#[tokio::test]
async fn whoever_looked_while_answers_went_has_them_looked_at_again() {
    let peerlore = Peerlore::start().await;
    let id = peerlore.tenant().await;
    let mut conn = peerlore.conn().await;
    let seen = LookedAt {
        weights: None,
        found: serde_json::json!({ "answers": 300 }),
        answers: Some(300),
        against: 1,
        gone: 0,
    };
    for gone in [false, true] {
        if gone {
            stored::look_again(&mut conn, id).await.expect("the database");
        }
        let set = stored::set_looked_at(&mut conn, id, &seen, (false, at(0))).await;
        set.expect("the database");
        let now = stored::looked_at(&mut conn, id)
            .await
            .expect("the database")
            .expect("a row");
        assert_eq!((now.answers.is_none(), now.found.is_null()), (gone, gone));
    }
}

/// Infers every lesson anew, as the queued job does.
async fn relearn(peerlore: &Peerlore) {
    peerlore.run_jobs().await;
    let left = "select count(*) from landing_weights where relearn_repo_id is not null";
    assert_eq!(peerlore.one::<i64>(left).await, 0, "all were inferred anew");
}
