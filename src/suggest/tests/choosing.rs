//! Who is chosen, who isn't, and what is said.
use insta::assert_snapshot;
use rstest::rstest;

use super::*;
use crate::suggest::query::Asked;
use crate::suggest::query::Grouping;

#[test]
fn someone_who_knows_stands_beside_someone_who_would_learn() {
    let suggestion = World::ledger().suggest();
    assert_snapshot!(told(&suggestion.expert), @"ana: reviewed 7 changes under `ledger/` since May; has reviewed 7 of this author's changes; taught databases in 4 reviews; reviewed 6 changes here in the last 90 days; 1 open review");
    assert_snapshot!(told(&suggestion.learner), @"ben: wants to learn databases; would be the second person outside Payments to know `ledger/`; knows Rust; reviewed 1 change under `billing/`; to learn here: databases in `ledger/`");
}

#[test]
fn scores_are_the_sums_of_their_reasons() {
    let suggestion = World::ledger().suggest();
    for pick in [&suggestion.expert, &suggestion.learner].into_iter().filter_map(picked) {
        let sum: f64 = pick.reasons.iter().map(|reason| reason.weight).sum();
        assert!((sum - pick.score).abs() < 1e-12);
    }
}

#[rstest]
#[case::the_author(|w: &mut World| w.pull.author = Some(ANA))]
#[case::a_co_author(|w: &mut World| w.pull.co_authors = vec![ANA])]
#[case::somebody_full_by_the_settings(|w: &mut World| w.candidate(ANA).open_reviews = 6)]
#[case::somebody_full_by_their_own_capacity(|w: &mut World| w.candidate(ANA).capacity = Some(1))]
#[case::somebody_who_takes_no_reviews(|w: &mut World| w.candidate(ANA).capacity = Some(0))]
#[case::somebody_suggested_often_today(|w: &mut World| w.candidate(ANA).suggested_today = 4)]
#[case::somebody_not_seen_for_half_a_year(|w: &mut World| w.candidate(ANA).last_active = Some(days_ago(200)))]
#[case::somebody_who_is_no_candidate(|w: &mut World| w.candidates.retain(|c| c.id != ANA))]
fn is_never_suggested(#[case] change: fn(&mut World)) {
    let mut world = World::ledger();
    change(&mut world);
    let suggestion = world.suggest();
    assert_ne!(who(&suggestion.expert), Some(ANA));
    assert_ne!(who(&suggestion.learner), Some(ANA));
}

#[test]
fn open_reviews_lower_the_score() {
    let free = World::ledger().suggest();
    let mut world = World::ledger();
    world.candidate(ANA).open_reviews = 4;
    let busy = world.suggest();
    assert!(picked(&busy.expert).unwrap().score < picked(&free.expert).unwrap().score);
}

#[test]
fn between_equals_the_one_with_fewer_open_reviews_is_asked() {
    let mut world = World::ledger();
    world.history = vec![review(1, 10, &[BEN, EVE], "ledger/post.rs")];
    for (busy, free) in [(BEN, EVE), (EVE, BEN)] {
        world.candidate(busy).open_reviews = 2;
        world.candidate(free).open_reviews = 0;
        for seed in 0..20 {
            world.seed = seed;
            assert_eq!(who(&world.suggest().expert), Some(free));
        }
    }
}

#[test]
fn among_equals_no_one_is_always_first() {
    let mut world = World::ledger();
    world.history = vec![review(1, 10, &[BEN, EVE], "ledger/post.rs")];
    let mut firsts = Vec::new();
    for seed in 0..40 {
        world.seed = seed;
        firsts.extend(who(&world.suggest().expert));
    }
    let ben = firsts.iter().filter(|person| **person == BEN).count();
    assert_eq!(firsts.len(), 40);
    assert!((8..=32).contains(&ben), "{ben} of 40");
}

#[test]
fn recent_reviews_count_more_than_old_ones() {
    let mut world = World::ledger();
    world.history = vec![
        review(1, 300, &[BEN], "ledger/post.rs"),
        review(2, 290, &[BEN], "ledger/post.rs"),
        review(3, 20, &[EVE], "ledger/post.rs"),
    ];
    assert_eq!(who(&world.suggest().expert), Some(EVE));
}

