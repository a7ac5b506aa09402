//! `peerlore doctor`
use std::io::Write;

use clap::Args;
use secrecy::ExposeSecret;
use serde::Serialize;
use sqlx::PgPool;

use crate::cli::database;
use crate::cli::serve;
use crate::config::Config;
use crate::model::wording;
use crate::postgres;
use crate::store;
use crate::store::Schema;
use crate::store::inbox;
use crate::store::jobs;
use crate::store::tenants;

/// Check everything that has to be right.
#[derive(Debug, Args)]
#[command(after_help = "Example: peerlore doctor\n\nEnds with 1 when something has to be mended.")]
pub struct Doctor {
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    ok: bool,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

impl Finding {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self {
            what,
            ok: true,
            found: found.into(),
            mend: None,
        }
    }

    fn bad(what: &'static str, found: impl Into<String>, mend: &str) -> Self {
        Self {
            what,
            ok: false,
            found: found.into(),
            mend: Some(mend.to_owned()),
        }
    }
}

/// Checks, prints what was found and how to mend it.
///
/// # Errors
/// When something has to be mended.
pub async fn run(config: Config, command: Doctor) -> anyhow::Result<()> {
    let mut findings = vec![engine(&config)];
    findings.extend(database(&config).await);
    findings.push(webhook_secret(&config));
    findings.push(github(&config).await);
    let bad = findings.iter().filter(|finding| !finding.ok).count();
    print(&findings, command.json)?;
    anyhow::ensure!(
        bad == 0,
        "{} to mend, of {}",
        wording::count(bad, "finding"),
        wording::count(findings.len(), "check")
    );
    Ok(())
}

fn engine(config: &Config) -> Finding {
    const WHAT: &str = "Postgres programs";
    if config.database_url.is_some() {
        return Finding::good(WHAT, "not needed: DATABASE_URL names a server");
    }
    let found = database::data_dir(config)
        .map_err(|error| error.to_string())
        .and_then(|folder| postgres::find(&folder, config.pg_bindir.as_deref()).map_err(|error| error.to_string()));
    match found {
        Ok(engine) => Finding::good(WHAT, format!("{} in {}", engine.version, engine.bindir.display())),
        Err(error) => Finding::bad(WHAT, error, "peerlore engine install"),
    }
}

async fn database(config: &Config) -> Vec<Finding> {
    const WHAT: &str = "database";
    let database = match database::open_as_it_is(config).await {
        Ok(database) => database,
        Err(error) => {
            return vec![Finding::bad(
                WHAT,
                format!("{error:#}"),
                "set DATABASE_URL, or see the line above",
            )];
        }
    };
    let mut findings = vec![match store::schema(&database.pool).await {
        Ok(Schema::Current) => Finding::good(WHAT, "answers, and its schema is this version's"),
        Ok(Schema::Older) => Finding::bad(WHAT, "its schema is older than this version's", database::OLDER),
        Ok(Schema::Newer) => Finding::bad(WHAT, "its schema is newer than this version's", database::NEWER),
        Err(error) => Finding::bad(
            WHAT,
            error.to_string(),
            "check the address, and look into the database's log",
        ),
    }];
    if findings.iter().all(|finding| finding.ok) {
        findings.push(inbox(&database.pool).await);
        findings.push(members(config, &database.pool).await);
        findings.push(settings_files(&database.pool).await);
    }
    if let Err(error) = database.close().await {
        findings.push(Finding::bad(
            WHAT,
            error.to_string(),
            "look into postgres.log in the data folder",
        ));
    }
    findings
}

async fn inbox(pool: &PgPool) -> Finding {
    const WHAT: &str = "inbox";
    let counted = async {
        let mut conn = pool.acquire().await?;
        Ok::<_, store::StoreError>((inbox::state(&mut conn).await?, jobs::backlog(&mut conn).await?))
    };
    match counted.await {
        Ok((inbox, backlog)) if inbox.dead == 0 && backlog.gave_up == 0 => Finding::good(
            WHAT,
            format!(
                "{} and {} waiting",
                wording::count(inbox.waiting, "webhook"),
                wording::count(backlog.waiting, "job")
            ),
        ),
        Ok((inbox, backlog)) => Finding::bad(
            WHAT,
            format!(
                "{}, {} that gave up",
                wording::count(inbox.dead, "dead letter"),
                wording::count(backlog.gave_up, "job")
            ),
            "the log says why; once that is mended, redeliver dead letters from the App's settings on GitHub (github.com \
             keeps them for 3 days); a job that gave up is tried again at the next event of its pull request",
        ),
        Err(error) => Finding::bad(WHAT, error.to_string(), "look into the database's log"),
    }
}

