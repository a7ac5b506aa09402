//! `/silent-experts`: people who know a part of the code and could be asked about it.
use std::collections::BTreeMap;

use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::model::wording;
use crate::pipeline::profile;
use crate::pipeline::silent;
use crate::pipeline::silent::CouldBeAsked;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::chart;
use crate::web::error::PageError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::paging::Paging;
use crate::web::prose;
use crate::web::table::Column;
use crate::web::table::Holds;
use crate::web::table::Rows;
use crate::web::table::Sort;
use crate::web::table::Table;
use crate::web::tenant;

/// Changes by others below which the counts are called small.
pub(in crate::web) const FEW: u32 = 20;
/// Areas on one page.
const PAGE: usize = 20;
/// Areas under which sorting helps nobody.
const UNSORTED: usize = 5;

/// The areas: by name. People stand in them by name and in no other order.
pub const AREAS: Table = Table {
    rows: Rows::People,
    columns: &[Column {
        key: "area",
        name: "Area",
        holds: Holds::Words,
    }],
    usual: "area",
};

/// What the page shows.
#[derive(Clone, PartialEq, Debug)]
pub struct View {
    /// The organisation that is looked at; none: nothing has arrived yet.
    pub organisation: Option<String>,
    /// The other organisations that the visitor may look at.
    pub others: Vec<String>,
    /// Who could be asked.
    pub people: Vec<CouldBeAsked>,
    /// Which way areas go.
    pub sort: Sort,
    /// The page of areas, from 1.
    pub page: usize,
    /// The code host's address.
    pub host: String,
}

/// What the address asks for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    organisation: Option<String>,
    sort: Option<String>,
    page: Option<String>,
}

impl View {
    fn address(&self, sort: &str, page: usize) -> String {
        let organisation = self.organisation.iter().filter(|_| !self.others.is_empty());
        let organisation = organisation.map(|login| ("organisation", login.as_str()));
        let page = page.to_string();
        let query = organisation.chain([("sort", sort), ("page", &page)]);
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(query)
            .finish();
        format!("/silent-experts?{query}")
    }
}

/// `GET /silent-experts`, with `?sort=-area`, `?page=N` and, where there are several, `?organisation=LOGIN`.
///
/// # Errors
/// [`PageError`] when the visitor may not see pages or that organisation, or the database is away.
pub async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Markup, PageError> {
    let Ok(Query(query)) = query else {
        return Err(PageError::no_such_page());
    };
    let view = View {
        sort: AREAS.asked(query.sort.as_deref())?,
        page: Paging::number(query.page.as_deref())?,
        ..view(&web, &visitor, query.organisation.as_deref()).await?
    };
    // Refuses a page that isn't there.
    paging(&view, by_module(&view.people).len())?;
    let frame = Frame {
        title: "Silent experts",
        place: Place::SilentExperts,
        visitor: Some(&visitor),
    };
    Ok(layout::page(&frame, &render(&view)))
}

/// Reads what the page shows, of the organisation of that login.
pub(in crate::web) async fn view(web: &Web, visitor: &Visitor, organisation: Option<&str>) -> Result<View, PageError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let (chosen, others) = tenant::chosen(&mut conn, visitor, organisation).await?;
    let people = match &chosen {
        Some((_, reader)) => silent::experts(&mut conn, reader, web.pipeline.clock.now()).await?,
        None => Vec::new(),
    };
    Ok(View {
        organisation: chosen.map(|(tenant, _)| tenant.login),
        others,
        people,
        sort: AREAS.usual(),
        page: 1,
        host: web.pipeline.addresses.host.clone(),
    })
}

fn paging(view: &View, areas: usize) -> Result<Paging, PageError> {
    Paging::of(view.page, areas, PAGE)
}

