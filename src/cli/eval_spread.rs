//! `peerlore eval spread`
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use crate::cli::labelled;
use crate::model::wording;
use crate::suggest::eval::Row;
use crate::suggest::spread;
use crate::suggest::spread::Asked;
use crate::suggest::spread::Outcome;
use crate::suggest::spread::chart;
use crate::suggest::spread::curve::Point;
use crate::suggest::spread::metrics::Figures;
use crate::suggest::spread::ours::Setting;
use crate::suggest::spread::teams::TeamMonth;
use crate::suggest::spread::teams::month_of;

/// How far policies that choose reviewers would have spread knowledge through a history of reviews.
#[derive(Debug, Args)]
pub struct Spread {
    /// The file of reviews, plain or gzipped
    file: PathBuf,
    /// Who was in which team in which month: a file with one JSON object a line; shows the share of reviews across teams
    #[arg(long, value_name = "FILE")]
    teams: Option<PathBuf>,
    /// The share of reviews that our policy may give a learner, in the table
    #[arg(long, default_value_t = 0.05, value_parser = share)]
    budget: f64,
    /// So many reviews' worth of the budget may be spent ahead, paid back after three times as many; 0: never
    #[arg(long, value_name = "REVIEWS", default_value_t = 1500)]
    advance: u32,
    /// How many times as much it pays if a learner is from another team than the author where no reviewer is
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, value_parser = times)]
    cross_team: f64,
    /// The figures are means over so many seeds, which decide who is replaced, and between equals
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=1000))]
    seeds: u64,
    /// Leave a policy out of the table (may be given several times)
    #[arg(long, value_name = "POLICY", value_parser = policy)]
    without: Vec<String>,
    /// Show files at risk as the papers count them, too: by who will be active later
    #[arg(long)]
    oracle: bool,
    /// Draw the curve of files at risk by budget into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

impl labelled::Row for TeamMonth {
    const SUCH_AS: &str = r#"{"month": "2024-05", "team": "storage", "kind": "team", "members": ["ann", "bob"]}"#;

    fn flaw(&self) -> Option<String> {
        month_of(&self.month)
            .is_none()
            .then(|| format!("\"{}\" is no month", self.month))
    }
}

/// Measures, and prints the figures.
///
/// # Errors
/// When a file can't be read or written, or holds something else.
pub fn run(asked: &Spread) -> anyhow::Result<()> {
    let rows: Vec<Row> = labelled::rows(&asked.file)?;
    is_one_history(&rows)?;
    let charts: Vec<TeamMonth> = asked
        .teams
        .as_deref()
        .map(labelled::rows)
        .transpose()?
        .unwrap_or_default();
    let name = asked
        .file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let dataset = name.trim_end_matches(".gz").trim_end_matches(".jsonl");
    let wanted = Asked {
        setting: Setting {
            budget: asked.budget,
            advance: f64::from(asked.advance),
            cross_team: asked.cross_team,
        },
        seeds: asked.seeds,
        without: asked.without.clone(),
    };
    let drawing = asked.svg.as_deref().map(Drawing::at).transpose()?;
    let outcome = spread::measure(dataset, &rows, &charts, &wanted);
    anyhow::ensure!(
        outcome.quarters > 0,
        "{} spans too short a time: the last quarter is dropped, so it takes two at least",
        asked.file.display()
    );
    if let Some(drawing) = drawing {
        drawing.write(&chart::svg(&outcome.curve, dataset))?;
    }
    let mut out = std::io::stdout().lock();
    if asked.json {
        writeln!(out, "{:#}", serde_json::to_value(&outcome)?)?;
        return Ok(());
    }
    table(&mut out, &outcome, asked)?;
    curve(&mut out, &outcome, asked.teams.is_some())
}

/// Years beyond which a history has a wrong date in it.
const MOST_YEARS: i64 = 60;

/// Nothing in it is dated so far from the rest that it would be most of the history.
fn is_one_history(rows: &[Row]) -> anyhow::Result<()> {
    let times = || rows.iter().map(|row| row.created_at);
    if let (Some(first), Some(last)) = (times().min(), times().max()) {
        anyhow::ensure!(
            (last - first).num_days() / 365 <= MOST_YEARS,
            "the first row is of {} and the last of {}: one of these dates is wrong",
            first.date_naive(),
            last.date_naive()
        );
    }
    Ok(())
}

/// A file that can be written, opened before the work that it is for.
struct Drawing<'a> {
    path: &'a Path,
    file: File,
}

impl<'a> Drawing<'a> {
    fn at(path: &'a Path) -> anyhow::Result<Self> {
        // What stands in it stays until there is something new.
        let file = File::options().write(true).create(true).truncate(false).open(path);
        let file = file.with_context(|| format!("{} can't be written", path.display()))?;
        Ok(Self { path, file })
    }

    fn write(mut self, svg: &str) -> anyhow::Result<()> {
        let written = self.file.set_len(0).and_then(|()| self.file.write_all(svg.as_bytes()));
        written.with_context(|| format!("{} can't be written", self.path.display()))
    }
}

