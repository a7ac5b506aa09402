//! `/flow`: for leads, which lessons landed from one team to another in the last year, beside whom knowledge can have reached at most.
//!
//! Counts of teams, as the pipeline lets them be told; nobody is named here.
use std::collections::BTreeMap;

use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::model::wording;
use crate::pipeline::flow;
use crate::pipeline::flow::Flow;
use crate::pipeline::flow::K;
use crate::pipeline::flow::Pair;
use crate::web::Web;
use crate::web::access::Lead;
use crate::web::access::Visitor;
use crate::web::chart;
use crate::web::error::PageError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::pages::flow_reach;
use crate::web::prose;
use crate::web::table::Column;
use crate::web::table::Holds;
use crate::web::table::Rows;
use crate::web::table::Sort;
use crate::web::table::Table;
use crate::web::tenant;

/// Weeks of a window. The address can't ask for others: counts of windows of two lengths could be subtracted.
pub(in crate::web) const WEEKS: u8 = 4;
/// Shades of a cell, beside none.
const SHADES: usize = 4;

/// Reach, window by window.
pub const WINDOWS: Table = Table {
    rows: Rows::Things,
    columns: &[
        Column {
            key: "from",
            name: "From",
            holds: Holds::Dates,
        },
        Column {
            key: "reviews",
            name: "Reviews",
            holds: Holds::Numbers,
        },
        Column {
            key: "people",
            name: "People",
            holds: Holds::Numbers,
        },
        Column {
            key: "reach",
            name: "Median reach",
            holds: Holds::Numbers,
        },
        Column {
            key: "share",
            name: "Of the others",
            holds: Holds::Numbers,
        },
    ],
    usual: "-from",
};

/// What the page shows.
#[derive(Clone, PartialEq, Debug)]
pub struct View {
    /// The organisation that is looked at; none: nothing has arrived yet.
    pub organisation: Option<String>,
    /// The other organisations that the visitor may look at.
    pub others: Vec<String>,
    /// How knowledge flowed; none where nothing has arrived.
    pub flow: Option<Flow>,
    /// How the windows are sorted.
    pub sort: Sort,
}

impl View {
    fn address(&self, sort: &str) -> String {
        let organisation = self.organisation.iter().filter(|_| !self.others.is_empty());
        let organisation = organisation.map(|login| ("organisation", login.as_str()));
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(organisation.chain([("sort", sort)]))
            .finish();
        format!("/flow?{query}#reach")
    }
}

/// What the address asks for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    organisation: Option<String>,
    sort: Option<String>,
}

/// `GET /flow`, with `?sort=COLUMN` for the windows and `?organisation=LOGIN` where there are several.
///
/// # Errors
/// [`PageError::ForLeads`] for whoever leads no team; [`PageError`] where there is no such organisation, or the database is away.
pub async fn show(
    State(web): State<Web>,
    Lead(visitor): Lead,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Markup, PageError> {
    let Ok(Query(query)) = query else {
        return Err(PageError::no_such_page());
    };
    let view = View {
        sort: WINDOWS.asked(query.sort.as_deref())?,
        ..view(&web, &visitor, query.organisation.as_deref()).await?
    };
    let frame = Frame {
        title: "Flow",
        place: Place::Flow,
        visitor: Some(&visitor),
    };
    Ok(layout::page(&frame, &render(&view)))
}

/// Reads what the page shows, of the organisation of that login.
pub(in crate::web) async fn view(web: &Web, visitor: &Visitor, organisation: Option<&str>) -> Result<View, PageError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let (chosen, others) = tenant::chosen(&mut conn, visitor, organisation).await?;
    let flow = match &chosen {
        Some((_, reader)) => Some(flow::of(&mut conn, reader, WEEKS, web.pipeline.clock.now()).await?),
        None => None,
    };
    Ok(View {
        organisation: chosen.map(|(tenant, _)| tenant.login),
        others,
        flow,
        sort: WINDOWS.usual(),
    })
}

/// The page's text.
#[must_use]
pub fn render(view: &View) -> Markup {
    html! {
        h1 { "Flow" }
        p.lead {
            "What one team passed on to another in reviews over the last year"
            @if let Some(organisation) = &view.organisation { ", in " strong { (organisation) } }
            "."
        }
        @if !view.others.is_empty() {
            p { "Others: " @for other in &view.others { a href={ "/flow?organisation=" (other) } { (other) } " " } }
        }
        @match &view.flow {
            None => p { "Nothing has arrived here yet. The page fills once teams and pull requests with reviews have come in." },
            Some(flow) => { (between(flow)) (flow_reach::render(flow, view.sort, |word| view.address(word))) (limits(flow)) },
        }
    }
}

