//! On `/admin`: how far the history of each repository was read.
use axum::extract::State;
use axum::response::Redirect;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::model::clock::Time;
use crate::model::reading;
use crate::model::wording;
use crate::pipeline::backfill;
use crate::store::backfills;
use crate::store::backfills::State as Stored;
use crate::web::Web;
use crate::web::error::PageError;
use crate::web::form::Sent;
use crate::web::form::token_field;
use crate::web::paging::Paging;
use crate::web::prose;
use crate::web::table::Column;
use crate::web::table::Holds;
use crate::web::table::Rows;
use crate::web::table::Sort;
use crate::web::table::Table;
use crate::web::tenant;

/// The repositories that are listed by name.
pub const REPOS: Table = Table {
    rows: Rows::Things,
    columns: &[
        Column {
            key: "name",
            name: "Repository",
            holds: Holds::Words,
        },
        Column {
            key: "read",
            name: "How far",
            holds: Holds::Words,
        },
        Column {
            key: "state",
            name: "What is up",
            holds: Holds::Words,
        },
    ],
    usual: "state",
};

/// Where the reading of a repository's history stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// It waits for its turn.
    Waiting,
    /// It runs.
    Running,
    /// Somebody holds it.
    Paused,
    /// It failed and is tried again.
    Failed,
    /// It failed, and trying again by itself won't help.
    Broken,
    /// All is read.
    Done,
}

/// How far the history of one repository was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Progress {
    /// `owner/name`.
    pub repo: String,
    /// Where it stands.
    pub stage: Stage,
    /// Pull requests that were read.
    pub done: u64,
    /// Pull requests in all; none: not known yet.
    pub total: Option<u64>,
    /// Why it failed, in a sentence.
    pub error: Option<String>,
    /// Numbers of pull requests that could not be had or read whole.
    pub left_out: Vec<i32>,
    /// When it should be done, in words: "about 4 minutes left"; none: not known yet, or not running.
    pub eta: Option<String>,
}

impl Progress {
    /// The same of what is stored.
    #[must_use]
    pub fn of(one: backfills::Progress, now: Time) -> Self {
        let stage = match one.state {
            Stored::Waiting => Stage::Waiting,
            Stored::Running => Stage::Running,
            Stored::Paused => Stage::Paused,
            Stored::Failed if one.next_try_at.is_none() => Stage::Broken,
            Stored::Failed => Stage::Failed,
            Stored::Done => Stage::Done,
        };
        let number = |pulls: i32| u64::from(pulls.unsigned_abs());
        let done = number(one.done);
        Self {
            eta: backfill::eta(&one, now).filter(|_| stage == Stage::Running),
            total: one.total.map(|total| number(total).max(done)),
            repo: one.name,
            stage,
            done,
            error: one.error,
            left_out: one.left_out,
        }
    }
}

/// Whether some repository's history is being read, so that the page is worth looking at again.
#[must_use]
pub fn is_running(all: &[Progress]) -> bool {
    all.iter()
        .any(|one| matches!(one.stage, Stage::Running | Stage::Waiting))
}

/// What an owner can have done with the reading of their organisation's history.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Steer {
    /// Hold all of it.
    Hold,
    /// Go on with what is held.
    GoOn,
    /// Try what failed again, now.
    Again,
}

/// The form's fields.
#[derive(Debug, Deserialize)]
pub struct Wish {
    what: Steer,
}

/// `POST /admin/backfill`: holds the reading of the visitor's organisations, lets it go on, or has what failed tried again.
///
/// # Errors
/// [`PageError`] for a form that isn't ours, whoever owns no organisation, or when the database is away.
pub async fn steer(State(web): State<Web>, sent: Sent<Wish>) -> Result<Redirect, PageError> {
    if !sent.visitor.owns() {
        return Err(PageError::ForOwners);
    }
    let unreadable = PageError::Unreadable("That can't be done with it. Go back and use the buttons of the page.");
    let Wish { what } = sent.fields.ok_or(unreadable)?;
    let now = web.pipeline.clock.now();
    let mut tx = web.pipeline.pool.begin().await?;
    for (tenant, _) in tenant::seen_by(&mut tx, &sent.visitor).await? {
        match what {
            Steer::Hold => {
                backfills::pause(&mut tx, tenant.id, None, now).await?;
                continue;
            }
            Steer::GoOn => backfills::resume(&mut tx, tenant.id, None, now).await?,
            Steer::Again => backfills::again(&mut tx, tenant.id, None, now).await?,
        };
        backfill::begin(&web.pipeline, &mut tx, tenant.id).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to("/admin#backfill"))
}

