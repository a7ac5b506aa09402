//! How people come in, from the facts that deliveries brought.
use peerlore::cli::organisation;
use peerlore::demo::github::How;
use peerlore::demo::github::NewComment;
use peerlore::model::role::Roles;
use peerlore::pipeline::buddies;
use peerlore::pipeline::groups;
use peerlore::pipeline::onboarding;
use peerlore::pipeline::onboarding::Onboarding;
use peerlore::store::people;
use peerlore::store::reader::Reader;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::at;
use crate::harness::by;

const END: i64 = 400 * DAY;

/// `ada` was there first; five came after 100 days, and reviewed ten days later. In the beginning of `ben`, `cleo` taught him.
async fn with_newcomers() -> Peerlore {
    let peerlore = Peerlore::start().await;
    let mut sent = peerlore.merged("ada", "ada", LEDGER, 10);
    for (n, login) in (0..).zip(["ben", "cleo", "dan", "eve", "finn"]) {
        let came = 100 * DAY + 100 * n;
        sent.extend(peerlore.merged(login, "ada", &format!("src/new/{login}.rs"), came));
        sent.extend(peerlore.merged("ada", login, &format!("src/old/{login}.rs"), came + 10 * DAY));
    }
    sent.sort_by_key(|one| one.at);
    peerlore.tell(sent).await;
    let minute = 115 * DAY;
    let pull = peerlore
        .open(by("ben", minute), LEDGER, &[(20, "let one = 1.0;")])
        .await;
    let said = NewComment::on(LEDGER, 20, LOCK);
    let posted = peerlore.github.review_comment(&pull, by("cleo", minute + 1), said);
    peerlore.tell(posted.deliveries).await;
    peerlore
        .push(&pull, by("ben", minute + 2), How::Append, &[(20, "let two = 2.0;")])
        .await;
    peerlore.tell(peerlore.github.merge(&pull, by("ben", minute + 3))).await;
    peerlore
}

async fn figures(peerlore: &Peerlore, reader: &Reader, team: Option<&str>) -> Onboarding {
    let mut conn = peerlore.conn().await;
    let groups = groups::groups(&mut conn, peerlore.tenant().await, at(END))
        .await
        .expect("the database");
    let team = team.map(|team| groups::called(&groups, team).expect("a team").id);
    let found = onboarding::of(&mut conn, reader, team, at(END)).await;
    found.expect("the database")
}

#[tokio::test]
async fn five_newcomers_make_a_figure_and_four_make_none() {
    let peerlore = with_newcomers().await;
    let id = peerlore.tenant().await;
    let everything = Reader::of_everything(id);
    let all = figures(&peerlore, &everything, None).await;
    let review = all.first_review.expect("five people");
    assert_eq!((review.people, review.weeks, review.interval), (5, Some(2), None));
    assert_eq!(all.first_landed.expect("five people").weeks, None, "four had none");
    assert!(
        all.by_tenure.iter().chain(&all.by_file).all(|row| row.share.is_none()),
        "one taught"
    );
    let stranger = Reader::member(id, peerlore.person("finn"), Roles::owner(), Vec::new());
    let told = figures(&peerlore, &stranger, None).await;
    assert_eq!(
        (told.first_review, told.first_landed),
        (None, None),
        "the repository is private"
    );
    let of_two = figures(&peerlore, &everything, Some("Web")).await;
    assert_eq!((of_two.first_review, of_two.first_landed), (None, None));
    people::set_opt_out(&mut *peerlore.conn().await, id, peerlore.person("eve"), Some(at(END)))
        .await
        .expect("the database");
    let of_four = figures(&peerlore, &everything, None).await;
    assert_eq!((of_four.first_review, of_four.first_landed), (None, None));
}

