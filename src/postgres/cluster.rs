//! Making a new database cluster.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::postgres::error::PostgresError;
use crate::postgres::find::{Engine, major_of_cluster};
use crate::postgres::folder::{Account, Layout, private_folder};

/// The superuser role of the cluster and the name of its one database.
pub(super) const NAME: &str = "peerlore";

/// Settings of a small server, written into a new cluster's `postgresql.conf`, where the operator may
/// change them.
const SETTINGS: &str = "
# Set by Peerlore when it made this cluster; change what you like.
max_connections = 100
shared_buffers = 128MB
work_mem = 8MB
maintenance_work_mem = 64MB
effective_cache_size = 1GB
random_page_cost = 1.1
max_wal_size = 1GB
synchronous_commit = on
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
log_checkpoints = off
log_line_prefix = '%m [%p] '
";

/// Makes the cluster if there is none, and refuses one of another major version.
///
/// Whatever happens on the way, the cluster's folder either doesn't exist or is complete: it is made
/// under a name of its own and renamed at the end.
pub(super) fn ensure(layout: &Layout, engine: &Engine, account: Option<&Account>) -> Result<(), PostgresError> {
    remove_unfinished(layout)?;
    if layout.cluster.exists() {
        return match major_of_cluster(&layout.cluster) {
            Some(major) if major == engine.major => Ok(()),
            Some(needed) => Err(PostgresError::OtherMajor {
                cluster: layout.cluster.clone(),
                needed,
                at_hand: engine.version.clone(),
            }),
            None => Err(PostgresError::Initdb {
                folder: layout.root.clone(),
                reason: format!("{} is in the way and is no database", layout.cluster.display()),
            }),
        };
    }
    let unfinished = layout.root.join(format!("{UNFINISHED}{}", std::process::id()));
    private_folder(&unfinished, account)
        .map_err(|reason| PostgresError::at("create the folder", &unfinished, reason))?;
    fill(layout, &unfinished, engine, account)
        .and_then(|()| {
            fs::rename(&unfinished, &layout.cluster)
                .and_then(|()| File::open(&layout.root)?.sync_all())
                .map_err(|reason| PostgresError::at("rename", &unfinished, reason))
        })
        .inspect_err(|_| {
            // Best effort: the next start removes it too.
            let _ = fs::remove_dir_all(&unfinished);
        })
}

/// How the names of clusters in the making begin.
const UNFINISHED: &str = "postgres.new-";

/// Removes what a start that was cut off left behind. The caller holds the folder's lock.
fn remove_unfinished(layout: &Layout) -> Result<(), PostgresError> {
    let Ok(entries) = fs::read_dir(&layout.root) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let path = entry.path();
            fs::remove_dir_all(&path).map_err(|reason| PostgresError::at("remove", &path, reason))?;
        }
    }
    Ok(())
}

/// Runs `initdb` in an empty folder and makes the database.
fn fill(layout: &Layout, folder: &Path, engine: &Engine, account: Option<&Account>) -> Result<(), PostgresError> {
    let mut initdb = engine.command("initdb");
    initdb
        .arg("--pgdata")
        .arg(folder)
        .args(["--username", NAME, "--encoding=UTF8", "--locale=C", "--data-checksums"])
        // Whoever gets through the socket's folder is us: 0700 keeps all others out.
        .args(["--auth=trust", "--no-instructions"]);
    let output =
        run(initdb, account, None).map_err(|reason| PostgresError::at("run", &engine.bindir.join("initdb"), reason))?;
    check(layout, &output)?;

    let conf = folder.join("postgresql.conf");
    OpenOptions::new()
        .append(true)
        .open(&conf)
        .and_then(|mut file| file.write_all(SETTINGS.as_bytes()))
        .map_err(|reason| PostgresError::at("write", &conf, reason))?;

    let mut single = engine.command("postgres");
    single.arg("--single").arg("-D").arg(folder).arg("template1");
    let output = run(single, account, Some(&format!("CREATE DATABASE {NAME}\n")))
        .map_err(|reason| PostgresError::at("run", &engine.bindir.join("postgres"), reason))?;
    check(layout, &output)?;
    // A single-user server says what went wrong and then ends with success.
    if String::from_utf8_lossy(&output.stderr).contains("ERROR:") {
        return Err(refusal(layout, &output));
    }
    Ok(())
}

/// Runs a program to its end under the server's account.
fn run(mut command: Command, account: Option<&Account>, input: Option<&str>) -> std::io::Result<Output> {
    as_account(&mut command, account);
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut child = command
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        // A program that ended early explains itself in its output.
        let _ = stdin.write_all(input.as_bytes());
    }
    child.wait_with_output()
}

/// Lets a command run under the server's account, in a folder that account can be in.
pub(super) fn as_account(command: &mut Command, account: Option<&Account>) {
    command.current_dir(PathBuf::from("/"));
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
}

/// Turns a failed program's output into an error.
fn check(layout: &Layout, output: &Output) -> Result<(), PostgresError> {
    if output.status.success() {
        Ok(())
    } else {
        Err(refusal(layout, output))
    }
}

/// What a failed program said, as an error.
fn refusal(layout: &Layout, output: &Output) -> PostgresError {
    let text = String::from_utf8_lossy(&output.stderr);
    if tells_of_a_full_disk(&text) {
        return PostgresError::DiskFull {
            folder: layout.root.clone(),
        };
    }
    let reason = complaint(&text).unwrap_or_else(|| format!("it ended with {}", output.status));
    PostgresError::Initdb {
        folder: layout.root.clone(),
        reason,
    }
}

/// Whether a PostgreSQL program's output shows that the disk had no room left.
pub(super) fn tells_of_a_full_disk(output: &str) -> bool {
    // A write that fits in part is reported by its length, without the system's words.
    ["No space left on device", "Disk quota exceeded", "wrote only"]
        .iter()
        .any(|sign| output.contains(sign))
}

/// The line of a PostgreSQL program's output that says what went wrong.
pub(super) fn complaint(output: &str) -> Option<String> {
    let said = |mark: &str| {
        let (_, rest) = output.lines().rev().find_map(|line| line.split_once(mark))?;
        Some(rest.trim().to_owned())
    };
    said("FATAL: ")
        .or_else(|| said("PANIC: "))
        .or_else(|| said("ERROR: "))
        .or_else(|| said("error: "))
        .or_else(|| {
            output
                .lines()
                .map(str::trim)
                .rfind(|line| !line.is_empty())
                .map(str::to_owned)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_complaint_is_the_last_fatal_line() {
        let log =
            "2026-01-01 [1] LOG:  starting\n2026-01-01 [1] FATAL:  lock file exists\n2026-01-01 [1] HINT:  look\n";
        assert_eq!(complaint(log).as_deref(), Some("lock file exists"));
    }

    #[test]
    fn without_a_mark_the_last_line_is_the_complaint() {
        assert_eq!(complaint("one\ntwo\n\n").as_deref(), Some("two"));
        assert_eq!(complaint(""), None);
    }
}
