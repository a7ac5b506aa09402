//! Commits as maps from path to content, and what two of them have in common.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::demo::github::state::{Repository, Sha};

/// A file's text and its name by content.
#[derive(Clone, Debug)]
pub struct Blob {
    pub text: Arc<str>,
    pub sha: Sha,
}

/// The files of one commit.
pub type Tree = BTreeMap<Arc<str>, Blob>;

/// A commit.
#[derive(Debug)]
pub struct Commit {
    pub sha: Sha,
    pub parents: Vec<Sha>,
    pub tree: Arc<Tree>,
    pub author: String,
    pub message: String,
    pub at: DateTime<Utc>,
    /// One more than the highest of its parents: no commit is an ancestor of a lower one.
    pub generation: u32,
}

/// One file written or removed by a commit.
#[derive(Clone, Debug)]
pub struct Change {
    path: String,
    text: Option<String>,
}

impl Change {
    /// The file has this text after the commit.
    pub fn write(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: Some(text.into()),
        }
    }

    /// The file is gone after the commit.
    pub fn remove(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: None,
        }
    }
}

/// Forty hexadecimal digits that stand for these parts, in this order.
pub fn digest(parts: &[&str]) -> Sha {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let full = hasher.finalize();
    Arc::from(hex::encode(&full[..20]))
}

/// A file of this text.
pub fn blob(text: &str) -> Blob {
    Blob {
        sha: digest(&["blob", text]),
        text: Arc::from(text),
    }
}

/// The tree after the changes.
pub fn apply(tree: &Tree, changes: &[Change]) -> Tree {
    let mut next = tree.clone();
    for change in changes {
        match &change.text {
            Some(text) => {
                next.insert(Arc::from(change.path.as_str()), blob(text));
            }
            None => {
                next.remove(change.path.as_str());
            }
        }
    }
    next
}

/// Who committed, what they said and when.
pub struct Said<'a> {
    pub author: &'a str,
    pub message: &'a str,
    pub at: DateTime<Utc>,
}

impl Repository {
    /// Adds a commit and gives its name.
    pub fn commit_tree(&mut self, parents: Vec<Sha>, tree: Arc<Tree>, said: &Said<'_>) -> Sha {
        let stamp = said.at.timestamp().to_string();
        let mut parts: Vec<&str> = vec!["commit", said.author, said.message, &stamp];
        parts.extend(parents.iter().map(|p| &**p));
        let shas: Vec<Sha> = tree.values().map(|b| b.sha.clone()).collect();
        parts.extend(shas.iter().map(|s| &**s));
        let sha = digest(&parts);
        let highest = parents
            .iter()
            .filter_map(|p| self.commits.get(p))
            .map(|c| c.generation)
            .max();
        let commit = Commit {
            sha: sha.clone(),
            parents,
            tree,
            author: said.author.to_owned(),
            message: said.message.to_owned(),
            at: said.at,
            generation: highest.map_or(0, |g| g + 1),
        };
        self.commits.insert(sha.clone(), Arc::new(commit));
        sha
    }

    /// The best common ancestor of two commits; none when they share no history.
    pub fn merge_base(&self, one: &str, two: &str) -> Option<Sha> {
        let mut queue: BinaryHeap<(u32, Sha)> = BinaryHeap::new();
        let mut sides: HashMap<Sha, u8> = HashMap::new();
        for (name, side) in [(one, 1_u8), (two, 2)] {
            let commit = self.commits.get(name)?;
            queue.push((commit.generation, commit.sha.clone()));
            *sides.entry(commit.sha.clone()).or_default() |= side;
        }
        while let Some((_, sha)) = queue.pop() {
            let side = sides.get(&sha).copied().unwrap_or(0);
            if side == 3 {
                return Some(sha);
            }
            for parent in &self.commits.get(&sha)?.parents {
                let known = sides.entry(parent.clone()).or_default();
                if *known | side != *known {
                    *known |= side;
                    let generation = self.commits.get(parent)?.generation;
                    queue.push((generation, parent.clone()));
                }
            }
        }
        None
    }

    /// Commits reachable from `head` but not from `base`, oldest first.
    pub fn commits_between(&self, base: &str, head: &str) -> Vec<Arc<Commit>> {
        let behind = self.ancestors(base, &HashSet::new());
        let ahead = self.ancestors(head, &behind);
        let mut found: Vec<Arc<Commit>> = ahead.iter().filter_map(|sha| self.commits.get(sha).cloned()).collect();
        found.sort_by(|a, b| (a.generation, a.at, &a.sha).cmp(&(b.generation, b.at, &b.sha)));
        found
    }

    fn ancestors(&self, of: &str, stop: &HashSet<Sha>) -> HashSet<Sha> {
        let mut seen = HashSet::new();
        let mut open: Vec<Sha> = self.commits.get(of).map(|c| c.sha.clone()).into_iter().collect();
        while let Some(sha) = open.pop() {
            if stop.contains(&sha) || seen.contains(&sha) {
                continue;
            }
            if let Some(commit) = self.commits.get(&sha) {
                open.extend(commit.parents.iter().cloned());
            }
            seen.insert(sha);
        }
        seen
    }

    /// The tree of `head`'s work put onto `onto`: file by file, and line by line where both changed it.
    /// Where the lines clash, `head`'s file wins, as its author would settle it.
    pub fn replayed(&self, head: &str, onto: &str) -> Option<Tree> {
        let base = self.merge_base(head, onto)?;
        let (old, ours, theirs) = (self.tree(&base)?, self.tree(head)?, self.tree(onto)?);
        let mut next: Tree = (**theirs).clone();
        let paths: BTreeSet<&Arc<str>> = old.keys().chain(ours.keys()).collect();
        for path in paths {
            let (before, mine, other) = (old.get(path), ours.get(path), theirs.get(path));
            if before.map(|b| &b.sha) == mine.map(|b| &b.sha) {
                continue;
            }
            match (before, mine, other) {
                (_, None, _) => {
                    next.remove(path);
                }
                (Some(b), Some(m), Some(o)) if o.sha != b.sha && o.sha != m.sha => {
                    let merged = diffy::merge(&b.text, &m.text, &o.text);
                    next.insert(path.clone(), merged.map_or_else(|_| m.clone(), |text| blob(&text)));
                }
                (_, Some(m), _) => {
                    next.insert(path.clone(), m.clone());
                }
            }
        }
        Some(next)
    }
}
