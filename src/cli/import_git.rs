//! `peerlore import git`
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde_json::json;
use sqlx::PgPool;
use url::Url;

use crate::classify::Classifier;
use crate::cli::arguments;
use crate::cli::database;
use crate::cli::database::Private;
use crate::cli::risk;
use crate::config::Config;
use crate::history::Repository;
use crate::model::clock::Clock;
use crate::model::wording;
use crate::pipeline::file_work;
use crate::pipeline::file_work::Imported;
use crate::pipeline::settings;
use crate::store;
use crate::store::tenants;
use crate::store::tenants::Repo;

/// Read who did what to which file from a local git repository, for `peerlore risk`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerlore import git .\n  peerlore import git hello.git --repo octo-org/hello\n\nKept are people whose commits carry the \
                  address that GitHub makes up for them (12345+octocat@users.noreply.github.com, or without the number where somebody here has that login); \
                  a .mailmap can lead other addresses to it. What everybody else did is kept in sums without a name, an address or anything made of one.\n\n\
                  Each import takes the place of the one before; the same history twice changes nothing."
)]
pub struct ImportGit {
    /// The repository: a work tree or a bare one
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// What it is called at GitHub; else what its remote `origin` says
    #[arg(long, value_name = "OWNER/NAME", value_parser = arguments::repo_name)]
    repo: Option<(String, String)>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// Imports, and says what came of it.
///
/// # Errors
/// When there is no git repository, it can't be read, or nobody told us of such a repository.
pub async fn run(config: Config, command: &ImportGit) -> anyhow::Result<()> {
    let repository = Repository::open(&command.path)?;
    let host = host(&config)?;
    let name = if let Some(name) = &command.repo {
        let origin = repository.origin().and_then(|origin| of_remote(&origin, &host));
        let is_other = |(owner, repo): &(String, String)| {
            !(owner.eq_ignore_ascii_case(&name.0) && repo.eq_ignore_ascii_case(&name.1))
        };
        if let Some((owner, repo)) = origin.filter(is_other) {
            eprintln!(
                "Its remote \"origin\" is {owner}/{repo}; it is read as {}/{}.",
                name.0, name.1
            );
        }
        name.clone()
    } else {
        let name = named_by_origin(&repository, &command.path, &host)?;
        eprintln!("It is {}/{}, as its remote \"origin\" says.", name.0, name.1);
        name
    };
    let database = database::open(&config, Private::Join).await?;
    let result = import(&config, &database.pool, (&repository, &host), &name).await;
    database.close().await?;
    print(&name, &result?, command.json)
}

async fn import(
    config: &Config,
    pool: &PgPool,
    (repository, host): (&Repository, &str),
    (owner, name): &(String, String),
) -> anyhow::Result<Imported> {
    let pipeline = database::pipeline(config, pool, Classifier::default())?;
    let mut conn = pool.acquire().await?;
    let repo: Repo = tenants::repo_by_name(&mut conn, owner, name).await?.with_context(|| {
        format!(
            "{owner}/{name} isn't known here; install the App there, or read its reviews first with `peerlore import github-json FILE`"
        )
    })?;
    let settings = settings::in_force(&mut conn, &pipeline.settings, repo.installation, repo.id).await?;
    drop(conn);
    let ignores = |path: &str| settings.ignores_path(path);
    let history = tokio::task::block_in_place(|| risk::read(repository, (Clock::Machine.now(), None), &ignores))?;
    let people = risk::joined(&history);
    let imported = file_work::import(&pipeline, &repo, history, (people, host)).await?;
    store::refresh_statistics(pool).await?;
    Ok(imported)
}

fn print((owner, name): &(String, String), imported: &Imported, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        let said = json!({
            "repository": format!("{owner}/{name}"), "last_commit": imported.last_commit, "commits": imported.commits,
            "files": imported.files, "people": imported.people, "nameless": imported.nameless, "shallow": imported.shallow,
            "commits_before": imported.commits_before,
        });
        writeln!(out, "{said:#}")?;
        return Ok(());
    }
    writeln!(
        out,
        "Read {} of {owner}/{name} until {}, with {}.",
        wording::count(imported.commits, "commit"),
        imported.last_commit.format("%Y-%m-%d %H:%M"),
        wording::count(imported.files, "file")
    )?;
    if imported.shallow {
        writeln!(out, "{}", risk::SHALLOW.trim_start())?;
    }
    if let Some(before) = imported.commits_before.filter(|before| *before > imported.commits) {
        writeln!(
            out,
            "It took the place of {}: where that was the right history, import it again.",
            wording::count(before, "commit")
        )?;
    }
    writeln!(
        out,
        "{} known by GitHub's number; what {} did counts without a name.",
        is_or_are(imported.people),
        wording::count(imported.nameless, "other")
    )?;
    if imported.people < imported.nameless {
        writeln!(
            out,
            "A line of .mailmap such as \"Ann <12345+ann@users.noreply.github.com> <ann@example.com>\" makes somebody known, before another import."
        )?;
    }
    writeln!(out, "What would leave with whom: peerlore risk --repo {owner}/{name}")?;
    Ok(())
}

