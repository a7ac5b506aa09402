//! Small histories worked out by hand, and properties of made-up ones.
mod measures;
mod properties;

use chrono::TimeDelta;

use crate::model::clock::Time;
use crate::suggest::eval::Row;

/// A review that opens so many days after the first of January 1970 and closes a day later.
fn row(day: i64, author: &str, reviewers: &[&str], files: &[&str]) -> Row {
    let created_at = Time::default() + TimeDelta::days(day);
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Row {
        id: format!("{day} {author} {reviewers:?} {files:?}"),
        created_at,
        closed_at: Some(created_at + TimeDelta::days(1)),
        author: Some(author.to_owned()),
        reviewers: owned(reviewers),
        files: owned(files),
    }
}
