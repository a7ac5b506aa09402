//! `peerlore train`
use std::io::Write;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use clap::Subcommand;
use sha2::Digest;
use sha2::Sha256;

use crate::classify::card;
use crate::classify::card::Card;
use crate::classify::card::Data;
use crate::classify::eval;
use crate::classify::eval::LabelledComment;
use crate::classify::file;
use crate::classify::learned::Learned;
use crate::classify::linear;
use crate::classify::linear::Model;
use crate::classify::second;
use crate::classify::second::file::About;
use crate::classify::train;
use crate::classify::train::Examples;
use crate::cli::arguments;
use crate::cli::classifier;
use crate::cli::eval_corrections;
use crate::cli::labelled;
use crate::cli::train_threads;
use crate::config::Config;
use crate::model::wording;
use crate::weights;

/// Under this micro-F1 a model has learned next to nothing. Always saying the most frequent area gives .19 on our comments
/// (*judgement*).
const GUESSING: f64 = 0.25;

/// Train a model on labelled data.
#[derive(Debug, Args)]
#[command(after_help = "Example: peerlore train classify dev.jsonl.gz --out areas.gz")]
pub struct Train {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The classifier, on comments labelled by skill area, one JSON object a line
    #[command(after_help = "Example: peerlore train classify dev.jsonl.gz --out areas.gz")]
    Classify(Classify),
    /// Who taught whom in a review thread, and what came of it, on threads that people read, one JSON object a line
    #[command(after_help = "Example: peerlore train threads dev.jsonl.gz --out threads.json")]
    Threads(train_threads::Threads),
}

#[derive(Debug, Args)]
struct Classify {
    /// The labelled comments, plain or gzipped; `unlabelled.jsonl.gz` beside it is learned from, too
    file: PathBuf,
    /// Where the model goes; its card goes beside it, as .json, and its second stage, as .safetensors
    #[arg(long, default_value = "areas.gz")]
    out: PathBuf,
    /// Which of projects of the same size go into which fold; the same seed gives the same model
    #[arg(long, default_value_t = eval::SEED)]
    seed: u64,
    /// Learn from what people of one account corrected, too, where the text is still kept. They move what words
    /// weigh and bring no word that the labelled comments don't have
    #[arg(long)]
    corrections: bool,
    /// Whose corrections, where several accounts are known; they are never mixed
    #[arg(long, value_name = "LOGIN", requires = "corrections", value_parser = arguments::login)]
    account: Option<String>,
    /// Train the second stage, too, on what `peerlore model install` fetched; takes about two hours of one core
    #[arg(long)]
    second_stage: bool,
}

/// Trains, and writes the model and its card.
///
/// # Errors
/// When the data can't be read or doesn't do, or the files can't be written.
pub async fn run(config: &Config, command: &Train) -> anyhow::Result<()> {
    let command = match &command.what {
        What::Classify(command) => command,
        What::Threads(command) => return train_threads::run(command),
    };
    let ending = command.out.extension().unwrap_or_default();
    anyhow::ensure!(
        ending != classifier::CARD && ending != classifier::SECOND,
        "--out ends in .{}, and so does what goes beside it; name it as areas.gz",
        ending.display()
    );
    anyhow::ensure!(
        std::path::absolute(&command.out)? != std::path::absolute(&command.file)?,
        "--out names the labelled comments themselves; name another file, such as areas.gz"
    );
    // What takes seconds to find out is found out before what takes minutes.
    let base = command.second_stage.then(|| classifier::base(config)).transpose()?;
    let rows: Vec<LabelledComment> = labelled::rows(&command.file)?;
    tempfile::tempfile_in(folder_of(&command.out))
        .map_err(|error| error.kind())
        .map_err(|kind| anyhow::anyhow!("nothing can be written beside {}: {kind}", command.out.display()))?;
    let more = labelled::more_beside(&command.file)?;
    let corrected = if command.corrections {
        let (_, labels) = eval_corrections::labels(config, command.account.as_deref()).await?;
        labels.rows
    } else {
        Vec::new()
    };
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "Learning from {}, {} more and {} ..",
        wording::count(rows.len(), "labelled comment"),
        more.len(),
        wording::count(corrected.len(), "correction")
    )?;
    let examples = Examples::new(&rows, &more).with_corrections(&corrected);
    let sums = train::cross_fitted(&examples, command.seed)?;
    let (mut model, score) = train::trained(&examples, &sums, command.seed)?;
    model.name = name(&model)?;
    let packed = file::write(&model).context("packing the model")?;
    ensure_same(
        &file::parse(&packed).context("reading the model that was just made")?,
        &model,
    )?;
    let card = |name: &str, learned, texts, bytes, score| Card {
        model: name.to_owned(),
        seed: command.seed,
        data: Data {
            labelled: rows.len(),
            more: more.len(),
            corrected: corrected.len(),
            projects: examples.projects(),
            learned,
        },
        texts,
        bytes,
        score,
    };
    let mut made = vec![Made {
        file: command.out.clone(),
        card_file: command.out.with_extension(classifier::CARD),
        card: card(
            &model.name,
            Learned::of(rows.iter().chain(&more)),
            model.texts.len(),
            packed.len(),
            score,
        ),
        bytes: packed,
    }];
    let second_file = command.out.with_extension(classifier::SECOND);
    if let Some((encoder, tokens)) = base {
        let about = About::new(
            card::second_name(&model.name),
            model.name.clone(),
            weights::digest().to_owned(),
        );
        let base = (&encoder, &tokens);
        let about = (about, command.seed);
        let (part, score) = train::second::trained(base, (&examples, &sums), about, &labelled::tell)?;
        let packed = second::file::write(&part)?;
        ensure_same(&second::file::write(&second::file::parse(&packed)?)?, &packed)?;
        made.push(Made {
            file: second_file,
            card_file: command.out.with_extension(classifier::SECOND_CARD),
            card: card(&part.about.name, Learned::default(), 0, packed.len(), score),
            bytes: packed,
        });
    } else {
        remove_old_second_stage(&command.out)?;
    }
    for made in &made {
        made.keep()?;
        made.say(&mut out)?;
    }
    Ok(())
}

