//! A history of reviews with numbers for names, in the order in which it happened.
use std::collections::HashMap;

use chrono::DateTime;
use chrono::Datelike;

use crate::model::clock::Time;
use crate::suggest::eval::Row;

/// A person's number: people are numbered as they are first seen.
pub type Person = usize;

/// Changes with more files teach nobody anything (spread.md, section 2).
pub const MOST_FILES: usize = 100;

/// How many folders above a file are looked at.
pub const LEVELS: usize = 5;

const DAY: i64 = 86_400;

/// One change and its review.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// Its name in the data.
    pub id: String,
    /// When it was opened, in seconds since 1970.
    pub opened: i64,
    /// When it was closed, never before it was opened; the same second where the data doesn't say.
    pub closed: i64,
    /// Who wrote it.
    pub author: Option<Person>,
    /// Who reviewed it, without the author and bots.
    pub reviewers: Vec<Person>,
    /// Its files, by number.
    pub files: Vec<usize>,
}

/// A step of the replay: changes are decided on when they open, and teach when they close.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Step {
    /// Seconds since 1970.
    pub at: i64,
    /// The number of the change.
    pub change: usize,
    /// Whether it closes.
    pub closes: bool,
}

/// A history that can be replayed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct History {
    /// Names of people by number.
    pub people: Vec<String>,
    /// The folders above each file, the nearest first, at most [`LEVELS`]; the last may be the root.
    pub folders: Vec<Vec<usize>>,
    /// The area of each file: its first two folders.
    pub areas: Vec<usize>,
    /// How many folders there are.
    pub number_of_folders: usize,
    /// How many areas there are.
    pub number_of_areas: usize,
    /// The changes by time of opening.
    pub changes: Vec<Change>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

#[derive(Default)]
struct Numbers(HashMap<String, usize>);

impl Numbers {
    fn of(&mut self, name: &str) -> usize {
        if let Some(number) = self.0.get(name) {
            return *number;
        }
        self.0.insert(name.to_owned(), self.0.len());
        self.0.len() - 1
    }
}

#[derive(Default)]
struct Reading {
    people: Numbers,
    files: Numbers,
    folders: Numbers,
    areas: Numbers,
}

impl History {
    /// Reads rows in any order. Bots, changes of more than [`MOST_FILES`] files and changes without files are left out.
    #[must_use]
    pub fn read(rows: &[Row]) -> Self {
        let mut rows: Vec<&Row> = rows
            .iter()
            .filter(|row| !row.files.is_empty() && row.files.len() <= MOST_FILES)
            .filter(|row| !row.author.as_deref().is_some_and(is_bot))
            .collect();
        rows.sort_by(|a, b| order(a).cmp(&order(b)));
        let mut reading = Reading::default();
        let mut history = Self::default();
        for row in rows {
            let change = history.change(&mut reading, row);
            history.changes.push(change);
        }
        history.number_of_folders = reading.folders.0.len();
        history.number_of_areas = reading.areas.0.len();
        for (number, change) in history.changes.iter().enumerate() {
            history.steps.extend(
                [(change.opened, false), (change.closed, true)].map(|(at, closes)| Step {
                    at,
                    change: number,
                    closes,
                }),
            );
        }
        history.steps.sort_unstable();
        history
    }

    fn change(&mut self, reading: &mut Reading, row: &Row) -> Change {
        let author = row.author.as_deref().map(|name| self.person(reading, name));
        let mut names: Vec<&str> = row
            .reviewers
            .iter()
            .map(String::as_str)
            .filter(|name| !is_bot(name))
            .collect();
        names.sort_unstable();
        names.dedup();
        let reviewers = names.into_iter().map(|name| self.person(reading, name));
        let reviewers: Vec<Person> = reviewers.filter(|person| Some(*person) != author).collect();
        let mut paths: Vec<&str> = row.files.iter().map(String::as_str).collect();
        paths.sort_unstable();
        paths.dedup();
        let opened = row.created_at.timestamp();
        Change {
            id: row.id.clone(),
            opened,
            closed: row.closed_at.map_or(opened, |closed| closed.timestamp().max(opened)),
            author,
            reviewers,
            files: paths.into_iter().map(|path| self.file(reading, path)).collect(),
        }
    }

    fn person(&mut self, reading: &mut Reading, name: &str) -> Person {
        let number = reading.people.of(name);
        if number == self.people.len() {
            self.people.push(name.to_owned());
        }
        number
    }

    fn file(&mut self, reading: &mut Reading, path: &str) -> usize {
        let number = reading.files.of(path);
        if number == self.folders.len() {
            let above = above(path).take(LEVELS).map(|folder| reading.folders.of(folder));
            self.folders.push(above.collect());
            self.areas.push(reading.areas.of(area(path)));
        }
        number
    }
}

type Order<'a> = (Time, Option<Time>, &'a str, Option<&'a str>, &'a [String], &'a [String]);

fn order(row: &Row) -> Order<'_> {
    let author = row.author.as_deref();
    (
        row.created_at,
        row.closed_at,
        &row.id,
        author,
        &row.files,
        &row.reviewers,
    )
}

fn is_bot(name: &str) -> bool {
    name.ends_with("[bot]") || name.ends_with("-bot")
}

/// The folders above a path, the nearest first, down to the root, which is empty.
fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |name| {
        (!name.is_empty()).then(|| name.rfind('/').map_or("", |slash| &name[..slash]))
    })
    .skip(1)
}

/// The first two folders of a path, or as many as it has.
fn area(path: &str) -> &str {
    let folder = path.rfind('/').map_or("", |slash| &path[..slash]);
    folder
        .match_indices('/')
        .nth(1)
        .map_or(folder, |(slash, _)| &folder[..slash])
}

/// The day of a time, counted from 1970.
#[must_use]
pub fn day(at: i64) -> i64 {
    at.div_euclid(DAY)
}

/// A span of seconds in days, with fractions.
#[expect(clippy::cast_precision_loss, reason = "seconds of a history fit an f64 exactly")]
#[must_use]
pub fn in_days(seconds: i64) -> f64 {
    seconds as f64 / DAY as f64
}

/// A number as a fraction can be made of.
#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of reviews, files and people are far below 2^53"
)]
#[must_use]
pub fn float(number: usize) -> f64 {
    number as f64
}

/// So many days in seconds.
#[must_use]
pub const fn days(number: i64) -> i64 {
    number * DAY
}

/// The month of a time, counted from the year 0.
#[must_use]
pub fn month(at: i64) -> i32 {
    DateTime::from_timestamp(at, 0).map_or(0, |at| at.year() * 12 + at.month0().cast_signed())
}

/// The quarter of a time, counted from the year 0.
#[must_use]
pub fn quarter(at: i64) -> i32 {
    month(at).div_euclid(3)
}

/// When a quarter begins, in seconds since 1970.
#[must_use]
pub fn quarter_begins(quarter: i32) -> i64 {
    let month = quarter.rem_euclid(4).cast_unsigned() * 3 + 1;
    let first = chrono::NaiveDate::from_ymd_opt(quarter.div_euclid(4), month, 1).unwrap_or_default();
    first.and_time(chrono::NaiveTime::MIN).and_utc().timestamp()
}

/// A number by chance, always the same for the same seed and place (splitmix64's finaliser; Steele, Lea and Flood 2014).
#[must_use]
pub fn mix(seed: u64, place: usize) -> u64 {
    let mut z = seed ^ (place as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
