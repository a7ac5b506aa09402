//! The data folder: where things lie in it, who owns it, who may enter it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::postgres::error::PostgresError;

/// The longest path a Unix socket may have, in bytes.
const LONGEST_SOCKET_PATH: usize = 107;

/// How long a start waits for an owner that is about to leave.
const PATIENCE_FOR_LOCK: Duration = Duration::from_secs(1);

/// The data folder used when none is named: `/var/lib/peerlore` for root, else
/// `$XDG_DATA_HOME/peerlore` or `~/.local/share/peerlore`.
///
/// # Errors
/// [`PostgresError::NoHome`] if the environment names no home folder.
pub fn default_data_dir() -> Result<PathBuf, PostgresError> {
    if rustix::process::geteuid().is_root() {
        return Ok(PathBuf::from("/var/lib/peerlore"));
    }
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
        .map(|share| share.join("peerlore"))
        .ok_or(PostgresError::NoHome)
}

/// Whether the user the server would run as may enter a folder (which need not exist yet).
///
/// Always true for an ordinary user, whose server runs under the same name.
#[must_use]
pub fn server_can_reach(folder: &Path) -> bool {
    match Account::of_server(folder) {
        Ok(Some(account)) => account.barrier(folder).is_none(),
        Ok(None) => true,
        Err(_) => false,
    }
}

/// The names inside a data folder.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// The data folder itself.
    pub root: PathBuf,
    /// The database cluster.
    pub cluster: PathBuf,
    /// The lock that the owner of the server holds.
    pub lock: PathBuf,
    /// The server's log.
    pub log: PathBuf,
    /// Fetched engines.
    pub engines: PathBuf,
    /// The folder of the socket, if its path is short enough.
    pub sockets: PathBuf,
}

impl Layout {
    /// The names for a data folder; nothing is created.
    pub fn of(data_dir: &Path) -> Self {
        let root = std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_path_buf());
        let root = fs::canonicalize(&root).unwrap_or(root);
        Self {
            cluster: root.join("postgres"),
            lock: root.join("peerlore.lock"),
            log: root.join("postgres.log"),
            engines: root.join("engine"),
            sockets: root.join("run"),
            root,
        }
    }

    /// Creates the data folder if it is missing and gives its names.
    pub fn create(data_dir: &Path) -> Result<Self, PostgresError> {
        // As root others must be able to pass through: the server runs under another name.
        let mode = if rustix::process::geteuid().is_root() {
            0o755
        } else {
            0o700
        };
        fs::DirBuilder::new()
            .recursive(true)
            .mode(mode)
            .create(data_dir)
            .map_err(|reason| PostgresError::at("create the folder", data_dir, reason))?;
        Ok(Self::of(data_dir))
    }

    /// Takes the folder for this process; the lock ends with the returned file.
    pub fn take(&self) -> Result<File, PostgresError> {
        let failed = |reason| PostgresError::at("write", &self.lock, reason);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.lock)
            .map_err(failed)?;
        let deadline = Instant::now() + PATIENCE_FOR_LOCK;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    let read = file.read_to_string(&mut holder);
                    let holder = read.ok().and_then(|_| holder.trim().parse().ok());
                    return Err(PostgresError::InUse {
                        folder: self.root.clone(),
                        holder,
                    });
                }
                Err(TryLockError::Error(reason)) => return Err(failed(reason)),
            }
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(failed)?;
        writeln!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(file)
    }

    /// The folder for the socket: in the data folder, or in a short private one if that path is too long.
    pub fn socket_folder(&self, account: Option<&Account>) -> Result<PathBuf, PostgresError> {
        if fits_a_socket(&self.sockets) {
            private_folder(&self.sockets, account)
                .map_err(|reason| PostgresError::at("create the folder", &self.sockets, reason))?;
            return Ok(self.sockets.clone());
        }
        let name = format!("peerlore-{}", short_hash(&self.root));
        let mut refusal = String::from("every path is too long");
        for parent in short_folders(account) {
            for attempt in 0..10 {
                let folder = parent.join(format!("{name}-{attempt}"));
                if !fits_a_socket(&folder) {
                    continue;
                }
                match private_folder(&folder, account) {
                    Ok(()) => return Ok(folder),
                    Err(reason) => refusal = format!("{}: {reason}", folder.display()),
                }
            }
        }
        Err(PostgresError::NoSocketFolder { reason: refusal })
    }
}

