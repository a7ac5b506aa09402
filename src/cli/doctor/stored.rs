//! The database and what lies in it: schema, inbox, members, the registered App and the key that opens it.
use sqlx::PgPool;

use crate::classify::Classifier;
use crate::cli::database;
use crate::cli::doctor::Finding;
use crate::cli::doctor::missed;
use crate::cli::the_app;
use crate::config::Config;
use crate::forge::Forge;
use crate::model::address;
use crate::model::wording;
use crate::pipeline::Pipeline;
use crate::pipeline::registered;
use crate::pipeline::registered::Registered;
use crate::pipeline::registered::RegisteredError;
use crate::seal::SealError;
use crate::store;
use crate::store::Schema;
use crate::store::inbox;
use crate::store::jobs;
use crate::store::readings;
use crate::store::settings;
use crate::store::tenants;

/// What the database tells, and the code host as the App that the configuration or the database names.
pub(super) async fn checked(config: &Config, classifier: Option<&str>) -> (Vec<Finding>, Option<Forge>) {
    const NAME: &str = "database";
    let (mut findings, mut forge) = configured(config);
    let database = match database::open_as_it_is(config).await {
        Ok(database) => database,
        Err(error) => {
            let error = format!("{error:#}");
            findings.push(if config.database_url.is_some() {
                let mend = "set DATABASE_URL to a Postgres that runs, or unset it to use the private one";
                Finding::fail(NAME, error, mend)
            } else {
                Finding::said_with_mend(NAME, &error, "look into postgres.log in the data folder")
            });
            return (findings, forge);
        }
    };
    let schema = match store::schema(&database.pool).await {
        Err(error) => Err(database::why(&database.pool, error).await),
        known => known,
    };
    let is_current = matches!(schema, Ok(Schema::Current));
    findings.push(schema_as(schema));
    if is_current {
        findings.push(inbox(&database.pool).await);
        if !config.names_the_app() {
            let (found, as_the_app) = registered(config, &database.pool).await;
            findings.extend(found);
            forge = as_the_app;
        }
        let acts = forge.as_ref().is_some_and(Forge::is_configured);
        findings.push(members(acts, &database.pool).await);
        findings.push(settings_files(&database.pool).await);
        if let Some(classifier) = classifier {
            findings.push(readings(classifier, &database.pool).await);
        }
        findings.extend(missed::checked(&database.pool).await);
    }
    if let Err(error) = database.close().await {
        let mend = "look into postgres.log in the data folder";
        findings.push(Finding::fail(NAME, error.to_string(), mend));
    }
    (findings, forge)
}

/// The code host by the configuration alone; a finding where its credentials can't be used.
fn configured(config: &Config) -> (Vec<Finding>, Option<Forge>) {
    match the_app::forge(config) {
        Ok(forge) => (Vec::new(), Some(forge)),
        Err(error) => {
            let mend = "check PEERLORE_GITHUB_APP_ID, PEERLORE_GITHUB_PRIVATE_KEY_FILE and PEERLORE_GITHUB_API_URL";
            (vec![Finding::fail("App", format!("{error:#}"), mend)], None)
        }
    }
}

fn schema_as(schema: Result<Schema, store::StoreError>) -> Finding {
    const NAME: &str = "database";
    match schema {
        Ok(Schema::Current) => Finding::ok(NAME, "answers, and its schema is this version's"),
        Ok(Schema::Older) => Finding::fail(NAME, "its schema is older than this version's", database::OLDER),
        Ok(Schema::Newer) => Finding::fail(NAME, "its schema is newer than this version's", database::NEWER),
        Err(error) => Finding::fail(
            NAME,
            error.to_string(),
            "check the address, whether the server runs there, and the database's log",
        ),
    }
}

async fn inbox(pool: &PgPool) -> Finding {
    const NAME: &str = "inbox";
    let counted = async {
        let mut conn = pool.acquire().await?;
        Ok::<_, store::StoreError>((inbox::state(&mut conn).await?, jobs::backlog(&mut conn).await?))
    };
    match counted.await {
        Ok((inbox, backlog)) if inbox.dead == 0 && backlog.gave_up == 0 => Finding::ok(
            NAME,
            format!(
                "{} and {} waiting",
                wording::count(inbox.waiting, "webhook"),
                wording::count(backlog.waiting, "job")
            ),
        ),
        Ok((inbox, backlog)) => Finding::fail(
            NAME,
            format!(
                "{}, {} that gave up",
                wording::count(inbox.dead, "dead letter"),
                wording::count(backlog.gave_up, "job")
            ),
            "the log says why; once that is mended, replay dead letters on /admin or by `peerlore sweep --replay`; a job that gave up is tried again at the next event of its pull request",
        ),
        Err(error) => Finding::fail(NAME, error.to_string(), "look into the database's log"),
    }
}

