//! `peerlore offboarding`
use std::io::Write;

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use sqlx::PgConnection;

use crate::cli::arguments;
use crate::cli::organisation;
use crate::config::Config;
use crate::model::clock::Time;
use crate::model::wording;
use crate::pipeline::offboarding;
use crate::pipeline::offboarding::ModuleLoss;
use crate::pipeline::offboarding::Nearest;
use crate::pipeline::offboarding::Passing;
use crate::pipeline::offboarding::SkillLoss;
use crate::store::reader::Reader;

/// Show what would be lost if somebody were gone, who is nearest to it, and which open pull requests would pass it on.
#[derive(Debug, Args)]
#[command(after_help = "Example: peerlore offboarding octocat")]
pub struct Offboarding {
    /// The person's login
    #[arg(value_parser = arguments::login)]
    login: String,
    /// The organisation; needed where several are known
    #[arg(long, value_name = "LOGIN", value_parser = arguments::login)]
    org: Option<String>,
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
    at: Time,
    #[serde(flatten)]
    found: offboarding::Offboarding,
}

/// Prints what would be lost.
///
/// # Errors
/// When nobody is shown by that login.
pub async fn run(config: Config, command: Offboarding) -> anyhow::Result<()> {
    organisation::told(
        &config,
        command.json,
        async |conn, at| answer(conn, &command, at).await,
        |out, answer| print(out, answer, command.files),
    )
    .await
}

async fn answer(conn: &mut PgConnection, command: &Offboarding, at: Time) -> anyhow::Result<Answer> {
    let tenant = organisation::chosen(conn, command.org.as_deref()).await?;
    let found = offboarding::of(conn, &Reader::of_everything(tenant.id), &command.login, at).await?;
    let found = found.with_context(|| organisation::not_shown(&tenant, &command.login))?;
    Ok(Answer {
        organisation: tenant.login,
        at,
        found,
    })
}

fn print(out: &mut impl Write, answer: &Answer, files: usize) -> anyhow::Result<()> {
    let found = &answer.found;
    let login = &found.login;
    if !found.may_be_named {
        return last(out, found);
    }
    if found.modules.is_empty() && found.areas.is_empty() && found.skills.is_empty() {
        writeln!(
            out,
            "{login}: nothing that fewer than two other active people know or hold."
        )?;
        return last(out, found);
    }
    writeln!(
        out,
        "If {login} were gone: of {}, nobody active would know {}, and one person alone {}.",
        wording::count(found.files, "known file"),
        found.only,
        found.with_one
    )?;
    writeln!(out, "Nothing here says that they go. It asks what to pass on in time.")?;
    for module in &found.modules {
        of_module(out, (login, module), files)?;
    }
    skills(out, "Areas", (login, &found.areas))?;
    skills(out, "Languages, technologies and own skills", (login, &found.skills))?;
    last(out, found)
}

fn last(out: &mut impl Write, found: &offboarding::Offboarding) -> anyhow::Result<()> {
    for (at, note) in found.notes.iter().enumerate() {
        let apart = if at == 0 && !found.may_be_named { "" } else { "\n" };
        writeln!(out, "{apart}{note}")?;
    }
    Ok(())
}

fn of_module(out: &mut impl Write, (login, module): (&str, &ModuleLoss), files: usize) -> std::io::Result<()> {
    writeln!(
        out,
        "\n{} ({})",
        module.module,
        wording::count(module.files, "known file")
    )?;
    if !module.only.is_empty() {
        let (files, not_seen) = (listed(&module.only, files), organisation::not_seen(&module.not_seen));
        writeln!(out, "  nobody active but {login} knows {files}{not_seen}")?;
    }
    if !module.with_one.is_empty() {
        let told = module
            .with_one
            .iter()
            .map(|file| format!("{} (with {})", file.path, file.other));
        writeln!(out, "  two know {}", listed(&told.collect::<Vec<_>>(), files))?;
    }
    remedy(out, &module.nearest, &module.pulls)
}

fn listed(files: &[String], most: usize) -> String {
    let count = wording::count(files.len(), "file");
    let more = files.len().saturating_sub(most);
    let named = files.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    match (named.is_empty(), more) {
        (true, _) => count,
        (false, 0) => format!("{count}: {named}"),
        (false, more) => format!("{count}: {named} .. and {more} more"),
    }
}

