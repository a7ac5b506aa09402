//! `/me/tokens`: somebody's access tokens for programs. A token is shown once, when it is made.
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::model::access_token::Scope;
use crate::model::clock::Time;
use crate::pipeline::tokens;
use crate::pipeline::tokens::LIFETIMES;
use crate::pipeline::tokens::MOST;
use crate::pipeline::tokens::Wanted;
use crate::store::tokens as kept;
use crate::store::tokens::Listed;
use crate::store::tokens::Made;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::form::Sent;
use crate::web::form::token_field;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::pages::me_forms;
use crate::web::prose;

/// Letters of a token's name at most.
const LONGEST_NAME: usize = 60;
/// The number of days that stands in the form at first.
const USUAL_DAYS: i64 = 30;

/// The form's fields as they were typed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The owner's words.
    pub name: String,
    /// Scopes, by word.
    pub scope: Vec<String>,
    /// Days until it ends.
    pub days: String,
}

/// What the page shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// A token that was made just now: here, and never again.
    pub made: Option<String>,
    /// Those that there are.
    pub tokens: Vec<Listed>,
    /// What was typed.
    pub typed: Typed,
    /// What is wrong with it: the field's id, and the words.
    pub faults: Vec<(&'static str, String)>,
    /// What the page's forms carry.
    pub token: String,
    /// The time of looking.
    pub now: Time,
}

/// What was typed as a wish, or everything that is wrong with it.
///
/// # Errors
/// The id of each faulty field, with words.
pub fn read(typed: &Typed) -> Result<Wanted, Vec<(&'static str, String)>> {
    let mut faults = Vec::new();
    let name = typed.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        faults.push((
            "name",
            format!("Give it a name of up to {LONGEST_NAME} letters, such as what uses it."),
        ));
    }
    let scopes: Option<Vec<Scope>> = typed.scope.iter().map(|word| Scope::from_word(word)).collect();
    let mut scopes = scopes.unwrap_or_default();
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        faults.push(("scope", "Choose at least one thing that it may do.".to_owned()));
    }
    let days = typed.days.parse().ok().filter(|days| LIFETIMES.contains(days));
    if days.is_none() {
        faults.push(("days", "Choose when it ends.".to_owned()));
    }
    match days {
        Some(days) if faults.is_empty() => Ok(Wanted {
            name: name.to_owned(),
            scopes,
            days,
        }),
        _ => Err(faults),
    }
}

/// `GET /me/tokens`
///
/// # Errors
/// [`PageError`] for a visitor who is nobody, or where the database is away.
pub async fn show(State(web): State<Web>, visitor: Visitor) -> Result<Markup, PageError> {
    let typed = Typed {
        days: USUAL_DAYS.to_string(),
        ..Typed::default()
    };
    page(&web, &visitor, (typed, Vec::new()), None).await
}

