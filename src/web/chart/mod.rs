//! Pictures, drawn as SVG by the server. Each says in words what it shows, has a text alternative, and its figures in a table behind it.
//!
//! A [`Figure`] joins the four. [`mod@rows`], [`mod@lanes`] and [`mod@interval`] are our own: they are as wide as there is room while their letters stay as
//! large as the page's, by places in per cent. [`mod@curve`] draws lines over axes and leaves that to a library. Colours are classes of the
//! stylesheet or its variables, so that light and dark are the page's, and none of them carries a meaning alone.
pub mod curve;
pub mod interval;
pub mod lanes;
pub mod rows;

use maud::Markup;
use maud::html;

pub use crate::web::chart::interval::Accent;
pub use crate::web::chart::interval::Bar;
pub use crate::web::chart::interval::bars;
pub use crate::web::chart::interval::interval;

/// What a picture is called, and what it shows, for whoever doesn't see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Alternative<'a> {
    /// The figure's name in the page; no two on a page are the same.
    pub id: &'a str,
    /// What it is of.
    pub title: &'a str,
    /// What is to be seen, with the figures that matter.
    pub shows: &'a str,
}

/// A picture with what it says and the figures behind it.
#[derive(Clone, Debug)]
pub struct Figure<'a> {
    /// The figure's name in the page.
    pub id: &'a str,
    /// What it says, with how sure that is.
    pub says: Markup,
    /// The picture.
    pub picture: Markup,
    /// Its figures.
    pub table: Markup,
    /// The table stands open: somebody sorted it just now.
    pub open: bool,
}

/// The figure.
#[must_use]
pub fn figure(figure: &Figure<'_>) -> Markup {
    html! {
        figure id=(figure.id) {
            figcaption { (figure.says) }
            (figure.picture)
            details open[figure.open] { summary { "The figures as a table" } div.scroll tabindex="0" role="region" aria-label={ "Table: " (figure.id.replace('-', " ")) } { (figure.table) } }
        }
    }
}

/// What stands in a picture's place as long as there is too little to draw: why, and when that changes.
#[must_use]
pub fn not_enough(words: &str) -> Markup {
    html! {
        div.note.empty {
            svg viewBox="0 0 48 24" width="48" height="24" aria-hidden="true" focusable="false" {
                line x1="2" y1="21" x2="46" y2="21" {}
                circle cx="8" cy="14" r="3" {}
                circle cx="22" cy="9" r="3" {}
            }
            p { strong { "Not enough evidence yet." } " " (words) }
        }
    }
}

/// A drawing of this height, as wide as there is room.
fn fluid(alternative: &Alternative<'_>, height: u32, drawn: &Markup) -> Markup {
    let (title, shows) = (format!("{}-title", alternative.id), format!("{}-shows", alternative.id));
    html! {
        svg.drawing width="100%" height=(height) role="img" aria-labelledby={ (title) " " (shows) } {
            title id=(title) { (alternative.title) }
            desc id=(shows) { (alternative.shows) }
            (drawn)
        }
    }
}

/// A place between the left and the right end, for an attribute.
fn place(share: f64) -> String {
    format!("{}%", (share.clamp(0.0, 1.0) * 1000.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_its_words_before_it_and_its_figures_behind_it() {
        let alternative = Alternative {
            id: "map",
            title: "\"><script>",
            shows: "One & two.",
        };
        let whole = figure(&Figure {
            id: "map",
            says: html! { p { "Two of three." } },
            picture: fluid(&alternative, 40, &html! { text { "<b>" } }),
            table: html! { table {} },
            open: false,
        });
        insta::assert_snapshot!(whole.into_string().replace("><", ">\n<"), @r#"
        <figure id="map">
        <figcaption>
        <p>Two of three.</p>
        </figcaption>
        <svg class="drawing" width="100%" height="40" role="img" aria-labelledby="map-title map-shows">
        <title id="map-title">&quot;&gt;&lt;script&gt;</title>
        <desc id="map-shows">One &amp; two.</desc>
        <text>&lt;b&gt;</text>
        </svg>
        <details>
        <summary>The figures as a table</summary>
        <div class="scroll" tabindex="0" role="region" aria-label="Table: map">
        <table>
        </table>
        </div>
        </details>
        </figure>
        "#);
    }

    #[test]
    fn a_place_stays_in_the_drawing() {
        assert_eq!(
            (place(-1.0), place(0.1234), place(2.0)),
            ("0%".to_owned(), "12.3%".to_owned(), "100%".to_owned())
        );
    }
}
