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

/// Folder names that say how a repository is laid out and not what is in it.
const LAYOUT: [&str; 14] = [
    "src", "lib", "app", "apps", "packages", "crates", "services", "cmd", "internal", "pkg", "main", "java", "kotlin",
    "python",
];

/// The module that a path belongs to: the repository's name with the first folder that says something, as `shop/ledger`
/// for `src/ledger/book.rs` in `shop`; the name alone for files at the top.
#[must_use]
pub fn module_of(repo: &str, path: &str) -> String {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let telling = folders
        .split('/')
        .find(|folder| !folder.is_empty() && !LAYOUT.contains(folder));
    telling.map_or_else(|| repo.to_owned(), |folder| format!("{repo}/{folder}"))
}
