//! Starting, owning and stopping the server.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::{oneshot, watch};

use crate::postgres::cluster::{self, as_account, complaint, tells_of_a_full_disk};
use crate::postgres::error::PostgresError;
use crate::postgres::find::Engine;
use crate::postgres::folder::{Account, Layout};
use crate::postgres::leftover::{self, FAST_SHUTDOWN, PORT, Postmaster, QUICK_SHUTDOWN};

/// How long a start is tried again while traces of an earlier server fade.
const PATIENCE_FOR_TRACES: Duration = Duration::from_secs(10);

/// A log longer than this many bytes is put aside at the next start.
const LONGEST_LOG: u64 = 10 * 1024 * 1024;

/// A running server of ours. It ends with [`Server::stop`], when this value is dropped, and, where the
/// machine has `setpriv`, even when this process is killed.
#[derive(Debug)]
pub struct Server {
    options: PgConnectOptions,
    pid: Pid,
    ended: watch::Receiver<Option<ExitStatus>>,
}

impl Server {
    /// Starts the server of a data folder, after making the folder and the database if they are missing
    /// and ending a server that outlived its owner.
    ///
    /// # Errors
    /// [`PostgresError`] for a folder in use, out of reach, not writable or on a full disk, for data of
    /// another major version, and for a server that doesn't come up.
    pub async fn start(data_dir: &Path, engine: &Engine) -> Result<Self, PostgresError> {
        Self::start_with(data_dir, engine, &[]).await
    }