/// The page's text.
#[must_use]
pub fn render(view: &View) -> Markup {
    let mut modules: Vec<_> = by_module(&view.people).into_iter().collect();
    let (sorted, paging) = (modules.len() > UNSORTED, paging(view, modules.len()).ok());
    view.sort.sort(&mut modules, |_, one, other| one.0.cmp(other.0));
    let shown = paging.map_or(&modules[..], |paging| paging.cut(&modules));
    html! {
        h1 { "Silent experts" }
        p.lead {
            "People who wrote much of a part of the code and are hardly ever asked to review it"
            @if let Some(organisation) = &view.organisation { ", in " strong { (organisation) } }
            "."
        }
        @if !view.others.is_empty() {
            p { "Others: " @for other in &view.others { a href={ "/silent-experts?organisation=" (other) } { (other) } " " } }
        }
        div.note {
            p {
                strong { "An invitation to ask, not a verdict." } " Being asked rarely can have good reasons that no count shows: "
                "another role, a wish, a team's habit. Of two people, who of them comes to review more is told right about 7 times in 10. "
                "There is no score and no order by merit here: areas and people stand by name. "
                a href="/docs#silent" { "How it is counted" } "."
            }
        }
        @if view.people.is_empty() { (nobody(view)) }
        @if sorted { (AREAS.line(view.sort, |word| view.address(word, 1))) }
        div.claims {
            @for (module, people) in shown {
                section class="claim knows" {
                    h2 { code { (module) } }
                    @for person in people { (could_be_asked(person, &view.host)) }
                }
            }
        }
        @if let Some(paging) = paging { (paging.turn("areas", ("Previous", "Next"), |page| view.address(&view.sort.word(), page))) }
    }
}

fn nobody(view: &View) -> Markup {
    html! {
        p {
            @if view.organisation.is_some() {
                "Nobody stands out at the moment. It takes a good part of a year of merged changes with known files, and changes by "
                "others that somebody could have been asked about; with less, this page stays empty rather than guess."
            } @else {
                "Nothing has arrived here yet. The page fills once a year's changes, or a part of it, have come in."
            }
        }
    }
}

/// By module, and in a module by login: no order that could be read as a ranking.
pub(in crate::web) fn by_module(people: &[CouldBeAsked]) -> BTreeMap<&str, Vec<&CouldBeAsked>> {
    let mut modules: BTreeMap<&str, Vec<&CouldBeAsked>> = BTreeMap::new();
    for person in people {
        modules.entry(&person.module).or_default().push(person);
    }
    for people in modules.values_mut() {
        people.sort_by_key(|person| person.login.to_lowercase());
    }
    modules
}

fn could_be_asked(person: &CouldBeAsked, host: &str) -> Markup {
    let usual = format!(
        "between {} and {}",
        prose::percent(person.low),
        prose::percent(person.high)
    );
    html! {
        div.person {
            h3 { (person.login) }
            p {
                "About " (wording::count(rounded(person.evidence), "own merged change")) " here in the last year, older ones counted less. "
                "Reviewed " @if person.reviews == 0 { "none" } @else { (person.reviews) } " of the "
                (wording::count(person.others_changes, "change")) " by others, where about "
                (wording::count(rounded(person.expected).max(1), "review")) " would be expected."
            }
            @if !person.changes.is_empty() {
                p.small {
                    "Their newest there: "
                    @for (at, change) in person.changes.iter().enumerate() {
                        @if at > 0 { ", " }
                        a href=(profile::pull_link(host, change)) { (change) }
                    }
                    "."
                }
            }
            (chart::interval(person.low, person.high, (Some(1.0), 1.5), &format!("{usual} of the usual, which is marked")))
            p.small { "That is " strong { (usual) } " of what is usual with as much own work (90% interval; the mark is the usual)." }
            @if person.others_changes < FEW { p.small { "The counts are small: chance alone can look like this." } }
            details {
                summary { "An invitation to send" }
                textarea readonly rows="5" aria-label={ "An invitation for " (person.login) " about " (person.module) } { (invitation(person)) }
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rounded count, never below 0"
)]
pub(in crate::web) fn rounded(count: f64) -> u64 {
    count.max(0.0).round() as u64
}

fn invitation(person: &CouldBeAsked) -> String {
    format!(
        "Hello {}, you have worked on {} over the last year, and reviews there mostly go to others. Would you like to be asked \
         when somebody changes it? If you would rather not, that is fine, and nobody needs a reason.",
        person.login, person.module
    )
}
