//! Adds somebody who would learn, where it pays: the policy of `spread::ours`, with one budget for all repositories.
//!
//! It goes through the whole history, so that it knows who stays and what a learner pays; it spends on the reviews that are asked about only, as
//! if it had been switched on at the first of them.
use std::collections::BTreeMap;
use std::collections::HashMap;

use chrono::DateTime;
use chrono::Months;

use crate::model::ids::PersonId;
use crate::model::ids::TeamId;
use crate::suggest::eval::Row;
use crate::suggest::replay::Pull;
use crate::suggest::spread::history::History;
use crate::suggest::spread::history::Person;
use crate::suggest::spread::history::Step;
use crate::suggest::spread::history::quarter;
use crate::suggest::spread::history::quarter_begins;
use crate::suggest::spread::knowledge::Knowledge;
use crate::suggest::spread::ours::Learners;
use crate::suggest::spread::ours::Setting;
use crate::suggest::spread::policies::View;
use crate::suggest::spread::record::Record;
use crate::suggest::spread::teams::TeamMonth;
use crate::suggest::spread::teams::Teams;

/// At most one review in so many gets a learner, never ahead of time, and another team counts twice.
fn setting(reviews_a_learner: u32) -> Setting {
    Setting {
        budget: 1.0 / f64::from(reviews_a_learner.max(1)),
        advance: 0.0,
        cross_team: 2.0,
    }
}

/// Who joins which of the asked pull requests to learn, by its place, under each of these budgets: a learner in one of so many reviews.
/// `pulls` stand in order of opening.
pub(super) fn choose(
    pulls: &[Pull],
    asked: &[usize],
    teams: &BTreeMap<PersonId, Vec<TeamId>>,
    (budgets, seed): (&[u32], u64),
) -> Vec<HashMap<usize, PersonId>> {
    // Of one that is open still nothing is known.
    let closed = pulls.iter().enumerate().filter(|(_, pull)| pull.closed.is_some());
    let rows: Vec<Row> = closed.map(|(at, pull)| row(at, pull)).collect();
    let history = History::read(&rows);
    let teams = Teams::read(&history, &charts(&history, teams));
    let walk = |budget: &u32| Walk::new(&history, teams.clone(), (setting(*budget), seed)).choose(asked);
    budgets.iter().map(walk).collect()
}

/// A change as `spread` reads it. Nothing is above a repository that counts as near it: nobody learns where they never did anything.
fn row(at: usize, pull: &Pull) -> Row {
    Row {
        id: at.to_string(),
        created_at: pull.opened,
        closed_at: pull.closed,
        author: pull.author.map(|author| author.to_string()),
        reviewers: pull.reviewers.iter().map(ToString::to_string).collect(),
        files: pull
            .files
            .iter()
            .map(|path| format!("{}/-/-/{path}", pull.key.repo))
            .collect(),
    }
}

/// Today's teams, for every month of the history.
fn charts(history: &History, teams: &BTreeMap<PersonId, Vec<TeamId>>) -> Vec<TeamMonth> {
    let mut members: BTreeMap<TeamId, Vec<String>> = BTreeMap::new();
    for (person, teams) in teams {
        for team in teams {
            members.entry(*team).or_default().push(person.to_string());
        }
    }
    let day = |step: Option<&Step>| {
        step.and_then(|step| DateTime::from_timestamp(step.at, 0))
            .map(|at| at.date_naive())
    };
    let (Some(first), Some(last)) = (day(history.steps.first()), day(history.steps.last())) else {
        return Vec::new();
    };
    let months = (0..).map_while(|later| {
        first
            .checked_add_months(Months::new(later))
            .filter(|day| *day <= last + Months::new(1))
    });
    let chart = |month: &str, (team, members): (&TeamId, &Vec<String>)| TeamMonth {
        month: month.to_owned(),
        team: team.to_string(),
        kind: None,
        members: members.clone(),
    };
    months
        .map(|day| day.format("%Y-%m").to_string())
        .flat_map(|month| members.iter().map(|team| chart(&month, team)).collect::<Vec<_>>())
        .collect()
}

/// The history, step by step.
struct Walk<'a> {
    history: &'a History,
    teams: Teams,
    record: Record,
    knowledge: Knowledge,
    open: Vec<u32>,
    learners: Learners,
    seed: u64,
    /// Who joined, by number of the change.
    joined: HashMap<usize, Person>,
}

impl<'a> Walk<'a> {
    fn new(history: &'a History, teams: Teams, (setting, seed): (Setting, u64)) -> Self {
        let people = history.people.len();
        Self {
            history,
            teams,
            record: Record::of(people),
            knowledge: Knowledge::of(history),
            open: vec![0; people],
            learners: Learners::new(setting, people).at_going_price(),
            seed,
            joined: HashMap::new(),
        }
    }

    fn choose(mut self, asked: &[usize]) -> HashMap<usize, PersonId> {
        let mut chosen = HashMap::new();
        let mut current = self.history.steps.first().map_or(0, |step| quarter(step.at));
        for step in &self.history.steps {
            while quarter(step.at) > current {
                current += 1;
                self.record.move_to(quarter_begins(current));
                self.learners.end_quarter(&self.record);
            }
            self.record.move_to(step.at);
            if step.closes {
                self.close(step.change);
            } else {
                let place = self.history.changes[step.change].id.parse().ok();
                let place = place.filter(|place| asked.binary_search(place).is_ok());
                let joins = self.open(step, place.is_some());
                let name = joins.and_then(|person| self.history.people[person].parse().ok());
                if let (Some(place), Some(person), Some(name)) = (place, joins, name) {
                    self.joined.insert(step.change, person);
                    chosen.insert(place, PersonId(name));
                }
            }
        }
        chosen
    }

    /// Who joins a change to learn; nobody where it isn't asked about.
    fn open(&mut self, step: &Step, is_asked: bool) -> Option<Person> {
        let change = &self.history.changes[step.change];
        if let Some(author) = change.author {
            self.knowledge.wrote(self.history, author, &change.files, step.at);
            self.record.act(author, false);
        }
        for person in &change.reviewers {
            self.open[*person] += 1;
        }
        if change.reviewers.is_empty() {
            return None;
        }
        let view = View {
            history: self.history,
            record: &self.record,
            knowledge: &self.knowledge,
            open: &self.open,
            number: step.change,
            author: change.author,
            reviewers: &change.reviewers,
            files: &change.files,
            seed: self.seed,
        };
        if !is_asked {
            self.learners.pass(&view, &self.teams);
            return None;
        }
        self.learners.choose(&view, &self.teams)
    }

    fn close(&mut self, number: usize) {
        let change = &self.history.changes[number];
        let mut reviewers = change.reviewers.clone();
        reviewers.extend(self.joined.get(&number));
        self.knowledge
            .reviewed(self.history, &reviewers, &change.files, change.closed);
        for person in &change.reviewers {
            self.open[*person] = self.open[*person].saturating_sub(1);
            self.record.act(*person, true);
        }
    }
}
