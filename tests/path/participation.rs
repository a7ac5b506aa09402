//! What is discussed, who takes part, and thanks, from the facts that deliveries brought.
use chrono::NaiveDate;
use peerlore::cli::organisation;
use peerlore::demo::github::How;
use peerlore::model::role::Roles;
use peerlore::pipeline::groups;
use peerlore::pipeline::participation;
use peerlore::pipeline::participation::Count;
use peerlore::pipeline::participation::Participation;
use peerlore::store::people;
use peerlore::store::reader::Reader;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;

/// `cleo` of the web team taught `ben` of the payments team, and it landed.
async fn with_a_lesson() -> Peerlore {
    let peerlore = Peerlore::start().await;
    let pull = peerlore.open(by("ben", TODAY), LEDGER, &[(20, "let one = 1.0;")]).await;
    peerlore.comment(&pull, by("cleo", TODAY + 1), 20, LOCK).await;
    peerlore
        .push(&pull, by("ben", TODAY + 2), How::Append, &[(20, "let two = 2.0;")])
        .await;
    peerlore.tell(peerlore.github.merge(&pull, by("ben", TODAY + 3))).await;
    peerlore
}

async fn reader(peerlore: &Peerlore, login: &str) -> Reader {
    let (id, person) = (peerlore.tenant().await, peerlore.person(login));
    let reader = organisation::as_person(&mut *peerlore.conn().await, id, person).await;
    reader.expect("the database")
}

async fn connects(peerlore: &Peerlore, reader: &Reader) -> Vec<String> {
    let found = participation::connections(&mut *peerlore.conn().await, reader, at(TODAY + DAY)).await;
    found.expect("the database").into_iter().map(|one| one.words).collect()
}

async fn thanks(peerlore: &Peerlore, reader: &Reader) -> Option<String> {
    let month = NaiveDate::from_ymd_opt(2099, 1, 1).expect("a month");
    let found = participation::thanks(&mut *peerlore.conn().await, reader, (month, at(30 * DAY))).await;
    found.expect("the database").map(|one| one.words)
}

async fn figures(peerlore: &Peerlore, team: Option<&str>) -> Participation {
    let (id, mut conn) = (peerlore.tenant().await, peerlore.conn().await);
    let groups = groups::groups(&mut conn, id, at(TODAY)).await.expect("the database");
    let team = team.map(|team| groups::called(&groups, team).expect("a team").id);
    let found = participation::of(&mut conn, &Reader::of_everything(id), team, at(TODAY + DAY)).await;
    found.expect("the database")
}

async fn opt_out(peerlore: &Peerlore, login: &str) {
    let (id, person) = (peerlore.tenant().await, peerlore.person(login));
    let done = people::set_opt_out(&mut *peerlore.conn().await, id, person, Some(at(TODAY))).await;
    assert!(done.expect("the database"));
}

#[tokio::test]
async fn thanks_and_connections_are_told_to_the_two_only() {
    let peerlore = with_a_lesson().await;
    let (ben, cleo, dan) = (
        reader(&peerlore, "ben").await,
        reader(&peerlore, "cleo").await,
        reader(&peerlore, "dan").await,
    );
    assert_eq!(
        connects(&peerlore, &ben).await,
        ["You connect Payments and Web: 1 lesson landed across."]
    );
    assert_eq!(
        connects(&peerlore, &cleo).await,
        ["You connect Web and Payments: 1 lesson landed across."]
    );
    assert_eq!(connects(&peerlore, &dan).await, [""; 0]);
    assert_eq!(
        thanks(&peerlore, &ben).await.as_deref(),
        Some("Thanks to `cleo`: you took up what they said on concurrency in acme/shop#1.")
    );
    assert_eq!(
        thanks(&peerlore, &cleo).await.as_deref(),
        Some("You helped `ben`: they took up what you said on concurrency in acme/shop#1.")
    );
    assert_eq!(thanks(&peerlore, &dan).await, None);
    let id = peerlore.tenant().await;
    let unread = Reader::member(id, peerlore.person("ben"), Roles::default(), Vec::new());
    for nothing in [unread, Reader::of_everything(id)] {
        assert_eq!(connects(&peerlore, &nothing).await, [""; 0]);
        assert_eq!(thanks(&peerlore, &nothing).await, None);
    }
    peerlore.sql("update team set secret = true where slug = 'web'").await;
    assert_eq!(connects(&peerlore, &ben).await, [""; 0]);
    opt_out(&peerlore, "cleo").await;
    assert_eq!(thanks(&peerlore, &ben).await, None);
}

