//! Histories as they may be kept: people by GitHub's number and everybody else as nobody in particular; and what was merged since.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use crate::model::clock::Time;
use crate::model::clock::days_between;
use crate::model::history::History;
use crate::model::history::Identity;
use crate::model::ids::PersonId;
use crate::model::work::FileWork;
use crate::model::work::MergedFile;
use crate::model::work::MergedPull;
use crate::model::work::Work;
use crate::model::work::WorkedFile;
use crate::model::work::Writer;
use crate::skill::expertise::FADING;
use crate::skill::expertise::FileKnowledge;
use crate::skill::expertise::REVIEW;
use crate::skill::expertise::Touch;
use crate::skill::expertise::gather::Facts;
use crate::skill::expertise::gather::gather;
use crate::skill::expertise::is_active;
use crate::skill::expertise::people::People;

/// What GitHub puts before its host in the addresses that it makes up.
const NO_REPLY: &str = "users.noreply.";
/// The longest login.
const LONGEST: usize = 39;

/// An account as an address that GitHub made up tells it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Account {
    /// GitHub's number; older addresses have none.
    pub number: Option<PersonId>,
    /// The login as of then.
    pub login: String,
}

/// The account in `12345+login@users.noreply.HOST` or `login@users.noreply.HOST`; none in any other address.
#[must_use]
pub fn account(identity: &Identity, host: &str) -> Option<Account> {
    let (local, of) = identity.email.split_once('@')?;
    let ours = of
        .get(..NO_REPLY.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(NO_REPLY))
        && of[NO_REPLY.len()..].eq_ignore_ascii_case(host);
    let (number, login) = match local.split_once('+') {
        Some((number, login)) => (Some(PersonId(number.parse().ok().filter(|one| *one > 0)?)), login),
        None => (None, local),
    };
    let is_login = (1..=LONGEST).contains(&login.len())
        && login
            .chars()
            .all(|one| one.is_ascii_alphanumeric() || matches!(one, '-' | '_'));
    (ours && is_login).then(|| Account {
        number,
        login: login.to_owned(),
    })
}

/// What may be kept of a history. `numbers` tells each identity's number, as far as it is known; programs among `people` are nobody.
#[must_use]
pub fn work(mut history: History, people: &People, numbers: &[Option<PersonId>]) -> Work {
    let mut known: HashMap<PersonId, usize> = HashMap::new();
    let mut others: HashMap<usize, usize> = HashMap::new();
    let mut who: Vec<Option<PersonId>> = Vec::new();
    let mut of = Vec::with_capacity(numbers.len());
    for (person, number) in people.of.iter().zip(numbers) {
        let Some(person) = person else {
            of.push(None);
            continue;
        };
        let next = who.len();
        let place = match number {
            Some(number) => *known.entry(*number).or_insert(next),
            None => *others.entry(*person).or_insert(next),
        };
        if place == next {
            who.push(*number);
        }
        of.push(Some(place));
    }
    let split = People {
        of,
        names: vec![String::new(); who.len()],
    };
    // Lines fade as of the last commit, so that reading the same history later gives the same.
    history.at = history.last_commit;
    let facts = gather(&history, &split);
    let mut work = Work {
        last_commit: history.last_commit,
        commits: history.commits.len(),
        mechanical_commits: history.commits.iter().filter(|commit| commit.mechanical).count(),
        merges: history.merges,
        odd_dates: history.odd_dates,
        shallow: history.shallow,
        files_left_out: history.files_left_out,
        nameless: others.len(),
        files: Vec::with_capacity(facts.files.len()),
        work: Vec::new(),
    };
    for (number, file) in facts.files.into_iter().enumerate() {
        let mut rows: BTreeMap<Option<PersonId>, Touch> = BTreeMap::new();
        for touch in &file.touches {
            let person = who[touch.person];
            rows.entry(person).and_modify(|row| row.join(touch)).or_insert(*touch);
        }
        work.work.extend(rows.into_iter().map(|(person, row)| FileWork {
            file: number,
            person,
            creator: row.first,
            changes: row.changes,
            reviews: row.reviews,
            faded: row.faded,
            last: row.last,
            seen: row.seen,
        }));
        work.files.push(WorkedFile {
            path: file.path,
            lines: file.lines,
            changes: file.changes,
        });
    }
    work
}

/// What is known of each file now, and who the people are.
#[derive(Clone, PartialEq, Debug)]
pub struct Known {
    /// As of now. Those who aren't known are one more person than there are in [`people`](Self::people); whether that one is active is told for each
    /// file by itself, and left out of `active`.
    pub facts: Facts,
    /// Everybody who is known.
    pub people: Vec<PersonId>,
}

/// A file while merged pull requests go by.
struct Past {
    lines: u32,
    changes: u32,
    touches: BTreeMap<usize, Touch>,
}

struct Laid {
    at: Time,
    places: HashMap<PersonId, usize>,
    nameless: usize,
    pasts: BTreeMap<String, Past>,
    seen: HashMap<usize, Time>,
}

