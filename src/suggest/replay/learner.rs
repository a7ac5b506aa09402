//! Adds somebody who would learn, where it pays.
//!
//! It pays where fewer than three active people would know a file once the change is reviewed. Whoever joins is active in the repository,
//! knows something beside the files and not all of them, and learned nowhere in the last seven days: that is the budget.
use std::collections::HashMap;

use chrono::TimeDelta;

use crate::model::ids::PersonId;
use crate::model::ids::TeamId;
use crate::suggest::replay::Pull;
use crate::suggest::replay::crosses;
use crate::suggest::replay::state::State;
use crate::suggest::replay::world;
use crate::suggest::replay::world::World;

/// As many know a file well enough that nobody has to learn it (Sofia, ICSE 2020; spread.md section 2).
const KNOWERS: usize = 3;
/// Days in which somebody joins one review at most.
const REST_DAYS: i64 = 7;

/// Who joins the review of a pull request, if anybody; noted in the world.
pub(super) fn choose(
    state: &State,
    world: &mut World,
    (pull, author): (&Pull, PersonId),
    teams: &HashMap<PersonId, Vec<TeamId>>,
) -> Option<PersonId> {
    if !pays(state, world, pull, author) {
        return None;
    }
    let rested = |person: PersonId| {
        let last = world.joined.get(&person);
        last.is_none_or(|last| state.now - *last >= TimeDelta::days(REST_DAYS))
    };
    let others = state.active_in(pull.key.repo);
    let others = others.filter(|person| *person != author && !pull.reviewers.contains(person) && rested(*person));
    let mut found: Vec<(bool, u32, f64, u64, PersonId)> = others
        .filter_map(|person| {
            let (known, beside) = world.near(pull, person);
            let joins = world.joins.get(&person).copied().unwrap_or_default();
            let other_team = crosses(teams, author, &[person]) == Some(true);
            (known < 1.0 && beside > 0.0).then(|| {
                (
                    !other_team,
                    joins,
                    -beside,
                    state.chance(pull.key, Some(person)),
                    person,
                )
            })
        })
        .collect();
    found.sort_unstable_by(|a, b| {
        (a.0, a.1)
            .cmp(&(b.0, b.1))
            .then(a.2.total_cmp(&b.2))
            .then((a.3, a.4).cmp(&(b.3, b.4)))
    });
    let chosen = found.first().map(|(.., person)| *person)?;
    world.joined.insert(chosen, state.now);
    *world.joins.entry(chosen).or_default() += 1;
    Some(chosen)
}

fn pays(state: &State, world: &World, pull: &Pull, author: PersonId) -> bool {
    world::places(pull).any(|place| {
        let already = world.knowers(&place).filter(|person| state.is_active(*person));
        let others = already.filter(|person| *person != author && !pull.reviewers.contains(person));
        1 + pull.reviewers.len() + others.count() < KNOWERS
    })
}
