//! Who may take a step of the set-up: whoever holds a token of it, or sits at this machine where pages are for it only.
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use axum_extra::extract::cookie::SameSite;

use crate::pipeline::registered::RegisteredError;
use crate::pipeline::setup;
use crate::pipeline::setup::Token;
use crate::store::registrations::Purpose;
use crate::web::Web;
use crate::web::access;
use crate::web::access::Viewing;
use crate::web::form::GivenTo;

/// The cookie that holds the token.
const COOKIE: &str = "peerlore_setup";

/// What somebody who asks for a page of the set-up holds in their hand. It lets nobody in until [`Hand::may`] says so.
#[derive(Clone, Debug)]
pub struct Hand {
    is_local: bool,
    token: Option<Token>,
}

impl FromRequestParts<Web> for Hand {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Self::Rejection> {
        let token = CookieJar::from_headers(&parts.headers)
            .get(COOKIE)
            .map(|cookie| Token::sent(cookie.value()));
        Ok(Self {
            is_local: web.viewing() == Viewing::Local && access::is_local(parts),
            token,
        })
    }
}

impl Hand {
    /// To whom the forms of the set-up are given.
    #[must_use]
    pub fn given_to(&self) -> GivenTo<'_> {
        self.token
            .as_ref()
            .map_or(GivenTo::Anybody, |token| GivenTo::Hand(token.text()))
    }

    /// Whether they may take the step that `purpose` is for.
    ///
    /// # Errors
    /// [`RegisteredError`] where the database can't tell.
    pub async fn may(&self, web: &Web, purpose: Purpose) -> Result<bool, RegisteredError> {
        if self.is_local {
            return Ok(true);
        }
        let Some(token) = &self.token else {
            return Ok(false);
        };
        let mut conn = web.pipeline.pool.acquire().await?;
        setup::is_good(&mut conn, purpose, token, web.pipeline.clock.now()).await
    }
}

/// The cookie that keeps a token for the pages of the set-up, as long as the browser runs.
#[must_use]
pub fn cookie(web: &Web, token: &Token) -> Cookie<'static> {
    Cookie::build((COOKIE, token.text().to_owned()))
        .path("/setup")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(web.pipeline.addresses.own.starts_with("https://"))
        .build()
}
