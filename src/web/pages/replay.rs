//! `/replay`: for leads, the organisation's own past under our picks, beside what happened, before anything is posted.
//!
//! Figures are of the whole; nobody is named here. What would have been said on one pull request stands on a page of its own
//! (`replay_pull`), which whoever may read the repository can open.
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::model::wording;
use crate::pipeline::hindsight;
use crate::pipeline::hindsight::Asked;
use crate::pipeline::hindsight::ENOUGH;
use crate::pipeline::hindsight::History;
use crate::pipeline::hindsight::Policy;
use crate::pipeline::hindsight::Report;
use crate::pipeline::hindsight::Told;
use crate::pipeline::hindsight::words;
use crate::store::tenants;
use crate::store::tenants::Repo;
use crate::web::Web;
use crate::web::access::Lead;
use crate::web::access::Visitor;
use crate::web::chart;
use crate::web::chart::Bar;
use crate::web::error::PageError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::prose;
use crate::web::tenant;

/// Pull requests on one page of the list.
const PAGE: usize = 50;
/// How many of the last pull requests the form offers; the last is the most.
const OFFERED: [usize; 4] = [50, 100, 200, hindsight::USUAL];
/// Chance is the same at every look.
const SEED: u64 = 0;

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
    /// What came of it; none where nothing has arrived.
    pub told: Option<Told>,
}

impl View {
    fn pages(&self) -> usize {
        self.told
            .as_ref()
            .map_or(1, |told| told.report.asked.len().div_ceil(PAGE).max(1))
    }

