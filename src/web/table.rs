//! Tables and lists that sort without a script: the head of a column is a link, and the address says by which one and which way.
//!
//! A column is named in the address by one word, with a minus before it where the last come first: `?sort=-files`. Nothing whose rows are
//! people has a column for a number: people stand by name, one way or the other.
use std::cmp::Ordering;

use maud::Markup;
use maud::html;

use crate::web::error::PageError;

/// What the rows are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rows {
    /// People: by name and by nothing else.
    People,
    /// Anything else, such as files, areas, windows of time.
    Things,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    /// Words: names, titles.
    Words,
    /// Dates.
    Dates,
    /// Numbers; they stand at the right.
    Numbers,
}

/// A column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its word in the address; empty: it can't be sorted by.
    pub key: &'static str,
    /// What its head says.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
}

/// A table's columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Table {
    /// What its rows are.
    pub rows: Rows,
    /// From left to right.
    pub columns: &'static [Column],
    /// How it stands where the address says nothing, as an address would say it.
    pub usual: &'static str,
}

/// By which column, and which way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sort {
    /// The column's word.
    pub key: &'static str,
    /// The last come first.
    pub falling: bool,
    /// Somebody asked for it; otherwise it is the usual.
    pub asked: bool,
}

impl Table {
    /// Whether a column can be sorted by: never people by a number or a date.
    #[must_use]
    pub fn sorts_by(&self, column: &Column) -> bool {
        !column.key.is_empty() && (self.rows == Rows::Things || column.holds == Holds::Words)
    }

    /// What the address asks for, or the usual.
    ///
    /// # Errors
    /// [`PageError::NotFound`] where it names no column that this table can be sorted by.
    pub fn asked(&self, word: Option<&str>) -> Result<Sort, PageError> {
        let asked = word.filter(|word| !word.is_empty());
        let word = asked.unwrap_or(self.usual);
        let (key, falling) = word.strip_prefix('-').map_or((word, false), |key| (key, true));
        let column = self.columns.iter().find(|column| column.key == key);
        let column = column.filter(|column| self.sorts_by(column));
        let none = || {
            PageError::NotFound("This can't be sorted by that. The heads of its columns say by what it can.".to_owned())
        };
        Ok(Sort {
            key: column.ok_or_else(none)?.key,
            falling,
            asked: asked.is_some(),
        })
    }

    /// How it stands where nothing is asked for.
    #[must_use]
    pub const fn usual(&self) -> Sort {
        let (key, falling) = match self.usual.as_bytes() {
            [b'-', ..] => (self.usual.split_at(1).1, true),
            _ => (self.usual, false),
        };
        Sort {
            key,
            falling,
            asked: false,
        }
    }

    /// The row of heads; `address` gives the page's own address for a word.
    #[must_use]
    pub fn head(&self, sort: Sort, address: impl Fn(&str) -> String) -> Markup {
        html! {
            thead {
                tr {
                    @for column in self.columns {
                        @let number = (column.holds == Holds::Numbers).then_some("number");
                        @if self.sorts_by(column) {
                            th class=[number] scope="col" aria-sort=[sort.of(column.key)] {
                                a.sort href=(address(&sort.next(column))) { (column.name) }
                            }
                        } @else {
                            th class=[number] scope="col" { (column.name) }
                        }
                    }
                }
            }
        }
    }

    /// The same for a list that is no table: "Sorted by", with a link for each column.
    #[must_use]
    pub fn line(&self, sort: Sort, address: impl Fn(&str) -> String) -> Markup {
        let columns = self.columns.iter().filter(|column| self.sorts_by(column));
        html! {
            nav.sorted aria-label="Sort" {
                span.soft { "Sorted by" }
                @for column in columns {
                    " " a.sort href=(address(&sort.next(column))) aria-current=[sort.of(column.key).map(|_| "true")] data-sort=[sort.of(column.key)] {
                        (column.name) @if let Some(way) = sort.of(column.key) { span.hidden { ", " (way) } }
                    }
                }
            }
        }
    }
}

