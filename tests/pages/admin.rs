//! `/admin`: who sees what of it, and dead letters that are taken anew.
use axum::http::StatusCode;
use peerlore::model::ids::InboxId;
use peerlore::store::inbox::DeadLetter;
use peerlore::store::inbox::InboxState;
use peerlore::store::jobs::Backlog;
use peerlore::store::sweeps::Counts;
use peerlore::store::sweeps::Gap;
use peerlore::store::sweeps::Looks;
use peerlore::web::access::Viewing;
use peerlore::web::pages::admin;
use peerlore::web::pages::admin::Asked;
use peerlore::web::pages::admin::Instance;
use peerlore::web::pages::admin::Lists;
use peerlore::web::pages::admin::View;
use peerlore::web::pages::admin_backfill::Progress;
use peerlore::web::pages::admin_backfill::Stage;

use crate::browser::Browser;
use crate::world::World;
use crate::world::get;
use crate::world::lines_of;
use crate::world::today;
use crate::world::token_in;

/// A world in which so many deliveries are dead letters: `{}`, packed, which can be read by now.
async fn with_dead_letters(number: usize) -> World {
    let world = World::new().await;
    for letter in 0..number {
        let put = format!(
            "insert into inbox (delivery_id, event, content_type, body, received_at, failed_at, failure)
             values ('letter-{letter}', 'ping', 'application/json', '\\x02000000207b7d', '2026-11-12T11:00:00Z',
                     '2026-11-12T11:01:00Z', 'the field `zebra` of other/vault is no number')"
        );
        assert_eq!(world.sql(&put).await, 1);
    }
    world
}

async fn dead(world: &World) -> i64 {
    sqlx::query_scalar("select count(*) from inbox where failed_at is not null")
        .fetch_one(world.pool())
        .await
        .expect("the database")
}

