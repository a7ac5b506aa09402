//! `peerlore eval reviewers`
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use crate::cli::eval;
use crate::cli::labelled;
use crate::cli::terminal;
use crate::model::wording;
use crate::suggest::eval::Ahead;
use crate::suggest::eval::Measured;
use crate::suggest::eval::Model;
use crate::suggest::eval::Order;
use crate::suggest::eval::Outcome;
use crate::suggest::eval::Plan;
use crate::suggest::eval::replay;
use crate::suggest::memory::Signal;

/// What is replayed, and how.
#[derive(Debug, Args)]
pub struct Reviewers {
    /// The file, plain or gzipped
    file: PathBuf,
    /// The literature's order: earlier by creation (leaks a little); without it, only reviews closed before count
    #[arg(long)]
    published: bool,
    /// Leave a model out, such as the slow revfinder; may stand several times
    #[arg(long, value_name = "NAME")]
    without: Vec<Model>,
    /// Let a signal count nothing in our ranker, to see what it brings; may stand several times
    #[arg(long, value_name = "SIGNAL")]
    ours_without: Vec<Signal>,
    /// Ask about only so many of the reviews, the last; those before still count as history
    #[arg(long, value_name = "N")]
    last: Option<NonZeroUsize>,
    /// Chooses what is drawn for the intervals
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// Reviews under which intervals by bootstrap are too narrow to be believed (*judgement*).
const FEW: usize = 100;

/// Replays the file and prints how well the models did.
///
/// # Errors
/// When the file can't be read or holds something else, or every model is left out.
pub fn run(asked: &Reviewers) -> anyhow::Result<()> {
    anyhow::ensure!(
        Model::ALL.iter().any(|model| !asked.without.contains(model)),
        "every model is left out by --without, so there is nothing to measure; keep one"
    );
    let plan = Plan {
        dataset: labelled::dataset(&asked.file),
        order: if asked.published {
            Order::Published
        } else {
            Order::Strict
        },
        without: asked.without.clone(),
        ours_without: asked.ours_without.clone(),
        last: asked.last.map(NonZeroUsize::get),
        seed: asked.seed,
    };
    let rows = labelled::rows(&asked.file)?;
    let start = Instant::now();
    let outcome = replay(&rows, &plan, &|| start.elapsed());
    if asked.json {
        return eval::print(&outcome, true);
    }
    table(&mut terminal::out(), &outcome)?;
    Ok(())
}

/// The figures for people, best model first.
fn table(out: &mut impl Write, outcome: &Outcome) -> std::io::Result<()> {
    let order = match outcome.order {
        Order::Published => "those created before (published order)",
        Order::Strict => "those closed before (strict order)",
    };
    writeln!(
        out,
        "{}: {} asked about, each from {order}; {:.1}% have a reviewer who had reviewed before, and no model can exceed that.\n",
        outcome.dataset,
        wording::count(outcome.queries, "review"),
        outcome.ceiling * 100.0
    )?;
    let mut models: Vec<(&String, &Measured)> = outcome.models.iter().collect();
    models.sort_by(|(_, a), (_, b)| b.figures.mrr.total_cmp(&a.figures.mrr));
    let heads = ["top-1", "top-3", "top-5", "top-10", "MRR"].map(|head| format!("{head:>8}"));
    writeln!(
        out,
        "{:<16}{}  {:<15}{:>10}",
        "model",
        heads.concat(),
        "95% of MRR",
        "µs/query"
    )?;
    for (name, measured) in models {
        let of = &measured.figures;
        let figures = [of.top1, of.top3, of.top5, of.top10, of.mrr].map(|figure| format!("{figure:>8.3}"));
        let [low, high] = measured.ci.mrr;
        let interval = format!("{low:.3} to {high:.3}");
        let micros = measured.micros_per_query;
        writeln!(out, "{name:<16}{}  {interval:<15}{micros:>10.0}", figures.concat())?;
    }
    if let Some(ahead) = &outcome.ahead {
        writeln!(out, "\n{}", compared(ahead))?;
    }
    if outcome.queries < FEW {
        writeln!(
            out,
            "Fewer than {FEW} reviews say little, and intervals drawn from them are too narrow."
        )?;
    }
    Ok(())
}

/// How ours compares, in a sentence.
fn compared(ahead: &Ahead) -> String {
    let Ahead {
        of,
        mrr,
        ci: [low, high],
    } = ahead;
    let (word, by, from, to) = if *mrr < 0.0 {
        ("behind", -mrr, -high, -low)
    } else {
        ("ahead of", *mrr, *low, *high)
    };
    let chance = if from <= 0.0 { ", which may be chance" } else { "" };
    format!(
        "peerlore is {word} {of}, the best of active_90_days, author_pair and chrev, by {by:.3} of MRR (95%: {from:.3} to {to:.3}){chance}."
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::suggest::eval::Figures;
    use crate::suggest::eval::Intervals;

    fn measured(mrr: f64) -> Measured {
        Measured {
            figures: Figures {
                top1: 0.5,
                top10: 0.9,
                mrr,
                ..Figures::default()
            },
            ci: Intervals {
                mrr: [mrr - 0.01, mrr + 0.01],
                ..Intervals::default()
            },
            micros_per_query: 12.4,
        }
    }

    #[test]
    fn the_best_model_stands_first_with_its_interval() {
        let outcome = Outcome {
            dataset: "octo".to_owned(),
            order: Order::Strict,
            queries: 1,
            ceiling: 0.987,
            models: BTreeMap::from([
                ("chrev".to_owned(), measured(0.6)),
                ("peerlore".to_owned(), measured(0.7)),
            ]),
            ahead: None,
            weights: BTreeMap::new(),
        };
        let mut out = Vec::new();
        table(&mut out, &outcome).expect("it is written");
        let told = String::from_utf8(out).expect("text");
        assert_eq!(
            told,
            "octo: 1 review asked about, each from those closed before (strict order); 98.7% have a reviewer who had \
             reviewed before, and no model can exceed that.\n\n\
             model              top-1   top-3   top-5  top-10     MRR  95% of MRR       µs/query\n\
             peerlore           0.500   0.000   0.000   0.900   0.700  0.690 to 0.710         12\n\
             chrev              0.500   0.000   0.000   0.900   0.600  0.590 to 0.610         12\nFewer than 100 reviews say little, and intervals drawn from them are too narrow.\n"
        );
    }

    #[test]
    fn a_difference_is_told_with_its_direction_and_its_doubt() {
        let ahead = |mrr, ci| {
            let of = "chrev".to_owned();
            compared(&Ahead { of, mrr, ci })
        };
        assert_eq!(
            ahead(0.05, [0.04, 0.06]),
            "peerlore is ahead of chrev, the best of active_90_days, author_pair and chrev, by 0.050 of MRR (95%: 0.040 to 0.060)."
        );
        assert_eq!(
            ahead(-0.01, [-0.03, 0.01]),
            "peerlore is behind chrev, the best of active_90_days, author_pair and chrev, by 0.010 of MRR (95%: -0.010 to 0.030), which may be chance."
        );
    }
}
