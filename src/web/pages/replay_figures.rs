//! What came of a replay, on `/replay`: first what it comes to, then pictures, all figures, how sure they are, and each pull request.
use maud::Markup;
use maud::html;

use crate::model::wording;
use crate::pipeline::hindsight::Asked;
use crate::pipeline::hindsight::CORE;
use crate::pipeline::hindsight::ENOUGH;
use crate::pipeline::hindsight::Policy;
use crate::pipeline::hindsight::REVIEWS_A_LEARNER;
use crate::pipeline::hindsight::Report;
use crate::pipeline::hindsight::Told;
use crate::pipeline::hindsight::words;
use crate::web::chart;
use crate::web::chart::Accent;
use crate::web::chart::Bar;
use crate::web::pages::replay::View;
use crate::web::pages::replay_budget;
use crate::web::prose;
use crate::web::table::Column;
use crate::web::table::Holds;
use crate::web::table::Rows;
use crate::web::table::Table;

/// The pull requests that were asked about.
pub const PULLS: Table = Table {
    rows: Rows::Things,
    columns: &[
        Column {
            key: "opened",
            name: "Pull request",
            holds: Holds::Dates,
        },
        Column {
            key: "reviewers",
            name: "What happened",
            holds: Holds::Words,
        },
        Column {
            key: "ours",
            name: "Our pick",
            holds: Holds::Words,
        },
        Column {
            key: "experts",
            name: "Expert only",
            holds: Holds::Words,
        },
        Column {
            key: "random",
            name: "Random",
            holds: Holds::Words,
        },
    ],
    usual: "-opened",
};

/// What came of it.
#[must_use]
pub fn report(view: &View, told: &Told) -> Markup {
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
            ul.brief { @for sentence in words::brief(report) { li { (sentence) } } }
            p.soft.small.apart {
                "Four ways of choosing, beside " strong { "what happened" } ": " strong { "our pick" } ", whoever knows most (" strong { "expert only" }
                ") or anybody (" strong { "random" } ") takes one reviewer's place; or " strong { "with a learner" } ", who joins one review of "
                (REVIEWS_A_LEARNER) " at most."
            }
            (charts(report))
            (replay_budget::render(report))
            p.soft.small.apart { (words::spared()) }
            (table(report))
            details {
                summary { "How sure this is" }
                ul { @for sentence in words::told(report) { li { (sentence) } } }
            }
        } @else {
            (chart::not_enough(&format!("Figures of fewer than about {ENOUGH} pull requests mislead, so none are shown. The pull requests below can be opened all the same.")))
        }
        details {
            summary { "What limits this" }
            ul { @for sentence in words::limits(report) { li { (sentence) } } }
        }
        p.soft.small.apart { a href="/docs#replay" { "How each figure is worked out" } ". " a href=(view.json_address()) { "The same as JSON" } "." }
        (pulls(view, told))
    }
}

/// A few of the measures as bars; the table has all of them.
fn charts(report: &Report) -> Markup {
    let figure = |policy: Policy| report.figures.get(&policy);
    let share = |value: Option<f64>| value.map(|value| (value, prose::percent(value)));
    let at_risk = report.figures.values().map(|figures| figures.files_at_risk);
    let most = at_risk.max().unwrap_or_default();
    let of_files = |policy: Policy| {
        let at_risk = figure(policy)?.files_at_risk;
        Some((ratio(at_risk, most), at_risk.to_string()))
    };
    let titles = [
        "The pick was one of those who reviewed".to_owned(),
        "Files that a reviewer knew before".to_owned(),
        format!("Reviews done by the {CORE} busiest"),
        format!("Files at risk at the end, of {}", report.files),
    ];
    let [fits, knew, busiest, risk] = &titles;
    html! {
        div.claims {
            (bars((fits, "How well a pick fits your habits, not how good a review it would have been."), |policy| {
                share(figure(policy)?.top1.map(|estimate| estimate.value))
            }))
            (bars((risk, "Fewer is better: at most one person who is still here ever reviewed them."), of_files))
            (bars((busiest, "Less is more even."), |policy| share(figure(policy)?.busiest_share)))
            (bars((knew, "More is better: expertise."), |policy| {
                share(figure(policy)?.expertise.map(|estimate| estimate.value))
            }))
        }
    }
}

fn bars((title, hint): (&str, &str), value: impl Fn(Policy) -> Option<(f64, String)>) -> Markup {
    let bars: Vec<Bar> = Policy::ALL
        .into_iter()
        .filter_map(|policy| {
            let (share, figure) = value(policy)?;
            Some(Bar {
                name: policy.name(),
                share,
                figure,
                accent: match policy {
                    Policy::Ours => Some(Accent::Knows),
                    Policy::WithLearner => Some(Accent::Learns),
                    Policy::Happened | Policy::ExpertOnly | Policy::Random => None,
                },
            })
        })
        .collect();
    html! {
        @if !bars.is_empty() { section.claim { h2 { (title) } p.soft.small { (hint) } (chart::bars(&bars)) } }
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of files are far below 2^53")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn table(report: &Report) -> Markup {
    html! {
        details {
            summary { "All figures" }
            div.scroll tabindex="0" role="region" aria-label="All figures" {
                table {
                    caption.hidden { "All figures" }
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
        }
    }
}

/// The pull requests.
fn pulls(view: &View, told: &Told) -> Markup {
    let mut asked: Vec<&Asked> = told.report.asked.iter().collect();
    // Equals stand with the newest first.
    asked.reverse();
    view.sort.sort(&mut asked, |key, one, other| match key {
        "reviewers" => one.reviewers.len().cmp(&other.reviewers.len()),
        "ours" => outcome(one, Policy::Ours).cmp(outcome(other, Policy::Ours)),
        "experts" => outcome(one, Policy::ExpertOnly).cmp(outcome(other, Policy::ExpertOnly)),
        "random" => outcome(one, Policy::Random).cmp(outcome(other, Policy::Random)),
        _ => one.opened.cmp(&other.opened),
    });
    let paging = view.paging().ok();
    let lines = paging.map_or(&asked[..0], |paging| paging.cut(&asked));
    html! {
        h2 id="pulls" { "Pull request by pull request" }
        p.soft { "Open one to see what would have been said, with skills and without load, so now and then another pick than the one counted here. People are named only there, where each of them can read it, too." }
        div.scroll {
            table.stack {
                caption.hidden { "Pull requests" }
                (PULLS.head(view.sort, |word| view.address(word, 1)))
                tbody { @for asked in lines { (line(told, asked)) } }
            }
        }
        @if let Some(paging) = paging { (paging.turn("pull requests", ("Newer", "Older"), |page| view.address(&view.sort.word(), page))) }
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
    match asked.outcome(policy) {
        None => "nobody",
        Some(true) => "who reviewed",
        Some(false) => "somebody else",
    }
}
