//! What somebody may do with everything that is known of them: have it as a file, and have it erased for good.
use axum::http::StatusCode;
use axum::http::header;
use peerlore::web::access::Viewing;
use peerlore::web::pages::me_erase;
use serde_json::Value;
use serde_json::json;

use crate::api_tokens::token;
use crate::browser::Browser;
use crate::world::Answer;
use crate::world::OURS;
use crate::world::World;
use crate::world::get;
use crate::world::lines_of;
use crate::world::post;
use crate::world::sealed;

const FILE: &str = "/me/export.json";

/// A world in which ben said, chose and did something of each kind, in `shop` and in `sealed`.
async fn full() -> World {
    let mut world = World::new().await;
    world.tell(sealed(&world.github.clone())).await;
    let ben = "(select id from person where login = 'ben')";
    let at = "'2026-11-11T12:00:00Z'::timestamptz";
    for statement in [
        format!(
            "update person set learn = '{{testing}}', teach = '{{databases}}', shares = '{{helped}}', capacity = 3 where id = {ben}"
        ),
        format!("insert into absence select installation_id, id, '2026-12-21', '2026-12-31' from person where id = {ben}"),
        format!("insert into may_be_asked select installation_id, id, {at} from person where id = {ben}"),
        format!("insert into unasked select installation_id, id, {at} from person where id = {ben}"),
        format!(
            "insert into page_view (installation_id, person_id, viewer_id, day, at)
             select p.installation_id, {ben}, p.id, '2026-11-11', {at} from person p where p.login = 'ada'"
        ),
        format!(
            "insert into declined select installation_id, {ben}, 'folder', id, name || '-folder/', 'other', {at} from repo where owner = 'acme'
             union all select installation_id, id, 'area', 0, 'security', 'other', {at} from person where id = {ben}"
        ),
        format!(
            "insert into answer (installation_id, place, comment_id, person_id, taught, at)
             select distinct on (repo_id) installation_id, place, id, {ben}, true, {at} from comment where author_id = {ben} order by repo_id, comment.id"
        ),
        format!(
            "insert into correction (installation_id, place, comment_id, person_id, areas, at, read, model)
             select distinct on (repo_id) installation_id, place, id, {ben}, '{{testing}}', {at}, '[]', 'm' from comment
             where author_id = {ben} order by repo_id, comment.id"
        ),
        format!(
            "insert into suggested (installation_id, repo_id, number, slot, person_id, at)
             select p.installation_id, p.repo_id, p.number, 'expert', {ben}, {at} from pull p join repo r on r.installation_id = p.installation_id and r.id = p.repo_id
             where p.open and r.owner = 'acme'
             on conflict (installation_id, repo_id, number, slot) do update set person_id = excluded.person_id, at = excluded.at"
        ),
        format!(
            "insert into feedback (installation_id, repo_id, number, slot, voter_id, verdict, at)
             select p.installation_id, p.repo_id, p.number, 'learner', {ben}, 'good', {at} from pull p join repo r on r.installation_id = p.installation_id and r.id = p.repo_id
             where p.open and r.owner = 'acme'"
        ),
        format!(
            "insert into imported_history select installation_id, id, {at}, 9, 0, 0, 0, false, 0, 0 from repo where owner = 'acme'"
        ),
        "insert into imported_file select installation_id, repo_id, 0, 'src/a.rs', 20, 4 from imported_history".to_owned(),
        format!(
            "insert into file_work select installation_id, repo_id, 0, 0, {ben}, true, 3, 1, 12.5, {at}, {at} from imported_history
             union all
             select h.installation_id, h.repo_id, 0, 1, p.id, false, 1, 0, 2, {at}, {at} from imported_history h, person p where p.login = 'dan'"
        ),
    ] {
        assert!(world.sql(&statement).await > 0, "{statement}");
    }
    world
}

fn read(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    serde_json::from_str(&answer.body).expect("JSON")
}

