//! `peerlore import`
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufRead;
use std::io::BufReader;
use std::io::ErrorKind;
use std::io::IsTerminal;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use clap::Subcommand;
use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use serde::Serialize;
use sha2::Digest;
use sha2::Sha256;
use sqlx::PgConnection;

use crate::app;
use crate::cli::classifier;
use crate::cli::database;
use crate::cli::database::Private;
use crate::cli::import_git;
use crate::cli::import_git::ImportGit;
use crate::config::Config;
use crate::model::graph::Confidence;
use crate::model::ids::InstallationId;
use crate::model::lesson::Refusal;
use crate::model::wording;
use crate::pipeline::import;
use crate::pipeline::import::Imported;
use crate::pipeline::record::Seen;
use crate::skill::edge;
use crate::store;
use crate::store::edges;
use crate::store::edges::Ends;
use crate::store::imports;
use crate::store::lessons;

/// A line longer than this is no pull request.
const LINE_LIMIT: u64 = 64 * 1024 * 1024;

/// Read a history of reviews from a file, or of commits from a git repository.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerlore import github-json history.jsonl.gz\n  peerlore import git . --repo octo-org/hello"
)]
pub struct Import {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, Subcommand)]
enum From {
    /// Pull requests as GitHub's API gives them, one JSON object a line: {type, pull, events[], comments[]}
    #[command(
        after_help = "Example: peerlore import github-json history.jsonl.gz\n\nStopped half-way, it goes on where it stopped; read twice, a file changes nothing."
    )]
    GithubJson {
        /// The file, plain or gzipped
        file: PathBuf,
        /// Read it again from the beginning, although it was read before
        #[arg(long)]
        again: bool,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    Git(ImportGit),
}

/// Imports, and says what was learned.
///
/// # Errors
/// When the file can't be read or holds something else.
pub async fn run(config: Config, command: Import) -> anyhow::Result<()> {
    let (file, again, json) = match command.from {
        From::GithubJson { file, again, json } => (file, again, json),
        From::Git(git) => return import_git::run(config, &git).await,
    };
    let digest = digest(&file)?;
    let stop = app::stop_on_signal()?;
    let database = database::open(&config, Private::Join).await?;
    let result = read(&config, &database.pool, (&file, &digest, again), &stop).await;
    let printed = match result {
        Ok(report) => print(&report, json),
        Err(error) => Err(error),
    };
    database.close().await?;
    printed
}

/// What an import did and what its organisation has learned since.
#[derive(Debug, Serialize)]
struct Report {
    pulls: u64,
    skipped_as_read_before: u64,
    unreadable: u64,
    first_unreadable: Option<String>,
    stopped: bool,
    comments: u64,
    organisations: Vec<Learned>,
}

#[derive(Debug, Serialize)]
struct Learned {
    /// Whose it is, by login.
    organisation: String,
    people: i64,
    classified_comments: i64,
    lessons: i64,
    lessons_with_diffs: i64,
    areas: BTreeMap<String, BTreeMap<String, i64>>,
    edges: usize,
    confidence: BTreeMap<&'static str, usize>,
    refused: Vec<Refused>,
}

#[derive(Debug, Serialize)]
struct Refused {
    reason: String,
    words: String,
    comments: i64,
}