/// From now on the first organisation is the only one.
async fn alone(world: &World) {
    assert_eq!(world.sql("delete from installation where login = 'other'").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_of_one_organisation_among_several_sees_nothing_of_the_others() {
    let world = with_dead_letters(1).await;
    let router = world.for_members();
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    let page = ada.get("/admin").await;
    let text = page.text();
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        text.contains("shown to its operator only") && text.contains("Missed webhooks"),
        "{text}"
    );
    assert!(
        !text.contains("zebra") && !text.contains("letter-0") && !text.contains("Done in a day"),
        "{text}"
    );
    let token = ada.token("/me").await;
    for form in ["", "id=1&"] {
        let answer = ada.post_bare("/admin/replay", &format!("{form}token={token}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text());
    }
    assert_eq!(dead(&world).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_of_the_only_organisation_takes_dead_letters_anew() {
    let mut world = with_dead_letters(3).await;
    alone(&world).await;
    let router = world.for_members();
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    let page = ada.get("/admin").await;
    let text = page.text();
    assert!(
        text.contains("3 webhooks could not be read") && text.contains("the field zebra of"),
        "{text}"
    );
    assert!(!page.body.contains("data-live"), "nothing runs");
    let letter = page.body.split_once("name=\"id\" value=\"").expect("a letter").1;
    let letter = letter.split('"').next().expect("a number").to_owned();
    let one = ada.post("/admin", "/admin/replay", &format!("id={letter}")).await;
    assert_eq!((one.location(), dead(&world).await), ("/admin?replayed=1", 2));
    let running = ada.get("/admin?replayed=1").await;
    assert!(running.text().contains("1 dead letter replayed."), "{}", running.text());
    assert!(running.body.contains("data-live"), "one waits");
    let again = ada.post("/admin", "/admin/replay", &format!("id={letter}")).await;
    assert_eq!(again.location(), "/admin?replayed=0", "it isn't dead any more");
    assert_eq!(
        ada.post("/admin", "/admin/replay", "id=99999999").await.location(),
        "/admin?replayed=0"
    );
    assert_eq!(
        ada.post("/admin", "/admin/replay", "id=x").await.status,
        StatusCode::BAD_REQUEST
    );
    let rest = ada.post("/admin", "/admin/replay", "").await;
    assert_eq!((rest.location(), dead(&world).await), ("/admin?replayed=2", 0));
    world.tell(Vec::new()).await;
    assert_eq!(
        world
            .sql("delete from inbox where delivery_id like 'letter-%' and processed_at is not null")
            .await,
        3
    );
    let page = ada.get("/admin").await;
    assert!(page.text().contains("Nothing needs you."), "{}", page.text());
    assert!(!page.body.contains("data-live"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_holds_the_reading_of_their_own_history_and_lets_it_go_on() {
    let world = World::new().await;
    world
        .sql(
            "insert into backfill (installation_id, repo_id, since, state, planned_at, updated_at)
             select installation_id, id, '2025-11-12', 'running', '2026-11-12', '2026-11-12' from repo",
        )
        .await;
    let states = async || {
        let all = "select coalesce(string_agg(distinct i.login || ' ' || b.state, ', ' order by i.login || ' ' || b.state), '')
                   from backfill b join installation i on i.id = b.installation_id";
        sqlx::query_scalar::<_, String>(all)
            .fetch_one(world.pool())
            .await
            .expect("the database")
    };
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let token = ben.token("/me").await;
    let refused = ben
        .post_bare("/admin/backfill", &format!("what=hold&token={token}"))
        .await;
    assert_eq!(
        (refused.status, states().await.as_str()),
        (StatusCode::FORBIDDEN, "acme running, other running")
    );
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    let held = ada.post("/admin", "/admin/backfill", "what=hold").await;
    assert_eq!(
        (held.location(), states().await.as_str()),
        ("/admin#backfill", "acme paused, other running")
    );
    let text = ada.get("/admin").await.text();
    assert!(
        text.contains("Held") && text.contains("Go on") && !text.contains("Try failed ones again"),
        "{text}"
    );
    ada.post("/admin", "/admin/backfill", "what=go_on").await;
    assert_eq!(states().await, "acme waiting, other running");
    world
        .sql("update backfill set state = 'failed', error = 'gone' where state = 'waiting'")
        .await;
    ada.post("/admin", "/admin/backfill", "what=again").await;
    assert_eq!(states().await, "acme waiting, other running");
    let odd = ada.post("/admin", "/admin/backfill", "what=burn").await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_owns_nothing_neither_sees_nor_takes() {
    let world = with_dead_letters(1).await;
    alone(&world).await;
    let router = world.for_members();
    for login in ["ben", "cleo"] {
        let mut browser = Browser::of(&router, &world.github, login).await;
        let token = browser.token("/me").await;
        let page = browser.get("/admin").await;
        assert!(
            page.status == StatusCode::FORBIDDEN && !page.body.contains("zebra"),
            "{login}"
        );
        let answer = browser.post_bare("/admin/replay", &format!("token={token}")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{login}");
        assert!(!browser.get("/").await.body.contains("href=\"/admin\""), "{login}");
    }
    assert_eq!(dead(&world).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_runs_peerlore_sees_all_of_it() {
    let world = with_dead_letters(52).await;
    let page = get(&world.app(Viewing::Open).router, "/admin", None).await;
    assert_eq!(page.body.matches("name=\"id\"").count(), 50);
    assert!(page.text().contains("Page 1 of 2"), "{}", page.text());
    assert!(!token_in(&page.body).is_empty());
}

fn view() -> View {
    let ago = |minutes| today() - chrono::Duration::minutes(minutes);
    View {
        instance: Some(Instance {
            inbox: InboxState {
                waiting: 4,
                dead: 1,
                oldest: Some(ago(2)),
            },
            done: 1_204,
            last: Some(ago(0)),
            dead: vec![DeadLetter {
                id: InboxId(7),
                delivery: "0b989ba4-242f-11e5-81e1-c7b6966d2516".to_owned(),
                event: "pull_request".to_owned(),
                received_at: ago(60),
                failed_at: ago(59),
                failure: "the field `number` is missing <b>".to_owned(),
            }],
            jobs: Backlog {
                waiting: 5,
                due: 0,
                gave_up: 0,
            },
            calls_left: Some(4_100),
        }),
        looks: Some(Looks {
            reached_at: Some(ago(20)),
            swept_at: Some(ago(20)),
            counts: Counts {
                listed: 900,
                lost: 9,
                asked: 7,
                given_up: 1,
                waiting: 1,
            },
            failed: Some((ago(5), "GitHub could not be reached".to_owned())),
            gap: Some(Gap {
                from: ago(9 * 24 * 60),
                to: ago(3 * 24 * 60),
            }),
        }),
        history: vec![
            Progress {
                repo: "acme/shop".to_owned(),
                stage: Stage::Running,
                done: 40,
                total: Some(90),
                error: None,
                left_out: Vec::new(),
                eta: Some("about 4 minutes left".to_owned()),
            },
            Progress {
                repo: "acme/old".to_owned(),
                stage: Stage::Failed,
                done: 0,
                total: None,
                error: Some("GitHub knows no such thing".to_owned()),
                left_out: Vec::new(),
                eta: None,
            },
        ],
        lists: Lists::of(&Asked::default(), 1, 2).expect("the first pages"),
        replayed: None,
        token: "t".to_owned(),
        now: today(),
    }
}

#[test]
fn the_page_says_in_plain_words_how_things_stand() {
    let page = admin::render(&view()).into_string();
    assert!(page.contains("is missing &lt;b&gt;"), "what is told is escaped");
    insta::assert_snapshot!(lines_of(&page), @r"
    Admin
    Worth a look: 1 webhook could not be read and the last look for missed webhooks failed.
    Webhooks
    Last one
    12 Nov 2026, just now
    Done in a day
    1204
    Waiting
    4, the oldest came 2 minutes ago
    Jobs waiting
    5
    Jobs that gave up
    0
    Calls to GitHub left
    4100
    Missed webhooks
    Looked 20 minutes ago: asked GitHub to send 7 webhooks again, 1 left for the next look, 1 failed too often and will be read as history.
    The last look failed 5 minutes ago: GitHub could not be reached.
    GitHub can't send again what happened from 3 Nov 2026 to 9 Nov 2026. It is read anew as history.
    Dead letters
    These could not be processed. Mend the reason or update, then replay them.
    Replay all
    pull_request, 12 Nov 2026, 1 hour ago
    the field number is missing <b>
    0b989ba4-242f-11e5-81e1-c7b6966d2516
    Replay
    Reading history
    0 of 2 repositories read; 1 running, 1 failed. 40 pull requests so far.
    Repositories whose history is being read, or that failed
    Repository How far What is up
    acme/old 0 so far Failed: GitHub knows no such thing. It is tried again.
    acme/shop
    40 of 90 about 4 minutes left
    Try failed ones again
    Hold
    ");
}

#[test]
fn a_quiet_instance_says_so() {
    let mut quiet = view();
    quiet.history.clear();
    quiet.looks = None;
    if let Some(instance) = &mut quiet.instance {
        instance.inbox.dead = 0;
        instance.dead.clear();
    }
    assert!(quiet.is_moving(), "four wait");
    insta::assert_snapshot!(lines_of(&admin::render(&quiet).into_string()), @r"
    Admin
    Nothing needs you.
    Webhooks
    Last one
    12 Nov 2026, just now
    Done in a day
    1204
    Waiting
    4, the oldest came 2 minutes ago
    Jobs waiting
    5
    Jobs that gave up
    0
    Calls to GitHub left
    4100
    Missed webhooks
    Nobody looked yet. It is done every hour where Peerlore acts as a GitHub App.
    Dead letters
    None. A webhook that can't be processed rests here for 7 days, with the reason.
    Reading history
    No history was asked for. peerlore backfill reads it.
    ");
}
