//! A Peerlore of one test: its own database, its own GitHub on loopback, the real door, a clock that stands still.
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use chrono::Duration;
use peerlore::app::App;
use peerlore::app::Setup;
use peerlore::classify::Classifier;
use peerlore::demo::github::APP_ID;
use peerlore::demo::github::AccountKind;
use peerlore::demo::github::Act;
use peerlore::demo::github::Change;
use peerlore::demo::github::FakeGithub;
use peerlore::demo::github::How;
use peerlore::demo::github::Loopback;
use peerlore::demo::github::NewComment;
use peerlore::demo::github::NewPull;
use peerlore::demo::github::NewReview;
use peerlore::demo::github::PullName;
use peerlore::demo::github::Push;
use peerlore::demo::github::UserSpec;
use peerlore::demo::github::Verdict;
use peerlore::demo::github::delivery::Delivery;
use peerlore::demo::github::delivery::sign;
use peerlore::forge::Forge;
use peerlore::forge::github::app::Credentials;
use peerlore::forge::github::app::ForgeSettings;
use peerlore::forge::github::app::Pace;
use peerlore::model::clock::Clock;
use peerlore::model::clock::Time;
use peerlore::model::graph::Edge;
use peerlore::model::ids::InstallationId;
use peerlore::model::ids::PersonId;
use peerlore::model::ids::PullKey;
use peerlore::model::settings::Settings;
use peerlore::model::settings::Surface;
use peerlore::model::suggestion::Slot;
use peerlore::model::suggestion::Suggestion;
use peerlore::pipeline::Addresses;
use peerlore::pipeline::registered::Registered;
use peerlore::pipeline::work;
use peerlore::store::edges;
use peerlore::store::edges::Ends;
use peerlore::store::jobs;
use peerlore::store::profiles;
use peerlore::store::profiles::LessonLine;
use peerlore::store::reader::Reader;
use peerlore::store::settings;
use peerlore::store::suggestions;
use peerlore::store::tenants;
use peerlore::web::access::Viewing;
use peerlore::web::hook::Secrets;
use sqlx::AssertSqlSafe;
use sqlx::Connection;
use sqlx::PgConnection;
use sqlx::PgPool;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgPoolOptions;
use tower::ServiceExt;

use crate::database::TestDatabase;
use crate::database::fresh_database;

/// What deliveries are signed with.
pub const SECRET: &str = "first-secret-of-the-test";
/// The other secret of a rotation.
pub const NEXT_SECRET: &str = "second-secret-of-the-test";
/// Where most tests happen.
pub const LEDGER: &str = "src/ledger/post.rs";
/// A folder next to it.
pub const PAGES: &str = "src/pages/list.rs";

/// So many minutes after the tests' first one. It lies behind the machine's own time, so that a job which is put off
/// waits until a test says that time has passed.
pub fn at(minute: i64) -> Time {
    "2099-01-05T09:00:00Z".parse::<Time>().expect("a time") + Duration::minutes(minute)
}

/// Somebody, at a minute.
pub fn by(login: &str, minute: i64) -> Act<'_> {
    Act {
        by: login,
        at: at(minute),
    }
}

/// Minutes in a day.
pub const DAY: i64 = 24 * 60;
/// The day on which most tests happen; the history lies before.
pub const TODAY: i64 = 10 * DAY;

/// A file of 40 lines, some of them as given.
pub fn text(lines: &[(usize, &str)]) -> String {
    let line = |number: usize| match lines.iter().find(|(at, _)| *at == number) {
        Some((_, text)) => format!("{text}\n"),
        None => format!("let value_{number} = {number};\n"),
    };
    (1..=40).map(line).collect()
}

/// A Peerlore with a GitHub.
pub struct Peerlore {
    pub app: App,
    pub github: FakeGithub,
    pub clock: Clock,
    pub settings: Settings,
    loopback: Loopback,
    database: Arc<TestDatabase>,
    may_leave_jobs: AtomicBool,
}

impl Peerlore {
    /// With the App installed in an organisation of six, posting comments.
    pub async fn start() -> Self {
        Self::with(Settings {
            surface: Surface::Comment,
            ..Settings::default()
        })
        .await
    }

    /// The same with other settings.
    pub async fn with(settings: Settings) -> Self {
        let one = Self::empty(organisation("acme", 1), settings).await;
        one.tell(one.github.install(by("ada", 1))).await;
        one
    }