async fn page(
    web: &Web,
    visitor: &Visitor,
    (typed, faults): (Typed, Vec<(&'static str, String)>),
    made: Option<String>,
) -> Result<Markup, PageError> {
    let now = web.pipeline.clock.now();
    let mut conn = web.pipeline.pool.acquire().await?;
    let (reader, own) = me_forms::own(&mut conn, visitor).await?;
    let view = View {
        made,
        tokens: kept::of_person(&mut conn, (reader.installation(), own.person.id), now).await?,
        typed,
        faults,
        token: visitor.token.clone(),
        now,
    };
    let frame = Frame {
        title: "Access tokens",
        place: Place::Me,
        visitor: Some(visitor),
    };
    Ok(layout::page(&frame, &render(&view)))
}

/// `POST /me/tokens`: makes one and shows it. What can't be read comes back as it was typed, with what is wrong.
///
/// # Errors
/// [`PageError`] for a form that isn't ours, a visitor who is nobody, or where the database is away.
pub async fn make(State(web): State<Web>, Sent { visitor, fields }: Sent<Typed>) -> Result<Response, PageError> {
    let Some(typed) = fields else {
        return Err(PageError::Unreadable(
            "These fields can't be read. Go back and try again.",
        ));
    };
    let wanted = match read(&typed) {
        Ok(wanted) => wanted,
        Err(faults) => return refuse(&web, &visitor, (typed, faults)).await,
    };
    let mut conn = web.pipeline.pool.acquire().await?;
    let (reader, own) = me_forms::own(&mut conn, &visitor).await?;
    drop(conn);
    let whose = (reader.installation(), own.person.id, own.person.login.as_str());
    let session = visitor.signed_in.as_ref().map(|place| place.session);
    let made = match tokens::make(&web.pipeline, whose, session, &wanted).await? {
        Ok(made) => made,
        Err(Made::SignedOut) => {
            return Err(PageError::SignedOut {
                next: "/me/tokens".to_owned(),
            });
        }
        Err(_) => {
            let words = format!("You have {MOST} tokens, which is the most. Revoke one first.");
            return refuse(&web, &visitor, (typed, vec![("tokens", words)])).await;
        }
    };
    let empty = Typed {
        days: USUAL_DAYS.to_string(),
        ..Typed::default()
    };
    Ok(page(&web, &visitor, (empty, Vec::new()), Some(made))
        .await?
        .into_response())
}

async fn refuse(
    web: &Web,
    visitor: &Visitor,
    typed: (Typed, Vec<(&'static str, String)>),
) -> Result<Response, PageError> {
    let page = page(web, visitor, typed, None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// The revoking form's fields.
#[derive(Debug, Deserialize)]
pub struct Which {
    id: i64,
}

/// `POST /me/tokens/revoke`: ends one at once.
///
/// # Errors
/// [`PageError`] for a form that isn't ours, a visitor who is nobody, or where the database is away.
pub async fn revoke(State(web): State<Web>, sent: Sent<Which>) -> Result<Redirect, PageError> {
    let Which { id } = sent.fields.ok_or(PageError::Unreadable(
        "There is no such token. Go back and choose from the list.",
    ))?;
    let mut conn = web.pipeline.pool.acquire().await?;
    let (reader, own) = me_forms::own(&mut conn, &sent.visitor).await?;
    kept::revoke(&mut conn, (reader.installation(), own.person.id), id).await?;
    Ok(Redirect::to("/me/tokens"))
}

/// The page's text.
#[must_use]
pub fn render(view: &View) -> Markup {
    html! {
        p.over { a href="/me" { "My page" } }
        h1 { "Access tokens" }
        p.lead { "With a token, a program of yours reads what you may see here and changes what you let it change, and nothing else. " a href="/docs/api" { "What it can ask for" } "." }
        @if let Some(made) = &view.made {
            div.note role="status" {
                p { strong { "Your new token." } " Copy it now: it is shown this once, and only its digest is kept." }
                p { code { (made) } }
            }
        }
        @if !view.faults.is_empty() {
            div.note role="alert" {
                p { strong { "No token was made." } " Please look at:" }
                ul { @for (field, words) in &view.faults { li { a href={ "#" (field) } { (words) } } } }
            }
        }
        (list(view))
        (form(&view.typed, &view.token))
    }
}

fn list(view: &View) -> Markup {
    html! {
        section id="tokens" {
            h2 { "Your tokens" }
            @if view.tokens.is_empty() { p { "None." } }
            @for one in &view.tokens {
                form.dead method="post" action="/me/tokens/revoke" {
                    div {
                        p { strong { (one.name) } }
                        p { (one.scopes.join(", ")) }
                        p.soft.small {
                            "Made " (prose::when(one.made_at, view.now)) ", ends " (prose::date(one.expires_at)) ". "
                            @match one.used_at {
                                Some(hour) => { "Last used " (prose::date(hour)) " in the hour from " (hour.format("%H:%M")) " UTC." }
                                None => "Never used.",
                            }
                        }
                    }
                    (token_field(&view.token))
                    input type="hidden" name="id" value=(one.id);
                    button.quiet type="submit" aria-label={ "Revoke " (one.name) } { "Revoke" }
                }
            }
        }
    }
}

fn form(typed: &Typed, token: &str) -> Markup {
    html! {
        section id="new" {
            h2 { "A new token" }
            form method="post" action="/me/tokens" {
                (token_field(token))
                div.field {
                    label for="name" { "Name" }
                    input id="name" type="text" name="name" value=(typed.name) maxlength=(LONGEST_NAME) autocomplete="off" required;
                }
                fieldset id="scope" {
                    legend { "It may" }
                    ul.plain {
                        @for scope in Scope::ALL {
                            @let word = scope.as_str();
                            li { label {
                                input type="checkbox" name="scope" value=(word) checked[typed.scope.iter().any(|one| one == word)];
                                " " (scope.about()) " " code { (word) }
                            } }
                        }
                    }
                }
                div.field {
                    label for="days" { "It ends after" }
                    select id="days" name="days" {
                        @for days in LIFETIMES { option value=(days) selected[typed.days == days.to_string()] { (days) " days" } }
                    }
                }
                p { button type="submit" { "Make a token" } }
            }
            p.soft.small {
                "It never opens more than you may see yourself at that moment. It ends on its day, when you revoke it, sign out everywhere, leave the "
                "organisation or take back the App’s authorisation on GitHub. Of private repositories it reads those that you can read when you make it, "
                "each while GitHub confirms it."
            }
        }
    }
}

/// The way to it, on `/me`.
#[must_use]
pub fn section() -> Markup {
    html! {
        section id="access-tokens" {
            h2 { "Programs" }
            p { a href="/me/tokens" { "Access tokens" } " let programs of yours read what you may see here." }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::good("A report", &["lead:read", "me:read", "me:read"], "30", &[])]
    #[case::no_name("  ", &["me:read"], "30", &["name"])]
    #[case::a_long_name("ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää", &["me:read"], "30", &["name"])]
    #[case::a_nul("a\0b", &["me:read"], "30", &["name"])]
    #[case::no_scope("A report", &[], "30", &["scope"])]
    #[case::an_unknown_scope("A report", &["me:read", "root"], "30", &["scope"])]
    #[case::another_time("A report", &["me:read"], "3650", &["days"])]
    #[case::nothing("", &[], "", &["name", "scope", "days"])]
    fn wishes_are_read_or_refused(
        #[case] name: &str,
        #[case] scope: &[&str],
        #[case] days: &str,
        #[case] expected: &[&str],
    ) {
        let typed = Typed {
            name: name.to_owned(),
            scope: scope.iter().map(|word| (*word).to_owned()).collect(),
            days: days.to_owned(),
        };
        match read(&typed) {
            Ok(wanted) => {
                assert!(expected.is_empty());
                assert_eq!(wanted.scopes, [Scope::MeRead, Scope::LeadRead]);
            }
            Err(faults) => {
                let fields: Vec<&str> = faults.iter().map(|(field, _)| *field).collect();
                assert_eq!(fields, expected);
            }
        }
    }
}