async fn read(
    config: &Config,
    pool: &sqlx::PgPool,
    (file, digest, again): (&Path, &str, bool),
    stop: &tokio_util::sync::CancellationToken,
) -> anyhow::Result<Report> {
    let pipeline = database::pipeline(config, pool, classifier::load(config)?)?;
    let done = if again {
        0
    } else {
        imports::records_done(&mut *pool.acquire().await?, digest)
            .await?
            .unsigned_abs()
    };
    let bar = progress(file)?;
    let mut lines = lines(file, &bar)?;
    let mut report = Report {
        pulls: 0,
        skipped_as_read_before: 0,
        unreadable: 0,
        first_unreadable: None,
        stopped: false,
        comments: 0,
        organisations: Vec::new(),
    };
    let mut tenants: Vec<InstallationId> = Vec::new();
    let mut seen = Seen::default();
    let mut number: u64 = 0;
    let mut line = Vec::new();
    while next_line(&mut lines, &mut line).map_err(|error| broken(file, number, error))? {
        number += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if number <= done {
            report.skipped_as_read_before += 1;
            continue;
        }
        if stop.is_cancelled() {
            report.stopped = true;
            break;
        }
        match import::record(&pipeline, &mut seen, &line, (digest, i64::try_from(number)?)).await? {
            Imported::Pull { installation, comments } => {
                report.pulls += 1;
                report.comments += u64::try_from(comments)?;
                if !tenants.contains(&installation) {
                    tenants.push(installation);
                }
            }
            Imported::Unreadable(why) => {
                report.unreadable += 1;
                report
                    .first_unreadable
                    .get_or_insert_with(|| format!("line {number}: {why}"));
            }
        }
    }
    bar.finish_and_clear();
    if report.pulls == 0 && report.skipped_as_read_before == 0 {
        let why = report.first_unreadable.unwrap_or_else(|| "it is empty".to_owned());
        anyhow::bail!(
            "{} holds no pull request as GitHub's API gives them, one JSON object a line ({why}); see peerlore import github-json --help",
            file.display()
        );
    }
    if report.pulls > 0 {
        store::refresh_statistics(pool).await?;
    }
    let mut conn = pool.acquire().await?;
    if tenants.is_empty() {
        tenants = crate::store::tenants::all(&mut conn)
            .await?
            .into_iter()
            .map(|tenant| tenant.id)
            .collect();
    }
    for tenant in tenants {
        report
            .organisations
            .push(learned(&mut conn, tenant, pipeline.clock.now()).await?);
    }
    Ok(report)
}

async fn learned(
    conn: &mut PgConnection,
    tenant: InstallationId,
    now: crate::model::clock::Time,
) -> anyhow::Result<Learned> {
    let totals = lessons::totals(conn, tenant).await?;
    let edges = edges::graph(conn, tenant, Ends::Any).await?;
    let mut areas: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for (area, outcome, count) in &totals.lessons {
        *areas
            .entry(area.clone())
            .or_default()
            .entry(outcome.clone())
            .or_default() += count;
    }
    let mut confidence: BTreeMap<&'static str, usize> = [Confidence::Low, Confidence::Medium, Confidence::High]
        .map(|one| (one.as_str(), 0))
        .into();
    for one in &edges {
        *confidence.entry(edge::confidence(one, now).as_str()).or_default() += 1;
    }
    let all = crate::store::tenants::all(conn).await?;
    let organisation = all.into_iter().find(|one| one.id == tenant).map(|one| one.login);
    Ok(Learned {
        organisation: organisation.unwrap_or_default(),
        people: totals.people,
        classified_comments: totals.classified,
        lessons: totals.lessons.iter().map(|(_, _, count)| count).sum(),
        lessons_with_diffs: totals.with_diffs,
        areas,
        edges: edges.len(),
        confidence,
        refused: totals
            .refused
            .into_iter()
            .map(|(reason, comments)| Refused {
                words: refusal_words(&reason),
                reason,
                comments,
            })
            .collect(),
    })
}

fn refusal_words(stored: &str) -> String {
    serde_json::from_value::<Refusal>(serde_json::Value::String(stored.to_owned()))
        .map_or_else(|_| stored.to_owned(), |reason| reason.words().to_owned())
}

