//! Two organisations behind the real router, and a visitor who asks it for pages.
use axum::Router;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::header;
use chrono::DateTime;
use chrono::Duration;
use chrono::Utc;
use peerlore::app::App;
use peerlore::app::Setup;
use peerlore::classify::Classifier;
use peerlore::demo::github::AccountKind;
use peerlore::demo::github::Act;
use peerlore::demo::github::Change;
use peerlore::demo::github::FakeGithub;
use peerlore::demo::github::How;
use peerlore::demo::github::Loopback;
use peerlore::demo::github::NewComment;
use peerlore::demo::github::NewPull;
use peerlore::demo::github::NewReview;
use peerlore::demo::github::Push;
use peerlore::demo::github::UserSpec;
use peerlore::demo::github::Verdict;
use peerlore::demo::github::delivery::Delivery;
use peerlore::demo::github::delivery::sign;
use peerlore::demo::github::sign_in::CLIENT_ID;
use peerlore::demo::github::sign_in::CLIENT_SECRET;
use peerlore::forge::Forge;
use peerlore::forge::github::app::Credentials;
use peerlore::forge::github::app::ForgeSettings;
use peerlore::forge::github::login::LoginApp;
use peerlore::forge::github::pace::Pace;
use peerlore::model::clock::Clock;
use peerlore::model::settings::Settings;
use peerlore::pipeline::Addresses;
use peerlore::pipeline::registered::Registered;
use peerlore::pipeline::work;
use peerlore::store::jobs;
use peerlore::web::access::Viewing;
use peerlore::web::hook::Secrets;
use secrecy::SecretString;
use sqlx::AssertSqlSafe;
use sqlx::PgPool;
use tower::ServiceExt;

use crate::database::TestDatabase;
use crate::database::fresh_database;

const SECRET: &str = "pages";
/// The hostile title of the open pull request.
pub const TITLE: &str = "<script>alert(1)</script> Count late orders & ping @team";
/// The open pull request.
pub const PULL: &str = "/pulls/acme/shop/7";
pub fn today() -> DateTime<Utc> {
    "2026-11-12T12:00:00Z".parse().expect("a moment")
}

pub fn by(login: &str, days_ago: i64) -> Act<'_> {
    Act {
        by: login,
        at: today() - Duration::days(days_ago),
    }
}

fn file(lines: [&str; 5]) -> Vec<Change> {
    vec![Change::write("ledger/book.rs", lines.join("\n") + "\n")]
}

/// Two organisations in one database; of the first, a history of review.
pub struct World {
    database: TestDatabase,
    forge: Forge,
    /// The same GitHub, without what sign-in takes.
    without_sign_in: Forge,
    host: String,
    /// The first organisation's GitHub.
    pub github: FakeGithub,
    /// The second's.
    pub other: FakeGithub,
    /// The time.
    pub clock: Clock,
    servers: Vec<Loopback>,
}

impl World {
    pub async fn new() -> Self {
        let database = fresh_database().await;
        let acme = FakeGithub::new("acme", 1, today() - Duration::days(400));
        let server = acme
            .serve(0, Some("https://github.example"))
            .await
            .expect("a free port");
        let clock = Clock::fixed(today());
        let forge = forge_at(&server.url, &clock);
        let mut world = Self {
            database,
            forge,
            without_sign_in: forge_with(None, &server.url, &clock),
            host: "https://github.example".to_owned(),
            github: acme.clone(),
            other: FakeGithub::new("other", 2, today() - Duration::days(400)),
            clock,
            servers: vec![server],
        };
        world.tell(history(&acme)).await;
        world.tell(open_pull(&acme)).await;
        world.other.set_installation(58_999_999);
        world.tell(another_organisation(&world.other.clone())).await;
        world
    }

    /// Pages for members who sign in at the first organisation's GitHub.
    pub fn for_members(&self) -> Router {
        self.app(Viewing::SignIn).router
    }

    /// From now on GitHub is asked as the App itself, and not with a token.
    pub fn act_as_the_app(&self) {
        let app = Credentials::App {
            id: 1,
            private_key: include_str!("../data/app-key.pem").into(),
        };
        let switched = self.forge.switch_to(&app, Some(login_at(&self.servers[0].url)));
        switched.expect("a key");
    }

    /// The same pages for those who sign in at the second one's.
    pub async fn for_others(&mut self) -> Router {
        let server = self.other.serve(0, None).await.expect("a free port");
        let mine = std::mem::replace(&mut self.forge, forge_at(&server.url, &self.clock));
        let router = self.for_members();
        self.forge = mine;
        self.servers.push(server);
        router
    }

    /// Runs a statement.
    pub async fn sql(&self, statement: &str) -> u64 {
        let done = sqlx::query(AssertSqlSafe(statement.to_owned()))
            .execute(self.pool())
            .await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"))
            .rows_affected()
    }

