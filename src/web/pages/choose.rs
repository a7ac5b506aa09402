//! In the demo: choosing who to be.
use axum::extract::State;
use axum::response::Redirect;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use axum_extra::extract::cookie::SameSite;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::demo::stories::STORIES;
use crate::store::members::Standing;
use crate::web::Web;
use crate::web::error::PageError;
use crate::web::form;
use crate::web::form::Sent;
use crate::web::looks_as;
use crate::web::looks_as::CHOSEN;
use crate::web::looks_as::LooksAs;
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
    let cookie = cookie(login.clone());
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

/// The field of the switch between roles.
#[derive(Debug, Deserialize)]
pub struct ChosenRole {
    role: String,
}

/// `POST /demo/role`: the visitor of the demo is a made-up person of this role from now on, and sees a page of theirs.
///
/// # Errors
/// [`PageError::NotFound`] outside the demo, or where nobody is that; [`PageError`] for a form that isn't ours.
pub async fn choose_role(
    State(web): State<Web>,
    jar: CookieJar,
    sent: Sent<ChosenRole>,
) -> Result<(CookieJar, Redirect), PageError> {
    if !sent.visitor.demo {
        return Err(PageError::no_such_page());
    }
    let role = sent.fields.and_then(|ChosenRole { role }| LooksAs::from_word(&role));
    let Some(role) = role else {
        return Err(PageError::Unreadable(
            "There is no such role. Go back and choose one of the three.",
        ));
    };
    let members = looks_as::members(&web, None).await?;
    let member = fitting(role, &members)
        .ok_or_else(|| PageError::NotFound(format!("Nobody is {} in this demo yet.", role.words())))?;
    let page = match (role, &member.leads) {
        (LooksAs::Developer, _) => "/me".to_owned(),
        (LooksAs::Lead, Some(team)) => format!("/teams/{team}"),
        (LooksAs::Lead, None) => "/teams".to_owned(),
        (LooksAs::Admin, _) => "/admin".to_owned(),
    };
    Ok((jar.add(cookie(member.login.clone())), Redirect::to(&page)))
}

/// Who is this: the one of whom the demo tells, else the first by login.
fn fitting(role: LooksAs, members: &[Standing]) -> Option<&Standing> {
    let fits = |member: &&Standing| LooksAs::of(member) == role;
    let told = members
        .iter()
        .filter(fits)
        .find(|member| member.login == STORIES.learner);
    told.or_else(|| members.iter().find(fits))
}

fn cookie(login: String) -> Cookie<'static> {
    Cookie::build((CHOSEN, login))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .build()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn member(login: &str, owner: bool, leads: Option<&str>) -> Standing {
        Standing {
            login: login.to_owned(),
            owner,
            leads: leads.map(str::to_owned),
        }
    }

    #[test]
    fn a_role_is_played_by_somebody_who_is_just_that() {
        let members = [
            member("ada", true, Some("payments")),
            member("ben", false, Some("payments")),
            member("cleo", false, None),
            member(STORIES.learner, false, None),
        ];
        let login = |role, members| fitting(role, members).map(|one| one.login.as_str());
        assert_eq!(login(LooksAs::Admin, &members), Some("ada"));
        assert_eq!(login(LooksAs::Lead, &members), Some("ben"));
        assert_eq!(login(LooksAs::Developer, &members), Some(STORIES.learner));
        assert_eq!(login(LooksAs::Developer, &members[..3]), Some("cleo"));
        assert_eq!(login(LooksAs::Lead, &members[..1]), None);
    }
}
