//! The command line: one file a command. Results go to standard output, everything else to standard error.
//!
//! Exit codes: 0 done, 1 it failed (one plain line says why and the way out), 2 the command line can't be read.
pub mod arguments;
pub mod at_risk;
pub mod backfill;
mod classifier;
pub mod database;
mod dead;
pub mod demo;
pub mod doctor;
pub mod engine;
pub mod erase;
pub mod eval;
pub mod eval_classify;
pub mod eval_corrections;
pub mod eval_flow;
pub mod eval_landing;
pub mod eval_reviewers;
pub mod eval_silent;
pub mod eval_spread;
pub mod eval_threads;
pub mod eval_truck_factor;
pub mod experts;
pub mod flow;
pub mod import;
pub mod import_git;
mod labelled;
pub mod model;
pub mod offboarding;
pub mod onboarding;
pub mod opt_out;
pub mod organisation;
pub mod participation;
pub mod profile;
mod read_threads;
pub mod rebuild;
pub mod replay;
pub mod risk;
pub mod risk_stored;
pub mod serve;
pub mod setup;
pub mod suggest;
pub mod sweep;
pub mod terminal;
pub mod thanks;
pub mod the_app;
pub mod train;
pub mod train_threads;

use std::process::ExitCode;

use clap::CommandFactory;
use clap::FromArgMatches;
use clap::Parser;
use clap::Subcommand;

use crate::config::Config;
use crate::telemetry;

/// Turns code review into tracked peer learning.
#[derive(Debug, Parser)]
#[command(name = "peerlore", version, max_term_width = 110, propagate_version = true)]
#[command(after_help = "Example: peerlore demo")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show Peerlore with a made-up organisation and a year of its reviews
    Demo(demo::Demo),
    /// Receive webhooks, learn from them and show the pages
    Serve(serve::Serve),
    /// Make a key for the set-up page, or forget the App that it created
    Setup(setup::Setup),
    /// Read a history of reviews from a file, or of commits from a git repository
    Import(import::Import),
    /// Read the past of repositories from GitHub
    Backfill(backfill::Backfill),
    /// Suggest reviewers for files or for a pull request
    Suggest(suggest::Suggest),
    /// Show what a person passed on and took from others, with the evidence
    Profile(profile::Profile),
    /// Show who holds a skill area
    Experts(experts::Experts),
    /// Show what at most one active person knows
    AtRisk(at_risk::AtRisk),
    /// Show what would be lost if somebody were gone, and who is nearest to it
    Offboarding(offboarding::Offboarding),
    /// Show how people come in, never of fewer than five
    Onboarding(onboarding::Onboarding),
    /// Show what is discussed and how many take part, never of fewer than five
    Participation(participation::Participation),
    /// Show whom somebody may thank for a month, for that somebody only
    Thanks(thanks::Thanks),
    /// Show how knowledge flowed between teams, never of fewer than five people
    Flow(flow::Flow),
    /// Show what our picks would have come to on your own past
    Replay(replay::Replay),
    /// Show what knowledge would leave with whom, by a git history or by the store
    Risk(risk::Risk),
    /// Make every projection again from the facts
    Rebuild(rebuild::Rebuild),
    /// Measure a model on labelled data
    Eval(eval::Eval),
    /// Train a model on labelled data
    Train(train::Train),
    /// Fetch or remove the weights of the classifier's second stage
    Model(model::Model),
    /// Have GitHub send again what never arrived
    Sweep(sweep::Sweep),
    /// Look at webhooks that could not be processed, take them anew, or let them go
    Dead(dead::Dead),
    /// Check everything that has to be right
    Doctor(doctor::Doctor),
    /// Take a person out of everything, or back in
    OptOut(opt_out::OptOut),
    /// Erase everything of an organisation, or of one person
    Erase(erase::Erase),
    /// Fetch the programs of the private Postgres
    Engine(engine::Engine),
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::from_arg_matches(&command_line().get_matches()).unwrap_or_else(|error| error.exit());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::new(error).context("starting the threads")),
    };
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

/// The command line as people meet it: the settings show in the help of `peerlore` and `peerlore serve` only, instead of
/// filling that of every command.
#[must_use]
pub fn command_line() -> clap::Command {
    let mut all = Cli::command();
    let settings: Vec<clap::Id> = all
        .get_arguments()
        .filter(|arg| arg.is_global_set())
        .map(|arg| arg.get_id().clone())
        .collect();
    // Only then have the commands these settings.
    all.build();
    all.mut_subcommands(|command| match command.get_name() {
        "serve" | "help" => command,
        _ => without_settings(command, &settings),
    })
}

