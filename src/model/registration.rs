//! A GitHub App that was created for us, with what it takes to act as it.
use secrecy::SecretString;

use crate::model::event::Account;
use crate::model::manifest::Permissions;

/// The App that Peerlore acts as at one code host. Its secrets are never shown.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The host's address in a browser, without a slash at the end: `https://github.com`.
    pub host: String,
    /// The App's number.
    pub app_id: i64,
    /// Its name in addresses; its comments come from `slug[bot]`.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its page at the host.
    pub html_url: String,
    /// What it signs people in as.
    pub client_id: String,
    /// The private key (PEM) that it asks for tokens with.
    pub private_key: SecretString,
    /// What its webhooks are signed with.
    pub webhook_secret: SecretString,
    /// What it proves itself with where it signs people in.
    pub client_secret: SecretString,
}

impl Registration {
    /// Where somebody chooses the account and the repositories to install the App on.
    #[must_use]
    pub fn installation_page(&self) -> String {
        format!("{}/installations/new", self.html_url.trim_end_matches('/'))
    }
}

/// One installation of the App.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InstallationSeen {
    /// GitHub's number of it.
    pub id: i64,
    /// The account that it is on.
    pub account: Account,
    /// What it was granted there.
    pub permissions: Permissions,
    /// It is on every repository of the account, also on coming ones.
    pub on_all: bool,
    /// Somebody suspended it.
    pub suspended: bool,
}

/// The repositories that an installation was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Granted {
    /// How many there are.
    pub total: u64,
    /// The first of them, as `owner/name`.
    pub first: Vec<String>,
}

/// Whether `login` could be an organisation's login: up to 39 letters, digits and single hyphens inside, or with
/// underscores (an Enterprise Server's and a managed user's).
#[must_use]
pub fn is_login(login: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=39).contains(&login.len()) && login.bytes().all(plain) && !login.starts_with('-') && !login.ends_with('-')
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("acme", true)]
    #[case("Acme-Works2", true)]
    #[case("octo_corp", true)]
    #[case("", false)]
    #[case("-acme", false)]
    #[case("acme-", false)]
    #[case("acme/../x", false)]
    #[case("acme?state=1", false)]
    #[case("a b", false)]
    #[case("ä", false)]
    #[case("a234567890123456789012345678901234567890", false)]
    fn a_login_is_letters_digits_and_hyphens(#[case] login: &str, #[case] fits: bool) {
        assert_eq!(is_login(login), fits);
    }
}
