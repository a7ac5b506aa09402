//! `/replay`: for leads, the organisation's own past under our picks, beside what happened, before anything is posted.
//!
//! Figures are of the whole; nobody is named here. What would have been said on one pull request stands on a page of its own
//! (`replay_pull`), which whoever may read the repository can open. `replay_figures` shows what came of it, `replay_json` tells it to programs.
use std::sync::Arc;

use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::pipeline::hindsight;
use crate::pipeline::hindsight::History;
use crate::pipeline::hindsight::Told;
use crate::pipeline::hindsight::kept;
use crate::store::tenants;
use crate::store::tenants::Repo;
use crate::web::Web;
use crate::web::access::Lead;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::pages::replay_figures;
use crate::web::paging::Paging;
use crate::web::table::Sort;
use crate::web::tenant;

/// Pull requests on one page of the list.
pub(super) const PAGE: usize = 50;
/// How many of the last pull requests the form offers; the last is the most.
const OFFERED: [usize; 4] = [50, 100, 200, hindsight::USUAL];
/// Chance is the same at every look.
pub(in crate::web) const SEED: u64 = 0;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct View {
    /// The organisation that is looked at; none: nothing has arrived yet.
    pub organisation: Option<String>,
    /// The other organisations that the visitor may look at.
    pub others: Vec<String>,
    /// The repositories that the visitor may choose, `owner/name`.
    pub repos: Vec<String>,
    /// The one that was chosen.
    pub repo: Option<String>,
    /// How many of the last pull requests were asked for.
    pub last: usize,
    /// The page of the list, from 1.
    pub page: usize,
    /// How the list is sorted.
    pub sort: Sort,
    /// What came of it; none where nothing has arrived.
    pub told: Option<Arc<Told>>,
}

impl View {
    pub(super) fn paging(&self) -> Result<Paging, PageError> {
        let asked = self.told.as_ref().map_or(0, |told| told.report.asked.len());
        Paging::of(self.page, asked, PAGE)
    }

    /// The address of a page of the list, sorted by a word.
    pub(super) fn address(&self, sort: &str, page: usize) -> String {
        format!(
            "/replay?{}&{}#pulls",
            self.query(),
            form_urlencoded(&[("sort", sort), ("page", &page.to_string())])
        )
    }

    /// The same for programs.
    pub(super) fn json_address(&self) -> String {
        format!("/replay.json?{}", self.query())
    }

    /// What is looked at, as an address says it.
    fn query(&self) -> String {
        let mut address = form_urlencoded(&[("last", &self.last.to_string())]);
        for (key, value) in [("repo", &self.repo), ("organisation", &self.organisation)] {
            if let Some(value) = value.as_deref().filter(|_| key == "repo" || !self.others.is_empty()) {
                address.push('&');
                address.push_str(&form_urlencoded(&[(key, value)]));
            }
        }
        address
    }
}

fn form_urlencoded(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// What the address asks for.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    organisation: Option<String>,
    repo: Option<String>,
    last: Option<String>,
    page: Option<String>,
    sort: Option<String>,
}

impl Wanted {
    /// The same of what a program asks for.
    #[must_use]
    pub fn of(organisation: Option<String>, repo: Option<String>, last: Option<usize>) -> Self {
        Self {
            organisation,
            repo,
            last: last.map(|last| last.to_string()),
            page: None,
            sort: None,
        }
    }

    /// A number of the address from 1 to `most`, `usual` where it isn't given.
    fn number(given: Option<&String>, usual: usize, most: usize) -> Result<usize, PageError> {
        let Some(given) = given.filter(|given| !given.is_empty()) else {
            return Ok(usual);
        };
        given
            .parse()
            .ok()
            .filter(|number| (1..=most).contains(number))
            .ok_or_else(|| {
                PageError::NotFound(format!(
                    "There is no such replay. It looks at the last 1 to {most} pull requests."
                ))
            })
    }
}