#[test]
fn what_happens_later_does_not_count() {
    let mut world = World::ledger();
    world.history = vec![review(1, -2, &[BEN], "ledger/post.rs")];
    let mut closed_later = review(2, 5, &[EVE], "ledger/post.rs");
    closed_later.closed_at = Some(days_ago(-1));
    world.history.push(closed_later);
    world.history.push(review(100, 5, &[BEN], "ledger/post.rs"));
    world.candidate(ANA).skills.clear();
    assert_eq!(
        told(&world.suggest().expert),
        "nobody here has reviewed or changed these files enough lately"
    );
}

#[test]
fn who_wrote_the_files_knows_them_too() {
    let mut world = World::ledger();
    world.history.clear();
    world.authored = vec![PastChange {
        pull: 5,
        author: EVE,
        at: days_ago(400),
        files: vec!["ledger/entry.rs".to_owned()],
    }];
    world.authored.push(PastChange {
        at: days_ago(10),
        ..world.authored[0].clone()
    });
    world.candidate(ANA).skills.clear();
    assert_snapshot!(told(&world.suggest().expert), @"eve: wrote 2 changes under `ledger/` since July 2025");
}

#[test]
fn a_mass_change_makes_nobody_an_expert() {
    let mut world = World::ledger();
    let mut mass = review(1, 10, &[BEN], "ledger/post.rs");
    mass.author = Some(EVE);
    mass.files.extend((0..100).map(|i| format!("ledger/{i}.rs")));
    world.history = vec![mass];
    world.candidate(ANA).skills.clear();
    assert_eq!(who(&world.suggest().expert), None);
}

#[test]
fn skill_alone_carries_a_suggestion_only_with_evidence() {
    let mut world = World::ledger();
    world.history.clear();
    assert_snapshot!(told(&world.suggest().expert), @"ana: taught databases in 4 reviews; 1 open review");
    world.candidate(ANA).skills[0].confidence = Confidence::Low;
    assert_eq!(who(&world.suggest().expert), None);
}

#[rstest]
#[case(vec![], LeftOut { away: 3, at_capacity: 2, ..LeftOut::default() }, "nobody: 3 away, 2 at capacity")]
#[case(vec![], LeftOut::default(), "nobody here has reviewed or changed these files enough lately")]
#[case(
    vec![candidate(EVE, "eve", SEARCH)],
    LeftOut { away: 1, ..LeftOut::default() },
    "nobody who is free has reviewed or changed these files enough lately (1 away)"
)]
fn nobody_is_an_answer_with_a_reason(
    #[case] candidates: Vec<Candidate>,
    #[case] left_out: LeftOut,
    #[case] words: &str,
) {
    let mut world = World::ledger();
    world.history.clear();
    world.candidates = candidates;
    world.left_out = left_out;
    assert_eq!(told(&world.suggest().expert), words);
}

#[test]
fn those_refused_here_are_counted_too() {
    let mut world = World::ledger();
    world.candidate(ANA).open_reviews = 9;
    world.candidate(BEN).suggested_today = 9;
    world.left_out.at_capacity = 1;
    let left_out = world.suggest().left_out;
    assert_eq!((left_out.at_capacity, left_out.daily_cap), (2, 1));
}

#[test]
fn who_is_asked_already_fills_the_first_place() {
    let mut world = World::ledger();
    world.pull.asked = vec![
        Asked::Team {
            id: PAYMENTS,
            name: "Payments".to_owned(),
        },
        Asked::Person {
            id: EVE,
            login: "eve".to_owned(),
        },
    ];
    let suggestion = world.suggest();
    assert_eq!(told(&suggestion.expert), "already asked: Payments, eve");
    assert_eq!(who(&suggestion.learner), Some(BEN));
}

#[test]
fn a_learner_who_is_asked_keeps_the_learners_place() {
    let mut world = World::ledger();
    world.pull.last_learner = Some(BEN);
    world.pull.asked = vec![Asked::Person {
        id: BEN,
        login: "ben".to_owned(),
    }];
    let suggestion = world.suggest();
    assert_eq!(who(&suggestion.expert), Some(ANA));
    assert_eq!(told(&suggestion.learner), "already asked: ben");
}