    pub fn app(&self, viewing: Viewing) -> App {
        App::new(Setup {
            pool: self.database.pool.clone(),
            forge: if viewing == Viewing::SignIn {
                self.forge.clone()
            } else {
                self.without_sign_in.clone()
            },
            registered: Registered::fixed(),
            classifier: Classifier::default(),
            clock: self.clock.clone(),
            settings: Settings::default(),
            addresses: Addresses {
                own: "https://peerlore.example".to_owned(),
                host: self.host.clone(),
            },
            secrets: Secrets::parse(&SecretString::from(SECRET)).expect("a secret"),
            viewing,
            metrics: None,
        })
    }

    pub fn demo(&self) -> Router {
        self.app(Viewing::Demo).router
    }

    pub fn pool(&self) -> &PgPool {
        &self.database.pool
    }

    /// Sends deliveries through the door and runs all jobs that follow.
    pub async fn tell(&mut self, deliveries: Vec<Delivery>) {
        let app = self.app(Viewing::Demo);
        for delivery in deliveries {
            let request = Request::post("/webhooks/github")
                .header(header::CONTENT_TYPE, "application/json")
                .header("x-github-event", &delivery.event)
                .header("x-github-delivery", &delivery.id)
                .header("x-hub-signature-256", sign(SECRET.as_bytes(), &delivery.body))
                .body(Body::from(delivery.body))
                .expect("a request");
            let answer = app.router.clone().oneshot(request).await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::ACCEPTED);
        }
        work::drain(&app.pipeline).await.expect("the jobs run");
        let mut conn = self.pool().acquire().await.expect("a connection");
        let backlog = jobs::backlog(&mut conn).await.expect("the database answers");
        assert_eq!((backlog.waiting, backlog.gave_up), (0, 0), "jobs are left");
    }

    pub async fn opt_out(&self, login: &str) {
        let changed = sqlx::query("update person set opted_out_at = $2 where login = $1")
            .bind(login)
            .bind(today())
            .execute(self.pool())
            .await
            .expect("the database answers");
        assert_eq!(changed.rows_affected(), 1);
    }
}

fn forge_at(url: &str, clock: &Clock) -> Forge {
    forge_with(Some(login_at(url)), url, clock)
}

fn login_at(url: &str) -> LoginApp {
    LoginApp {
        client_id: CLIENT_ID.to_owned(),
        client_secret: SecretString::from(CLIENT_SECRET),
        web_url: url.to_owned(),
    }
}

fn forge_with(login: Option<LoginApp>, url: &str, clock: &Clock) -> Forge {
    let settings = ForgeSettings {
        pace: Pace::UNLIMITED,
        retries: 0,
        login,
        ..ForgeSettings::new(
            url.parse().expect("an address"),
            Credentials::Token(SecretString::from("t")),
        )
    };
    Forge::new(settings, clock.clone()).expect("a client")
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// What a reader sees, in one line.
    pub fn text(&self) -> String {
        self.lines().replace('\n', " ")
    }

    /// What a reader sees, a line for each block.
    pub fn lines(&self) -> String {
        lines_of(&self.body)
    }

    /// Whether a reader sees this word.
    pub fn names(&self, word: &str) -> bool {
        self.text()
            .split(|letter: char| !letter.is_alphanumeric())
            .any(|one| one == word)
    }
}

