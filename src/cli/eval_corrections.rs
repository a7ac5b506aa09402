//! `peerlore eval classify --from-corrections`
use anyhow::Context;
use serde::Serialize;
use sqlx::PgConnection;

use crate::classify::Classifier;
use crate::classify::eval::ClassifyScore;
use crate::classify::eval::classify_score;
use crate::cli::classifier;
use crate::cli::database;
use crate::config::Config;
use crate::pipeline::correct;
use crate::pipeline::correct::Labels;
use crate::store::tenants;
use crate::store::tenants::Installation;

/// What a reader must know of the figures.
const NOTE: &str =
    "people correct what they find wrong, so these comments are harder than most: no accuracy of all that was read";

/// What they must know of a model that learned from corrections itself.
const LEARNED: &str = "this model learned from corrections itself, so its figures on them say nothing";

/// How well a classifier reads comments whose labels people of one account corrected.
#[derive(Debug, Serialize)]
pub struct Figures {
    account: String,
    rows: usize,
    without_text: usize,
    note: &'static str,
    peerlore: ClassifyScore,
}

/// Reads the corrections of an account, or of the only one that there is, and measures.
///
/// # Errors
/// When several accounts are known and none is named, or nothing of it can be measured.
pub async fn figures(config: &Config, classifier: &Classifier, account: Option<&str>) -> anyhow::Result<Figures> {
    let (account, labels) = labels(config, account).await?;
    anyhow::ensure!(
        !labels.rows.is_empty(),
        "no correction of {account} has a text that is still kept ({} have none any more); people correct labels on their own page",
        labels.without_text
    );
    Ok(Figures {
        account,
        rows: labels.rows.len(),
        without_text: labels.without_text,
        note: if classifier::card(config)?.is_some_and(|card| card.data.corrected > 0) {
            LEARNED
        } else {
            NOTE
        },
        peerlore: classify_score(classifier, &labels.rows)?,
    })
}

/// The corrections of an account, or of the only one that there is, with its login.
///
/// # Errors
/// When several accounts are known and none is named, or the database is away.
pub async fn labels(config: &Config, account: Option<&str>) -> anyhow::Result<(String, Labels)> {
    let database = database::open_to_read(config).await?;
    let result = async {
        let mut conn = database.pool.acquire().await?;
        let tenant = the_account(&mut conn, account).await?;
        let labels = correct::labels(&mut conn, tenant.id).await?;
        anyhow::Ok((tenant.login, labels))
    };
    let result = result.await;
    database.close().await?;
    result
}

/// The account whose corrections are asked for: one at a time, since no text of one may tell anything to another.
///
/// # Errors
/// When it isn't known, or it isn't clear which one is meant.
pub async fn the_account(conn: &mut PgConnection, account: Option<&str>) -> anyhow::Result<Installation> {
    let mut tenants = tenants::all(conn).await?;
    if let Some(account) = account {
        let named = |tenant: &Installation| tenant.login.eq_ignore_ascii_case(account);
        return tenants
            .into_iter()
            .find(named)
            .with_context(|| format!("no account is known by the login \"{account}\""));
    }
    let logins: Vec<&str> = tenants.iter().map(|tenant| tenant.login.as_str()).collect();
    anyhow::ensure!(
        logins.len() < 2,
        "several accounts are known ({}), and their texts are never mixed; choose one with --account LOGIN",
        logins.join(", ")
    );
    tenants
        .pop()
        .context("nobody is known yet: people answer and correct on their own pages, once `peerlore serve` runs")
}
