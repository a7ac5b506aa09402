//! Secrets at rest: sealed with XChaCha20-Poly1305, so that a copy of the database opens nothing.
//!
//! In: a secret, and a [`Label`] that says what it is and whose; out: bytes that only the same key and the same label
//! open, so that a row copied over another one is refused. The key comes from the configuration or from a file in the
//! data folder that is made on first need ([`Source`]). Several keys may be given, to rotate: the first seals, all open.
use std::fmt;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::KeyInit as _;
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::XNonce;
use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::aead::Generate as _;
use chacha20poly1305::aead::Key as AeadKey;
use chacha20poly1305::aead::Payload;
use secrecy::ExposeSecret;
use secrecy::SecretBox;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

/// The name of the key file in the data folder.
const FILE: &str = "sealing-key";

/// The first byte of everything sealed: which way of sealing it was.
const VERSION: u8 = 1;

/// Bytes of a nonce.
const NONCE: usize = 24;

/// Why something can't be sealed or opened. Never says a key or a secret.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// What was given is no key.
    #[error(
        "PEERLORE_SEALING_KEY holds no key: give 32 bytes in base64, as `openssl rand -base64 32` makes them; two with a comma while rotating, the new one first"
    )]
    NotAKey,
    /// The key file holds no key.
    #[error(
        "{} holds no sealing key (32 bytes in base64): put it back from your backup; if it is lost, `peerlore setup --forget` and set the App up anew", .file.display()
    )]
    NotAKeyFile {
        /// Which file.
        file: PathBuf,
    },
    /// Others may read the key file.
    #[error("{} holds the sealing key and has mode {mode:03o}, so that others can read it: chmod 600 {}", .file.display(), .file.display())]
    OpenToOthers {
        /// Which file.
        file: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file can't be read or made.
    #[error("the sealing key {} can't be {doing} ({why}): check the folder's owner, or set PEERLORE_SEALING_KEY", .file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// What was tried: "read" or "made".
        doing: &'static str,
        /// What the system said.
        why: std::io::Error,
    },
    /// There is no key yet, and nothing may be made.
    #[error("there is no sealing key at {}: it was there when the App was set up, so put it back, or set PEERLORE_SEALING_KEY", .file.display())]
    Missing {
        /// Which file.
        file: PathBuf,
    },
    /// No key opens it, or it is not what it is taken for.
    #[error(
        "the stored {what} doesn't open with this sealing key: give the key that sealed it (PEERLORE_SEALING_KEY, the same for every process); if it is lost, `peerlore setup --forget` and set the App up anew"
    )]
    Closed {
        /// What was to be opened.
        what: &'static str,
    },
    /// The system gave no random bytes.
    #[error("the system gives no random bytes; nothing can be sealed")]
    NoChance,
}

/// What a sealed secret is, and whose. It isn't stored with it: who opens has to know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label<'a> {
    /// What it is, in words for people: "private key".
    pub what: &'static str,
    /// Whose it is: "App 12 of <https://github.com>".
    pub whose: &'a str,
}

impl Label<'_> {
    /// Both parts, so that no two labels read the same.
    fn bytes(&self) -> Vec<u8> {
        format!("peerlore {} {} {}", self.what.len(), self.what, self.whose).into_bytes()
    }
}

/// One key or several: the first seals, all open. Cheap to clone; never shown.
#[derive(Clone)]
pub struct Keys(Arc<[SecretBox<[u8; 32]>]>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} sealing keys", self.0.len())
    }
}

impl Keys {
    /// The keys in a list: each 32 bytes in base64, with commas or line ends between them; none where one isn't that.
    #[must_use]
    pub fn parse(list: &SecretString) -> Option<Self> {
        let words = list.expose_secret().split([',', '\n']).map(str::trim);
        let keys = words.filter(|word| !word.is_empty()).map(|word| {
            let bytes = Zeroizing::new(STANDARD.decode(word).ok()?);
            let mut key = SecretBox::new(Box::new([0; 32]));
            let fits = bytes.len() == 32;
            if fits {
                use secrecy::ExposeSecretMut as _;
                key.expose_secret_mut().copy_from_slice(&bytes);
            }
            fits.then_some(key)
        });
        let keys: Option<Vec<SecretBox<[u8; 32]>>> = keys.collect();
        keys.filter(|keys| !keys.is_empty()).map(|keys| Self(keys.into()))
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Seals a secret with the first key.
    ///
    /// # Errors
    /// [`SealError::NoChance`] without random bytes.
    pub fn seal(&self, label: &Label<'_>, secret: &SecretString) -> Result<Vec<u8>, SealError> {
        let nonce = XNonce::try_generate().map_err(|_| SealError::NoChance)?;
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: &label.bytes(),
        };
        let first = self.0.first().ok_or(SealError::NotAKey)?;
        let sealed = cipher(first).encrypt(&nonce, payload);
        // Only a text of 256 GB is too long to be sealed.
        let sealed = sealed.map_err(|_| SealError::Closed { what: label.what })?;
        Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed under the same label, with whichever key fits.
    ///
    /// # Errors
    /// [`SealError::Closed`] where none does, or the bytes or the label are others.
    pub fn open(&self, label: &Label<'_>, sealed: &[u8]) -> Result<SecretString, SealError> {
        let closed = || SealError::Closed { what: label.what };
        let opened = self
            .0
            .iter()
            .find_map(|key| open(key, label, sealed))
            .ok_or_else(closed)?;
        let text = std::str::from_utf8(&opened).map_err(|_| closed())?;
        Ok(SecretString::from(text))
    }

    /// Whether the first key sealed it, so that the others aren't needed for it.
    #[must_use]
    pub fn sealed_by_first(&self, label: &Label<'_>, sealed: &[u8]) -> bool {
        let first = self.0.first();
        first.is_some_and(|key| open(key, label, sealed).is_some())
    }
}

fn open(key: &SecretBox<[u8; 32]>, label: &Label<'_>, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, msg) = sealed.strip_prefix(&[VERSION])?.split_at_checked(NONCE)?;
    let nonce = XNonce::try_from(nonce).ok()?;
    let aad = &label.bytes();
    cipher(key)
        .decrypt(&nonce, Payload { msg, aad })
        .ok()
        .map(Zeroizing::new)
}

fn cipher(key: &SecretBox<[u8; 32]>) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.expose_secret().into())
}