/// The buttons that make sense now.
fn buttons(all: &[Progress], token: &str) -> Markup {
    let some = |stages: &[Stage]| all.iter().any(|one| stages.contains(&one.stage));
    let offered = [
        (some(&[Stage::Failed, Stage::Broken]), "again", "Try failed ones again"),
        (some(&[Stage::Paused]), "go_on", "Go on"),
        (some(&[Stage::Running, Stage::Waiting, Stage::Failed]), "hold", "Hold"),
    ];
    html! {
        @if offered.iter().any(|(fits, _, _)| *fits) {
            form method="post" action="/admin/backfill" {
                (token_field(token))
                div.row {
                    @for (_, what, words) in offered.iter().filter(|(fits, _, _)| *fits) {
                        button.quiet type="submit" name="what" value=(what) { (words) }
                    }
                }
            }
        }
    }
}

/// Those that are listed by name: what failed first, then what runs or is held.
#[must_use]
pub fn named(all: &[Progress]) -> Vec<&Progress> {
    let at = |stage: Stage| all.iter().filter(move |one| one.stage == stage);
    at(Stage::Broken)
        .chain(at(Stage::Failed))
        .chain(at(Stage::Running))
        .chain(at(Stage::Paused))
        .collect()
}

/// The section: a summary, then those that run, failed or are held; `address` is the page's own for an order and a page of them.
#[must_use]
pub fn render(all: &[Progress], shown: (Sort, Paging), token: &str, address: impl Fn(&str, usize) -> String) -> Markup {
    html! {
        section id="backfill" {
            h2 { "Reading history" }
            div data-part="history" { (part(all, shown, address)) }
            (buttons(all, token))
        }
    }
}

/// What of it moves.
#[must_use]
pub fn part(all: &[Progress], (sort, paging): (Sort, Paging), address: impl Fn(&str, usize) -> String) -> Markup {
    let mut named: Vec<(usize, &Progress)> = named(all).into_iter().enumerate().collect();
    sort.sort(&mut named, |key, (place, one), (other_place, other)| match key {
        "name" => one.repo.cmp(&other.repo),
        "read" => one.done.cmp(&other.done),
        _ => place.cmp(other_place),
    });
    html! {
        @if all.is_empty() {
            p { "No history was asked for. " code { "peerlore backfill" } " reads it." }
        } @else {
            p { (summary(all)) }
            @if !named.is_empty() {
                (table(paging.cut(&named), &REPOS.head(sort, |word| address(word, 1))))
                (paging.turn("repositories", ("Previous", "Next"), |page| address(&sort.word(), page)))
            }
        }
    }
}

/// How far all of it is, as one bar and one sentence.
#[must_use]
pub fn overall(all: &[Progress]) -> Markup {
    let done: u64 = all.iter().map(|one| one.done).sum();
    let total: Option<u64> = all.iter().map(|one| one.total).sum();
    html! {
        @if all.is_empty() {
            p { "Nothing is read yet. It begins once GitHub has told which repositories there are." }
        } @else {
            @let of = total.filter(|total| *total > 0);
            progress.whole max=[of] value=[of.map(|total| done.min(total))] aria-label="Pull requests read" {}
            p { (summary(all)) }
        }
    }
}

/// "12 of 40 repositories read; 2 running, 1 failed, 25 waiting. 340 of about 900 pull requests."
fn summary(all: &[Progress]) -> String {
    let count = |stage: Stage| all.iter().filter(|one| one.stage == stage).count();
    let rest: Vec<String> = [
        (Stage::Running, "running"),
        (Stage::Broken, "failed for good"),
        (Stage::Failed, "failed"),
        (Stage::Paused, "held"),
        (Stage::Waiting, "waiting"),
    ]
    .into_iter()
    .map(|(stage, word)| (count(stage), word))
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!("{number} {word}"))
    .collect();
    let repos = match all.len() {
        1 => "1 repository".to_owned(),
        number => format!("{number} repositories"),
    };
    let read = if rest.is_empty() {
        format!("All of {repos} read.")
    } else {
        format!("{} of {repos} read; {}.", count(Stage::Done), rest.join(", "))
    };
    let done: u64 = all.iter().map(|one| one.done).sum();
    let pulls = wording::count(done, "pull request");
    match all.iter().map(|one| one.total).sum::<Option<u64>>() {
        Some(total) if total > done => format!("{read} {done} of {}.", wording::count(total, "pull request")),
        Some(_) => format!("{read} {pulls}."),
        None => format!("{read} {pulls} so far."),
    }
}

