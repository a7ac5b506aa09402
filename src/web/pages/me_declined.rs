//! The part of `/me` that shows what a person said is not theirs, and takes it back.
use axum::extract::State;
use axum::response::Redirect;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::model::clock::Time;
use crate::model::ids::RepoId;
use crate::model::skill::Area;
use crate::store::declines;
use crate::store::declines::Declined;
use crate::web::Web;
use crate::web::error::PageError;
use crate::web::form::Sent;
use crate::web::form::token_field;
use crate::web::pages::me_forms;
use crate::web::pages::me_forms::Saved;
use crate::web::prose;

/// What is taken back.
#[derive(Debug, Deserialize)]
pub struct Which {
    repo: i64,
    what: String,
}

/// `POST /me/declined`: takes back one thing that the visitor said is not theirs.
///
/// # Errors
/// [`PageError`] for a form that isn't ours or can't be read, or a visitor who is nobody.
pub async fn take_back(State(web): State<Web>, Sent { visitor, fields }: Sent<Which>) -> Result<Redirect, PageError> {
    let Some(Which { repo, what }) = fields else {
        return Err(PageError::Unreadable(
            "There is no such line. Go back and choose one from the list.",
        ));
    };
    let mut conn = web.pipeline.pool.acquire().await?;
    let (id, person) = me_forms::me(&mut conn, &visitor).await?;
    declines::take_back(&mut conn, (id, person.id), (RepoId(repo), &what)).await?;
    Ok(Saved::Declined.shown())
}

/// The list, or nothing where nothing was said.
#[must_use]
pub fn render(declined: &[Declined], token: &str, now: Time) -> Markup {
    html! {
        @if !declined.is_empty() {
            section id="declined" {
                h2 { "What you said is not yours" }
                p { "You wrote " code { "/peerlore not-me" } " on a pull request about these. They count less when reviewers are suggested, and fully again after a while. Only you see this." }
                ul {
                    @for one in declined {
                        li {
                            (name(one)) ", " (prose::when(one.at, now)) " "
                            form method="post" action="/me/declined" {
                                (token_field(token))
                                input type="hidden" name="repo" value=(one.repo);
                                input type="hidden" name="what" value=(one.what);
                                button.quiet type="submit" aria-label={ "Take back " (name(one)) } { "Take back" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn name(declined: &Declined) -> String {
    if declined.is_area {
        let area = declined.what.parse::<Area>();
        return area.map_or_else(|_| declined.what.clone(), |area| area.name().to_owned());
    }
    format!("{} in {}", declined.what, declined.repo_name)
}