/// Where the keys come from. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Source {
    /// The configuration gave them.
    Given(Keys),
    /// They lie in this file; it is made when something is sealed for the first time.
    File(PathBuf),
}

impl Source {
    /// The keys that the configuration gives, else the key file of this data folder.
    ///
    /// # Errors
    /// [`SealError::NotAKey`] where what is given is no key.
    pub fn of(given: Option<&SecretString>, data_dir: &Path) -> Result<Self, SealError> {
        match given {
            Some(list) => Keys::parse(list).map(Self::Given).ok_or(SealError::NotAKey),
            None => Ok(Self::File(data_dir.join(FILE))),
        }
    }

    /// The keys, to open something; makes nothing.
    ///
    /// # Errors
    /// [`SealError`] where there is no key, or it can't be used.
    pub fn keys(&self) -> Result<Keys, SealError> {
        match self {
            Self::Given(keys) => Ok(keys.clone()),
            Self::File(file) => read(file),
        }
    }

    /// The keys, to seal something; makes the file where there is none.
    ///
    /// # Errors
    /// [`SealError`] where it can't be made or used.
    pub fn keys_or_new(&self) -> Result<Keys, SealError> {
        match self.keys() {
            Err(SealError::Missing { file }) => {
                make(&file)?;
                // Two processes may have made it at once: both use the one that stands.
                read(&file)
            }
            keys => keys,
        }
    }
}

fn read(file: &Path) -> Result<Keys, SealError> {
    let io = |why: std::io::Error| {
        let file = file.to_owned();
        if why.kind() == std::io::ErrorKind::NotFound {
            return SealError::Missing { file };
        }
        SealError::File {
            file,
            doing: "read",
            why,
        }
    };
    let mode = fs::metadata(file).map_err(io)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SealError::OpenToOthers {
            file: file.to_owned(),
            mode,
        });
    }
    let text = SecretString::from(fs::read_to_string(file).map_err(io)?);
    Keys::parse(&text).ok_or_else(|| SealError::NotAKeyFile { file: file.to_owned() })
}

/// Makes the file whole or not at all, for nobody but its owner; leaves one that is there.
fn make(file: &Path) -> Result<(), SealError> {
    let io = |why| SealError::File {
        file: file.to_owned(),
        doing: "made",
        why,
    };
    let key = AeadKey::<XChaCha20Poly1305>::try_generate().map_err(|_| SealError::NoChance)?;
    let text = Zeroizing::new(format!("{}\n", STANDARD.encode(key)));
    if let Some(folder) = file.parent() {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(io)?;
    }
    // Not by the process's number: in containers that is always the same, also on a folder that two of them share.
    let draft = file.with_extension(hex::encode(&chance()?[..8]));
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut opened| {
            opened.write_all(text.as_bytes())?;
            opened.sync_all()
        })
        .and_then(|()| match fs::hard_link(&draft, file) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        })
        // What is sealed may outlive a loss of power; so must its key.
        .and_then(|()| {
            file.parent()
                .map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
        });
    // The draft is ours alone; whether it went or not changes nothing about the key.
    drop(fs::remove_file(&draft));
    written.map_err(io)
}

/// 32 random bytes.
///
/// # Errors
/// [`SealError::NoChance`] where the system gives none.
pub fn chance() -> Result<[u8; 32], SealError> {
    let bytes = AeadKey::<XChaCha20Poly1305>::try_generate().map_err(|_| SealError::NoChance)?;
    Ok(bytes.into())
}

#[cfg(test)]
mod tests;
