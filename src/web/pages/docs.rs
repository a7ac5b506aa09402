//! `/docs`: how everything is worked out, what is stored and for how long, who sees it, what the App may do.
//!
//! It shows nothing about anybody, so it is open to everybody; the formulas stand in [`docs_formulas`], [`docs_people`] and [`docs_replay`].
use axum::extract::State;
use maud::Markup;
use maud::html;

use crate::model::settings::Settings;
use crate::pipeline::expire;
use crate::pipeline::formulas::answers;
use crate::pipeline::formulas::people;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::pages::docs_classifier;
use crate::web::pages::docs_formulas;
use crate::web::pages::docs_people;
use crate::web::pages::docs_replay;

/// `GET /docs`
pub async fn show(State(web): State<Web>, visitor: Result<Visitor, PageError>) -> Markup {
    let frame = Frame {
        title: "How it works",
        place: Place::Docs,
        visitor: visitor.as_ref().ok(),
    };
    layout::page(&frame, &render(&web.pipeline.settings, web.pipeline.classifier.name()))
}

/// The sections, by anchor.
const SECTIONS: [(&str, &str); 12] = [
    ("lessons", "When a comment counts"),
    ("areas", "What a comment is about, and how well that is read"),
    ("landing", "Was it useful, and did it land?"),
    ("graph", "Who passed on what"),
    ("ranking", "Who could review"),
    ("silent", "Silent experts"),
    ("people", "People and teams"),
    ("leaving", "What would leave with whom"),
    ("replay", "The replay"),
    ("stored", "What is stored, and for how long"),
    ("seen", "Who sees it"),
    ("permissions", "What the App may do"),
];

/// A section's heading with its anchor.
pub(super) fn heading(anchor: &str) -> Markup {
    let title = SECTIONS
        .iter()
        .find(|(name, _)| *name == anchor)
        .map_or("", |(_, title)| title);
    html! { h2 id=(anchor) { (title) } }
}

/// The page's text, with the settings that are in force and the name of what reads comments here.
#[must_use]
pub fn render(settings: &Settings, classifier: &str) -> Markup {
    html! {
        h1 { "How it works" }
        p.lead {
            "Every number on these pages can be worked out again from what stands here. Where a constant is a judgement and not "
            "measured, it says so. Nothing here is made to judge people: it is for finding help and passing knowledge on."
        }
        nav aria-label="On this page" { ul { @for (anchor, title) in SECTIONS { li { a href={ "#" (anchor) } { (title) } } } } }
        p { a href="/docs/skills" { "Every skill that a comment can be about" } ", with what belongs to it. " a href="/docs/api" { "The API" } ", which tells programs the same as the pages." }
        (docs_formulas::lessons())
        (docs_classifier::areas(classifier))
        (docs_formulas::landing())
        (docs_formulas::graph())
        (docs_formulas::ranking(settings))
        (docs_formulas::learner(settings))
        (docs_formulas::silent())
        (docs_people::people())
        (docs_formulas::leaving())
        (docs_replay::replay(settings))
        (stored(settings))
        (seen())
        (permissions())
    }
}

fn stored(settings: &Settings) -> Markup {
    let kept = format!("{} days, then it is deleted", settings.retention_days);
    let installed = format!("until {} days after the App is uninstalled", expire::REMOVED_DAYS);
    let rows = [
        (
            "A webhook as it came",
            "until its facts are stored; 7 days where it could not be read",
        ),
        ("The text of comments", kept.as_str()),
        (
            "Pull requests, reviews, comments without text but with the language of the lines they stand on, reactions, pushes, file names with their language and counts",
            installed.as_str(),
        ),
        ("Members and teams, with since when and until when", installed.as_str()),
        (
            "Days away and limits that people chose for themselves",
            "until the days are over, or they choose anew",
        ),
        ("Whether somebody says on GitHub that they are busy", "a day"),
        (
            "The base branch's CODEOWNERS without e-mail addresses, and its ignored revisions",
            installed.as_str(),
        ),
        (
            "What was worked out: subjects of comments and which technologies they name, lessons, suggestions",
            installed.as_str(),
        ),
        (
            "What an imported git history tells of people who are known by GitHub's number: how much of which file they wrote and reviewed, and when last",
            installed.as_str(),
        ),
        (
            "Whether a comment taught you something (yes, no or neither), that you don't want to be asked, and what signs weigh by all answers together",
            installed.as_str(),
        ),
        (
            "Commands in comments (what was asked, never what was written beside it), votes on suggestions, what you said is not yours, labels that you corrected",
            installed.as_str(),
        ),
        (
            "A sign-in: a digest of its id, who, and which private repositories they may read",
            "7 days after its last use, 30 days at most",
        ),
        (
            "An access token: a digest of it, its name and scopes, whose, which private repositories they could read when they made it, and the hour of its last use",
            "until it ends or is revoked, a year at most",
        ),
        ("Who looked at somebody's page, for that somebody", "90 days"),
        (
            "Source code, diffs, e-mail addresses",
            "never stored; diffs are compared in memory",
        ),
    ];
    html! {
        (heading("stored"))
        div.scroll {
            table.stack {
                caption.hidden { "What is stored, and for how long" }
                thead { tr { th scope="col" { "What" } th scope="col" { "How long" } } }
                tbody { @for (what, long) in rows { tr { th scope="row" { (what) } td { (long) } } } }
            }
        }
        p {
            "Where the App is installed again before those days are over, everything is still there. What is known of a repository goes "
            (expire::REMOVED_DAYS) " days after it was deleted or transferred. " code { "peerlore erase" }
            " erases an organisation or one person at once; on your own page you can erase yourself, and download what is known of you."
        }
    }
}

