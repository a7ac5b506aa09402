//! The two cookies of a sign-in: one that lasts from the beginning to the end of it, one for the session.
//!
//! Each holds a random word and our tag. Over https both have names that a browser takes from this host only, with `Secure`.
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum_extra::extract::CookieJar;

use crate::web::Web;
use crate::web::seal::Purpose;

/// Seconds that a browser keeps a session's cookie: 30 days. When it ends is decided here, not there.
const SESSION_SECONDS: u32 = 30 * 86_400;
/// Seconds that it keeps the cookie of a sign-in that was begun.
const SIGN_IN_SECONDS: u32 = 600;

/// The name of a cookie of ours at the address `own`.
fn name(own: &str, purpose: Purpose) -> &'static str {
    match (own.starts_with("https://"), purpose) {
        (true, Purpose::SignIn) => "__Host-peerlore-sign-in",
        (false, Purpose::SignIn) => "peerlore-sign-in",
        (true, _) => "__Host-peerlore",
        (false, _) => "peerlore",
    }
}

/// The word that the browser's cookie holds, where the tag is ours.
#[must_use]
pub fn word(web: &Web, headers: &HeaderMap, purpose: Purpose) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    let cookie = jar.get(name(&web.pipeline.addresses.own, purpose))?;
    let (word, tag) = cookie.value().split_once('.')?;
    web.is_tag(purpose, word, tag).then(|| word.to_owned())
}

/// The header that has the browser keep this word.
#[must_use]
pub fn keeping(web: &Web, purpose: Purpose, word: &str) -> Option<HeaderValue> {
    let seconds = if purpose == Purpose::SignIn {
        SIGN_IN_SECONDS
    } else {
        SESSION_SECONDS
    };
    let value = format!("{word}.{}", web.tag(purpose, word));
    header(web, purpose, &value, seconds)
}

/// The header that has the browser forget it.
#[must_use]
pub fn forgetting(web: &Web, purpose: Purpose) -> Option<HeaderValue> {
    header(web, purpose, "", 0)
}

fn header(web: &Web, purpose: Purpose, value: &str, seconds: u32) -> Option<HeaderValue> {
    let own = &web.pipeline.addresses.own;
    let secure = if own.starts_with("https://") { "; Secure" } else { "" };
    let name = name(own, purpose);
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).ok()
}
