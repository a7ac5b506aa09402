//! How well the classifier reads, on `/docs`: its model's card as a table, so that no figure is typed.
use maud::Markup;
use maud::html;

use crate::model::skill::Area;
use crate::pipeline::formulas::classifier;
use crate::pipeline::formulas::classifier::AreaAccuracy;
use crate::pipeline::formulas::classifier::Card;
use crate::web::pages::docs::heading;
use crate::web::prose;

/// Below so many times shown, a share says little.
const FEW: usize = 30;

/// How subjects are read, and how well, where `reads` reads them.
#[must_use]
pub fn areas(reads: &str) -> Markup {
    let (first, both) = (classifier::shipped(), classifier::second_shipped());
    let card = if reads == both.model { both } else { first };
    let score = &card.score;
    html! {
        (heading("areas"))
        p {
            "A small model reads a comment's words, phrases it knows, and the path of the file; never quotes or code blocks. It adds up what "
            "each says for and against every area and makes a probability of it. "
            @if reads == both.model {
                "A second one, a small transformer, reads the text beside it, and their sums are mixed. "
            }
            "Only the surest area is shown, and another where that is likely too; for " (prose::percent(score.abstained))
            " of the comments it is not sure enough of any and says nothing."
        }
        @if reads != first.model && reads != both.model {
            p {
                "Here a model reads that whoever runs Peerlore trained, " code { (reads) } "; its figures stand in the card beside its file. "
                "Those below are of the one that Peerlore comes with."
            }
        }
        p {
            "Measured on " (card.data.labelled) " comments of " (card.data.projects) " projects that people labelled, each read by a model "
            "that had seen nothing of its project: of the areas shown, " (prose::percent(score.precision)) " were right. That is far from always, "
            "so every label says how sure it is, and you can correct it on your own page."
        }
        (table(card))
        p.small {
            "Model " (card.model) ", learned from these comments and " (card.data.more) " more that a "
            "language model labelled by the same guide. F1 over all labels " (figure(score.micro_f1)) ", mean over the areas "
            (figure(score.macro_f1)) "; whether a comment gives knowledge, asks for something or neither " (figure(score.teaches.macro_f1))
            "; calibration error " (figure(score.ece)) " over all probabilities, " (figure(score.ece_read)) " over those of areas that are read. "
            "Which model read a comment is kept beside what it read."
        }
        @if reads == first.model {
            (second(both))
        }
    }
}

/// What the second stage would add.
fn second(both: &Card) -> Markup {
    let score = &both.score;
    html! {
        p.small {
            "A second stage (" code { "peerlore model install" } ") is a small transformer that reads beside the first, on the same machine, in "
            "milliseconds a comment. With both, measured in the same way, " (prose::percent(score.precision))
            " of the areas shown for " (prose::percent(score.coverage)) " of the comments were right; F1 over all labels "
            (figure(score.micro_f1)) ", mean over the areas " (figure(score.macro_f1)) "."
        }
    }
}

fn table(card: &Card) -> Markup {
    let rows = Area::ALL
        .iter()
        .filter_map(|area| Some((area, card.score.areas.get(area.slug())?)));
    html! {
        div.scroll tabindex="0" role="region" aria-label="How well each area is read" {
            table {
                caption { "Of 100 times that an area is shown, how often it is right, and of 100 comments about it, how many are found" }
                thead {
                    tr {
                        th scope="col" { "Area" }
                        th scope="col" { "Right when shown" }
                        th scope="col" { "Found" }
                        th scope="col" { "Labelled comments" }
                    }
                }
                tbody {
                    @for (area, figures) in rows {
                        tr {
                            th scope="row" { (area.name()) }
                            td { (right(figures)) }
                            td { (prose::percent(figures.read.recall)) }
                            td { (figures.read.support) }
                        }
                    }
                }
            }
        }
    }
}

fn right(figures: &AreaAccuracy) -> String {
    match figures.shown_precision {
        None => "never shown".to_owned(),
        Some(share) if figures.shown < FEW => format!("{}, of {} only", prose::percent(share), figures.shown),
        Some(share) => prose::percent(share),
    }
}

/// A share with two places.
fn figure(share: f64) -> String {
    format!("{share:.2}")
}
