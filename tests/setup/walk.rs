//! The whole way, and what is read on it.
use axum::http::StatusCode;
use peerlore::model::settings::Settings;
use peerlore::model::settings::Surface;
use peerlore::pipeline::settings;
use peerlore::pipeline::work;
use peerlore::store::tenants;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::world::Browser;
use crate::world::OWN;
use crate::world::World;
use crate::world::at;
use crate::world::by;
use crate::world::deliver;
use crate::world::key;

const INSTALLED: &str = "/setup/installed?installation_id=58210447&setup_action=install";

#[tokio::test]
async fn from_the_key_to_the_first_webhook_in_this_process_and_in_another() {
    let world = World::new().await;
    let replica = world.replica(&key(1));
    let mut browser = Browser::new(&world.app.router);
    let locked = browser.get("/setup").await;
    assert!(
        locked
            .text()
            .contains("The terminal that runs peerlore serve shows a key")
    );
    let typed = format!("key={}", world.printed_key().await);
    let went_on = browser.post("/setup/key", &typed).await;
    assert_eq!(
        (went_on.status, went_on.header("location").as_str()),
        (StatusCode::SEE_OTHER, "/setup")
    );
    let cookie = went_on.header("set-cookie");
    for part in ["peerlore_setup=", "HttpOnly", "SameSite=Lax", "Secure", "Path=/setup"] {
        assert!(cookie.contains(part), "{part} is not in {cookie}");
    }
    assert!(browser.get("/setup").await.text().starts_with("Create the GitHub App"));

    let back = world.to_github_and_back(&mut browser).await;
    assert!(back.starts_with("/setup/created?code="), "{back}");
    let created = browser.get(&back).await;
    let there = format!("{}/apps/peerlore-for-acme/installations/new", world.loopback.url);
    assert_eq!(
        (created.status, created.header("location")),
        (StatusCode::SEE_OTHER, there)
    );
    assert!(
        world.app.pipeline.forge.is_configured(),
        "this process acts as the App at once"
    );
    let app = world.app.pipeline.registered.current().expect("the App");
    assert_eq!((app.slug.as_str(), app.client_id.len()), ("peerlore-for-acme", 20));
    assert!(!app.client_secret.expose_secret().is_empty());

    let secret = world.github.webhook_secret().expect("a secret");
    let sent = world.github.install(by("ada")).remove(0);
    assert_eq!(deliver(&world.app, &secret, &sent).await, StatusCode::ACCEPTED);
    assert!(!replica.pipeline.forge.is_configured());
    let sent = world.github.add_member(by("ada"), "ada", true).remove(0);
    assert_eq!(deliver(&replica, &secret, &sent).await, StatusCode::ACCEPTED);
    assert!(
        replica.pipeline.forge.is_configured(),
        "the other process took the App over with the signature"
    );
    work::drain(&world.app.pipeline).await.expect("the jobs");
    assert_eq!(
        world.one::<i64>("select count(*) from membership").await,
        1,
        "members were read as the App"
    );

    let page = browser.get(INSTALLED).await;
    insta::assert_snapshot!(page.text(), @r"
    Installed on acme
    Step 3 of 3. Peerlore reads 2 repositories from now on, newest pull requests first.
    Nothing is read yet. It begins once GitHub has told which repositories there are.
    How far each repository is. Nobody has to wait for it: this page can be closed.
    Which
    acme/shop
    acme/secret-plans
    Where should suggestions be shown?
    Where suggestions are shown
    A check on the pull request: neutral, never fails, and nobody is notified: authors find two names beside their tests.
    One comment: on each pull request, edited in place; logins are not pinged.
    A comment and a review request: GitHub tells whoever is asked to review.
    On these pages only: authors see nothing on GitHub.
    Choose
    A repository's own settings win over this. It can be changed at any time.
    ");
    assert!(page.body.contains(r#"value="check" checked"#), "{}", page.body);
    let chosen = browser
        .post("/setup/surface", "installation_id=58210447&surface=comment")
        .await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER);
    let page = browser.get(&chosen.header("location")).await;
    assert!(page.text().contains("Chosen: One comment"), "{}", page.text());
    assert!(page.body.contains(r#"value="comment" checked"#));
    let stored: String = world.one("select chosen_surface from installation").await;
    assert_eq!(stored, "comment");
    let mut conn = world.pool().acquire().await.expect("the database");
    let id = tenants::by_login(&mut conn, "acme")
        .await
        .expect("the database")
        .expect("acme");
    let settings = settings::of_tenant(&mut conn, &Settings::default(), id).await;
    assert_eq!(
        settings.expect("the database").surface,
        Surface::Comment,
        "and it is in force"
    );
    drop(conn);
    let after = browser.get("/setup").await;
    assert!(after.text().starts_with("Peerlore is set up"), "{}", after.text());
}

#[tokio::test]
async fn what_is_asked_of_github_is_shown_before() {
    let world = World::new().await;
    let mut browser = world.operator().await;
    let first = browser.get("/setup").await;
    assert!(first.header("content-security-policy").contains("form-action 'self';"));
    insta::assert_snapshot!(first.text().replace(&world.loopback.url, "http://github.test"), @r"
    Create the GitHub App
    Step 1 of 3. The App will be yours alone: it is private, and its key stays here, sealed.
    At
    http://github.test
    Webhooks go to
    https://peerlore.example/webhooks/github
    Whose is it?
    An organisation's (you have to own it)
    Its login, as in http://github.test/LOGIN
    My own account's
    Go on
    What it may do, and why
    Pull requests: write. To read reviews and what follows them; comment, and ask for a review where you switch that on.
    Issues: read. To read the conversation of pull requests, which GitHub keeps as issues.
    Checks: write. To show a suggestion as a neutral check, which never fails.
    Contents: read. To read which lines a push changed; never write.
    Members: read. To read who belongs to the organisation and its teams.
    Metadata: read. To read names of repositories; every App has it.
    It can never write code, and never sees an e-mail address. Nothing is posted until you choose so.
    ");
    let second = browser.post("/setup", "account=organisation&organisation=acme").await;
    insta::assert_snapshot!(second.text().lines().take(6).collect::<Vec<_>>().join("\n").replace(world.loopback.url.trim_start_matches("http://"), "github.test"), @r"
    Go on at GitHub
    Step 2 of 3. GitHub asks you to confirm the App for acme, and to change its name if you like. Then it sends you back here.
    Create the App at github.test
    Back
    Within an hour, please: after that begin again.
    What it may do, and why
    ");
    let policy = second.header("content-security-policy");
    let allowed = format!("form-action 'self' {};", world.loopback.url);
    assert!(
        policy.contains(&allowed) && policy.contains("default-src 'none'"),
        "{policy}"
    );
    assert!(!second.body.contains("<script"));
    let action = format!("http{}", second.attribute("action=\"http"));
    let begin = format!("{}/organizations/acme/settings/apps/new?state=", world.loopback.url);
    assert!(action.starts_with(&begin), "{action}");
    let manifest: Value = serde_json::from_str(&second.attribute("name=\"manifest\" value=\"")).expect("JSON");
    assert_eq!(manifest["name"], "Peerlore for acme");
    assert_eq!(manifest["hook_attributes"]["url"], format!("{OWN}/webhooks/github"));
    let mine = browser.post("/setup", "account=personal&organisation=").await;
    let action = mine.attribute("action=\"http");
    assert!(
        action.contains("/settings/apps/new?state=") && !action.contains("organizations"),
        "{action}"
    );
}

#[tokio::test]
async fn a_login_that_is_none_is_told_beside_the_field() {
    let world = World::new().await;
    let mut browser = world.operator().await;
    for wrong in ["", "%2E%2E%2Fx", "a%20b", "a%3Fstate%3D1", "-"] {
        let answer = browser
            .post("/setup", &format!("account=organisation&organisation={wrong}"))
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(
            answer.text().contains("That is no login of an organisation"),
            "{wrong}: {}",
            answer.text()
        );
        assert!(answer.body.contains(r#"aria-invalid="true" aria-describedby="wrong""#));
    }
    let typed = browser.post("/setup", "account=organisation&organisation=a%22b").await;
    assert!(
        typed.body.contains(r#"value="a&quot;b""#),
        "what was typed stays, and breaks nothing"
    );
    let neither = browser.post("/setup", "account=everybody").await;
    assert_eq!(neither.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_installation_that_waits_for_approval_says_so() {
    let world = World::new().await;
    let mut browser = world.registered().await;
    let page = browser.get("/setup/installed?setup_action=request").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text()
            .contains("An owner of the organisation has to approve the App")
    );
}

#[tokio::test]
async fn how_far_history_is_read_renews_itself_for_whoever_sets_it_up() {
    const PROGRESS: &str = "/setup/progress?installation_id=58210447";
    let world = World::new().await;
    let mut browser = world.registered().await;
    let sent = world.github.install(by("ada")).remove(0);
    let secret = world.github.webhook_secret().expect("a secret");
    assert_eq!(deliver(&world.app, &secret, &sent).await, StatusCode::ACCEPTED);
    work::drain(&world.app.pipeline).await.expect("the jobs");
    let page = browser.get(INSTALLED).await;
    assert!(
        page.body.contains(&format!("data-live=\"{PROGRESS}\"")),
        "{}",
        page.body
    );
    assert!(page.header("content-security-policy").contains("script-src 'self'"));

    let read = "insert into repo (installation_id, id, owner, name, private)
         select id, 71, 'acme', 'shop', false from installation on conflict do nothing";
    world.sql(read).await;
    let done =
        "insert into backfill (installation_id, repo_id, since, state, planned_at, updated_at, pulls_done, pulls_total)
         select installation_id, id, '2025-11-12', 'done', '2026-11-12', '2026-11-12', 12, 12 from repo limit 1";
    assert_eq!(world.sql(done).await, 1);
    let said = browser.get(PROGRESS).await;
    assert_eq!(said.header("content-type"), "text/event-stream");
    assert!(
        said.body.contains("event: history\n")
            && said.body.contains(r#"<progress class="whole" max="12" value="12""#)
            && said.body.contains("event: end\n"),
        "{}",
        said.body
    );
    let still = browser.get(INSTALLED).await;
    assert!(
        still.text().contains("All of 1 repository read. 12 pull requests.") && !still.body.contains("data-live"),
        "{}",
        still.text()
    );
    let mut stranger = Browser::new(&world.app.router);
    let refused = stranger.get(PROGRESS).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/setup/progress").await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        browser.get("/setup/progress?installation_id=x").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_choice_before_the_webhook_makes_the_tenant_and_reads_its_members() {
    let world = World::new().await;
    let mut browser = world.registered().await;
    let chosen = browser
        .post("/setup/surface", "installation_id=58210447&surface=check")
        .await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", chosen.text());
    work::drain(&world.app.pipeline).await.expect("the jobs");
    let known: bool = world
        .one("select members_known_at is not null from installation where login = 'acme'")
        .await;
    assert!(known);
}

#[tokio::test]
async fn github_that_was_away_for_a_moment_loses_nothing() {
    use peerlore::demo::github::failures::Failure;
    let world = World::new().await;
    let mut browser = world.operator().await;
    let back = world.to_github_and_back(&mut browser).await;
    world
        .github
        .fail_next(Some("POST"), "/conversions", 1, Failure::Status(502));
    let failed = browser.get(&back).await;
    assert_eq!(failed.status, StatusCode::BAD_GATEWAY);
    assert!(failed.text().contains("load this page again"), "{}", failed.text());
    world.clock.move_to(at(59 * 60));
    assert_eq!(browser.get(&back).await.status, StatusCode::SEE_OTHER);
}