/// Whether every settings file on a default branch can be used.
async fn settings_files(pool: &PgPool) -> Finding {
    const WHAT: &str = "settings files";
    let found = async {
        let mut conn = pool.acquire().await?;
        let mut broken = Vec::new();
        for tenant in tenants::all(&mut conn).await? {
            broken.extend(store::settings::broken(&mut conn, tenant.id).await?);
        }
        Ok::<_, store::StoreError>(broken)
    };
    match found.await {
        Ok(broken) if broken.is_empty() => Finding::good(WHAT, "none is broken"),
        Ok(broken) => {
            let lines = broken.iter().map(|file| {
                let first = file.faults.first().map(ToString::to_string).unwrap_or_default();
                format!("{}/{}: {first}", file.organisation, file.source)
            });
            Finding::bad(
                WHAT,
                lines.collect::<Vec<_>>().join("; "),
                "mend the file in a pull request, whose check names every fault; until then the last good version is in force",
            )
        }
        Err(error) => Finding::bad(WHAT, error.to_string(), "look into the database's log"),
    }
}

/// Whether the members of every organisation with the App were read.
async fn members(config: &Config, pool: &PgPool) -> Finding {
    const WHAT: &str = "members";
    let tenants = async { tenants::all(&mut *pool.acquire().await?).await };
    let tenants = match tenants.await {
        Ok(tenants) => tenants,
        Err(error) => return Finding::bad(WHAT, error.to_string(), "look into the database's log"),
    };
    if config.github_app_id.is_none() {
        return Finding::good(
            WHAT,
            "not read without App credentials: whoever was active counts as one",
        );
    }
    let unread: Vec<String> = tenants
        .into_iter()
        .filter(|tenant| tenant.external_id.is_some() && tenant.is_organisation && !tenant.silent)
        .filter(|tenant| !tenant.members_known)
        .map(|tenant| tenant.login)
        .collect();
    if unread.is_empty() {
        return Finding::good(WHAT, "read, where there are any to read");
    }
    Finding::bad(
        WHAT,
        format!(
            "never read for {}: outsiders count as candidates, and no team is known",
            unread.join(", ")
        ),
        "let `peerlore serve` run, it tries every hour; where that fails the log says why, such as a missing permission",
    )
}

fn webhook_secret(config: &Config) -> Finding {
    const WHAT: &str = "webhook secret";
    let secrets = config.webhook_secret.as_ref().map(|secret| {
        secret
            .expose_secret()
            .split(',')
            .map(|one| one.trim().len())
            .filter(|length| *length > 0)
            .collect::<Vec<_>>()
    });
    match secrets.as_deref() {
        None | Some([]) => Finding::bad(
            WHAT,
            "PEERLORE_WEBHOOK_SECRET is not set",
            "give it the App's webhook secret",
        ),
        Some(lengths) if lengths.iter().any(|length| *length < 16) => Finding::bad(
            WHAT,
            "it is shorter than 16 characters",
            "make a longer one, as with `openssl rand -hex 32`, and set it in the App's settings too",
        ),
        Some(lengths) => Finding::good(WHAT, format!("{} in use", lengths.len())),
    }
}

async fn github(config: &Config) -> Finding {
    const WHAT: &str = "GitHub";
    let forge = match serve::forge(config) {
        Ok(forge) => forge,
        Err(error) => return Finding::bad(WHAT, format!("{error:#}"), "check the two variables and the key file"),
    };
    if !forge.is_configured() {
        return Finding::good(
            WHAT,
            "no App credentials: webhooks are received, nothing is read from GitHub or posted there",
        );
    }
    match forge.own_account().await {
        Ok(account) => Finding::good(
            WHAT,
            format!("{} knows the App as \"{}\"", config.github_api_url, account.name),
        ),
        Err(error) => Finding::bad(
            WHAT,
            error.to_string(),
            "check the App's number, its key, PEERLORE_GITHUB_API_URL and this machine's clock",
        ),
    }
}

fn print(findings: &[Finding], json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, findings)?;
        writeln!(out)?;
        return Ok(());
    }
    for finding in findings {
        let mark = if finding.ok { "ok  " } else { "MEND" };
        writeln!(out, "{mark} {}: {}", finding.what, finding.found)?;
        if let Some(mend) = &finding.mend {
            writeln!(out, "     {mend}")?;
        }
    }
    Ok(())
}
