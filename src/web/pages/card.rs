//! `/cards/WORD.svg`: the card that somebody chose to show, for whoever has its address; a picture that can stand anywhere.
//!
//! It has colours of its own and no style sheet, since it stands in other people's pages.
use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use maud::Markup;
use maud::html;

use crate::model::clock::Time;
use crate::model::skill::Area;
use crate::store::cards;
use crate::store::cards::Card;
use crate::store::cards::Said;
use crate::web::Web;
use crate::web::error::PageError;

/// Areas that stand on a card at most, of each kind.
const MOST: usize = 6;
const WIDTH: usize = 480;
const LINE: usize = 24;
const FONT: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
const PAPER: &str = "#faf9f6";
const FRAME: &str = "#dcd9d1";
const INK: &str = "#1e2429";
const SOFT: &str = "#525a61";
const KNOWS: &str = "#0b6170";
const LEARNS: &str = "#8a3670";

/// `GET /cards/{file}`: `WORD.svg`.
///
/// # Errors
/// [`PageError::NotFound`] where no card is shown there, [`PageError`] when the database is away.
pub async fn show(State(web): State<Web>, path: Result<Path<String>, PathRejection>) -> Result<Response, PageError> {
    let missing = || PageError::NotFound("There is no card at this address, or it isn't shown any more.".to_owned());
    let Ok(Path(file)) = path else {
        return Err(missing());
    };
    let word = file.strip_suffix(".svg").ok_or_else(missing)?;
    let now = web.pipeline.clock.now();
    let mut conn = web.pipeline.pool.acquire().await?;
    let card = cards::at(&mut conn, word, now).await?.ok_or_else(missing)?;
    let kind = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        // Withdrawn is withdrawn: whoever keeps it asks again.
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((kind, draw(&card.login, &card.said, card.shown_at, true).into_string()).into_response())
}

/// Where a card is shown: a path of ours.
#[must_use]
pub fn path(card: &Card) -> String {
    format!("/cards/{}.svg", card.word)
}

/// The card as a picture: in a page of ours, or `alone` in a file.
#[must_use]
pub fn draw(login: &str, said: &Said, at: Time, alone: bool) -> Markup {
    let (passes_on, learned) = (named(&said.passes_on), named(&said.learned));
    let rows = passes_on.len().max(learned.len()).max(1);
    let height = 140 + rows * LINE;
    let month = at.format("%B %Y").to_string();
    html! {
        svg xmlns=[alone.then_some("http://www.w3.org/2000/svg")] width=(WIDTH) height=(height) viewBox={ "0 0 " (WIDTH) " " (height) } role="img"
            aria-labelledby="card-title card-text" font-family=(FONT) fill=(INK) {
            title id="card-title" { (login) " in code review" }
            desc id="card-text" { (words(said)) " By Peerlore, " (month) "." }
            rect x="0.5" y="0.5" width=(WIDTH - 1) height=(height - 1) rx="12" fill=(PAPER) stroke=(FRAME) {}
            g transform="translate(24 22)" {
                path d="M7 11 C 11 2, 21 2, 25 11" fill="none" stroke=(SOFT) stroke-width="2.5" stroke-linecap="round" {}
                circle cx="7" cy="17" r="5" fill=(KNOWS) {}
                circle cx="25" cy="17" r="5" fill=(LEARNS) {}
            }
            text x="66" y="42" font-size="20" font-weight="650" { (login) }
            (column(24, "Passes on", KNOWS, &passes_on))
            (column(252, "Learned", LEARNS, &learned))
            text x="24" y=(height - 18) font-size="12" fill=(SOFT) { "In code review, by Peerlore. " (month) }
        }
    }
}

fn column(x: usize, title: &str, colour: &str, names: &[String]) -> Markup {
    html! {
        text x=(x) y="80" font-size="13" font-weight="650" fill=(colour) { (title) }
        @for (row, name) in names.iter().enumerate() {
            text x=(x) y=(80 + (row + 1) * LINE) font-size="15" { (name) }
        }
        @if names.is_empty() { text x=(x) y=(80 + LINE) font-size="15" fill=(SOFT) { "Nothing sure yet" } }
    }
}

/// The names that stand on it, with how many more there are.
fn named(areas: &[Area]) -> Vec<String> {
    let mut names: Vec<String> = areas.iter().take(MOST).map(|area| area.name().to_owned()).collect();
    if areas.len() > MOST {
        names.push(format!("and {} more", areas.len() - MOST));
    }
    names
}

/// The same in a sentence for each kind.
fn words(said: &Said) -> String {
    let list = |areas: &[Area]| match areas {
        [] => "nothing sure yet".to_owned(),
        areas => named(areas).join(", "),
    };
    format!(
        "Passes on: {}. Learned: {}.",
        list(&said.passes_on),
        list(&said.learned)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_the_same_to_the_eye_and_to_the_ear() {
        let said = Said {
            passes_on: Area::ALL.to_vec(),
            learned: Vec::new(),
        };
        let at = Time::UNIX_EPOCH;
        let drawn = draw("\"><script>alert(1)</script>", &said, at, true).into_string();
        assert!(!drawn.contains("<script"), "{drawn}");
        assert!(
            !drawn.contains("style=") && !drawn.contains("<style"),
            "the policy forbids it: {drawn}"
        );
        let more = format!("and {} more", Area::ALL.len() - MOST);
        assert_eq!(drawn.matches(&more).count(), 2, "{drawn}");
        assert_eq!(drawn.matches("January 1970").count(), 2, "{drawn}");
        assert!(
            drawn.contains("Learned: nothing sure yet.") && drawn.contains(">Nothing sure yet<"),
            "{drawn}"
        );
    }

    #[test]
    fn every_name_has_room_in_its_column() {
        let longest = Area::ALL.iter().map(|area| area.name().len()).max();
        assert!(
            longest.is_some_and(|letters| letters <= 26),
            "{longest:?}: 8 of 228 units a letter"
        );
    }
}
