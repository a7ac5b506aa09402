//! `/sign-in` and `/sign-out`: to GitHub and back, which organisation to look at, and the way out.
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use axum::http::HeaderMap;
use axum::http::header;
use axum::response::AppendHeaders;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::pipeline::StepError;
use crate::pipeline::visits;
use crate::pipeline::visits::Finish;
use crate::web::Web;
use crate::web::access::Viewing;
use crate::web::cookie;
use crate::web::error::PageError;
use crate::web::form;
use crate::web::form::GivenTo;
use crate::web::form::SentInSession;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::seal::Purpose;

/// Where GitHub sends the browser back to.
pub const CALLBACK: &str = "/sign-in/callback";

/// A path of ours to go to, or the first page for whatever else was asked.
///
/// Browsers take `//host` and `/\host` for another host, and drop tabs and line ends before they read.
fn our_path(next: Option<&str>) -> &str {
    let next = next.unwrap_or("/");
    let plain = next.bytes().all(|byte| (b'!'..=b'~').contains(&byte) && byte != b'\\');
    let ours = next.starts_with('/') && !next.starts_with("//") && !next.starts_with("/sign-");
    if plain && ours && next.len() <= 500 { next } else { "/" }
}

/// What the address asks for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    next: Option<String>,
}

fn needs_sign_in(web: &Web) -> Result<(), PageError> {
    if web.viewing() == Viewing::SignIn {
        Ok(())
    } else {
        Err(PageError::no_such_page())
    }
}

fn callback(web: &Web) -> String {
    format!("{}{CALLBACK}", web.pipeline.addresses.own)
}

/// `GET /sign-in`, with `?next=PATH` of ours: to GitHub.
///
/// By a page that goes on at once, and not by a redirect: whoever comes from a form that was sent would be held up by our
/// policy, which lets no form lead to another site, however often it is sent on (Content Security Policy 3, `form-action`).
///
/// # Errors
/// [`PageError`] where there is no sign-in, or the database is away.
pub async fn begin(State(web): State<Web>, query: Result<Query<Asked>, QueryRejection>) -> Result<Response, PageError> {
    needs_sign_in(&web)?;
    let next = query.ok().and_then(|Query(asked)| asked.next);
    let begun = visits::begin(&web.pipeline, &callback(&web), our_path(next.as_deref())).await?;
    let cookie = cookie::keeping(&web, Purpose::SignIn, &begun.browser);
    let cookies = AppendHeaders(cookie.map(|value| (header::SET_COOKIE, value)));
    let on = AppendHeaders([(header::REFRESH, format!("0; url={}", begun.address))]);
    let text = html! {
        h1 { "To GitHub" }
        p.lead { "GitHub says who you are, and comes back here at once. " a href=(begun.address) { "Go on to GitHub" } }
    };
    let frame = Frame {
        title: "To GitHub",
        place: Place::Elsewhere,
        visitor: None,
    };
    Ok((cookies, on, layout::page(&frame, &text)).into_response())
}

/// What GitHub sends back.
#[derive(Debug, Deserialize)]
pub struct Back {
    code: Option<String>,
    state: Option<String>,
}

/// `GET /sign-in/callback`: from GitHub, with a code or without.
///
/// # Errors
/// [`PageError`] where the sign-in can't be finished; whoever tries may begin again.
pub async fn finish(
    State(web): State<Web>,
    headers: HeaderMap,
    query: Result<Query<Back>, QueryRejection>,
) -> Result<Response, PageError> {
    needs_sign_in(&web)?;
    let browser = cookie::word(&web, &headers, Purpose::SignIn);
    let back = query.ok().map(|Query(back)| (back.code, back.state));
    let (Some((Some(code), Some(state))), Some(browser)) = (back, browser) else {
        return Err(PageError::SignInVoid);
    };
    let old = cookie::word(&web, &headers, Purpose::Session);
    let sent = (code.as_str(), state.as_str(), browser.as_str());
    let finish = match visits::finish(&web.pipeline, &callback(&web), sent, old.as_deref()).await {
        Err(StepError::Forge(error)) if error.may_pass() => {
            tracing::warn!(%error, "a sign-in failed");
            return Err(PageError::Unsure);
        }
        finish => finish?,
    };
    let (word, next) = match finish {
        Finish::In { word, next } => (word, next),
        Finish::Void => return Err(PageError::SignInVoid),
        Finish::Outside { login } => return Err(PageError::Outside { login: Some(login) }),
    };
    let cookies = [
        cookie::forgetting(&web, Purpose::SignIn),
        cookie::keeping(&web, Purpose::Session, &word),
    ];
    let cookies = cookies.into_iter().flatten().map(|value| (header::SET_COOKIE, value));
    Ok((AppendHeaders(cookies), Redirect::to(our_path(Some(&next)))).into_response())
}

