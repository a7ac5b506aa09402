//! How knowledge flows between teams, from the facts that deliveries brought.
use peerlore::demo::github::How;
use peerlore::model::role::Roles;
use peerlore::pipeline::flow;
use peerlore::pipeline::flow::Between;
use peerlore::pipeline::flow::Count;
use peerlore::pipeline::flow::Flow;
use peerlore::pipeline::flow::WindowFlow;
use peerlore::store::people;
use peerlore::store::reader::Reader;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;

async fn found(peerlore: &Peerlore, reader: &Reader) -> Flow {
    let found = flow::of(&mut *peerlore.conn().await, reader, 4, at(TODAY + 14 * DAY)).await;
    found.expect("the database")
}

fn last(found: &Flow) -> &WindowFlow {
    found.windows.last().expect("a window")
}

/// `cleo` of the web team taught `ben` of payments, and reviews carried it on: to `ada`, to `eve`, to `finn`.
async fn with_flow() -> Peerlore {
    let peerlore = Peerlore::start().await;
    let pull = peerlore.open(by("ben", TODAY), LEDGER, &[(20, "let one = 1.0;")]).await;
    peerlore.comment(&pull, by("cleo", TODAY + 1), 20, LOCK).await;
    peerlore
        .push(&pull, by("ben", TODAY + 2), How::Append, &[(20, "let two = 2.0;")])
        .await;
    peerlore.tell(peerlore.github.merge(&pull, by("ben", TODAY + 3))).await;
    for (author, reviewer, minute) in [("ada", "ben", 10), ("eve", "ada", 20), ("finn", "eve", 30)] {
        let path = format!("src/ledger/{author}.rs");
        peerlore
            .tell(peerlore.merged(author, reviewer, &path, TODAY + minute))
            .await;
    }
    peerlore
}

/// Ten people more in payments, five of whom reviewed `ada`'s change, and five in web.
async fn with_larger_teams(peerlore: &Peerlore) {
    let more = "insert into person (installation_id, id, login, kind, seen_at)
                select i.id, 9000 + n, 'more' || n, 'human', now() from installation i, generate_series(1, 15) n";
    peerlore.sql(more).await;
    let places = "insert into team_membership (installation_id, team_id, person_id, role, valid_from)
                  select t.installation_id, t.id, p.id, 'member', 'epoch' from team t join person p using (installation_id)
                  where p.login like 'more%' and (t.slug = 'web') = (p.id > 9010)";
    assert_eq!(peerlore.sql(places).await, 15);
    let reviews = "insert into review (installation_id, id, repo_id, number, reviewer_id, state, submitted_at)
                   select v.installation_id, -p.id, v.repo_id, v.number, p.id, 'approved', v.submitted_at
                   from review v join person p on p.id between 9001 and 9005
                   where v.number = 2";
    assert_eq!(peerlore.sql(reviews).await, 5);
}

#[tokio::test]
async fn what_landed_stands_beside_whom_it_can_have_reached() {
    let peerlore = with_flow().await;
    let everything = Reader::of_everything(peerlore.tenant().await);
    let small = found(&peerlore, &everything).await;
    assert_eq!(small.windows.len(), 13);
    let reach = last(&small).reach.expect("five people");
    assert_eq!((reach.reviews, reach.people), (4, 5));
    let json = serde_json::to_value(reach).expect("JSON");
    let figures: Vec<&String> = json.as_object().expect("figures").keys().collect();
    assert_eq!(
        figures,
        ["median", "people", "reviews", "share"],
        "no figure of one person"
    );
    assert_eq!(
        (small.teams.len(), small.too_few_people.as_slice()),
        (0, ["Payments", "Web"].map(str::to_owned).as_slice())
    );
    assert_eq!(last(&small).between, [], "two people each");

    with_larger_teams(&peerlore).await;
    let large = found(&peerlore, &everything).await;
    assert_eq!(large.teams, ["Payments", "Web"]);
    let to_payments = Between {
        from: "Web".to_owned(),
        to: "Payments".to_owned(),
        lessons: 1,
        reachable: Some(Count { people: 7, of: 12 }),
    };
    assert_eq!(
        last(&large).between,
        [to_payments],
        "one of web can have been reached from payments, which is not told"
    );
    assert!(
        large.windows[..12]
            .iter()
            .all(|window| window.reach.is_none() && window.between.is_empty())
    );
    peerlore.sql("update team set secret = true where slug = 'web'").await;
    let without_web = found(&peerlore, &everything).await;
    assert!(!serde_json::to_string(&without_web).expect("JSON").contains("Web"));
}

#[tokio::test]
async fn who_opted_out_carries_nothing_and_a_private_repository_tells_nothing() {
    let peerlore = with_flow().await;
    with_larger_teams(&peerlore).await;
    let id = peerlore.tenant().await;
    let stranger = Reader::member(id, peerlore.person("finn"), Roles::owner(), Vec::new());
    let told = found(&peerlore, &stranger).await;
    assert!(
        told.windows
            .iter()
            .all(|window| window.reach.is_none() && window.between.is_empty())
    );
    people::set_opt_out(&mut *peerlore.conn().await, id, peerlore.person("ben"), Some(at(TODAY)))
        .await
        .expect("the database");
    let without_ben = found(&peerlore, &Reader::of_everything(id)).await;
    let lessons: usize = last(&without_ben).between.iter().map(|pair| pair.lessons).sum();
    assert_eq!(lessons, 0);
    assert_eq!(
        last(&without_ben).reach.map(|reach| reach.people),
        Some(9),
        "ten without him"
    );
}