fn without_settings(command: clap::Command, settings: &[clap::Id]) -> clap::Command {
    let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    command
        .mut_args(|arg| {
            let hidden = settings.contains(arg.get_id());
            arg.hide(hidden)
        })
        .after_help(format!(
            "{example}\n\nSettings such as --data-dir: see `peerlore --help`."
        ))
        .mut_subcommands(|below| match below.get_name() {
            "help" => below,
            _ => without_settings(below, settings),
        })
}

fn failed(error: &anyhow::Error) -> ExitCode {
    // A closed pipe (`peerlore experts | head`) is how a reader says that it has seen enough.
    if is_broken_pipe(error) {
        return ExitCode::SUCCESS;
    }
    // A cause that its own context repeats is said once.
    let mut said = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !said.contains(&cause) {
            said = format!("{said}: {cause}");
        }
    }
    eprintln!("peerlore: {said}");
    ExitCode::FAILURE
}

/// Standard output was closed while we wrote to it, plainly or as JSON.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let plain = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let json = cause
            .downcast_ref::<serde_json::Error>()
            .and_then(serde_json::Error::io_error_kind);
        plain.or(json) == Some(std::io::ErrorKind::BrokenPipe)
    })
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    // The queue logs each failure of a job once more, with its payload. Its local queue, while the database is away,
    // logs thousands of times a second what the door and /readyz say already. A stopped command closes its connections in
    // the middle of transactions, which the server remarks on.
    let usual = match cli.command {
        Command::Serve(_) => "warn,peerlore=info,graphile_worker=error,graphile_worker::local_queue=off",
        // Its findings say it all.
        Command::Doctor(_) => "off",
        _ => "warn,graphile_worker=error,graphile_worker::local_queue=off,sqlx::postgres::notice=error",
    };
    telemetry::start_logs(cli.config.log.as_deref().unwrap_or(usual), cli.config.log_format)?;
    let config = cli.config.without_empty();
    if !matches!(
        cli.command,
        Command::Demo(_)
            | Command::Doctor(_)
            | Command::Engine(_)
            | Command::Eval(_)
            | Command::Risk(_)
            | Command::Train(_)
    ) {
        the_app::check_hosts(&config)?;
    }
    match cli.command {
        Command::Demo(command) => demo::run(config, command).await,
        Command::Serve(command) => serve::run(config, command).await,
        Command::Setup(command) => setup::run(config, command).await,
        Command::Import(command) => import::run(config, command).await,
        Command::Backfill(command) => backfill::run(config, command).await,
        Command::Suggest(command) => suggest::run(config, command).await,
        Command::Profile(command) => profile::run(config, command).await,
        Command::Experts(command) => experts::run(config, command).await,
        Command::AtRisk(command) => at_risk::run(config, command).await,
        Command::Offboarding(command) => offboarding::run(config, command).await,
        Command::Onboarding(command) => onboarding::run(config, command).await,
        Command::Participation(command) => participation::run(config, command).await,
        Command::Thanks(command) => thanks::run(config, command).await,
        Command::Flow(command) => flow::run(config, command).await,
        Command::Replay(command) => replay::run(config, command).await,
        Command::Risk(command) => risk::run(config, &command).await,
        Command::Rebuild(command) => rebuild::run(config, command).await,
        Command::Eval(command) => eval::run(&config, &command).await,
        Command::Train(command) => train::run(&config, &command).await,
        Command::Model(command) => model::run(config, command).await,
        Command::Sweep(command) => sweep::run(config, command).await,
        Command::Dead(command) => dead::run(config, command).await,
        Command::Doctor(command) => doctor::run(config, command).await,
        Command::OptOut(command) => opt_out::run(config, command).await,
        Command::Erase(command) => erase::run(config, command).await,
        Command::Engine(command) => engine::run(config, command).await,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Error;
    use std::io::ErrorKind;
    use std::io::Result;
    use std::io::Write;

    use super::*;

    /// A pipe that nobody reads any more.
    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_goes_away_is_no_failure() {
        let plain = Gone.write_all(b"words").unwrap_err();
        let json = serde_json::to_writer(Gone, "words").unwrap_err();
        assert!(is_broken_pipe(&anyhow::Error::new(plain).context("printing")));
        assert!(is_broken_pipe(&json.into()));
        assert!(!is_broken_pipe(&Error::from(ErrorKind::NotFound).into()));
    }
}
