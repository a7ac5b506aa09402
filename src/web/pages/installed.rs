//! `/setup/installed`: where GitHub sends whoever installed the App, and the choice of what it shows to whom.
//!
//! Anybody can make up the number in the address. Nothing is looked up for somebody who doesn't hold the set-up in their
//! hand, and a number counts only where GitHub says, asked as the App, that it is an installation of ours.
use axum::extract::FromRequestParts;
use axum::extract::Query;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use axum_extra::extract::Form;
use axum_extra::extract::FormRejection;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::model::registration::Granted;
use crate::model::registration::InstallationSeen;
use crate::model::settings::Surface;
use crate::pipeline::registered::RegisteredError;
use crate::pipeline::registered::Trouble;
use crate::pipeline::setup;
use crate::store::backfills;
use crate::store::registrations::Purpose;
use crate::store::session_checks;
use crate::store::tenants;
use crate::web::Web;
use crate::web::access;
use crate::web::access::Owner;
use crate::web::error::PageError;
use crate::web::form::GivenTo;
use crate::web::form::token_field;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Live;
use crate::web::layout::Place;
use crate::web::live;
use crate::web::live::Seen;
use crate::web::pages::admin_backfill;
use crate::web::pages::admin_backfill::Progress;
use crate::web::pages::setup::Failed;
use crate::web::pages::setup_words::page;
use crate::web::same_origin::SameOrigin;
use crate::web::setup_hand::Hand;
use crate::web::sign_in_address;

/// Where suggestions can be shown: a title, what it means. The first is proposed.
const SURFACES: [(Surface, &str, &str); 4] = [
    (
        Surface::Check,
        "A check on the pull request",
        "neutral, never fails, and nobody is notified: authors find two names beside their tests",
    ),
    (
        Surface::Comment,
        "One comment",
        "on each pull request, edited in place; logins are not pinged",
    ),
    (
        Surface::Request,
        "A comment and a review request",
        "GitHub tells whoever is asked to review",
    ),
    (Surface::Web, "On these pages only", "authors see nothing on GitHub"),
];

/// What GitHub sends whoever installed the App here with.
#[derive(Debug, Deserialize)]
pub struct Arrived {
    installation_id: Option<i64>,
    setup_action: Option<String>,
}

/// `GET /setup/installed`
///
/// # Errors
/// [`Failed`] for a number that isn't ours, and where GitHub or the database is away.
pub async fn show(
    State(web): State<Web>,
    hand: Hand,
    owner: Result<Owner, PageError>,
    Query(arrived): Query<Arrived>,
) -> Result<Response, Failed> {
    if arrived.setup_action.as_deref() == Some("request") {
        return Ok(page("Asked for", &asked_for()));
    }
    let Some(number) = arrived.installation_id.filter(|number| *number > 0) else {
        return Err(PageError::no_such_page().into());
    };
    let Some(given_to) = allowed(&web, &hand, &owner, number).await? else {
        return Ok(page("Installed", &for_anybody(number)));
    };
    let token = given_to.token(&web);
    let history = history(&web, number).await?;
    let found = setup::installed(&web.pipeline, number).await;
    let (seen, granted) = found.map_err(not_ours)?;
    let mut conn = web.pipeline.pool.acquire().await.map_err(PageError::from)?;
    let tenant = tenants::by_login(&mut conn, &seen.account.login)
        .await
        .map_err(PageError::from)?;
    let chosen = match tenant {
        Some(id) => tenants::chosen_surface(&mut conn, id).await.map_err(PageError::from)?,
        None => None,
    };
    let frame = Frame {
        title: "Installed",
        place: Place::Elsewhere,
        visitor: None,
    };
    let live = Live {
        stream: &format!("/setup/progress?installation_id={number}"),
        again: None,
    };
    let text = render(&seen, &granted, &history, (chosen, &token));
    if is_read(&history) {
        return Ok(layout::page(&frame, &text).into_response());
    }
    Ok(layout::live_page(&frame, live, &text))
}

