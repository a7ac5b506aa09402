//! "Learned": a claim that needs later work on the same ground, counted the same way for one and for all.
use peerlore::demo::github::NewComment;
use peerlore::model::skill::Area;
use peerlore::pipeline::Addresses;
use peerlore::pipeline::profile;
use peerlore::store::people;
use peerlore::store::reader::Reader;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::pull;
use crate::harness::text;

const QUERY: &str = "This runs two SQL queries without a transaction, so a migration in between can leave half of the rows \
                     behind, because the database commits each on its own. You should wrap both in one transaction.";
const RUST: &[(usize, &str)] = &[(20, "let rows = query();")];

/// `author` has a pull request on which `reviewer` says this; `author` thanks and closes it.
async fn reviewed(peerlore: &Peerlore, (author, reviewer): (&str, &str), minute: i64, path: &str, said: &str) {
    let github = &peerlore.github;
    let (name, mut sent) = github.open_pull(by(author, minute), &pull("A change", path, &text(RUST)));
    let posted = github.review_comment(&name, by(reviewer, minute + 1), NewComment::on(path, 20, said));
    let reply = NewComment::reply(posted.comments[0], "Good point, done.");
    sent.extend(posted.deliveries);
    sent.extend(github.review_comment(&name, by(author, minute + 2), reply).deliveries);
    sent.extend(github.close(&name, by(author, minute + 3)));
    peerlore.tell(sent).await;
}

/// What `ada`'s profile claims of databases.
async fn claim(peerlore: &Peerlore) -> &'static str {
    let (id, mut conn) = (peerlore.tenant().await, peerlore.conn().await);
    let ada = people::by_login(&mut conn, id, "ada").await;
    let ada = ada.expect("the database").expect("she is known");
    let addresses = Addresses {
        own: String::new(),
        host: String::new(),
    };
    let (reader, when) = (Reader::of_everything(id), (at(TODAY + 30 * DAY), &addresses));
    let profile = profile::profile(&mut conn, &reader, &ada, when).await;
    let profile = profile.expect("the database");
    // It is the same beside everybody's, where what is read of the organisation is shared.
    let mut rates = profile::Rates::known_to(&reader, when.0);
    for person in people::standing(&mut conn, id).await.expect("the database") {
        let one = profile::one_of_many(&mut conn, &person, &addresses, &mut rates).await;
        let one = one.expect("the database");
        assert!(one.login != ada.login || one == profile, "{one:?} is not {profile:?}");
    }
    let mut taken = profile.taken.into_iter();
    taken
        .find(|one| one.area == Area::Databases)
        .expect("she was taught")
        .claim
}

/// `ben` taught databases to `ada` and, on six other pull requests in the same language, to others.
async fn taught() -> Peerlore {
    let peerlore = Peerlore::start().await;
    for (n, author) in ["dan", "finn", "dan", "finn", "dan", "finn", "ada"]
        .into_iter()
        .enumerate()
    {
        let minute = TODAY + 10 * i64::try_from(n).expect("small");
        reviewed(&peerlore, (author, "ben"), minute, LEDGER, QUERY).await;
    }
    assert_eq!(claim(&peerlore).await, "applied feedback on");
    peerlore
}

async fn six_more(peerlore: &Peerlore, reviewer: &str, path: &str, day: i64) {
    for n in 0..6 {
        reviewed(peerlore, ("ada", reviewer), TODAY + day * DAY + 10 * n, path, "Nice!").await;
    }
}

#[tokio::test]
async fn later_work_on_other_ground_shows_nothing_and_on_the_same_ground_does() {
    let peerlore = taught().await;
    six_more(&peerlore, "cleo", "docs/guide.md", 1).await;
    assert_eq!(claim(&peerlore).await, "applied feedback on");
    six_more(&peerlore, "cleo", LEDGER, 2).await;
    assert_eq!(claim(&peerlore).await, "learned");
}

#[tokio::test]
async fn nobody_has_learned_because_a_reviewer_opts_out() {
    let peerlore = taught().await;
    reviewed(&peerlore, ("ada", "eve"), TODAY + DAY, LEDGER, QUERY).await;
    six_more(&peerlore, "eve", LEDGER, 2).await;
    reviewed(&peerlore, ("ada", "eve"), TODAY + 3 * DAY, LEDGER, QUERY).await;
    assert_eq!(claim(&peerlore).await, "applied feedback on");
    peerlore
        .sql("update person set opted_out_at = now() where login = 'eve'")
        .await;
    assert_eq!(claim(&peerlore).await, "applied feedback on");
}
