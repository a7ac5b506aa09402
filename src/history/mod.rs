//! The history of a local git repository as facts: who changed which files, and who reviewed that.
//!
//! Nothing but the repository itself is read: no settings of the user or the machine, no hooks, filters or drivers, and nothing is run. What lies in
//! it was written by others, so sizes are asked for before anything is unpacked, and no object may take more memory than people's own ever do.
mod changes;
mod error;
mod names;
mod tree;
mod walk;

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use gix::ObjectId;
use gix::ThreadSafeRepository;
use gix::objs::tree::EntryKind;
use gix::odb::pack::cache::lru::MemoryCappedHashmap;
use rayon::prelude::*;

pub use crate::history::error::Error;
use crate::history::error::said;
use crate::history::error::shown;
use crate::model::clock::Time;
use crate::model::history::File;
use crate::model::history::History;

/// Memory for objects that are asked for again, and as much for what packs build them from, each thread, in bytes.
const CACHE: usize = 32 << 20;
/// Most files and folders that a repository may have.
const MOST_ENTRIES: usize = 2_000_000;
/// Larger files are data: nobody writes that much by hand. In bytes.
const LARGEST: u64 = 2 << 20;
/// Most memory that one object may ask for, with what it is built from, in bytes: a few kilobytes of a pack can claim any size.
const MOST_MEMORY: usize = 128 << 20;

/// A git repository on this machine.
pub struct Repository {
    inner: ThreadSafeRepository,
    path: String,
    head: ObjectId,
}

/// What is asked of a history.
pub struct Asked<'a> {
    /// As of now ..
    pub now: Time,
    /// .. or of an earlier time.
    pub until: Option<Time>,
    /// Commits that make nobody know anything, by their whole names in small letters.
    pub ignored: &'a BTreeSet<String>,
    /// Whether people write a file by hand, by its path.
    pub by_hand: &'a (dyn Fn(&str) -> bool + Sync),
    /// Told how many of how many commits are read.
    pub progress: &'a (dyn Fn(usize, usize) + Sync),
}

impl Asked<'_> {
    fn at(&self) -> Time {
        self.until.unwrap_or(self.now)
    }
}

