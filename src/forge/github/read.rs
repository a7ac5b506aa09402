//! Reading calls about pull requests.
use std::collections::BTreeSet;

use serde::Deserialize;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::forge::github::call::Call;
use crate::forge::github::call::segment;
use crate::forge::github::shapes::Comment;
use crate::forge::github::shapes::List;
use crate::forge::github::shapes::Pull;
use crate::forge::github::shapes::User;
use crate::model::comment::CommentPlace;
use crate::model::event::PullSeen;
use crate::model::ids::CommentId;
use crate::model::ids::PersonId;
use crate::model::person::PersonKind;
use crate::model::pull::ComparedFile;
use crate::model::pull::PullContents;
use crate::model::pull::PullFile;

/// A file of a pull request or a comparison.
#[derive(Deserialize, Default)]
#[serde(default)]
struct File {
    filename: Option<String>,
    previous_filename: Option<String>,
    status: Option<String>,
    sha: Option<String>,
    additions: Option<i32>,
    deletions: Option<i32>,
    changes: Option<i32>,
    patch: Option<String>,
}

impl File {
    fn compared(self) -> Option<ComparedFile> {
        // A pure rename has no patch because nothing in it changed.
        let unchanged = self.status.as_deref() == Some("renamed") && self.changes == Some(0);
        Some(ComparedFile {
            path: self.filename?,
            previous_path: self.previous_filename,
            patch: self.patch.or_else(|| unchanged.then(String::new)),
            blob: self.sha,
        })
    }

