//! `cargo run --example eval_reviewers -- FILE.jsonl.gz [--published]`: replays reviews and prints the figures as JSON.
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use flate2::read::GzDecoder;
use peerlore::suggest::eval::Order;
use peerlore::suggest::eval::Plan;
use peerlore::suggest::eval::Row;
use peerlore::suggest::eval::replay;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().context("say which file of reviews to replay")?;
    let order = match arguments.next().as_deref() {
        Some("--published") => Order::Published,
        _ => Order::Strict,
    };
    let reader = BufReader::new(GzDecoder::new(std::fs::File::open(&file)?));
    let rows = reader.lines().map(|line| Ok(serde_json::from_str(&line?)?));
    let rows: Vec<Row> = rows
        .collect::<anyhow::Result<_>>()
        .with_context(|| format!("reading {file}"))?;
    let name = Path::new(&file).file_name().unwrap_or_default().to_string_lossy();
    let dataset = name.split('.').next().unwrap_or_default();
    let start = Instant::now();
    let outcome = replay(&rows, &Plan::new(dataset, order), &|| start.elapsed());
    println!("{}", serde_json::to_string(&outcome)?);
    Ok(())
}
