//! `/feedback/..`: whether a place of a suggestion was of use. The link in a comment opens a question with a button, so
//! that whoever only looks ahead at links votes for nothing.
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::extract::rejection::QueryRejection;
use maud::Markup;
use maud::html;
use serde::Deserialize;
use sqlx::PgConnection;

use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::pipeline::feedback::Ballot;
use crate::store::feedback;
use crate::store::pulls;
use crate::store::tenants;
use crate::store::tenants::Repo;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::form::Sent;
use crate::web::form::token_field;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::pages::me_forms;
use crate::web::pages::sign_in::Nothing;
use crate::web::tenant;

/// The path: tenant, repository, number, place, verdict, until when.
type Asked = Result<Path<(i64, i64, i32, String, String, i64)>, PathRejection>;

/// The query: the path's signature.
#[derive(Debug, Deserialize)]
pub struct Signed {
    signature: String,
}

type Signature = Result<Query<Signed>, QueryRejection>;

/// `GET`: the question, which changes nothing.
///
/// # Errors
/// [`PageError`] for a link that isn't ours or is out of date, a visitor who is nobody here, or a database that is away.
pub async fn ask(
    State(web): State<Web>,
    visitor: Visitor,
    path: Asked,
    signature: Signature,
) -> Result<Markup, PageError> {
    let vote = Vote::read(&web, &visitor, path, signature).await?;
    let action = vote.action.clone();
    let text = html! {
        p.over { (vote.repo.owner) "/" (vote.repo.name) " #" (vote.pull.number) }
        h1 { "Was it right?" }
        p { "You say that the suggestion of " (vote.place()) " was " strong { (vote.word()) } ". It counts once and you can change it. Who said what is shown to nobody." }
        form method="post" action=(action) { (token_field(&visitor.token)) button type="submit" { "Yes, it was " (vote.word()) } }
    };
    Ok(page(&visitor, &text))
}

/// `POST`: the vote.
///
/// # Errors
/// As for [`ask`], and [`PageError::SentFromElsewhere`] for a form that isn't ours.
pub async fn vote(
    State(web): State<Web>,
    path: Asked,
    signature: Signature,
    Sent { visitor, .. }: Sent<Nothing>,
) -> Result<Markup, PageError> {
    let vote = Vote::read(&web, &visitor, path, signature).await?;
    let mut conn = web.pipeline.pool.acquire().await?;
    let (_, person) = me_forms::me(&mut conn, &visitor).await?;
    feedback::vote(
        &mut conn,
        (vote.installation, vote.pull),
        person.id,
        (&vote.slot, &vote.verdict),
        web.pipeline.clock.now(),
    )
    .await?;
    let why = format!("/pulls/{}/{}/{}", vote.repo.owner, vote.repo.name, vote.pull.number);
    let text = html! {
        h1 { "Thank you" }
        p { "Noted: the suggestion of " (vote.place()) " was " (vote.word()) "." }
        p { a href=(why) { "The suggestion and its reasons" } }
    };
    Ok(page(&visitor, &text))
}

fn page(visitor: &Visitor, text: &Markup) -> Markup {
    let frame = Frame {
        title: "Was it right?",
        place: Place::Elsewhere,
        visitor: Some(visitor),
    };
    layout::page(&frame, text)
}

/// A vote that may be given.
struct Vote {
    installation: InstallationId,
    pull: PullKey,
    repo: Repo,
    slot: String,
    verdict: String,
    action: String,
}

impl Vote {
    async fn read(web: &Web, visitor: &Visitor, path: Asked, signature: Signature) -> Result<Self, PageError> {
        let missing = || {
            PageError::NotFound(
                "This link isn't whole or is out of date. The latest comment has a fresh one.".to_owned(),
            )
        };
        let (Ok(Path((installation, repo, number, slot, verdict, until))), Ok(Query(Signed { signature }))) =
            (path, signature)
        else {
            return Err(missing());
        };
        let ballot = Ballot {
            installation: InstallationId(installation),
            pull: PullKey {
                repo: RepoId(repo),
                number,
            },
            slot: &slot,
            verdict: &verdict,
            until,
        };
        if !ballot.is_known() || web.pipeline.clock.now().timestamp() > until {
            return Err(missing());
        }
        if visitor.login.is_none() {
            return Err(PageError::NobodyChosen);
        }
        let mut conn = web.pipeline.pool.acquire().await?;
        let repo = known(&mut conn, visitor, &ballot).await?.ok_or_else(missing)?;
        let key = feedback::signing_key(&mut conn, ballot.installation).await?;
        let action = ballot.address(&key).filter(|_| ballot.is_signed(&key, &signature));
        Ok(Self {
            installation: ballot.installation,
            pull: ballot.pull,
            repo,
            action: action.ok_or_else(missing)?,
            slot,
            verdict,
        })
    }

    fn place(&self) -> &'static str {
        if self.slot == "expert" {
            "someone who knows"
        } else {
            "someone who would learn"
        }
    }

    fn word(&self) -> &'static str {
        if self.verdict == "good" { "good" } else { "not useful" }
    }
}

/// The repository of a pull request that the visitor may know of.
async fn known(conn: &mut PgConnection, visitor: &Visitor, ballot: &Ballot<'_>) -> Result<Option<Repo>, PageError> {
    let seen = tenant::seen_by(conn, visitor).await?;
    let Some((_, reader)) = seen.iter().find(|(tenant, _)| tenant.id == ballot.installation) else {
        return Ok(None);
    };
    let pull = pulls::pull(conn, ballot.installation, ballot.pull).await?;
    let repo = tenants::repo(conn, ballot.installation, ballot.pull.repo).await?;
    Ok(repo.filter(|repo| pull.is_some() && reader.may_read(repo.id, repo.private)))
}
