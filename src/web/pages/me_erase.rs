//! On `/me`: the way out for good. A page asks once more, and the login has to be typed.
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::AppendHeaders;
use axum::response::IntoResponse;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::pipeline::erase;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::cookie;
use crate::web::error::PageError;
use crate::web::form;
use crate::web::form::Sent;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::looks_as::CHOSEN;
use crate::web::pages::me_forms;
use crate::web::seal::Purpose;

/// What was typed.
#[derive(Debug, Deserialize)]
pub struct Typed {
    login: String,
}

/// `GET /me/erase`: asks once more.
///
/// # Errors
/// [`PageError`] for a visitor who is nobody or was erased, or where the database is away.
pub async fn ask(State(web): State<Web>, visitor: Visitor) -> Result<Markup, PageError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let (_, own) = me_forms::own(&mut conn, &visitor).await?;
    Ok(page(
        &visitor,
        &render((&own.person.login, own.out), None, &visitor.token),
    ))
}

/// `POST /me/erase`: erases the visitor from the organisation that they look at, and signs them out. Where something else than
/// their login was typed, it asks again.
///
/// # Errors
/// [`PageError`] for a form that isn't ours, or a visitor who is nobody or was erased.
pub async fn erase(
    State(web): State<Web>,
    jar: CookieJar,
    Sent { visitor, fields }: Sent<Typed>,
) -> Result<Response, PageError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let (reader, own) = me_forms::own(&mut conn, &visitor).await?;
    drop(conn);
    let login = own.person.login;
    let typed = fields.map(|Typed { login }| login).unwrap_or_default();
    if !typed.trim().eq_ignore_ascii_case(&login) {
        let again = render((&login, own.out), Some(&typed), &visitor.token);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&visitor, &again)).into_response());
    }
    erase::person(&web.pipeline, reader.installation(), (own.person.id, &login)).await?;
    let frame = Frame {
        title: "You are erased",
        place: Place::Elsewhere,
        visitor: None,
    };
    let done = layout::page(&frame, &render_done());
    if visitor.demo {
        return Ok((jar.remove(Cookie::build(CHOSEN).path("/")), done).into_response());
    }
    let cookie = cookie::forgetting(&web, Purpose::Session);
    let cookies = AppendHeaders(cookie.map(|value| (header::SET_COOKIE, value)));
    Ok((cookies, done).into_response())
}

fn page(visitor: &Visitor, text: &Markup) -> Markup {
    let frame = Frame {
        title: "Erase me",
        place: Place::Me,
        visitor: Some(visitor),
    };
    layout::page(&frame, text)
}

/// The way to it, on `/me`.
#[must_use]
pub fn section() -> Markup {
    html! {
        section id="erase" {
            h2 { "Erase me" }
            p {
                "Everything that is known of you here goes for good. What you taught and what you learned goes for everybody, and doesn't "
                "come back, not even when the App reads the past again. Going out of everything is the gentler way: it hides the same, and "
                "can be undone."
            }
            p { a href="/me/erase" { "Erase me, after one more question" } }
        }
    }
}

/// The question to a person who is `out` of everything or not; after something else than the login was typed, with that.
#[must_use]
pub fn render((login, out): (&str, bool), typed: Option<&str>, token: &str) -> Markup {
    html! {
        p.over { a href="/me" { "My page" } }
        h1 { "Erase " (login) }
        @if typed.is_some() { p role="alert" { "Nothing was erased yet: that is not your login." } }
        p.lead { "This can't be undone." }
        ul {
            li { "What you taught and what you learned goes, for you and for the people at the other end of it." }
            li { "What you wrote and reviewed, your goals, choices, answers and votes go from here, not from GitHub." }
            li { "Comments of ours on pull requests that name you are edited soon after." }
            li { "None of it comes back when the App reads the past again. Only GitHub's number of your account stays, so that nothing of you is stored anew." }
            li { "You are signed out in every browser, and can't sign in to your organisation's pages again. Other organisations that use Peerlore keep what they know of you." }
        }
        p {
            @if out { "You are out of everything already, which hides the same and can be undone. " }
            @else { "To be hidden and be able to come back, " a href="/me#privacy" { "go out of everything" } " instead. " }
            "To have a copy first, " a href="/me/export.json" download="peerlore.json" { "download everything that is known of you" } "."
        }
        form method="post" action="/me/erase" {
            (form::token_field(token))
            div.field {
                label for="login" { "Type " strong { (login) } " to go on" }
                input type="text" id="login" name="login" value=(typed.unwrap_or_default()) required autocomplete="off" autocapitalize="none" spellcheck="false" aria-invalid=[typed.is_some().then_some("true")];
            }
            div.turn { button type="submit" { "Erase me for good" } " " a href="/me" { "Keep me" } }
        }
    }
}

fn render_done() -> Markup {
    html! {
        h1 { "You are erased" }
        p.lead { "Nothing that names you is kept here any more, and you are signed out." }
        p { "Comments of ours that named you on pull requests are edited within minutes." }
        p { a href="/" { "To the first page" } }
    }
}