    /// With a GitHub of which nothing is known yet.
    pub async fn empty(github: FakeGithub, settings: Settings) -> Self {
        let database = Arc::new(fresh_database().await);
        let loopback = github.serve(0, None).await.expect("a free port");
        let clock = Clock::fixed(at(0));
        let app = app(database.pool.clone(), &loopback.url, &clock, &settings);
        Self {
            app,
            github,
            clock,
            settings,
            loopback,
            database,
            may_leave_jobs: AtomicBool::new(false),
        }
    }

    /// Another organisation on the same database, with a GitHub of its own.
    pub async fn neighbour(&self, github: FakeGithub) -> Self {
        let loopback = github.serve(0, None).await.expect("a free port");
        let options = (*self.database.pool.connect_options()).clone();
        let pool = PgPoolOptions::new().max_connections(8).connect_lazy_with(options);
        Self {
            app: app(pool, &loopback.url, &self.clock, &self.settings),
            github,
            clock: self.clock.clone(),
            settings: self.settings.clone(),
            loopback,
            database: Arc::clone(&self.database),
            may_leave_jobs: AtomicBool::new(false),
        }
    }

    /// With a past: `ben` knows the ledger, `cleo` of another team the pages beside it.
    pub async fn with_history() -> Self {
        let one = Self::start().await;
        one.history().await;
        one
    }

    /// Two merged pull requests, reviewed by those who know.
    pub async fn history(&self) {
        let ledger = self.merged("ada", "ben", LEDGER, 10);
        let pages = self.merged("dan", "cleo", PAGES, 20);
        self.tell(ledger.into_iter().chain(pages)).await;
    }

    /// A pull request that was opened, approved and merged; nothing is told yet.
    pub fn merged(&self, author: &str, reviewer: &str, path: &str, minute: i64) -> Vec<Delivery> {
        let new = pull("Earlier change", path, &text(&[(3, "let earlier = 3;")]));
        let (pull, mut sent) = self.github.open_pull(by(author, minute), &new);
        let approval = NewReview {
            verdict: Verdict::Approved,
            body: String::new(),
            comments: Vec::new(),
        };
        sent.extend(
            self.github
                .submit_review(&pull, by(reviewer, minute + 1), &approval)
                .deliveries,
        );
        sent.extend(self.github.merge(&pull, by(author, minute + 2)));
        sent
    }

    /// A second app on the same database and GitHub.
    pub fn replica(&self) -> App {
        let options = (*self.database.pool.connect_options()).clone();
        let pool = PgPoolOptions::new().max_connections(8).connect_lazy_with(options);
        app(pool, &self.loopback.url, &self.clock, &self.settings)
    }

    /// A second app that reaches its database, or not, by `pool`.
    pub fn replica_on(&self, pool: PgPool) -> App {
        app(pool, &self.loopback.url, &self.clock, &self.settings)
    }

    /// A second app that asks GitHub as the App itself, and not with a token.
    pub fn as_the_app(&self) -> App {
        let options = (*self.database.pool.connect_options()).clone();
        let pool = PgPoolOptions::new().max_connections(8).connect_lazy_with(options);
        let credentials = Credentials::App {
            id: APP_ID,
            private_key: include_str!("../data/app-key.pem").into(),
        };
        app_with(credentials, pool, &self.loopback.url, &self.clock, &self.settings)
    }

    /// Where this GitHub's API is.
    pub fn api(&self) -> &str {
        &self.loopback.url
    }

    /// Knocks at the door with these headers and gives status and answer.
    pub async fn knock(&self, headers: &[(&str, &str)], body: impl Into<Body>) -> (StatusCode, String) {
        knock(&self.app, headers, body).await
    }

    /// Posts deliveries as GitHub does; each must be accepted. The clock follows them.
    pub async fn deliver(&self, deliveries: impl IntoIterator<Item = Delivery>) {
        for one in deliveries {
            self.clock.move_to(self.clock.now().max(one.at));
            let (status, answer) = post(&self.app, &one).await;
            assert_eq!(status, StatusCode::ACCEPTED, "{}: {answer}", one.event);
        }
    }

    /// Runs what is queued, and what that queues.
    pub async fn run_jobs(&self) {
        work::drain(&self.app.pipeline).await.expect("the queue");
    }

    /// Delivers and runs.
    pub async fn tell(&self, deliveries: impl IntoIterator<Item = Delivery>) {
        self.deliver(deliveries).await;
        self.run_jobs().await;
    }

