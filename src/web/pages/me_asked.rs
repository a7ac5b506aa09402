//! The switch of `/me` that says whether somebody may be named among the silent experts where only those are.
use axum::extract::State;
use axum::response::Redirect;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::model::settings::SilentExperts;
use crate::store::settings;
use crate::web::Web;
use crate::web::error::PageError;
use crate::web::form::Sent;
use crate::web::form::token_field;
use crate::web::pages::me_forms;
use crate::web::pages::me_forms::Saved;

/// The field of the form; absent for no.
#[derive(Debug, Deserialize)]
pub struct MayBeAsked {
    #[serde(default)]
    yes: Option<String>,
}

/// `POST /me/asked`: whether the visitor may be named.
///
/// # Errors
/// [`PageError`] for a form that isn't ours or can't be read, or a visitor who is nobody.
pub async fn set(State(web): State<Web>, Sent { visitor, fields }: Sent<MayBeAsked>) -> Result<Redirect, PageError> {
    let Some(MayBeAsked { yes }) = fields else {
        return Err(PageError::Unreadable("The form can't be read. Go back and try again."));
    };
    let mut conn = web.pipeline.pool.acquire().await?;
    let (id, person) = me_forms::me(&mut conn, &visitor).await?;
    let now = web.pipeline.clock.now();
    settings::set_may_be_asked(&mut conn, id, person.id, (yes.is_some(), now)).await?;
    Ok(Saved::Asked.shown())
}

/// The form.
#[must_use]
pub fn render(may_be_asked: bool, mode: SilentExperts, token: &str) -> Markup {
    html! {
        section id="asked" {
            h2 { "Silent experts" }
            p {
                "Somebody who knows a part of the code and is hardly asked about it can be listed as a silent expert. "
                @match mode {
                    SilentExperts::Named => "Your organisation lists everybody whom that is true of, whether this is ticked or not; who took themselves out of everything is not listed. Should it come to list only people who agreed, this is how you agree.",
                    SilentExperts::OptIn => "Your organisation lists only people who agreed. This is how you agree; you can take it back at any time.",
                }
            }
            form method="post" action="/me/asked" {
                (token_field(token))
                p { label { input type="checkbox" name="yes" value="yes" checked[may_be_asked]; " I may be listed and asked" } }
                p { button type="submit" { "Save choice" } }
            }
        }
    }
}
