//! Who may not, and what a copy of the database gives away.
use axum::http::StatusCode;
use peerlore::pipeline::registered;
use peerlore::pipeline::registered::Registered;
use peerlore::web::access::Viewing;
use secrecy::ExposeSecret;

use crate::world::Browser;
use crate::world::PEM;
use crate::world::World;
use crate::world::at;
use crate::world::by;
use crate::world::deliver;
use crate::world::key;

#[tokio::test]
async fn without_the_key_nothing_is_shown_or_done() {
    let world = World::new().await;
    world.printed_key().await;
    let mut stranger = Browser::new(&world.app.router);
    assert!(stranger.get("/setup").await.text().starts_with("Set up Peerlore"));
    for guess in ["", "0000", &"0".repeat(32), "%00", "'; drop table setup_token; --"] {
        let answer = stranger.post("/setup/key", &format!("key={guess}")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{guess}");
        assert!(answer.text().contains("This key isn't right"));
        assert!(answer.headers.get("set-cookie").is_none());
    }
    stranger.cookie = Some("peerlore_setup=00000000000000000000000000000000".to_owned());
    let answer = stranger.post("/setup", "account=personal").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(
        world
            .one::<i64>("select count(*) from setup_token where purpose = 'state'")
            .await,
        0
    );
    assert!(world.github.requests().is_empty());
}

#[tokio::test]
async fn a_key_is_good_for_a_week_in_every_process_and_gone_once_there_is_an_app() {
    let world = World::new().await;
    let typed = format!("key={}", world.printed_key().await);
    let replica = world.replica(&key(1));
    let good = |status| status == StatusCode::SEE_OTHER;
    assert!(good(
        Browser::new(&replica.router).post("/setup/key", &typed).await.status
    ));
    world.clock.move_to(at(7 * 86_400));
    assert!(good(
        Browser::new(&replica.router).post("/setup/key", &typed).await.status
    ));
    world.clock.move_to(at(7 * 86_400 + 1));
    assert!(!good(
        Browser::new(&replica.router).post("/setup/key", &typed).await.status
    ));
    let typed = format!("key={}", world.printed_key().await);
    world.registered().await;
    let late = Browser::new(&replica.router).post("/setup/key", &typed).await;
    assert!(!good(late.status), "even in a process that hasn't heard of the App");
    assert_eq!(
        world
            .one::<i64>("select count(*) from setup_token where purpose <> 'pass'")
            .await,
        0
    );
}

#[tokio::test]
async fn a_form_from_elsewhere_changes_nothing() {
    let world = World::new().await;
    let mut browser = world.operator().await;
    browser.origin = "https://evil.example".to_owned();
    for (path, form) in [
        ("/setup", "account=personal"),
        ("/setup/key", "key=x"),
        ("/setup/surface", "installation_id=58210447&surface=check"),
    ] {
        assert_eq!(browser.post(path, form).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_form_without_its_token_changes_nothing() {
    let world = World::new().await;
    let mut browser = world.registered().await;
    let form = "installation_id=58210447&surface=comment";
    let other = "0".repeat(64);
    for token in ["", &other] {
        token.clone_into(&mut browser.token);
        let answer = browser.post("/setup/surface", form).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{token}");
        assert!(answer.text().contains("out of date"), "{}", answer.text());
    }
    assert_eq!(world.one::<i64>("select count(*) from installation").await, 0);
}

#[tokio::test]
async fn a_forged_state_and_a_state_used_twice_are_refused() {
    let world = World::new().await;
    let mut browser = world.operator().await;
    let back = world.to_github_and_back(&mut browser).await;
    let (code, state) = back.split_once("&state=").expect("a state");
    for forged in ["", "&state=", "&state=00000000000000000000000000000000"] {
        let answer = browser.get(&format!("{code}{forged}")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{forged}");
    }
    assert!(world.github.requests().is_empty(), "GitHub wasn't asked");
    let key_as_state = browser.cookie.clone().expect("a cookie").replace("peerlore_setup=", "");
    let answer = browser.get(&format!("{code}&state={key_as_state}")).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "a key is no state");
    world.clock.move_to(at(3601));
    assert_eq!(
        browser.get(&back).await.status,
        StatusCode::FORBIDDEN,
        "older than an hour"
    );
    world.clock.move_to(at(0));
    assert_eq!(browser.get(&back).await.status, StatusCode::SEE_OTHER, "the right one");
    let again = browser.get(&back).await;
    assert!(again.text().starts_with("Peerlore is set up"), "{}", again.text());
    let replica = world.replica(&key(1));
    let elsewhere = Browser::new(&replica.router).get(&back).await;
    assert!(
        elsewhere.text().starts_with("Peerlore is set up"),
        "{state}: {}",
        elsewhere.text()
    );
    assert_eq!(world.one::<i64>("select count(*) from app_registration").await, 1);
}

#[tokio::test]
async fn a_code_that_was_used_or_is_too_old_makes_no_app() {
    let world = World::new().await;
    let mut browser = world.operator().await;
    let back = world.to_github_and_back(&mut browser).await;
    world.github.let_time_pass(at(3601));
    let late = browser.get(&back).await;
    assert_eq!(late.status, StatusCode::BAD_GATEWAY);
    assert!(
        late.text().contains("used already, is older than an hour"),
        "{}",
        late.text()
    );
    assert_eq!(
        browser.get(&back).await.status,
        StatusCode::FORBIDDEN,
        "its state is used"
    );
    let used = world.to_github_and_back(&mut browser).await;
    let other = world.to_github_and_back(&mut browser).await;
    let code = used
        .split("code=")
        .nth(1)
        .and_then(|rest| rest.split('&').next())
        .expect("a code");
    world
        .app
        .pipeline
        .forge
        .convert_manifest(code, "x")
        .await
        .expect("somebody was faster");
    assert_eq!(browser.get(&used).await.status, StatusCode::BAD_GATEWAY);
    assert_eq!(world.one::<i64>("select count(*) from app_registration").await, 0);
    assert_eq!(
        browser.get(&other).await.status,
        StatusCode::SEE_OTHER,
        "another try works"
    );
}

#[tokio::test]
async fn a_forged_installation_is_refused_and_a_stranger_learns_nothing() {
    let world = World::new().await;
    let mut browser = world.registered().await;
    world.github.forget_requests();
    let mut stranger = Browser::new(&world.app.router);
    for number in [58_210_447, 1] {
        let page = stranger
            .get(&format!("/setup/installed?installation_id={number}"))
            .await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            page.text().starts_with("That was it") && !page.body.contains("secret-plans"),
            "{}",
            page.text()
        );
        let form = format!("installation_id={number}&surface=comment");
        assert_eq!(
            stranger.post("/setup/surface", &form).await.status,
            StatusCode::FORBIDDEN
        );
    }
    assert!(world.github.requests().is_empty(), "nobody can make us ask GitHub");
    assert!(
        browser
            .get("/setup/installed?installation_id=58210447")
            .await
            .body
            .contains("secret-plans")
    );
    for forged in ["1", "-5", "9223372036854775807"] {
        let page = browser.get(&format!("/setup/installed?installation_id={forged}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{forged}");
    }
    let forged = browser
        .post("/setup/surface", "installation_id=1&surface=comment")
        .await;
    assert_eq!(forged.status, StatusCode::NOT_FOUND);
    let nonsense = browser
        .post("/setup/surface", "installation_id=58210447&surface=billboard")
        .await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.one::<i64>("select count(*) from installation").await, 0);
    world.clock.move_to(at(3601));
    let late = browser.get("/setup/installed?installation_id=58210447").await;
    assert!(late.text().starts_with("That was it"), "the pass lasts an hour");
}

#[tokio::test]
async fn a_copy_of_the_database_opens_nothing() {
    let world = World::new().await;
    let printed = world.printed_key().await;
    let mut browser = world.operator().await;
    let back = world.to_github_and_back(&mut browser).await;
    let state = back.rsplit('=').next().expect("a state").to_owned();
    let before = dump(&world).await;
    assert!(
        !before.contains(&printed) && !before.contains(&state),
        "tokens are kept as digests"
    );
    browser.get(&back).await;
    let app = world.app.pipeline.registered.current().expect("the App");
    let pass = browser.cookie.clone().expect("a cookie").replace("peerlore_setup=", "");
    let dump = dump(&world).await;
    assert!(dump.contains("peerlore-for-acme"), "the dump has the App in it");
    let line = PEM.lines().nth(3).expect("a line of the key");
    for secret in [
        app.webhook_secret.expose_secret(),
        app.client_secret.expose_secret(),
        line,
        "BEGIN RSA",
        &pass,
    ] {
        for shape in [secret.to_owned(), hex::encode(secret)] {
            assert!(!dump.contains(&shape), "{shape}");
        }
    }
    let shown = format!("{app:?} {:?}", world.app.pipeline);
    assert!(
        !shown.contains(line) && !shown.contains(app.webhook_secret.expose_secret()),
        "nor is it in what Debug shows"
    );
}

/// Every row of every table, as text.
async fn dump(world: &World) -> String {
    let tables: String = world
        .one("select string_agg(format('select %L || t::text as line from %I.%I t', tablename, schemaname, tablename), ' union all ')
              from pg_tables where schemaname = 'public'")
        .await;
    world
        .one(&format!("select string_agg(line, E'\\n') from ({tables}) lines"))
        .await
}

#[tokio::test]
async fn swapped_rows_do_not_open() {
    for swap in [
        "update app_registration set webhook_secret = client_secret",
        "update app_registration set app_id = app_id + 1",
        "update app_registration set private_key = set_byte(private_key, 40, get_byte(private_key, 40) # 1)",
    ] {
        let world = World::new().await;
        world.registered().await;
        world.sql(swap).await;
        let replica = world.replica(&key(1));
        let error = registered::look(&replica.pipeline).await.expect_err(swap).to_string();
        assert!(error.contains("doesn't open with this sealing key"), "{error}");
        assert!(!replica.pipeline.forge.is_configured());
    }
}

#[tokio::test]
async fn a_process_with_another_key_says_so_and_one_with_both_works() {
    let world = World::new().await;
    world.registered().await;
    let wrong = world.replica(&key(2));
    let error = registered::look(&wrong.pipeline)
        .await
        .expect_err("a wrong key")
        .to_string();
    insta::assert_snapshot!(error, @"the stored private key of the App doesn't open with this sealing key: give the key that sealed it (PEERLORE_SEALING_KEY, the same for every process); if it is lost, `peerlore setup --forget` and set the App up anew");
    let secret = world.github.webhook_secret().expect("a secret");
    let sent = world.github.install(by("ada")).remove(0);
    assert_eq!(deliver(&wrong, &secret, &sent).await, StatusCode::UNAUTHORIZED);
    let rotating = world.replica(&format!("{},{}", key(2), key(1)));
    assert_eq!(deliver(&rotating, &secret, &sent).await, StatusCode::ACCEPTED);
    assert!(
        registered::look(&world.replica(&key(2)).pipeline)
            .await
            .expect("the new key"),
        "once a process with both keys was there, the new one opens it alone"
    );
    assert!(registered::look(&world.replica(&key(1)).pipeline).await.is_err());
    let sent = world.github.add_member(by("ada"), "ada", true).remove(0);
    let before = deliver(&world.app, &secret, &sent).await;
    assert_eq!(before, StatusCode::ACCEPTED, "and who holds the App already goes on");
}

#[tokio::test]
async fn wrong_signatures_look_into_the_database_once_in_five_seconds() {
    let world = World::new().await;
    let replica = world.replica(&key(1));
    let sent = world.github.install(by("ada")).remove(0);
    assert_eq!(deliver(&replica, "a guess", &sent).await, StatusCode::UNAUTHORIZED);
    world.registered().await;
    let secret = world.github.webhook_secret().expect("a secret");
    world.clock.move_to(at(4));
    let looked = deliver(&replica, &secret, &sent).await;
    assert_eq!(looked, StatusCode::UNAUTHORIZED, "it looked four seconds ago");
    world.clock.move_to(at(5));
    assert_eq!(deliver(&replica, &secret, &sent).await, StatusCode::ACCEPTED);
    assert_eq!(deliver(&replica, "a guess", &sent).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_app_that_is_forgotten_is_forgotten_everywhere_and_another_can_be_created() {
    let world = World::new().await;
    world.registered().await;
    let old = world.github.webhook_secret().expect("a secret");
    world.sql("delete from app_registration").await;
    assert!(registered::look(&world.app.pipeline).await.expect("a look"));
    let sent = world.github.install(by("ada")).remove(0);
    assert_eq!(deliver(&world.app, &old, &sent).await, StatusCode::UNAUTHORIZED);
    assert!(!world.app.pipeline.forge.is_configured());
    world.registered().await;
    let new = world.github.webhook_secret().expect("a secret");
    assert_ne!(old, new);
    assert_eq!(deliver(&world.app, &new, &sent).await, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn settings_that_name_the_app_win_over_a_stored_one() {
    let world = World::new().await;
    let key = world.printed_key().await;
    let configured = world.process(Registered::fixed());
    let mut browser = Browser::new(&configured.router);
    for answer in [
        browser.get("/setup").await,
        browser.post("/setup/key", &format!("key={key}")).await,
    ] {
        assert!(
            answer.text().starts_with("The App is named by the settings"),
            "{}",
            answer.text()
        );
    }
    world.registered().await;
    assert!(!registered::look(&configured.pipeline).await.expect("a look"));
    let secret = world.github.webhook_secret().expect("a secret");
    let sent = world.github.install(by("ada")).remove(0);
    assert_eq!(deliver(&configured, &secret, &sent).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn somebody_at_this_machine_needs_no_key_but_an_address_that_github_reaches() {
    let world = World::at_address("http://127.0.0.1:8080", Viewing::Local).await;
    let mut here = Browser::new(&world.app.router);
    here.local = Some("127.0.0.1:8080");
    let page = here.get("/setup").await;
    insta::assert_snapshot!(page.text(), @r"
    GitHub could not reach this address
    PEERLORE_URL names this machine only, so GitHub can't send its webhooks there: set it to an address that GitHub can reach, such as https://peerlore.example.com. Then start peerlore serve again.
    To the first page
    ");
    here.origin = "http://127.0.0.1:8080".to_owned();
    assert_eq!(
        here.post("/setup", "account=personal").await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(world.one::<i64>("select count(*) from setup_token").await, 0);
    here.local = None;
    assert!(
        here.get("/setup").await.text().starts_with("Set up Peerlore"),
        "elsewhere a key is asked for"
    );
}

#[tokio::test]
async fn the_demo_has_nothing_to_set_up() {
    let world = World::at_address("http://127.0.0.1:8080", Viewing::Demo).await;
    let page = Browser::new(&world.app.router).get("/setup").await;
    assert!(page.text().starts_with("Nothing to set up here"), "{}", page.text());
}