    /// Lets the time pass that jobs wait for, and runs them.
    pub async fn let_time_pass(&self) {
        self.sql("update graphile_worker._private_jobs set run_at = now()")
            .await;
        self.run_jobs().await;
    }

    /// Lets time pass until no job is left; a job that fails again and again fails the test.
    pub async fn settle(&self) {
        for _ in 0..10 {
            self.let_time_pass().await;
            let left = jobs::backlog(&mut *self.conn().await).await.expect("the queue");
            if left.waiting == 0 {
                return;
            }
        }
        let why: Option<String> = self
            .one("select string_agg(concat_ws(' ', payload, attempts, last_error), '; ') from graphile_worker._private_jobs")
            .await;
        panic!("jobs fail again and again: {why:?}");
    }

    /// Jobs may be left unrun at the end of this test.
    pub fn leaves_jobs(&self) {
        self.may_leave_jobs.store(true, Ordering::Relaxed);
    }

    pub fn pool(&self) -> &PgPool {
        &self.app.pipeline.pool
    }

    pub async fn conn(&self) -> PoolConnection<sqlx::Postgres> {
        self.pool().acquire().await.expect("the database")
    }

    /// Runs a statement and gives how many rows it touched.
    pub async fn sql(&self, statement: &str) -> u64 {
        let done = sqlx::query(AssertSqlSafe(statement.to_owned()))
            .execute(self.pool())
            .await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"))
            .rows_affected()
    }