fn print(report: &Report, json: bool) -> anyhow::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, report)?;
        writeln!(out)?;
        return Ok(());
    }
    writeln!(
        out,
        "Read {} with {}.",
        wording::count(report.pulls, "pull request"),
        wording::count(report.comments, "comment")
    )?;
    if report.skipped_as_read_before > 0 {
        writeln!(
            out,
            "{} were read before and left alone (--again reads them again).",
            report.skipped_as_read_before
        )?;
    }
    if let Some(first) = &report.first_unreadable {
        writeln!(
            out,
            "{} could not be read; the first is {first}.",
            wording::count(report.unreadable, "line")
        )?;
    }
    if report.stopped {
        writeln!(out, "Stopped. The same command goes on from here.")?;
    }
    for one in &report.organisations {
        writeln!(
            out,
            "\n{}: {}, {} classified, {}.",
            one.organisation,
            wording::count(one.people, "person"),
            wording::count(one.classified_comments, "comment"),
            wording::count(one.lessons, "lesson")
        )?;
        if one.lessons > 0 && one.lessons_with_diffs == 0 {
            writeln!(
                out,
                "This history has no diffs: what authors changed is left out of the formula, and every confidence is low."
            )?;
        }
        writeln!(out, "\n{:<20}{:>8}{:>8}{:>10}", "area", "landed", "given", "declined")?;
        for (area, outcomes) in &one.areas {
            let count = |word: &str| outcomes.get(word).copied().unwrap_or(0);
            writeln!(
                out,
                "{area:<20}{:>8}{:>8}{:>10}",
                count("landed"),
                count("given"),
                count("declined")
            )?;
        }
        let spread: Vec<String> = ["low", "medium", "high"]
            .iter()
            .map(|word| format!("{} {word}", one.confidence.get(word).unwrap_or(&0)))
            .collect();
        writeln!(
            out,
            "\n{} in the graph; confidence: {}.",
            wording::count(one.edges, "edge"),
            spread.join(", ")
        )?;
        writeln!(out, "\nComments that taught nothing, by reason:")?;
        for refused in &one.refused {
            writeln!(out, "{:>8}  {}", refused.comments, refused.words)?;
        }
    }
    Ok(())
}

/// Why a file can't be read any further, in plain words.
fn broken(file: &Path, lines: u64, error: anyhow::Error) -> anyhow::Error {
    let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    let read = wording::count(lines, "line");
    match kind {
        Some(ErrorKind::UnexpectedEof) => anyhow::anyhow!(
            "{} breaks off in the middle of its gzip data; {read} of it were read, so fetch it again and import it anew",
            file.display()
        ),
        Some(ErrorKind::InvalidInput | ErrorKind::InvalidData) => anyhow::anyhow!(
            "the gzip data of {} is damaged; {read} of it were read, so fetch it again and import it anew",
            file.display()
        ),
        _ => error.context(format!("reading {}", file.display())),
    }
}

fn digest(file: &Path) -> anyhow::Result<String> {
    let mut source = File::open(file).with_context(|| format!("{} can't be opened", file.display()))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = source
            .read(&mut buffer)
            .with_context(|| format!("{} can't be read", file.display()))?;
        if read == 0 {
            return Ok(hex::encode(hash.finalize()));
        }
        hash.update(&buffer[..read]);
    }
}

fn progress(file: &Path) -> anyhow::Result<ProgressBar> {
    if !std::io::stderr().is_terminal() {
        return Ok(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template("{bar:30} {percent:>3}%  {elapsed} so far, about {eta} to go")?;
    Ok(ProgressBar::new(file.metadata()?.len()).with_style(style))
}

/// The lines of a file, unpacked where it is gzipped; the bar follows the bytes of the file itself.
fn lines(file: &Path, bar: &ProgressBar) -> anyhow::Result<Box<dyn BufRead + Send>> {
    let mut source = BufReader::new(bar.wrap_read(File::open(file)?));
    let gzipped = source.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if gzipped {
        Box::new(BufReader::new(MultiGzDecoder::new(source)))
    } else {
        Box::new(source)
    })
}

fn next_line(lines: &mut (dyn BufRead + Send), line: &mut Vec<u8>) -> anyhow::Result<bool> {
    line.clear();
    let read = lines.take(LINE_LIMIT).read_until(b'\n', line)?;
    if u64::try_from(read)? == LINE_LIMIT {
        anyhow::bail!("a line is longer than 64 MiB; is it one JSON object a line?");
    }
    Ok(read > 0)
}
