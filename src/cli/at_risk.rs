//! `peerlore at-risk`
use std::io::Write;

use clap::Args;
use serde::Serialize;
use sqlx::PgConnection;

use crate::cli::arguments;
use crate::cli::organisation;
use crate::config::Config;
use crate::model::clock::Time;
use crate::model::wording;
use crate::pipeline::at_risk;
use crate::pipeline::at_risk::AtRiskSkill;
use crate::pipeline::at_risk::Module;
use crate::store::reader::Reader;

/// Show files, modules, areas and skills that at most one active person knows.
#[derive(Debug, Args)]
#[command(after_help = "Example: peerlore at-risk --repo octo-org/hello")]
pub struct AtRisk {
    /// The organisation; needed where several are known
    #[arg(long, value_name = "LOGIN", value_parser = arguments::login)]
    org: Option<String>,
    /// Only this repository
    #[arg(long, value_name = "OWNER/NAME", value_parser = arguments::repo_name, conflicts_with = "org")]
    repo: Option<(String, String)>,
    /// How many files to name in each module
    #[arg(long, value_name = "N", default_value_t = 3)]
    files: usize,
    /// Print the whole result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    organisation: String,
    repository: Option<String>,
    at: Time,
    #[serde(flatten)]
    found: at_risk::AtRisk,
}

/// Prints what is at risk.
///
/// # Errors
/// When nothing is known, or it isn't told of what.
pub async fn run(config: Config, command: AtRisk) -> anyhow::Result<()> {
    organisation::told(
        &config,
        command.json,
        async |conn, at| answer(conn, &command, at).await,
        |out, answer| print(out, answer, command.files),
    )
    .await
}

async fn answer(conn: &mut PgConnection, command: &AtRisk, at: Time) -> anyhow::Result<Answer> {
    let (tenant, repo) = match &command.repo {
        Some((owner, name)) => {
            let (tenant, repo) = organisation::of_repo(conn, (owner, name)).await?;
            (tenant, Some(repo.id))
        }
        None => (organisation::chosen(conn, command.org.as_deref()).await?, None),
    };
    Ok(Answer {
        found: at_risk::of(conn, &Reader::of_everything(tenant.id), repo, at).await?,
        organisation: tenant.login,
        repository: command.repo.as_ref().map(|(owner, name)| format!("{owner}/{name}")),
        at,
    })
}

fn print(out: &mut impl Write, answer: &Answer, files: usize) -> anyhow::Result<()> {
    let of = answer.repository.as_deref().unwrap_or(&answer.organisation);
    let found = &answer.found;
    if found.files.of == 0 {
        writeln!(
            out,
            "{of}: nothing yet: no merged pull request with known files is there to tell who knows what."
        )?;
    } else {
        writeln!(
            out,
            "{of}: {} of {} are known to at most one active person; {} of {} as a whole.",
            found.files.at_risk,
            wording::count(found.files.of, "file"),
            found.whole_modules.at_risk,
            wording::count(found.whole_modules.of, "module")
        )?;
        writeln!(
            out,
            "Active is who was seen in the last 90 days and is a member; a file is known to who wrote or reviewed it."
        )?;
    }
    for module in &found.modules {
        of_module(out, module, files)?;
    }
    skills(out, "Areas", (&found.areas, found.areas_unsure))?;
    let others = "Languages, technologies and own skills";
    skills(out, others, (&found.skills, found.skills_unsure))?;
    for note in &found.notes {
        writeln!(out, "\n{note}")?;
    }
    Ok(())
}

fn of_module(out: &mut impl Write, module: &Module, files: usize) -> std::io::Result<()> {
    let whole = if module.whole { ", the whole of it" } else { "" };
    writeln!(
        out,
        "\n{}: {} of {}{whole}",
        module.module,
        module.files.at_risk,
        wording::count(module.files.of, "file")
    )?;
    for held in &module.held_by {
        writeln!(
            out,
            "  nobody active but {} knows {}{}",
            held.login,
            wording::count(held.files, "file"),
            organisation::not_seen(&held.not_seen)
        )?;
    }
    if module.held_by_nobody > 0 {
        let unknown = wording::count(module.held_by_nobody, "file");
        writeln!(
            out,
            "  nobody active knows {unknown}{}",
            organisation::not_seen(&module.not_seen)
        )?;
    }
    for file in module.at_risk.iter().take(files) {
        writeln!(
            out,
            "    {} ({})",
            file.path,
            file.held_by.as_deref().unwrap_or("nobody")
        )?;
    }
    let more = module.at_risk.len().saturating_sub(files);
    if more > 0 {
        writeln!(out, "    .. and {more} more (--files {})", module.at_risk.len())?;
    }
    Ok(())
}

