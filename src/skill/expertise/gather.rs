//! From commits to what each person did to each file that is there now.
use std::collections::HashMap;

use crate::model::clock::Time;
use crate::model::clock::days_between;
use crate::model::history::Change;
use crate::model::history::Commit;
use crate::model::history::FileChange;
use crate::model::history::History;
use crate::skill::expertise::FADING;
use crate::skill::expertise::FileKnowledge;
use crate::skill::expertise::REVIEW;
use crate::skill::expertise::Touch;
use crate::skill::expertise::is_active;
use crate::skill::expertise::people::People;

/// Most renames that are followed from a name that is gone: branches rename at the same time, and a circle has no end.
const MOST_RENAMES: usize = 8;

/// What a history comes to.
#[derive(Clone, PartialEq, Debug)]
pub struct Facts {
    /// Every file that is there, in the order of the history.
    pub files: Vec<FileKnowledge>,
    /// Whether each person did anything in the last 180 days.
    pub active: Vec<bool>,
}

/// What is known of a path while the history goes by.
#[derive(Default)]
struct Past {
    changes: u32,
    touches: HashMap<usize, Touch>,
}

struct Gathering<'a> {
    at: Time,
    people: &'a People,
    pasts: HashMap<String, Past>,
    /// Where names that are gone went.
    moved: HashMap<String, String>,
    last: Vec<Option<Time>>,
}

/// What each person did to each file, the commits taken in their order. Files keep their past when they are renamed, and when they are deleted and
/// come back.
#[must_use]
pub fn gather(history: &History, people: &People) -> Facts {
    let mut gathering = Gathering {
        at: history.at,
        people,
        pasts: HashMap::new(),
        moved: HashMap::new(),
        last: vec![None; people.names.len()],
    };
    for commit in &history.commits {
        gathering.take(commit);
    }
    let last = gathering.last;
    let mut pasts = gathering.pasts;
    let files = history.files.iter().map(|file| {
        let past = pasts.remove(&file.path).unwrap_or_default();
        let mut touches: Vec<Touch> = past.touches.into_values().collect();
        touches.sort_by_key(|touch| touch.person);
        for touch in &mut touches {
            touch.seen = last[touch.person].unwrap_or(touch.last);
        }
        FileKnowledge {
            path: file.path.clone(),
            lines: file.lines,
            changes: past.changes,
            touches,
        }
    });
    Facts {
        files: files.collect(),
        active: last
            .iter()
            .map(|last| last.is_some_and(|last| is_active(last, history.at)))
            .collect(),
    }
}

impl Gathering<'_> {
    fn take(&mut self, commit: &Commit) {
        let authors = self.known(&commit.authors, &[]);
        let reviewers = self.known(&commit.reviewers, &authors);
        for person in authors.iter().chain(&reviewers) {
            let last = &mut self.last[*person];
            *last = (*last).max(Some(commit.at));
        }
        for file in &commit.files {
            self.follow(file);
            let counts = !matches!(file.change, Change::Deleted | Change::Renamed { edited: false, .. });
            if counts && !commit.mechanical {
                self.count(commit.at, file, &authors, &reviewers);
            }
        }
    }

    /// The people among identities, each once, without the others.
    fn known(&self, identities: &[usize], without: &[usize]) -> Vec<usize> {
        let mut found: Vec<usize> = identities.iter().filter_map(|one| self.people.of[*one]).collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|person| !without.contains(person));
        found
    }

    fn follow(&mut self, file: &FileChange) {
        match &file.change {
            Change::Added => {
                self.moved.remove(&file.path);
                self.pasts.entry(file.path.clone()).or_default();
            }
            Change::Renamed { from, .. } => {
                let at = self.now_at(from).to_owned();
                let came = self.pasts.remove(&at).unwrap_or_default();
                self.moved.remove(&file.path);
                self.moved.insert(from.clone(), file.path.clone());
                self.pasts.entry(file.path.clone()).or_default().join(came);
            }
            Change::Modified | Change::Deleted => {}
        }
    }

    /// Where the file of a path lies now: another branch may have renamed it meanwhile.
    fn now_at<'s>(&'s self, path: &'s str) -> &'s str {
        let mut at = path;
        for _ in 0..MOST_RENAMES {
            if self.pasts.contains_key(at) {
                return at;
            }
            match self.moved.get(at) {
                Some(next) => at = next,
                None => break,
            }
        }
        if self.pasts.contains_key(at) { at } else { path }
    }

    fn count(&mut self, at: Time, file: &FileChange, authors: &[usize], reviewers: &[usize]) {
        let path = self.now_at(&file.path).to_owned();
        let past = self.pasts.entry(path).or_default();
        let is_first = past.changes == 0 && file.change == Change::Added;
        past.changes = past.changes.saturating_add(1);
        let lines = f64::from(file.added) * (-days_between(at, self.at) / FADING).exp();
        for person in authors {
            let touch = past.touch(*person, at);
            touch.first |= is_first;
            touch.changes += 1;
            touch.faded += lines;
        }
        for person in reviewers {
            let touch = past.touch(*person, at);
            touch.reviews += 1;
            touch.faded += REVIEW * lines;
        }
    }
}

impl Past {
    fn touch(&mut self, person: usize, at: Time) -> &mut Touch {
        let touch = self.touches.entry(person).or_insert(Touch {
            person,
            first: false,
            changes: 0,
            reviews: 0,
            faded: 0.0,
            last: at,
            seen: at,
        });
        touch.last = touch.last.max(at);
        touch
    }

    fn join(&mut self, other: Past) {
        self.changes = self.changes.saturating_add(other.changes);
        for (person, came) in other.touches {
            let touch = self.touch(person, came.last);
            touch.first |= came.first;
            touch.changes += came.changes;
            touch.reviews += came.reviews;
            touch.faded += came.faded;
        }
    }
}

#[cfg(test)]
mod tests;
