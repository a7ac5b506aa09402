//! This machine: programs, folder, our own address, the webhooks' secret.
use std::io::ErrorKind;
use std::path::Path;

use rustix::fs::Access;

use crate::cli::classifier;
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

/// Also the name of what reads comments, where that can be read.
pub(super) fn checked(config: &Config) -> (Vec<Finding>, Option<String>) {
    let mut findings = vec![engine(config)];
    if let Ok(folder) = database::data_dir(config) {
        findings.push(folder_as(&folder, &there(&folder)));
    }
    findings.push(own_address(the_app::url_flaw(config), config.url.as_deref()));
    findings.extend(hosts(config));
    let (found, classifier) = reads_comments(config);
    findings.push(found);
    findings.extend(webhook_secret(config));
    (findings, classifier)
}

/// Only where they are none: what else is wrong with them shows when GitHub is asked.
fn hosts(config: &Config) -> Option<Finding> {
    let error = the_app::check_hosts(config).err()?;
    Some(Finding::failed(
        "GitHub's addresses",
        &error,
        "write them with https://",
    ))
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
        Err(error) => Finding::said_with_mend(NAME, &error, "peerlore engine install"),
    }
}

/// What reads comments, and its name.
fn reads_comments(config: &Config) -> (Finding, Option<String>) {
    const NAME: &str = "classifier";
    match classifier::load(config) {
        Ok(classifier) => {
            let name = classifier.name().to_owned();
            let finding = match classifier::left_off(config) {
                Ok(Some(why)) => Finding::warn(
                    NAME,
                    format!("comments are read by {name} alone, though the second stage's weights are here"),
                    why,
                ),
                _ => Finding::ok(NAME, format!("comments are read by {name}")),
            };
            (finding, Some(name))
        }
        Err(error) => {
            let mend = "mend what it names, or read with the one in the binary: unset PEERLORE_CLASSIFIER, `peerlore model remove`";
            (Finding::fail(NAME, format!("{error:#}"), mend), None)
        }
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

/// What lies where the data folder is to be.
enum There {
    /// A folder.
    Folder {
        /// Megabytes left on its disk.
        free: u64,
        may_write: bool,
    },
    /// Nothing yet; and whether it can be made.
    Nothing { can_be_made: bool },
    /// A file, there or on the way.
    File,
    /// Nobody knows; what the system says.
    Unknown(std::io::Error),
}

fn there(folder: &Path) -> There {
    match std::fs::metadata(folder) {
        Ok(found) if !found.is_dir() => There::File,
        Ok(_) => There::Folder {
            free: free_megabytes(folder).unwrap_or(u64::MAX),
            may_write: may_write(folder),
        },
        Err(error) if error.kind() == ErrorKind::NotADirectory => There::File,
        Err(error) if error.kind() == ErrorKind::NotFound => There::Nothing {
            can_be_made: folder.ancestors().find(|above| above.exists()).is_some_and(may_write),
        },
        Err(error) => There::Unknown(error),
    }
}

fn folder_as(folder: &Path, there: &There) -> Finding {
    const NAME: &str = "data folder";
    const OWNER: &str = "run Peerlore as the folder's owner, or name another folder with PEERLORE_DATA_DIR";
    let shown = folder.display();
    let (free, may_write) = match there {
        There::Folder { free, may_write } => (*free, *may_write),
        There::Nothing { can_be_made: true } => {
            return Finding::ok(NAME, format!("{shown} isn't there yet; it is made when it is needed"));
        }
        There::Nothing { can_be_made: false } => {
            return Finding::fail(
                NAME,
                format!("{shown} isn't there, and this user can't make it"),
                "make it and give it to the user that Peerlore runs as, or name another folder with PEERLORE_DATA_DIR",
            );
        }
        There::File => {
            return Finding::fail(
                NAME,
                format!("{shown} is a file, or lies under one, where a folder has to be"),
                "name a folder with PEERLORE_DATA_DIR",
            );
        }
        There::Unknown(error) => return Finding::fail(NAME, format!("{shown} can't be looked into: {error}"), OWNER),
    };
    if !may_write {
        return Finding::fail(NAME, format!("{shown} can't be written to"), OWNER);
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
    Some(secret_as(&the_app::secret_lengths(config)))
}

/// By the lengths of the secrets.
fn secret_as(lengths: &[usize]) -> Finding {
    const NAME: &str = "webhook secret";
    if let Some(flaw) = the_app::secret_flaw(lengths) {
        return Finding::failed(NAME, &format!("PEERLORE_WEBHOOK_SECRET {flaw}"), "");
    }
    match lengths {
        [] => Finding::fail(
            NAME,
            "PEERLORE_WEBHOOK_SECRET is not set",
            "give it the App's webhook secret, or unset the App's number and key to use the one of the set-up page",
        ),
        lengths if lengths.iter().any(|length| *length < the_app::LONG_ENOUGH) => Finding::fail(
            NAME,
            format!("it is shorter than {} characters", the_app::LONG_ENOUGH),
            "make a longer one, as with `openssl rand -hex 32`, and set it in the App's settings too",
        ),
        lengths => Finding::ok(
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
    #[case(There::Nothing { can_be_made: true }, Ok, "isn't there yet")]
    #[case(There::Nothing { can_be_made: false }, Fail, "this user can't make it")]
    #[case(There::File, Fail, "is a file")]
    #[case(There::Unknown(ErrorKind::PermissionDenied.into()), Fail, "can't be looked into: permission denied")]
    #[case(There::Folder { free: 50_000, may_write: true }, Ok, "room on its disk")]
    #[case(There::Folder { free: 999, may_write: true }, Warn, "999 MB left")]
    #[case(There::Folder { free: 99, may_write: true }, Fail, "99 MB left")]
    #[case(There::Folder { free: 50_000, may_write: false }, Fail, "can't be written to")]
    fn a_folder_has_room_and_can_be_written_to(#[case] there: There, #[case] verdict: Verdict, #[case] words: &str) {
        let found = folder_as(Path::new("/data"), &there);
        assert_eq!(found.verdict, verdict);
        assert!(found.said.contains(words), "{found:?}");
    }

    #[test]
    fn a_file_is_told_from_a_folder() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(matches!(there(&file), There::File));
        assert!(matches!(there(&file.join("below")), There::File));
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
    #[case(&[], Fail)]
    #[case(&[64, 7], Fail)]
    #[case(&[64, 15], Fail)]
    #[case(&[64, 16], Ok)]
    #[case(&[64, 64, 64], Fail)]
    fn a_secret_is_long_enough(#[case] lengths: &[usize], #[case] verdict: Verdict) {
        assert_eq!(secret_as(lengths).verdict, verdict);
    }
}
