//! `peerlore eval classify`
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::classify;
use crate::classify::Classifier;
use crate::classify::card;
use crate::classify::eval::ClassifyScore;
use crate::classify::eval::LabelledComment;
use crate::classify::train;
use crate::classify::train::Examples;
use crate::cli::arguments;
use crate::cli::classifier;
use crate::cli::eval;
use crate::cli::eval_corrections;
use crate::cli::labelled;
use crate::config::Config;
use crate::model::wording;

#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
/// What is measured, and on what.
#[derive(Debug, Args)]
pub struct Classify {
    /// The file, plain or gzipped
    #[arg(required_unless_present = "from_corrections", conflicts_with = "from_corrections")]
    file: Option<PathBuf>,
    /// Measure on comments whose labels people corrected and whose text is still kept: a biased sample, since only what
    /// somebody found wrong is in it
    #[arg(long)]
    from_corrections: bool,
    /// Whose corrections, where several accounts are known; they are never mixed
    #[arg(long, value_name = "LOGIN", conflicts_with = "file", value_parser = arguments::login)]
    account: Option<String>,
    /// Train in folds by project and measure each fold with a model that saw nothing of it: the only honest figure on the
    /// training data, which takes about a minute. `unlabelled.jsonl.gz` beside the file is learned from, too
    #[arg(long, conflicts_with = "from_corrections")]
    cross_validate: bool,
    /// Which of projects of the same size go into which fold
    #[arg(long, default_value_t = classify::eval::SEED, requires = "cross_validate")]
    seed: u64,
    /// With the second stage beside the first, which takes what `peerlore model install` fetched; with --cross-validate that takes
    /// about two hours of one core
    #[arg(long)]
    second_stage: bool,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// What was measured, and how well it did.
#[derive(Serialize)]
struct Measured {
    /// The model's name; a retrained one's is that of the shipped one.
    model: String,
    /// Its stages.
    stages: usize,
    /// Each project was read by a model that had not seen it.
    cross_validated: bool,
    /// Comments left out because the model learned from them; none where nobody knows.
    left_out: Option<usize>,
    /// Projects of the others.
    projects: usize,
    #[serde(flatten)]
    score: ClassifyScore,
}

/// Measures, and prints the figures.
///
/// # Errors
/// When the file can't be read or holds something else, or there is nothing to measure on that the model hasn't learned from.
pub async fn run(config: &Config, asked: &Classify) -> anyhow::Result<()> {
    let Some(file) = &asked.file else {
        let account = asked.account.as_deref();
        let figures = eval_corrections::figures(config, &asked.classifier(config)?, account).await?;
        return eval::print(&figures, asked.json);
    };
    let rows: Vec<LabelledComment> = labelled::rows(file)?;
    let measured = if asked.cross_validate {
        asked.cross_validated(config, file, &rows)?
    } else {
        asked.as_it_is(config, file, rows)?
    };
    if !asked.json {
        measured.say(&mut std::io::stdout().lock())?;
    }
    eval::print(&measured, asked.json)
}

impl Classify {
    /// What is measured.
    fn classifier(&self, config: &Config) -> anyhow::Result<Classifier> {
        if !self.second_stage {
            return classifier::first(config);
        }
        if let Some(why) = classifier::why_alone(config)? {
            anyhow::bail!(why);
        }
        classifier::load(config)
    }

    /// The classifier that reads here, on comments that it hasn't learned from.
    fn as_it_is(&self, config: &Config, file: &Path, mut rows: Vec<LabelledComment>) -> anyhow::Result<Measured> {
        let all = rows.len();
        let learned = classifier::card(config)?
            .map(|card| card.data.learned)
            .filter(|learned| !learned.is_empty());
        if let Some(learned) = &learned {
            rows.retain(|row| !learned.has(row));
        }
        anyhow::ensure!(
            !rows.is_empty(),
            "the model was trained on all of {}, so its figures there would say nothing; --cross-validate trains anew, without the \
             projects that it measures",
            file.display()
        );
        let classifier = self.classifier(config)?;
        Ok(Measured {
            model: classifier.name().to_owned(),
            stages: 1 + usize::from(self.second_stage),
            cross_validated: false,
            left_out: learned.is_some().then_some(all - rows.len()),
            projects: projects(&rows),
            score: classify::eval::classify_score(&classifier, &rows)?,
        })
    }

    /// Models trained in folds by project.
    fn cross_validated(&self, config: &Config, file: &Path, rows: &[LabelledComment]) -> anyhow::Result<Measured> {
        let more = labelled::more_beside(file)?;
        let examples = Examples::new(rows, &more);
        let (model, score) = if self.second_stage {
            let (encoder, tokens) = classifier::base(config)?;
            let first = train::cross_fitted(&examples, self.seed)?;
            let all = (&examples, first.as_slice());
            let score = train::second::cross_validated((&encoder, &tokens), all, self.seed, &labelled::tell)?;
            (card::second_name(card::NAME), score)
        } else {
            let score = classify::eval::cross_validated(&examples, self.seed)?;
            (card::NAME.to_owned(), score)
        };
        Ok(Measured {
            model,
            stages: 1 + usize::from(self.second_stage),
            cross_validated: true,
            left_out: Some(0),
            projects: projects(rows),
            score,
        })
    }
}

fn projects(rows: &[LabelledComment]) -> usize {
    let projects: BTreeSet<&str> = rows.iter().map(|row| row.project.as_str()).collect();
    projects.len()
}

impl Measured {
    /// The figures in a few sentences.
    fn say(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let (score, percent) = (&self.score, |share: f64| (share * 100.0).round());
        let stages = if self.stages == 1 { "one stage" } else { "both stages" };
        let how = if self.cross_validated {
            "trained anew for each tenth of the projects without them"
        } else {
            "as it is"
        };
        writeln!(
            out,
            "{} ({stages}), {how}, on {} of {}.",
            self.model,
            wording::count(score.rows, "comment"),
            wording::count(self.projects, "project")
        )?;
        match self.left_out {
            None => writeln!(
                out,
                "Nobody knows whether it learned from some of them: there is no card beside it that says."
            )?,
            Some(0) => {}
            Some(some) => writeln!(out, "It learned from {some} others in the file, which are left out.")?,
        }
        writeln!(
            out,
            "It names an area for {}% of the comments, and {}% of the areas that it names are right. Micro-F1 {:.3}, macro-F1 {:.3}; \
             whether a comment teaches, macro-F1 {:.3}.\n",
            percent(score.coverage),
            percent(score.precision),
            score.micro_f1,
            score.macro_f1,
            score.teaches.macro_f1,
        )?;
        Ok(())
    }
}