/// `GET /sign-in/organisation`: which of several to look at.
///
/// # Errors
/// [`PageError::SignedOut`] without a session; [`PageError`] where the database is away.
pub async fn organisations(
    State(web): State<Web>,
    headers: HeaderMap,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Markup, PageError> {
    needs_sign_in(&web)?;
    let next = query.ok().and_then(|Query(asked)| asked.next);
    let next = our_path(next.as_deref());
    let signed_out = || PageError::SignedOut { next: next.to_owned() };
    let word = cookie::word(&web, &headers, Purpose::Session).ok_or_else(signed_out)?;
    let (session, logins) = visits::organisations(&web.pipeline, &word)
        .await?
        .ok_or_else(signed_out)?;
    if logins.is_empty() {
        return Err(PageError::Outside { login: None });
    }
    let token = GivenTo::Session(session).token(&web);
    let frame = Frame {
        title: "Which organisation?",
        place: Place::Elsewhere,
        visitor: None,
    };
    Ok(layout::page(&frame, &choice(&logins, next, &token)))
}

fn choice(logins: &[String], next: &str, token: &str) -> Markup {
    html! {
        h1 { "Which organisation?" }
        p { "You see one at a time; nothing of one is ever shown in the other." }
        form method="post" action="/sign-in/organisation" {
            (form::token_field(token))
            input type="hidden" name="next" value=(next);
            ul.plain { @for login in logins { li.apart { button type="submit" name="login" value=(login) { (login) } } } }
        }
        (layout::way_out(token))
    }
}

/// The choice's fields.
#[derive(Debug, Deserialize)]
pub struct Chosen {
    login: String,
    next: Option<String>,
}

/// `POST /sign-in/organisation`: looks at this one from now on.
///
/// # Errors
/// [`PageError`] for a form that isn't ours, or an organisation where they have no place.
pub async fn choose(State(web): State<Web>, sent: SentInSession<Chosen>) -> Result<Redirect, PageError> {
    needs_sign_in(&web)?;
    let unreadable = PageError::Unreadable("That is none of your organisations. Go back and choose one from the list.");
    let Some(chosen) = sent.fields else {
        return Err(unreadable);
    };
    if visits::choose(&web.pipeline, &sent.word, &chosen.login).await? {
        Ok(Redirect::to(our_path(chosen.next.as_deref())))
    } else {
        Err(unreadable)
    }
}

/// A form without fields of its own.
#[derive(Debug, Deserialize)]
pub struct Nothing {}

/// `POST /sign-out`: ends this session.
///
/// # Errors
/// [`PageError`] for a form that isn't ours, or without a session.
pub async fn out(State(web): State<Web>, sent: SentInSession<Nothing>) -> Result<Response, PageError> {
    needs_sign_in(&web)?;
    visits::end(&web.pipeline, &sent.word).await?;
    Ok(signed_out(&web))
}

/// `POST /sign-out/everywhere`: ends every session of the person's, in whichever browser.
///
/// # Errors
/// [`PageError`] for a form that isn't ours, or without a session.
pub async fn out_everywhere(State(web): State<Web>, sent: SentInSession<Nothing>) -> Result<Response, PageError> {
    needs_sign_in(&web)?;
    visits::end_everywhere(&web.pipeline, &sent.word).await?;
    Ok(signed_out(&web))
}

fn signed_out(web: &Web) -> Response {
    let cookie = cookie::forgetting(web, Purpose::Session);
    let cookies = AppendHeaders(cookie.map(|value| (header::SET_COOKIE, value)));
    (cookies, Redirect::to("/")).into_response()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/pulls/acme/shop/7?a=b", "/pulls/acme/shop/7?a=b")]
    #[case("/me#evidence", "/me#evidence")]
    #[case("https://evil.example/", "/")]
    #[case("//evil.example/", "/")]
    #[case("/\\evil.example/", "/")]
    #[case("/\t/evil.example/", "/")]
    #[case("\\\\evil.example", "/")]
    #[case("javascript:alert(1)", "/")]
    #[case("me", "/")]
    #[case("/sign-in", "/")]
    #[case("", "/")]
    #[case("/a\r\nset-cookie: b=c", "/")]
    fn only_paths_of_ours_are_gone_to(#[case] next: &str, #[case] path: &str) {
        assert_eq!(our_path(Some(next)), path);
    }
}