    /// The address of a page of the list.
    fn address(&self, page: usize) -> String {
        let mut address = form_urlencoded(&[("last", &self.last.to_string()), ("page", &page.to_string())]);
        for (key, value) in [("repo", &self.repo), ("organisation", &self.organisation)] {
            if let Some(value) = value.as_deref().filter(|_| key == "repo" || !self.others.is_empty()) {
                address.push('&');
                address.push_str(&form_urlencoded(&[(key, value)]));
            }
        }
        format!("/replay?{address}#pulls")
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
}

impl Wanted {
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

/// `GET /replay`, with `?repo=OWNER/NAME`, `?last=N` (up to 500), `?page=N` and, where there are several, `?organisation=LOGIN`.
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
    if view.page > view.pages() {
        return Err(PageError::NotFound("There is no such page of this list.".to_owned()));
    }
    let frame = Frame {
        title: "Replay",
        place: Place::Replay,
        visitor: Some(&visitor),
    };
    Ok(layout::page(&frame, &render(&view)))
}

async fn view(web: &Web, visitor: &Visitor, query: &Wanted) -> Result<View, PageError> {
    let last = Wanted::number(query.last.as_ref(), hindsight::USUAL, hindsight::USUAL)?;
    let page = Wanted::number(query.page.as_ref(), 1, hindsight::USUAL)?;
    let mut conn = web.pipeline.pool.acquire().await?;
    let mut tenants = tenant::seen_by(&mut conn, visitor).await?;
    let missing = || PageError::NotFound("There is no such organisation here, or you may not see it.".to_owned());
    let wanted = match &query.organisation {
        Some(login) => tenants
            .iter()
            .position(|(tenant, _)| tenant.login.eq_ignore_ascii_case(login))
            .ok_or_else(missing)?,
        None => 0,
    };
    let chosen = (wanted < tenants.len()).then(|| tenants.remove(wanted));
    let mut view = View {
        organisation: chosen.as_ref().map(|(tenant, _)| tenant.login.clone()),
        others: tenants.into_iter().map(|(tenant, _)| tenant.login).collect(),
        repos: Vec::new(),
        repo: None,
        last,
        page,
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
    let history = History::read(&mut conn, &reader, repo.map(|repo| repo.id), at).await?;
    // Nobody waits for the connection while it is replayed.
    drop(conn);
    view.repo = repo.map(full_name);
    view.repos = repos.iter().map(full_name).collect();
    view.told = Some(history.replay(last, SEED).await?);
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
                @if told.report.asked.is_empty() { (nothing(view)) } @else { (report(view, told)) }
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

fn report(view: &View, told: &Told) -> Markup {
    let report = &told.report;
    html! {
        p.soft.apart {
            "The last " (wording::count(report.asked.len(), "reviewed pull request")) " of "
            (wording::count(report.history, "pull request")) " that you may read"
            @if let (Some(first), Some(last)) = (report.asked.first(), report.asked.last()) {
                ", opened from " (prose::date(first.opened)) " to " (prose::date(last.opened))
            }
            "."
        }
        @if report.is_enough() {
            (charts(report))
            (table(report))
            h2 { "What it tells" }
            ul { @for sentence in words::told(report) { li { (sentence) } } }
        } @else {
            div.note { p { strong { "Not enough evidence yet." } " Figures of fewer than about " (ENOUGH) " pull requests mislead, so none are shown. The pull requests below can be opened all the same." } }
        }
        details {
            summary { "What limits this" }
            ul { @for sentence in words::limits(report) { li { (sentence) } } }
        }
        (pulls(view, told))
    }
}

/// A few of the measures as bars; the table has all of them.
fn charts(report: &Report) -> Markup {
    let figure = |policy: Policy| report.figures.get(&policy);
    let share = |value: Option<f64>| value.map(|value| (value, prose::percent(value)));
    let of_files = |policy: Policy| {
        let at_risk = figure(policy)?.files_at_risk;
        Some((ratio(at_risk, report.files), at_risk.to_string()))
    };
    html! {
        div.claims {
            (bars("The pick was one of those who reviewed", |policy| share(figure(policy)?.top1.map(|estimate| estimate.value))))
            (bars("Expertise: files that a reviewer knew before", |policy| share(figure(policy)?.expertise.map(|estimate| estimate.value))))
            (bars("Reviews done by the 10 busiest", |policy| share(figure(policy)?.busiest_share)))
            (bars(&format!("Files at risk at the end, of {}", report.files), of_files))
        }
    }
}

fn bars(title: &str, value: impl Fn(Policy) -> Option<(f64, String)>) -> Markup {
    let bars: Vec<Bar> = Policy::ALL
        .into_iter()
        .filter_map(|policy| {
            let (share, figure) = value(policy)?;
            Some(Bar {
                name: policy.name(),
                share,
                figure,
                ours: matches!(policy, Policy::Ours | Policy::WithLearner),
            })
        })
        .collect();
    html! {
        @if !bars.is_empty() { section.claim { h2 { (title) } (chart::bars(&bars)) } }
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of files are far below 2^53")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn table(report: &Report) -> Markup {
    html! {
        div.scroll {
            table {
                caption { "All figures" }
                thead {
                    tr {
                        th scope="col" { "Measure" }
                        @for policy in Policy::ALL { th.number scope="col" { (policy.name()) } }
                    }
                }
                tbody {
                    @for row in words::table(report) {
                        tr {
                            th scope="row" { (row.measure) }
                            @for figure in row.figures { td.number { @if figure.is_empty() { "–" } @else { (figure) } } }
                        }
                    }
                }
            }
        }
        p.soft.small { "“Our pick”, “expert only” (cHRev) and “random” each take one reviewer's place; “with a learner” adds one where it pays most, in about one review of twenty at most, over the whole history. " a href="/docs#ranking" { "The formulas" } "." }
    }
}

/// The pull requests, newest first.
fn pulls(view: &View, told: &Told) -> Markup {
    let lines = told.report.asked.iter().rev().skip((view.page - 1) * PAGE).take(PAGE);
    html! {
        h2 id="pulls" { "Pull request by pull request" }
        p.soft { "Open one to see what would have been said. It names people only there, where each of them can read it, too." }
        div.scroll {
            table.stack {
                caption.hidden { "Pull requests, newest first" }
                thead {
                    tr {
                        th scope="col" { "Pull request" } th scope="col" { "What happened" }
                        @for policy in [Policy::Ours, Policy::ExpertOnly, Policy::Random] { th scope="col" { (capital(policy.name())) } }
                    }
                }
                tbody { @for asked in lines { (line(told, asked)) } }
            }
        }
        (turn(view))
    }
}

fn line(told: &Told, asked: &Asked) -> Markup {
    let (owner, name) = told.repo(asked.key.repo);
    html! {
        tr {
            th scope="row" { a href={ "/replay/" (owner) "/" (name) "/" (asked.key.number) } { (owner) "/" (name) " #" (asked.key.number) } " " span.soft.small { (prose::date(asked.opened)) } }
            td { "Reviewed by " (wording::count(asked.reviewers.len(), "person")) }
            @for policy in [Policy::Ours, Policy::ExpertOnly, Policy::Random] {
                td { span.narrow.soft.small { (policy.name()) ": " } (outcome(asked, policy)) }
            }
        }
    }
}

fn outcome(asked: &Asked, policy: Policy) -> &'static str {
    match asked.picks.get(&policy).copied().flatten() {
        None => "nobody",
        Some(pick) if asked.reviewers.contains(&pick) => "who reviewed",
        Some(_) => "somebody else",
    }
}

fn turn(view: &View) -> Markup {
    let (page, pages) = (view.page, view.pages());
    html! {
        @if pages > 1 {
            nav.turn aria-label="Pages of pull requests" {
                @if page > 1 { a rel="prev" href=(view.address(page - 1)) { "Newer" } }
                span.soft { "Page " (page) " of " (pages) }
                @if page < pages { a rel="next" href=(view.address(page + 1)) { "Older" } }
            }
        }
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