#[test]
fn nobody_learns_without_somebody_competent() {
    let mut world = World::ledger();
    // Ana knows the author well, and nothing else: she may be asked, but nobody learns beside her.
    world.candidate(ANA).skills.clear();
    world.history = (0..3).map(|i| review(i, 10, &[ANA], "elsewhere.rs")).collect();
    let suggestion = world.suggest();
    assert_eq!(who(&suggestion.expert), Some(ANA));
    assert_eq!(
        told(&suggestion.learner),
        "no learner: one is suggested only beside somebody who lately reviewed or changed these files, owns them or taught what they are about"
    );
}

#[test]
fn a_learner_has_a_footing_but_is_not_at_home() {
    let mut world = World::ledger();
    world.candidate(BEN).languages.clear();
    world.history.retain(|review| !review.reviewers.contains(&BEN));
    assert_eq!(who(&world.suggest().learner), Some(EVE), "a goal alone is no footing");
    for pull in 20..24 {
        world.history.push(review(pull, 12, &[EVE], "ledger/balance.rs"));
    }
    assert_ne!(
        who(&world.suggest().learner),
        Some(EVE),
        "five changes make one at home"
    );
}

#[test]
fn a_team_mate_learns_only_where_there_is_nobody_else() {
    let mut world = World::ledger();
    world.candidate(BEN).teams = vec![PAYMENTS];
    assert_eq!(who(&world.suggest().learner), Some(EVE));
    world.candidate(EVE).teams = vec![SEARCH, PAYMENTS];
    assert_snapshot!(told(&world.suggest().learner), @"ben: wants to learn databases; in Payments, whose code this is; knows Rust; reviewed 1 change under `billing/`; to learn here: databases in `ledger/`");
}

#[test]
fn somebody_new_learns_first_where_the_code_is_their_own_teams() {
    let mut world = World::ledger();
    let mut new = candidate(PersonId(9), "noa", PAYMENTS);
    new.here_since = Some(days_ago(30));
    world.candidates.push(new);
    world.teams[0].members.push(PersonId(9));
    assert_snapshot!(told(&world.suggest().learner), @"noa: in Payments, whose code this is; to learn here: databases in `ledger/`");
    world.teams[0].name.clear();
    assert_snapshot!(told(&world.suggest().learner), @"noa: in the team whose code this is; to learn here: databases in `ledger/`");
    world.candidate(PersonId(9)).here_since = Some(days_ago(91));
    assert_eq!(who(&world.suggest().learner), Some(BEN), "not new any more");
    world.candidate(PersonId(9)).here_since = None;
    assert_eq!(who(&world.suggest().learner), Some(BEN), "nobody knows since when");
    world.candidate(PersonId(9)).here_since = Some(days_ago(30));
    world.pull.grouping = Grouping::Circles;
    assert_eq!(who(&world.suggest().learner), Some(BEN), "a circle is no team");
    world.pull.grouping = Grouping::Teams;
    world.teams[0].members.retain(|member| *member != ANA);
    assert_eq!(who(&world.suggest().learner), Some(BEN), "others know this code");
}

#[test]
fn no_reason_tells_that_somebody_is_new() {
    let mut world = World::ledger();
    let new = candidate(PersonId(9), "noa", PAYMENTS);
    world.candidates.retain(|candidate| candidate.id == ANA);
    world.candidates.push(new);
    world.teams[0].members.push(PersonId(9));
    let old = world.suggest().learner;
    world.candidate(PersonId(9)).here_since = Some(days_ago(3));
    assert_eq!(world.suggest().learner, old, "the only one there is, new or not");
    assert_eq!(who(&old), Some(PersonId(9)));
}

