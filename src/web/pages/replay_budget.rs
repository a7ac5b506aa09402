//! On `/replay`: how many files at risk there would be, by how many reviews a learner may join.
use std::sync::Arc;

use maud::Markup;
use maud::html;

use crate::model::wording;
use crate::pipeline::hindsight::Budget;
use crate::pipeline::hindsight::Policy;
use crate::pipeline::hindsight::Report;
use crate::web::chart;
use crate::web::chart::Alternative;
use crate::web::chart::Figure;
use crate::web::chart::curve::Axis;
use crate::web::chart::curve::curve;
use crate::web::chart::curve::step;

/// Different numbers of reviews with a learner under which a curve would say nothing, nobody's included.
const FEW: usize = 3;

/// The section; the report rests on enough.
#[must_use]
pub fn render(report: &Report) -> Markup {
    let Some(happened) = report
        .figures
        .get(&Policy::Happened)
        .map(|figures| figures.files_at_risk)
    else {
        return html! {};
    };
    let mut points: Vec<(usize, usize)> = report
        .budgets
        .iter()
        .map(|one| (one.extra, one.files_at_risk))
        .collect();
    points.push((0, happened));
    points.sort_unstable();
    points.dedup_by_key(|(extra, _)| *extra);
    html! {
        h2 { "What a learner in more reviews would bring" }
        @if points.len() < FEW {
            (chart::not_enough("It takes more reviews, and people who know code nearby and would make a file safer, for budgets to differ."))
        } @else {
            (chart::figure(&Figure {
                id: "budget-figure",
                open: false,
                says: says(report, happened),
                picture: picture(&points, report.files),
                table: table(&report.budgets, (happened, report.files)),
            }))
        }
    }
}

fn says(report: &Report, happened: usize) -> Markup {
    let most = report.budgets.last();
    html! {
        p {
            (happened) " of " (wording::count(report.files, "file")) " hang on one person or nobody at the end of what happened"
            @if let Some(most) = most {
                "; with a learner in one review of " (most.reviews_a_learner) " at most it would be " strong { (most.files_at_risk) }
                ", for " (wording::count(most.extra, "extra review"))
            }
            "."
        }
        p.soft.small { "Each point is one replay of the same past and has no interval: a few files more or less may be chance. Where the line is steep, an extra review brings most." }
    }
}

fn picture(points: &[(usize, usize)], files: usize) -> Markup {
    let told: Vec<String> = points
        .iter()
        .map(|(extra, at_risk)| {
            format!(
                "{} of {files} files at risk with {}",
                at_risk,
                wording::count(*extra, "extra review")
            )
        })
        .collect();
    let alternative = Alternative {
        id: "budget-drawn",
        title: "Files at risk, by reviews that a learner joined",
        shows: &format!("{}.", told.join("; ")),
    };
    let most = |of: fn(&(usize, usize)) -> usize| float(points.iter().map(of).max().unwrap_or(0));
    let axis = |words: &'static str, most: f64| {
        let step = step(most).max(1.0);
        Axis {
            words,
            most: (most / step).ceil().max(1.0) * step,
            step,
            written: Arc::new(|number| format!("{number:.0}")),
        }
    };
    let run = points.iter().map(|(extra, at_risk)| (float(*extra), float(*at_risk)));
    curve(
        &alternative,
        &[run.collect()],
        (
            axis("Reviews that a learner joined", most(|point| point.0)),
            axis("Files at risk", most(|point| point.1)),
        ),
    )
}

fn table(budgets: &[Budget], (happened, files): (usize, usize)) -> Markup {
    html! {
        table {
            caption.hidden { "Files at risk by budget for learners" }
            thead { tr { th scope="col" { "A learner in" } th.number scope="col" { "Reviews joined" } th.number scope="col" { "Files at risk, of " (files) } } }
            tbody {
                tr { th scope="row" { "no review" } td.number { "0" } td.number { (happened) } }
                @for one in budgets {
                    tr {
                        th scope="row" { "one of " (one.reviews_a_learner) " at most" }
                        td.number { (one.extra) }
                        td.number { (one.files_at_risk) }
                    }
                }
            }
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of files and reviews are far below 2^53"
)]
fn float(number: usize) -> f64 {
    number as f64
}
