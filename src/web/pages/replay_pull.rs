//! `/replay/OWNER/REPO/NUMBER`: what would have been said on one pull request when it was opened.
//!
//! Whoever may read the repository can open it, so that no lead reads here of anybody what that person can't.
use axum::extract::State;
use maud::Markup;
use maud::html;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::suggestion::Slot;
use crate::pipeline::Pipeline;
use crate::pipeline::hindsight;
use crate::pipeline::hindsight::Hindsight;
use crate::store::contents;
use crate::store::pulls::Pull;
use crate::store::tenants::Repo;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::named_pull::Found;
use crate::web::named_pull::NamedPull;
use crate::web::pages::pull;
use crate::web::prose;

/// What the page shows.
#[derive(Clone, PartialEq, Debug)]
pub struct View {
    /// The repository.
    pub repo: Repo,
    /// The pull request's number.
    pub number: i32,
    /// The pull request.
    pub pull: Pull,
    /// Whether its files are known.
    pub has_files: bool,
    /// Who reviewed it, where they may appear.
    pub reviewers: Vec<String>,
    /// What would have been said.
    pub hindsight: Hindsight,
    /// The pull request on the code host.
    pub link: String,
    /// The time of looking.
    pub now: Time,
}

/// `GET /replay/{owner}/{repo}/{number}`: 404 for whatever the visitor may not know of, as for what isn't there.
///
/// # Errors
/// [`PageError`] when the visitor may not see pages, there is no such pull request, or the database is away.
pub async fn show(State(web): State<Web>, visitor: Visitor, named: NamedPull) -> Result<Markup, PageError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let found = named.read(&mut conn, &visitor).await?;
    let view = view(&mut conn, found, &web.pipeline).await?;
    let title = format!("{} #{}, replayed", view.repo.name, view.number);
    let frame = Frame {
        title: &title,
        place: Place::Elsewhere,
        visitor: Some(&visitor),
    };
    Ok(layout::page(&frame, &render(&view)))
}

async fn view(conn: &mut PgConnection, found: Found, pipeline: &Pipeline) -> Result<View, PageError> {
    let Found {
        reader,
        repo,
        key,
        pull,
    } = found;
    let now = pipeline.clock.now();
    let reviewers = hindsight::reviewers(conn, &reader, (&pull, key), now).await?;
    let base = (&pipeline.settings, &pipeline.pasts);
    let hindsight = hindsight::of_pull(conn, base, (&repo, &pull, key)).await?;
    let host = &pipeline.addresses.host;
    Ok(View {
        number: key.number,
        has_files: !contents::files(conn, repo.installation, key).await?.is_empty(),
        reviewers,
        hindsight,
        link: format!("{host}/{}/{}/pull/{}", repo.owner, repo.name, key.number),
        now,
        repo,
        pull,
    })
}

/// The page's text.
#[must_use]
pub fn render(view: &View) -> Markup {
    let title = view.pull.title.trim();
    html! {
        p.over { (view.repo.owner) "/" (view.repo.name) " #" (view.number) ", replayed" }
        h1 { @if title.is_empty() { "A pull request without a title" } @else { (title) } }
        div.facts {
            p { "opened " (prose::when(view.pull.created_at, view.now)) }
            a href={ "/pulls/" (view.repo.owner) "/" (view.repo.name) "/" (view.number) } { "What was suggested" }
            a href=(view.link) { "On the code host" }
        }
        div.note {
            p {
                strong { "Nothing of this was posted." } " It is what Peerlore would have said when the pull request was opened, from what was known by then. "
                "Who was away or had much to do that day isn't considered. Skills are, which the replay's figures leave out, so those may rest on another pick."
            }
        }
        h2 { "What happened" }
        p { @if view.reviewers.is_empty() { "Nobody reviewed it, or nobody who is shown." } @else { "Reviewed by " (prose::listed(&view.reviewers)) "." } }
        h2 { "What would have been said" }
        (said(view))
    }
}

fn said(view: &View) -> Markup {
    html! {
        @match &view.hindsight {
            Hindsight::Nothing => p { "Nothing: a bot opened it, or the settings leave such pull requests out." },
            Hindsight::Said { suggestion, comment } => {
                @if !view.has_files { p { "Its files are not known, so what people did on the same paths could not be considered." } }
                div.two {
                    (pull::slot("Someone who knows", "knows", &suggestion.expert))
                    (pull::slot("Someone who would learn", "learns", &suggestion.learner))
                }
                @if let Slot::Picked(pick) = &suggestion.expert {
                    p.soft.apart {
                        (pick.login)
                        @if view.reviewers.contains(&pick.login) { " really reviewed it." } @else { " didn't review it. Whoever wasn't asked may have been as good." }
                    }
                }
                (pull::sums(suggestion))
                (pull::left_out(&suggestion.left_out))
                @match comment {
                    Some(comment) => details.sheet {
                        summary { "As a comment" }
                        div.inner { pre { (comment) } }
                    },
                    None => p { "There would have been no comment, since nobody is named." },
                }
            }
        }
    }
}
