//! Flags and environment, as one struct. The doc comments are the help texts.
use std::net::SocketAddr;
use std::net::ToSocketAddrs as _;
use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;
use clap::builder::OsStringValueParser;
use clap::builder::TypedValueParser;
use secrecy::ExposeSecret as _;
use secrecy::SecretString;

use crate::model::settings::Surface;

/// How logs are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Everything that can be set from outside.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Settings (each also by its environment variable)")]
pub struct Config {
    /// Address and port to listen on
    #[arg(
        long,
        env = "PEERLORE_LISTEN",
        default_value = "127.0.0.1:8080",
        global = true,
        value_name = "ADDRESS",
        value_parser = listen_address
    )]
    pub listen: SocketAddr,

    /// Address of these pages in a browser, for links [default: http:// and the listen address]
    #[arg(long, env = "PEERLORE_URL", global = true, value_name = "URL")]
    pub url: Option<String>,

    /// Folder for everything that is kept [default: /var/lib/peerlore as root, else ~/.local/share/peerlore]
    #[arg(long, env = "PEERLORE_DATA_DIR", global = true, value_name = "FOLDER", value_parser = path())]
    pub data_dir: Option<PathBuf>,

    /// Postgres to use; unset: a private one that Peerlore starts in its data folder
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true, value_parser = secret)]
    pub database_url: Option<SecretString>,

    /// Folder of the Postgres programs for the private server [default: the newest that is found]
    #[arg(long, env = "PEERLORE_PG_BINDIR", global = true, value_name = "FOLDER", value_parser = path())]
    pub pg_bindir: Option<PathBuf>,

    /// Connections to the database at most
    #[arg(long, env = "PEERLORE_DATABASE_CONNECTIONS", default_value_t = 16, global = true, value_name = "N",
          value_parser = clap::value_parser!(u32).range(4..=500))]
    pub database_connections: u32,

    /// Jobs that run at the same time
    #[arg(long, env = "PEERLORE_WORKERS", default_value_t = 4, global = true, value_name = "N",
          value_parser = clap::value_parser!(u16).range(1..=64))]
    pub workers: u16,

    /// Secret that GitHub signs webhooks with; two, separated by a comma, while rotating
    #[arg(long, env = "PEERLORE_WEBHOOK_SECRET", global = true, value_name = "SECRET[,SECRET]", hide_env_values = true, value_parser = secret)]
    pub webhook_secret: Option<SecretString>,

    /// Key that stored secrets are sealed with, 32 bytes in base64; two, the new one first, while rotating [default: a key file in the data folder]
    #[arg(long, env = "PEERLORE_SEALING_KEY", global = true, value_name = "KEY[,KEY]", hide_env_values = true, value_parser = secret)]
    pub sealing_key: Option<SecretString>,

    /// GitHub's API; an Enterprise Server's ends in /api/v3
    #[arg(
        long,
        env = "PEERLORE_GITHUB_API_URL",
        default_value = "https://api.github.com",
        global = true,
        value_name = "URL"
    )]
    pub github_api_url: String,

    /// GitHub's pages, for links
    #[arg(
        long,
        env = "PEERLORE_GITHUB_WEB_URL",
        default_value = "https://github.com",
        global = true,
        value_name = "URL"
    )]
    pub github_web_url: String,

    /// Number of the GitHub App
    #[arg(long, env = "PEERLORE_GITHUB_APP_ID", global = true, value_name = "NUMBER",
          value_parser = clap::value_parser!(u64).range(1..))]
    pub github_app_id: Option<u64>,

    /// File with the GitHub App's private key (PEM)
    #[arg(long, env = "PEERLORE_GITHUB_PRIVATE_KEY_FILE", global = true, value_name = "FILE", value_parser = path())]
    pub github_private_key_file: Option<PathBuf>,

    /// Client id of the GitHub App; with its secret, members sign in to the pages
    #[arg(long, env = "PEERLORE_GITHUB_CLIENT_ID", global = true, value_name = "ID")]
    pub github_client_id: Option<String>,

    /// Client secret of the GitHub App
    #[arg(long, env = "PEERLORE_GITHUB_CLIENT_SECRET", global = true, value_name = "SECRET", hide_env_values = true, value_parser = secret)]
    pub github_client_secret: Option<SecretString>,

    /// Model that reads comments, made by `peerlore train classify` [default: the one in the binary]
    #[arg(long, env = "PEERLORE_CLASSIFIER", global = true, value_name = "FILE", value_parser = path())]
    pub classifier: Option<PathBuf>,

    /// Where suggestions are shown
    #[arg(long, env = "PEERLORE_SURFACE", default_value = "web", global = true)]
    pub surface: Surface,

    /// Show the pages to whoever reaches the address: without a sign-in; only on a private network
    #[arg(long, env = "PEERLORE_OPEN_PAGES", default_value_t = false, global = true)]
    pub open_pages: bool,

    /// What is logged: a level, or levels by module as in "info,peerlore=debug" [default: warn, and for serve what Peerlore does]
    #[arg(long, env = "PEERLORE_LOG", global = true, value_name = "FILTER")]
    pub log: Option<String>,

    /// How logs are written
    #[arg(long, env = "PEERLORE_LOG_FORMAT", default_value = "text", global = true)]
    pub log_format: LogFormat,
}

