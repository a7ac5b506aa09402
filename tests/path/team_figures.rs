//! What a team's page tells beside who holds what: of its own people only, and of none where they are few.
use peerlore::model::role::Roles;
use peerlore::pipeline::onboarding;
use peerlore::pipeline::team::figures;
use peerlore::pipeline::team::figures::Figures;
use peerlore::store::people;
use peerlore::store::reader::Reader;
use peerlore::store::team_pages;

use crate::harness::DAY;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;

const NOW: i64 = TODAY + DAY;

/// `ben`, who is in Payments, taught four people concurrency twice; six more are in each of the two teams.
async fn with_teams() -> Peerlore {
    let peerlore = Peerlore::with_history().await;
    for (n, learner) in (0..).zip(["ada", "cleo", "dan", "eve"]) {
        peerlore.lesson("ben", learner, TODAY - 20 + 10 * n).await;
        peerlore.lesson("ben", learner, TODAY - 15 + 10 * n).await;
    }
    let people = "insert into person (installation_id, id, login, kind, seen_at)
                  select i.id, 9000 + n, 'more' || n, 'human', now() from installation i, generate_series(1, 12) n";
    assert_eq!(peerlore.sql(people).await, 12);
    let places = "insert into team_membership (installation_id, team_id, person_id, role, valid_from)
                  select t.installation_id, t.id, p.id, 'member', 'epoch' from team t join person p using (installation_id)
                  where p.login like 'more%' and (t.slug = 'web') = (p.id > 9006)";
    assert_eq!(peerlore.sql(places).await, 12);
    peerlore
}

async fn figures_of(peerlore: &Peerlore, reader: &Reader, slug: &str, minute: i64) -> Option<Figures> {
    let mut conn = peerlore.conn().await;
    let teams = team_pages::teams(&mut conn, reader, at(minute))
        .await
        .expect("the database");
    let team = teams.into_iter().find(|team| team.slug == slug).expect("a team");
    let found = figures::of(&mut conn, reader, &team, (4, at(minute))).await;
    found.expect("the database")
}

#[tokio::test]
async fn what_hangs_on_one_person_is_told_to_their_own_team_only() {
    let peerlore = with_teams().await;
    let reader = Reader::of_everything(peerlore.tenant().await);
    let payments = figures_of(&peerlore, &reader, "payments", NOW).await.expect("a team");
    let told: Vec<_> = payments
        .at_risk
        .iter()
        .map(|skill| (skill.name.as_str(), skill.held_by.as_deref()))
        .collect();
    assert!(told.contains(&("Concurrency", Some("ben"))), "{told:?}");
    let web = figures_of(&peerlore, &reader, "web", NOW).await.expect("a team");
    assert_eq!(web.at_risk, []);
    // A quarter later nobody was seen.
    let later = NOW + 95 * DAY;
    let gone = figures_of(&peerlore, &reader, "payments", later).await.expect("a team");
    let skill = gone
        .at_risk
        .iter()
        .find(|skill| skill.name == "Concurrency")
        .expect("nobody active holds it");
    assert_eq!(
        (skill.held_by.as_deref(), skill.not_seen.len()),
        (None, 0),
        "when somebody was seen last isn't told"
    );
    assert_eq!(
        figures_of(&peerlore, &reader, "web", later)
            .await
            .expect("a team")
            .at_risk,
        []
    );

    let stranger = Reader::member(
        reader.installation(),
        peerlore.person("ada"),
        Roles::owner(),
        Vec::new(),
    );
    let unread = figures_of(&peerlore, &stranger, "payments", NOW).await.expect("a team");
    assert_eq!(unread.at_risk, [], "the repository is private");
    peerlore.asks_first(NOW + 1).await;
    let asked_first = figures_of(&peerlore, &reader, "payments", NOW + 2)
        .await
        .expect("a team");
    assert_eq!(asked_first.at_risk, [], "he didn't say that he may be named");
    peerlore.may_be_asked("ben", true).await;
    assert_ne!(
        figures_of(&peerlore, &reader, "payments", NOW + 2)
            .await
            .expect("a team")
            .at_risk,
        []
    );
    people::set_opt_out(
        &mut *peerlore.conn().await,
        reader.installation(),
        peerlore.person("ben"),
        Some(at(NOW)),
    )
    .await
    .expect("the database");
    let without = figures_of(&peerlore, &reader, "payments", NOW + 2).await;
    assert!(!format!("{without:?}").contains("\"ben\""), "{without:?}");
}

#[tokio::test]
async fn no_figure_speaks_of_fewer_than_five() {
    let peerlore = with_teams().await;
    let reader = Reader::of_everything(peerlore.tenant().await);
    let found = figures_of(&peerlore, &reader, "payments", NOW).await.expect("a team");
    assert_eq!(
        (found.onboarding.first_review, found.onboarding.first_landed),
        (None, None)
    );
    assert!(found.onboarding.by_tenure.iter().all(|row| row.share.is_none()));
    assert_eq!(
        (found.participation.gave, found.participation.got),
        (None, None),
        "one gave, and three got"
    );
    assert_eq!(
        found.participation.topics,
        [],
        "five spoke, not all of them in teams that may be told of"
    );
    peerlore
        .sql("delete from team_membership where person_id > 9000 and person_id % 6 > 1")
        .await;
    assert_eq!(
        figures_of(&peerlore, &reader, "payments", NOW).await,
        None,
        "too small a team"
    );
}

#[tokio::test]
async fn without_files_a_beginning_is_told_as_with_them() {
    let peerlore = with_teams().await;
    let reader = Reader::of_everything(peerlore.tenant().await);
    let mut conn = peerlore.conn().await;
    let now = at(TODAY + 300 * DAY);
    let mut whole = onboarding::of(&mut conn, &reader, None, now)
        .await
        .expect("the database");
    let short = onboarding::without_files(&mut conn, &reader, None, now)
        .await
        .expect("the database");
    assert_eq!(whole.by_file.len(), 3);
    whole.by_file.clear();
    assert_eq!(short, whole);
}
