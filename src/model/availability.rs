//! When and how much somebody wants to be asked, as they say themselves.
use chrono::NaiveDate;

/// Days on which somebody is away, both included, in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Absence {
    /// The first day.
    pub first_day: NaiveDate,
    /// The last day.
    pub last_day: NaiveDate,
}

/// What somebody chose; none of a number: what the settings say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Availability {
    /// When they are away, by first day.
    pub absences: Vec<Absence>,
    /// Open reviews at which they are full.
    pub capacity: Option<u32>,
    /// Suggestions of any kind in a day; more than the settings allow counts as what they allow.
    pub daily_cap: Option<u32>,
    /// Learner suggestions in seven days, the same way; 0: never as a learner.
    pub mentoring_budget: Option<u32>,
}