fn between(flow: &Flow) -> Markup {
    let pairs = flow.pairs();
    html! {
        @if flow.teams.len() < 2 {
            (chart::not_enough(&format!("Fewer than two teams have {K} people or more and can be shown beside each other.")))
        } @else if pairs.is_empty() {
            (chart::not_enough("No lesson landed from one team to another in the last year, in repositories that you may read."))
        } @else {
            p { (brief(&pairs)) }
            p.soft.small.sideways { "Slide the table sideways for the other teams." }
            (matrix(flow, &pairs))
            p.soft.small {
                "Lessons that landed in the last year, shaded more where there are more."
                @if pairs.values().any(|pair| pair.last.is_some_and(|last| last.reachable.is_some())) {
                    " Small: how many people of the column's team knowledge can have reached from the row's team in the last "
                    (flow.weeks) " weeks at most, of those who are in it and not in the row's."
                }
                " A dash: nothing that may be told, or one team lies in the other."
            }
        }
    }
}

/// What the matrix means, before it.
fn brief(pairs: &BTreeMap<(&str, &str), Pair>) -> String {
    let how = "Each row is where knowledge came from, each column where it went.";
    let most = pairs.values().map(|pair| pair.lessons).max().unwrap_or_default();
    let mut with_most = pairs.iter().filter(|(_, pair)| most > 0 && pair.lessons == most);
    match (with_most.next(), with_most.next()) {
        (Some(((from, to), _)), None) => {
            let lessons = wording::count(most, "lesson");
            format!("Most landed from {from} to {to}: {lessons}. {how}")
        }
        (Some(_), Some(_)) => how.to_owned(),
        (None, _) => format!(
            "No lesson landed from one team to another yet; knowledge can have come by reviews all the same. {how}"
        ),
    }
}

fn matrix(flow: &Flow, pairs: &BTreeMap<(&str, &str), Pair>) -> Markup {
    let most = pairs.values().map(|pair| pair.lessons).max().unwrap_or_default();
    html! {
        div.scroll tabindex="0" role="region" aria-label="From team to team" {
            table.matrix {
                caption.hidden { "Lessons that landed in the last year, from the row's team to the column's" }
                thead {
                    tr {
                        th scope="col" { "From, to" }
                        @for to in &flow.teams { th scope="col" { (to) } }
                    }
                }
                tbody {
                    @for from in &flow.teams {
                        tr {
                            th scope="row" { (from) }
                            @for to in &flow.teams { (cell((from, to), pairs.get(&(from.as_str(), to.as_str())), most)) }
                        }
                    }
                }
            }
        }
    }
}

fn cell((from, to): (&str, &str), pair: Option<&Pair>, most: usize) -> Markup {
    html! {
        @match pair {
            None if from == to => td.same { span.hidden { "the same team" } },
            None => td { span.soft aria-hidden="true" { "–" } span.hidden { "nothing told" } },
            Some(pair) => td class={ "shade" (shade(pair.lessons, most)) } {
                span.count { (pair.lessons) }
                span.hidden { @if pair.lessons == 1 { " lesson" } @else { " lessons" } }
                @if let Some(count) = pair.last.and_then(|last| last.reachable) { " " span.reached { (count.people) " of " (count.of) } }
            },
        }
    }
}

/// How dark a cell is, from 0.
fn shade(lessons: usize, most: usize) -> usize {
    (lessons * SHADES).div_ceil(most.max(1))
}

fn limits(flow: &Flow) -> Markup {
    html! {
        h2 { "What limits this" }
        ul.soft {
            li { "Reach is an upper bound: who takes part in a review may learn what the others know, and need not. Lessons are those that landed." }
            li { "Only repositories that you may read are counted, up to the last Monday (UTC), and teams as they are now. No team of fewer than " (K) " people is told of, nor one whose counts would tell of a few of another; a count of lessons can be small." }
            @if !flow.too_few_people.is_empty() {
                li { "Left out, for too few people or since it would tell of a few beside other teams: " (prose::listed(&flow.too_few_people)) "." }
            }
        }
        p.soft.small.apart { a href="/docs#people" { "How this is worked out" } "." }
    }
}