/// How far the history of an installation was read, by GitHub's number; nothing as long as GitHub didn't tell us of it.
async fn history(web: &Web, number: i64) -> Result<Vec<Progress>, PageError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let Some(tenant) = session_checks::tenant_of(&mut conn, number).await? else {
        return Ok(Vec::new());
    };
    let now = web.pipeline.clock.now();
    let found = backfills::progress(&mut conn, tenant.id).await?;
    Ok(found.into_iter().map(|one| Progress::of(one, now)).collect())
}

/// Whether nothing of it will move soon.
fn is_read(history: &[Progress]) -> bool {
    !history.is_empty() && !admin_backfill::is_running(history)
}

/// `GET /setup/progress?installation_id=N`: how far history is read, now and whenever that changes.
///
/// # Errors
/// [`PageError::NotFound`] for whoever may not see the page either; [`PageError`] where the database is away.
pub async fn progress(State(web): State<Web>, request: Parts) -> Result<Response, PageError> {
    live::stream(web, request, look).await
}

async fn look(web: Web, request: Parts) -> Result<Seen, PageError> {
    let mut request = access::looked_again(request);
    let Ok(hand) = Hand::from_request_parts(&mut request, &web).await;
    let owner = Owner::from_request_parts(&mut request, &web).await;
    let arrived = Query::<Arrived>::try_from_uri(&request.uri).ok();
    let number = arrived.and_then(|Query(arrived)| arrived.installation_id);
    let number = number.ok_or_else(PageError::no_such_page)?;
    match allowed(&web, &hand, &owner, number).await {
        Ok(Some(_)) => {}
        Ok(None) | Err(Failed::Told(_)) => return Err(PageError::no_such_page()),
        Err(Failed::Page(error)) => return Err(error),
    }
    let history = history(&web, number).await?;
    Ok(Seen {
        parts: vec![("history", admin_backfill::overall(&history))],
        moving: !is_read(&history),
    })
}

/// To whom the page and its form are given: whoever holds the set-up in their hand, or is signed in as an owner of that
/// very installation, which GitHub's word on the user's own token made sure of. None: to nobody.
async fn allowed<'a>(
    web: &Web,
    hand: &'a Hand,
    owner: &'a Result<Owner, PageError>,
    number: i64,
) -> Result<Option<GivenTo<'a>>, Failed> {
    if hand.may(web, Purpose::Pass).await? {
        return Ok(Some(hand.given_to()));
    }
    let Ok(Owner(visitor)) = owner else { return Ok(None) };
    let Some(place) = &visitor.signed_in else {
        return Ok(None);
    };
    let mut conn = web.pipeline.pool.acquire().await.map_err(PageError::from)?;
    let tenant = tenants::installation(&mut conn, place.reader.installation()).await;
    let tenant = tenant.map_err(PageError::from)?;
    let theirs = tenant.is_some_and(|tenant| tenant.external_id == Some(number));
    Ok(theirs.then(|| visitor.given_to()))
}

fn not_ours(error: RegisteredError) -> Failed {
    if error.trouble() == Trouble::Unknown {
        return PageError::NotFound("GitHub knows no such installation of this App.".to_owned()).into();
    }
    error.into()
}

/// What was chosen.
#[derive(Debug, Deserialize)]
pub struct Chosen {
    installation_id: i64,
    surface: String,
    #[serde(default)]
    token: String,
}

