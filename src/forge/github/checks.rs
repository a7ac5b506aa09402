//! Check runs: a neutral word beside a commit. GitHub shows them on every pull request whose head the commit is, those
//! from forks too. Needs the permission `checks: write`, which only an App can have.
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::json;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::forge::github::call::Call;
use crate::forge::github::call::Write;
use crate::forge::github::call::segment;
use crate::forge::github::read::repo_path;
use crate::model::ids::CheckId;

/// Annotations that GitHub takes in one call. Source: GitHub REST API, "Update a check run".
const ANNOTATIONS: usize = 50;
/// Characters that GitHub takes as a summary. Source: the same page.
const SUMMARY: usize = 65_535;
/// Characters of a title that its pages show.
const TITLE: usize = 255;
/// Characters of an annotation that are sent; GitHub takes 64 KB.
const MESSAGE: usize = 10_000;

/// A completed, neutral check run: it never holds anything up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckRun {
    /// By which it is told apart from others on the same commit.
    pub name: String,
    /// The commit.
    pub head_sha: String,
    /// The line beside the name.
    pub title: String,
    /// The text of its page, markdown; cut where GitHub takes no more.
    pub summary: String,
    /// Where its link leads; GitHub's own page where there is none.
    pub details_url: Option<String>,
    /// What it is about, in our words.
    pub external_id: String,
    /// What it says about lines of files.
    pub annotations: Vec<Annotation>,
}

/// A word about one line of a file, shown as a warning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Annotation {
    /// The file, from the repository's root.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// What is said, plain text.
    pub message: String,
}

impl Forge {
    /// Posts a check run and gives its number. More annotations than GitHub takes in one call follow by edits.
    ///
    /// # Errors
    /// As [`ForgeError`] says; [`ForgeError::Declined`] where GitHub doesn't know the commit. After a failure it may
    /// stand all the same: look for it with [`Forge::find_check`] before posting again.
    pub async fn post_check(&self, at: &RepoAt<'_>, run: &CheckRun) -> Result<CheckId, ForgeError> {
        #[derive(Deserialize)]
        struct Posted {
            id: i64,
        }
        let doing = format!("posting a check run in {}/{}", at.owner, at.name);
        let seat = self.github.seat_at(at, &doing).await?;
        let call = Call {
            doing: &doing,
            endpoint: "post_check",
            path: format!("{}/check-runs", repo_path(at)),
        };
        let mut chunks = run.annotations.chunks(ANNOTATIONS);
        let mut body = run.body(chunks.next().unwrap_or_default());
        if let Some(fields) = body.as_object_mut() {
            fields.insert("head_sha".to_owned(), json!(run.head_sha));
        }
        let posted: Posted = self.github.write(&seat, &call, &Write::Post, &body).await?;
        let id = CheckId(posted.id);
        for chunk in chunks {
            self.send_edit(at, id, &run.body(chunk)).await?;
        }
        Ok(id)
    }

    /// Puts another text in place of that of our check run. Its annotations are added to those that stand: GitHub takes
    /// none back, so for other ones post a new run of the same name, which GitHub shows instead.
    ///
    /// # Errors
    /// As [`ForgeError`] says; [`ForgeError::NotFound`] where it is gone.
    pub async fn edit_check(&self, at: &RepoAt<'_>, id: CheckId, run: &CheckRun) -> Result<(), ForgeError> {
        let mut chunks = run.annotations.chunks(ANNOTATIONS);
        self.send_edit(at, id, &run.body(chunks.next().unwrap_or_default()))
            .await?;
        for chunk in chunks {
            self.send_edit(at, id, &run.body(chunk)).await?;
        }
        Ok(())
    }

    async fn send_edit(&self, at: &RepoAt<'_>, id: CheckId, body: &Value) -> Result<(), ForgeError> {
        let doing = format!("editing check run {id} of {}/{}", at.owner, at.name);
        let seat = self.github.seat_at(at, &doing).await?;
        let call = Call {
            doing: &doing,
            endpoint: "edit_check",
            path: format!("{}/check-runs/{id}", repo_path(at)),
        };
        let _: IgnoredAny = self.github.write(&seat, &call, &Write::Patch, body).await?;
        Ok(())
    }

    /// The latest check run of this name on a commit that we posted.
    ///
    /// # Errors
    /// As [`ForgeError`] says; [`ForgeError::Declined`] where GitHub doesn't know the commit.
    pub async fn find_check(&self, at: &RepoAt<'_>, head_sha: &str, name: &str) -> Result<Option<CheckId>, ForgeError> {
        #[derive(Deserialize)]
        struct App {
            slug: Option<String>,
        }
        #[derive(Deserialize)]
        struct Run {
            id: i64,
            name: String,
            app: Option<App>,
        }
        #[derive(Deserialize)]
        struct Runs {
            check_runs: Vec<Run>,
        }
        let doing = format!("reading the check runs of a commit of {}/{}", at.owner, at.name);
        let seat = self.github.seat_at(at, &doing).await?;
        let own = self.own_account().await?;
        let call = Call {
            doing: &doing,
            endpoint: "check_runs",
            path: format!(
                "{}/commits/{}/check-runs?check_name={}&filter=latest&per_page=100",
                repo_path(at),
                segment(head_sha),
                segment(name)
            ),
        };
        let runs: Runs = self.github.get(&seat, &call).await?;
        let ours = |run: &Run| {
            let slug = run.app.as_ref().and_then(|app| app.slug.as_deref());
            let by_us = slug.is_some_and(|slug| format!("{slug}[bot]").eq_ignore_ascii_case(&own.login));
            by_us && run.name == name
        };
        let latest = runs.check_runs.into_iter().filter(ours).map(|run| run.id).max();
        Ok(latest.map(CheckId))
    }
}

impl CheckRun {
    fn body(&self, annotations: &[Annotation]) -> Value {
        let annotations: Vec<Value> = annotations
            .iter()
            .map(|one| {
                let line = one.line.max(1);
                json!({
                    "path": one.path, "start_line": line, "end_line": line, "annotation_level": "warning",
                    "message": cut(&one.message, MESSAGE),
                })
            })
            .collect();
        let mut body = json!({
            "name": self.name, "status": "completed", "conclusion": "neutral", "external_id": self.external_id,
            "output": {
                "title": cut(&self.title, TITLE), "summary": cut(&self.summary, SUMMARY), "annotations": annotations,
            },
        });
        if let (Some(fields), Some(url)) = (body.as_object_mut(), &self.details_url) {
            fields.insert("details_url".to_owned(), json!(url));
        }
        body
    }
}

/// The text, or as much of it as there is room for with a sign that more would follow.
fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("żółw", 4), "żółw");
        assert_eq!(cut("żółwie", 4), "żół…");
    }
}
