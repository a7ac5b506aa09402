//! `/`: what this is, the open pull requests, and in the demo whom to be and what to look at.
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use maud::Markup;
use maud::html;
use serde::Deserialize;
use sqlx::PgConnection;

use crate::demo::stories::STORIES;
use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::wording;
use crate::store::people;
use crate::store::pulls;
use crate::store::pulls::OpenPull;
use crate::store::settings::Broken;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::form;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::pages::choose;
use crate::web::pages::settings_files;
use crate::web::paging::Paging;
use crate::web::prose;
use crate::web::sign_in_address;
use crate::web::tenant;

/// Open pull requests on one page of the list.
const PAGE: usize = 50;

/// Characters of a title in the list, at most.
const LONGEST_TITLE: usize = 120;

/// What the page shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// Who looks.
    pub visitor: Visitor,
    /// Our own address, for the webhook's.
    pub address: String,
    /// Organisations that are known.
    pub organisations: Vec<String>,
    /// In the demo: whom a visitor can be.
    pub people: Vec<String>,
    /// Settings files that can't be used.
    pub broken: Vec<Broken>,
    /// Open pull requests, newest first: those of one page.
    pub open: Vec<OpenPull>,
    /// Which page that is.
    pub paging: Paging,
    /// In the demo: the pull request that it points out.
    pub example: Option<OpenPull>,
    /// The time of looking.
    pub now: Time,
}

/// What the address asks for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    page: Option<String>,
}

