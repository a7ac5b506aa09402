//! `cargo run --example history_stream -- COMMITS FILES | git -C REPO fast-import --quiet`: a made-up history of any size, the same each time, to measure
//! what reading one costs. A third of the commits name a reviewer; few people write most of it.
use std::io::BufWriter;
use std::io::Write;

use anyhow::Context;
use peerlore::demo::chance::Chance;

/// People, of whom each writes a tenth less than the one before.
const PEOPLE: usize = 300;
/// The first second of it, and the seconds from commit to commit.
const TIMES: (usize, usize) = (1_200_000_000, 5_000);

fn main() -> anyhow::Result<()> {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<usize>());
    let (commits, files) = numbers
        .next()
        .zip(numbers.next())
        .context("say how many commits and files")?;
    let (commits, files) = (commits?, files?);
    let mut texts: Vec<Vec<String>> = vec![Vec::new(); files];
    let mut chance = Chance::new(1);
    let mut out = BufWriter::new(std::io::stdout().lock());
    for commit in 0..commits {
        let who = person(&mut chance);
        let time = TIMES.0 + commit * TIMES.1;
        let reviewer = chance.below(PEOPLE);
        let message = match commit % 3 {
            0 => format!("Change {commit}\n\nReviewed-by: P{reviewer} Q <p{reviewer}@x.example>\n"),
            _ => format!("Change {commit}\n"),
        };
        writeln!(out, "commit refs/heads/main")?;
        for role in ["author", "committer"] {
            writeln!(out, "{role} P{who} Q <p{who}@x.example> {time} +0000")?;
        }
        writeln!(out, "data {}\n{message}", message.len())?;
        for _ in 0..[1, 1, 2, 3, 5][chance.below(5)] {
            let file = chance.below(files);
            edit(&mut texts[file], commit, &mut chance);
            let text = texts[file].join("\n") + "\n";
            writeln!(out, "M 100644 inline d{}/e{}/f{file}.c", file % 20, file / 20 % 25)?;
            writeln!(out, "data {}\n{text}", text.len())?;
        }
    }
    out.flush()?;
    Ok(())
}

fn person(chance: &mut Chance) -> usize {
    (0..PEOPLE - 1).take_while(|_| chance.percent(90)).count()
}

/// Begins a file, or replaces and removes some of its lines.
fn edit(lines: &mut Vec<String>, commit: usize, chance: &mut Chance) {
    if lines.is_empty() {
        let count = [20, 60, 120, 300][chance.below(4)];
        lines.extend((0..count).map(|line| format!("line {commit} {line}")));
        return;
    }
    for _ in 0..[1, 3, 10][chance.below(3)] {
        let at = chance.below(lines.len());
        if chance.percent(50) {
            lines[at] = format!("new {commit} {}", chance.below(1_000_000));
        } else {
            lines.insert(at, format!("more {commit} {}", chance.below(1_000_000)));
        }
    }
}