fn skills(out: &mut impl Write, what: &str, (skills, unsure): (&[AtRiskSkill], usize)) -> std::io::Result<()> {
    if skills.is_empty() {
        writeln!(
            out,
            "\n{what}: none that somebody surely holds hangs on one active person."
        )?;
    } else {
        writeln!(out, "\n{what} that at most one active person surely holds:")?;
    }
    for skill in skills {
        let held_by = skill.held_by.as_deref().unwrap_or("nobody active");
        let not_seen = organisation::not_seen(&skill.not_seen);
        writeln!(out, "  {:<20} {held_by}{not_seen}", skill.name)?;
    }
    if unsure > 0 {
        writeln!(
            out,
            "  {unsure} more with only first signs that anybody holds them: nobody is named"
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::pipeline::at_risk::File;
    use crate::pipeline::at_risk::HeldFiles;
    use crate::pipeline::at_risk::Part;
    use crate::pipeline::knowers::NotSeen;

    fn answer(found: at_risk::AtRisk) -> String {
        let answer = Answer {
            organisation: "acme".to_owned(),
            repository: None,
            at: Time::UNIX_EPOCH,
            found,
        };
        let mut out = Vec::new();
        print(&mut out, &answer, 1).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn who_holds_is_named_and_who_was_not_seen_with_the_day() {
        let file = |path: &str, held_by: Option<&str>| File {
            path: path.to_owned(),
            held_by: held_by.map(str::to_owned),
        };
        let not_seen = vec![NotSeen {
            login: "ben".to_owned(),
            since: Time::UNIX_EPOCH,
        }];
        let found = at_risk::AtRisk {
            files: Part { at_risk: 2, of: 3 },
            whole_modules: Part { at_risk: 1, of: 2 },
            modules: vec![Module {
                module: "shop/ledger".to_owned(),
                files: Part { at_risk: 2, of: 2 },
                whole: true,
                held_by: vec![HeldFiles {
                    login: "ada".to_owned(),
                    files: 1,
                    not_seen: not_seen.clone(),
                }],
                held_by_nobody: 1,
                not_seen: not_seen.clone(),
                at_risk: vec![file("shop/a.rs", Some("ada")), file("shop/b.rs", None)],
            }],
            areas: vec![AtRiskSkill {
                slug: "security".to_owned(),
                name: "Security".to_owned(),
                held_by: None,
                not_seen,
            }],
            skills: Vec::new(),
            areas_unsure: 0,
            skills_unsure: 2,
            notes: vec!["A note.".to_owned()],
        };
        assert_snapshot!(answer(found), @r"
        acme: 2 of 3 files are known to at most one active person; 1 of 2 modules as a whole.
        Active is who was seen in the last 90 days and is a member; a file is known to who wrote or reviewed it.

        shop/ledger: 2 of 2 files, the whole of it
          nobody active but ada knows 1 file (ben not seen since 1970-01-01)
          nobody active knows 1 file (ben not seen since 1970-01-01)
            shop/a.rs (ada)
            .. and 1 more (--files 2)

        Areas that at most one active person surely holds:
          Security             nobody active (ben not seen since 1970-01-01)

        Languages, technologies and own skills: none that somebody surely holds hangs on one active person.
          2 more with only first signs that anybody holds them: nobody is named

        A note.
        ");
    }

    #[test]
    fn where_nothing_is_known_it_says_so() {
        let nothing = at_risk::AtRisk {
            files: Part::default(),
            whole_modules: Part::default(),
            modules: Vec::new(),
            areas: Vec::new(),
            skills: Vec::new(),
            areas_unsure: 0,
            skills_unsure: 0,
            notes: Vec::new(),
        };
        assert!(answer(nothing).starts_with("acme: nothing yet: "));
    }
}
