//! `peerlore eval flow`
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use crate::cli::eval;
use crate::cli::labelled;
use crate::cli::terminal;
use crate::flow::eval::Figures;
use crate::flow::eval::MOST_PEOPLE;
use crate::flow::eval::Network;
use crate::flow::eval::figures;
use crate::flow::eval::people;

/// Which networks.
#[derive(Debug, Args)]
pub struct Flow {
    /// The networks, plain or gzipped
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print the figures as JSON, by the files' names
    #[arg(long)]
    json: bool,
}

/// Follows knowledge through each network and prints how far it can have come.
///
/// # Errors
/// When a file can't be read or holds something else, has too many people, or two have the same name.
pub fn run(asked: &Flow) -> anyhow::Result<()> {
    let start = Instant::now();
    let mut of: BTreeMap<String, Figures> = BTreeMap::new();
    for file in &asked.files {
        let name = labelled::dataset(file);
        let network: Network = labelled::whole(file)?;
        anyhow::ensure!(!network.is_empty(), "{} has no reviews", file.display());
        let people = people(&network).len();
        anyhow::ensure!(
            people <= MOST_PEOPLE,
            "{} has {people} people, and at most {MOST_PEOPLE} can be followed: cut it into parts",
            file.display()
        );
        let known = of.insert(name.clone(), figures(&network));
        anyhow::ensure!(known.is_none(), "two files are called {name}; measure them one by one");
    }
    if asked.json {
        return eval::print(&of, true);
    }
    table(&mut terminal::out(), &of)?;
    eprintln!("{:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn table(out: &mut impl Write, of: &BTreeMap<String, Figures>) -> std::io::Result<()> {
    writeln!(
        out,
        "How many others something that one person knows can have reached by reviews, each ending later than the one before:\n"
    )?;
    let heads = ["reviews", "people", "reach, median", "reach, most", "hops, median"];
    let heads = heads.map(|head| format!("{head:>15}"));
    writeln!(out, "{:<16}{}", "network", heads.concat())?;
    for (name, of) in of {
        let median = of
            .reach_median
            .map_or_else(|| "–".to_owned(), |reach| reach.to_string());
        let hops = of.hops_median.map_or_else(|| "–".to_owned(), |hops| hops.to_string());
        let figures = [
            of.reviews.to_string(),
            of.people.to_string(),
            median,
            of.reach_max.to_string(),
            hops,
        ];
        let figures = figures.map(|figure| format!("{figure:>15}"));
        writeln!(out, "{name:<16}{}", figures.concat())?;
    }
    writeln!(
        out,
        "\nAn upper bound: who takes part in a review may learn what the others know, and need not."
    )
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn the_table_says_what_it_is_about() {
        let figures = Figures {
            reviews: 3,
            people: 4,
            reach_median: None,
            reach_max: 2,
            hops_median: Some(1.5),
        };
        let mut out = Vec::new();
        table(&mut out, &BTreeMap::from([("octo".to_owned(), figures)])).unwrap();
        assert_snapshot!(String::from_utf8(out).unwrap(), @r"
        How many others something that one person knows can have reached by reviews, each ending later than the one before:

        network                 reviews         people  reach, median    reach, most   hops, median
        octo                          3              4              –              2            1.5

        An upper bound: who takes part in a review may learn what the others know, and need not.
        ");
    }
}
