//! `/pulls/OWNER/REPO/NUMBER`: who could review a pull request, and why these two.
use axum::extract::State;
use maud::Markup;
use maud::html;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::suggestion::LeftOut;
use crate::model::suggestion::Pick;
use crate::model::suggestion::ScorePart;
use crate::model::suggestion::Slot;
use crate::model::suggestion::Suggestion;
use crate::pipeline::Addresses;
use crate::store::checks;
use crate::store::contents;
use crate::store::feedback;
use crate::store::feedback::Votes;
use crate::store::pulls::Pull;
use crate::store::suggestions;
use crate::store::suggestions::Stored;
use crate::store::tenants::Repo;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::named_pull::Found;
use crate::web::named_pull::NamedPull;
use crate::web::prose;

/// Minutes in which a suggestion is expected once it is wanted.
const SOON_MINUTES: i64 = 10;

/// So many votes are needed before they are counted aloud.
pub(in crate::web) const FEWEST_VOTES: i64 = 5;

/// What the page shows.
#[derive(Clone, PartialEq, Debug)]
pub struct View {
    /// The repository.
    pub repo: Repo,
    /// The pull request's number.
    pub number: i32,
    /// The pull request.
    pub pull: Pull,
    /// Files that are known.
    pub files: usize,
    /// What is suggested, where something was.
    pub stored: Option<Stored>,
    /// What people said of the suggestion.
    pub votes: Votes,
    /// A check run shows it, too.
    pub checked: bool,
    /// The pull request on the code host.
    pub link: String,
    /// The time of looking.
    pub now: Time,
}

/// `GET /pulls/{owner}/{repo}/{number}`: 404 for whatever the visitor may not know of, as for what isn't there.
///
/// # Errors
/// [`PageError`] when the visitor may not see pages, there is no such pull request, or the database is away.
pub async fn show(State(web): State<Web>, visitor: Visitor, named: NamedPull) -> Result<Markup, PageError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let found = named.read(&mut conn, &visitor).await?;
    let at = (&web.pipeline.addresses, web.pipeline.clock.now());
    let view = view(&mut conn, found, at).await?;
    let title = format!("{} #{}", view.repo.name, view.number);
    let frame = Frame {
        title: &title,
        place: Place::Elsewhere,
        visitor: Some(&visitor),
    };
    Ok(layout::page(&frame, &render(&view)))
}

/// Reads what the page shows.
pub(in crate::web) async fn view(
    conn: &mut PgConnection,
    found: Found,
    (addresses, now): (&Addresses, Time),
) -> Result<View, PageError> {
    let Found { repo, key, pull, .. } = found;
    let files = contents::files(conn, repo.installation, key).await?.len();
    let stored = suggestions::of_pull(conn, repo.installation, key).await?;
    let number = key.number;
    let link = format!("{}/{}/{}/pull/{number}", addresses.host, repo.owner, repo.name);
    let votes = feedback::votes(conn, repo.installation, key).await?;
    let checked = !checks::of_pull(conn, repo.installation, key).await?.is_empty();
    Ok(View {
        repo,
        number,
        pull,
        files,
        stored,
        votes,
        checked,
        link,
        now,
    })
}

/// The page's text.
#[must_use]
pub fn render(view: &View) -> Markup {
    html! {
        (head(view))
        @for words in notes(view) { div.note { p { (words) } } }
        @if view.stored.is_none() && !view.pull.open && !view.pull.by_bot {
            p { a href={ "/replay/" (view.repo.owner) "/" (view.repo.name) "/" (view.number) } { "What would have been said when it was opened" } }
        }
        @if let Some(stored) = &view.stored {
            div.two {
                (slot("Someone who knows", "knows", &stored.suggestion.expert))
                (slot("Someone who would learn", "learns", &stored.suggestion.learner))
            }
            (what_now(&stored.suggestion, &view.link))
            (sums(&stored.suggestion))
            (left_out(&stored.suggestion.left_out))
            (votes(&view.votes))
            (made(stored, view.checked, view.now))
        }
    }
}

