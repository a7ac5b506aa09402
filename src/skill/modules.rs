//! What was done in modules, and which of them are changed together.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use crate::model::ids::PersonId;
use crate::skill::at_risk::Touches;

/// What merged changes tell of modules, one change after the other. The same for any order of them.
#[derive(Clone, Default, Debug)]
pub struct Modules {
    numbers: HashMap<String, usize>,
    names: Vec<String>,
    people: Vec<BTreeMap<PersonId, Touches>>,
    /// Of each change that touched several modules, which.
    together: Vec<Vec<usize>>,
}

impl Modules {
    /// Takes in a change: who wrote it, who reviewed it, and the modules that it touched.
    pub fn take(&mut self, author: Option<PersonId>, reviewers: &[PersonId], touched: BTreeSet<String>) {
        let mut numbers = Vec::with_capacity(touched.len());
        for name in touched {
            let number = self.number(name);
            let people = &mut self.people[number];
            if let Some(author) = author {
                people.entry(author).or_default().wrote += 1;
            }
            for reviewer in reviewers {
                people.entry(*reviewer).or_default().reviewed += 1;
            }
            numbers.push(number);
        }
        if numbers.len() > 1 {
            self.together.push(numbers);
        }
    }

    fn number(&mut self, name: String) -> usize {
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        let number = self.names.len();
        self.names.push(name.clone());
        self.people.push(BTreeMap::new());
        self.numbers.insert(name, number);
        number
    }

    /// Who did what in a module.
    pub fn people(&self, module: &str) -> impl Iterator<Item = (PersonId, Touches)> {
        let number = self.numbers.get(module);
        let people = number.into_iter().flat_map(|number| &self.people[*number]);
        people.map(|(person, touches)| (*person, *touches))
    }

    /// For each of these modules those that were changed together with it most often, at most `most`, equals by name.
    #[must_use]
    pub fn beside<'m>(
        &'m self,
        modules: impl Iterator<Item = &'m str>,
        most: usize,
    ) -> BTreeMap<&'m str, Vec<&'m str>> {
        let numbers = modules.filter_map(|module| self.numbers.get(module).copied());
        let mut counts: HashMap<usize, HashMap<usize, u32>> = numbers.map(|number| (number, HashMap::new())).collect();
        for change in &self.together {
            for number in change {
                let Some(counts) = counts.get_mut(number) else {
                    continue;
                };
                for other in change.iter().filter(|other| *other != number) {
                    *counts.entry(*other).or_default() += 1;
                }
            }
        }
        let beside = counts.into_iter().map(|(number, counts)| {
            let mut beside: Vec<(u32, &str)> = counts
                .into_iter()
                .map(|(other, count)| (count, self.names[other].as_str()))
                .collect();
            beside.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(other.1)));
            let names = beside.into_iter().take(most).map(|(_, name)| name);
            (self.names[number].as_str(), names.collect())
        });
        beside.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(changes: &[(i64, &[i64], &[&str])]) -> Modules {
        let mut modules = Modules::default();
        for (author, reviewers, touched) in changes {
            let reviewers: Vec<PersonId> = reviewers.iter().copied().map(PersonId).collect();
            let touched = touched.iter().map(|name| (*name).to_owned()).collect();
            modules.take(Some(PersonId(*author)), &reviewers, touched);
        }
        modules
    }

    #[test]
    fn each_change_counts_once_in_each_module_that_it_touched() {
        let found = of(&[(1, &[2], &["a", "b"]), (1, &[], &["a"]), (2, &[1], &["b"])]);
        let people = |module: &str| {
            let people = found.people(module);
            people
                .map(|(person, touches)| (person.0, touches.wrote, touches.reviewed))
                .collect::<Vec<_>>()
        };
        assert_eq!(people("a"), [(1, 2, 0), (2, 0, 1)]);
        assert_eq!(people("b"), [(1, 1, 1), (2, 1, 1)]);
        assert_eq!(people("c"), []);
    }

    #[test]
    fn beside_lies_what_was_changed_together_most_often() {
        let found = of(&[
            (1, &[], &["a", "b", "d"]),
            (1, &[], &["a", "c"]),
            (1, &[], &["a", "c", "d"]),
            (1, &[], &["b", "e"]),
            (1, &[], &["f"]),
        ]);
        let beside = found.beside(["a", "b", "f", "unknown"].into_iter(), 3);
        assert_eq!(beside["a"], ["c", "d", "b"]);
        assert_eq!(beside["b"], ["a", "d", "e"]);
        assert_eq!(beside["f"], [""; 0]);
        assert_eq!(beside.len(), 3);
        assert_eq!(found.beside(["a"].into_iter(), 1)["a"], ["c"]);
    }
}