impl Sort {
    /// Which way a column is sorted; none: the table isn't sorted by it.
    fn of(self, key: &str) -> Option<&'static str> {
        (self.key == key).then_some(if self.falling { "descending" } else { "ascending" })
    }

    /// What a click on a column's head asks for: the other way where it is sorted by it; else numbers and dates with the most first.
    fn next(self, column: &Column) -> String {
        let falling = match self.of(column.key) {
            Some(_) => !self.falling,
            None => column.holds != Holds::Words,
        };
        if falling {
            format!("-{}", column.key)
        } else {
            column.key.to_owned()
        }
    }

    /// Its word in the address.
    #[must_use]
    pub fn word(self) -> String {
        if self.falling {
            format!("-{}", self.key)
        } else {
            self.key.to_owned()
        }
    }

    /// Sorts rows by what `compare` says of this column; equals stay as they were.
    pub fn sort<T>(self, rows: &mut [T], compare: impl Fn(&'static str, &T, &T) -> Ordering) {
        rows.sort_by(|one, other| {
            let order = compare(self.key, one, other);
            if self.falling { order.reverse() } else { order }
        });
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const PARTS: Table = Table {
        rows: Rows::Things,
        columns: &[
            Column {
                key: "part",
                name: "Part",
                holds: Holds::Words,
            },
            Column {
                key: "files",
                name: "Files",
                holds: Holds::Numbers,
            },
            Column {
                key: "",
                name: "What to do",
                holds: Holds::Words,
            },
        ],
        usual: "part",
    };

    fn by(word: &str) -> Sort {
        PARTS.asked(Some(word)).expect("a column")
    }

    #[test]
    fn heads_are_links_that_say_how_the_table_is_sorted() {
        let head = PARTS.head(by("-files"), |word| format!("/x?sort={word}&page=2"));
        insta::assert_snapshot!(head.into_string().replace("><", ">\n<"), @r#"
        <thead>
        <tr>
        <th scope="col">
        <a class="sort" href="/x?sort=part&amp;page=2">Part</a>
        </th>
        <th class="number" scope="col" aria-sort="descending">
        <a class="sort" href="/x?sort=files&amp;page=2">Files</a>
        </th>
        <th scope="col">What to do</th>
        </tr>
        </thead>
        "#);
    }

    #[test]
    fn a_list_has_the_same_links_in_a_line() {
        let line = PARTS.line(by("part"), |word| format!("/x?sort={word}"));
        insta::assert_snapshot!(line.into_string().replace("><", ">\n<"), @r#"
        <nav class="sorted" aria-label="Sort">
        <span class="soft">Sorted by</span> <a class="sort" href="/x?sort=-part" aria-current="true" data-sort="ascending">Part<span class="hidden">, ascending</span>
        </a> <a class="sort" href="/x?sort=-files">Files</a>
        </nav>
        "#);
    }

    #[test]
    fn rows_sort_both_ways_and_equals_stay() {
        let mut rows = vec![("b", 2), ("a", 2), ("c", 9)];
        let compare = |key: &'static str, one: &(&str, i32), other: &(&str, i32)| match key {
            "files" => one.1.cmp(&other.1),
            _ => one.0.cmp(other.0),
        };
        by("files").sort(&mut rows, compare);
        assert_eq!(rows, [("b", 2), ("a", 2), ("c", 9)]);
        by("-files").sort(&mut rows, compare);
        assert_eq!(rows, [("c", 9), ("b", 2), ("a", 2)]);
        by("-part").sort(&mut rows, compare);
        assert_eq!(rows, [("c", 9), ("b", 2), ("a", 2)]);
        by("").sort(&mut rows, compare);
        assert_eq!(rows, [("a", 2), ("b", 2), ("c", 9)]);
        assert_eq!(
            (by("-files").word(), by("part").word()),
            ("-files".to_owned(), "part".to_owned())
        );
    }

    #[rstest]
    #[case("people")]
    #[case("--files")]
    #[case("-")]
    #[case("files desc; drop table person")]
    #[case("What to do")]
    fn an_unknown_column_leads_nowhere(#[case] word: &str) {
        assert!(matches!(PARTS.asked(Some(word)), Err(PageError::NotFound(_))), "{word}");
    }

    #[test]
    fn people_are_sorted_by_name_and_by_nothing_else() {
        let people = Table {
            rows: Rows::People,
            ..PARTS
        };
        assert_eq!(people.asked(Some("-part")).expect("a name").key, "part");
        for word in ["files", "-files"] {
            assert!(
                matches!(people.asked(Some(word)), Err(PageError::NotFound(_))),
                "{word}"
            );
        }
        assert!(!people.head(by("part"), str::to_owned).into_string().contains("files\""));
    }
}