fn head(view: &View) -> Markup {
    let pull = &view.pull;
    html! {
        p.over { (view.repo.owner) "/" (view.repo.name) " #" (view.number) }
        h1 { (title(pull)) }
        div.facts {
            span.tag { (state(pull)) }
            p {
                "by " strong { (author(pull)) } ", opened " (prose::when(pull.created_at, view.now))
            }
            a href=(view.link) { "On the code host" }
        }
    }
}

fn title(pull: &Pull) -> &str {
    if pull.title.trim().is_empty() {
        "A pull request without a title"
    } else {
        &pull.title
    }
}

fn author(pull: &Pull) -> &str {
    match &pull.author_login {
        Some(login) => login,
        None if pull.by_bot => "a bot",
        None => "somebody who is not shown",
    }
}

pub(in crate::web) fn state(pull: &Pull) -> &'static str {
    if pull.merged_at.is_some() {
        "Merged"
    } else if !pull.open {
        "Closed"
    } else if pull.draft {
        "Draft"
    } else {
        "Open"
    }
}

/// What a reader must know before reading on, in sentences.
pub(in crate::web) fn notes(view: &View) -> Vec<&'static str> {
    let pull = &view.pull;
    let mut notes = Vec::new();
    if pull.by_bot {
        notes.push("A bot opened this pull request. Nobody is suggested for those.");
    } else if !pull.open {
        notes.push(match view.stored {
            Some(_) => "It is closed. This is what was suggested while it was open.",
            None => "It is closed, and nothing was suggested while it was open.",
        });
    } else if pull.draft {
        notes.push(match view.stored {
            Some(_) => {
                "It is a draft again. This was suggested before; it is worked out anew when it is ready for review."
            }
            None => "It is a draft. People are suggested when it is ready for review.",
        });
    } else if view.stored.is_none() {
        notes.push(not_yet(view));
    }
    if let Some(stored) = &view.stored {
        if stored.head != pull.head_sha && pull.open && !pull.draft {
            notes.push("There was a push since. What it changes is not considered yet.");
        }
        if view.files == 0 {
            notes.push("Its files are not known, so what people did on the same paths could not be considered.");
        }
    }
    notes
}

fn not_yet(view: &View) -> &'static str {
    let wanted = view.pull.suggest_wanted_at;
    if wanted.is_some_and(|wanted| (view.now - wanted).num_minutes() < SOON_MINUTES) {
        "The suggestion is being worked out. Load this page again in a minute."
    } else if wanted.is_some() {
        "Nothing has been worked out for it so far. The next push to it, or opening it again, asks once more."
    } else {
        "Nothing was worked out for it: it was opened before Peerlore listened here. A push to it, or opening it again, asks for a suggestion."
    }
}

/// One place of a suggestion: who, with reasons, or why nobody.
pub(super) fn slot(title: &str, class: &str, slot: &Slot) -> Markup {
    html! {
        section class={ "slot " (class) } {
            h2 { (title) }
            @match slot {
                Slot::Picked(pick) => {
                    p.who { (pick.login) }
                    ul { @for reason in &pick.reasons { li { (prose::reason(&reason.words)) } } }
                }
                Slot::AlreadyAsked { who } => {
                    p.who { (prose::listed(who)) }
                    p { @if who.is_empty() { "Somebody is asked already." } @else { "Asked already, so nobody else is suggested here." } }
                }
                Slot::Nobody { why } => p.nobody { (capital(why)) "." },
            }
        }
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.trim_end_matches('.').chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn what_now(suggestion: &Suggestion, link: &str) -> Markup {
    let anybody = [&suggestion.expert, &suggestion.learner]
        .into_iter()
        .any(|slot| matches!(slot, Slot::Picked(_)));
    html! {
        @if anybody {
            p.soft.apart {
                "To accept, request the review under Reviewers on the "
                a href=(link) { "pull request" } "; to decline, do nothing."
            }
        }
    }
}

/// How the scores came about, folded away.
pub(super) fn sums(suggestion: &Suggestion) -> Markup {
    let picks: Vec<(&str, &Pick)> = [
        ("who knows", &suggestion.expert),
        ("who would learn", &suggestion.learner),
    ]
    .into_iter()
    .filter_map(|(which, slot)| match slot {
        Slot::Picked(pick) => Some((which, pick)),
        Slot::AlreadyAsked { .. } | Slot::Nobody { .. } => None,
    })
    .collect();
    html! {
        @if !picks.is_empty() {
            details.sheet {
                summary { "How this was worked out" }
                div.inner {
                    p {
                        "A score is the sum of its parts, for this pull request only. One more of who knows is about 2.7 times as likely to be "
                        "who reviews. The two scores have different parts and can't be compared with each other, nor with those on other "
                        "pull requests. "
                        a href="/docs#ranking" { "The formulas" } "."
                    }
                    @for (which, pick) in picks { (sum(which, pick)) }
                }
            }
        }
    }
}

fn sum(which: &str, pick: &Pick) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label={ (capital(which)) ", part by part" } {
            table {
                caption { (capital(which)) ": " (pick.login) }
                thead { tr { th scope="col" { "Part" } th scope="col" { "Reason" } th.number scope="col" { "Adds" } } }
                tbody {
                    @for reason in &pick.reasons {
                        tr {
                            th scope="row" { (part(reason.part)) }
                            td { (prose::reason(&reason.words)) }
                            td.number { (signed(reason.weight)) }
                        }
                    }
                }
                tfoot { tr { th scope="row" colspan="2" { "Sum" } td.number { (signed(pick.score)) } } }
            }
        }
    }
}

