//! The npm packages that the tests read or run, installed once into `target/npm` by npm itself.
use std::fs;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

/// The folder of an installed package, or none (said loudly) where npm is absent; in CI its absence is a failure.
pub fn package(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("the target folder")
        .join("npm");
    fs::create_dir_all(&home).expect("a folder for npm packages");
    let lock = File::create(home.join("lock")).expect("a lock file");
    lock.lock().expect("the lock, once another test has installed");
    let wanted = fs::read(root.join("tests/npm/package-lock.json")).expect("tests/npm/package-lock.json");
    let installed = home.join("node_modules").join(name);
    let up_to_date = fs::read(home.join("package-lock.json")).is_ok_and(|have| have == wanted);
    if up_to_date && installed.is_dir() {
        return Some(installed);
    }
    fs::copy(root.join("tests/npm/package.json"), home.join("package.json")).expect("a copy of package.json");
    fs::write(home.join("package-lock.json"), wanted).expect("a copy of package-lock.json");
    let npm = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&home)
        .output();
    let why = match npm {
        Ok(output) if output.status.success() => return Some(installed),
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            assert!(std::env::var_os("CI").is_none(), "npm is needed in CI; install it");
            // Not by eprintln!, since what a passing test prints that way is never shown.
            writeln!(
                std::io::stderr(),
                "SKIPPED: npm is not installed, so tests that need the npm package {name} prove nothing here"
            )
            .expect("a standard error");
            return None;
        }
        Err(error) => error.to_string(),
    };
    fs::remove_file(home.join("package-lock.json")).ok();
    panic!("npm could not install the packages of tests/npm: {why}")
}
