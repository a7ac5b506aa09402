//! Technologies: frameworks, tools, libraries, protocols and platforms, from one table that people can review.
use std::sync::LazyLock;

/// The table; its head says how to read it.
const TABLE: &str = include_str!("technologies.tsv");

/// One technology, with what names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Technology {
    /// Its tag, as on Stack Overflow. It is stored, so it never changes.
    pub tag: &'static str,
    /// The name that people read.
    pub name: &'static str,
    /// What kind of thing it is, such as "database": its parent.
    pub kind: &'static str,
    /// One line on what it is.
    pub about: &'static str,
    /// The words that name it in a text, as the table writes them.
    pub words: Vec<&'static str>,
    /// The files that belong to it, as the table writes them.
    pub paths: Vec<&'static str>,
}

static ALL: LazyLock<Vec<Technology>> = LazyLock::new(|| rows().collect());

fn rows() -> impl Iterator<Item = Technology> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let mut cells = line.split('\t');
        Some(Technology {
            tag: cells.next()?,
            name: cells.next()?,
            kind: cells.next()?,
            about: cells.next()?,
            words: listed(cells.next()?),
            paths: listed(cells.next()?),
        })
    })
}

fn listed(cell: &'static str) -> Vec<&'static str> {
    let entries = cell.split(", ").map(str::trim);
    entries.filter(|entry| !entry.is_empty()).collect()
}

/// All of them, by tag.
#[must_use]
pub fn all() -> &'static [Technology] {
    &ALL
}

/// The one with this tag.
#[must_use]
pub fn by_tag(tag: &str) -> Option<&'static Technology> {
    let at = ALL.binary_search_by(|one| one.tag.cmp(tag)).ok()?;
    ALL.get(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_sorted_and_says_everything() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        for line in lines.clone() {
            assert_eq!(line.split('\t').count(), 6, "{line}");
        }
        assert_eq!(lines.count(), all().len());
        for pair in all().windows(2) {
            assert!(pair[0].tag < pair[1].tag, "{} before {}", pair[0].tag, pair[1].tag);
        }
        for one in all() {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.+#".contains(c);
            assert!(!one.tag.is_empty() && one.tag.chars().all(plain), "{}", one.tag);
            assert!(!one.name.is_empty() && !one.kind.is_empty(), "{}", one.tag);
            assert!(
                one.about.ends_with('.') && one.about.len() <= 90,
                "{}: {}",
                one.tag,
                one.about
            );
            assert!(!one.words.is_empty(), "nothing names {}", one.tag);
            assert_eq!(by_tag(one.tag), Some(one));
        }
        let mut names: Vec<&str> = all().iter().map(|one| one.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all().len(), "two of one name");
        assert_eq!(by_tag("no-such-thing"), None);
    }
}