/// A figure with its sign, to three places: sums of shown parts agree to the last but one.
fn signed(weight: f64) -> String {
    let figure = format!("{:.3}", weight.abs());
    if weight < 0.0 && figure != "0.000" {
        format!("−{figure}")
    } else {
        figure
    }
}

pub(in crate::web) fn part(part: ScorePart) -> &'static str {
    match part {
        ScorePart::Owner => "Owner",
        ScorePart::Paths => "Same paths",
        ScorePart::Pair => "Same author",
        ScorePart::Skill => "Skill",
        ScorePart::Activity => "Active here",
        ScorePart::Load => "Open reviews",
        ScorePart::OtherTeam => "Team",
        ScorePart::Adjacent => "Next to it",
        ScorePart::Goal => "Own goal",
        ScorePart::Offer => "Own offer",
        ScorePart::ToLearn => "What for",
    }
}

/// How many could not be considered, and why.
pub(super) fn left_out(left_out: &LeftOut) -> Markup {
    let counts: Vec<String> = [
        (left_out.not_members, "no member with read access"),
        (left_out.away, "away"),
        (left_out.at_capacity, "at the limit of open reviews"),
        (left_out.daily_cap, "suggested often enough today"),
        (
            left_out.mentoring_budget,
            "suggested as a learner often enough this week",
        ),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, words)| format!("{number} {words}"))
    .collect();
    html! {
        h2 { "Who could not be considered" }
        @if counts.is_empty() {
            p { "Nobody had to be left out." }
        } @else {
            p { (capital(&prose::listed(&counts))) ". Names and reasons of absences are never shown." }
        }
    }
}

/// What people said of the whole suggestion, never of one person in it.
///
/// Among few voters a count tells who said what, so it isn't shown.
fn votes(votes: &Votes) -> Markup {
    if votes.good + votes.not_useful < FEWEST_VOTES {
        return html! {};
    }
    let said = [(votes.good, "good"), (votes.not_useful, "not useful")];
    let said: Vec<String> = said
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} said {word}"))
        .collect();
    html! {
        @if !said.is_empty() { p.soft.small.apart { "Of this suggestion, " (prose::listed(&said)) "." } }
    }
}

fn made(stored: &Stored, checked: bool, now: Time) -> Markup {
    let head: String = stored.head.chars().take(10).collect();
    html! {
        p.soft.small.apart {
            "Worked out " (prose::when(stored.made_at, now)) " for "
            @if head.is_empty() { "an unknown head" } @else { "the head " code { (head) } }
            " by " code { (stored.suggestion.model) } ". "
            @if stored.comment.is_some() { "Also shown as a comment on the pull request." }
            @else if checked { "Also shown as a check on the pull request." }
            @else { "Shown here only." }
        }
    }
}
