//! What leaves with whom: the whole repository by both definitions, and each top-level module by ours.
use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::clock::Time;
use crate::model::history::History;
use crate::skill::expertise::FileKnowledge;
use crate::skill::expertise::gather::Facts;
use crate::skill::expertise::gather::gather;
use crate::skill::expertise::people::People;
use crate::skill::expertise::truck_factor::TruckFactor;
use crate::skill::expertise::truck_factor::truck_factor;

/// What files of the top folder itself are called as a module.
const TOP: &str = ".";
/// A file with so many active people who know it, or fewer, is at risk. Source: Mirsaeedi and Rigby 2020.
const AT_RISK: usize = 1;

/// A person with the files that they know.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Knows {
    /// What commits call them.
    pub name: String,
    /// So many files.
    pub files: usize,
}

/// A truck factor with names.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Factor {
    /// How many people would have to go.
    pub truck_factor: usize,
    /// Who: the main authors.
    pub main_authors: Vec<Knows>,
    /// Files that nobody knows as it is.
    pub nobodys_files: usize,
}

/// A top-level folder, by ours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Module {
    /// Its path; `.` for the files of the top folder itself.
    pub path: String,
    /// Its files.
    pub files: usize,
    /// Those that one active person knows, or nobody.
    pub files_at_risk: usize,
    /// Its own truck factor, with names.
    #[serde(flatten)]
    pub factor: Factor,
}

impl Module {
    /// One person's leaving would take more than half of it along, or that is gone already.
    #[must_use]
    pub fn at_risk(&self) -> bool {
        self.factor.truck_factor <= 1
    }
}

/// What was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Read {
    /// As of when.
    pub at: Time,
    /// Commits that were read.
    pub commits: usize,
    /// Of these, mechanical ones, which make nobody know anything.
    pub mechanical_commits: usize,
    /// Merges, which were left out.
    pub merges: usize,
    /// Commits whose date made no sense.
    pub odd_dates: usize,
    /// The clone is shallow.
    pub shallow: bool,
    /// Files that people don't write.
    pub files_left_out: usize,
}

/// What leaves with whom.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Risk {
    /// What was read.
    #[serde(flatten)]
    pub read: Read,
    /// Text files that people wrote.
    pub files: usize,
    /// People who wrote or reviewed commits.
    pub people: usize,
    /// Of these, those who did in the last 180 days.
    pub active_people: usize,
    /// By Avelino et al.
    pub avelino: Factor,
    /// By ours.
    pub ours: Factor,
    /// Files that one active person knows, or nobody.
    pub files_at_risk: usize,
    /// Top-level folders by ours, those with most files at risk first.
    pub modules: Vec<Module>,
}

/// What leaves with whom by a history.
#[must_use]
pub fn risk(history: &History, people: &People) -> Risk {
    let read = Read {
        at: history.at,
        commits: history.commits.len(),
        mechanical_commits: history.commits.iter().filter(|commit| commit.mechanical).count(),
        merges: history.merges,
        odd_dates: history.odd_dates,
        shallow: history.shallow,
        files_left_out: history.files_left_out,
    };
    by_facts(read, &gather(history, people), &people.names)
}

/// What leaves with whom by what is known of each file. `names` has one for everybody who touched any.
#[must_use]
pub fn by_facts(read: Read, facts: &Facts, names: &[String]) -> Risk {
    let authors: Vec<Vec<usize>> = facts.files.iter().map(FileKnowledge::authors).collect();
    let holders: Vec<Vec<usize>> = facts.files.iter().map(|file| file.holders(read.at)).collect();
    let factor = |files: &[Vec<usize>]| named(&truck_factor(files, names.len()), names);
    let mut modules: Vec<Module> = modules(facts, &holders, read.at)
        .into_iter()
        .map(|(path, (holders, files_at_risk))| Module {
            path: path.to_owned(),
            files: holders.len(),
            files_at_risk,
            factor: factor(&holders),
        })
        .collect();
    modules.sort_by(|a, b| b.files_at_risk.cmp(&a.files_at_risk).then_with(|| a.path.cmp(&b.path)));
    Risk {
        read,
        files: facts.files.len(),
        people: facts.active.len(),
        active_people: facts.active.iter().filter(|active| **active).count(),
        avelino: factor(&authors),
        ours: factor(&holders),
        files_at_risk: modules.iter().map(|module| module.files_at_risk).sum(),
        modules,
    }
}

/// Each module's files with their holders, and how many of them are at risk.
fn modules<'a>(facts: &'a Facts, holders: &[Vec<usize>], at: Time) -> BTreeMap<&'a str, (Vec<Vec<usize>>, usize)> {
    let mut modules: BTreeMap<&str, (Vec<Vec<usize>>, usize)> = BTreeMap::new();
    for (file, holders) in facts.files.iter().zip(holders) {
        let path = file.path.split_once('/').map_or(TOP, |(folder, _)| folder);
        let (files, at_risk) = modules.entry(path).or_default();
        files.push(holders.clone());
        *at_risk += usize::from(file.known_to(at) <= AT_RISK);
    }
    modules
}

fn named(factor: &TruckFactor, names: &[String]) -> Factor {
    Factor {
        truck_factor: factor.factor(),
        main_authors: factor
            .people
            .iter()
            .map(|(person, files)| Knows {
                name: names[*person].clone(),
                files: *files,
            })
            .collect(),
        nobodys_files: factor.nobodys,
    }
}
