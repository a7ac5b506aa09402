//! Who may see the pages, until sign-in decides it by person.
use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use url::Url;

use crate::pipeline::Reach;
use crate::web::Web;
use crate::web::error::PageError;

/// Who may see the pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Viewing {
    /// The demo: everybody, as whichever person they choose.
    Demo,
    /// Everybody who reaches the address: the operator said so.
    Open,
    /// Whoever sits at this machine: a request from loopback that no proxy passed on, to a loopback name.
    Local,
    /// Nobody: the pages have an address of their own that others reach, and no sign-in guards them yet.
    Closed,
}

impl Viewing {
    /// Who may see pages whose own address is `own`: with a loopback name whoever sits at this machine, else nobody.
    /// A proxy on the same machine passes for loopback, so an address that others use closes them altogether.
    #[must_use]
    pub fn without_sign_in(own: &str) -> Self {
        let host = Url::parse(own).ok().and_then(|url| url.host_str().map(str::to_owned));
        match host.as_deref() {
            Some("localhost" | "127.0.0.1" | "[::1]") => Self::Local,
            Some(_) | None => Self::Closed,
        }
    }

    /// What a link in a comment can lead to: nobody is sent to a page that stays closed to them.
    #[must_use]
    pub fn reach(self) -> Reach {
        match self {
            Self::Demo | Self::Open => Reach::Everything,
            Self::Closed => Reach::Docs,
            Self::Local => Reach::Nothing,
        }
    }
}

/// The cookie that holds whom a visitor of the demo chose to be.
pub const CHOSEN: &str = "peerlore_demo_login";

/// A visitor who may see the pages. Taking it as an argument is what guards a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visitor {
    /// Whom the visitor of the demo chose to be.
    pub login: Option<String>,
    /// The demo is shown.
    pub demo: bool,
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, PageError> {
        match web.viewing {
            Viewing::Demo => {
                let cookies = CookieJar::from_headers(&parts.headers);
                Ok(Self {
                    login: cookies.get(CHOSEN).map(|cookie| cookie.value().to_owned()),
                    demo: true,
                })
            }
            Viewing::Open => Ok(Self {
                login: None,
                demo: false,
            }),
            Viewing::Local if is_local(parts) => Ok(Self {
                login: None,
                demo: false,
            }),
            Viewing::Local | Viewing::Closed => Err(PageError::Closed),
        }
    }
}

/// The request came from this machine, asks for it by a loopback name, and was not passed on by a proxy.
pub(in crate::web) fn is_local(parts: &Parts) -> bool {
    let from_here = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .is_some_and(|ConnectInfo(peer)| peer.ip().is_loopback());
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .map_or(host, |(name, port)| if port.ends_with(']') { host } else { name });
    let asked_for_here = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    let passed_on = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"]
        .iter()
        .any(|name| parts.headers.contains_key(*name));
    from_here && asked_for_here && !passed_on
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn parts(peer: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts
            .extensions
            .insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
        parts
    }

    #[test]
    fn an_address_that_others_use_closes_the_pages() {
        assert_eq!(Viewing::without_sign_in("http://127.0.0.1:8080"), Viewing::Local);
        assert_eq!(Viewing::without_sign_in("http://localhost:8080"), Viewing::Local);
        assert_eq!(Viewing::without_sign_in("https://peerlore.example"), Viewing::Closed);
        assert_eq!(Viewing::without_sign_in("http://0.0.0.0:8080"), Viewing::Closed);
        assert_eq!(Viewing::without_sign_in("nonsense"), Viewing::Closed);
    }

    #[test]
    fn only_a_direct_request_from_this_machine_is_local() {
        assert!(is_local(&parts("127.0.0.1:9", &[("host", "localhost:8080")])));
        assert!(is_local(&parts("[::1]:9", &[("host", "[::1]:8080")])));
        assert!(
            !is_local(&parts("192.0.2.1:9", &[("host", "localhost")])),
            "from elsewhere"
        );
        assert!(
            !is_local(&parts("127.0.0.1:9", &[("host", "peerlore.example")])),
            "a rebound name"
        );
        assert!(
            !is_local(&parts(
                "127.0.0.1:9",
                &[("host", "localhost"), ("x-forwarded-for", "192.0.2.1")]
            )),
            "through a proxy"
        );
        assert!(!is_local(&parts("127.0.0.1:9", &[])), "no name at all");
    }
}