    fn of_pull(self) -> Option<PullFile> {
        Some(PullFile {
            path: self.filename?,
            previous_path: self.previous_filename,
            additions: self.additions.unwrap_or(0),
            deletions: self.deletions.unwrap_or(0),
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Signature {
    email: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct GitCommit {
    message: Option<String>,
    author: Option<Signature>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Commit {
    sha: Option<String>,
    #[serde(rename = "commit")]
    git: Option<GitCommit>,
    author: Option<User>,
    committer: Option<User>,
}

/// The number in `ID+login@users.noreply.HOST`, the address that GitHub gives those who keep theirs private.
pub(super) fn number_in_address(address: &str) -> Option<PersonId> {
    let (name, host) = address.trim().split_once('@')?;
    let (number, login) = name.split_once('+')?;
    let ours = host.to_ascii_lowercase().starts_with("users.noreply.") && !login.ends_with("[bot]");
    number.parse().ok().filter(|_| ours).map(PersonId)
}

/// The people in the `Co-authored-by` trailers of a commit message.
fn co_authors(message: &str) -> impl Iterator<Item = PersonId> {
    message.lines().filter_map(|line| {
        let (key, value) = line.trim().split_once(':')?;
        let (_, address) = value.rsplit_once('<')?;
        let is_trailer = key.trim().eq_ignore_ascii_case("co-authored-by");
        number_in_address(address.trim_end().trim_end_matches('>')).filter(|_| is_trailer)
    })
}

/// The people who wrote or committed it; GitHub's own committer and bots are left out.
fn writers(commit: &Commit) -> impl Iterator<Item = PersonId> {
    let accounts = [commit.author.as_ref(), commit.committer.as_ref()]
        .into_iter()
        .flatten();
    let people = accounts
        .filter_map(User::to_actor)
        .filter(|actor| actor.kind == PersonKind::Human);
    let signature = commit.git.as_ref().and_then(|git| git.author.as_ref());
    let address = signature
        .filter(|_| commit.author.is_none())
        .and_then(|author| author.email.as_deref());
    people.map(|actor| actor.id).chain(address.and_then(number_in_address))
}

impl Forge {
    /// The files of a pull request (all pages; GitHub gives at most 3,000) and who wrote its commits (at most 250).
    ///
    /// # Errors
    /// As [`ForgeError`] says; [`ForgeError::NotFound`] where there is no such pull request.
    pub async fn pull_contents(&self, at: &RepoAt<'_>, number: i32) -> Result<PullContents, ForgeError> {
        let files = self.pull_files(at, number).await?;
        let path = format!("{}/pulls/{number}", repo_path(at));
        let doing = format!(
            "reading the commits of pull request {number} of {}/{}",
            at.owner, at.name
        );
        let seat = self.github.seat_at(at, &doing).await?;
        let commits = Call {
            doing: &doing,
            endpoint: "pull_commits",
            path: format!("{path}/commits"),
        };
        let commits: Vec<Commit> = self.github.list(&seat, &commits).await?;
        let messages = commits
            .iter()
            .filter_map(|commit| commit.git.as_ref()?.message.as_deref());
        Ok(PullContents {
            files,
            committers: commits
                .iter()
                .flat_map(writers)
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            co_authors: messages
                .flat_map(co_authors)
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            commits: commits.iter().filter_map(|commit| commit.sha.clone()).collect(),
        })
    }

    /// The files of a pull request (all pages; GitHub gives at most 3,000).
    ///
    /// # Errors
    /// As for [`Forge::pull_contents`].
    pub async fn pull_files(&self, at: &RepoAt<'_>, number: i32) -> Result<Vec<PullFile>, ForgeError> {
        let doing = format!("reading the files of pull request {number} of {}/{}", at.owner, at.name);
        let seat = self.github.seat_at(at, &doing).await?;
        let files = Call {
            doing: &doing,
            endpoint: "pull_files",
            path: format!("{}/pulls/{number}/files", repo_path(at)),
        };
        let files: Vec<File> = self.github.list(&seat, &files).await?;
        Ok(files.into_iter().filter_map(File::of_pull).collect())
    }

    /// The text of `.gitattributes` at the top of the default branch; none where there is no such file.
    ///
    /// # Errors
    /// As [`ForgeError`] says, but for [`ForgeError::NotFound`].
    pub async fn attributes(&self, at: &RepoAt<'_>) -> Result<Option<String>, ForgeError> {
        self.text_file(at, ".gitattributes", None).await
    }

    /// The files that `head` changed since it left `base` (three dots), at most 300: the limit of GitHub's comparison,
    /// which gives all its files with the first page.
    ///
    /// # Errors
    /// As [`ForgeError`] says; [`ForgeError::NotFound`] where a commit is gone.
    pub async fn comparison(&self, at: &RepoAt<'_>, base: &str, head: &str) -> Result<Vec<ComparedFile>, ForgeError> {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Comparison {
            files: List<File>,
        }
        let doing = format!("comparing {base} with {head} of {}/{}", at.owner, at.name);
        let seat = self.github.seat_at(at, &doing).await?;
        // One commit a page: the commits themselves are not wanted.
        let path = format!(
            "{}/compare/{}...{}?per_page=1&page=1",
            repo_path(at),
            segment(base),
            segment(head)
        );
        let comparison: Comparison = self
            .github
            .get(
                &seat,
                &Call {
                    doing: &doing,
                    endpoint: "compare",
                    path,
                },
            )
            .await?;
        Ok(comparison.files.into_entries().filter_map(File::compared).collect())
    }

    /// Who reacted to a comment with what (`+1`, `heart`, `confused`, ..). Texts of reviews can't be asked about: none.
    ///
    /// # Errors
    /// As [`ForgeError`] says.
    pub async fn reactions(
        &self,
        at: &RepoAt<'_>,
        place: CommentPlace,
        id: CommentId,
    ) -> Result<Vec<(PersonId, String)>, ForgeError> {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Reaction {
            user: Option<User>,
            content: Option<String>,
        }
        let list = match place {
            CommentPlace::Diff => "pulls/comments",
            CommentPlace::Conversation => "issues/comments",
            CommentPlace::Review => return Ok(Vec::new()),
        };
        let doing = format!("reading the reactions to comment {id} of {}/{}", at.owner, at.name);
        let seat = self.github.seat_at(at, &doing).await?;
        let path = format!("{}/{list}/{id}/reactions", repo_path(at));
        let call = Call {
            doing: &doing,
            endpoint: "reactions",
            path,
        };
        let reactions: Vec<Reaction> = self.github.list(&seat, &call).await?;
        let told = |reaction: Reaction| Some((reaction.user?.to_actor()?.id, reaction.content?));
        Ok(reactions.into_iter().filter_map(told).collect())
    }

    /// A pull request's state.
    ///
    /// # Errors
    /// As [`ForgeError`] says; [`ForgeError::NotFound`] where there is no such pull request.
    pub async fn pull(&self, at: &RepoAt<'_>, number: i32) -> Result<PullSeen, ForgeError> {
        let doing = format!("reading pull request {number} of {}/{}", at.owner, at.name);
        let seat = self.github.seat_at(at, &doing).await?;
        let call = Call {
            doing: &doing,
            endpoint: "pull",
            path: format!("{}/pulls/{number}", repo_path(at)),
        };
        let pull: Pull = self.github.get(&seat, &call).await?;
        let missing = |field: &str| ForgeError::Unreadable {
            doing: doing.clone(),
            what: format!("{field} is missing"),
        };
        pull.to_seen(Some(number)).map_err(missing)
    }

    /// Our own comment in a pull request's conversation that contains `marker`: its number and text, the oldest if
    /// there are more. Others' comments don't count, since anybody can copy a hidden marker.
    ///
    /// # Errors
    /// As [`ForgeError`] says.
    pub async fn find_comment(
        &self,
        at: &RepoAt<'_>,
        number: i32,
        marker: &str,
    ) -> Result<Option<(CommentId, String)>, ForgeError> {
        let doing = format!(
            "reading the comments on pull request {number} of {}/{}",
            at.owner, at.name
        );
        let seat = self.github.seat_at(at, &doing).await?;
        let own = self.own_account().await?;
        let path = format!("{}/issues/{number}/comments", repo_path(at));
        let call = Call {
            doing: &doing,
            endpoint: "issue_comments",
            path,
        };
        let comments: Vec<Comment> = self.github.list(&seat, &call).await?;
        let ours = |comment: &Comment| {
            let login = comment.user.as_ref().and_then(|user| user.login.as_deref());
            login.is_some_and(|login| login.eq_ignore_ascii_case(&own.login))
        };
        let found = comments
            .into_iter()
            .filter(ours)
            .find_map(|comment| Some((comment.id?, comment.body?)).filter(|(_, body)| body.contains(marker)));
        Ok(found.map(|(id, body)| (CommentId(id), body)))
    }
}

/// The path of a repository.
pub fn repo_path(at: &RepoAt<'_>) -> String {
    format!("/repos/{}/{}", segment(at.owner), segment(at.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn co_authors_are_read_from_trailers_with_a_number() {
        let message = "Add retries\n\nCo-authored-by: Ada <12+ada@users.noreply.github.com>\nco-authored-by:Bo <7+bo@users.noreply.git.example.com>\nCo-authored-by: C <c@example.com>\nSigned-off-by: D <9+d@users.noreply.github.com>\nCo-authored-by: Bot <1+x[bot]@users.noreply.github.com>";
        assert_eq!(co_authors(message).collect::<Vec<_>>(), [PersonId(12), PersonId(7)]);
    }
}
