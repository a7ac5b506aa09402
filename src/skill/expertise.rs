//! Who knows which file by a git history, and what leaves with whom.
//!
//! Two answers beside each other. The published one (Avelino et al. 2016): authors by degree of authorship (Fritz et al. 2010), whoever they are and
//! however long ago. Ours: degree of expertise (Cury et al. 2022) of lines that fade as in Jabrayilzade et al. 2022, reviews counted half, and only
//! people who are still active hold anything.
pub mod gather;
pub mod known;
pub mod people;
pub mod risk;
pub mod survey;
pub mod truck_factor;

use crate::model::clock::Time;
use crate::model::clock::days_between;

/// Days in which a change's lines fade to 1/e. Source: Jabrayilzade et al. 2022, bus factor in practice.
pub const FADING: f64 = 90.0;
/// What a review counts beside writing the change.
pub const REVIEW: f64 = 0.5;
/// Whoever did nothing for so many days doesn't count as there.
pub const ACTIVE_DAYS: f64 = 180.0;
/// Least degree of authorship of an author. Source: Avelino et al. 2016.
pub const LEAST: f64 = 3.293;
/// Least share of a file's highest degree, for authors and for holders alike. Source: Avelino et al. 2016.
pub const SHARE: f64 = 0.75;

/// What one person did to one file.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Touch {
    /// Who.
    pub person: usize,
    /// They made the file.
    pub first: bool,
    /// Changes written.
    pub changes: u32,
    /// Changes by others reviewed.
    pub reviews: u32,
    /// Lines added, each faded by `e^(-days/90)`; those of reviewed changes count half.
    pub faded: f64,
    /// When they last changed or reviewed it.
    pub last: Time,
    /// When they last did anything in the repository.
    pub seen: Time,
}

/// Whether somebody who was last seen at a time still counts as there.
#[must_use]
pub fn is_active(seen: Time, at: Time) -> bool {
    days_between(seen, at) <= ACTIVE_DAYS
}

/// What is known of one file.
#[derive(Clone, PartialEq, Debug)]
pub struct FileKnowledge {
    /// Its path.
    pub path: String,
    /// Its lines.
    pub lines: u32,
    /// Changes that were counted, by anybody.
    pub changes: u32,
    /// What people did, by person.
    pub touches: Vec<Touch>,
}

/// Degree of authorship: the constant, for making the file, for each own change, and against the logarithm of others' changes. Sources: Fritz et al.
/// 2010; Avelino et al. 2016.
pub const AUTHORSHIP: [f64; 4] = [3.293, 1.098, 0.164, 0.321];
/// Degree of expertise: the constant, for the logarithm of added lines, for making the file, and against the logarithms of days since the last change
/// and of the file's lines. Source: Cury et al. 2022.
pub const EXPERTISE: [f64; 5] = [5.28223, 0.23173, 0.36151, 0.19421, 0.28761];

/// Degree of authorship: `3.293 + 1.098 FA + 0.164 DL - 0.321 ln(1 + AC)`, with FA 1 for whoever made the file, DL own changes and AC
/// changes by others.
#[must_use]
pub fn authorship(first: bool, own: u32, by_others: u32) -> f64 {
    let [constant, made, changed, others] = AUTHORSHIP;
    constant + made * f64::from(u8::from(first)) + changed * f64::from(own) - others * f64::from(by_others).ln_1p()
}

/// Degree of expertise: `5.28223 + 0.23173 ln(1 + adds) + 0.36151 FA - 0.19421 ln(1 + days) - 0.28761 ln(size)`, with FA 1 for whoever
/// made the file, days since their last change, and the file's lines, at least 1.
#[must_use]
pub fn expertise(added: f64, first: bool, days: f64, lines: u32) -> f64 {
    let [constant, adds, made, age, size] = EXPERTISE;
    constant + adds * added.max(0.0).ln_1p() + made * f64::from(u8::from(first))
        - age * days.max(0.0).ln_1p()
        - size * f64::from(lines.max(1)).ln()
}

impl FileKnowledge {
    /// The file's authors by Avelino et al.: degree of authorship at least 3.293 and 0.75 of the highest.
    #[must_use]
    pub fn authors(&self) -> Vec<usize> {
        let degree = |touch: &Touch| authorship(touch.first, touch.changes, self.changes.saturating_sub(touch.changes));
        let wrote: Vec<(usize, f64)> = self
            .touches
            .iter()
            .filter(|touch| touch.changes > 0)
            .map(|touch| (touch.person, degree(touch)))
            .collect();
        above(&wrote, |degree| degree >= LEAST)
    }

    /// Who holds the file by ours: active, with a degree of expertise of at least 0.75 of the highest that anybody has, gone or not.
    #[must_use]
    pub fn holders(&self, at: Time) -> Vec<usize> {
        let degree = |touch: &Touch| {
            let days = days_between(touch.last, at);
            expertise(touch.faded, touch.first, days, self.lines)
        };
        let all: Vec<(usize, f64)> = self.touches.iter().map(|touch| (touch.person, degree(touch))).collect();
        let mut holders = above(&all, |_| true);
        let active = |person: usize| {
            let mut own = self.touches.iter().filter(|touch| touch.person == person);
            own.any(|touch| is_active(touch.seen, at))
        };
        holders.retain(|person| active(*person));
        holders
    }

