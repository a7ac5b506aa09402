//! Whether our own address, `PEERLORE_URL`, is one that a code host can send webhooks to.
use std::net::IpAddr;

use url::Host;
use url::Url;

/// What is wrong with an address; its text is a plain sentence with the way out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Flaw {
    /// It can't be read as an address.
    #[error("PEERLORE_URL is no address: write it as https://peerlore.example.com")]
    NoAddress,
    /// It is not of the web.
    #[error("PEERLORE_URL has to begin with https:// (or http:// on a private network)")]
    NotOfTheWeb,
    /// It has a path, a query or a name and password.
    #[error(
        "PEERLORE_URL has to be a bare address such as https://peerlore.example.com, without a path, a query or a password"
    )]
    NotBare,
    /// It means this machine.
    #[error(
        "PEERLORE_URL names this machine only, so GitHub can't send its webhooks there: set it to an address that GitHub can reach, such as https://peerlore.example.com"
    )]
    ThisMachine,
    /// It means a private network, and the host is on the internet.
    #[error(
        "PEERLORE_URL names a private network, which github.com can't reach: set it to an address on the internet, such as https://peerlore.example.com"
    )]
    PrivateNetwork,
}

impl Flaw {
    /// Whether the address makes no sense at all, whoever is to reach it.
    #[must_use]
    pub fn is_nonsense(self) -> bool {
        match self {
            Self::NoAddress | Self::NotOfTheWeb | Self::NotBare => true,
            Self::ThisMachine | Self::PrivateNetwork => false,
        }
    }
}

/// What is wrong with `own` as an address that the code host at `host` (its address in a browser) is to reach; none: nothing.
#[must_use]
pub fn flaw(own: &str, host: &str) -> Option<Flaw> {
    let Ok(url) = Url::parse(own) else {
        return Some(Flaw::NoAddress);
    };
    let Some(name) = url.host() else {
        return Some(Flaw::NoAddress);
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Some(Flaw::NotOfTheWeb);
    }
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !bare || !url.username().is_empty() || url.password().is_some() {
        return Some(Flaw::NotBare);
    }
    let address = match name {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            let here = name == "localhost" || name.ends_with(".localhost");
            return here.then_some(Flaw::ThisMachine);
        }
        Host::Ipv4(address) => IpAddr::V4(address),
        Host::Ipv6(address) => address.to_canonical(),
    };
    if address.is_loopback() || address.is_unspecified() {
        return Some(Flaw::ThisMachine);
    }
    let private = match address {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
    };
    (private && is_on_the_internet(host)).then_some(Flaw::PrivateNetwork)
}

/// GitHub's own host, or one of its data-residency hosts.
fn is_on_the_internet(host: &str) -> bool {
    let url = Url::parse(host).ok();
    let name = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    name == "github.com" || name.ends_with(".ghe.com")
}

/// Whether a code host could answer at this address: of the web, with a host, and nothing behind its path.
#[must_use]
pub fn is_host(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host().is_some()
            && url.query().is_none()
            && url.fragment().is_none()
    })
}

/// Whether what is sent to this address can be read on the way to it.
#[must_use]
pub fn is_open(address: &str) -> bool {
    address.starts_with("http://") && !is_loopback(address)
}

/// Whether an address means this machine by one of the names that browsers keep on it.
#[must_use]
pub fn is_loopback(own: &str) -> bool {
    let host = Url::parse(own).ok().and_then(|url| url.host_str().map(str::to_owned));
    matches!(host.as_deref(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// Whether cookies that sign somebody in may be sent to this address: over https, or without leaving this machine.
#[must_use]
pub fn is_safe_for_sign_in(own: &str) -> bool {
    own.starts_with("https://") || is_loopback(own)
}

/// The scheme, name and port of an address, as a browser names where something comes from; none where it is no address.
#[must_use]
pub fn origin(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::good("https://peerlore.example", None)]
    #[case::a_slash("https://peerlore.example/", None)]
    #[case::a_port("https://peerlore.example:8443", None)]
    #[case::plain_http("http://peerlore.example", None)]
    #[case::an_address("https://203.0.113.9", None)]
    #[case::nonsense("nonsense", Some(Flaw::NoAddress))]
    #[case::empty("", Some(Flaw::NoAddress))]
    #[case::no_scheme("peerlore.example", Some(Flaw::NoAddress))]
    #[case::a_name_as_scheme("localhost:8080", Some(Flaw::NoAddress))]
    #[case::no_host("http://", Some(Flaw::NoAddress))]
    #[case::no_host_and_a_slash("http:///", Some(Flaw::NoAddress))]
    #[case::files("ftp://peerlore.example", Some(Flaw::NotOfTheWeb))]
    #[case::a_path("https://example.com/peerlore", Some(Flaw::NotBare))]
    #[case::a_query("https://example.com/?a=b", Some(Flaw::NotBare))]
    #[case::a_password("https://me:hunter2@example.com", Some(Flaw::NotBare))]
    #[case::localhost("http://localhost:8080", Some(Flaw::ThisMachine))]
    #[case::a_name_below("http://a.localhost", Some(Flaw::ThisMachine))]
    #[case::loopback("http://127.0.0.1:8080", Some(Flaw::ThisMachine))]
    #[case::all_of_127("http://127.9.9.9", Some(Flaw::ThisMachine))]
    #[case::loopback_6("http://[::1]:8080", Some(Flaw::ThisMachine))]
    #[case::mapped("http://[::ffff:127.0.0.1]", Some(Flaw::ThisMachine))]
    #[case::everywhere("http://0.0.0.0:8080", Some(Flaw::ThisMachine))]
    #[case::private("http://10.1.2.3", Some(Flaw::PrivateNetwork))]
    #[case::private_6("http://[fd00::1]", Some(Flaw::PrivateNetwork))]
    fn github_com_has_to_reach_it(#[case] own: &str, #[case] found: Option<Flaw>) {
        assert_eq!(flaw(own, "https://github.com"), found);
    }

    #[test]
    fn an_enterprise_server_may_stand_on_the_same_private_network() {
        assert_eq!(flaw("http://10.1.2.3", "https://github.corp.example"), None);
        assert_eq!(
            flaw("http://10.1.2.3", "https://acme.ghe.com"),
            Some(Flaw::PrivateNetwork)
        );
        let here = flaw("http://127.0.0.1", "https://github.corp.example");
        assert_eq!(here, Some(Flaw::ThisMachine));
    }

    #[rstest]
    #[case("https://github.com", true, false)]
    #[case("https://github.example.com/api/v3", true, false)]
    #[case("http://github.example.com", true, true)]
    #[case("http://127.0.0.1:8080", true, false)]
    #[case("nonsense", false, false)]
    #[case("github.com", false, false)]
    #[case("ftp://github.com", false, false)]
    #[case("https://", false, false)]
    #[case("https://github.com/?a=b", false, false)]
    fn a_code_host_is_on_the_web(#[case] address: &str, #[case] host: bool, #[case] open: bool) {
        assert_eq!((is_host(address), is_open(address)), (host, open));
    }

    #[test]
    fn an_origin_has_no_path() {
        assert_eq!(origin("https://github.com/a/b").as_deref(), Some("https://github.com"));
        assert_eq!(
            origin("http://127.0.0.1:8080").as_deref(),
            Some("http://127.0.0.1:8080")
        );
        assert_eq!(origin("javascript:alert(1)"), None);
    }
}
