//! A Peerlore without an App, a GitHub where one can be created, and a browser.
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::HeaderMap;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::header;
use base64::Engine as _;
use chrono::Duration;
use peerlore::app::App;
use peerlore::app::Setup;
use peerlore::classify::Classifier;
use peerlore::demo::github::AccountKind;
use peerlore::demo::github::Act;
use peerlore::demo::github::Change;
use peerlore::demo::github::FakeGithub;
use peerlore::demo::github::Loopback;
use peerlore::demo::github::UserSpec;
use peerlore::demo::github::delivery::Delivery;
use peerlore::demo::github::delivery::sign;
use peerlore::forge::Forge;
use peerlore::forge::github::app::Credentials;
use peerlore::forge::github::app::ForgeSettings;
use peerlore::forge::github::app::Pace;
use peerlore::model::clock::Clock;
use peerlore::model::clock::Time;
use peerlore::model::settings::Settings;
use peerlore::pipeline::Addresses;
use peerlore::pipeline::registered::Registered;
use peerlore::pipeline::setup;
use peerlore::seal::Source;
use peerlore::store::registrations::Purpose;
use peerlore::web::access::Viewing;
use peerlore::web::hook::Secrets;
use sqlx::AssertSqlSafe;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tower::ServiceExt;

use crate::database::TestDatabase;
use crate::database::fresh_database;

/// Our own address.
pub const OWN: &str = "https://peerlore.example";
/// The private key that GitHub gives new Apps.
pub const PEM: &str = include_str!("../data/app-key.pem");

/// So many seconds after the tests' beginning.
pub fn at(second: i64) -> Time {
    "2099-01-05T09:00:00Z".parse::<Time>().expect("a time") + Duration::seconds(second)
}

pub fn by(login: &str) -> Act<'_> {
    Act { by: login, at: at(0) }
}

/// Sealing keys of this seed.
pub fn key(seed: u8) -> String {
    base64::engine::general_purpose::STANDARD.encode([seed; 32])
}

pub fn seals(list: &str) -> Source {
    let list = list.to_owned().into();
    Source::of(Some(&list), std::path::Path::new("/nowhere")).expect("a key")
}

/// An organisation with two repositories.
pub fn organisation() -> FakeGithub {
    let github = FakeGithub::new("acme", 1, at(0));
    github.set_app_key(PEM);
    github.add_account(&UserSpec {
        login: "ada",
        name: "ada",
        kind: AccountKind::User,
    });
    let _sent = github.add_member(by("ada"), "ada", true);
    let files = [Change::write("src/lib.rs", "fn f() {}\n")];
    for name in ["shop", "secret-plans"] {
        let _sent = github.add_repository(by("ada"), name, "Rust", &files);
    }
    github
}

pub struct World {
    pub github: FakeGithub,
    pub clock: Clock,
    pub app: App,
    pub loopback: Loopback,
    database: Arc<TestDatabase>,
}

impl World {
    pub async fn new() -> Self {
        Self::at_address(OWN, Viewing::Closed).await
    }

    pub async fn at_address(own: &str, viewing: Viewing) -> Self {
        let github = organisation();
        let loopback = github.serve(0, None).await.expect("a free port");
        let database = Arc::new(fresh_database().await);
        let clock = Clock::fixed(at(0));
        let pool = database.pool.clone();
        let registered = Registered::stored(&loopback.url, seals(&key(1)));
        let app = make(pool, &loopback, &clock, (own, viewing, registered));
        Self {
            github,
            clock,
            app,
            loopback,
            database,
        }
    }

    /// Another process on the same database, with these sealing keys.
    pub fn replica(&self, keys: &str) -> App {
        self.process(Registered::stored(&self.loopback.url, seals(keys)))
    }

    pub fn process(&self, registered: Registered) -> App {
        let options = (*self.database.pool.connect_options()).clone();
        let pool = PgPoolOptions::new().max_connections(4).connect_lazy_with(options);
        make(pool, &self.loopback, &self.clock, (OWN, Viewing::Closed, registered))
    }

    pub fn pool(&self) -> &PgPool {
        &self.database.pool
    }

    /// A key as `serve` prints it.
    pub async fn printed_key(&self) -> String {
        let mut conn = self.pool().acquire().await.expect("the database");
        let token = setup::new_token(&mut conn, Purpose::Key, self.clock.now()).await;
        token.expect("a key").text().to_owned()
    }

