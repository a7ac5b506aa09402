//! Pull requests, their files and pushes.
use crate::model::clock::Time;
use crate::model::ids::PersonId;

/// A file that a pull request touches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PullFile {
    /// Its path after the change.
    pub path: String,
    /// Its path before, where it was renamed.
    pub previous_path: Option<String>,
    /// Lines added.
    pub additions: i32,
    /// Lines deleted.
    pub deletions: i32,
}

/// What GitHub tells of a pull request's contents beyond its event: files and who wrote the commits.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PullContents {
    /// The files, all pages (GitHub gives at most 3,000).
    pub files: Vec<PullFile>,
    /// The people who wrote commits in it, by number where GitHub knows them.
    pub committers: Vec<PersonId>,
    /// E-mail addresses of `Co-authored-by` trailers of the form `ID+login@users.noreply.github.com`, as numbers.
    pub co_authors: Vec<PersonId>,
    /// Its commits (GitHub gives at most 250).
    pub commits: Vec<String>,
}

/// One file of a comparison of two versions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ComparedFile {
    /// Its path in the newer version.
    pub path: String,
    /// Its path in the older one, where it was renamed.
    pub previous_path: Option<String>,
    /// The hunks as GitHub writes them; none for binary or very large files. Used in memory, never stored.
    pub patch: Option<String>,
    /// The blob's id in the newer version.
    pub blob: Option<String>,
}

/// A push to a pull request's head ref.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeadPush {
    /// The commit the head pointed at before. Unknown in some imports.
    pub before: Option<String>,
    /// The commit it points at since.
    pub after: String,
    /// The base branch's commit as of then.
    pub base: Option<String>,
    /// When.
    pub at: Time,
    /// History was rewritten; none where nobody said.
    pub forced: Option<bool>,
}

/// A pull request that was closed, with who took part in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ended {
    /// When.
    pub end: Time,
    /// Who wrote, reviewed or commented on it until then, of those who may appear; each once.
    pub people: Vec<PersonId>,
}

/// Folder names that say how a repository is laid out and not what is in it.
const LAYOUT: [&str; 20] = [
    "src", "lib", "libs", "app", "apps", "packages", "crates", "services", "cmd", "internal", "pkg", "main", "test",
    "tests", "spec", "java", "kotlin", "scala", "python", "modules",
];

/// First folders of a name turned round, as Java's packages have it: the next one is the owner's name.
const DOMAINS: [&str; 5] = ["com", "org", "net", "io", "dev"];

/// The module that a path belongs to: the repository's name with the first folder that says something, as `shop/ledger`
/// for `src/ledger/book.rs` in `shop`; the name alone where none does.
#[must_use]
pub fn module_of(repo: &str, path: &str) -> String {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let mut telling = folders
        .split('/')
        .filter(|folder| !folder.is_empty() && !LAYOUT.contains(folder))
        .peekable();
    if telling.peek().is_some_and(|folder| DOMAINS.contains(folder)) {
        telling.next();
        telling.next();
    }
    telling
        .next()
        .map_or_else(|| repo.to_owned(), |folder| format!("{repo}/{folder}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_named_by_the_first_folder_that_says_something() {
        for (path, module) in [
            ("src/ledger/book.rs", "shop/ledger"),
            ("src/main/java/com/acme/billing/Invoice.java", "shop/billing"),
            ("tests/ledger/book.rs", "shop/ledger"),
            ("README.md", "shop"),
            ("src/lib.rs", "shop"),
            ("src/main/java/com/acme/Main.java", "shop"),
        ] {
            assert_eq!(module_of("shop", path), module, "{path}");
        }
    }
}