    /// Like [`Server::start`], with further server settings as `(name, value)`.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub async fn start_with(
        data_dir: &Path,
        engine: &Engine,
        settings: &[(&str, &str)],
    ) -> Result<Self, PostgresError> {
        let plan = Plan {
            data_dir: data_dir.to_path_buf(),
            engine: engine.clone(),
            settings: settings.iter().map(|(name, value)| format!("{name}={value}")).collect(),
        };
        let (tell, told) = oneshot::channel();
        // The kernel ends the server when the *thread* that started it ends, so that thread stays with it.
        std::thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || plan.keep(tell))
            .map_err(|reason| PostgresError::at("start a thread for", data_dir, reason))?;
        told.await.unwrap_or(Err(PostgresError::KeeperGone))
    }

    /// How to connect to the database.
    #[must_use]
    pub fn connect_options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// Completes when the server has ended, whatever the reason.
    pub async fn ended(&self) {
        let mut ended = self.ended.clone();
        // An error means that the keeper is gone, which it only is after the server.
        let _ = ended.wait_for(Option::is_some).await;
    }

    /// Ends the server: open transactions are rolled back, everything committed is on disk.
    ///
    /// # Errors
    /// [`PostgresError::Stuck`] if it outlasts both a fast and an immediate shutdown.
    pub async fn stop(self) -> Result<(), PostgresError> {
        for (kind, patience) in [(Signal::INT, FAST_SHUTDOWN), (Signal::QUIT, QUICK_SHUTDOWN)] {
            if self.ended.borrow().is_none() {
                leftover::signal(self.pid, kind);
            }
            if tokio::time::timeout(patience, self.ended()).await.is_ok() {
                return Ok(());
            }
        }
        Err(PostgresError::Stuck {
            pid: self.pid.as_raw_nonzero().get(),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // No waiting here: the keeper thread and the kernel see to the rest.
        if self.ended.borrow().is_none() {
            leftover::signal(self.pid, Signal::INT);
        }
    }
}

/// What a keeper thread needs to know.
struct Plan {
    data_dir: PathBuf,
    engine: Engine,
    settings: Vec<String>,
}

/// A server that has come up.
struct Started {
    child: Child,
    pid: Pid,
    socket_folder: PathBuf,
    /// Held as long as the server runs.
    _lock: File,
}

impl Plan {
    /// Brings the server up, says how it went, and stays until the server has ended.
    fn keep(self, tell: oneshot::Sender<Result<Server, PostgresError>>) {
        match self.bring_up() {
            Ok(mut started) => {
                let (end, ended) = watch::channel(None);
                let options = leftover::options(&started.socket_folder);
                let server = Server {
                    options,
                    pid: started.pid,
                    ended,
                };
                // If nobody waits any more, the refused value is dropped, which ends the server.
                drop(tell.send(Ok(server)));
                let status = started.child.wait();
                if let Ok(status) = &status
                    && !status.success()
                {
                    tracing::warn!(%status, "the database server ended");
                }
                drop(started);
                end.send_replace(status.ok());
            }
            Err(reason) => drop(tell.send(Err(reason))),
        }
    }

    /// Everything up to a server that accepts connections.
    fn bring_up(&self) -> Result<Started, PostgresError> {
        let account = Account::of_server(&self.data_dir)?;
        if let Some(account) = &account {
            self.check_reach(account)?;
        }
        let layout = Layout::create(&self.data_dir)?;
        if let Some(account) = &account
            && let Some(barrier) = account.barrier(&layout.root)
        {
            return Err(PostgresError::OutOfReach {
                user: account.name.clone(),
                barrier,
            });
        }
        let lock = layout.take()?;
        leftover::end_leftover(&layout)?;
        cluster::ensure(&layout, &self.engine, account.as_ref())?;
        let socket_folder = layout.socket_folder(account.as_ref())?;
        let deadline = Instant::now() + PATIENCE_FOR_TRACES;
        loop {
            match self.spawn_and_wait(&layout, &socket_folder, account.as_ref()) {
                Ok((child, pid)) => {
                    return Ok(Started {
                        child,
                        pid,
                        socket_folder,
                        _lock: lock,
                    });
                }
                Err(PostgresError::NotStarted { reason, .. }) if is_trace(&reason) && Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(200));
                }
                Err(reason) => return Err(reason),
            }
        }
    }

    /// Refuses folders that the server's account may not enter, before anything is made there.
    fn check_reach(&self, account: &Account) -> Result<(), PostgresError> {
        let folder = std::path::absolute(&self.data_dir).unwrap_or_else(|_| self.data_dir.clone());
        for path in [&folder, &self.engine.bindir] {
            if let Some(barrier) = account.barrier(path) {
                return Err(PostgresError::OutOfReach {
                    user: account.name.clone(),
                    barrier,
                });
            }
        }
        Ok(())
    }

    /// Starts the server program and waits until it accepts connections.
    fn spawn_and_wait(
        &self,
        layout: &Layout,
        socket_folder: &Path,
        account: Option<&Account>,
    ) -> Result<(Child, Pid), PostgresError> {
        let (log, log_begin) = open_log(layout)?;
        let errors = log
            .try_clone()
            .map_err(|reason| PostgresError::at("write", &layout.log, reason))?;
        let mut command = self.command(layout, socket_folder);
        as_account(&mut command, account);
        let mut child = command
            // A group of its own: Ctrl-C in the terminal is for us, and we end the server last.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(|reason| PostgresError::at("run", &self.engine.bindir.join("postgres"), reason))?;
        let pid = i32::try_from(child.id())
            .ok()
            .and_then(Pid::from_raw)
            .ok_or(PostgresError::KeeperGone)?;
        let begin = Instant::now();
        let mut reports = 0;
        loop {
            if Postmaster::read(&layout.cluster).is_some_and(|found| found.pid == pid && found.ready) {
                return Ok((child, pid));
            }
            let ended = child
                .try_wait()
                .map_err(|reason| PostgresError::at("wait for", &layout.cluster, reason))?;
            if let Some(status) = ended {
                return Err(why_not(layout, log_begin, status));
            }
            // After a crash of the machine the server may have to replay minutes of its journal.
            if begin.elapsed().as_secs() / 10 > reports {
                reports += 1;
                tracing::info!(seconds = begin.elapsed().as_secs(), "the database is recovering");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The server's command line.
    fn command(&self, layout: &Layout, socket_folder: &Path) -> Command {
        let mut command = if dies_with_parent() {
            let mut command = Command::new("setpriv");
            self.engine.shield(&mut command);
            command
                .args(["--pdeathsig", "INT", "--"])
                .arg(self.engine.bindir.join("postgres"));
            command
        } else {
            self.engine.command("postgres")
        };
        command.arg("-D").arg(&layout.cluster);
        let mut set = |setting: String| {
            command.args(["-c", &setting]);
        };
        set("listen_addresses=".to_owned());
        set(format!("port={PORT}"));
        // The setting is a list: a comma or a quote in the folder's name must not end it.
        set(format!(
            "unix_socket_directories=\"{}\"",
            socket_folder.display().to_string().replace('"', "\"\"")
        ));
        set("unix_socket_permissions=0700".to_owned());
        set("logging_collector=off".to_owned());
        set("log_destination=stderr".to_owned());
        self.settings.iter().cloned().for_each(set);
        command
    }
}

/// Whether this machine can tie the server's life to ours.
///
/// The kernel's parent-death signal has to be set in the child between fork and exec, which Rust calls
/// unsafe; `setpriv` of util-linux does it and then becomes the server.
fn dies_with_parent() -> bool {
    Command::new("setpriv")
        .args(["--pdeathsig", "INT", "--", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Opens the log for writing at its end, after putting a long one aside; also says where it ends now.
fn open_log(layout: &Layout) -> Result<(File, u64), PostgresError> {
    if fs::metadata(&layout.log).is_ok_and(|found| found.len() > LONGEST_LOG) {
        let aside = layout.log.with_extension("log.1");
        fs::rename(&layout.log, &aside).map_err(|reason| PostgresError::at("rename", &layout.log, reason))?;
    }
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&layout.log)
        .map_err(|reason| PostgresError::at("write", &layout.log, reason))?;
    let end = log.metadata().map_or(0, |found| found.len());
    Ok((log, end))
}

/// Why a server ended instead of starting, from what it wrote to its log.
fn why_not(layout: &Layout, log_begin: u64, status: ExitStatus) -> PostgresError {
    let mut said = Vec::new();
    let read = File::open(&layout.log).and_then(|mut log| {
        log.seek(SeekFrom::Start(log_begin))?;
        log.read_to_end(&mut said)
    });
    let said = String::from_utf8_lossy(&said);
    if tells_of_a_full_disk(&said) {
        return PostgresError::DiskFull {
            folder: layout.root.clone(),
        };
    }
    let reason = read
        .ok()
        .and_then(|_| complaint(&said))
        .unwrap_or_else(|| format!("it ended with {status}"));
    PostgresError::NotStarted {
        reason,
        log: layout.log.clone(),
    }
}

/// Whether a refusal to start comes from traces of an earlier server that pass by themselves.
fn is_trace(reason: &str) -> bool {
    ["lock file", "shared memory block", "is in use", "already in use"]
        .iter()
        .any(|trace| reason.contains(trace))
}