    /// A browser that typed a good key.
    pub async fn operator(&self) -> Browser {
        let mut browser = Browser::new(&self.app.router);
        let form = format!("key={}", self.printed_key().await);
        let answer = browser.post("/setup/key", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        browser.get("/setup").await;
        browser
    }

    /// The whole way to GitHub and back; the browser stands at GitHub's page to install the App.
    pub async fn registered(&self) -> Browser {
        let mut browser = self.operator().await;
        let back = self.to_github_and_back(&mut browser).await;
        let answer = browser.get(&back).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        browser.get("/setup/installed?installation_id=58210447").await;
        browser
    }

    /// To GitHub, where the App is confirmed; the address on our side that GitHub sends the browser back to.
    pub async fn to_github_and_back(&self, browser: &mut Browser) -> String {
        let page = browser.post("/setup", "account=organisation&organisation=acme").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let action = page.attribute("action=\"http");
        let manifest = page.attribute("name=\"manifest\" value=\"");
        let back = self.github.confirm_app(&format!("http{action}"), &manifest);
        let back = back.expect("GitHub takes the manifest");
        back.strip_prefix(OWN).expect("back to us").to_owned()
    }

    pub async fn sql(&self, statement: &str) -> u64 {
        let done = sqlx::query(AssertSqlSafe(statement.to_owned()))
            .execute(self.pool())
            .await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"))
            .rows_affected()
    }

    pub async fn one<T>(&self, query: &str) -> T
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
    {
        let found = sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
            .fetch_one(self.pool())
            .await;
        found.unwrap_or_else(|error| panic!("{query}: {error}"))
    }
}

fn make(
    pool: PgPool,
    loopback: &Loopback,
    clock: &Clock,
    (own, viewing, registered): (&str, Viewing, Registered),
) -> App {
    let mut forge = ForgeSettings::new(loopback.url.parse().expect("an address"), Credentials::None);
    forge.pace = Pace::UNLIMITED;
    forge.retries = 0;
    App::new(Setup {
        pool,
        classifier: Classifier::default(),
        forge: Forge::new(forge, clock.clone()).expect("a client"),
        registered,
        clock: clock.clone(),
        settings: Settings::default(),
        addresses: Addresses {
            own: own.to_owned(),
            host: loopback.url.clone(),
        },
        secrets: Secrets::default(),
        viewing,
        metrics: None,
    })
}

/// Posts a delivery that is signed with this secret.
pub async fn deliver(app: &App, secret: &str, one: &Delivery) -> StatusCode {
    let request = Request::post("/webhooks/github")
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-github-event", &one.event)
        .header("x-github-delivery", &one.id)
        .header("x-hub-signature-256", sign(secret.as_bytes(), &one.body))
        .body(Body::from(one.body.clone()))
        .expect("a request");
    let answer = app.router.clone().oneshot(request).await.expect("an answer");
    answer.status()
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// What a reader sees, a line for each block.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let main = self.body.split("<main").nth(1).unwrap_or(&self.body);
        let main = main.split("</main>").next().unwrap_or_default();
        for part in main.split('<').skip(1) {
            let (tag, words) = part.split_once('>').unwrap_or((part, ""));
            let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
            if !matches!(name, "a" | "code" | "strong" | "label" | "input") {
                text.push('\n');
            }
            text.push_str(words);
        }
        let text = text.replace("&quot;", "\"").replace("&amp;", "&");
        let lines = text.lines().map(str::trim);
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// The value that begins after `before`, without HTML's escapes.
    pub fn attribute(&self, before: &str) -> String {
        let rest = self.body.split(before).nth(1);
        let value = rest.and_then(|rest| rest.split('"').next());
        let value = value.unwrap_or_else(|| panic!("no {before} in {}", self.body));
        value.replace("&quot;", "\"").replace("&amp;", "&")
    }

    pub fn header(&self, name: &str) -> String {
        let value = self.headers.get(name).map(|value| value.to_str().expect("text"));
        value.unwrap_or_default().to_owned()
    }
}

/// A browser that keeps the one cookie of the set-up.
pub struct Browser {
    router: Router,
    pub cookie: Option<String>,
    /// What the last page's form carries.
    pub token: String,
    pub origin: String,
    /// Sits at the machine itself and asks for it by this name.
    pub local: Option<&'static str>,
}

impl Browser {
    pub fn new(router: &Router) -> Self {
        Self {
            router: router.clone(),
            cookie: None,
            token: String::new(),
            origin: OWN.to_owned(),
            local: None,
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = Request::get(path);
        let page = self.ask(request, String::new()).await;
        let token = page.body.split_once("name=\"token\" value=\"");
        if let Some((token, _)) = token.and_then(|(_, rest)| rest.split_once('"')) {
            token.clone_into(&mut self.token);
        }
        page
    }

    pub async fn post(&mut self, path: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header(header::ORIGIN, &self.origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let form = format!("{form}&token={}", self.token);
        self.ask(request, form).await
    }

    async fn ask(&mut self, mut request: axum::http::request::Builder, body: String) -> Answer {
        request = request.header(header::HOST, self.local.unwrap_or("peerlore.example"));
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let mut request = request.body(Body::from(body)).expect("a request");
        let peer = if self.local.is_some() {
            "127.0.0.1:9"
        } else {
            "192.0.2.1:9"
        };
        let peer: std::net::SocketAddr = peer.parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = self.router.clone().oneshot(request).await.expect("an answer");
        let (status, headers) = (answer.status(), answer.headers().clone());
        if let Some(set) = headers.get(header::SET_COOKIE) {
            let set = set.to_str().expect("text");
            self.cookie = set.split(';').next().map(str::to_owned);
        }
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
        Answer {
            status,
            headers,
            body: String::from_utf8(body.to_vec()).expect("text"),
        }
    }
}
