//! Who may see the pages, and as what.
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use axum::extract::ConnectInfo;
use axum::extract::FromRequestParts;
use axum::extract::Request;
use axum::extract::State;
use axum::http::Method;
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::CookieJar;

use crate::model::address;
use crate::pipeline::Reach;
use crate::pipeline::tokens::Good;
use crate::pipeline::visits;
use crate::pipeline::visits::SignedIn;
use crate::pipeline::visits::Visit;
use crate::web::Web;
use crate::web::cookie;
use crate::web::error::PageError;
use crate::web::form::GivenTo;
use crate::web::looks_as;
use crate::web::looks_as::LooksAs;
use crate::web::seal::Purpose;
use crate::web::sign_in_address;

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
    /// Members who sign in at the code host, each as far as they may read there.
    SignIn,
}

impl Viewing {
    /// Who may see pages whose own address is `own`: with a loopback name whoever sits at this machine, else nobody.
    /// A proxy on the same machine passes for loopback, so an address that others use closes them altogether.
    #[must_use]
    pub fn without_sign_in(own: &str) -> Self {
        if address::is_loopback(own) {
            Self::Local
        } else {
            Self::Closed
        }
    }

    /// What a link in a comment can lead to: nobody is sent to a page that stays closed to them.
    #[must_use]
    pub fn reach(self) -> Reach {
        match self {
            Self::Demo | Self::Open | Self::SignIn => Reach::Everything,
            Self::Closed => Reach::Docs,
            Self::Local => Reach::Nothing,
        }
    }
}

/// A visitor who may see the pages. Taking it as an argument is what guards a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visitor {
    /// Who they are: by sign-in, or by choice in the demo.
    pub login: Option<String>,
    /// The demo is shown.
    pub demo: bool,
    /// As what they look at the demo; none: as nobody, or as somebody who is no member.
    pub looks_as: Option<LooksAs>,
    /// Where they are signed in; none: pages are shown without a sign-in.
    pub signed_in: Option<Box<SignedIn>>,
    /// What their forms carry.
    pub token: String,
}

impl Visitor {
    fn without_sign_in(web: &Web, login: Option<String>) -> Self {
        let demo = web.viewing() == Viewing::Demo;
        let given_to = if demo {
            GivenTo::Demo(login.as_deref())
        } else {
            GivenTo::Anybody
        };
        Self {
            token: given_to.token(web),
            login,
            demo,
            looks_as: None,
            signed_in: None,
        }
    }

    /// Whoever owns an access token that is good. Nobody gives them a form.
    #[must_use]
    pub fn by_token(token: Good) -> Self {
        Self {
            login: Some(token.login),
            demo: token.place.is_none(),
            looks_as: None,
            signed_in: token.place,
            token: String::new(),
        }
    }

    /// To whom their forms are given.
    #[must_use]
    pub fn given_to(&self) -> GivenTo<'_> {
        match &self.signed_in {
            Some(place) => GivenTo::Session(place.session),
            None if self.demo => GivenTo::Demo(self.login.as_deref()),
            None => GivenTo::Anybody,
        }
    }

    /// Whether they have a page of their own.
    #[must_use]
    pub fn has_own_page(&self) -> bool {
        self.demo || self.signed_in.is_some()
    }

    /// Whether they own the organisation. Without a sign-in, whoever sees the pages does.
    #[must_use]
    pub fn owns(&self) -> bool {
        self.signed_in
            .as_ref()
            .is_none_or(|place| place.reader.roles().is_owner())
    }

    /// Whether they may open the page of some team. Without a sign-in, whoever sees the pages may.
    #[must_use]
    pub fn leads_some_team(&self) -> bool {
        self.signed_in.as_ref().is_none_or(|place| {
            let roles = place.reader.roles();
            roles.is_owner() || roles.teams().next().is_some()
        })
    }
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, PageError> {
        match web.viewing() {
            Viewing::Demo => {
                let cookies = CookieJar::from_headers(&parts.headers);
                let login = cookies.get(looks_as::CHOSEN).map(|cookie| cookie.value().to_owned());
                let looks_as = match &login {
                    Some(login) => looks_as::of(web, login).await?,
                    None => None,
                };
                Ok(Self {
                    looks_as,
                    ..Self::without_sign_in(web, login)
                })
            }
            Viewing::Open => Ok(Self::without_sign_in(web, None)),
            Viewing::Local if is_local(parts) => Ok(Self::without_sign_in(web, None)),
            Viewing::Local | Viewing::Closed => Err(PageError::Closed),
            Viewing::SignIn => signed_in(parts, web).await,
        }
    }
}

/// A visitor who leads a team, or owns the organisation; which team's page they may open, the page asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lead(pub Visitor);

impl FromRequestParts<Web> for Lead {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, PageError> {
        let visitor = Visitor::from_request_parts(parts, web).await?;
        if visitor.leads_some_team() {
            Ok(Self(visitor))
        } else {
            Err(PageError::ForLeads)
        }
    }
}

/// A visitor who owns the organisation, or sees pages that need no sign-in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owner(pub Visitor);

impl FromRequestParts<Web> for Owner {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, PageError> {
        let visitor = Visitor::from_request_parts(parts, web).await?;
        if visitor.owns() {
            Ok(Self(visitor))
        } else {
            Err(PageError::ForOwners)
        }
    }
}

/// Where the extractor leaves a session's new word for [`with_renewed_cookie`].
#[derive(Clone, Debug, Default)]
struct Renewed(Arc<Mutex<Option<String>>>);

async fn signed_in(parts: &mut Parts, web: &Web) -> Result<Visitor, PageError> {
    let next = path_of(parts);
    let Some(word) = cookie::word(web, &parts.headers, Purpose::Session) else {
        return Err(PageError::SignedOut { next });
    };
    let slot = parts.extensions.get::<Renewed>();
    let place = match visits::visit(&web.pipeline, &word, slot.is_some()).await? {
        Visit::Nobody => return Err(PageError::SignedOut { next }),
        Visit::Outside => return Err(PageError::Outside { login: None }),
        Visit::Choose => return Err(PageError::SentOn(sign_in_address::choosing(&next))),
        Visit::Unsure => return Err(PageError::Unsure),
        Visit::In(place) => place,
    };
    if let (Some(word), Some(slot)) = (&place.renewed, slot) {
        *slot.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(word.clone());
    }
    if place.some_are_stale && parts.method == Method::GET {
        return Err(PageError::SentOn(sign_in_address::beginning(&next)));
    }
    Ok(Visitor {
        token: GivenTo::Session(place.session).token(web),
        login: Some(place.login.clone()),
        demo: false,
        looks_as: None,
        signed_in: Some(place),
    })
}

/// The path with its query that was asked for, to come back to.
fn path_of(parts: &Parts) -> String {
    if parts.method != Method::GET {
        return "/".to_owned();
    }
    parts
        .uri
        .path_and_query()
        .map_or_else(|| "/".to_owned(), ToString::to_string)
}

/// The same request for another look, whose answer can bring no cookie.
#[must_use]
pub fn looked_again(mut request: Parts) -> Parts {
    request.extensions.remove::<Renewed>();
    request
}

/// Around every page: where a session's id was renewed, the browser gets the new one.
pub async fn with_renewed_cookie(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let renewed = Renewed::default();
    request.extensions_mut().insert(renewed.clone());
    let mut response = next.run(request).await;
    let word = renewed.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    let said_otherwise = response.headers().contains_key(header::SET_COOKIE);
    if let Some(cookie) = word.filter(|_| !said_otherwise)
        && let Some(value) = cookie::keeping(&web, Purpose::Session, &cookie)
    {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
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