/// Text without tags: a line for each block, spaces between cells, no empty lines.
pub fn lines_of(html: &str) -> String {
    const INLINE: [&str; 8] = ["a", "b", "br", "code", "em", "span", "strong", "time"];
    let mut text = String::new();
    for (place, part) in html.split('<').enumerate() {
        let (tag, words) = if place == 0 {
            ("", part)
        } else {
            part.split_once('>').unwrap_or((part, ""))
        };
        let name = tag.trim_start_matches('/').split([' ', '>']).next().unwrap_or_default();
        if matches!(name, "td" | "th" | "option") {
            text.push(' ');
        } else if !INLINE.contains(&name) {
            text.push('\n');
        }
        text.push_str(words);
    }
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    let lines = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

pub async fn ask(router: &Router, request: Request<Body>) -> Answer {
    let answer = router.clone().oneshot(request).await.expect("an answer");
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = axum::body::to_bytes(answer.into_body(), 10_000_000)
        .await
        .expect("a body");
    Answer {
        status,
        headers,
        body: String::from_utf8(body.to_vec()).expect("text"),
    }
}

pub async fn get(router: &Router, path: &str, login: Option<&str>) -> Answer {
    let mut request = Request::get(path).header(header::HOST, "peerlore.example");
    if let Some(login) = login {
        request = request.header(header::COOKIE, format!("peerlore_demo_login={login}"));
    }
    ask(router, request.body(Body::empty()).expect("a request")).await
}

/// The token in the first form of a page; empty where it has none.
pub fn token_in(page: &str) -> String {
    let after = page.split_once("name=\"token\" value=\"").map(|(_, after)| after);
    after
        .and_then(|after| after.split_once('"'))
        .map_or_else(String::new, |(token, _)| token.to_owned())
}

/// A form sent from the page of `origin`, with the token that the first page gives.
pub async fn post(router: &Router, path: &str, login: &str, (origin, form): (Option<&str>, &str)) -> Answer {
    let token = token_in(&get(router, "/", Some(login)).await.body);
    let form = format!("{form}&token={token}");
    let mut request = Request::post(path)
        .header(header::HOST, "peerlore.example")
        .header(header::COOKIE, format!("peerlore_demo_login={login}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(origin) = origin {
        request = request.header(header::ORIGIN, origin);
    }
    ask(router, request.body(Body::from(form)).expect("a request")).await
}

pub const OURS: Option<&str> = Some("https://peerlore.example");

/// People, of whom eve left, teams and six merged pull requests, each with a comment that landed.
pub fn history(github: &FakeGithub) -> Vec<Delivery> {
    let mut sent = Vec::new();
    for login in ["ada", "ben", "cleo", "dan", "eve"] {
        github.add_account(&UserSpec {
            login,
            name: login,
            kind: AccountKind::User,
        });
        sent.extend(github.add_member(by("ada", 390), login, login == "ada"));
    }
    let start = file(["one", "two", "three", "four", "five"]);
    sent.extend(github.add_repository(by("ada", 390), "shop", "Rust", &start));
    for (team, people) in [
        ("Payments", ["ada", "ben", "dan"].as_slice()),
        ("Storefront", &["cleo", "eve"]),
    ] {
        sent.extend(github.add_team(by("ada", 390), team, ""));
        for login in people {
            sent.extend(github.join_team(by("ada", 390), &team.to_lowercase(), login, *login == "ben"));
        }
    }
    for number in 0..6 {
        let reviewer = ["ben", "dan", "cleo"][number % 3];
        sent.extend(reviewed(github, "shop", number, reviewer));
    }
    sent.extend(github.remove_member(by("ada", 2), "eve"));
    sent
}

/// The pull request that is open.
pub fn open_pull(github: &FakeGithub) -> Vec<Delivery> {
    let open = NewPull {
        repo: "shop".into(),
        title: TITLE.into(),
        branch: "late".into(),
        changes: file(["one", "two", "three", "late", "five"]),
        ..NewPull::default()
    };
    github.open_pull(by("ada", 1), &open).1
}

/// A repository that only ada and ben may read, with a lesson that landed and an open pull request.
pub fn sealed(github: &FakeGithub) -> Vec<Delivery> {
    let start = file(["one", "two", "three", "four", "five"]);
    let mut sent = github.add_repository(by("ada", 90), "sealed", "Rust", &start);
    github.only_for("sealed", &["ada", "ben"]);
    sent.extend(reviewed(github, "sealed", 6, "ben"));
    let open = NewPull {
        repo: "sealed".into(),
        title: "Hush".into(),
        branch: "hush".into(),
        changes: file(["one", "two", "three", "hush", "five"]),
        ..NewPull::default()
    };
    sent.extend(github.open_pull(by("ada", 1), &open).1);
    sent
}

/// A pull request by ada with a lesson by `reviewer` that lands, and is merged.
fn reviewed(github: &FakeGithub, repo: &str, number: usize, reviewer: &str) -> Vec<Delivery> {
    let day = 80 - i64::try_from(number).expect("small") * 8;
    let path = format!("ledger/part{}.rs", number % 3);
    let new = NewPull {
        repo: repo.into(),
        title: format!("Change {number}"),
        branch: format!("c{number}"),
        changes: vec![Change::write(
            &path,
            format!("fn f() {{\n    total{number} = a.unwrap()\n}}\n"),
        )],
        ..NewPull::default()
    };
    let (name, mut sent) = github.open_pull(by("ada", day), &new);
    let comment = NewComment::on(
        &path,
        2,
        "This unwrap will panic when the result is an error; return the error with `?` instead, so that the caller can handle it.",
    );
    let review = NewReview {
        verdict: Verdict::ChangesRequested,
        body: String::new(),
        comments: vec![comment],
    };
    let posted = github.submit_review(&name, by(reviewer, day - 1), &review);
    sent.extend(posted.deliveries);
    let fixed = vec![Change::write(path, format!("fn f() {{\n    total{number} = a?\n}}\n"))];
    let push = Push {
        message: "Return the error".into(),
        how: How::Append,
        changes: fixed,
    };
    sent.extend(github.push_to_pull(&name, by("ada", day - 2), &push));
    if let Some(root) = posted.comments.first() {
        let reply = NewComment::reply(*root, "Good point, done.");
        sent.extend(github.review_comment(&name, by("ada", day - 2), reply).deliveries);
    }
    sent.extend(github.merge(&name, by("ada", day - 3)));
    sent
}

/// One pull request that nobody of the first organisation may know of.
fn another_organisation(github: &FakeGithub) -> Vec<Delivery> {
    github.add_account(&UserSpec {
        login: "zoe",
        name: "zoe",
        kind: AccountKind::User,
    });
    let mut sent = github.add_member(by("zoe", 30), "zoe", true);
    sent.extend(github.add_repository(by("zoe", 30), "vault", "Rust", &file(["a", "b", "c", "d", "e"])));
    let new = NewPull {
        repo: "vault".into(),
        title: "Rotate the secret keys".into(),
        branch: "k".into(),
        changes: file(["a", "b", "c", "d", "f"]),
        ..NewPull::default()
    };
    sent.extend(github.open_pull(by("zoe", 2), &new).1);
    sent
}
