//! What a git history tells of who changed which files and who reviewed that, in words of our own.
use std::fmt;

use crate::model::clock::Time;

/// Somebody as a commit names them, with the mail map applied. The address tells people apart and is never shown.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// The name, as it was written.
    pub name: String,
    /// The e-mail address; empty where there is none.
    pub email: String,
}

impl fmt::Debug for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Identity")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What became of one file in one commit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// It is new.
    Added,
    /// Its text is another.
    Modified,
    /// It lies elsewhere than before, and its text may be another.
    Renamed {
        /// Its path before.
        from: String,
        /// Its text is another, too.
        edited: bool,
    },
    /// It is gone.
    Deleted,
}

/// One file of one commit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileChange {
    /// Its path from the top of the repository, with slashes; after the commit.
    pub path: String,
    /// What became of it.
    pub change: Change,
    /// Lines added.
    pub added: u32,
}

/// One commit with one parent, or none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Commit {
    /// When it was written; see [`History::odd_dates`].
    pub at: Time,
    /// Its author and co-authors: places in [`History::identities`].
    pub authors: Vec<usize>,
    /// Who is named as having reviewed it: places in [`History::identities`].
    pub reviewers: Vec<usize>,
    /// The files that it touched.
    pub files: Vec<FileChange>,
    /// It makes nobody know anything: too many files at once, or the repository says so of it. Renames are followed all the same.
    pub mechanical: bool,
}

/// A file that is there now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// Its path from the top of the repository, with slashes.
    pub path: String,
    /// Its lines.
    pub lines: u32,
}

/// A whole history as of a time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct History {
    /// As of when it is told.
    pub at: Time,
    /// When its last commit was committed, merges among them; never after [`at`](Self::at).
    pub last_commit: Time,
    /// Everybody whom a commit names.
    pub identities: Vec<Identity>,
    /// The commits, each after its parents.
    pub commits: Vec<Commit>,
    /// The text files that people wrote, by path.
    pub files: Vec<File>,
    /// Files that are left out: generated, vendored, binary or very large ones.
    pub files_left_out: usize,
    /// Merges, which are left out: what they bring stands in the commits that they merge.
    pub merges: usize,
    /// Commits whose date lies before 1970 or after [`at`](Self::at): the committer's date is taken, or the nearest end.
    pub odd_dates: usize,
    /// The clone is shallow: what happened before its oldest commits isn't known.
    pub shallow: bool,
}
