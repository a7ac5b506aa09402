use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::classify::markdown::parts;

fn on(path: Option<&str>, body: &str) -> String {
    let tags: Vec<&str> = named(&parts(body), path).iter().map(|one| one.tag).collect();
    tags.join(" ")
}

#[test]
fn the_text_names_technologies() {
    let table: [(&str, &str); 64] = [
        ("Postgres takes a lock on the whole table here.", "postgresql"),
        ("this is what PostgreSQL's planner does", "postgresql"),
        ("please use a pytest fixture instead", "pytest"),
        (
            "We could mock this with gmock, as the other gtest cases do.",
            "googletest",
        ),
        ("In Spring Boot this is done by a property.", "spring-boot"),
        ("spring-boot starts it by itself", "spring-boot"),
        ("A Spring bean is a singleton, so this field is shared.", "spring"),
        ("In Spring the annotation has no effect on private methods.", "spring"),
        ("With `@Autowired` on the constructor it can be final", "spring"),
        ("I think React batches these updates.", "reactjs"),
        ("React's reconciliation needs a key here.", "reactjs"),
        ("React.memo would help", "reactjs"),
        ("every react hook has to be called in the same order", "reactjs"),
        ("`useEffect` runs after the paint", "reactjs"),
        ("`react` should be a peer dependency", "reactjs"),
        ("on React Native there is no window", "react-native"),
        ("the Docker image gets larger by this", "docker"),
        ("in Kubernetes (or k8s for short) a pod may be killed", "kubernetes"),
        ("kubectl apply does a three-way merge", "kubernetes"),
        ("the helm chart sets this", "kubernetes-helm"),
        ("tokio::spawn needs a 'static future", "tokio"),
        ("Tokio's mutex may be held across an await", "tokio"),
        ("Django's ORM does a query for each of them", "django"),
        (
            "we use Django REST framework serializers for it",
            "django-rest-framework",
        ),
        ("gRPC has deadlines for that, and Kafka has none", "grpc apache-kafka"),
        ("redis or memcached would both do", "redis memcached"),
        ("Redis/Memcached would both do", "redis memcached"),
        ("That's a job for Jest, not for a script.", "jestjs"),
        ("use `jest.mock` at the top of the file", "jestjs"),
        ("our express middleware already parses it", "express"),
        ("In Express the order of `app.use` and each router counts", "express"),
        ("a celery task must be idempotent", "celery"),
        ("The tests run under Celery as well", "celery"),
        ("Flask's `g` is per request", "flask"),
        ("each flask blueprint has its own prefix", "flask"),
        ("Active Record? We are on Rails 7 here", "ruby-on-rails"),
        ("a rails migration must be reversible", "ruby-on-rails"),
        ("there is a salt state for it", "salt-stack"),
        ("HashiCorp Vault rotates it", "hashicorp-vault"),
        ("boost::optional is not needed any more", "boost"),
        ("the Boost library has it", "boost"),
        ("use `gin.Context` for it", "gin-gonic"),
        ("a mocha test may return a promise", "mocha.js"),
        ("the Makefile has a target for that", "makefile"),
        ("nixpkgs pins it", "nix"),
        ("Prettier will do that: run prettier", "prettier"),
        ("`npm ci` keeps the lock file", "npm"),
        ("Playwright waits by itself, so does the playwright test", "playwright"),
        ("ESLint's no-floating-promises finds this", "eslint"),
        (
            "AWS has a limit there; the S3 bucket is in another region",
            "amazon-web-services amazon-s3",
        ),
        ("a GitHub Actions secret isn't there for forks", "github-actions"),
        ("terraform plan shows it", "terraform"),
        ("use testify/assert here", "testify"),
        ("it goes over HTTP/2 anyway", "http2"),
        ("Hibernate's session? No: the hibernate session is closed", "hibernate"),
        ("pandas copies the frame, NumPy doesn't", "pandas numpy"),
        ("SQLAlchemy's session and alembic", "sqlalchemy alembic"),
        ("the C++ side uses Qt signals", "qt"),
        ("`serde` skips it with an attribute", "serde"),
        ("on iOS this is another size", "ios"),
        ("iOS has another size", "ios"),
        ("the cache is Redis.", "redis"),
        (
            "JWTs can't be revoked; use OAuth 2.0 tokens over TLS",
            "jwt oauth-2.0 tls",
        ),
        ("a Jackson annotation would do", "jackson"),
    ];
    for (body, tags) in table {
        assert_eq!(on(None, body), tags, "{body}");
    }
}

