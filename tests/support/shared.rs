//! Real data that lies beside the project and is never part of it.
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

/// A file under `../shared/data` (or `$PEERLORE_SHARED/data`). None where it isn't there, which is said on the standard
/// error itself: what a passing test prints the usual way is never shown.
pub fn open(file: &str) -> Option<File> {
    let path = folder().join("data").join(file);
    if let Ok(opened) = File::open(&path) {
        return Some(opened);
    }
    let said = format!(
        "SKIPPED: no {}, so a test on real data proves nothing here; PEERLORE_SHARED names the folder that holds data/\n",
        path.display()
    );
    std::io::stderr().write_all(said.as_bytes()).expect("a standard error");
    None
}

/// The folder that holds `data/`, whether or not it is there.
pub fn folder() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    std::env::var_os("PEERLORE_SHARED").map_or_else(beside, PathBuf::from)
}