/// `GET /`, with `?page=N` for older pull requests.
///
/// # Errors
/// [`PageError`] when the visitor may not see pages, the list has no such page, or the database is away.
pub async fn show(
    State(web): State<Web>,
    visitor: Result<Visitor, PageError>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Markup, PageError> {
    let Ok(Query(query)) = query else {
        return Err(PageError::no_such_page());
    };
    let page = Paging::number(query.page.as_deref())?;
    let visitor = match visitor {
        Err(PageError::SignedOut { .. }) => return Ok(welcome()),
        visitor => visitor?,
    };
    let mut conn = web.pipeline.pool.acquire().await?;
    let view = view(
        &mut conn,
        visitor,
        (&web.pipeline.addresses.own, web.pipeline.clock.now()),
        page,
    )
    .await?;
    let frame = Frame {
        title: "Who could review this?",
        place: Place::Home,
        visitor: Some(&view.visitor),
    };
    Ok(layout::page(&frame, &render(&view)))
}

async fn view(
    conn: &mut PgConnection,
    visitor: Visitor,
    (address, now): (&str, Time),
    page: usize,
) -> Result<View, PageError> {
    let tenants = tenant::seen_by(conn, &visitor).await?;
    let mut number = 0;
    for (_, reader) in &tenants {
        number += pulls::count_open(conn, reader).await?;
    }
    let paging = Paging::of(page, number, PAGE)?;
    let needed = i64::try_from(paging.range().end).unwrap_or(i64::MAX);
    let mut open = Vec::new();
    let mut logins = Vec::new();
    for (tenant, reader) in &tenants {
        open.extend(pulls::open(conn, reader, None, needed).await?);
        if visitor.demo {
            logins.extend(
                people::standing(conn, tenant.id)
                    .await?
                    .into_iter()
                    .map(|person| person.login),
            );
        }
    }
    open.sort_by_key(|pull| std::cmp::Reverse(pull.created_at));
    let example = open
        .iter()
        .find(|pull| visitor.demo && pull.title == STORIES.example_title)
        .cloned();
    let ids: Vec<InstallationId> = tenants.iter().map(|(tenant, _)| tenant.id).collect();
    // They name repositories that not every member may read.
    let broken = if visitor.owns() {
        settings_files::broken(conn, &ids).await?
    } else {
        Vec::new()
    };
    let organisations = tenants.into_iter().map(|(tenant, _)| tenant.login).collect();
    Ok(View {
        visitor,
        address: address.to_owned(),
        organisations,
        people: logins,
        broken,
        open: paging.cut(&open).to_vec(),
        paging,
        example,
        now,
    })
}

/// The page's text.
#[must_use]
pub fn render(view: &View) -> Markup {
    html! {
        h1 { "Code review is where people learn from each other" }
        (about())
        @if view.visitor.demo {
            (sights(view))
            (choose::form(&view.organisations, &view.people, (view.visitor.login.as_deref(), &view.visitor.token)))
        }
        (settings_files::note(&view.broken))
        (open(view))
        @if !view.visitor.has_own_page() { (connect(view)) }
    }
}

fn about() -> Markup {
    html! {
        p.lead {
            "Peerlore reads code review as it happens and works out who passed on what to whom, with the evidence. "
            "For each pull request it suggests someone who knows the change, and beside them someone from another team who would learn from it. "
            "Nothing is posted unless you switch that on, and whoever doesn't want to be in it is taken out everywhere."
        }
    }
}

/// The page for somebody who is not signed in.
fn welcome() -> Markup {
    let frame = Frame {
        title: "Sign in",
        place: Place::Home,
        visitor: None,
    };
    let text = html! {
        h1 { "Code review is where people learn from each other" }
        (about())
        p { a.button href=(sign_in_address::beginning("/")) rel="nofollow" { "Sign in with GitHub" } }
        p.soft.small { "GitHub says who you are and which repositories you may read. Peerlore keeps no token of yours and gets no e-mail address." }
    };
    layout::page(&frame, &text)
}

/// What is worth looking at in the demo: only what is there.
fn sights(view: &View) -> Markup {
    let example = view.example.as_ref();
    let is_there = |login: &str| view.people.iter().any(|one| one == login);
    if example.is_none() && !is_there(STORIES.silent_expert) {
        return html! {};
    }
    html! {
        h2 { "What to look at" }
        ul.claims {
            @if let Some(pull) = example {
                (sight("knows", "Two people for one change", &html! {
                    a href=(address(pull)) { (pull.title) } " needs a review: one who knows these files, one who would learn, with the reasons."
                }))
            }
            @if is_there(STORIES.silent_expert) {
                (sight("knows", "Somebody whom nobody asks", &html! {
                    "One person writes most changes to " code { (STORIES.silent_area.0) "/" (STORIES.silent_area.1) } ", and reviews go to others. "
                    a href="/silent-experts" { "Silent experts" } " finds them."
                }))
            }
            @if is_there(STORIES.learner) {
                (sight("learns", "A lesson that landed", &html! {
                    (be(view, STORIES.learner)) " and see months of comments on SQL indexes in the timeline, and then the same advice given to others."
                }))
            }
            @if is_there(STORIES.single_holder) {
                (sight("learns", "Being in it is a choice", &html! {
                    (be(view, STORIES.single_holder)) " and see your own page as nobody else does. Take yourself out of everything, and look who is gone; the way back stays on your page."
                }))
            }
        }
    }
}

fn sight(class: &str, title: &str, words: &Markup) -> Markup {
    html! { li class={ "claim " (class) } { h3 { (title) } div { (words) } } }
}

/// A way to be somebody, inside a sentence.
fn be(view: &View, login: &str) -> Markup {
    html! {
        form.inline method="post" action="/demo/me" {
            (form::token_field(&view.visitor.token))
            input type="hidden" name="login" value=(login);
            button.link type="submit" { "Be " (login) }
        }
    }
}

fn open(view: &View) -> Markup {
    html! {
        h2 id="open" { "Open pull requests" }
        @if view.open.is_empty() {
            p { "None that Peerlore has heard of. They appear here when GitHub tells of them." }
        } @else {
            ul.list {
                @for pull in &view.open {
                    li {
                        a.title href=(address(pull)) { @if pull.title.trim().is_empty() { "Without a title" } @else { (wording::shortened(&pull.title, LONGEST_TITLE)) } }
                        div.facts {
                            span { (pull.owner) "/" (pull.repo) " #" (pull.number) } " "
                            @if let Some(author) = &pull.author { span { "by " (author) } " " }
                            span { "opened " (prose::when(pull.created_at, view.now)) }
                        }
                    }
                }
            }
            (view.paging.turn("open pull requests", ("Newer", "Older"), |page| format!("/?page={page}#open")))
        }
    }
}

fn address(pull: &OpenPull) -> String {
    format!("/pulls/{}/{}/{}", pull.owner, pull.repo, pull.number)
}

fn connect(view: &View) -> Markup {
    html! {
        h2 { "Connect an organisation" }
        @if !view.organisations.is_empty() { p { "Known so far: " (prose::listed(&view.organisations)) "." } }
        ol {
            li { "Give Peerlore an address that GitHub can reach, by " code { "PEERLORE_URL" } ", and start " code { "peerlore serve" } ": it prints a key." }
            li { a href="/setup" { "Create the GitHub App" } " with that key. Its webhook goes to " code { (view.address) "/webhooks/github" } "." }
            li { "Install the App on the organisation. It only reads and listens until you choose to have suggestions posted." }
        }
        p { "To try it on a history first: " code { "peerlore import github-json FILE" } ", then " code { "peerlore suggest" } "." }
    }
}
