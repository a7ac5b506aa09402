//! On `/admin`: webhooks that could not be processed, with the reason of each, to be taken anew.
use maud::Markup;
use maud::html;

use crate::store::inbox::DeadLetter;
use crate::web::form;
use crate::web::pages::admin::Instance;
use crate::web::pages::admin::Lists;
use crate::web::pages::admin::READ;
use crate::web::pages::admin::View;
use crate::web::prose;
use crate::web::table::Column;
use crate::web::table::Holds;
use crate::web::table::Rows;
use crate::web::table::Table;

/// The dead letters.
pub const LETTERS: Table = Table {
    rows: Rows::Things,
    columns: &[
        Column {
            key: "failed",
            name: "When it failed",
            holds: Holds::Dates,
        },
        Column {
            key: "received",
            name: "When it came",
            holds: Holds::Dates,
        },
        Column {
            key: "event",
            name: "Event",
            holds: Holds::Words,
        },
        Column {
            key: "reason",
            name: "Reason",
            holds: Holds::Words,
        },
    ],
    usual: "-failed",
};

/// The section.
#[must_use]
pub fn render(instance: &Instance, view: &View) -> Markup {
    let read = i64::try_from(instance.dead.len()).unwrap_or(READ);
    let rest = instance.inbox.dead.saturating_sub(read);
    let (sort, paging) = view.lists.letters;
    let mut letters: Vec<(usize, &DeadLetter)> = instance.dead.iter().rev().enumerate().collect();
    letters.reverse();
    sort.sort(&mut letters, |key, (failed, one), (other_failed, other)| match key {
        "received" => one.received_at.cmp(&other.received_at),
        "event" => one.event.cmp(&other.event),
        "reason" => one.failure.cmp(&other.failure),
        _ => failed.cmp(other_failed),
    });
    let address = |word: &str, page| {
        let (repos, page_of_repos) = view.lists.repos;
        Lists::address((word, page), (&repos.word(), page_of_repos.page)) + "#dead-letters"
    };
    html! {
        section id="dead-letters" {
            h2 { "Dead letters" }
            @if instance.dead.is_empty() {
                p { "None. A webhook that can't be processed rests here for 7 days, with the reason." }
            } @else {
                p { "These could not be processed. Mend the reason or update, then replay them." }
                form method="post" action="/admin/replay" {
                    (form::token_field(&view.token))
                    p { button type="submit" { "Replay all" } }
                }
                @if letters.len() > 1 { (LETTERS.line(sort, |word| address(word, 1))) }
                ul.list {
                    @for (_, letter) in paging.cut(&letters) { li { (one(letter, view)) } }
                }
                (paging.turn("dead letters", ("Previous", "Next"), |page| address(&sort.word(), page)))
                @if rest > 0 { p.soft { "And " (rest) " older ones." } }
            }
        }
    }
}

fn one(letter: &DeadLetter, view: &View) -> Markup {
    html! {
        form.dead method="post" action="/admin/replay" {
            div {
                p { strong { (letter.event) } ", " (prose::when(letter.received_at, view.now)) }
                p { (prose::reason(&letter.failure)) }
                p.soft.small { code { (letter.delivery) } }
            }
            (form::token_field(&view.token))
            input type="hidden" name="id" value=(letter.id.0);
            button.quiet type="submit" aria-label={ "Replay " (letter.event) " " (letter.delivery) } { "Replay" }
        }
    }
}