#[test]
fn somebody_new_has_the_same_limits_as_everybody() {
    let mut world = World::ledger();
    let mut new = candidate(PersonId(9), "noa", PAYMENTS);
    new.here_since = Some(days_ago(30));
    new.last_learner_suggestion = Some(days_ago(1));
    world.candidates.push(new);
    world.teams[0].members.push(PersonId(9));
    assert_eq!(who(&world.suggest().learner), Some(BEN), "not twice in a row");
    world.candidate(PersonId(9)).last_learner_suggestion = None;
    world.candidate(PersonId(9)).own.mentoring_budget = Some(0);
    assert_eq!(who(&world.suggest().learner), Some(BEN), "who wants no turn has none");
}

#[test]
fn goals_decide_between_otherwise_equal_learners() {
    let mut world = World::ledger();
    world.history.retain(|review| review.reviewers == [ANA]);
    world.candidate(EVE).languages = vec![("Rust".to_owned(), 6.0)];
    for seed in 0..20 {
        world.seed = seed;
        assert_eq!(who(&world.suggest().learner), Some(BEN));
    }
}

#[test]
fn nobody_learns_twice_in_a_row() {
    let mut world = World::ledger();
    let learner = who(&world.suggest().learner).unwrap();
    world.candidate(learner).last_learner_suggestion = Some(days_ago(2));
    assert_ne!(who(&world.suggest().learner), Some(learner));
    world.candidate(learner).last_learner_suggestion = Some(days_ago(8));
    assert_eq!(who(&world.suggest().learner), Some(learner));
    world.candidate(learner).last_learner_suggestion = Some(days_ago(2));
    world.candidate(ANA).last_learner_suggestion = Some(days_ago(1));
    assert_eq!(
        who(&world.suggest().learner),
        Some(learner),
        "somebody else had a turn between"
    );
}

#[test]
fn learners_take_turns() {
    let mut world = World::ledger();
    world.history.retain(|review| review.reviewers == [ANA]);
    let wishes = world.candidate(BEN).clone();
    *world.candidate(EVE) = Candidate {
        id: EVE,
        login: "eve".to_owned(),
        ..wishes
    };
    for (last, turn) in [(BEN, EVE), (EVE, BEN)] {
        world.candidate(last).last_learner_suggestion = Some(days_ago(2));
        world.candidate(turn).last_learner_suggestion = Some(days_ago(30));
        for seed in 0..20 {
            world.seed = seed;
            assert_eq!(who(&world.suggest().learner), Some(turn));
        }
    }
}

#[test]
fn the_mentoring_budget_holds() {
    let mut world = World::ledger();
    for id in [BEN, EVE] {
        world.candidate(id).learner_suggestions_this_week = 2;
    }
    world.candidates.retain(|candidate| candidate.id != AUTHOR);
    let suggestion = world.suggest();
    assert_eq!(suggestion.left_out.mentoring_budget, 2);
    assert_eq!(
        told(&suggestion.learner),
        "no learner: nobody who is free has a footing next to this change \
         (2 suggested as a learner often enough this week)"
    );
}

#[test]
fn learners_can_be_switched_off() {
    let mut world = World::ledger();
    world.settings.learner = false;
    let suggestion = world.suggest();
    assert_eq!(who(&suggestion.expert), Some(ANA));
    assert_eq!(who(&suggestion.learner), None);
}

#[test]
fn a_pull_request_without_known_files_goes_by_author_and_skill() {
    let mut world = World::ledger();
    world.pull.files.clear();
    assert_snapshot!(told(&world.suggest().expert), @"ana: has reviewed 7 of this author's changes; taught databases in 4 reviews; reviewed 6 changes here in the last 90 days; 1 open review");
}

#[test]
fn another_is_suggested_while_fewer_are_asked_than_wanted() {
    let mut world = World::ledger();
    world.pull.asked = vec![Asked::Person {
        id: EVE,
        login: "eve".to_owned(),
    }];
    assert_eq!(told(&world.suggest().expert), "already asked: eve");
    world.settings.max_experts = 2;
    assert_eq!(who(&world.suggest().expert), Some(ANA));
    world.pull.asked.push(Asked::Person {
        id: BEN,
        login: "ben".to_owned(),
    });
    assert_eq!(told(&world.suggest().expert), "already asked: eve, ben");
}
