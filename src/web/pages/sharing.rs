//! On `/me`: what colleagues see of it, who looked, and the way out of every browser.
use axum::extract::State;
use axum::response::Redirect;
use maud::Markup;
use maud::html;
use serde::Deserialize;
use sqlx::Connection;
use sqlx::PgConnection;

use crate::model::ids::PersonId;
use crate::pipeline::opt_out;
use crate::store::StoreError;
use crate::store::reader::Reader;
use crate::store::sharing;
use crate::store::sharing::Look;
use crate::store::sharing::Section;
use crate::web::Web;
use crate::web::error::PageError;
use crate::web::form;
use crate::web::form::Sent;
use crate::web::pages::me_forms;
use crate::web::pages::me_forms::Saved;
use crate::web::tenant;

/// Looks that are read at most: those of 90 days.
const LOOKS: i64 = 10_000;

/// What somebody shares, and who looked.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sharing {
    /// What colleagues see.
    pub shared: Vec<Section>,
    /// Who looked, the latest first.
    pub looks: Vec<Look>,
}

/// Reads what a person shares and who looked.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn read(conn: &mut PgConnection, reader: &Reader, person: PersonId) -> Result<Sharing, StoreError> {
    Ok(Sharing {
        shared: sharing::shares(conn, reader, person).await?,
        looks: sharing::looks(conn, reader, person, LOOKS).await?,
    })
}

/// The form's fields.
#[derive(Debug, Deserialize)]
pub struct Shared {
    #[serde(default)]
    share: Vec<String>,
}

/// `POST /me/sharing`: what colleagues see from now on.
///
/// # Errors
/// [`PageError`] for a form that isn't ours or can't be read, or a visitor who is nobody.
pub async fn save(State(web): State<Web>, sent: Sent<Shared>) -> Result<Redirect, PageError> {
    let unreadable = PageError::Unreadable("There is no such part of your page. Go back and choose from the list.");
    let sections = sent.fields.and_then(|Shared { share }| {
        let chosen: Option<Vec<Section>> = share.iter().map(|word| Section::from_word(word)).collect();
        chosen
    });
    let Some(sections) = sections else {
        return Err(unreadable);
    };
    let mut conn = web.pipeline.pool.acquire().await?;
    let reader = tenant::own(&mut conn, &sent.visitor).await?;
    let (reader, login) = reader.zip(sent.visitor.login.clone()).ok_or(PageError::NobodyChosen)?;
    let person = me_forms::standing(&mut conn, &reader, &login).await?;
    let person = person.ok_or(PageError::NobodyChosen)?;
    let mut tx = conn.begin().await.map_err(StoreError::from)?;
    sharing::set_shares(&mut tx, &reader, person.id, &sections).await?;
    if !sections.contains(&Section::Goals) {
        opt_out::rewrite(&web.pipeline, &mut tx, reader.installation(), person.id).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Saved::Sharing.shown())
}

/// The words for a part of the page.
#[must_use]
pub fn words(section: Section) -> &'static str {
    match section {
        Section::Helped => "What I passed on",
        Section::Taken => "What I took up",
        Section::Goals => "What I would like to learn and teach",
    }
}

/// The form.
#[must_use]
pub fn render(sharing: &Sharing, (login, token): (&str, &str)) -> Markup {
    html! {
        section id="sharing" {
            h2 { "What colleagues see" }
            p { "Nothing, unless you tick it. The evidence behind it stays on this page. " a href={ "/people/" (login) } { "Your page as colleagues see it" } "." }
            p { "Owners and the leads of your teams can also ask " a href={ "/offboarding/" (login) } { "what would be lost if you were gone" } ", from repositories that they may read." }
            form method="post" action="/me/sharing" {
                (form::token_field(token))
                ul.plain {
                    @for section in Section::ALL {
                        li {
                            label {
                                input type="checkbox" name="share" value=(section.as_str()) checked[sharing.shared.contains(&section)];
                                " " (words(section))
                            }
                        }
                    }
                }
                p { button type="submit" { "Save what colleagues see" } }
            }
        }
    }
}

/// The way out of every browser.
#[must_use]
pub fn render_sessions(token: &str) -> Markup {
    html! {
        section id="sessions" {
            h2 { "Signed in" }
            p { "A sign-in ends by itself after 7 days without use, and after 30 days at the latest. Signing out everywhere ends your access tokens, too." }
            form method="post" action="/sign-out/everywhere" { (form::token_field(token)) button.quiet type="submit" { "Sign out everywhere" } }
        }
    }
}
