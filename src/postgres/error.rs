//! What can go wrong with the embedded server, each with the way out.

use std::io;
use std::path::{Path, PathBuf};

/// Why the embedded PostgreSQL server can't be found, fetched or run.
///
/// Every message is one sentence for the person at the terminal and ends with what mends it.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// Neither `HOME` nor `XDG_DATA_HOME` says where the data of this user lies.
    #[error("there is no home folder to keep the data in; name a folder with PEERLORE_DATA_DIR=/path/to/folder")]
    NoHome,
    /// No PostgreSQL programs were found on this machine.
    #[error(
        "no PostgreSQL was found on this machine; install one with `apt-get install postgresql-15` or `peerlore engine install`, \
         or point DATABASE_URL at a running server"
    )]
    NoEngine,
    /// The folder named by the operator doesn't hold the server's programs.
    #[error(
        "{} has no `{program}`; set PEERLORE_PG_BINDIR to the folder of the PostgreSQL programs \
         (on Debian /usr/lib/postgresql/15/bin), or unset it", bindir.display()
    )]
    NotABindir {
        /// The folder that was named.
        bindir: PathBuf,
        /// The program that is missing there.
        program: &'static str,
    },
    /// A program of the server exists but doesn't run.
    #[error("{} doesn't run here: {reason}; install a working one with `apt-get install postgresql-15`", program.display())]
    BrokenEngine {
        /// The program that was tried.
        program: PathBuf,
        /// What it or the system said.
        reason: String,
    },
    /// The existing data was written by another major version than the programs at hand.
    #[error(
        "the data in {} was written by PostgreSQL {needed}, but this machine has {at_hand}; \
         install it with `apt-get install postgresql-{needed}`, or choose an empty folder with PEERLORE_DATA_DIR",
        cluster.display()
    )]
    OtherMajor {
        /// The folder of the existing cluster.
        cluster: PathBuf,
        /// The major version that wrote it.
        needed: u32,
        /// The versions found on this machine, for people.
        at_hand: String,
    },
    /// Every way of fetching the programs failed.
    #[error(
        "PostgreSQL could not be fetched ({}); install it with `apt-get install postgresql-15`, \
         or point DATABASE_URL at a running server", reasons.join("; ")
    )]
    NotInstalled {
        /// One reason for each way that was tried, in the order tried.
        reasons: Vec<String>,
    },
    /// Another process owns the data folder.
    #[error(
        "another Peerlore{} already uses the data folder {}; stop it first, or choose another folder with PEERLORE_DATA_DIR",
        holder.map(|pid| format!(" (process {pid})")).unwrap_or_default(), folder.display()
    )]
    InUse {
        /// The data folder.
        folder: PathBuf,
        /// The process that holds it, if it is known.
        holder: Option<i32>,
    },
    /// The server must drop root's rights, and its user may not enter the data folder.
    #[error(
        "the server has to run as the user `{user}`, who may not enter {}; \
         choose a folder outside of it, for example PEERLORE_DATA_DIR=/var/lib/peerlore", barrier.display()
    )]
    OutOfReach {
        /// The user the server would run as.
        user: String,
        /// The first folder on the way that shuts that user out.
        barrier: PathBuf,
    },
    /// PostgreSQL refuses to run as root and no other user is at hand.
    #[error(
        "PostgreSQL refuses to run as root and this machine has no user `postgres` or `nobody`; add one with `useradd --system postgres`"
    )]
    NoUser,
    /// The account of this process has no name, which PostgreSQL insists on.
    #[error(
        "PostgreSQL needs a name for user id {uid}, and there is none in /etc/passwd; add one with `useradd --uid {uid} peerlore`"
    )]
    NamelessUser {
        /// The user id without a name.
        uid: u32,
    },
    /// The disk is full.
    #[error("the disk that holds {} is full; make room, or choose another folder with PEERLORE_DATA_DIR", folder.display())]
    DiskFull {
        /// The folder on the full disk.
        folder: PathBuf,
    },
    /// A file or folder could not be read or written.
    #[error("can't {action} {}: {reason}; make it writable for this user, or choose another folder with PEERLORE_DATA_DIR", path.display())]
    Folder {
        /// What was tried, as in "create".
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// A file lies where a folder has to be.
    #[error("{} is a file, or lies under one, where a folder has to be; choose a folder with PEERLORE_DATA_DIR", path.display())]
    NotAFolder {
        /// Where.
        path: PathBuf,
    },
    /// No folder with a short enough path is at hand for the socket.
    #[error(
        "no private folder with a short path is at hand for the socket ({reason}); choose a shorter path with PEERLORE_DATA_DIR"
    )]
    NoSocketFolder {
        /// Why the last candidate was refused.
        reason: String,
    },
    /// A new cluster could not be made.
    #[error("the new database in {} could not be made: {reason}; mend that and start again", folder.display())]
    Initdb {
        /// The data folder.
        folder: PathBuf,
        /// What the program said last.
        reason: String,
    },
    /// The server ended while it was starting.
    #[error("the database server did not start: {reason}; its log is read with `tail {}`", log.display())]
    NotStarted {
        /// What the server said last.
        reason: String,
        /// Its log.
        log: PathBuf,
    },
    /// A server of an earlier run does not end.
    #[error("the database server of an earlier run (process {pid}) does not end; end it with `kill -QUIT {pid}`")]
    Stuck {
        /// Its process id.
        pid: i32,
    },
    /// The thread that looks after the server ended without a word.
    #[error("the thread that looks after the database server ended; start Peerlore again")]
    KeeperGone,
}

impl PostgresError {
    /// An input or output error at a path, told apart by whether the disk is full.
    pub(super) fn at(action: &'static str, path: &Path, reason: io::Error) -> Self {
        if matches!(reason.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
            return Self::DiskFull {
                folder: path.to_path_buf(),
            };
        }
        let is_file = path.exists() && !path.is_dir();
        if reason.kind() == io::ErrorKind::NotADirectory || (action == "create the folder" && is_file) {
            return Self::NotAFolder {
                path: path.to_path_buf(),
            };
        }
        Self::Folder {
            action,
            path: path.to_path_buf(),
            reason,
        }
    }
}