/// Removes what was made for the model that another one replaces.
fn remove_old_second_stage(model: &Path) -> anyhow::Result<()> {
    for old in [classifier::SECOND, classifier::SECOND_CARD].map(|ending| model.with_extension(ending)) {
        match std::fs::remove_file(&old) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{} can't be removed", old.display()));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// The name of a model: the shipped one's where it is that, else one of its own by its content, so that what another model read is never
/// taken for its own.
fn name(model: &Model) -> anyhow::Result<String> {
    let digest = |model: &Model| {
        let nameless = Model {
            name: String::new(),
            ..model.clone()
        };
        anyhow::Ok(hex::encode(Sha256::digest(
            file::write(&nameless).context("packing the model")?,
        )))
    };
    let own = digest(model)?;
    if own == digest(linear::shipped().model())? {
        return Ok(card::NAME.to_owned());
    }
    Ok(format!("{}-{}", card::NAME, &own[..8]))
}

/// A stage with its card, before it is written.
struct Made {
    file: PathBuf,
    card_file: PathBuf,
    card: Card,
    bytes: Vec<u8>,
}

impl Made {
    /// Writes both, each whole or not at all.
    fn keep(&self) -> anyhow::Result<()> {
        write(&self.file, &self.bytes)?;
        let card = format!("{:#}\n", serde_json::to_value(&self.card)?);
        write(&self.card_file, card.as_bytes())
    }

    /// What was written, and how well it does.
    fn say(&self, out: &mut impl Write) -> anyhow::Result<()> {
        writeln!(
            out,
            "Wrote {} ({} bytes) and {}.\nBy projects that it hadn't seen, {}: micro-F1 {:.3}, macro-F1 {:.3}; shown for {:.0}% of the \
             comments, right in {:.0}%.",
            self.file.display(),
            self.card.bytes,
            self.card_file.display(),
            self.card.model,
            self.card.score.micro_f1,
            self.card.score.macro_f1,
            self.card.score.coverage * 100.0,
            self.card.score.precision * 100.0,
        )?;
        if self.card.score.micro_f1 < GUESSING {
            writeln!(
                out,
                "That is little better than guessing: the labels may not go with the comments, or there are too few of them."
            )?;
        }
        Ok(())
    }
}

fn folder_of(file: &Path) -> &Path {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Writes a file whole or not at all.
///
/// # Errors
/// When it can't be written.
pub fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let written = || -> std::io::Result<()> {
        // Whoever serves may be another user.
        let readable = std::fs::Permissions::from_mode(0o644);
        let mut draft = tempfile::Builder::new()
            .permissions(readable)
            .tempfile_in(folder_of(file))?;
        draft.write_all(bytes)?;
        draft.persist(file).map_err(|error| error.error)?;
        Ok(())
    };
    written().with_context(|| format!("{} can't be written", file.display()))
}

/// What is read again is what was trained.
fn ensure_same<T: PartialEq>(read: &T, made: &T) -> anyhow::Result<()> {
    anyhow::ensure!(read == made, "the model that was made reads as another one");
    Ok(())
}
