//! `peerlore risk` by the store
use anyhow::Context;
use serde::Serialize;
use sqlx::PgConnection;

use crate::classify::Classifier;
use crate::cli::database;
use crate::cli::risk;
use crate::cli::terminal;
use crate::config::Config;
use crate::model::clock::Time;
use crate::model::wording;
use crate::pipeline::Pipeline;
use crate::pipeline::file_work;
use crate::pipeline::file_work::Found;
use crate::pipeline::file_work::NAMELESS;
use crate::skill::expertise::risk::Risk;
use crate::store;
use crate::store::tenants;

#[derive(Serialize)]
struct Answer<'a> {
    repository: &'a str,
    last_commit: Time,
    pulls: usize,
    pulls_without_files: usize,
    nameless: usize,
    #[serde(flatten)]
    risk: &'a Risk,
}

/// Prints what leaves with whom in a repository whose history was imported; in the only one where none is named.
///
/// # Errors
/// When no history of it was imported, or it isn't told of which.
pub async fn run(config: Config, repo: Option<&(String, String)>, json: bool) -> anyhow::Result<()> {
    let database = database::open_to_read(&config).await?;
    let pipeline = database::pipeline(&config, &database.pool, Classifier::default())?;
    let result = async { found(&pipeline, &mut *database.pool.acquire().await?, repo).await }.await;
    database.close().await?;
    let (repository, found) = result?;
    if json {
        return risk::as_json(&Answer {
            repository: &repository,
            last_commit: found.last_commit,
            pulls: found.pulls,
            pulls_without_files: found.pulls_without_files,
            nameless: found.nameless,
            risk: &found.risk,
        });
    }
    let first = format!(
        "{repository} as of {}: {} until {}, {} merged since, {} and {} known here, {} of them active in the last 180 days.{}",
        found.risk.read.at.format("%Y-%m-%d"),
        wording::count(found.risk.read.commits, "commit"),
        found.last_commit.format("%Y-%m-%d %H:%M"),
        wording::count(found.pulls, "pull request"),
        wording::count(found.risk.files, "file"),
        wording::count(found.risk.people, "person"),
        found.risk.active_people,
        risk::of_shallow(&found.risk)
    );
    risk::told(&mut terminal::out(), &found.risk, (&first, &limits(&found)))?;
    Ok(())
}

async fn found(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    repo: Option<&(String, String)>,
) -> anyhow::Result<(String, Found)> {
    let (owner, name) = match repo {
        Some(repo) => repo.clone(),
        None => the_only_one(conn).await?,
    };
    let repo = tenants::repo_by_name(conn, &owner, &name).await?.with_context(|| {
        format!("{owner}/{name} isn't known here; `peerlore risk --git PATH` asks a repository on this machine")
    })?;
    let found = file_work::found(conn, &pipeline.settings, &repo, pipeline.clock.now()).await?;
    let named = format!("{}/{}", repo.owner, repo.name);
    let found = found.with_context(|| {
        format!("no git history of {named} was imported; `peerlore import git PATH --repo {named}` reads one")
    })?;
    Ok((named, found))
}

async fn the_only_one(conn: &mut PgConnection) -> anyhow::Result<(String, String)> {
    let mut imported = Vec::new();
    for tenant in tenants::all(conn).await? {
        imported.extend(store::file_work::imported(conn, tenant.id).await?);
    }
    match &imported[..] {
        [] => anyhow::bail!(
            "no git history was imported yet; `peerlore import git PATH` reads one, and `peerlore risk --git PATH` asks one without keeping it"
        ),
        [one] => Ok(one.clone()),
        several => {
            let names: Vec<String> = several.iter().map(|(owner, name)| format!("{owner}/{name}")).collect();
            anyhow::bail!(
                "several histories were imported ({}); name one with --repo",
                names.join(", ")
            )
        }
    }
}

/// What the figures tell, and what they don't.
fn limits(found: &Found) -> Vec<String> {
    let mut limits = risk::meaning();
    limits.extend([
        "By Avelino et al. nothing fades. By ours lines fade to a third in about 100 days, a review counts half, and who did nothing for 180 days holds \
         nothing. Reviews are those named in commits (Reviewed-by) up to the last one that was imported, and those at GitHub from then on."
            .to_owned(),
        format!(
            "Only people whose commits carry the address that GitHub makes up for them are known, and who opted out is not; {} of the history, and whoever \
             opted out, are \"{NAMELESS}\" together. That counts as one person, so where it stands among the main authors a truck factor is rather too low \
             and files at risk rather too many.",
            wording::count(found.nameless, "other")
        ),
        "What was pushed without a pull request after the last commit that was imported is missing until the next `peerlore import git`.".to_owned(),
    ]);
    if found.pulls_without_files > 0 {
        limits.push(format!(
            "Of {} the files aren't known, so they tell only who was there.",
            wording::count(found.pulls_without_files, "merged pull request")
        ));
    }
    limits.extend(risk::of_reading(&found.risk));
    limits
}
