//! What every page has around it.
use maud::DOCTYPE;
use maud::Markup;
use maud::html;

/// A whole page. `viewer`: whom the visitor of the demo chose to be.
#[must_use]
pub fn page(title: &str, viewer: Option<&str>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Peerlore" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                header { a href="/" { "Peerlore" } @if let Some(login) = viewer { " as " (login) } }
                main { h1 { (title) } (body) }
            }
        }
    }
}