/// Where short paths can be had: the user's run-time folder, then the temporary folders.
fn short_folders(account: Option<&Account>) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if account.is_none() {
        folders.extend(std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from));
    }
    folders.push(std::env::temp_dir());
    folders.push(PathBuf::from("/tmp"));
    folders.retain(|folder| folder.is_absolute());
    folders
}

/// Whether a socket in this folder has a path that the system takes.
fn fits_a_socket(folder: &Path) -> bool {
    folder.as_os_str().len() + "/.s.PGSQL.5432".len() <= LONGEST_SOCKET_PATH
}

/// A few letters that stand for a path.
fn short_hash(path: &Path) -> String {
    use sha2::Digest as _;
    use std::os::unix::ffi::OsStrExt as _;
    hex::encode(&sha2::Sha256::digest(path.as_os_str().as_bytes())[..6])
}

/// Makes a folder that only the server's user may enter, or makes sure that an existing one is such.
pub(super) fn private_folder(folder: &Path, account: Option<&Account>) -> io::Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => {
            // The mode at creation passes through the umask.
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
            if let Some(account) = account {
                chown(folder, Some(account.uid), Some(account.gid))?;
            }
            Ok(())
        }
        Err(reason) if reason.kind() == io::ErrorKind::AlreadyExists => {
            let owner = account.map_or_else(|| rustix::process::geteuid().as_raw(), |account| account.uid);
            let found = fs::symlink_metadata(folder)?;
            if !found.is_dir() || found.uid() != owner {
                return Err(io::Error::other("it exists and belongs to somebody else"));
            }
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        }
        Err(reason) => Err(reason),
    }
}

/// The account a server started by root runs under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

impl Account {
    /// The account for the server of a data folder: `None` if this process isn't root, so that the
    /// server runs under our own name; else the owner of the cluster or the folder, else `postgres`,
    /// else `nobody`.
    pub fn of_server(data_dir: &Path) -> Result<Option<Self>, PostgresError> {
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let own = rustix::process::geteuid();
        if !own.is_root() {
            return Ok(None);
        }
        for path in [Layout::of(data_dir).cluster, data_dir.to_path_buf()] {
            let owner = fs::metadata(path).map_or(0, |found| found.uid());
            if owner != 0 {
                let account = Self::parse(&accounts, |account| account.uid == owner);
                return account.map(Some).ok_or(PostgresError::NamelessUser { uid: owner });
            }
        }
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| Self::parse(&accounts, |account| account.name == *name))
            .map(Some)
            .ok_or(PostgresError::NoUser)
    }

    /// The first account in a passwd file that passes.
    fn parse(passwd: &str, passes: impl Fn(&Self) -> bool) -> Option<Self> {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            let account = Self {
                name: fields.next()?.to_owned(),
                uid: fields.nth(1)?.parse().ok()?,
                gid: fields.next()?.parse().ok()?,
            };
            (account.uid != 0 && passes(&account)).then_some(account)
        })
    }

    /// The outermost existing folder on the way to a path that this account may not enter.
    pub fn barrier(&self, path: &Path) -> Option<PathBuf> {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let mut way: Vec<_> = path.ancestors().collect();
        way.reverse();
        way.into_iter()
            .find(|folder| fs::metadata(folder).is_ok_and(|found| found.is_dir() && !self.may_enter(&found)))
            .map(Path::to_path_buf)
    }

    /// Whether the permission bits let this account pass through a folder.
    fn may_enter(&self, folder: &fs::Metadata) -> bool {
        let bit = if folder.uid() == self.uid {
            0o100
        } else if folder.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        folder.mode() & bit != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str =
        "root:x:0:0:root:/root:/bin/sh\n# a comment\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn an_account_is_read_from_a_passwd_line() {
        let account = Account::parse(PASSWD, |account| account.name == "postgres");
        assert_eq!(
            account,
            Some(Account {
                name: "postgres".to_owned(),
                uid: 101,
                gid: 104
            })
        );
    }

    #[test]
    fn root_is_never_the_servers_account() {
        assert_eq!(Account::parse(PASSWD, |account| account.name == "root"), None);
    }

    #[test]
    fn a_socket_path_of_107_bytes_is_the_longest_that_fits() {
        let longest = LONGEST_SOCKET_PATH - "/.s.PGSQL.5432".len();
        let folder = |bytes: usize| PathBuf::from(format!("/{}", "x".repeat(bytes - 1)));
        assert!(fits_a_socket(&folder(longest)));
        assert!(!fits_a_socket(&folder(longest + 1)));
    }
}
