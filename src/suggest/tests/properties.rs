//! What holds of every suggestion, whatever the history.
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::suggest::query::Asked;

const FOLDERS: [&str; 5] = [
    "ledger/post.rs",
    "ledger/sub/a.rs",
    "billing/tax.rs",
    "README.md",
    "web/ui/app.ts",
];

fn person() -> impl Strategy<Value = PersonId> {
    (1_i64..9).prop_map(PersonId)
}

fn path() -> impl Strategy<Value = String> {
    proptest::sample::select(&FOLDERS[..]).prop_map(str::to_owned)
}

fn past_review() -> impl Strategy<Value = PastReview> {
    let who = (proptest::option::of(person()), vec(person(), 0..4));
    (1..200_i32, who, -5_i64..500, vec(path(), 0..4)).prop_map(|(pull, (author, reviewers), days, files)| PastReview {
        pull,
        author,
        at: days_ago(days),
        closed_at: Some(days_ago(days - 1)),
        reviewers,
        files,
    })
}

fn any_candidate(id: i64) -> impl Strategy<Value = Candidate> {
    (
        0..8_u32,
        0..6_u32,
        0..4_u32,
        0..3_i64,
        proptest::option::of(0..400_i64),
        any::<bool>(),
    )
        .prop_map(
            move |(open_reviews, suggested_today, week, team, idle, rust)| Candidate {
                open_reviews,
                suggested_today,
                learner_suggestions_this_week: week,
                last_active: idle.map(days_ago),
                languages: if rust {
                    vec![("Rust".to_owned(), 3.0)]
                } else {
                    Vec::new()
                },
                ..candidate(PersonId(id), &format!("person-{id}"), TeamId(team))
            },
        )
}

fn any_world() -> impl Strategy<Value = World> {
    let people: Vec<_> = (1..9).map(any_candidate).collect();
    let asked = vec(
        person().prop_map(|id| Asked::Person {
            id,
            login: id.to_string(),
        }),
        0..2,
    );
    let pull = (
        proptest::option::of(person()),
        vec(person(), 0..2),
        vec(path(), 0..4),
        asked,
    );
    (pull, vec(past_review(), 0..40), people, 0..9_usize, any::<u64>()).prop_map(
        |((author, co_authors, files, asked), history, mut candidates, keep, seed)| {
            candidates.truncate(keep);
            let mut world = World::ledger();
            world.pull.author = author;
            world.pull.co_authors = co_authors;
            world.pull.files = files.iter().map(|path| rust_file(path)).collect();
            world.pull.asked = asked;
            World {
                history,
                candidates,
                seed,
                ..world
            }
        },
    )
}

proptest! {
    #[test]
    fn only_free_people_who_did_not_write_it_are_suggested(world in any_world()) {
        let suggestion = world.suggest();
        for pick in [&suggestion.expert, &suggestion.learner].into_iter().filter_map(picked) {
            let candidate = world.candidates.iter().find(|c| c.id == pick.person).expect("a candidate");
            prop_assert_ne!(Some(pick.person), world.pull.author);
            prop_assert!(!world.pull.co_authors.contains(&pick.person));
            prop_assert!(candidate.open_reviews < world.settings.capacity);
            prop_assert!(candidate.suggested_today < world.settings.daily_cap);
            prop_assert!(pick.score.is_finite() && !pick.reasons.is_empty());
        }
    }

    #[test]
    fn expert_and_learner_are_two_people(world in any_world()) {
        let suggestion = world.suggest();
        if let Some(learner) = who(&suggestion.learner) {
            prop_assert_ne!(Some(learner), who(&suggestion.expert));
            let candidate = world.candidates.iter().find(|c| c.id == learner).expect("a candidate");
            prop_assert!(candidate.learner_suggestions_this_week < world.settings.mentoring_budget);
        }
    }

    #[test]
    fn a_learner_never_stands_alone(world in any_world()) {
        let suggestion = world.suggest();
        let expert_missing = matches!(suggestion.expert, Slot::Nobody { .. });
        prop_assert!(!(expert_missing && who(&suggestion.learner).is_some()));
    }

    #[test]
    fn the_same_question_has_the_same_answer(world in any_world()) {
        prop_assert_eq!(world.suggest(), world.clone().suggest());
    }

    #[test]
    fn the_order_of_candidates_does_not_matter(world in any_world(), turn in 0..8_usize) {
        let mut other = world.clone();
        other.candidates.reverse();
        let places = other.candidates.len().max(1);
        other.candidates.rotate_left(turn % places);
        prop_assert_eq!(world.suggest(), other.suggest());
    }

    #[test]
    fn the_order_of_files_does_not_matter(world in any_world(), turn in 0..4_usize) {
        let mut other = world.clone();
        other.pull.files.reverse();
        let places = other.pull.files.len().max(1);
        other.pull.files.rotate_left(turn % places);
        prop_assert_eq!(world.suggest(), other.suggest());
    }

    #[test]
    fn everybody_busy_is_nobody(mut world in any_world()) {
        for candidate in &mut world.candidates {
            candidate.capacity = Some(0);
        }
        let suggestion = world.suggest();
        prop_assert_eq!(who(&suggestion.expert), None);
        prop_assert_eq!(who(&suggestion.learner), None);
    }
}