/// `POST /setup/surface`: keeps where suggestions are to be shown.
///
/// # Errors
/// [`Failed`] for a form that isn't ours or can't be read, a visitor who may not, and a number that isn't ours.
pub async fn choose(
    State(web): State<Web>,
    hand: Hand,
    owner: Result<Owner, PageError>,
    _: SameOrigin,
    form: Result<Form<Chosen>, FormRejection>,
) -> Result<Response, Failed> {
    let unreadable = || PageError::Unreadable("There is no such place to show suggestions. Go back and choose one.");
    let Form(chosen) = form.map_err(|_| unreadable())?;
    let Some(given_to) = allowed(&web, &hand, &owner, chosen.installation_id).await? else {
        let text = for_anybody(chosen.installation_id);
        return Ok((StatusCode::FORBIDDEN, page("Installed", &text)).into_response());
    };
    if !given_to.is_token(&web, &chosen.token) {
        return Err(PageError::FormOutOfDate.into());
    }
    let surface = Surface::named(&chosen.surface).ok_or_else(unreadable)?;
    let kept = setup::choose_surface(&web.pipeline, chosen.installation_id, surface).await;
    let seen = kept.map_err(not_ours)?;
    Ok(Redirect::to(&format!("/setup/installed?installation_id={}", seen.id)).into_response())
}

fn asked_for() -> Markup {
    html! {
        h1 { "Asked for" }
        p.lead { "An owner of the organisation has to approve the App. GitHub has told them. Once they have, Peerlore begins by itself." }
        p { a href="/docs" { "What it does, what it stores, who sees it" } }
    }
}

fn for_anybody(number: i64) -> Markup {
    let here = format!("/setup/installed?installation_id={number}");
    html! {
        h1 { "That was it" }
        p.lead { "If GitHub has installed the App, Peerlore has begun to read. Whoever set it up goes on in the browser that they began in, within an hour; an owner of the organisation can " a href=(sign_in_address::beginning(&here)) rel="nofollow" { "sign in" } " and choose at any time." }
        p { a href="/docs" { "What it does, what it stores, who sees it" } }
    }
}

fn repositories(number: u64) -> String {
    match number {
        1 => "1 repository".to_owned(),
        number => format!("{number} repositories"),
    }
}

/// The page's text for whoever set Peerlore up.
#[must_use]
pub fn render(
    seen: &InstallationSeen,
    granted: &Granted,
    history: &[Progress],
    (chosen, token): (Option<Surface>, &str),
) -> Markup {
    let (proposed, _, _) = SURFACES[0];
    let more = granted
        .total
        .saturating_sub(u64::try_from(granted.first.len()).unwrap_or(u64::MAX));
    let preselected = chosen.unwrap_or(proposed);
    html! {
        h1 { "Installed on " (seen.account.login) }
        @if seen.suspended { p role="alert" { "GitHub says that it is suspended there: nothing is read until an owner lifts that." } }
        p.lead {
            "Step 3 of 3. Peerlore reads " (repositories(granted.total))
            " from now on, newest pull requests first."
        }
        section aria-label="How far history is read" {
            div data-part="history" { (admin_backfill::overall(history)) }
            p.small { a href="/admin" { "How far each repository is" } ". Nobody has to wait for it: this page can be closed." }
        }
        @if granted.first.is_empty() {
            p { "It was given none yet: add some on the App's page at GitHub." }
        } @else {
            details {
                summary { "Which" }
                ul { @for name in &granted.first { li { (name) } } }
                @if more > 0 { p.soft { "and " (more) " more" } }
            }
        }
        h2 { "Where should suggestions be shown?" }
        @if let Some((_, title, _)) = SURFACES.iter().find(|(name, _, _)| Some(*name) == chosen) {
            p role="status" { "Chosen: " strong { (title) } ". You can go on, or choose something else." }
        }
        form method="post" action="/setup/surface" {
            (token_field(token))
            input type="hidden" name="installation_id" value=(seen.id);
            fieldset {
                legend.hidden { "Where suggestions are shown" }
                @for (name, title, meaning) in SURFACES {
                    p { label {
                        input type="radio" name="surface" value=(name.word()) checked[name == preselected];
                        " " strong { (title) } ": " (meaning) "."
                    } }
                }
            }
            p { button type="submit" { "Choose" } }
        }
        p.soft { "A repository's own settings win over this. It can be changed at any time." }
    }
}
