//! What really happened: who was active when. No pick of any policy is ever in it.
use std::collections::VecDeque;

use crate::suggest::spread::history::Person;
use crate::suggest::spread::history::days;
use crate::suggest::spread::history::float;
use crate::suggest::spread::history::in_days;
use crate::suggest::spread::history::month;

/// Whoever did something recorded in so many days is available (spread.md, section 2).
pub const ACTIVE_DAYS: i64 = 180;

/// Work of so many days is what a person's share is taken of (`TurnoverRec`).
const WORK_DAYS: i64 = 365;

/// Recorded activity up to now.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Now, in seconds since 1970.
    pub now: i64,
    people: Vec<Active>,
    work: VecDeque<Work>,
}

#[derive(Clone, Debug, Default)]
struct Active {
    last: Option<i64>,
    months: Periods,
    half_months: Periods,
    work: u32,
    reviews: u32,
}

#[derive(Clone, Copy, Debug)]
struct Work {
    at: i64,
    person: Person,
    reviewed: bool,
}

/// What somebody was like lately; every part is about 0 to 1.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Traits {
    /// Active months of the last 12.
    pub months: f64,
    /// Active half-months of the last 6.
    pub lately: f64,
    /// ln(1 + changes written and reviewed in the last 365 days) / 4.
    pub work: f64,
    /// ln(1 + changes reviewed in the last 365 days) / 4.
    pub reviews: f64,
    /// Days since they did something, of [`ACTIVE_DAYS`].
    pub since: f64,
}

impl Record {
    /// Nothing yet of so many people.
    #[must_use]
    pub fn of(people: usize) -> Self {
        Self {
            people: vec![Active::default(); people],
            ..Self::default()
        }
    }

    /// Goes on to a later time.
    pub fn move_to(&mut self, now: i64) {
        self.now = now;
        while let Some(work) = self.work.front().filter(|work| work.at <= now - days(WORK_DAYS)) {
            let active = &mut self.people[work.person];
            active.work -= 1;
            active.reviews -= u32::from(work.reviewed);
            self.work.pop_front();
        }
    }

    /// Somebody wrote or reviewed a change just now.
    pub fn act(&mut self, person: Person, reviewed: bool) {
        let active = &mut self.people[person];
        active.last = Some(self.now);
        active.months.mark(i64::from(month(self.now)));
        active.half_months.mark(half_month(self.now));
        active.work += 1;
        active.reviews += u32::from(reviewed);
        self.work.push_back(Work {
            at: self.now,
            person,
            reviewed,
        });
    }

    /// Whether somebody did something in the last [`ACTIVE_DAYS`].
    #[must_use]
    pub fn available(&self, person: Person) -> bool {
        self.people[person]
            .last
            .is_some_and(|last| last > self.now - days(ACTIVE_DAYS))
    }

    /// In how many of the last 12 months, this one included, somebody was active.
    #[must_use]
    pub fn active_months(&self, person: Person) -> u32 {
        self.people[person].months.last(i64::from(month(self.now)), 12)
    }

    /// Somebody's share of what everybody wrote and reviewed in the last 365 days.
    #[must_use]
    pub fn share_of_work(&self, person: Person) -> f64 {
        f64::from(self.people[person].work) / float(self.work.len().max(1))
    }

    /// What somebody was like lately.
    #[must_use]
    pub fn traits(&self, person: Person) -> Traits {
        let active = &self.people[person];
        let since = active.last.map_or(ACTIVE_DAYS, |last| (self.now - last) / days(1));
        Traits {
            months: f64::from(self.active_months(person)) / 12.0,
            lately: f64::from(active.half_months.last(half_month(self.now), 6)) / 6.0,
            work: f64::from(1 + active.work).ln() / 4.0,
            reviews: f64::from(1 + active.reviews).ln() / 4.0,
            since: in_days(days(since)) / in_days(days(ACTIVE_DAYS)),
        }
    }

    /// Everybody who is available.
    pub fn everybody(&self) -> impl Iterator<Item = Person> {
        (0..self.people.len()).filter(|person| self.available(*person))
    }
}

/// The half-month of a time, of 15 days each.
fn half_month(at: i64) -> i64 {
    at.div_euclid(days(15))
}

/// Which of the last 64 periods had activity: the lowest bit is for `latest`.
#[derive(Clone, Copy, Debug, Default)]
struct Periods {
    bits: u64,
    latest: i64,
}

impl Periods {
    fn mark(&mut self, period: i64) {
        self.bits = self.at(period) | 1;
        self.latest = period;
    }

    fn at(self, period: i64) -> u64 {
        let since = u32::try_from(period - self.latest).unwrap_or(u32::MAX);
        self.bits.checked_shl(since).unwrap_or(0)
    }

    fn last(self, period: i64, number: u32) -> u32 {
        (self.at(period) & ((1 << number) - 1)).count_ones()
    }
}