    /// The first column of the first row.
    pub async fn one<T>(&self, query: &str) -> T
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
    {
        let found = sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
            .fetch_one(self.pool())
            .await;
        found.unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// Opens a pull request that changes some lines of a file.
    pub async fn open(&self, act: Act<'_>, path: &str, lines: &[(usize, &str)]) -> PullName {
        let (pull, sent) = self.github.open_pull(act, &pull("A change", path, &text(lines)));
        self.tell(sent).await;
        pull
    }

    /// Comments on a line; gives the comment's number.
    pub async fn comment(&self, pull: &PullName, act: Act<'_>, line: usize, body: &str) -> u64 {
        let posted = self
            .github
            .review_comment(pull, act, NewComment::on(LEDGER, line, body));
        self.tell(posted.deliveries).await;
        posted.comments[0]
    }

    /// Answers in a thread.
    pub async fn reply(&self, pull: &PullName, act: Act<'_>, root: u64, body: &str) -> u64 {
        let posted = self.github.review_comment(pull, act, NewComment::reply(root, body));
        self.tell(posted.deliveries).await;
        posted.comments[0]
    }

    /// Pushes the ledger with these lines.
    pub async fn push(&self, pull: &PullName, act: Act<'_>, how: How, lines: &[(usize, &str)]) {
        self.tell(self.github.push_to_pull(pull, act, &push(how, lines))).await;
    }

    /// `teacher` tells `learner` about concurrency on a change of the ledger, and it lands.
    pub async fn lesson(&self, teacher: &str, learner: &str, minute: i64) {
        let (before, after) = (format!("let one = {minute};"), format!("let two = {minute};"));
        let pull = self.open(by(learner, minute), LEDGER, &[(20, &before)]).await;
        self.comment(&pull, by(teacher, minute + 1), 20, LOCK).await;
        self.push(&pull, by(learner, minute + 2), How::Append, &[(20, &after)])
            .await;
        self.tell(self.github.merge(&pull, by(learner, minute + 3))).await;
    }

    /// The organisation's settings name only people who said that they may be asked.
    pub async fn asks_first(&self, minute: i64) {
        let files = [Change::write(".github/peerlore.toml", "silent_experts = \"opt-in\"")];
        let sent = self.github.add_repository(by("ada", minute), ".github", "TOML", &files);
        self.tell(sent).await;
    }

    /// Somebody says whether they may be asked.
    pub async fn may_be_asked(&self, login: &str, yes: bool) {
        let (id, person) = (self.tenant().await, self.person(login));
        let said = settings::set_may_be_asked(&mut *self.conn().await, id, person, (yes, at(TODAY))).await;
        said.expect("the database");
    }

    /// The organisation's number with us.
    pub async fn tenant(&self) -> InstallationId {
        let login = self.github.organisation();
        let found = tenants::by_login(&mut *self.conn().await, &login).await;
        found.expect("the database").expect("the organisation is known")
    }

    pub async fn key(&self, pull: &PullName) -> PullKey {
        let owner = self.github.organisation();
        let repo = tenants::repo_by_name(&mut *self.conn().await, &owner, &pull.repo).await;
        PullKey {
            repo: repo.expect("the database").expect("the repository is known").id,
            number: i32::try_from(pull.number).expect("a small number"),
        }
    }

    pub fn person(&self, login: &str) -> PersonId {
        let id = self.github.id_of(login).expect("somebody of this GitHub");
        PersonId(i64::try_from(id).expect("a small number"))
    }

    /// Every lesson, oldest first.
    pub async fn lessons(&self) -> Vec<LessonLine> {
        let which = profiles::Which {
            person: None,
            before: None,
            limit: 1_000,
        };
        let reader = Reader::of_everything(self.tenant().await);
        let found = profiles::lessons(&mut *self.conn().await, &reader, which).await;
        let mut found = found.expect("the database");
        found.reverse();
        found
    }

    /// Every lesson in words: "ben taught ada concurrency: landed".
    pub async fn taught(&self) -> Vec<String> {
        let words = |one: LessonLine| {
            format!(
                "{} taught {} {}: {}",
                one.teacher_login,
                one.learner_login,
                one.area.slug(),
                one.outcome.as_str()
            )
        };
        self.lessons().await.into_iter().map(words).collect()
    }

    /// The names of all parts of all lessons.
    pub async fn parts(&self) -> String {
        self.one("select coalesce(string_agg(parts::text, ' ' order by comment_id), '') from lesson")
            .await
    }

    pub async fn graph(&self) -> Vec<Edge> {
        let found = edges::graph(&mut *self.conn().await, self.tenant().await, Ends::Any).await;
        found.expect("the database")
    }

    pub async fn suggestion(&self, pull: &PullName) -> Option<Suggestion> {
        let (id, key) = (self.tenant().await, self.key(pull).await);
        let stored = suggestions::of_pull(&mut *self.conn().await, id, key).await;
        stored.expect("the database").map(|stored| stored.suggestion)
    }

    /// Who is suggested as the one who knows and the one who would learn; "-" for nobody.
    pub async fn picked(&self, pull: &PullName) -> (String, String) {
        let suggestion = self.suggestion(pull).await.expect("a suggestion");
        (who(&suggestion.expert), who(&suggestion.learner))
    }

    /// What we said on a pull request.
    pub fn said(&self, pull: &PullName) -> Vec<String> {
        let ours = |(login, body)| (login == "peerlore[bot]").then_some(body);
        self.github.comments_of(pull).into_iter().filter_map(ours).collect()
    }

    /// Somebody says on their page that they are away from one day to another.
    pub async fn is_away(&self, login: &str, (first, last): (Time, Time)) {
        let away = format!(
            "insert into absence (installation_id, person_id, first_day, last_day)
             select installation_id, id, '{}', '{}' from person where login = '{login}'",
            first.date_naive(),
            last.date_naive()
        );
        assert_eq!(self.sql(&away).await, 1, "{login}");
    }

    /// The reasons for which comments taught nothing.
    pub async fn refused(&self) -> String {
        self.one("select coalesce(string_agg(reason, ' ' order by number, reason), '') from refusal")
            .await
    }
}

impl Drop for Peerlore {
    /// Fails a test that leaves jobs unrun.
    fn drop(&mut self) {
        if std::thread::panicking() || self.may_leave_jobs.load(Ordering::Relaxed) {
            return;
        }
        let options = self.database.pool.connect_options();
        let left = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let mut conn = PgConnection::connect_with(&options).await.expect("the database");
                let left = jobs::backlog(&mut conn).await.expect("the queue");
                let why: Option<String> = sqlx::query_scalar(
                    "select concat_ws('; ', (select string_agg(concat_ws(' ', payload, attempts, run_at - now(), last_error), '; ')
                                             from graphile_worker._private_jobs),
                                            (select string_agg(error, '; ') from backfill))",
                )
                .fetch_one(&mut conn)
                .await
                .expect("the queue");
                conn.close().await.expect("the database says goodbye");
                (left, why)
            })
        });
        let (left, why) = left.join().expect("the jobs can be counted");
        assert_eq!((left.waiting, left.gave_up), (0, 0), "jobs were left unrun: {why:?}");
    }
}

