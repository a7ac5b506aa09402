//! Finding PostgreSQL's programs on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::postgres::error::PostgresError;
use crate::postgres::folder::Layout;

/// The programs every engine must have.
const PROGRAMS: [&str; 2] = ["postgres", "initdb"];

/// A set of PostgreSQL programs that runs on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    /// The folder of `postgres` and `initdb`.
    pub bindir: PathBuf,
    /// The full version, as in `15.18`.
    pub version: String,
    /// The major version, which the data folder's format depends on.
    pub major: u32,
    /// Folder of shared libraries that came with the programs and aren't known to the machine's loader.
    pub(super) libraries: Option<PathBuf>,
}

impl Engine {
    /// A command for one of the engine's programs, shielded from the caller's PostgreSQL settings.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bindir.join(program));
        self.shield(&mut command);
        command
    }

    /// Removes settings of the surrounding shell that would reach into our server.
    pub(super) fn shield(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C");
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
    }
}

/// The engine to use for a data folder.
///
/// In order: the folder named by the operator (`override_bindir`), Debian's version folders, engines
/// fetched into the data folder, then `PATH`. The highest version wins, except that existing data
/// needs the major version that wrote it.
///
/// # Errors
/// [`PostgresError::NoEngine`] if there is none, [`PostgresError::OtherMajor`] if none fits the data,
/// [`PostgresError::NotABindir`] or [`PostgresError::BrokenEngine`] if the named folder is no use.
pub fn find(data_dir: &Path, override_bindir: Option<&Path>) -> Result<Engine, PostgresError> {
    let cluster = Layout::of(data_dir).cluster;
    let needed = major_of_cluster(&cluster);
    if let Some(bindir) = override_bindir {
        let engine = probe(bindir)?;
        return match needed {
            Some(needed) if needed != engine.major => Err(PostgresError::OtherMajor {
                cluster,
                needed,
                at_hand: engine.version,
            }),
            _ => Ok(engine),
        };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let from_path = std::env::split_paths(&path).filter_map(|folder| {
        let program = fs::canonicalize(folder.join("postgres")).ok()?;
        program.parent().map(Path::to_path_buf)
    });
    let sources: [Vec<PathBuf>; 3] = [
        bindirs_in(Path::new("/usr/lib/postgresql")),
        fetched_bindirs(&Layout::of(data_dir).engines),
        from_path.collect(),
    ];
    choose(&sources, needed, &cluster)
}

/// Picks by source, then by version; remembers why nothing fitted.
fn choose(sources: &[Vec<PathBuf>], needed: Option<u32>, cluster: &Path) -> Result<Engine, PostgresError> {
    let mut seen = Vec::new();
    let mut broken = None;
    for source in sources {
        let mut engines = Vec::new();
        for bindir in source {
            match probe(bindir) {
                Ok(engine) => engines.push(engine),
                Err(PostgresError::NotABindir { .. }) => {}
                Err(reason) => broken = broken.or(Some(reason)),
            }
        }
        engines.sort_by_key(|engine| std::cmp::Reverse(numbers(&engine.version)));
        match engines
            .iter()
            .find(|engine| needed.is_none_or(|needed| needed == engine.major))
        {
            Some(engine) => return Ok(engine.clone()),
            None => seen.extend(engines.into_iter().map(|engine| engine.version)),
        }
    }
    seen.dedup();
    match (needed, broken) {
        (Some(needed), _) if !seen.is_empty() => Err(PostgresError::OtherMajor {
            cluster: cluster.to_path_buf(),
            needed,
            at_hand: seen.join(", "),
        }),
        (_, Some(broken)) => Err(broken),
        _ => Err(PostgresError::NoEngine),
    }
}

/// The major version that wrote an existing cluster.
pub(super) fn major_of_cluster(cluster: &Path) -> Option<u32> {
    fs::read_to_string(cluster.join("PG_VERSION"))
        .ok()?
        .trim()
        .split('.')
        .next()?
        .parse()
        .ok()
}

/// The engine in a folder of programs, after asking it for its version.
pub(super) fn probe(bindir: &Path) -> Result<Engine, PostgresError> {
    for program in PROGRAMS {
        if !bindir.join(program).is_file() {
            return Err(PostgresError::NotABindir {
                bindir: bindir.to_path_buf(),
                program,
            });
        }
    }
    let mut engine = Engine {
        bindir: bindir.to_path_buf(),
        version: String::new(),
        major: 0,
        libraries: libraries_beside(bindir),
    };
    for program in PROGRAMS {
        engine.version = version_of(&engine, program)?;
    }
    engine.major = numbers(&engine.version).first().copied().unwrap_or(0);
    Ok(engine)
}

/// What a program answers to `--version`, as in `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn version_of(engine: &Engine, program: &str) -> Result<String, PostgresError> {
    let broken = |reason: String| PostgresError::BrokenEngine {
        program: engine.bindir.join(program),
        reason,
    };
    let output = engine
        .command(program)
        .arg("--version")
        .output()
        .map_err(|reason| broken(reason.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    match version {
        Some(version) if output.status.success() => Ok(version.to_owned()),
        _ => Err(broken(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}

/// `15.18` as numbers, for ordering; a suffix such as `beta2` is left out.
fn numbers(version: &str) -> Vec<u32> {
    let leading = |part: &str| {
        part.chars()
            .take_while(char::is_ascii_digit)
            .collect::<String>()
            .parse()
            .ok()
    };
    version.split('.').map_while(leading).collect()
}

/// The `bin` folders below a folder of versions, as Debian lays them out.
fn bindirs_in(versions: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(versions) else {
        return Vec::new();
    };
    entries
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|bindir| bindir.is_dir())
        .collect()
}

/// The `bin` folders of engines that [`crate::postgres::install`] fetched.
fn fetched_bindirs(engines: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(engines) else {
        return Vec::new();
    };
    let finished = entries.flatten().filter(|entry| {
        // A name with a dot in front is a fetch that did not finish.
        !entry.file_name().to_string_lossy().starts_with('.')
    });
    finished.flat_map(|engine| bindirs_below(&engine.path())).collect()
}

/// The folders of server programs in one unpacked package, however deep it has them.
pub(super) fn bindirs_below(package: &Path) -> Vec<PathBuf> {
    bindirs_down_to(package, DEEPEST_BINDIR)
}

/// How deep packages have their programs: Debian's has them in `usr/lib/postgresql/15/bin`.
const DEEPEST_BINDIR: u32 = 5;

/// Folders named `bin` that hold a `postgres`, down to a depth.
fn bindirs_down_to(folder: &Path, depth: u32) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let folders = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut bindirs = Vec::new();
    for path in folders.map(|entry| entry.path()) {
        if path.ends_with("bin") && path.join("postgres").is_file() {
            bindirs.push(path);
        } else if depth > 1 {
            bindirs.extend(bindirs_down_to(&path, depth - 1));
        }
    }
    bindirs
}

/// The library folder of a Debian package that was unpacked into a folder of ours, recognised by the
/// client library in it; `None` for programs that were installed properly or bring their own paths.
fn libraries_beside(bindir: &Path) -> Option<PathBuf> {
    let root = bindir.ancestors().nth(5)?;
    if root == Path::new("/") || !bindir.starts_with(root.join("usr/lib/postgresql")) {
        return None;
    }
    let entries = fs::read_dir(root.join("usr/lib")).ok()?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(|folder| folder.join("libpq.so.5").exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_numbers() {
        assert!(numbers("15.18") > numbers("15.9"));
        assert!(numbers("18beta1") > numbers("17.10"));
        assert_eq!(numbers("15.18"), [15, 18]);
    }

    #[test]
    fn a_folder_without_the_programs_is_named_in_the_error() {
        let error = probe(Path::new("/nowhere/bin")).expect_err("there is nothing there");
        assert!(
            error
                .to_string()
                .starts_with("/nowhere/bin has no `postgres`; set PEERLORE_PG_BINDIR")
        );
    }

    #[test]
    fn without_any_engine_the_way_out_is_named() {
        let error = choose(&[Vec::new()], None, Path::new("/x")).expect_err("there is none");
        assert!(error.to_string().contains("apt-get install postgresql-15"));
        assert!(error.to_string().contains("DATABASE_URL"));
    }
}
