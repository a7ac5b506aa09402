//! The constants behind the formulas, for whoever shows them: the very ones that the thinking folders compute with.

/// Was a comment useful (science.md section 1).
pub mod landing {
    pub use crate::teach::landing::ACKNOWLEDGED;
    pub use crate::teach::landing::APPLIED;
    pub use crate::teach::landing::BASE;
    pub use crate::teach::landing::CODE;
    pub use crate::teach::landing::DISAGREED;
    pub use crate::teach::landing::JUDGEMENT_LIMIT;
    pub use crate::teach::landing::LENGTH;
    pub use crate::teach::landing::NO_LATER_PUSH;
    pub use crate::teach::landing::PROPOSES;
    pub use crate::teach::landing::RESOLVED_UNCHANGED;
    pub use crate::teach::landing::SAME_FILE;
    pub use crate::teach::landing::THUMBS_UP;
    pub use crate::teach::landing::UNTOUCHED;
    pub use crate::teach::landing::WITHIN_3;
    pub use crate::teach::landing::WITHIN_10;
}

/// Weights of an organisation's own (science.md section 1).
pub mod answers {
    pub use crate::teach::refit::MIN_ANSWERS;
    pub use crate::teach::refit::MIN_PEOPLE;
    pub use crate::teach::refit::MIN_PEOPLE_WITH;
    pub use crate::teach::refit::MIN_WITH;
    pub use crate::teach::refit::MOST_OF_ONE;
    pub use crate::teach::refit::PRIOR_FITTED;
    pub use crate::teach::refit::PRIOR_JUDGED;
    pub use crate::teach::refit::PRIOR_LENGTH;
}

/// What a person passed on, and what another learned (science.md section 1).
pub mod edges {
    pub use crate::pipeline::profile::RATE_DAYS;
    pub use crate::skill::decay::CURRENT_HALF_LIFE;
    pub use crate::skill::decay::FLOOR;
    pub use crate::skill::decay::PROFILE_HALF_LIFE;
    pub use crate::skill::edge::BURST_PULLS;
    pub use crate::skill::learned::EXPECTED_AT_LEAST;
    pub use crate::skill::rate::PRIOR_LANDED;
    pub use crate::skill::rate::PRIOR_NOT;
    pub use crate::store::profiles::GROUND_PULLS;
}

/// Silent experts (science.md section 3).
pub mod silent {
    pub use crate::skill::silent::DEFAULTS;
    pub use crate::skill::silent::MAX_IDLE_DAYS;
    pub use crate::skill::silent::MIN_EVIDENCE;
    pub use crate::skill::silent::MIN_PEOPLE;
    pub use crate::skill::silent::QUIET;
    pub use crate::skill::silent::SURE;
    pub use crate::skill::silent::TOP;
}

/// What hangs on few people, and how they come in (science.md sections 2, 4 and 5).
pub mod people {
    pub use crate::skill::at_risk::ACTIVE_DAYS;
    pub use crate::skill::offboarding::APPLIED;
    pub use crate::skill::offboarding::BESIDE;
    pub use crate::skill::offboarding::REVIEW;
    pub use crate::skill::onboarding::FOLLOWED_DAYS;
    pub use crate::skill::onboarding::LEAD_IN_DAYS;
    pub use crate::skill::suppress::K;
}

/// What knowledge leaves with whom, by a git history.
pub mod leaving {
    pub use crate::skill::expertise::ACTIVE_DAYS;
    pub use crate::skill::expertise::AUTHORSHIP;
    pub use crate::skill::expertise::EXPERTISE;
    pub use crate::skill::expertise::FADING;
    pub use crate::skill::expertise::REVIEW;
    pub use crate::skill::expertise::SHARE;
}

/// Who knows a change (spread.md section 1).
pub mod ranking {
    pub use crate::pipeline::gather::declines::HALF_LIFE_DAYS as DECLINED_DAYS;
    pub use crate::suggest::MODEL;
    pub use crate::suggest::ground::IDLE_DAYS;
    pub use crate::suggest::ground::MOST_FILES;
    pub use crate::suggest::memory;
    pub use crate::suggest::rank::LEAST_EVIDENCE;
    pub use crate::suggest::rank::LEAST_MATCH;
    pub use crate::suggest::rank::LEAST_PAIR;
    pub use crate::suggest::rank::LOAD;
    pub use crate::suggest::rank::OWNER;
    pub use crate::suggest::rank::SKILL;
    pub use crate::suggest::rank::TEACH_GOAL;
    pub use crate::suggest::skill::HALF_STRENGTH;
}

/// Who would learn from a change.
pub mod learner {
    pub use crate::suggest::learner::AT_HOME;
    pub use crate::suggest::learner::GOAL;
    pub use crate::suggest::learner::HERE;
    pub use crate::suggest::learner::IN_A_ROW_DAYS;
    pub use crate::suggest::learner::LANGUAGE;
    pub use crate::suggest::learner::LEAST_FOOTING;
    pub use crate::suggest::learner::NEAR;
    pub use crate::suggest::learner::NEIGHBOUR;
    pub use crate::suggest::learner::ONBOARDING_DAYS;
    pub use crate::suggest::learner::OTHER_TEAM;
    pub use crate::suggest::learner::OWN_CODE;
    pub use crate::suggest::learner::RELATED;
    pub use crate::suggest::learner::TEAMS_OWN;
}

/// What would have become of the past.
pub mod replay {
    pub use crate::suggest::replay::ACTIVE_DAYS;
    pub use crate::suggest::replay::BUDGETS;
    pub use crate::suggest::replay::CORE;
    pub use crate::suggest::replay::ENOUGH;
    pub use crate::suggest::replay::FEWEST_PEOPLE;
    pub use crate::suggest::replay::OPEN_DAYS;
    pub use crate::suggest::replay::REVIEWS_A_LEARNER;
    pub use crate::suggest::spread::going::WINDOW;
    pub use crate::suggest::spread::stay::HORIZON;
}

/// What a comment is about: the card of the classifier's model.
pub mod classifier {
    pub use crate::classify::card::Card;
    pub use crate::classify::card::second_shipped;
    pub use crate::classify::card::shipped;
    pub use crate::classify::eval::AreaAccuracy;
}