#[tokio::test]
async fn a_team_that_would_tell_of_the_rest_is_not_shown() {
    let peerlore = with_newcomers().await;
    let everything = Reader::of_everything(peerlore.tenant().await);
    for login in ["gus", "hal", "ivy", "jo", "kim"] {
        peerlore.sql(&format!(
            "insert into person (installation_id, id, login, kind, seen_at) select id, 9000 + ascii('{login}'), '{login}', 'human', now() from installation"
        )).await;
        peerlore.sql(&format!(
            "insert into membership (installation_id, person_id, valid_from) select id, 9000 + ascii('{login}'), '{}' from installation",
            at(150 * DAY)
        )).await;
    }
    let team = "insert into team_membership (installation_id, team_id, person_id, role, valid_from)
                select t.installation_id, t.id, p.id, 'member', 'epoch' from team t join person p using (installation_id)
                where t.slug = 'web' and p.login = any('{gus,hal,ivy,jo,kim}')";
    assert_eq!(peerlore.sql(team).await, 5);
    let all = figures(&peerlore, &everything, None).await;
    assert_eq!(all.first_review.expect("ten people").people, 10);
    let web = figures(&peerlore, &everything, Some("web")).await;
    assert_eq!(web.first_review, None, "ten less the seven of the team are three");
    peerlore
        .sql("delete from team_membership m using person p where p.id = m.person_id and p.login in ('cleo', 'dan')")
        .await;
    let web = figures(&peerlore, &everything, Some("web")).await;
    assert_eq!(web.first_review.expect("five of ten").people, 5);
}

#[tokio::test]
async fn who_taught_somebody_in_their_beginning_is_told_to_the_two_only() {
    let peerlore = with_newcomers().await;
    let id = peerlore.tenant().await;
    let told = async |login: &str| {
        let mut conn = peerlore.conn().await;
        let reader = organisation::as_person(&mut conn, id, peerlore.person(login))
            .await
            .expect("the database");
        buddies::buddies(&mut conn, &reader, at(END))
            .await
            .expect("the database")
    };
    let of_ben = told("ben").await.mine.expect("cleo taught him");
    assert_eq!(
        (of_ben.login.as_str(), of_ben.areas),
        ("cleo", vec!["concurrency".to_owned()])
    );
    let of_cleo = told("cleo").await;
    assert_eq!((of_cleo.mine, of_cleo.i_was.len()), (None, 1));
    assert_eq!(of_cleo.i_was[0].login, "ben");
    for nobody in ["ada", "dan"] {
        assert_eq!(told(nobody).await, buddies::Buddies::default());
    }
    let mut conn = peerlore.conn().await;
    let of_nobody = buddies::buddies(&mut conn, &Reader::of_everything(id), at(END)).await;
    assert_eq!(of_nobody.expect("the database"), buddies::Buddies::default());
    let unread = Reader::member(id, peerlore.person("ben"), Roles::default(), Vec::new());
    let of_unread = buddies::buddies(&mut conn, &unread, at(END)).await;
    assert_eq!(of_unread.expect("the database"), buddies::Buddies::default());
    people::set_opt_out(&mut conn, id, peerlore.person("cleo"), Some(at(END)))
        .await
        .expect("the database");
    assert_eq!(told("ben").await, buddies::Buddies::default());
}

#[tokio::test]
async fn what_somebody_was_told_in_their_beginning_outlives_very_many_later_lessons() {
    let peerlore = with_newcomers().await;
    let more = "insert into lesson (installation_id, place, comment_id, area, learner_id, teacher_id, repo_id, number, at, p, parts, outcome,
                                    diffs_known, provisional)
                select l.installation_id, l.place, -n, 'testing', l.learner_id, a.id, l.repo_id, l.number, l.at + interval '100 days', l.p, l.parts,
                       'landed', true, false
                from lesson l join person a on a.login = 'ada' cross join generate_series(1, 5001) n where l.outcome = 'landed'";
    assert_eq!(peerlore.sql(more).await, 5_001);
    let id = peerlore.tenant().await;
    let mut conn = peerlore.conn().await;
    let reader = organisation::as_person(&mut conn, id, peerlore.person("ben")).await;
    let told = buddies::buddies(&mut conn, &reader.expect("the database"), at(END)).await;
    assert_eq!(told.expect("the database").mine.expect("cleo taught him").login, "cleo");
}