/// Whether what reads comments now read those that were read before, as far as it could.
async fn readings(classifier: &str, pool: &PgPool) -> Finding {
    const NAME: &str = "readings";
    let counted = async { readings::by_others(&mut *pool.acquire().await?, classifier).await };
    match counted.await {
        Ok(0) => Finding::ok(NAME, "what was read was read by it, as far as texts are kept"),
        Ok(others) => Finding::warn(
            NAME,
            format!("{} were read by another model", wording::count(others, "comment")),
            "`peerlore rebuild` reads them anew; until then pages show both",
        ),
        Err(error) => Finding::fail(NAME, error.to_string(), "look into the database's log"),
    }
}

/// Whether the members of every organisation with the App were read.
async fn members(as_an_app: bool, pool: &PgPool) -> Finding {
    const NAME: &str = "members";
    let tenants = async { tenants::all(&mut *pool.acquire().await?).await };
    let tenants = match tenants.await {
        Ok(tenants) => tenants,
        Err(error) => return Finding::fail(NAME, error.to_string(), "look into the database's log"),
    };
    if !as_an_app {
        return Finding::ok(
            NAME,
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
        return Finding::ok(NAME, "read, where there are any to read");
    }
    Finding::fail(
        NAME,
        format!(
            "never read for {}: outsiders count as candidates, and no team is known",
            unread.join(", ")
        ),
        "let `peerlore serve` run, it tries every hour; where that fails the log says why, such as a missing permission",
    )
}

/// Whether every settings file on a default branch can be used.
async fn settings_files(pool: &PgPool) -> Finding {
    const NAME: &str = "settings files";
    let found = async {
        let mut conn = pool.acquire().await?;
        let mut broken = Vec::new();
        for tenant in tenants::all(&mut conn).await? {
            broken.extend(settings::broken(&mut conn, tenant.id).await?);
        }
        Ok::<_, store::StoreError>(broken)
    };
    match found.await {
        Ok(broken) if broken.is_empty() => Finding::ok(NAME, "none is broken"),
        Ok(broken) => {
            let lines = broken.iter().map(|file| {
                let first = file.faults.first().map(ToString::to_string).unwrap_or_default();
                format!("{}/{}: {first}", file.organisation, file.source)
            });
            Finding::fail(
                NAME,
                lines.collect::<Vec<_>>().join("; "),
                "mend the file in a pull request, whose check names every fault; until then the last good version is in force",
            )
        }
        Err(error) => Finding::fail(NAME, error.to_string(), "look into the database's log"),
    }
}

/// The App that the set-up page created, and whether the sealing key opens it.
async fn registered(config: &Config, pool: &PgPool) -> (Vec<Finding>, Option<Forge>) {
    const KEY: &str = "sealing key";
    const APP: &str = "App";
    let prepared = async {
        let seals = the_app::seals(config)?;
        let pipeline = Pipeline {
            forge: the_app::forge(config)?,
            registered: Registered::stored(&database::addresses(config).host, seals.clone()),
            ..database::pipeline(config, pool, Classifier::default())?
        };
        Ok::<_, anyhow::Error>((seals, pipeline))
    };
    let (seals, pipeline) = match prepared.await {
        Ok(prepared) => prepared,
        Err(error) => {
            let found = Finding::failed(KEY, &error, "set PEERLORE_SEALING_KEY or PEERLORE_DATA_DIR");
            return (vec![found], None);
        }
    };
    match registered::look(&pipeline).await {
        Ok(_) => {}
        Err(RegisteredError::Seal(error)) => {
            return (
                vec![Finding::failed(KEY, &error, "set PEERLORE_SEALING_KEY")],
                Some(pipeline.forge),
            );
        }
        Err(error) => {
            let mend = "look into the database's log";
            return (vec![Finding::fail(APP, error.to_string(), mend)], Some(pipeline.forge));
        }
    }
    let key = match seals.keys() {
        Ok(keys) => Finding::ok(
            KEY,
            format!(
                "{} in use, for nobody else to read",
                wording::count(keys.count(), "key")
            ),
        ),
        Err(SealError::Missing { .. }) => Finding::ok(KEY, "none yet: it is made when the App is set up"),
        Err(error) => Finding::failed(KEY, &error, "set PEERLORE_SEALING_KEY"),
    };
    let mut findings = vec![key];
    if pipeline.registered.current().is_none() {
        let addresses = &pipeline.addresses;
        let mend = match address::flaw(&addresses.own, &addresses.host) {
            Some(_) => "set PEERLORE_URL to an address that GitHub can reach, then run `peerlore serve` and open its page /setup".to_owned(),
            None => format!(
                "run `peerlore serve` and open {}/setup; `peerlore setup` prints a key for it",
                addresses.own
            ),
        };
        findings.push(Finding::fail(
            APP,
            "no GitHub App is registered, so no webhook is accepted",
            mend,
        ));
    }
    (findings, Some(pipeline.forge))
}