    /// Active people who ever wrote or reviewed a change of the file. Source: Mirsaeedi and Rigby 2020, by whom a file is at risk with one of
    /// them or none.
    #[must_use]
    pub fn known_to(&self, at: Time) -> usize {
        self.touches.iter().filter(|touch| is_active(touch.seen, at)).count()
    }
}

/// Those within a quarter of the highest degree who are enough.
fn above(degrees: &[(usize, f64)], enough: impl Fn(f64) -> bool) -> Vec<usize> {
    let highest = degrees
        .iter()
        .map(|(_, degree)| *degree)
        .fold(f64::NEG_INFINITY, f64::max);
    let least = highest - (1.0 - SHARE) * highest.abs();
    degrees
        .iter()
        .filter(|(_, degree)| *degree >= least && enough(*degree))
        .map(|(person, _)| *person)
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use chrono::Duration;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn now() -> Time {
        DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
    }

    fn touch(person: usize, first: bool, changes: u32, days_ago: i64) -> Touch {
        Touch {
            person,
            first,
            changes,
            reviews: 0,
            faded: f64::from(changes) * 10.0,
            last: now() - Duration::days(days_ago),
            seen: now(),
        }
    }

    fn gone(touch: Touch) -> Touch {
        Touch {
            seen: now() - Duration::days(181),
            ..touch
        }
    }

    #[rstest]
    #[case::made_it_alone(true, 1, 0, 4.555)]
    #[case::others_came_after(true, 1, 9, 3.815_870)]
    #[case::a_passer_by(false, 1, 20, 2.479_712)]
    #[case::a_later_owner(false, 30, 10, 7.443_275)]
    fn authorship_is_the_published_formula(
        #[case] first: bool,
        #[case] own: u32,
        #[case] others: u32,
        #[case] degree: f64,
    ) {
        assert!((authorship(first, own, others) - degree).abs() < 1e-5);
    }

    #[rstest]
    #[case::nothing_but_the_constant(0.0, false, 0.0, 1, 5.282_23)]
    #[case::made_it_today(100.0, true, 0.0, 100, 5.388_699)]
    #[case::long_ago(100.0, true, 365.0, 100, 4.242_359)]
    #[case::an_empty_file(0.0, true, 0.0, 0, 5.643_74)]
    fn expertise_is_the_published_formula(
        #[case] added: f64,
        #[case] first: bool,
        #[case] days: f64,
        #[case] lines: u32,
        #[case] degree: f64,
    ) {
        assert!(
            (expertise(added, first, days, lines) - degree).abs() < 1e-5,
            "{}",
            expertise(added, first, days, lines)
        );
    }

    #[test]
    fn a_file_has_authors_within_a_quarter_of_the_best_one() {
        let file = FileKnowledge {
            path: "a.rs".to_owned(),
            lines: 100,
            changes: 14,
            touches: vec![touch(0, true, 6, 0), touch(1, false, 7, 0), touch(2, false, 1, 0)],
        };
        assert_eq!(file.authors(), [0, 1]);
    }

    #[test]
    fn who_is_gone_holds_nothing_and_still_sets_the_measure() {
        let (wrote, once) = (touch(0, true, 200, 1), touch(1, false, 1, 170));
        let file = |touches: [Touch; 2]| FileKnowledge {
            path: "a.rs".to_owned(),
            lines: 1000,
            changes: 3,
            touches: touches.to_vec(),
        };
        assert_eq!(file([wrote, once]).holders(now()), [0]);
        assert!(file([gone(wrote), once]).holders(now()).is_empty());
        assert_eq!(file([gone(wrote), once]).known_to(now()), 1);
        assert_eq!(file([gone(wrote), gone(once)]).known_to(now()), 0);
    }

    proptest! {
        #[test]
        fn more_lines_later_never_lower_expertise(added in 0.0..1e6, more in 0.0..1e6, days in 0.0..1e4, later in 0.0..1e4, lines in 0_u32..1_000_000) {
            let least = expertise(added, false, days + later, lines);
            prop_assert!(expertise(added + more, false, days, lines) >= least);
            prop_assert!(expertise(added, true, days + later, lines) > least);
        }

        #[test]
        fn whoever_is_highest_is_a_holder(changes in prop::collection::vec((0_u32..50, 0_i64..2000), 1..8), lines in 0_u32..5_000_000) {
            let touches = changes.iter().enumerate().map(|(person, (own, days))| touch(person, false, *own, *days)).collect();
            let file = FileKnowledge { path: String::new(), lines, changes: 400, touches };
            prop_assert!(!file.holders(now()).is_empty());
        }
    }
}