#[test]
fn words_that_mean_something_else_name_nothing() {
    let table: [&str; 66] = [
        "React to this event only once.",
        "how should we react to this?",
        "Users react. React quickly!",
        "- React when it fails",
        "spring cleaning",
        "Spring cleaning, finally",
        "in Spring we will remove it",
        "springs and dampers",
        "make sure that it is closed",
        "Make it private",
        "go ahead",
        "Go ahead and merge",
        "less code is better",
        "Less is more",
        "this expresses the intent; express it in the name",
        "Express intent by the name",
        "in salt water",
        "add a salt to the hash",
        "Salt the password",
        "The flask is empty",
        "said in jest",
        "jest aside, this is fine",
        "guard rails, off the rails",
        "Rails against it",
        "this should boost the speed",
        "Boost the timeout",
        "gin and tonic",
        "a GIN index helps here",
        "a mocha latte",
        "the vault is locked; put it in the vault",
        "celery and carrots",
        "bash the keyboard, bash on regardless",
        "nix that idea",
        "swift action, rusty nails",
        "a helm of command",
        "this is prettier than before",
        "Prettier than before",
        "make the playwright happy",
        "a poetry of code",
        "please hibernate the laptop",
        "cucumber salad",
        "cargo on a ship",
        "the electron has a charge",
        "a flutter of wings",
        "sentry duty",
        "an angular velocity",
        "the sphinx asks",
        "reactive and reacts and reaction",
        "predocker dockers redisx",
        "kafkaesque bureaucracy",
        "my_redis_client and redis_url",
        "see https://docs.docker.com/compose/ and https://redis.io",
        "> Postgres is slow\n\nI don't think so.",
        "```\nimport pytest\n```\nno",
        "```suggestion\nuse tokio::spawn;\n```",
        "@jenkins rebuild this",
        "ask bob@redis.io",
        "it lies in src/kafka/client/mod.rs",
        "see lib/redis.rb",
        "<!-- docker -->fine",
        "`spring` is the animation here",
        "Vite, vite! said the French",
        "the puppet master",
        "Diesel fuel",
        "selenium deficiency",
        "a cypress tree",
    ];
    for body in table {
        assert_eq!(on(None, body), "", "{body}");
    }
}

#[test]
fn the_path_names_technologies() {
    let table: [(&str, &str); 24] = [
        ("Dockerfile", "docker"),
        ("deploy/Dockerfile.dev", "docker"),
        ("docker-compose.yml", "docker-compose"),
        ("docker-compose.prod.yml", "docker-compose"),
        ("infra/main.tf", "terraform"),
        (".github/workflows/ci.yml", "github-actions"),
        ("a/.github/workflows/ci.yml", "github-actions"),
        ("x.github/workflows/ci.yml", ""),
        ("package.json", ""),
        ("package-lock.json", "npm"),
        ("src/main.rs", ""),
        ("CMakeLists.txt", "cmake"),
        ("pom.xml", "maven"),
        ("tests/conftest.py", "pytest"),
        ("api/v1/shop.proto", "protocol-buffers"),
        ("web/vite.config.ts", "vite"),
        ("web/src/App.vue", "vue.js"),
        ("src/docker/mod.rs", ""),
        ("migrations/1.sql", ""),
        ("Makefile", "makefile"),
        ("Cargo.toml", "cargo"),
        ("charts/web/Chart.yaml", "kubernetes-helm"),
        ("kernel.cu", "cuda"),
        ("", ""),
    ];
    for (path, tags) in table {
        assert_eq!(on(Some(path), "Why?"), tags, "{path}");
    }
}

