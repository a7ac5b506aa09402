//! Who was in which team when.
use std::collections::BTreeMap;
use std::collections::HashMap;

use chrono::Datelike;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::suggest::spread::history::History;
use crate::suggest::spread::history::Person;
use crate::suggest::spread::history::month;

/// One team in one month.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct TeamMonth {
    /// The month, such as `2024-05`.
    pub month: String,
    /// The team's name.
    pub team: String,
    /// What kind of team it is. A `marker-team` only groups people for rights or mail, and counts as none.
    #[serde(default)]
    pub kind: Option<String>,
    /// Who was in it.
    pub members: Vec<String>,
}

/// Teams of everybody by month; a month without a chart says nothing.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Teams {
    months: BTreeMap<i32, HashMap<Person, Vec<usize>>>,
}

impl Teams {
    /// Reads charts, for the people of a history.
    #[must_use]
    pub fn read(history: &History, charts: &[TeamMonth]) -> Self {
        let people: HashMap<&str, Person> = history
            .people
            .iter()
            .enumerate()
            .map(|(person, name)| (name.as_str(), person))
            .collect();
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut months: BTreeMap<i32, HashMap<Person, Vec<usize>>> = BTreeMap::new();
        for chart in charts
            .iter()
            .filter(|chart| chart.kind.as_deref() != Some("marker-team"))
        {
            let Some(month) = month_of(&chart.month) else { continue };
            let next = numbers.len();
            let team = *numbers.entry(&chart.team).or_insert(next);
            let teams = months.entry(month).or_default();
            for person in chart.members.iter().filter_map(|name| people.get(name.as_str())) {
                teams.entry(*person).or_default().push(team);
            }
        }
        Self { months }
    }

    /// Whether there are no charts at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.months.is_empty()
    }

    /// Whether some reviewer shared no team with the author at a time; none where we know no team of the author or of any
    /// reviewer in that month.
    #[must_use]
    pub fn any_apart(&self, at: i64, author: Option<Person>, reviewers: &[Person]) -> Option<bool> {
        let teams = self.months.get(&month(at))?;
        let own = teams.get(&author?)?;
        let mut theirs = reviewers.iter().filter_map(|person| teams.get(person)).peekable();
        theirs.peek()?;
        Some(theirs.any(|theirs| !theirs.iter().any(|team| own.contains(team))))
    }
}

/// The month of `2024-05`, counted from the year 0; none where it is something else.
#[must_use]
pub fn month_of(text: &str) -> Option<i32> {
    let date = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?;
    Some(date.year() * 12 + date.month0().cast_signed())
}