/// A path, also an empty one: that is an unset one.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

#[expect(clippy::unnecessary_wraps, reason = "the shape that clap asks for")]
fn secret(text: &str) -> Result<SecretString, std::convert::Infallible> {
    Ok(SecretString::from(text))
}

/// An address with a port, by number or by name: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let wrong = || format!("write it as 127.0.0.1:8080 or localhost:8080; {text:?} is no address with a port");
    let found: Vec<SocketAddr> = text.to_socket_addrs().map_err(|_| wrong())?.collect();
    // A name such as localhost has several; people mean the plain one.
    let plain = found.iter().find(|address| address.is_ipv4());
    plain.or(found.first()).copied().ok_or_else(wrong)
}

impl Config {
    /// The same with empty settings as unset ones: `DATABASE_URL=` in an environment file means none.
    #[must_use]
    pub fn without_empty(mut self) -> Self {
        let is_set = |secret: &SecretString| !secret.expose_secret().trim().is_empty();
        self.database_url = self.database_url.filter(is_set);
        self.webhook_secret = self.webhook_secret.filter(is_set);
        self.sealing_key = self.sealing_key.filter(is_set);
        self.url = self.url.filter(|url| !url.trim().is_empty());
        let is_named = |path: &PathBuf| !path.as_os_str().is_empty();
        self.data_dir = self.data_dir.filter(is_named);
        self.pg_bindir = self.pg_bindir.filter(is_named);
        self.github_private_key_file = self.github_private_key_file.filter(is_named);
        self.classifier = self.classifier.filter(is_named);
        self
    }

    /// Whether the configuration names the App, or at least what webhooks are signed with: then a stored App isn't used.
    #[must_use]
    pub fn names_the_app(&self) -> bool {
        self.webhook_secret.is_some() || self.github_app_id.is_some() || self.github_private_key_file.is_some()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use rstest::rstest;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        config: Config,
    }

    #[test]
    fn an_empty_setting_is_an_unset_one() {
        let empty = [
            "",
            "--database-url",
            "",
            "--webhook-secret",
            " ",
            "--sealing-key",
            "",
            "--data-dir",
            "",
            "--classifier",
            "",
            "--url",
            "",
        ];
        let config = Program::parse_from(empty).config.without_empty();
        assert!(config.database_url.is_none() && config.sealing_key.is_none() && config.url.is_none());
        assert!(!config.names_the_app());
        let set = Program::parse_from(["", "--database-url", "postgres://x", "--webhook-secret", "s"]);
        let config = set.config.without_empty();
        assert!(config.database_url.is_some() && config.names_the_app());
    }

    #[rstest]
    #[case("127.0.0.1:8080", Some("127.0.0.1:8080"))]
    #[case("localhost:8080", Some("127.0.0.1:8080"))]
    #[case("[::1]:8080", Some("[::1]:8080"))]
    #[case("0.0.0.0:1", Some("0.0.0.0:1"))]
    #[case("localhost", None)]
    #[case("8080", None)]
    #[case("localhost:x", None)]
    #[case("", None)]
    fn an_address_may_be_a_name(#[case] text: &str, #[case] found: Option<&str>) {
        let read = listen_address(text);
        if let Err(said) = &read {
            assert!(said.contains("127.0.0.1:8080"), "{said}");
        }
        assert_eq!(read.ok().map(|address| address.to_string()).as_deref(), found);
    }
}
