//! One replay of one policy.
use std::collections::HashSet;

use crate::suggest::spread::history::Change;
use crate::suggest::spread::history::History;
use crate::suggest::spread::history::Person;
use crate::suggest::spread::history::Step;
use crate::suggest::spread::history::float;
use crate::suggest::spread::history::mix;
use crate::suggest::spread::history::quarter;
use crate::suggest::spread::history::quarter_begins;
use crate::suggest::spread::knowledge::Knowledge;
use crate::suggest::spread::metrics::Quarter;
use crate::suggest::spread::ours::Learners;
use crate::suggest::spread::ours::Setting;
use crate::suggest::spread::policies::Policy;
use crate::suggest::spread::policies::View;
use crate::suggest::spread::record::Record;
use crate::suggest::spread::teams::Teams;

/// What is replayed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Replayed {
    /// A policy of the literature.
    Theirs(Policy),
    /// Ours.
    Ours(Setting),
}

/// What came of a replay.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Played {
    /// By quarter, the unfinished last one left out.
    pub quarters: Vec<Quarter>,
    /// Who was chosen for each change, in order of opening.
    pub picks: Vec<Option<Person>>,
    /// Who reviewed each change in this replay.
    pub selected: Vec<Vec<Person>>,
}

struct Replay<'a> {
    history: &'a History,
    teams: &'a Teams,
    record: Record,
    knowledge: Knowledge,
    open: Vec<u32>,
    learners: Option<Learners>,
    pairs: HashSet<(Person, usize)>,
    area_reviewers: Vec<HashSet<Person>>,
    last_ever: Vec<i64>,
    now: Quarter,
    played: Played,
}

/// Replays a history under a policy; `seed` decides who is replaced, and between equals.
#[must_use]
pub fn run(history: &History, teams: &Teams, replayed: Replayed, seed: u64) -> Played {
    let mut replay = Replay::new(history, teams, replayed);
    let mut current = history.steps.first().map_or(0, |step| quarter(step.at));
    for step in &history.steps {
        while quarter(step.at) > current {
            current += 1;
            replay.record.move_to(quarter_begins(current));
            replay.end_quarter();
        }
        replay.record.move_to(step.at);
        if step.closes {
            replay.close(step);
        } else {
            replay.open(step, replayed, seed);
        }
    }
    replay.played
}

impl<'a> Replay<'a> {
    fn new(history: &'a History, teams: &'a Teams, replayed: Replayed) -> Self {
        let people = history.people.len();
        let mut last_ever = vec![i64::MIN; people];
        for change in &history.changes {
            for person in change.author.iter().chain(&change.reviewers) {
                last_ever[*person] = last_ever[*person].max(change.opened);
            }
        }
        Self {
            history,
            teams,
            record: Record::of(people),
            knowledge: Knowledge::of(history),
            open: vec![0; people],
            learners: match replayed {
                Replayed::Theirs(_) => None,
                Replayed::Ours(setting) => Some(Learners::new(setting, people)),
            },
            pairs: HashSet::new(),
            area_reviewers: vec![HashSet::new(); history.number_of_areas],
            last_ever,
            now: Quarter::default(),
            played: Played::default(),
        }
    }

    fn open(&mut self, step: &Step, replayed: Replayed, seed: u64) {
        let change = &self.history.changes[step.change];
        if let Some(author) = change.author {
            self.knowledge.wrote(self.history, author, &change.files, step.at);
            self.record.act(author, false);
            self.pairs
                .extend(change.files.iter().map(|file| (author, self.history.areas[*file])));
        }
        let mut selected = change.reviewers.clone();
        let replaces = matches!(replayed, Replayed::Theirs(policy) if !policy.adds() && policy != Policy::Happened);
        if replaces && !selected.is_empty() {
            let slot = mix(seed, step.change) % selected.len() as u64;
            selected.remove(usize::try_from(slot).unwrap_or(0));
        }
        let view = View {
            history: self.history,
            record: &self.record,
            knowledge: &self.knowledge,
            open: &self.open,
            number: step.change,
            author: change.author,
            reviewers: &selected,
            files: &change.files,
            seed,
        };
        let pick = if change.reviewers.is_empty() {
            None
        } else {
            match (replayed, &mut self.learners) {
                (Replayed::Theirs(policy), _) => policy.choose(&view),
                (_, Some(learners)) => learners.choose(&view, self.teams),
                _ => None,
            }
        };
        match pick {
            Some(person) => selected.push(person),
            None => selected.clone_from(&change.reviewers),
        }
        self.count(&selected, change, pick.is_some() && !replaces);
        if let (Some(person), false) = (pick, replaces) {
            *self.now.extra.entry(person).or_default() += 1;
        }
        self.played.picks.push(pick);
        self.played.selected.push(selected);
    }

    fn count(&mut self, selected: &[Person], change: &Change, added: bool) {
        if selected.is_empty() {
            return;
        }
        // Those whose teams were known as it happened, so that every policy is measured on the same reviews.
        if self
            .teams
            .any_apart(change.opened, change.author, &change.reviewers)
            .is_some()
        {
            self.now.teams += 1;
            let crosses = self.teams.any_apart(change.opened, change.author, selected) == Some(true);
            self.now.crossing += usize::from(crosses);
            self.now.teams_extra += usize::from(added);
        }
        let files = &change.files;
        let known = files.iter().filter(|file| {
            let file = &self.knowledge.files[**file];
            selected.iter().any(|person| file.knows(*person))
        });
        self.now.expertise += float(known.count()) / float(files.len());
        self.now.reviews += 1;
        for person in selected {
            *self.now.load.entry(*person).or_default() += 1;
            self.open[*person] += 1;
        }
    }

    fn close(&mut self, step: &Step) {
        let change = &self.history.changes[step.change];
        let selected = &self.played.selected[step.change];
        self.knowledge.reviewed(self.history, selected, &change.files, step.at);
        for person in selected {
            self.open[*person] -= 1;
            for file in &change.files {
                let area = self.history.areas[*file];
                self.pairs.insert((*person, area));
                self.area_reviewers[area].insert(*person);
            }
        }
        for person in &change.reviewers {
            self.record.act(*person, true);
        }
    }

    fn end_quarter(&mut self) {
        let reviewed = self.knowledge.files.iter().filter(|file| file.reviews > 0);
        let few = |available: &dyn Fn(Person) -> bool, people: &mut dyn Iterator<Item = Person>| {
            people.filter(|person| available(*person)).take(2).count() < 2
        };
        let here = |person: Person| self.record.available(person);
        let stays = |person: Person| self.last_ever[person] >= self.record.now;
        self.now.far = reviewed
            .clone()
            .filter(|file| few(&here, &mut file.reviewers()))
            .count();
        self.now.far_oracle = reviewed.filter(|file| few(&stays, &mut file.reviewers())).count();
        let areas = self.area_reviewers.iter().filter(|people| !people.is_empty());
        self.now.areas = areas.filter(|people| few(&here, &mut people.iter().copied())).count();
        self.now.pairs = self.pairs.len();
        self.played.quarters.push(std::mem::take(&mut self.now));
        if let Some(learners) = &mut self.learners {
            learners.end_quarter(&self.record);
        }
    }
}