fn table(out: &mut impl Write, outcome: &Outcome, asked: &Spread) -> anyhow::Result<()> {
    writeln!(
        out,
        "{}: {} of {} by {} people in {}, means over {}. Changes in per cent of what happened; \
         FaR is files at risk, areas are two levels of folders.\n",
        outcome.dataset,
        wording::count(outcome.changes, "change"),
        wording::count(outcome.files, "file"),
        outcome.people,
        wording::count(outcome.quarters, "quarter"),
        wording::count(outcome.seeds, "seed")
    )?;
    let mut columns: Vec<Column> = COLUMNS.to_vec();
    if asked.oracle {
        columns.push(("FaR oracle", |figures| signed(figures.far_oracle)));
    }
    if asked.teams.is_some() {
        columns.push(("cross-team", |figures| format!("{:.1}", figures.cross_team)));
        columns.push((".. Rev++", |figures| format!("{:.1}", figures.cross_team_rev_plus)));
    }
    let heads: Vec<String> = columns.iter().map(|(head, _)| format!("{head:>10}")).collect();
    writeln!(out, "{:<18}{}", "policy", heads.join(" "))?;
    for named in &outcome.policies {
        let cells: Vec<String> = columns
            .iter()
            .map(|(_, cell)| format!("{:>10}", cell(&named.figures)))
            .collect();
        writeln!(out, "{:<18}{}", named.policy, cells.join(" "))?;
    }
    writeln!(out, "\n{LEGEND}")?;
    Ok(())
}

/// What the heads of the table mean.
const LEGEND: &str = "\
core load: reviews by the ten busiest of a quarter · worst: FaR of the worst quarter · seeds: FaR of the best and the worst seed, which \
only choose who is replaced and between equals · areas: areas at risk · Rev++: reviews with one more reviewer, in per cent of all · \
new pairs: people in areas that are new to them · most, mean extra: reviews added to one person";

/// A head and what stands below it.
type Column = (&'static str, fn(&Figures) -> String);

const COLUMNS: [Column; 11] = [
    ("expertise", |figures| signed(figures.expertise)),
    ("core load", |figures| signed(figures.core_workload)),
    ("FaR", |figures| signed(figures.far)),
    ("worst", |figures| signed(figures.far_worst)),
    ("seeds", |figures| {
        format!("{:.0}..{:.0}", figures.far_least, figures.far_most)
    }),
    ("areas", |figures| signed(figures.areas)),
    ("Gini", |figures| format!("{:+.2}", figures.gini)),
    ("Rev++", |figures| format!("{:.2}", figures.rev_plus)),
    ("new pairs", |figures| signed(figures.new_pairs)),
    ("most extra", |figures| format!("{:.0}", figures.most_extra)),
    ("mean extra", |figures| format!("{:.1}", figures.mean_extra)),
];

/// Over the budget by less than this many percent is rounding.
const SLIGHTLY: f64 = 0.05;

fn curve(out: &mut impl Write, outcome: &Outcome, with_teams: bool) -> anyhow::Result<()> {
    writeln!(
        out,
        "\nOurs by budget, and the lowest FaR that Hoarded-n, TurnoverRec++ or a coin between two of them reach at its Rev++:\n"
    )?;
    let heads = [
        "budget",
        "Rev++",
        "FaR",
        "others",
        "ahead",
        "Gini",
        "others",
        "expertise",
        "others",
        "cross-team",
    ];
    let heads: Vec<String> = heads.iter().map(|head| format!("{head:>10}")).collect();
    writeln!(out, "{}", heads.join(" "))?;
    for point in &outcome.curve {
        let others = |of: fn(&spread::curve::Mixed) -> f64| {
            point
                .theirs
                .as_ref()
                .map_or_else(|| "-".to_owned(), |theirs| format!("{:+.2}", of(theirs)))
        };
        let cells = [
            format!("{:.1}%", point.budget * 100.0),
            format!("{:.2}", point.ours.rev_plus),
            signed(point.ours.far),
            others(|theirs| theirs.far),
            point.ahead.map_or_else(|| "-".to_owned(), signed),
            format!("{:+.2}", point.ours.gini),
            others(|theirs| theirs.gini),
            signed(point.ours.expertise),
            others(|theirs| theirs.expertise),
            if with_teams {
                format!("{:.1}", point.ours.cross_team)
            } else {
                "-".to_owned()
            },
        ];
        writeln!(out, "{}", cells.map(|cell| format!("{cell:>10}")).join(" "))?;
    }
    writeln!(
        out,
        "\nFaR by Rev++: o ours, x the others, * both\n\n{}",
        chart::text(&outcome.curve)
    )?;
    let overspent = |point: &Point| point.ours.rev_plus > point.budget * 100.0 + SLIGHTLY;
    if outcome.curve.iter().any(overspent) {
        writeln!(
            out,
            "Ours gave more than its budget: so short a history doesn't pay back what may be spent ahead. `--advance 0` keeps to the budget \
             from the first review on."
        )?;
    }
    Ok(())
}

fn signed(number: f64) -> String {
    format!("{number:+.1}")
}

fn share(text: &str) -> Result<f64, String> {
    let number: f64 = text
        .parse()
        .map_err(|_| "a share is a number such as 0.05".to_owned())?;
    let fits = number > 0.0 && number <= 1.0;
    fits.then_some(number)
        .ok_or_else(|| "a share is above 0 and at most 1, such as 0.05".to_owned())
}

fn times(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "times is a number such as 3".to_owned())?;
    let fits = (1.0..=1000.0).contains(&number);
    fits.then_some(number)
        .ok_or_else(|| "it is from 1, which makes no difference, to 1000".to_owned())
}

fn policy(text: &str) -> Result<String, String> {
    let names = spread::names();
    let known = names.iter().any(|name| name == text);
    known
        .then(|| text.to_owned())
        .ok_or_else(|| format!("the policies are {}", names.join(", ")))
}
