//! Servers that already run on our data folder: one to connect to, or one that outlived its owner.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::postgres::cluster::NAME;
use crate::postgres::error::PostgresError;
use crate::postgres::folder::Layout;

/// The port in the socket's name; no TCP port is opened.
pub(super) const PORT: u16 = 5432;

/// How long a left-over server gets for a fast shutdown before it is ended at once.
pub(super) const FAST_SHUTDOWN: Duration = Duration::from_secs(20);

/// How long it then gets to end at once.
pub(super) const QUICK_SHUTDOWN: Duration = Duration::from_secs(10);

/// Options to connect to the server that another process runs on this data folder, if one does and it
/// answers.
///
/// Only for commands that live a short time, as in `peerlore suggest` beside a running `peerlore
/// serve`: the server ends with its owner, whoever else is connected.
pub async fn connect_running(data_dir: &Path) -> Option<PgConnectOptions> {
    let layout = Layout::of(data_dir);
    let postmaster = Postmaster::read(&layout.cluster)?;
    if !postmaster.ready || !serves(postmaster.pid, &layout.cluster) {
        return None;
    }
    let options = options(&postmaster.socket_folder?);
    let connection = options.connect().await.ok()?;
    // The server is there; whether this goodbye arrives changes nothing.
    let _ = sqlx::Connection::close(connection).await;
    Some(options)
}

/// Options to connect through a socket in a folder.
pub(super) fn options(socket_folder: &Path) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(socket_folder)
        .port(PORT)
        .username(NAME)
        .database(NAME)
        .ssl_mode(PgSslMode::Disable)
}

/// What a running server says about itself in `postmaster.pid`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Postmaster {
    pub pid: Pid,
    /// The folder of its socket.
    pub socket_folder: Option<PathBuf>,
    /// Whether it accepts connections.
    pub ready: bool,
}

impl Postmaster {
    /// Reads the file of a cluster; `None` if there is none or it isn't complete yet.
    pub fn read(cluster: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(cluster.join("postmaster.pid")).ok()?)
    }

    /// The lines are, in order: process id, data folder, start time, port, socket folder, address,
    /// shared memory, status (`src/include/utils/pidfile.h` of PostgreSQL).
    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let pid: i32 = lines.first()?.parse().ok()?;
        Some(Self {
            // A single-user server writes its id with a minus in front.
            pid: Pid::from_raw(pid.checked_abs()?)?,
            socket_folder: lines.get(4).filter(|line| !line.is_empty()).map(PathBuf::from),
            ready: lines.get(7) == Some(&"ready"),
        })
    }
}

/// Whether a process is alive and is a PostgreSQL server on this cluster.
pub(super) fn serves(pid: Pid, cluster: &Path) -> bool {
    if let Ok(folder) = fs::read_link(format!("/proc/{}/cwd", pid.as_raw_nonzero())) {
        return folder == cluster && named_postgres(pid);
    }
    // Inside some containers root may not look at another user's process that closely.
    let Ok(arguments) = fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())) else {
        return false;
    };
    let mut arguments = arguments.split(|byte| *byte == 0);
    let folder = std::os::unix::ffi::OsStrExt::as_bytes(cluster.as_os_str());
    named_postgres(pid) && arguments.any(|argument| argument == folder)
}

/// Whether a process goes by the server's name.
fn named_postgres(pid: Pid) -> bool {
    fs::read_to_string(format!("/proc/{}/comm", pid.as_raw_nonzero())).is_ok_and(|name| name.trim() == "postgres")
}

/// All live processes that work in a cluster: the server and what it started.
fn processes_in(cluster: &Path) -> Vec<Pid> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
        .filter(|pid| serves(*pid, cluster))
        .collect()
}

/// Ends a server that outlived its owner. The caller holds the folder's lock, so that no other owner
/// can be there.
pub(super) fn end_leftover(layout: &Layout) -> Result<(), PostgresError> {
    let mut ended = None;
    if let Some(postmaster) = Postmaster::read(&layout.cluster) {
        if serves(postmaster.pid, &layout.cluster) {
            tracing::warn!(
                pid = postmaster.pid.as_raw_nonzero().get(),
                "ending the database server of an earlier run"
            );
            ended = Some(postmaster.pid);
            signal(postmaster.pid, Signal::INT);
        } else if test_kill_process(postmaster.pid).is_ok() {
            // The number was given to another program since, which PostgreSQL would take for a server.
            let path = layout.cluster.join("postmaster.pid");
            fs::remove_file(&path).map_err(|reason| PostgresError::at("remove", &path, reason))?;
        }
    }
    if wait_until(FAST_SHUTDOWN, || processes_in(&layout.cluster).is_empty()) {
        return Ok(());
    }
    for pid in ended.into_iter().chain(processes_in(&layout.cluster)) {
        signal(pid, Signal::QUIT);
    }
    if wait_until(QUICK_SHUTDOWN, || processes_in(&layout.cluster).is_empty()) {
        return Ok(());
    }
    match processes_in(&layout.cluster).first() {
        Some(pid) => Err(PostgresError::Stuck {
            pid: pid.as_raw_nonzero().get(),
        }),
        None => Ok(()),
    }
}

/// Sends a signal; a process that is gone already needs none.
pub(super) fn signal(pid: Pid, signal: Signal) {
    if let Err(reason) = kill_process(pid, signal)
        && reason != rustix::io::Errno::SRCH
    {
        tracing::warn!(pid = pid.as_raw_nonzero().get(), %reason, "the database server took no signal");
    }
}

/// Polls until something holds; `false` if the time passed first.
fn wait_until(patience: Duration, holds: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + patience;
    loop {
        if holds() {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "4242\n/data/postgres\n1700000000\n5432\n/data/run\n\n  12345  6\nready   \n";

    #[test]
    fn a_ready_server_is_read_from_its_file() {
        let postmaster = Postmaster::parse(FILE).expect("the file is complete");
        assert_eq!(postmaster.pid, Pid::from_raw(4242).expect("a process id"));
        assert_eq!(postmaster.socket_folder.as_deref(), Some(Path::new("/data/run")));
        assert!(postmaster.ready);
    }

    #[test]
    fn a_server_that_is_still_starting_is_not_ready() {
        let postmaster = Postmaster::parse(&FILE.replace("ready   ", "starting")).expect("the file is complete");
        assert!(!postmaster.ready);
    }

    #[test]
    fn a_process_of_another_program_does_not_serve_our_cluster() {
        let own = rustix::process::getpid();
        let here = std::env::current_dir().expect("a working folder");
        assert!(!serves(own, &here));
    }
}
