//! The timeline of one's own page: what it shows from views alone.
use chrono::Duration;
use peerlore::model::comment::CommentPlace;
use peerlore::model::ids::CommentId;
use peerlore::model::lesson::Outcome;
use peerlore::model::skill::Area;
use peerlore::pipeline::profile::Evidence;
use peerlore::pipeline::profile::Profile;
use peerlore::pipeline::profile::Taken;
use peerlore::web::pages::me_timeline;

use crate::world::lines_of;
use crate::world::today;

fn evidence(area: Area, days_ago: i64, number: usize) -> Evidence {
    Evidence {
        area,
        area_probability: Some(0.9),
        said_by: None,
        role: "was taught",
        other: "ada".to_owned(),
        pull: format!("acme/<b>shop#{number}"),
        place: CommentPlace::Diff,
        comment: CommentId(7),
        link: format!("https://github.example/acme/shop/pull/{number}#discussion_r7"),
        at: today() - Duration::days(days_ago),
        p: 0.9,
        outcome: Outcome::Landed,
        diffs_known: true,
        provisional: false,
        said_new: false,
        on: Vec::new(),
    }
}

fn taken(area: Area, claim: &'static str) -> Taken {
    Taken {
        area,
        claim,
        lessons: 1,
        from: vec!["ada".to_owned()],
        last: today(),
        on: Vec::new(),
    }
}

fn page(evidence: Vec<Evidence>, taken: Vec<Taken>) -> String {
    let profile = Profile {
        login: "ben".to_owned(),
        helped: Vec::new(),
        taken,
        evidence,
        notes: Vec::new(),
    };
    me_timeline::render(&profile, today()).into_string()
}

#[test]
fn feedback_applied_stands_by_month_with_links_to_its_evidence() {
    let given = Evidence {
        outcome: Outcome::Given,
        ..evidence(Area::Security, 3, 90)
    };
    let taught = Evidence {
        role: "taught",
        ..evidence(Area::Security, 3, 91)
    };
    let mut lines = vec![
        given,
        taught,
        evidence(Area::Databases, 2, 5),
        evidence(Area::Testing, 40, 4),
        evidence(Area::Testing, 41, 3),
        evidence(Area::Testing, 160, 2),
        evidence(Area::Testing, 4_000, 1),
    ];
    lines.extend((50..55).map(|number| evidence(Area::Databases, 3, number)));
    let page = page(
        lines,
        vec![
            taken(Area::Databases, "applied feedback on"),
            taken(Area::Testing, "learned"),
        ],
    );
    assert!(!page.contains("<b>") && page.contains("href=\"https://github.example/acme/shop/pull/4#discussion_r7\""));
    insta::assert_snapshot!(lines_of(&page), @r"
    Your timeline
    In the last two years you applied feedback 9 times in 2 areas; one of them you learned since, by a later sign without the teacher.
    A dot is a month in which you changed something after a comment, its number above it where it happened more than once; a ring says “learned”. That a change came of a comment is likely, not certain, and signs can be missed. The evidence says how likely each is.
    Feedback applied, month by month, and what is learned by now
    Databases: applied in Nov 2026 (6). Testing: applied in Jun 2026 and Oct 2026 (2), and learned by now.
    Databases
    6
    Testing
    2
    learned
    Jun 2026
    Sep 2026
    Nov 2026
    The figures as a table
    Feedback applied, newest month first
    Month Area By now Comments
    Nov 2026 Databases applied acme/<b>shop#5 by ada, acme/<b>shop#50 by ada, acme/<b>shop#51 by ada and 3 more
    Oct 2026 Testing learned acme/<b>shop#4 by ada, acme/<b>shop#3 by ada
    Jun 2026 Testing learned acme/<b>shop#2 by ada
    ");
}

#[test]
fn of_two_pieces_of_feedback_no_picture_is_drawn() {
    let two = || vec![evidence(Area::Testing, 3, 1), evidence(Area::Testing, 30, 2)];
    let few = page(two(), vec![taken(Area::Testing, "applied feedback on")]);
    insta::assert_snapshot!(lines_of(&few), @r"
    Your timeline
    Not enough evidence yet. Feedback that you apply appears here month by month, once there are three pieces of it in the last two years.
    ");
    assert!(!few.contains("role=\"img\""), "{few}");
    let mut old = two();
    old.push(evidence(Area::Testing, 800, 3));
    assert!(
        !page(old, vec![taken(Area::Testing, "learned")]).contains("role=\"img\""),
        "two years are looked at"
    );
}