/// How many entries each list of a download has, with the evidence of its profile.
fn lengths(file: &Value) -> Value {
    let lists = file.as_object().expect("an object").iter();
    let mut lengths: serde_json::Map<String, Value> = lists
        .filter_map(|(name, value)| Some((name.clone(), json!(value.as_array()?.len()))))
        .collect();
    lengths.insert(
        "evidence".to_owned(),
        json!(file["profile"]["evidence"].as_array().map(Vec::len)),
    );
    Value::Object(lengths)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_download_holds_all_that_is_kept_of_a_person() {
    let world = full().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    assert!(ben.get("/me").await.body.contains("href=\"/me/export.json\""));
    token(&mut ben, "scope=me:read").await;
    let answer = ben.get(FILE).await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(
        answer.headers[header::CONTENT_DISPOSITION],
        "attachment; filename=\"peerlore.json\""
    );
    assert_eq!(answer.headers[header::CACHE_CONTROL], "private, no-store");
    let file = read(&answer);
    insta::assert_snapshot!(format!("{:#}", lengths(&file)), @r#"
    {
      "access_tokens": 1,
      "answers": 2,
      "corrections": 2,
      "evidence": 3,
      "files_of_imported_histories": 2,
      "membership": 1,
      "said_is_not_theirs": 3,
      "shared_with_colleagues": 1,
      "suggestions": 2,
      "teams": 1,
      "votes_on_suggestions": 2,
      "who_looked": 1
    }
    "#);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_download_is_read_without_a_key_to_it() {
    let world = full().await;
    let mut ben = Browser::of(&world.for_members(), &world.github, "ben").await;
    let mut file = read(&ben.get(FILE).await);
    let file = file.as_object_mut().expect("an object");
    // The profile is that of the page; goals are looked at below, access tokens where they are made.
    for part in ["profile", "goals", "membership", "teams", "access_tokens"] {
        file.remove(part);
    }
    for list in file.values_mut().filter_map(Value::as_array_mut) {
        list.drain(..list.len() - 1);
    }
    insta::assert_snapshot!(format!("{:#}", json!(file)), @r#"
    {
      "answers": [
        {
          "at": "2026-11-11T12:00:00Z",
          "comment": "https://github.example/acme/sealed/pull/1#discussion_r1700000042",
          "pull": "acme/sealed#1",
          "taught": true
        }
      ],
      "availability": {
        "absences": [
          {
            "first_day": "2026-12-21",
            "last_day": "2026-12-31"
          }
        ],
        "away_until": null,
        "busy_on_github": false,
        "capacity": 3,
        "daily_cap": null,
        "mentoring_budget": null
      },
      "card": null,
      "corrections": [
        {
          "areas": [
            "testing"
          ],
          "at": "2026-11-11T12:00:00Z",
          "by": null,
          "comment": "https://github.example/acme/shop/pull/1#discussion_r1700000004",
          "counts": true,
          "pull": "acme/shop#1",
          "read": []
        }
      ],
      "files_of_imported_histories": [
        {
          "changes": 3,
          "creator": true,
          "faded_lines": 12.5,
          "last": "2026-11-11T12:00:00Z",
          "path": "src/a.rs",
          "repo": "acme/shop",
          "reviews": 1
        }
      ],
      "login": "ben",
      "made_at": "2026-11-12T12:00:00Z",
      "may_be_listed_as_silent_expert": true,
      "organisation": "acme",
      "out_of_everything": false,
      "said_is_not_theirs": [
        {
          "at": "2026-11-11T12:00:00Z",
          "kind": "folder",
          "repo": "acme/shop",
          "what": "shop-folder/"
        }
      ],
      "shared_with_colleagues": [
        "helped"
      ],
      "suggestions": [
        {
          "at": "2026-11-11T12:00:00Z",
          "pull": "acme/sealed#2",
          "slot": "expert"
        }
      ],
      "votes_on_suggestions": [
        {
          "at": "2026-11-11T12:00:00Z",
          "pull": "acme/sealed#2",
          "slot": "learner",
          "verdict": "good"
        }
      ],
      "wants_no_question_of_the_week": true,
      "who_looked": [
        {
          "at": "2026-11-11T12:00:00Z",
          "login": "ada"
        }
      ]
    }
    "#);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_download_leaves_out_what_somebody_may_not_read() {
    let world = full().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let before = read(&ben.get(FILE).await);
    world.github.only_for("sealed", &["ada"]);
    world.clock.move_to(world.clock.now() + chrono::Duration::minutes(10));
    let answer = ben.get(FILE).await;
    assert!(!answer.body.contains("sealed"), "{}", answer.body);
    assert!(
        !ben.get("/me").await.body.contains("sealed"),
        "nor does the page name it"
    );
    let after = read(&answer);
    for list in [
        "answers",
        "corrections",
        "said_is_not_theirs",
        "votes_on_suggestions",
        "suggestions",
        "files_of_imported_histories",
    ] {
        let length = |file: &Value| file[list].as_array().map(Vec::len);
        assert_eq!(length(&after), length(&before).map(|length| length - 1), "{list}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_has_anybody_elses_download() {
    let world = full().await;
    let router = world.for_members();
    let mut cleo = Browser::of(&router, &world.github, "cleo").await;
    let answer = cleo.get(FILE).await;
    let file = read(&answer);
    assert_eq!(file["login"], "cleo");
    for word in ["ben", "dan", "eve", "sealed", "a.rs", "testing"] {
        assert!(!answer.names(word), "{word}: {}", answer.body);
    }
    assert_eq!(Browser::new(&router).get(FILE).await.status, StatusCode::FORBIDDEN);
    let outside = world.app(Viewing::Open).router;
    assert_eq!(get(&outside, FILE, Some("ben")).await.status, StatusCode::FORBIDDEN);
    // Whoever opted out is in nobody's download either, also as the other end of a lesson.
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    assert!(ada.get(FILE).await.names("ben"));
    world.opt_out("ben").await;
    assert!(!ada.get(FILE).await.names("ben"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_opted_out_has_what_is_kept_and_may_still_be_erased() {
    let world = full().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    world.opt_out("ben").await;
    let page = ben.get("/me").await.body;
    for way in ["/me/export.json", "/me/erase"] {
        assert!(page.contains(way), "{way}");
    }
    assert!(
        ben.get("/me/erase")
            .await
            .text()
            .contains("You are out of everything already")
    );
    let file = read(&ben.get(FILE).await);
    assert_eq!(file["out_of_everything"], true);
    assert_eq!(file["profile"]["evidence"], json!([]));
    assert_eq!(file["goals"], json!({ "learn": ["testing"], "teach": ["databases"] }));
    assert_eq!(file["may_be_listed_as_silent_expert"], true);
    assert_eq!(file["shared_with_colleagues"], json!(["helped"]));
    let done = ben.post("/me/erase", "/me/erase", "login=ben").await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    assert_eq!(world.sql("delete from person where login = 'ben'").await, 0);
}

#[test]
fn the_last_question_says_what_goes() {
    insta::assert_snapshot!(lines_of(&me_erase::section().into_string()), @r"
    Erase me
    Everything that is known of you here goes for good. What you taught and what you learned goes for everybody, and doesn't come back, not even when the App reads the past again. Going out of everything is the gentler way: it hides the same, and can be undone.
    Erase me, after one more question
    ");
    insta::assert_snapshot!(lines_of(&me_erase::render(("ben", false), None, "t").into_string()), @r"
    My page
    Erase ben
    This can't be undone.
    What you taught and what you learned goes, for you and for the people at the other end of it.
    What you wrote and reviewed, your goals, choices, answers and votes go from here, not from GitHub.
    Comments of ours on pull requests that name you are edited soon after.
    None of it comes back when the App reads the past again. Only GitHub's number of your account stays, so that nothing of you is stored anew.
    You are signed out in every browser, and can't sign in to your organisation's pages again. Other organisations that use Peerlore keep what they know of you.
    To be hidden and be able to come back, go out of everything instead. To have a copy first, download everything that is known of you.
    Type ben to go on
    Erase me for good
    Keep me
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasing_takes_the_login_typed_and_leaves_nothing_but_a_number() {
    let world = full().await;
    let elsewhere = "insert into person (installation_id, id, login, kind, seen_at)
                     select o.installation_id, p.id, p.login, p.kind, p.seen_at from person p, (select installation_id from person where login = 'zoe') o
                     where p.login = 'ben'";
    assert_eq!(world.sql(elsewhere).await, 1);
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let mut second = Browser::of(&router, &world.github, "ben").await;
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    assert!(ada.get("/me").await.names("ben"));
    assert!(ben.get("/me").await.body.contains("href=\"/me/erase\""));
    for form in ["login=", "login=ada", "", "login=b%65nn"] {
        let again = ben.post("/me/erase", "/me/erase", form).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(again.text().contains("Nothing was erased yet"), "{}", again.text());
    }
    let hostile = ben.post("/me/erase", "/me/erase", "login=%22%3E%3Cscript%3E").await;
    assert!(!hostile.body.contains("<script"), "{}", hostile.body);
    let mut cleo = Browser::of(&router, &world.github, "cleo").await;
    let other = cleo.post("/me/erase", "/me/erase", "login=ben").await;
    assert_eq!(
        other.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "nobody erases anybody else"
    );
    let untold = ben.post_bare("/me/erase", "login=ben&token=none").await;
    assert_eq!(untold.status, StatusCode::FORBIDDEN);
    assert!(ada.get("/me").await.names("ben"));

    let done = ben.post("/me/erase", "/me/erase", "login=+BEN+").await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    assert!(
        done.text().contains("You are erased") && !done.names("ben"),
        "{}",
        done.text()
    );
    assert!(!ben.cookies.contains_key("__Host-peerlore"), "{:?}", ben.cookies);
    assert_eq!(
        second.get("/me").await.status,
        StatusCode::FORBIDDEN,
        "in every browser"
    );
    assert!(!ada.get("/me").await.names("ben"), "what he taught goes for everybody");
    let gone = "update person set seen_at = seen_at where erased_at is not null and login = ''";
    assert_eq!(world.sql(gone).await, 1);
    let kept = "update person set seen_at = seen_at where login = 'ben' and erased_at is null and opted_out_at is null";
    assert_eq!(world.sql(kept).await, 1, "in the other organisation");
    for table in ["answer", "correction", "declined", "feedback", "suggested", "page_view"] {
        let rows = format!(
            "delete from {table} where to_jsonb({table})::text ~ (select '\\m' || id || '\\M' from person where login = 'ben')"
        );
        assert_eq!(world.sql(&rows).await, 0, "{table}");
    }

    let end = ben.sign_in(&world.github, "ben", "/me").await;
    assert_eq!(end.status, StatusCode::FORBIDDEN, "GitHub knows him still");
    for path in ["/me", FILE, "/me/erase"] {
        assert_eq!(ben.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_demo_whoever_is_erased_is_nobody_afterwards() {
    let world = World::new().await;
    let router = world.demo();
    assert_eq!(read(&get(&router, FILE, Some("ben")).await)["login"], "ben");
    for nobody in [None, Some("nobody-at-all")] {
        assert_eq!(get(&router, FILE, nobody).await.status, StatusCode::FORBIDDEN);
        assert_eq!(get(&router, "/me/erase", nobody).await.status, StatusCode::FORBIDDEN);
    }
    let done = post(&router, "/me/erase", "ben", (OURS, "login=ben")).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    let cookie = done.headers[header::SET_COOKIE].to_str().expect("text");
    assert!(
        cookie.starts_with("peerlore_demo_login=;") && cookie.contains("Max-Age=0"),
        "{cookie}"
    );
    let choice = get(&router, "/me", Some("ben")).await;
    assert!(choice.text().contains("Who are you?"), "{}", choice.text());
}
