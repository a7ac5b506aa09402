//! On `/me`: a card to show to others, off until the person switches it on.
use axum::extract::State;
use axum::response::Redirect;
use maud::Markup;
use maud::html;
use serde::Deserialize;
use sqlx::Connection;

use crate::model::clock::Time;
use crate::pipeline::card;
use crate::store::StoreError;
use crate::store::cards;
use crate::store::cards::Card;
use crate::store::cards::Said;
use crate::web::Web;
use crate::web::error::PageError;
use crate::web::form::Sent;
use crate::web::form::token_field;
use crate::web::pages::card as picture;
use crate::web::pages::me_forms;
use crate::web::pages::me_forms::Saved;
use crate::web::prose;

/// What the person wants with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// Show it, or show what the page says by now.
    Show,
    /// Show it at another address; nothing is at the one before.
    Move,
    /// Show it no more.
    Withdraw,
}

/// The form's field.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    what: Wish,
}

/// `POST /me/card`: shows the visitor's card, or doesn't any more.
///
/// # Errors
/// [`PageError`] for a form that isn't ours or can't be read, or a visitor who is nobody.
pub async fn set(State(web): State<Web>, Sent { visitor, fields }: Sent<Wanted>) -> Result<Redirect, PageError> {
    let Some(Wanted { what }) = fields else {
        return Err(PageError::Unreadable(
            "That can't be done with a card. Go back and use the buttons of the page.",
        ));
    };
    let mut conn = web.pipeline.pool.acquire().await?;
    let (reader, person) = me_forms::me_as_reader(&mut conn, &visitor).await?;
    let mut tx = conn.begin().await.map_err(StoreError::from)?;
    if what != Wish::Show {
        cards::withdraw(&mut tx, reader.installation(), person.id).await?;
    }
    if what != Wish::Withdraw {
        let now = web.pipeline.clock.now();
        card::show(&mut tx, (&reader, &person), (now, &web.pipeline.addresses)).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Saved::Card.shown())
}

/// The section: the card as it is or would be, and what can be done with it.
#[must_use]
pub fn render(shown: Option<&Card>, (login, said): (&str, &Said), (own, token): (&str, &str), now: Time) -> Markup {
    let differs = shown.is_some_and(|card| card.said != *said);
    html! {
        section id="card" {
            h2 { "A card to show" }
            @match shown {
                None => p {
                    "A picture that you can put on your own page or profile. It says what you see here and nothing else: no number, no project, no other name. "
                    "Nobody sees it until you switch it on; then whoever has its address does, outside of your organisation, too."
                },
                Some(card) => {
                    p { "Whoever has its address sees this card, as it was " (prose::when(card.shown_at, now)) "." }
                    p { a href=(picture::path(card)) { "Its address" } ": " code { (own) (picture::path(card)) } }
                },
            }
            figure.card { @match shown { Some(card) => (picture::draw(login, &card.said, card.shown_at, false)), None => (picture::draw(login, said, now, false)) } }
            form method="post" action="/me/card" {
                (token_field(token))
                div.row {
                    @if shown.is_none() { button type="submit" name="what" value="show" { "Switch it on" } }
                    @else {
                        @if differs { button type="submit" name="what" value="show" { "Bring it up to date" } }
                        button.quiet type="submit" name="what" value="withdraw" { "Switch it off" }
                        button.quiet type="submit" name="what" value="move" { "Give it a new address" }
                    }
                }
            }
            @if shown.is_some() { p.soft.small { "Switched off, the address leads nowhere at once. A site that shows it may keep a copy for a while." } }
        }
    }
}
