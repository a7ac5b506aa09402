//! In the demo: choosing who to be.
use axum::response::Redirect;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use axum_extra::extract::cookie::SameSite;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::web::access::CHOSEN;
use crate::web::error::PageError;
use crate::web::form;
use crate::web::form::Sent;
use crate::web::prose;

/// The field of the form in the demo.
#[derive(Debug, Deserialize)]
pub struct Chosen {
    login: String,
}

/// `POST /demo/me`: keeps whom the visitor of the demo chose to be in a cookie; an empty login clears it.
///
/// # Errors
/// [`PageError::NotFound`] outside the demo; [`PageError::SentFromElsewhere`] for a form that isn't ours.
pub async fn choose(jar: CookieJar, sent: Sent<Chosen>) -> Result<(CookieJar, Redirect), PageError> {
    if !sent.visitor.demo {
        return Err(PageError::no_such_page());
    }
    let unreadable = PageError::Unreadable("Nobody has such a login. Go back and choose somebody from the list.");
    let Some(Chosen { login }) = sent.fields else {
        return Err(unreadable);
    };
    let cookie = Cookie::build((CHOSEN, login.clone()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax);
    if login.is_empty() {
        return Ok((jar.remove(cookie), Redirect::to("/")));
    }
    let plain = login.len() <= 60
        && login
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !plain {
        return Err(unreadable);
    }
    Ok((jar.add(cookie), Redirect::to("/me")))
}

/// The form: everybody who may appear, and whom the visitor is now.
#[must_use]
pub fn form(organisations: &[String], people: &[String], (chosen, token): (Option<&str>, &str)) -> Markup {
    html! {
        section id="who" {
            h2 { "Who are you?" }
            p { "Your own page is only for you. In this demo you may be anybody." }
            form method="post" action="/demo/me" {
                (form::token_field(token))
                div.row {
                    div.field {
                        label for="login" { "Somebody from " (prose::listed(organisations)) }
                        select id="login" name="login" {
                            option value="" selected[chosen.is_none()] { "Nobody" }
                            @for login in people {
                                option value=(login) selected[chosen == Some(login)] { (login) }
                            }
                        }
                    }
                    button type="submit" { "Go to their page" }
                }
            }
        }
    }
}