/// `GET /replay`, with `?repo=OWNER/NAME`, `?last=N` (up to 500), `?sort=COLUMN`, `?page=N` and, where there are several, `?organisation=LOGIN`.
///
/// # Errors
/// [`PageError::ForLeads`] for whoever leads no team; [`PageError`] where there is nothing of that kind, or the database is away.
pub async fn show(
    State(web): State<Web>,
    Lead(visitor): Lead,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Markup, PageError> {
    let Ok(Query(query)) = query else {
        return Err(PageError::no_such_page());
    };
    let view = view(&web, &visitor, &query).await?;
    // Refuses a page that isn't there.
    view.paging()?;
    let frame = Frame {
        title: "Replay",
        place: Place::Replay,
        visitor: Some(&visitor),
    };
    Ok(layout::page(&frame, &render(&view)))
}

/// Reads what the page shows.
pub(in crate::web) async fn view(web: &Web, visitor: &Visitor, query: &Wanted) -> Result<View, PageError> {
    let last = Wanted::number(query.last.as_ref(), hindsight::USUAL, hindsight::USUAL)?;
    let page = Paging::number(query.page.as_deref())?;
    let sort = replay_figures::PULLS.asked(query.sort.as_deref())?;
    let mut conn = web.pipeline.pool.acquire().await?;
    let (chosen, others) = tenant::chosen(&mut conn, visitor, query.organisation.as_deref()).await?;
    let mut view = View {
        organisation: chosen.as_ref().map(|(tenant, _)| tenant.login.clone()),
        others,
        repos: Vec::new(),
        repo: None,
        last,
        page,
        sort,
        told: None,
    };
    let Some((_, reader)) = chosen else {
        return Ok(view);
    };
    let repos = tenants::repos(&mut conn, reader.installation()).await?;
    let readable = repos.into_iter().filter(|repo| reader.may_read(repo.id, repo.private));
    let repos: Vec<Repo> = readable.collect();
    let repo = among(&repos, query.repo.as_deref())?;
    let at = (&web.pipeline.settings, web.pipeline.clock.now());
    let wanted = kept::Wanted {
        repo: repo.map(|repo| repo.id),
        last,
        seed: SEED,
    };
    let history = History::read(&mut conn, &reader, wanted.repo, at).await?;
    // Nobody waits for the connection while it is replayed.
    drop(conn);
    view.repo = repo.map(full_name);
    view.repos = repos.iter().map(full_name).collect();
    view.told = Some(web.pipeline.replays.of(&reader, history, wanted).await?);
    Ok(view)
}

/// The repository of that name; none where none is wanted.
fn among<'a>(repos: &'a [Repo], wanted: Option<&str>) -> Result<Option<&'a Repo>, PageError> {
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
        return Ok(None);
    };
    let found = repos.iter().find(|repo| full_name(repo).eq_ignore_ascii_case(wanted));
    let missing = || PageError::NotFound("There is no such repository here, or you may not see it.".to_owned());
    found.map(Some).ok_or_else(missing)
}

fn full_name(repo: &Repo) -> String {
    format!("{}/{}", repo.owner, repo.name)
}

/// The page's text.
#[must_use]
pub fn render(view: &View) -> Markup {
    html! {
        h1 { "Replay" }
        p.lead {
            "What our picks would have come to on your own past"
            @if let Some(organisation) = &view.organisation { ", in " strong { (organisation) } }
            ", beside what happened. Nothing here was posted."
        }
        @if !view.others.is_empty() {
            p { "Others: " @for other in &view.others { a href={ "/replay?" (form_urlencoded(&[("organisation", other)])) } { (other) } " " } }
        }
        @match &view.told {
            None => p { "Nothing has arrived here yet. The page fills once pull requests with reviews have come in." },
            Some(told) => {
                (form(view))
                @if told.report.asked.is_empty() { (nothing(view)) } @else { (replay_figures::report(view, told)) }
            }
        }
    }
}

fn form(view: &View) -> Markup {
    html! {
        form action="/replay" method="get" {
            @if let Some(organisation) = view.organisation.as_ref().filter(|_| !view.others.is_empty()) {
                input type="hidden" name="organisation" value=(organisation);
            }
            div.row {
                div.field {
                    label for="repo" { "Repository" }
                    select id="repo" name="repo" {
                        option value="" selected[view.repo.is_none()] { "All that you may read" }
                        @for name in &view.repos { option value=(name) selected[view.repo.as_ref() == Some(name)] { (name) } }
                    }
                }
                div.field {
                    label for="last" { "Reviewed pull requests" }
                    select id="last" name="last" {
                        @if !OFFERED.contains(&view.last) { option value=(view.last) selected { "the last " (view.last) } }
                        @for last in OFFERED { option value=(last) selected[view.last == last] { "the last " (last) } }
                    }
                }
                button { "Replay" }
            }
        }
    }
}

fn nothing(view: &View) -> Markup {
    html! {
        p.apart {
            @if let Some(repo) = &view.repo { "No pull request of " (repo) " that is closed and was reviewed is known." }
            @else { "No pull request that is closed and was reviewed is known." }
            " Where the App is installed, the last year is read by itself; a history in a file is read with " code { "peerlore import github-json FILE" } "."
        }
    }
}