fn skills(out: &mut impl Write, what: &str, (login, skills): (&str, &[SkillLoss])) -> std::io::Result<()> {
    if skills.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{what}:")?;
    for skill in skills {
        let not_seen = organisation::not_seen(&skill.not_seen);
        match &skill.other {
            Some(other) => writeln!(out, "  {}: {login} and {other} hold it{not_seen}", skill.name)?,
            None => writeln!(out, "  {}: nobody active but {login} holds it{not_seen}", skill.name)?,
        }
        remedy(out, &skill.nearest, &skill.pulls)?;
    }
    Ok(())
}

fn remedy(out: &mut impl Write, nearest: &[Nearest], pulls: &[Passing]) -> std::io::Result<()> {
    for near in nearest {
        let teams = if near.teams.is_empty() {
            String::new()
        } else {
            format!(" ({})", near.teams.join(", "))
        };
        writeln!(out, "    nearest: {}{teams}: {}", near.login, near.why)?;
    }
    if nearest.is_empty() {
        writeln!(
            out,
            "    nearest: nobody who could be named has to do with it; pair on the next change"
        )?;
    }
    for pull in pulls {
        writeln!(
            out,
            "    ask {} to review {} \"{}\"; {}",
            pull.ask, pull.pull, pull.title, pull.beside
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::pipeline::knowers::NotSeen;
    use crate::pipeline::offboarding::KnownByTwo;

    fn told(modules: Vec<ModuleLoss>, areas: Vec<SkillLoss>) -> String {
        let answer = Answer {
            organisation: "acme".to_owned(),
            at: Time::UNIX_EPOCH,
            found: offboarding::Offboarding {
                login: "finn".to_owned(),
                may_be_named: true,
                files: 9,
                only: 2,
                with_one: 1,
                modules,
                areas,
                skills: Vec::new(),
                notes: Vec::new(),
            },
        };
        let mut out = Vec::new();
        print(&mut out, &answer, 1).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_loss_comes_with_its_remedy() {
        let module = ModuleLoss {
            module: "shop/ledger".to_owned(),
            files: 4,
            only: vec!["shop/a.rs".to_owned(), "shop/b.rs".to_owned()],
            not_seen: vec![NotSeen {
                login: "ben".to_owned(),
                since: Time::UNIX_EPOCH,
            }],
            with_one: vec![KnownByTwo {
                path: "shop/c.rs".to_owned(),
                other: "ada".to_owned(),
            }],
            nearest: vec![Nearest {
                login: "cleo".to_owned(),
                teams: vec!["Web".to_owned()],
                why: "2 reviews in shop/ledger".to_owned(),
            }],
            pulls: vec![Passing {
                pull: "acme/shop#7".to_owned(),
                title: "Round up".to_owned(),
                ask: "cleo".to_owned(),
                beside: "finn wrote it".to_owned(),
            }],
        };
        let area = SkillLoss {
            slug: "security".to_owned(),
            name: "Security".to_owned(),
            other: None,
            not_seen: Vec::new(),
            nearest: Vec::new(),
            pulls: Vec::new(),
        };
        assert_snapshot!(told(vec![module], vec![area]), @r#"
        If finn were gone: of 9 known files, nobody active would know 2, and one person alone 1.
        Nothing here says that they go. It asks what to pass on in time.

        shop/ledger (4 known files)
          nobody active but finn knows 2 files: shop/a.rs .. and 1 more (ben not seen since 1970-01-01)
          two know 1 file: shop/c.rs (with ada)
            nearest: cleo (Web): 2 reviews in shop/ledger
            ask cleo to review acme/shop#7 "Round up"; finn wrote it

        Areas:
          Security: nobody active but finn holds it
            nearest: nobody who could be named has to do with it; pair on the next change
        "#);
    }

    #[test]
    fn where_nothing_would_be_lost_it_says_so() {
        assert_eq!(
            told(Vec::new(), Vec::new()),
            "finn: nothing that fewer than two other active people know or hold.\n"
        );
    }
}
