//! The forms: kept where they come from our own pages, and only there.
use axum::http::StatusCode;
use axum::http::header;
use peerlore::web::access::Viewing;

use crate::world::OURS;
use crate::world::PULL;
use crate::world::World;
use crate::world::get;
use crate::world::post;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_from_elsewhere_change_nothing() {
    let world = World::new().await;
    let router = world.demo();
    let forms = [
        ("/me/out", ""),
        ("/me/goals", "learn=testing"),
        ("/me/availability", "until=2026-11-20"),
        ("/me/asked", "yes=yes"),
        ("/me/declined", "repo=1&what=testing"),
        ("/me/labels", "place=diff&comment=1&edited=0&area=testing"),
        ("/me/labels/undo", "place=diff&comment=1"),
        ("/me/question", "place=diff&comment=1&answer=yes"),
        ("/me/questions", "choice=forget"),
        ("/me/card", "what=show"),
        ("/me/back", ""),
        ("/me/erase", "login=ben"),
        ("/me/tokens", "name=x&scope=me:read&days=7"),
        ("/me/tokens/revoke", "id=1"),
        ("/demo/me", "login=ada"),
        ("/demo/role", "role=admin"),
    ];
    for (path, form) in forms {
        for origin in [None, Some("https://evil.example"), Some("null")] {
            let answer = post(&router, path, "ben", (origin, form)).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} from {origin:?}");
            assert!(
                !answer.headers.contains_key(header::SET_COOKIE),
                "{path} from {origin:?}"
            );
        }
    }
    let text = get(&router, "/me", Some("ben")).await.body;
    assert!(!text.contains(" checked") && text.contains("Take me out of everything"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn goals_and_absence_are_kept() {
    let world = World::new().await;
    let router = world.demo();
    let saved = post(
        &router,
        "/me/goals",
        "ben",
        (OURS, "learn=testing&learn=databases&teach=error-handling"),
    )
    .await;
    assert_eq!(
        (saved.status, saved.headers[header::LOCATION].to_str().ok()),
        (StatusCode::SEE_OTHER, Some("/me?saved=goals"))
    );
    let page = get(&router, "/me?saved=goals", Some("ben")).await;
    assert!(page.text().contains("Your goals are saved"));
    for goal in [
        "name=\"learn\" value=\"testing\" checked",
        "name=\"learn\" value=\"databases\" checked",
        "name=\"teach\" value=\"error-handling\" checked",
    ] {
        assert!(page.body.contains(goal), "{goal}");
    }
    assert_eq!(page.body.matches(" checked").count(), 3, "and nobody sees them");
    let shown = post(&router, "/me/goals", "ben", (OURS, "learn=testing&shown=yes")).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER);
    let page = get(&router, "/me", Some("ben")).await;
    for box_of_it in [
        "name=\"shown\" value=\"yes\" checked",
        "name=\"share\" value=\"goals\" checked",
    ] {
        assert!(page.body.contains(box_of_it), "{box_of_it}");
    }
    let cleared = post(&router, "/me/goals", "ben", (OURS, "")).await;
    assert_eq!(cleared.status, StatusCode::SEE_OTHER);
    assert!(!get(&router, "/me", Some("ben")).await.body.contains(" checked"));

    assert_eq!(
        post(
            &router,
            "/me/availability",
            "ben",
            (OURS, "from=&until=2026-11-20&capacity=3")
        )
        .await
        .status,
        StatusCode::SEE_OTHER
    );
    assert!(
        get(&router, "/me", Some("ben"))
            .await
            .body
            .contains("value=\"2026-11-20\"")
    );
    assert_eq!(
        post(&router, "/me/availability", "ben", (OURS, "until=")).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(
        !get(&router, "/me", Some("ben"))
            .await
            .body
            .contains("value=\"2026-11-20\"")
    );

    let answer = post(&router, "/me/goals", "ben", (OURS, "learn=sorcery")).await;
    assert!(answer.status == StatusCode::BAD_REQUEST && answer.text().contains("Nothing was changed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn availability_is_kept_whole_or_comes_back_as_it_was_typed() {
    let world = World::new().await;
    let router = world.demo();
    let good = "from=2026-12-21&until=2026-12-31&from=&until=&capacity=3&daily_cap=&mentoring_budget=0";
    let saved = post(&router, "/me/availability", "ben", (OURS, good)).await;
    assert_eq!(
        (saved.status, saved.headers[header::LOCATION].to_str().ok()),
        (StatusCode::SEE_OTHER, Some("/me?saved=availability"))
    );
    let page = get(&router, "/me?saved=availability", Some("ben")).await;
    assert!(page.text().contains("Your availability is saved"));
    let fields = [
        "value=\"2026-12-21\"",
        "value=\"2026-12-31\"",
        "name=\"capacity\" value=\"3\"",
        "name=\"mentoring_budget\" value=\"0\"",
    ];
    for kept in fields {
        assert!(page.body.contains(kept), "{kept}");
    }

    let bad = "from=2026-12-24&until=2026-12-20&capacity=lots&daily_cap=2&mentoring_budget=";
    let again = post(&router, "/me/availability", "ben", (OURS, bad)).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = again.text();
    assert!(
        words.contains("Nothing was saved yet.") && words.contains("The last day comes before the first."),
        "{words}"
    );
    assert!(
        words.contains("Enter a whole number from 0 to 100, or leave it empty."),
        "{words}"
    );
    for typed in [
        "value=\"2026-12-24\"",
        "value=\"2026-12-20\"",
        "value=\"lots\"",
        "name=\"daily_cap\" value=\"2\"",
    ] {
        assert!(again.body.contains(typed), "{typed}");
    }
    let page = get(&router, "/me", Some("ben")).await;
    for kept in fields {
        assert!(page.body.contains(kept), "{kept} stays in force");
    }
    assert!(
        !get(&router, "/me", Some("ada")).await.body.contains("2026-12-21"),
        "nobody else sees it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_switch_takes_a_person_out_and_back() {
    let world = World::new().await;
    let router = world.demo();
    assert_eq!(
        post(&router, "/me/out", "ben", (OURS, "")).await.status,
        StatusCode::SEE_OTHER
    );
    let out = get(&router, "/me", Some("ben")).await;
    assert!(
        out.status == StatusCode::OK && out.text().contains("You are out of everything"),
        "{}",
        out.text()
    );
    assert!(!get(&router, PULL, None).await.names("ben"), "nobody else sees them");
    let choice = get(&router, "/me", Some("nobody-at-all")).await;
    assert!(choice.text().contains("Who are you?") && !choice.names("ben"));
    assert_eq!(
        post(&router, "/me/back", "ben", (OURS, "")).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(
        get(&router, "/me?saved=back", Some("ben"))
            .await
            .text()
            .contains("You are back")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_remembers_whom_a_visitor_chose() {
    let world = World::new().await;
    let router = world.demo();
    let chosen = post(&router, "/demo/me", "", (OURS, "login=cleo")).await;
    let cookie = chosen.headers[header::SET_COOKIE].to_str().expect("text");
    assert_eq!(cookie, "peerlore_demo_login=cleo; HttpOnly; SameSite=Lax; Path=/");
    assert_eq!(chosen.headers[header::LOCATION], "/me");
    assert!(
        get(&router, "/", Some("cleo"))
            .await
            .text()
            .contains("You look at it as cleo")
    );
    let cleared = post(&router, "/demo/me", "cleo", (OURS, "login=")).await;
    let cookie = cleared.headers[header::SET_COOKIE].to_str().expect("text");
    assert!(
        cookie.starts_with("peerlore_demo_login=;") && cookie.contains("Max-Age=0"),
        "{cookie}"
    );
    assert_eq!(
        post(&router, "/demo/me", "", (OURS, "login=a%0Ab")).await.status,
        StatusCode::BAD_REQUEST
    );
    let outside = world.app(Viewing::Open).router;
    assert_eq!(
        post(&outside, "/demo/me", "", (OURS, "login=cleo")).await.status,
        StatusCode::FORBIDDEN
    );
    assert!(
        !get(&outside, "/", None).await.body.contains("<form"),
        "nobody is chosen outside the demo"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_click_shows_the_demo_as_each_role_sees_it() {
    let world = World::new().await;
    let router = world.demo();
    for (role, who, page, words) in [
        ("developer", "cleo", "/me", "You look at it as cleo, a developer."),
        ("lead", "ben", "/teams/payments", "You look at it as ben, a lead."),
        ("admin", "ada", "/admin", "You look at it as ada, an admin."),
    ] {
        let chosen = post(&router, "/demo/role", "", (OURS, &format!("role={role}"))).await;
        let cookie = chosen.headers[header::SET_COOKIE].to_str().expect("text");
        assert_eq!(
            cookie,
            format!("peerlore_demo_login={who}; HttpOnly; SameSite=Lax; Path=/")
        );
        assert_eq!(chosen.headers[header::LOCATION], page, "{role}");
        let shown = get(&router, page, Some(who)).await;
        assert!(
            shown.status == StatusCode::OK && shown.text().contains(words),
            "{}",
            shown.text()
        );
    }
    let admin = get(&router, "/admin", Some("cleo")).await;
    assert_eq!(admin.status, StatusCode::OK, "every page stays open to everybody");
    let bad = post(&router, "/demo/role", "ben", (OURS, "role=king")).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    world.opt_out("ben").await;
    let nobody = post(&router, "/demo/role", "", (OURS, "role=lead")).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    assert!(
        nobody.text().contains("Nobody is a lead in this demo yet."),
        "{}",
        nobody.text()
    );
    let members = world.for_members();
    let outside = post(&members, "/demo/role", "ben", (OURS, "role=admin")).await;
    assert!(outside.status == StatusCode::FORBIDDEN && !outside.headers.contains_key(header::SET_COOKIE));
    assert!(!get(&members, "/docs", None).await.text().contains("Look at it as"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_yes_to_being_listed_is_kept_and_taken_back() {
    let world = World::new().await;
    let router = world.demo();
    let agreed = "name=\"yes\" value=\"yes\" checked";
    assert!(!get(&router, "/me", Some("ben")).await.body.contains(agreed));
    let saved = post(&router, "/me/asked", "ben", (OURS, "yes=yes")).await;
    assert_eq!(saved.headers[header::LOCATION], "/me?saved=asked");
    let page = get(&router, "/me?saved=asked", Some("ben")).await;
    assert!(page.body.contains(agreed) && page.text().contains("Your choice is saved."));
    post(&router, "/me/asked", "ben", (OURS, "")).await;
    assert!(!get(&router, "/me", Some("ben")).await.body.contains(agreed));
}