fn app(pool: PgPool, api: &str, clock: &Clock, settings: &Settings) -> App {
    app_with(Credentials::Token("token".into()), pool, api, clock, settings)
}

fn app_with(credentials: Credentials, pool: PgPool, api: &str, clock: &Clock, settings: &Settings) -> App {
    let mut forge = ForgeSettings::new(api.parse().expect("an address"), credentials);
    forge.pace = Pace::UNLIMITED;
    // Jobs are tried again, so that the first failure shows.
    forge.retries = 0;
    App::new(Setup {
        pool,
        classifier: Classifier::default(),
        forge: Forge::new(forge, clock.clone()).expect("a client"),
        registered: Registered::fixed(),
        clock: clock.clone(),
        settings: settings.clone(),
        addresses: Addresses {
            own: "https://peerlore.example".to_owned(),
            host: "https://github.com".to_owned(),
        },
        secrets: Secrets::parse(&format!("{SECRET},{NEXT_SECRET}").into()).expect("secrets"),
        viewing: Viewing::Closed,
        metrics: None,
    })
}

/// Knocks at an app's door with these headers and gives status and answer.
pub async fn knock(app: &App, headers: &[(&str, &str)], body: impl Into<Body>) -> (StatusCode, String) {
    let mut request = Request::post("/webhooks/github");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.into()).expect("a request");
    let response = app.router.clone().oneshot(request).await.expect("an answer");
    let status = response.status();
    let answer = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .expect("a body");
    (status, String::from_utf8(answer.to_vec()).expect("text"))
}

/// Posts one delivery as GitHub does.
pub async fn post(app: &App, one: &Delivery) -> (StatusCode, String) {
    let signature = sign(SECRET.as_bytes(), &one.body);
    let headers = [
        ("content-type", "application/json"),
        ("x-github-event", one.event.as_str()),
        ("x-github-delivery", one.id.as_str()),
        ("x-hub-signature-256", signature.as_str()),
    ];
    knock(app, &headers, one.body.clone()).await
}

/// An organisation of six people and two teams with one repository; nothing of it is told.
pub fn organisation(login: &str, salt: u64) -> FakeGithub {
    let github = FakeGithub::new(login, salt, at(0));
    for (login, owner) in [
        ("ada", true),
        ("ben", false),
        ("cleo", false),
        ("dan", false),
        ("eve", false),
        ("finn", false),
    ] {
        github.add_account(&UserSpec {
            login,
            name: login,
            kind: AccountKind::User,
        });
        let _sent = github.add_member(by("ada", 0), login, owner);
    }
    github.add_account(&UserSpec {
        login: "lint[bot]",
        name: "Lint",
        kind: AccountKind::Bot,
    });
    let _sent = github.add_team(by("ada", 0), "Payments", "money");
    let _sent = github.add_team(by("ada", 0), "Web", "pages");
    for (team, login) in [
        ("payments", "ada"),
        ("payments", "ben"),
        ("web", "cleo"),
        ("web", "dan"),
    ] {
        let _sent = github.join_team(by("ada", 0), team, login, false);
    }
    let files = [Change::write(LEDGER, text(&[])), Change::write(PAGES, text(&[]))];
    let _sent = github.add_repository(by("ada", 0), "shop", "Rust", &files);
    github
}

/// A pull request to open.
pub fn pull(title: &str, path: &str, text: &str) -> NewPull {
    NewPull {
        repo: "shop".to_owned(),
        title: title.to_owned(),
        branch: "topic".to_owned(),
        changes: vec![Change::write(path, text)],
        ..NewPull::default()
    }
}

/// A push of the ledger with these lines; of nothing where there are none.
pub fn push(how: How, lines: &[(usize, &str)]) -> Push {
    let changed = (!lines.is_empty()).then(|| Change::write(LEDGER, text(lines)));
    Push {
        message: "More".to_owned(),
        how,
        changes: changed.into_iter().collect(),
    }
}

/// A slot in a word: the login, "asked: .." or "-".
pub fn who(slot: &Slot) -> String {
    match slot {
        Slot::Picked(pick) => pick.login.clone(),
        Slot::AlreadyAsked { who } => format!("asked: {}", who.join(", ")),
        Slot::Nobody { .. } => "-".to_owned(),
    }
}

/// A comment that teaches something about concurrency.
pub const LOCK: &str = "This holds the lock over an `.await`, so every other thread waits because the guard isn't dropped. \
                        You should drop the guard first and publish then, otherwise two threads can deadlock.";
