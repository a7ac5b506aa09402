//! Who did what to which file, as it is stored: people by GitHub's number, and everybody else as nobody in particular.
use crate::model::clock::Time;
use crate::model::ids::PersonId;

/// What one person did to one file, or all those who aren't known did together.
#[derive(Clone, PartialEq, Debug)]
pub struct FileWork {
    /// The file: a place in [`Work::files`].
    pub file: usize,
    /// Who; none for those who aren't known by number, or may not appear.
    pub person: Option<PersonId>,
    /// They made the file.
    pub creator: bool,
    /// Changes written.
    pub changes: u32,
    /// Changes by others reviewed.
    pub reviews: u32,
    /// Lines added, faded as of [`Work::last_commit`]; those of reviewed changes count half.
    pub faded: f64,
    /// When they last changed or reviewed it.
    pub last: Time,
    /// When they last did anything in the repository.
    pub seen: Time,
}

/// A file as an import found it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkedFile {
    /// Its path.
    pub path: String,
    /// Its lines.
    pub lines: u32,
    /// Changes by anybody.
    pub changes: u32,
}

/// What an import of a git history comes to.
#[derive(Clone, PartialEq, Debug)]
pub struct Work {
    /// When the last commit was committed.
    pub last_commit: Time,
    /// Commits that were read.
    pub commits: usize,
    /// Of these, mechanical ones.
    pub mechanical_commits: usize,
    /// Merges, which were left out.
    pub merges: usize,
    /// Commits whose date made no sense.
    pub odd_dates: usize,
    /// The clone was shallow.
    pub shallow: bool,
    /// Files that people don't write.
    pub files_left_out: usize,
    /// People who aren't known by number.
    pub nameless: usize,
    /// The files, by path.
    pub files: Vec<WorkedFile>,
    /// Who did what to them.
    pub work: Vec<FileWork>,
}

/// Who wrote a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Writer {
    /// A program.
    Program,
    /// A person; none where they aren't known or may not appear.
    Person(Option<PersonId>),
}

/// One file of a merged pull request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MergedFile {
    /// Its path after the change.
    pub path: String,
    /// Its path before, where it is another.
    pub previous: Option<String>,
    /// Lines added.
    pub added: u32,
    /// Lines taken away.
    pub deleted: u32,
}

/// A pull request that was merged after an import.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MergedPull {
    /// When.
    pub at: Time,
    /// Who wrote it.
    pub author: Writer,
    /// Who reviewed it, each once, without the author; none stands for those who aren't known or may not appear.
    pub reviewers: Vec<Option<PersonId>>,
    /// Its files that people wrote; none where they aren't known.
    pub files: Option<Vec<MergedFile>>,
}