impl Repository {
    /// Opens a repository: a work tree, its `.git`, or a bare one.
    ///
    /// # Errors
    /// Where there is none, it can't be read, or it has no commit.
    pub fn open(path: &Path) -> Result<Self, Error> {
        match fs::metadata(path) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::PermissionDenied => return Err(Error::Forbidden(shown(path))),
            Err(_) => return Err(Error::Nothing(shown(path))),
        }
        // A link to a repository is one.
        let real = fs::canonicalize(path).map_err(|_| Error::Forbidden(shown(path)))?;
        if let Err(error) = fs::read_dir(&real)
            && error.kind() == ErrorKind::PermissionDenied
        {
            return Err(Error::Forbidden(shown(path)));
        }
        if gix::discover::is_git(&real).is_err() && gix::discover::is_git(&real.join(".git")).is_err() {
            return Err(Error::NoRepository(shown(path)));
        }
        let broken = |error: gix::Error| {
            too_large(&shown(path), &error).unwrap_or_else(|| Error::Broken {
                path: shown(path),
                cause: said(&error),
            })
        };
        // Laid over the repository's own settings, which might say otherwise.
        let limits = [
            format!("gitoxide.objects.allocLimit={MOST_MEMORY}"),
            format!("core.bigFileThreshold={LARGEST}"),
        ];
        let options = gix::open::Options::isolated().config_overrides(limits);
        let inner = ThreadSafeRepository::open_opts(real, options).map_err(broken)?;
        let local = inner.to_thread_local();
        let mut head = local.head().map_err(broken)?;
        if head.is_unborn() {
            return Err(Error::Empty(shown(path)));
        }
        let head = head.peel_to_commit().map_err(broken)?.id;
        Ok(Self {
            inner,
            path: shown(path),
            head,
        })
    }

    /// A text file of the last commit, such as `.gitattributes`; none where there is none, or where it is no text or too large.
    ///
    /// # Errors
    /// Where objects are missing.
    pub fn file(&self, path: &str) -> Result<Option<String>, Error> {
        let local = self.local();
        let bytes = self.bytes(&local, path).map_err(|error| self.objects(&error))?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn bytes(&self, local: &gix::Repository, path: &str) -> gix::Result<Option<Vec<u8>>> {
        let tree = local.find_commit(self.head)?.tree()?;
        let Some(entry) = tree.lookup_entry_by_path(path)? else {
            return Ok(None);
        };
        if !is_file(entry.mode().kind()) {
            return Ok(None);
        }
        changes::text(local, entry.object_id())
    }

    /// Where the repository was cloned from, as its own settings tell: the address of the remote `origin`.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        let address = self.local().config_snapshot().string("remote.origin.url")?;
        Some(address.to_string())
    }

    /// The history of the last commit, or of the last one on its first parents' line that was made by the time asked for.
    ///
    /// # Errors
    /// Where objects are missing, or no commit is that old.
    pub fn read(&self, asked: &Asked<'_>) -> Result<History, Error> {
        let local = self.local();
        let mut mailmap = gix::mailmap::Snapshot::default();
        if let Some(text) = self.bytes(&local, ".mailmap").map_err(|error| self.objects(&error))? {
            mailmap = gix::mailmap::Snapshot::from_bytes(&text);
        }
        let tip = match asked.until {
            // A committer's clock that runs ahead makes no commit unmade, unless somebody asks for the past.
            None => self.head,
            Some(at) => walk::tip(&local, self.head, at)
                .map_err(|error| self.objects(&error))?
                .ok_or_else(|| Error::NotYet {
                    path: self.path.clone(),
                    at,
                })?,
        };
        let entries = local
            .find_commit(tip)
            .and_then(|commit| commit.tree())
            .and_then(|tree| tree::files(&tree, MOST_ENTRIES));
        let entries = entries.map_err(|error| self.objects(&error))?;
        let entries = entries.ok_or_else(|| Error::TooMany {
            path: self.path.clone(),
            most: MOST_ENTRIES,
        })?;
        let all = entries.len();
        let files = self.by_hand(entries, asked).map_err(|error| self.objects(&error))?;
        let walked = walk::commits(&self.inner, tip, &mailmap, asked).map_err(|error| self.objects(&error))?;
        let tip_made = walk::made(&local, tip, asked.at()).map_err(|error| self.objects(&error))?;
        // A tip with a wrong date is not older than what it stands on.
        let written = walked.commits.iter().map(|commit| commit.at);
        let last_commit = written.fold(tip_made, Time::max).min(asked.at());
        Ok(History {
            at: asked.at(),
            last_commit,
            identities: walked.identities,
            commits: walked.commits,
            files_left_out: all - files.len(),
            files,
            merges: walked.merges,
            odd_dates: walked.odd_dates,
            shallow: local.is_shallow().map_err(|error| self.objects(&error))?,
        })
    }

    /// The files among these that people wrote, by path.
    fn by_hand(&self, entries: Vec<(String, ObjectId)>, asked: &Asked<'_>) -> gix::Result<Vec<File>> {
        let read = |local: &mut gix::Repository, (path, id): (String, ObjectId)| {
            if !(asked.by_hand)(&path) {
                return Ok(None);
            }
            let text = changes::text(local, id)?;
            Ok(text.map(|text| File {
                path,
                lines: changes::lines(&text),
            }))
        };
        let found: Vec<gix::Result<Option<File>>> = entries.into_par_iter().map_init(|| self.local(), read).collect();
        let mut files: Vec<File> = found
            .into_iter()
            .filter_map(Result::transpose)
            .collect::<gix::Result<_>>()?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    fn local(&self) -> gix::Repository {
        local(&self.inner)
    }

    fn objects(&self, error: &gix::Error) -> Error {
        too_large(&self.path, error).unwrap_or_else(|| Error::Objects {
            path: self.path.clone(),
            cause: said(error),
        })
    }
}

/// Whether an object took too much memory.
fn too_large(path: &str, error: &gix::Error) -> Option<Error> {
    error.is_resource_exhausted().then(|| Error::TooLarge {
        path: path.to_owned(),
        most: MOST_MEMORY >> 20,
    })
}

/// The repository as one thread reads it.
fn local(repository: &ThreadSafeRepository) -> gix::Repository {
    let mut local = repository.to_thread_local();
    local.object_cache_size(CACHE);
    local
        .objects
        .set_pack_cache(|| Box::new(MemoryCappedHashmap::new(CACHE)));
    local
}

/// Files, and neither links nor submodules.
fn is_file(kind: EntryKind) -> bool {
    matches!(kind, EntryKind::Blob | EntryKind::BlobExecutable)
}
