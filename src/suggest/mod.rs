//! Whom to ask about a pull request: someone who knows it, beside someone from another team who would learn.
//!
//! Comes in: a [`query::Query`] of plain values, the repository's settings, the time and a seed. Goes out: a
//! [`Suggestion`] whose scores are sums of named parts, each a reason in words, or an honest "nobody" with why. The same
//! input always gives the same answer, in whatever order the candidates stand; the seed only decides between equals.
//!
//! - `ground` reads the past once: `memory` holds `paths` (who knows these folders) and `pair` (who reviews this author), beside `activity`
//! - `rank` picks who knows, with `skill`; `learner` picks who would learn, only beside somebody competent
//! - `why` holds the parts of a score, `reasons` says them in words; `words` makes the comment
//! - `eval` replays a history and measures the ranker against baselines; `spread` measures how far knowledge would have spread
//! - `replay` does both for an organisation's own past, as its pages show it
pub mod activity;
pub mod codeowners;
pub mod communities;
pub mod decay;
pub mod eval;
pub mod ground;
pub mod learner;
pub mod memory;
pub mod pair;
pub mod past;
pub mod paths;
pub mod query;
pub mod rank;
pub mod reasons;
pub mod replay;
pub mod skill;
pub mod spread;
pub mod why;
pub mod words;

#[cfg(test)]
mod tests;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::settings::Settings;
use crate::model::suggestion::LeftOut;
use crate::model::suggestion::Slot;
use crate::model::suggestion::Suggestion;
use crate::suggest::ground::Ground;
use crate::suggest::ground::MOST_FILES;
use crate::suggest::query::Asked;
use crate::suggest::query::PullAsked;
use crate::suggest::query::Query;

/// The ranker's name and version, stored with every suggestion.
pub const MODEL: &str = "peerlore-learned-4";

/// Suggests someone who knows and someone who would learn, or says why nobody.
///
/// `now` is the time of asking: nothing later in the history counts. `seed` breaks ties, so that among equals no one is
/// always first; keep it the same for one pull request and its answer stays the same.
#[must_use]
pub fn suggest(query: &Query<'_>, settings: &Settings, now: Time, seed: u64) -> Suggestion {
    let ground = Ground::read(query, settings, now, seed);
    let mut left_out = query.left_out;
    let best = rank::experts(&ground, &mut left_out).into_iter().next();
    let (learners, experts): (Vec<&Asked>, Vec<&Asked>) = query
        .pull
        .asked
        .iter()
        .partition(|asked| is_last_learner(asked, query.pull) && !is_owner(asked, query.pull));
    let (expert, competent) = match best {
        Some(best) if !experts.is_empty() && wants_more(&experts, settings) => (Slot::Picked(best.who.pick(now)), true),
        _ if !experts.is_empty() => (already_asked(&experts), true),
        Some(best) => {
            let competent = best.competent;
            (Slot::Picked(best.who.pick(now)), competent)
        }
        None => (nobody_knows(&ground, &left_out), false),
    };
    let learner = if learners.is_empty() {
        learner_beside(&ground, &expert, competent, &mut left_out)
    } else {
        already_asked(&learners)
    };
    Suggestion {
        expert,
        learner,
        left_out,
        model: MODEL.to_owned(),
    }
}

fn learner_beside(ground: &Ground<'_>, expert: &Slot, competent: bool, left_out: &mut LeftOut) -> Slot {
    if !ground.settings.learner {
        return nobody("no learner: switched off in this repository's settings");
    }
    if !competent {
        return nobody(
            "no learner: one is suggested only beside somebody who lately reviewed or changed these files, owns them or taught what they are about",
        );
    }
    if ground.paths.len() > MOST_FILES {
        return nobody("no learner: the change touches too many files to learn from");
    }
    let picked = match expert {
        Slot::Picked(pick) => Some(pick.person),
        Slot::AlreadyAsked { .. } | Slot::Nobody { .. } => None,
    };
    match learner::learner(ground, picked, left_out) {
        Some(learner) => Slot::Picked(learner.pick(ground.now)),
        None => nobody_learns(left_out),
    }
}

/// Whether fewer are asked than this repository wants for its changes.
fn wants_more(asked: &[&Asked], settings: &Settings) -> bool {
    u32::try_from(asked.len()).is_ok_and(|asked| asked < settings.max_experts)
}

fn is_last_learner(asked: &Asked, pull: &PullAsked) -> bool {
    match asked {
        Asked::Person { id, .. } => pull.last_learner == Some(*id),
        Asked::Team { .. } => false,
    }
}

/// An owner who is asked takes the place of somebody who knows, whatever was suggested before.
fn is_owner(asked: &Asked, pull: &PullAsked) -> bool {
    match asked {
        Asked::Person { id, .. } => pull.owners.iter().any(|owner| owner.person == *id),
        Asked::Team { .. } => false,
    }
}

/// The people among whom [`suggest`] most likely chooses: at most `most` for each place, best first.
#[must_use]
pub fn shortlist(query: &Query<'_>, settings: &Settings, (now, seed): (Time, u64), most: usize) -> Vec<PersonId> {
    let ground = Ground::read(query, settings, now, seed);
    let experts = rank::experts(&ground, &mut LeftOut::default()).into_iter();
    let mut people: Vec<PersonId> = experts.take(most).map(|ranked| ranked.who.candidate.id).collect();
    if settings.learner {
        people.extend(learner::likely(&ground, most));
    }
    people.sort_unstable();
    people.dedup();
    people
}

fn already_asked(asked: &[&Asked]) -> Slot {
    let who = asked.iter().map(|asked| match asked {
        Asked::Person { login, .. } => login.clone(),
        Asked::Team { name, .. } => name.clone(),
    });
    // A secret team has no name here.
    let named = who.filter(|name| !name.is_empty());
    Slot::AlreadyAsked { who: named.collect() }
}

fn nobody_knows(ground: &Ground<'_>, left_out: &LeftOut) -> Slot {
    let free = ground
        .query
        .candidates
        .iter()
        .any(|candidate| ground.barred(candidate).is_none());
    let counts = counted(left_out, 0);
    nobody(&match (free, counts.is_empty()) {
        (_, true) => "nobody here has reviewed or changed these files enough lately".to_owned(),
        (true, false) => format!("nobody who is free has reviewed or changed these files enough lately ({counts})"),
        (false, false) => format!("nobody: {counts}"),
    })
}

fn nobody_learns(left_out: &LeftOut) -> Slot {
    let counts = counted(left_out, left_out.mentoring_budget);
    let words = "no learner: nobody who is free has a footing next to this change";
    nobody(&if counts.is_empty() {
        words.to_owned()
    } else {
        format!("{words} ({counts})")
    })
}

fn nobody(why: &str) -> Slot {
    Slot::Nobody { why: why.to_owned() }
}

/// "3 away, 2 at capacity"; empty where nobody was left out for such a reason.
fn counted(left_out: &LeftOut, mentoring_budget: u32) -> String {
    let counts = [
        (left_out.away, "away"),
        (left_out.at_capacity, "at capacity"),
        (left_out.daily_cap, "suggested often enough today"),
        (mentoring_budget, "suggested as a learner often enough this week"),
    ];
    let counts = counts.into_iter().filter(|(number, _)| *number > 0);
    let counts: Vec<String> = counts.map(|(number, what)| format!("{number} {what}")).collect();
    counts.join(", ")
}