fn is_or_are(people: usize) -> String {
    let verb = if people == 1 { "is" } else { "are" };
    format!("{} {verb}", wording::count(people, "person"))
}

/// The code host's name, as in its addresses.
fn host(config: &Config) -> anyhow::Result<String> {
    let address = Url::parse(&config.github_web_url).context("PEERLORE_GITHUB_WEB_URL is no address")?;
    let host = address.host_str().context("PEERLORE_GITHUB_WEB_URL names no host")?;
    Ok(host.to_owned())
}

fn named_by_origin(repository: &Repository, path: &Path, host: &str) -> anyhow::Result<(String, String)> {
    let shown = wording::plain(&path.display().to_string());
    let origin = repository
        .origin()
        .with_context(|| format!("{shown} has no remote \"origin\"; say whose it is with --repo OWNER/NAME"))?;
    // The address itself may hold a password, so it is never repeated.
    of_remote(&origin, host).with_context(|| {
        format!("the remote \"origin\" of {shown} is no repository of {host}; say whose it is with --repo OWNER/NAME")
    })
}

/// The owner and name in the address of a remote, as git takes it, if it is one of this host.
fn of_remote(address: &str, host: &str) -> Option<(String, String)> {
    let (at, path) = if address.contains("://") {
        let url = Url::parse(address).ok()?;
        (url.host_str()?.to_owned(), url.path().to_owned())
    } else {
        let (at, path) = address.split_once(':')?;
        let at = at.rsplit_once('@').map_or(at, |(_, at)| at);
        (at.to_owned(), path.to_owned())
    };
    let (owner, name) = path.trim_matches('/').split_once('/')?;
    let name = name.strip_suffix(".git").unwrap_or(name);
    let fits = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|one| one.is_ascii_alphanumeric() || "-_.".contains(one))
    };
    (at.eq_ignore_ascii_case(host) && fits(owner) && fits(name)).then(|| (owner.to_owned(), name.to_owned()))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://github.com/acme/shop", Some("acme/shop"))]
    #[case("https://github.com/acme/shop.git/", Some("acme/shop"))]
    #[case("https://github.com/acme/shop.js.git", Some("acme/shop.js"))]
    #[case("https://someone:secret@GitHub.com/acme/shop.git", Some("acme/shop"))]
    #[case("git@github.com:acme/shop.git", Some("acme/shop"))]
    #[case("github.com:acme/shop", Some("acme/shop"))]
    #[case("ssh://git@github.com:22/acme/shop.git", Some("acme/shop"))]
    #[case("https://gitlab.com/acme/shop.git", None)]
    #[case("https://github.com.evil.example/acme/shop", None)]
    #[case("git@github.com:acme/deep/shop.git", None)]
    #[case("../shop.git", None)]
    #[case("C:\\code\\shop", None)]
    #[case("", None)]
    fn a_remote_names_its_repository(#[case] address: &str, #[case] found: Option<&str>) {
        let named = of_remote(address, "github.com").map(|(owner, name)| format!("{owner}/{name}"));
        assert_eq!(named.as_deref(), found);
    }
}
