//! This machine: programs, folder, our own address, the webhooks' secret.
use std::path::Path;

use rustix::fs::Access;
use secrecy::ExposeSecret;

use crate::cli::database;
use crate::cli::doctor::Finding;
use crate::cli::the_app;
use crate::config::Config;
use crate::model::address::Flaw;
use crate::postgres;

/// Less than so many megabytes on the disk is worth knowing.
const LITTLE: u64 = 1_000;
/// Less than so many, and the database soon can't write.
const TOO_LITTLE: u64 = 100;

pub(super) fn checked(config: &Config) -> Vec<Finding> {
    let mut findings = vec![engine(config)];
    if let Ok(folder) = database::data_dir(config) {
        findings.push(folder_as(&folder, free_megabytes(&folder), may_write(&folder)));
    }
    findings.push(own_address(the_app::url_flaw(config), config.url.as_deref()));
    findings.extend(webhook_secret(config));
    findings
}

fn engine(config: &Config) -> Finding {
    const NAME: &str = "Postgres programs";
    if config.database_url.is_some() {
        return Finding::ok(NAME, "not needed: DATABASE_URL names a server");
    }
    let found = database::data_dir(config)
        .map_err(|error| error.to_string())
        .and_then(|folder| postgres::find(&folder, config.pg_bindir.as_deref()).map_err(|error| error.to_string()));
    match found {
        Ok(engine) => Finding::ok(NAME, format!("{} in {}", engine.version, engine.bindir.display())),
        Err(error) => Finding::fail(NAME, error, "peerlore engine install"),
    }
}

fn may_write(folder: &Path) -> bool {
    rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// Free space under a folder; none where there is no such folder.
fn free_megabytes(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize) / 1_000_000)
}

fn folder_as(folder: &Path, free: Option<u64>, may_write: bool) -> Finding {
    const NAME: &str = "data folder";
    let shown = folder.display();
    let Some(free) = free else {
        return Finding::ok(NAME, format!("{shown} isn't there yet; it is made when it is needed"));
    };
    if !may_write {
        return Finding::fail(
            NAME,
            format!("{shown} can't be written to"),
            "run Peerlore as the folder's owner, or name another folder with PEERLORE_DATA_DIR",
        );
    }
    let mend = "free some space, or move the folder with PEERLORE_DATA_DIR";
    match free {
        free if free < TOO_LITTLE => Finding::fail(NAME, format!("{shown} has {free} MB left on its disk"), mend),
        free if free < LITTLE => Finding::warn(NAME, format!("{shown} has {free} MB left on its disk"), mend),
        _ => Finding::ok(NAME, format!("{shown} can be written to, with room on its disk")),
    }
}

fn own_address(flaw: Option<Flaw>, url: Option<&str>) -> Finding {
    const NAME: &str = "own address";
    match (flaw, url) {
        (Some(flaw), _) => Finding::failed(NAME, &flaw, "set PEERLORE_URL to an address that GitHub can reach"),
        (None, None) => Finding::warn(
            NAME,
            "PEERLORE_URL is not set, so pages and links are for this machine only",
            "set it to the address that GitHub and your colleagues reach, such as https://peerlore.example.com",
        ),
        (None, Some(url)) if url.starts_with("http://") => Finding::warn(
            NAME,
            format!("{url} is not encrypted"),
            "put TLS in front and write it with https://, except on a private network",
        ),
        (None, Some(url)) => Finding::ok(NAME, url),
    }
}

/// The secret that the configuration names; nothing where the stored App decides.
fn webhook_secret(config: &Config) -> Option<Finding> {
    if !config.names_the_app() {
        return None;
    }
    let secrets = config.webhook_secret.as_ref().map(|secret| {
        let each = secret.expose_secret().split(',').map(|one| one.trim().len());
        each.filter(|length| *length > 0).collect::<Vec<_>>()
    });
    Some(secret_as(secrets.as_deref()))
}

/// By the lengths of the secrets.
fn secret_as(lengths: Option<&[usize]>) -> Finding {
    const NAME: &str = "webhook secret";
    match lengths {
        None | Some([]) => Finding::fail(
            NAME,
            "PEERLORE_WEBHOOK_SECRET is not set",
            "give it the App's webhook secret, or unset the App's number and key to use the one of the set-up page",
        ),
        Some(lengths) if lengths.iter().any(|length| *length < 16) => Finding::fail(
            NAME,
            "it is shorter than 16 characters",
            "make a longer one, as with `openssl rand -hex 32`, and set it in the App's settings too",
        ),
        Some(lengths) => Finding::ok(
            NAME,
            format!(
                "{} in use, from the settings; they win over a stored App",
                lengths.len()
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::cli::doctor::Verdict;
    use crate::cli::doctor::Verdict::Fail;
    use crate::cli::doctor::Verdict::Ok;
    use crate::cli::doctor::Verdict::Warn;

    #[rstest]
    #[case(None, false, Ok, "isn't there yet")]
    #[case(Some(50_000), true, Ok, "room on its disk")]
    #[case(Some(999), true, Warn, "999 MB left")]
    #[case(Some(99), true, Fail, "99 MB left")]
    #[case(Some(50_000), false, Fail, "can't be written to")]
    fn a_folder_has_room_and_can_be_written_to(
        #[case] free: Option<u64>,
        #[case] may_write: bool,
        #[case] verdict: Verdict,
        #[case] words: &str,
    ) {
        let found = folder_as(Path::new("/data"), free, may_write);
        assert_eq!(found.verdict, verdict);
        assert!(found.said.contains(words), "{found:?}");
    }

    #[rstest]
    #[case(None, None, Warn)]
    #[case(None, Some("https://peerlore.example"), Ok)]
    #[case(None, Some("http://peerlore.example"), Warn)]
    #[case(Some(Flaw::NoAddress), Some("nonsense"), Fail)]
    #[case(Some(Flaw::ThisMachine), Some("http://localhost"), Fail)]
    fn an_address_that_github_cannot_reach_is_no_good(
        #[case] flaw: Option<Flaw>,
        #[case] url: Option<&str>,
        #[case] verdict: Verdict,
    ) {
        let found = own_address(flaw, url);
        assert_eq!(
            (found.verdict, found.mend.is_some()),
            (verdict, verdict != Ok),
            "{found:?}"
        );
    }

    #[rstest]
    #[case(None, Fail)]
    #[case(Some([].as_slice()), Fail)]
    #[case(Some([64, 15].as_slice()), Fail)]
    #[case(Some([64, 16].as_slice()), Ok)]
    fn a_secret_is_long_enough(#[case] lengths: Option<&[usize]>, #[case] verdict: Verdict) {
        assert_eq!(secret_as(lengths).verdict, verdict);
    }
}