#[test]
fn the_text_comes_before_the_path_and_five_are_enough() {
    assert_eq!(on(Some("Dockerfile"), "Postgres, and docker"), "postgresql docker");
    let many = "redis kafka grpc postgres mysql sqlite mongodb";
    assert_eq!(on(Some("Dockerfile"), many), "redis apache-kafka grpc postgresql mysql");
}

#[test]
fn every_word_of_the_table_names_its_technology() {
    for one in technology::all() {
        for entry in &one.words {
            let word = Word::read(0, entry);
            assert!(
                !word.letters.is_empty() && word.letters.trim() == word.letters,
                "{entry}"
            );
            let text = match &word.wanted {
                Wanted::Nothing => format!("this is {} here", word.letters),
                Wanted::Code => format!("this is `{}` here", word.letters),
                Wanted::Letters(beside) => {
                    format!("this is {} here, {}", word.letters, beside.first().unwrap_or(&"so"))
                }
            };
            assert_eq!(on(None, &text).split(' ').next(), Some(one.tag), "{text}");
        }
        for entry in &one.paths {
            let path = if entry.ends_with('/') {
                format!("{entry}x")
            } else {
                entry.replace('*', "x")
            };
            assert!(on(Some(&path), "").split(' ').any(|tag| tag == one.tag), "{path}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read(prose in "\\PC{0,300}", path in "\\PC{0,40}") {
        prop_assert!(named(&parts(&prose), Some(&path)).len() <= MOST);
    }

    #[test]
    fn any_mix_of_words_is_read(words in prop::collection::vec(0..WORDS.len(), 0..20), between in "[ `./@é_'-]{1,2}") {
        let text: Vec<&str> = words.iter().map(|at| WORDS[*at].letters).collect();
        prop_assert!(in_text(&text.join(&between)).len() <= MOST);
    }
}

/// The time that texts of a kind take, in nanoseconds a byte.
fn cost(text: &str) -> f64 {
    let begin = Instant::now();
    std::hint::black_box(in_text(std::hint::black_box(text)));
    let spent = u32::try_from(begin.elapsed().as_nanos()).unwrap_or(u32::MAX);
    f64::from(spent) / f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX))
}

#[test]
fn time_grows_with_the_text_only() {
    in_text("warm");
    for piece in [
        "git ",
        "`git` ",
        "git/",
        "=React `",
        "React component ",
        "spring spring boot ",
        "....",
        "Spring ",
        "@",
    ] {
        let long = piece.repeat(400_000 / piece.len());
        let per_byte = cost(&long);
        assert!(per_byte < 20_000.0, "{piece:?}: {per_byte} ns a byte");
    }
}

/// Prints what one comment costs: `cargo test --release -- --ignored --nocapture one_comment_costs`.
#[test]
#[ignore = "a measurement"]
fn one_comment_costs() {
    const COMMENTS: [&str; 4] = [
        "This takes the lock twice, so it can deadlock when the pool is full; take it once in the caller.",
        "nit: rename",
        "Postgres keeps the old row version until vacuum, so this update doubles the table. Could you do it in batches of a \
         thousand, and with `skip locked`, so that two workers don't wait for each other?",
        "Should we react to that at all? Let's make sure that it fails early, and express it in the name of the function.",
    ];
    let read = COMMENTS.map(parts);
    for path in [None, Some("src/web/pages/Dockerfile")] {
        let begin = Instant::now();
        for _ in 0..100_000 {
            for one in &read {
                std::hint::black_box(named(std::hint::black_box(one), path));
            }
        }
        let each = begin.elapsed().as_secs_f64() / 400_000.0;
        println!("{:.2} µs a comment ({path:?})", each * 1e6);
    }
}
