//! Since when somebody is here, where that can be told.
use chrono::Duration;

use crate::model::clock::Time;
use crate::store::past::MaybeCandidate;
use crate::suggest::learner::ONBOARDING_DAYS;

/// Where everything that is known begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Beginnings {
    /// The first list of members: whoever stands in it was here before.
    members: Option<Time>,
    /// The first thing that anybody did: whoever did something soon after it may have been here before.
    done: Option<Time>,
}

impl Beginnings {
    /// Of everybody who might be suggested.
    #[must_use]
    pub fn of(people: &[MaybeCandidate]) -> Self {
        Self {
            members: people.iter().filter_map(|person| person.member_since).min(),
            done: people.iter().filter_map(|person| person.first_active).min(),
        }
    }

    /// Since when somebody is here; none where they may have been here before anything is known.
    #[must_use]
    pub fn here_since(&self, member_since: Option<Time>, first_active: Option<Time>) -> Option<Time> {
        let joined = member_since.map(|since| {
            (
                since,
                self.members.is_some_and(|first| since > first + Duration::days(1)),
            )
        });
        let began = first_active.map(|first| {
            let enough = Duration::days(ONBOARDING_DAYS);
            (first, self.done.is_some_and(|done| first >= done + enough))
        });
        let (since, is_told) = joined.into_iter().chain(began).min()?;
        is_told.then_some(since)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn day(day: i64) -> Time {
        Time::UNIX_EPOCH + Duration::days(day)
    }

    #[rstest]
    #[case::joined_later(Some(50), None, Some(50))]
    #[case::joined_later_and_did_something_since(Some(150), Some(160), Some(150))]
    #[case::a_member_from_the_first_list_on(Some(10), None, None)]
    #[case::a_member_from_the_first_list_on_who_did_nothing_for_long(Some(10), Some(300), None)]
    #[case::did_something_long_before_joining(Some(50), Some(5), None)]
    #[case::did_something_a_while_before_joining(Some(200), Some(120), Some(120))]
    #[case::no_member_and_new(None, Some(120), Some(120))]
    #[case::no_member_and_soon_after_the_beginning(None, Some(60), None)]
    #[case::nothing_is_known(None, None, None)]
    fn somebody_is_here_since(
        #[case] member_since: Option<i64>,
        #[case] first_active: Option<i64>,
        #[case] since: Option<i64>,
    ) {
        let beginnings = Beginnings {
            members: Some(day(10)),
            done: Some(day(0)),
        };
        assert_eq!(
            beginnings.here_since(member_since.map(day), first_active.map(day)),
            since.map(day)
        );
    }
}
