//! cHRev (Zanjani, Kagdi and Bird 2016) as spread.md section 1 defines it for data without comments.
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;

use chrono::NaiveDate;

use crate::model::clock::Time;
use crate::model::ids::PersonId;

/// Reviews and review days of every file and folder.
#[derive(Default, Debug)]
pub(in crate::suggest) struct Chrev {
    places: HashMap<String, Place>,
}

#[derive(Default, Debug)]
struct Place {
    reviews: u32,
    days: HashSet<NaiveDate>,
    last: NaiveDate,
    reviewers: HashMap<PersonId, Reviewer>,
}

#[derive(Default, Debug)]
struct Reviewer {
    reviews: u32,
    days: HashSet<NaiveDate>,
    last: NaiveDate,
}

impl Chrev {
    /// Counts one review at each of its files, and once at each of their folders.
    pub(in crate::suggest) fn add(&mut self, at: Time, reviewers: &[PersonId], files: &[String]) {
        let day = at.date_naive();
        let places: BTreeSet<&str> = files.iter().flat_map(|file| upwards(file)).collect();
        for name in places {
            if !self.places.contains_key(name) {
                self.places.insert(name.to_owned(), Place::default());
            }
            if let Some(place) = self.places.get_mut(name) {
                place.add(day, reviewers);
            }
        }
    }

    /// Everybody's sum over these files; a file never seen stands for its nearest folder that was.
    pub(in crate::suggest) fn scores(&self, files: &[String]) -> HashMap<PersonId, f64> {
        let mut scores = HashMap::new();
        for file in files {
            if let Some(place) = upwards(file).find_map(|name| self.places.get(name)) {
                for (person, reviewer) in &place.reviewers {
                    *scores.entry(*person).or_default() += place.score(reviewer);
                }
            }
        }
        scores
    }
}

impl Place {
    fn add(&mut self, day: NaiveDate, reviewers: &[PersonId]) {
        self.days.insert(day);
        self.last = self.last.max(day);
        for person in reviewers {
            self.reviews += 1;
            let reviewer = self.reviewers.entry(*person).or_default();
            reviewer.reviews += 1;
            reviewer.days.insert(day);
            reviewer.last = reviewer.last.max(day);
        }
    }

    fn score(&self, reviewer: &Reviewer) -> f64 {
        let days = |days: &HashSet<NaiveDate>| super::float(days.len());
        let since = (self.last - reviewer.last).num_days().max(1);
        let since = i32::try_from(since).map_or(f64::INFINITY, f64::from);
        f64::from(reviewer.reviews) / f64::from(self.reviews) + days(&reviewer.days) / days(&self.days) + 1.0 / since
    }
}

/// A path, then its folders from the nearest up, the root aside.
fn upwards(path: &str) -> impl Iterator<Item = &str> {
    let folder = |name: &&'_ str| -> Option<usize> { name.rfind('/') };
    std::iter::successors(Some(path), move |name| match folder(name) {
        Some(slash) => Some(&path[..slash]),
        None => None,
    })
}
