//! The page of a pull request, so that links to evidence lead somewhere in the demo: what people said, and nothing else.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, Utc};
use maud::{DOCTYPE, Markup, html};

use crate::demo::github::FakeGithub;
use crate::demo::github::answer::not_found;
use crate::demo::github::state::Pull;

/// The routes of this file.
pub fn router() -> Router<FakeGithub> {
    Router::new().route("/{owner}/{repo}/pull/{number}", get(page))
}

async fn page(State(github): State<FakeGithub>, Path((owner, repo, number)): Path<(String, String, u64)>) -> Response {
    let state = github.lock();
    let Some(pull) = state.repo(&repo).and_then(|known| known.pulls.get(&number)) else {
        return not_found();
    };
    let title = format!("{} · {owner}/{repo} #{number}", pull.title);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style {
                    ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:46rem;margin:2rem auto;padding:0 1rem}"
                    "article{border:1px solid #8886;border-radius:.5rem;padding:.5rem 1rem;margin:1rem 0}article:target{outline:3px solid #0a7d8c}"
                    "p{white-space:pre-wrap;overflow-wrap:anywhere}"
                }
            }
            body {
                p { "The demo's own GitHub: made up, on this machine only." }
                h1 { (title) }
                @for one in &said(pull) { (one.article()) }
            }
        }
    }
    .into_response()
}

/// Something that was said.
struct Said<'a> {
    anchor: String,
    author: &'a str,
    at: DateTime<Utc>,
    place: Option<&'a str>,
    body: &'a str,
}

impl Said<'_> {
    fn article(&self) -> Markup {
        html! {
            article id=(self.anchor) {
                strong { (self.author) } ", " (self.at.format("%-d %b %Y, %H:%M"))
                @if let Some(path) = self.place { " on " code { (path) } }
                p { (self.body) }
            }
        }
    }
}

/// Everything that was said, oldest first.
fn said(pull: &Pull) -> Vec<Said<'_>> {
    let reviews = pull.reviews.iter().filter_map(|review| {
        Some(Said {
            anchor: format!("pullrequestreview-{}", review.id),
            author: &review.author,
            at: review.at,
            place: None,
            body: review.body.as_deref()?,
        })
    });
    let lines = pull.comments.iter().map(|comment| Said {
        anchor: format!("discussion_r{}", comment.id),
        author: &comment.author,
        at: comment.created,
        place: Some(&comment.path),
        body: &comment.body,
    });
    let talk = pull.talk.iter().map(|comment| Said {
        anchor: format!("issuecomment-{}", comment.id),
        author: &comment.author,
        at: comment.created,
        place: None,
        body: &comment.body,
    });
    let mut all: Vec<Said<'_>> = reviews.chain(lines).chain(talk).collect();
    all.sort_by_key(|one| one.at);
    all
}
