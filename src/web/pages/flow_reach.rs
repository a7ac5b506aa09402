//! On `/flow`: how far knowledge can have come at most, window by window over the last year.
use std::sync::Arc;

use chrono::Duration;
use maud::Markup;
use maud::html;

use crate::model::wording;
use crate::pipeline::flow::Flow;
use crate::pipeline::flow::K;
use crate::pipeline::flow::Reach;
use crate::pipeline::flow::WindowFlow;
use crate::web::chart;
use crate::web::chart::Alternative;
use crate::web::chart::Figure;
use crate::web::chart::curve::Axis;
use crate::web::chart::curve::curve;
use crate::web::pages::flow::WINDOWS;
use crate::web::prose;
use crate::web::table::Sort;

/// Windows with a figure under which a line would say nothing.
const FEW: usize = 3;

/// A window of which reach may be told.
type Told<'f> = (&'f WindowFlow, Reach);

/// The section; `address` is the page's own with a word for the order of windows.
#[must_use]
pub fn render(flow: &Flow, sort: Sort, address: impl Fn(&str) -> String) -> Markup {
    let told: Vec<Told<'_>> = flow
        .windows
        .iter()
        .filter_map(|window| Some((window, window.reach?)))
        .collect();
    let drawn = told.iter().filter(|(_, reach)| reach.share.is_some()).count();
    html! {
        h2 id="reach" { "How far it can have come" }
        @match told.last() {
            None => (chart::not_enough(&format!("In no {} weeks of the last year did reviews of {K} people or more end.", flow.weeks))),
            Some(last) if drawn < FEW => {
                (says(flow, last))
                (chart::not_enough(&format!("A line over the year takes {FEW} windows of {} weeks with a figure.", flow.weeks)))
                details open[sort.asked] { summary { "Window by window" } div.scroll { (table(told, sort, address)) } }
            }
            Some(last) => (chart::figure(&Figure {
                id: "reach-figure",
                open: sort.asked,
                says: html! {
                    (says(flow, last))
                    p.soft.small { "An upper bound: whoever takes part in a review may learn what the others know, and need not. A gap is a window of which too little can be told." }
                },
                picture: picture(flow),
                table: table(told.clone(), sort, address),
            })),
        }
    }
}

fn says(flow: &Flow, (window, reach): &Told<'_>) -> Markup {
    html! {
        p {
            "From " (prose::date(window.from)) " on, in " (flow.weeks) " weeks, " (wording::count(reach.people, "person")) " took part in "
            (wording::count(reach.reviews, "review"))
            @if let (Some(median), Some(share)) = (reach.median, reach.share) {
                "; half of them can have reached " strong { (wording::count(median, "other")) } " at most, " (prose::percent(share)) " of all others"
            }
            "."
        }
    }
}

fn picture(flow: &Flow) -> Markup {
    let shares: Vec<Option<f64>> = flow.windows.iter().map(|window| window.reach?.share).collect();
    let told: Vec<String> = flow
        .windows
        .iter()
        .zip(&shares)
        .filter_map(|(window, share)| {
            Some(format!(
                "from {} {}",
                window.from.format("%-d %b %Y"),
                prose::percent((*share)?)
            ))
        })
        .collect();
    let alternative = Alternative {
        id: "reach-drawn",
        title: "Share of the others that half of the people can have reached at most, by when a window began",
        shows: &format!("{}.", told.join(", ")),
    };
    let weeks = f64::from(flow.weeks);
    let all = f64::from(u32::try_from(flow.windows.len()).unwrap_or(u32::MAX)) * weeks;
    let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (share, number) in shares.iter().zip(0_u32..) {
        match (share, runs.last_mut()) {
            (Some(share), Some(run)) => run.push((f64::from(number) * weeks, share * 100.0)),
            _ => runs.push(Vec::new()),
        }
    }
    let first = flow.windows.first().map(|window| window.from).unwrap_or_default();
    let words = format!("When a window began, from {} on", first.format("%b %Y"));
    let (x, y) = (
        Axis {
            words: &words,
            most: all,
            step: 13.0,
            written: Arc::new(move |week| (first + Duration::hours(hours(week))).format("%b").to_string()),
        },
        Axis {
            words: "Of the others",
            most: 100.0,
            step: 25.0,
            written: Arc::new(|share| format!("{share:.0}%")),
        },
    );
    curve(&alternative, &runs, (x, y))
}

#[expect(clippy::cast_possible_truncation, reason = "a year of weeks")]
fn hours(weeks: f64) -> i64 {
    (weeks * 168.0).round() as i64
}

fn table(mut told: Vec<Told<'_>>, sort: Sort, address: impl Fn(&str) -> String) -> Markup {
    sort.sort(&mut told, |key, (one_window, one), (other_window, other)| match key {
        "reviews" => one.reviews.cmp(&other.reviews),
        "people" => one.people.cmp(&other.people),
        "reach" => one.median.cmp(&other.median),
        "share" => one.share.unwrap_or(-1.0).total_cmp(&other.share.unwrap_or(-1.0)),
        _ => one_window.from.cmp(&other_window.from),
    });
    html! {
        table {
            caption.hidden { "Reach in each window" }
            (WINDOWS.head(sort, address))
            tbody {
                @for (window, reach) in &told {
                    tr {
                        th scope="row" { (prose::date(window.from)) }
                        td.number { (reach.reviews) }
                        td.number { (reach.people) }
                        td.number { @if let Some(median) = reach.median { (median) } @else { "–" } }
                        td.number { @if let Some(share) = reach.share { (prose::percent(share)) } @else { "–" } }
                    }
                }
            }
        }
    }
}