#[tokio::test]
async fn a_month_that_is_not_over_is_refused_with_the_way_out() {
    let peerlore = with_a_lesson().await;
    let month = NaiveDate::from_ymd_opt(2099, 1, 1).expect("a month");
    let mut conn = peerlore.conn().await;
    for reader in [
        reader(&peerlore, "ben").await,
        Reader::of_everything(peerlore.tenant().await),
    ] {
        let refused = participation::thanks(&mut conn, &reader, (month, at(TODAY + DAY))).await;
        assert_eq!(
            refused.expect_err("half of it is to come").to_string(),
            "2099-01 isn't over yet; the last full month is 2098-12 (UTC)"
        );
        let at_its_end = "2099-02-01T00:00:00Z".parse().expect("a time");
        assert!(
            participation::thanks(&mut conn, &reader, (month, at_its_end))
                .await
                .is_ok()
        );
    }
}

#[tokio::test]
async fn an_unknown_team_or_person_is_answered_with_the_way_out() {
    let peerlore = with_a_lesson().await;
    let mut conn = peerlore.conn().await;
    let tenant = organisation::chosen(&mut conn, None).await.expect("the only one");
    let team =
        async |conn: &mut sqlx::PgConnection, word: &str| organisation::team(conn, &tenant, word, at(TODAY)).await;
    assert_eq!(team(&mut conn, "PAYMENTS").await.expect("a team").name, "Payments");
    let unknown = team(&mut conn, "paymnts").await.expect_err("no team").to_string();
    assert_eq!(
        unknown,
        "acme has no team \"paymnts\" that is shown; there are payments, web"
    );
    peerlore.sql("update team set secret = true where slug = 'web'").await;
    let secret = team(&mut conn, "web").await.expect_err("a secret").to_string();
    assert_eq!(secret, "acme has no team \"web\" that is shown; there are payments");
    opt_out(&peerlore, "cleo").await;
    for login in ["cleo", "nobody"] {
        let said = organisation::person(&mut conn, &tenant, login)
            .await
            .expect_err("nobody")
            .to_string();
        assert!(
            said.starts_with(&format!(
                "nothing is shown of \"{login}\": nobody in acme is known by that login, or "
            )),
            "{said}"
        );
    }
    let other = organisation::chosen(&mut conn, Some("octo"))
        .await
        .expect_err("another")
        .to_string();
    assert_eq!(other, "no organisation is known by the name \"octo\"; known: acme");
}

#[tokio::test]
async fn topics_are_told_once_five_people_spoke() {
    let peerlore = Peerlore::start().await;
    for (n, login) in (0..).zip(["ben", "cleo", "dan", "eve", "finn"]) {
        let minute = TODAY + 10 * n;
        let pull = peerlore
            .open(by("ada", minute), LEDGER, &[(20, "let one = 1.0;")])
            .await;
        peerlore.comment(&pull, by(login, minute + 1), 20, LOCK).await;
        peerlore.tell(peerlore.github.close(&pull, by("ada", minute + 2))).await;
    }
    let all = figures(&peerlore, None).await;
    assert_eq!(all.topics.len(), 1, "{all:?}");
    let topic = all.topics[0];
    assert_eq!(
        (topic.area.slug(), topic.threads, topic.comments, topic.people),
        ("concurrency", 5, 1.0, 1.0)
    );
    assert_eq!(
        (all.gave, all.got),
        (None, None),
        "five gave, and it would tell of who didn't"
    );
    assert_eq!(figures(&peerlore, Some("payments")).await.topics, []);
    opt_out(&peerlore, "finn").await;
    assert_eq!(figures(&peerlore, None).await.topics, []);
}

#[tokio::test]
async fn who_gave_is_counted_where_that_tells_of_nobody() {
    let peerlore = with_a_lesson().await;
    let more = "insert into person (installation_id, id, login, kind, seen_at)
                select i.id, 9000 + n, 'more' || n, 'human', now() from installation i, generate_series(1, 12) n";
    assert_eq!(peerlore.sql(more).await, 12);
    let members = format!(
        "insert into membership (installation_id, person_id, valid_from)
         select installation_id, id, '{}' from person where login like 'more%'",
        at(0)
    );
    peerlore.sql(&members).await;
    let gave = "insert into lesson (installation_id, place, comment_id, area, learner_id, teacher_id, repo_id, number, at, p, parts, outcome,
                                    diffs_known, provisional)
                select l.installation_id, l.place, l.comment_id, 'testing', p.id, p.id - 1, l.repo_id, l.number, l.at, l.p, l.parts, 'given', true, false
                from lesson l, person p where p.id in (9002, 9003, 9004, 9005, 9006)";
    assert_eq!(peerlore.sql(gave).await, 5);
    let found = figures(&peerlore, None).await;
    assert_eq!(found.gave, Some(Count { people: 6, of: 18 }));
    assert_eq!(found.got, Some(Count { people: 6, of: 18 }));
    assert_eq!(figures(&peerlore, Some("web")).await.gave, None);
    peerlore
        .sql("update person set opted_out_at = now() where id in (9001, 9002)")
        .await;
    let fewer = figures(&peerlore, None).await;
    assert_eq!(fewer.gave, None, "four gave: {fewer:?}");
}
