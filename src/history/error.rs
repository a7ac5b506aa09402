//! Why a history can't be read.
use std::path::Path;

use thiserror::Error;

use crate::model::clock::Time;
use crate::model::wording;

/// Why a history can't be read.
#[derive(Debug, Error)]
pub enum Error {
    /// There is nothing at the path.
    #[error("there is nothing at {0}")]
    Nothing(String),
    /// The path may not be read.
    #[error("{0} may not be read by this user")]
    Forbidden(String),
    /// The path is something else.
    #[error("{0} is no git repository; name the folder that holds .git, or a bare repository itself")]
    NoRepository(String),
    /// It can't be opened as it is.
    #[error("the git repository {path} can't be opened ({cause})")]
    Broken {
        /// Which.
        path: String,
        /// What git's own format says.
        cause: String,
    },
    /// Nothing was committed.
    #[error("{0} has no commit yet")]
    Empty(String),
    /// Its history begins later.
    #[error("{path} has no commit from before {at}")]
    NotYet {
        /// Which.
        path: String,
        /// The time that was asked for.
        at: Time,
    },
    /// It has more files than anybody writes.
    #[error("{path} has more than {most} files and folders, which is more than is read")]
    TooMany {
        /// Which.
        path: String,
        /// How many are read at most.
        most: usize,
    },
    /// Reading an object of it would take more memory than anything that people write.
    #[error("{path} has an object that takes more than {most} MB of memory to read, which is more than is given")]
    TooLarge {
        /// Which.
        path: String,
        /// How many megabytes an object may take.
        most: usize,
    },
    /// Something that the history refers to isn't there or is damaged.
    #[error(
        "objects of {path} are missing or damaged ({cause}); `git fsck` tells which, and a partial clone has to be fetched whole"
    )]
    Objects {
        /// Which.
        path: String,
        /// What was looked for.
        cause: String,
    },
}

/// A path on one line that commands no terminal.
pub(super) fn shown(path: &Path) -> String {
    wording::plain(&path.display().to_string())
}

/// An error of the library on one line.
pub(super) fn said(error: &impl ToString) -> String {
    let text = error.to_string();
    wording::shortened(&wording::plain(text.lines().next().unwrap_or_default()), 200)
}
