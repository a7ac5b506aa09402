//! Repositories for tests, made by git from a stream.
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use chrono::NaiveDate;
use chrono::NaiveTime;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use tempfile::TempDir;

/// Who, with which address, on which day.
type By<'a> = (&'a str, &'a str, &'a str);
/// A path with its text, or none where it goes.
type Changed<'a> = (&'a str, Option<&'a str>);

/// A repository that is being told, or is there.
pub struct Repository {
    folder: TempDir,
    stream: String,
    marks: usize,
}

impl Repository {
    /// An empty one.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        git(folder.path(), &["init", "--quiet", "--initial-branch", "main", "."]);
        Self {
            folder,
            stream: String::new(),
            marks: 0,
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A commit on the main branch.
    pub fn commit(&mut self, by: By<'_>, message: &str, files: &[Changed<'_>]) {
        self.commit_on("main", by, message, &[], files);
    }

    /// A branch from before the last commit's end that changes one file, and its merge.
    pub fn merge_of_a_branch(&mut self, by: By<'_>, path: &str, text: &str) {
        let main = self.marks;
        self.commit_on("side", by, "Aside", &[format!("from :{main}")], &[(path, Some(text))]);
        let side = self.marks;
        let parents = [format!("from :{main}"), format!("merge :{side}")];
        self.commit_on("main", by, "Merge", &parents, &[(path, Some(text))]);
    }

    /// A commit whose `.git-blame-ignore-revs` names the one before.
    pub fn commit_ignoring_the_last(&mut self, by: By<'_>) {
        self.flush();
        let last = git(self.path(), &["rev-parse", "main"]);
        let parent = ["from refs/heads/main^0".to_owned()];
        let text = format!("# Formatting\n{last}\n");
        self.commit_on(
            "main",
            by,
            "Ignore",
            &parent,
            &[(".git-blame-ignore-revs", Some(&text))],
        );
    }

    fn commit_on(
        &mut self,
        branch: &str,
        (name, email, day): By<'_>,
        message: &str,
        parents: &[String],
        files: &[Changed<'_>],
    ) {
        let day: NaiveDate = day.parse().expect("a day");
        let when = format!(
            "{name} <{email}> {} +0000",
            day.and_time(NaiveTime::MIN).and_utc().timestamp()
        );
        self.marks += 1;
        let mut write = |text: std::fmt::Arguments<'_>| self.stream.write_fmt(text).expect("memory");
        write(format_args!(
            "commit refs/heads/{branch}\nmark :{}\nauthor {when}\ncommitter {when}\n",
            self.marks
        ));
        write(format_args!("data {}\n{message}\n", message.len()));
        for parent in parents {
            write(format_args!("{parent}\n"));
        }
        for (path, text) in files {
            let path = path.replace('\u{1b}', "\\033").replace('\u{7}', "\\007");
            match text {
                Some(text) => write(format_args!(
                    "M 100644 inline \"{path}\"\ndata {}\n{text}\n",
                    text.len()
                )),
                None => write(format_args!("D \"{path}\"\n")),
            }
        }
    }

    /// Has git read what was told so far.
    pub fn build(mut self) -> Self {
        self.flush();
        self
    }

    fn flush(&mut self) {
        let stream = std::mem::take(&mut self.stream);
        feed(self.path(), &["fast-import", "--quiet"], &stream);
    }

    /// A commit of trees that each name the one below `wide` times, `deep` of them.
    pub fn commit_tree_of_trees(&self, wide: usize, deep: usize) {
        let blob = feed(self.path(), &["hash-object", "-w", "--stdin"], "one\n");
        let mut below = format!("100644 blob {blob}");
        for _ in 0..deep {
            let entries: Vec<String> = (0..wide).map(|name| format!("{below}\t{name}\n")).collect();
            below = format!("040000 tree {}", feed(self.path(), &["mktree"], &entries.concat()));
        }
        let (_, tree) = below.rsplit_once(' ').expect("a tree");
        self.commit_tree(tree, &[]);
    }

    /// A commit upon the main branch with one file and no other.
    pub fn commit_file(&self, name: &str, text: &str) {
        let blob = feed(self.path(), &["hash-object", "-w", "--stdin"], text);
        let tree = feed(self.path(), &["mktree"], &format!("100644 blob {blob}\t{name}\n"));
        self.commit_tree(&tree, &["-p", "main"]);
    }

    /// A commit whose tree, a loose object, claims to have so many bytes and has few.
    pub fn commit_tree_that_claims(&self, bytes: u64) {
        let tree = "ab".repeat(20);
        let folder = self.path().join(".git/objects/ab");
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = File::create(folder.join(&tree[2..])).expect("a file");
        let mut zlib = ZlibEncoder::new(file, Compression::fast());
        write!(zlib, "tree {bytes}\0100644 a.rs\0").expect("a disk");
        zlib.write_all(&[0; 100]).expect("a disk");
        zlib.finish().expect("a disk");
        let text = format!("tree {tree}\nauthor A <a@x> 1700000000 +0000\ncommitter A <a@x> 1700000000 +0000\n\nBig\n");
        let arguments = ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"];
        let id = feed(self.path(), &arguments, &text);
        git(self.path(), &["update-ref", "refs/heads/main", &id]);
    }

    /// A commit with a message of so many bytes, which takes a thousandth of that in its pack.
    pub fn commit_that_says(&self, bytes: usize) {
        let tree = feed(self.path(), &["mktree"], "");
        let id = feed(self.path(), &["commit-tree", &tree], &"x".repeat(bytes));
        git(self.path(), &["update-ref", "refs/heads/main", &id]);
        git(self.path(), &["repack", "-a", "-d", "--quiet"]);
    }

    fn commit_tree(&self, tree: &str, parents: &[&str]) {
        let arguments = [&["commit-tree", "-m", "Trees", tree], parents].concat();
        let id = git(self.path(), &arguments);
        git(self.path(), &["update-ref", "refs/heads/main", &id]);
    }

    /// A commit without any change, with these lines as they are, upon the main branch.
    pub fn commit_by_hand(&self, author: &str, committer: &str) {
        let tree = git(self.path(), &["rev-parse", "main^{tree}"]);
        let parent = git(self.path(), &["rev-parse", "main"]);
        let text = format!("tree {tree}\nparent {parent}\nauthor {author}\ncommitter {committer}\n\nOdd\n");
        let id = feed(
            self.path(),
            &["hash-object", "-t", "commit", "-w", "--literally", "--stdin"],
            &text,
        );
        git(self.path(), &["update-ref", "refs/heads/main", &id]);
    }
}

/// Runs git in a folder without any settings but the repository's, as somebody on a fixed day; gives what it says.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    feed(folder, arguments, "")
}

fn feed(folder: &Path, arguments: &[&str], input: &str) -> String {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), "Gil")
            .env(format!("GIT_{who}_EMAIL"), "gil@x.example")
            .env(format!("GIT_{who}_DATE"), "2025-06-01T00:00:00Z");
    }
    let mut child = command.spawn().expect("git is there");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("git reads");
    drop(stdin);
    let output = child.wait_with_output().expect("git ends");
    assert!(output.status.success(), "git {arguments:?}");
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}