fn table(named: &[(usize, &Progress)], head: &Markup) -> Markup {
    html! {
        div.scroll {
            table.stack {
                caption.hidden { "Repositories whose history is being read, or that failed" }
                (head)
                tbody {
                    @for (_, one) in named {
                        tr {
                            th scope="row" { (one.repo) }
                            td { (far(one)) }
                            td { (what(one)) }
                        }
                    }
                }
            }
        }
    }
}

fn far(one: &Progress) -> Markup {
    html! {
        @match one.total {
            Some(total) if total > 0 => {
                progress max=(total) value=(one.done.min(total)) aria-label={ "Read of " (one.repo) } {}
                " " span.small { (one.done) " of " (total) }
            }
            _ => { (one.done) " so far" }
        }
    }
}

fn what(one: &Progress) -> Markup {
    html! {
        @match one.stage {
            Stage::Failed | Stage::Broken => {
                strong { "Failed" }
                @if let Some(error) = &one.error { ": " (prose::reason(error)) }
                @if one.stage == Stage::Failed { ". It is tried again." }
                @else { ". Once that is mended, " code { "peerlore backfill" } " or the button below goes on with it." }
            }
            Stage::Paused => "Held",
            Stage::Done if !one.left_out.is_empty() => { "Read, " (reading::without(&one.left_out)) }
            Stage::Done => "Read",
            Stage::Waiting => "Waits for its turn",
            Stage::Running => { (one.eta.as_deref().unwrap_or("Time left: not known yet")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repo(name: &str, stage: Stage, done: u64, total: Option<u64>) -> Progress {
        Progress {
            repo: format!("acme/{name}"),
            stage,
            done,
            total,
            left_out: Vec::new(),
            error: (stage == Stage::Failed).then(|| "GitHub knows no such thing".to_owned()),
            eta: (stage == Stage::Running).then(|| "about 4 minutes left".to_owned()),
        }
    }

    #[test]
    fn the_summary_says_how_far_all_of_it_is() {
        let all = [
            repo("a", Stage::Done, 40, Some(40)),
            repo("b", Stage::Running, 10, Some(90)),
            repo("c", Stage::Failed, 3, Some(10)),
            repo("d", Stage::Waiting, 0, Some(60)),
        ];
        assert_eq!(
            summary(&all),
            "1 of 4 repositories read; 1 running, 1 failed, 1 waiting. 53 of 200 pull requests."
        );
        assert_eq!(summary(&all[..1]), "All of 1 repository read. 40 pull requests.");
        let unknown = [repo("e", Stage::Running, 7, None)];
        assert_eq!(
            summary(&unknown),
            "0 of 1 repository read; 1 running. 7 pull requests so far."
        );
        assert!(is_running(&all) && !is_running(&all[..1]));
    }

    #[test]
    fn of_two_thousand_repositories_only_those_that_run_or_failed_are_named() {
        let mut all: Vec<Progress> = (0..2_000)
            .map(|n| repo(&format!("quiet{n}"), Stage::Done, 1, Some(1)))
            .collect();
        all.extend((0..60).map(|n| repo(&format!("busy{n}"), Stage::Running, 1, Some(2))));
        all.push(repo("broken", Stage::Failed, 3, Some(10)));
        let page = |sort: &str, number| {
            let sort = REPOS.asked(Some(sort)).unwrap();
            let paging = Paging::of(number, named(&all).len(), 50).unwrap();
            render(&all, (sort, paging), "token", |word, page| {
                format!("/admin?{word}&{page}")
            })
            .into_string()
        };
        let first = page("state", 1);
        assert!(!first.contains("acme/quiet"), "{}", first.len());
        assert_eq!(first.matches("acme/busy").count(), 2 * 49, "each by name and label");
        let (broken, busy) = (first.find("acme/broken"), first.find("acme/busy"));
        assert!(broken < busy, "what failed comes first");
        assert!(
            first.contains("GitHub knows no such thing") && first.contains("Page 1 of 2"),
            "{first}"
        );
        let second = page("state", 2);
        assert_eq!(second.matches("acme/busy").count(), 2 * 11, "the others");
        assert!(page("name", 1).find("acme/broken") < page("name", 1).find("acme/busy0"));
        assert!(page("-name", 2).contains("acme/broken") && page("-read", 1).contains("acme/broken"));
    }
}