fn seen() -> Markup {
    html! {
        (heading("seen"))
        ul {
            li { "A person's own page: that person. Colleagues see what that person ticked there, nothing at first, and the person sees who looked." }
            li { "A card that somebody switched on, with their login and the names of areas: whoever has its address, without signing in, until they switch it off, take themselves out or leave." }
            li { "All that is held of a person in one file, for programs: that person, also while they are out of everything. It has what their page says (the evidence of the newest 5,000 lessons), and their teams, the suggestions that named them, their votes and what an imported git history tells of them; nothing of other people that the page doesn't show, and nothing of private repositories that they may not read any more." }
            li { "The suggestions on a pull request: members who may read the repository on GitHub, and where it is switched on, who may read the pull request." }
            li { "Votes on a suggestion: as counts of both people together, who may read the repository; who voted how, nobody. What you said is not yours: you. A label that you corrected: you and the other one of that lesson." }
            li { "What you answered to the question of the week: you. What many answers say together: who runs Peerlore, from " (answers::MIN_ANSWERS) " answers of " (answers::MIN_PEOPLE) " people on." }
            li { "Silent experts: members, from repositories that they may read. Nobody who is away or took themselves out." }
            li { "A team's page: its maintainers on GitHub, whom the settings name as leads, and the organisation's owners. Who holds an area is named from medium confidence on; who was told something is only counted, five people or more, and what other teams' counts would give away is left out. Of what hangs on one person only the team's own people are named; how people come in, how they take part and what flows in and out are figures of five people or more." }
            li { "What would be lost if somebody were gone: that somebody, leads of a team that they are in, and owners, of repositories that they may read themselves. Whoever leads another team is answered as of a person who isn't there. The person sees there what is about them alone. Of whoever didn't agree to be named, where the settings ask, nothing is told, not to them either." }
            li { "The flow between teams: the same leads as the replay's, and owners; counts of teams of " (people::K) " people or more, as far as they tell of no fewer beside other teams." }
            li { "The replay: the same leads, and owners; its figures name nobody. What would have been said on one pull request: members who may read the repository." }
            li { "Private repositories: nothing of them, neither evidence nor a claim that rests on it, for whoever may not read them." }
            li { "A learner's reasons name what they know and what they want and show to colleagues, never what they lack. A secret team is named on no pull request." }
            li { "Who was left out is counted, never named; the reason of an absence is never shown." }
            li {
                "Whoever is taken out is absent everywhere at once, also as the other end of what others passed on or learned; comments that "
                "named them on pull requests are edited soon after. The switch is on your own page; where there is no sign-in, ask whoever runs "
                "Peerlore for you to run " code { "peerlore opt-out LOGIN" } "; " code { "--undo" } " brings back."
            }
            li {
                "Whoever erases themselves on their own page goes for good from the organisation that they look at: what they taught and learned "
                "goes for everybody and doesn't come back, and only GitHub's number stays, so that nothing is stored anew."
            }
        }
        p {
            "What a program reads with somebody’s access token is what that somebody may see at that moment, and no more. Members sign in with GitHub. Peerlore keeps no token of theirs for GitHub, and asks GitHub again at most every ten minutes whether they "
            "still belong. Where sign-in isn't set up, these pages are shown only on the machine that Peerlore runs on, unless its operator "
            "opens them to a private network with " code { "PEERLORE_OPEN_PAGES" } "; a person's own page is then on the command line: "
            code { "peerlore profile LOGIN" } "."
        }
    }
}

fn permissions() -> Markup {
    let rows = [
        ("Metadata", "read", "GitHub asks for it with any other"),
        (
            "Pull requests",
            "read and write",
            "to follow reviews; writing is for one comment where you switch it on, for answers to commands, and for reviews that somebody asks for",
        ),
        (
            "Issues",
            "read",
            "GitHub sends comments on pull requests as comments on issues",
        ),
        (
            "Members",
            "read",
            "to suggest members only, and to know who is in another team",
        ),
        (
            "Checks",
            "read and write",
            "to show a suggestion as a neutral check where you switch it on; no check ever fails because of it",
        ),
        (
            "Contents",
            "read",
            "to see whether a push changed the lines that a comment was about, and which files the repository calls generated",
        ),
    ];
    html! {
        (heading("permissions"))
        div.scroll {
            table.stack {
                caption.hidden { "Permissions and what they are for" }
                thead { tr { th scope="col" { "Permission" } th scope="col" { "How" } th scope="col" { "What for" } } }
                tbody { @for (name, how, why) in rows { tr { th scope="row" { (name) } td { (how) } td { (why) } } } }
            }
        }
        p { "Never asked for: writing contents, workflows or actions, administration, e-mail addresses." }
    }
}