/// An import laid together with what was merged since, in order, as of a time. `counts` tells which paths count.
#[must_use]
pub fn since(work: Work, merged: &[MergedPull], at: Time, counts: &dyn Fn(&str) -> bool) -> Known {
    let named = work.work.iter().filter_map(|row| row.person);
    let since = merged.iter().flat_map(|pull| {
        let author = match pull.author {
            Writer::Person(person) => person,
            Writer::Program => None,
        };
        pull.reviewers.iter().copied().chain([author]).flatten()
    });
    let people: Vec<PersonId> = named.chain(since).collect::<BTreeSet<PersonId>>().into_iter().collect();
    let mut laid = Laid {
        at,
        nameless: people.len(),
        places: people
            .iter()
            .enumerate()
            .map(|(place, person)| (*person, place))
            .collect(),
        pasts: BTreeMap::new(),
        seen: HashMap::new(),
    };
    laid.begin(work);
    for pull in merged {
        laid.take(pull);
    }
    let Laid { mut pasts, seen, .. } = laid;
    pasts.retain(|path, _| counts(path));
    let nameless = people.len();
    let files = pasts.into_iter().map(|(path, past)| FileKnowledge {
        path,
        lines: past.lines,
        changes: past.changes,
        touches: past
            .touches
            .into_values()
            .map(|touch| match seen.get(&touch.person) {
                Some(seen) if touch.person != nameless => Touch { seen: *seen, ..touch },
                _ => touch,
            })
            .collect(),
    });
    Known {
        facts: Facts {
            files: files.collect(),
            active: (0..nameless)
                .map(|person| seen.get(&person).is_some_and(|seen| is_active(*seen, at)))
                .collect(),
        },
        people,
    }
}

impl Laid {
    fn place(&self, person: Option<PersonId>) -> usize {
        person.map_or(self.nameless, |person| self.places[&person])
    }

    fn begin(&mut self, work: Work) {
        let fade = (-days_between(work.last_commit, self.at) / FADING).exp();
        let mut touches: Vec<BTreeMap<usize, Touch>> = vec![BTreeMap::new(); work.files.len()];
        for row in work.work {
            let touch = Touch {
                person: self.place(row.person),
                first: row.creator,
                changes: row.changes,
                reviews: row.reviews,
                faded: row.faded * fade,
                last: row.last,
                seen: row.seen,
            };
            self.see(touch.person, touch.seen);
            put(&mut touches[row.file], touch);
        }
        for (file, touches) in work.files.into_iter().zip(touches) {
            let past = Past {
                lines: file.lines,
                changes: file.changes,
                touches,
            };
            self.pasts.insert(file.path, past);
        }
    }

    fn see(&mut self, person: usize, at: Time) {
        let seen = self.seen.entry(person).or_insert(at);
        *seen = at.max(*seen);
    }

    fn take(&mut self, pull: &MergedPull) {
        let author = match pull.author {
            Writer::Person(person) => Some(self.place(person)),
            Writer::Program => None,
        };
        let reviewers: Vec<usize> = pull.reviewers.iter().map(|person| self.place(*person)).collect();
        for person in author.iter().chain(&reviewers) {
            self.see(*person, pull.at);
        }
        for file in pull.files.iter().flatten() {
            self.change(pull.at, file, author, &reviewers);
        }
    }

    fn change(&mut self, at: Time, file: &MergedFile, author: Option<usize>, reviewers: &[usize]) {
        let before = self.pasts.remove(file.previous.as_ref().unwrap_or(&file.path));
        let is_new = before.is_none();
        if is_new && (file.deleted > 0 || file.added == 0 || file.previous.is_some()) {
            // It was there before and is none of those that count, or is no text.
            return;
        }
        let mut past = before.unwrap_or(Past {
            lines: 0,
            changes: 0,
            touches: BTreeMap::new(),
        });
        if !is_new && file.added == 0 && file.deleted >= past.lines.max(1) {
            return;
        }
        past.lines = past.lines.saturating_add(file.added).saturating_sub(file.deleted);
        if file.added > 0 || file.deleted > 0 || file.previous.is_none() {
            past.changes = past.changes.saturating_add(1);
            let lines = f64::from(file.added) * (-days_between(at, self.at) / FADING).exp();
            let touch = |person: usize| Touch {
                person,
                first: false,
                changes: 0,
                reviews: 0,
                faded: lines,
                last: at,
                seen: at,
            };
            if let Some(person) = author {
                let wrote = Touch {
                    first: is_new,
                    changes: 1,
                    ..touch(person)
                };
                put(&mut past.touches, wrote);
            }
            for person in reviewers {
                let reviewed = Touch {
                    reviews: 1,
                    faded: REVIEW * lines,
                    ..touch(*person)
                };
                put(&mut past.touches, reviewed);
            }
        }
        self.pasts.insert(file.path.clone(), past);
    }
}

fn put(touches: &mut BTreeMap<usize, Touch>, touch: Touch) {
    touches
        .entry(touch.person)
        .and_modify(|one| one.join(&touch))
        .or_insert(touch);
}

impl Touch {
    /// What two did to a file together, or one in two times.
    fn join(&mut self, other: &Touch) {
        self.first |= other.first;
        self.changes = self.changes.saturating_add(other.changes);
        self.reviews = self.reviews.saturating_add(other.reviews);
        self.faded += other.faded;
        self.last = self.last.max(other.last);
        self.seen = self.seen.max(other.seen);
    }
}

#[cfg(test)]
mod tests;
