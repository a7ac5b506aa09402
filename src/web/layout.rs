//! What every page has around it: landmarks, the wordmark, the ways to the other pages, the stylesheet.
use std::sync::LazyLock;

use axum::extract::Query;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use maud::DOCTYPE;
use maud::Markup;
use maud::PreEscaped;
use maud::html;
use serde::Deserialize;
use sha2::Digest;
use sha2::Sha256;

use crate::model::wording;
use crate::pipeline::visits::SignedIn;
use crate::web;
use crate::web::access::Visitor;
use crate::web::form;
use crate::web::looks_as::LooksAs;

/// The one stylesheet.
const STYLE: &str = include_str!("style.css");

/// The one script, for pages with parts that renew themselves.
const SCRIPT: &str = include_str!("live.js");

/// The wordmark's picture for the window's tab, inside of the page: browsers ask for `/favicon.ico` where there is none.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http%3A//www.w3.org/2000/svg' viewBox='0 0 32 24'%3E\
    %3Cpath d='M7 11C11 2 21 2 25 11' fill='none' stroke='%23808890' stroke-width='2.5' stroke-linecap='round'/%3E\
    %3Ccircle cx='7' cy='17' r='5' fill='%230b8494'/%3E%3Ccircle cx='25' cy='17' r='5' fill='%23b0569a'/%3E%3C/svg%3E";

/// The first digits of the stylesheet's SHA-256: they stand in its address, so that it can be kept for a year.
static STYLE_DIGEST: LazyLock<String> = LazyLock::new(|| digest_of(STYLE));

/// The same of the script.
static SCRIPT_DIGEST: LazyLock<String> = LazyLock::new(|| digest_of(SCRIPT));

fn digest_of(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..6])
}

/// The pages that the head of every page leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// `/`
    Home,
    /// `/me`
    Me,
    /// `/silent-experts`
    SilentExperts,
    /// `/teams`
    Teams,
    /// `/replay`
    Replay,
    /// `/flow`
    Flow,
    /// `/admin`
    Admin,
    /// `/docs`
    Docs,
    /// Any other page.
    Elsewhere,
}

/// The ways in the head of every page.
const WAYS: [(Place, &str, &str); 8] = [
    (Place::Home, "/", "Pull requests"),
    (Place::Me, "/me", "My page"),
    (Place::SilentExperts, "/silent-experts", "Silent experts"),
    (Place::Teams, "/teams", "Teams"),
    (Place::Replay, "/replay", "Replay"),
    (Place::Flow, "/flow", "Flow"),
    (Place::Admin, "/admin", "Admin"),
    (Place::Docs, "/docs", "How it works"),
];

/// Whether a way leads this visitor anywhere: nobody is shown a link to a page that stays closed to them.
fn leads_anywhere(place: Place, visitor: Option<&Visitor>) -> bool {
    match place {
        Place::Home | Place::Docs | Place::Elsewhere => true,
        Place::SilentExperts => visitor.is_some(),
        Place::Me => visitor.is_some_and(Visitor::has_own_page),
        Place::Admin => visitor.is_some_and(Visitor::owns),
        Place::Teams | Place::Replay | Place::Flow => visitor.is_some_and(Visitor::leads_some_team),
    }
}

/// What stands around a page's own text.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The title of the window; the page's one `h1` stands in its text.
    pub title: &'a str,
    /// Where it belongs.
    pub place: Place,
    /// Who looks; none where nobody may see people's data.
    pub visitor: Option<&'a Visitor>,
}

/// A whole page, in which nobody's text turns what stands around it.
#[must_use]
pub fn page(frame: &Frame<'_>, text: &Markup) -> Markup {
    with_text_unturned(whole(frame, None, text))
}

/// How a page renews itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Live<'a> {
    /// The address of its stream ([`crate::web::live`]).
    pub stream: &'a str,
    /// What a browser without scripts asks for every 10 seconds instead; none: nothing, since somebody fills a form in.
    pub again: Option<&'a str>,
}

/// The same with parts (`data-part`) that renew themselves, under a policy that lets our one script run.
#[must_use]
pub fn live_page(frame: &Frame<'_>, live: Live<'_>, text: &Markup) -> Response {
    let policy = [(header::CONTENT_SECURITY_POLICY, web::policy_with_script())];
    (policy, with_text_unturned(whole(frame, Some(live), text))).into_response()
}

/// The same, in which nobody's text turns what stands around it.
#[must_use]
pub fn with_text_unturned(PreEscaped(whole): Markup) -> Markup {
    PreEscaped(if whole.contains(wording::turns_text) {
        whole.replace(wording::turns_text, "\u{fffd}")
    } else {
        whole
    })
}

fn whole(frame: &Frame<'_>, live: Option<Live<'_>>, text: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (frame.title) " · Peerlore" }
                link rel="icon" type="image/svg+xml" href=(ICON);
                link rel="stylesheet" href={ "/style.css?v=" (STYLE_DIGEST.as_str()) };
                @if let Some(live) = live {
                    script src={ "/live.js?v=" (SCRIPT_DIGEST.as_str()) } defer {}
                    @if let Some(again) = live.again { noscript { meta http-equiv="refresh" content={ "10; url=" (again) }; } }
                }
            }
            body {
                a.skip href="#text" { "Skip to the text" }
                header.head {
                    div.within {
                        a.wordmark href="/" { (mark()) span { "Peerlore" } }
                        nav aria-label="Pages" {
                            ul {
                                @for (place, address, words) in WAYS.into_iter().filter(|way| leads_anywhere(way.0, frame.visitor)) {
                                    li {
                                        a href=(address) aria-current=[(place == frame.place).then_some("page")] { (words) }
                                    }
                                }
                            }
                        }
                    }
                }
                @if let Some(visitor) = frame.visitor.filter(|visitor| visitor.demo) { (demo_line(visitor)) }
                @if let Some((visitor, place)) = frame.visitor.and_then(|one| Some((one, one.signed_in.as_ref()?))) {
                    (signed_in_line(visitor, place))
                }
                main.within id="text" tabindex="-1" data-live=[live.map(|live| live.stream)] { (text) }
                footer.foot {
                    div.within {
                        p { "Suggestions are invitations, not verdicts: people decide. " a href="/docs" { "How it works, what is stored, who sees it" } "." }
                    }
                }
            }
        }
    }
}

fn demo_line(visitor: &Visitor) -> Markup {
    html! {
        aside.demo aria-label="Demo" {
            div.within {
                "Demo: a made-up organisation, in which every page is open. "
                @match (&visitor.login, visitor.looks_as) {
                    (Some(login), Some(role)) => { "You look at it as " strong { (login) } ", " (role.words()) ". " a href="/#who" { "Be somebody else" } },
                    (Some(login), None) => { "You look at it as " strong { (login) } ". " a href="/#who" { "Be somebody else" } },
                    (None, _) => a href="/#who" { "Choose who you are" },
                }
                (roles(&visitor.token))
            }
        }
    }
}

fn signed_in_line(visitor: &Visitor, place: &SignedIn) -> Markup {
    html! {
        aside.demo aria-label="Signed in" {
            div.within {
                "Signed in as " strong { (place.login) } " in " strong { (place.organisation) } ". "
                @if place.has_others { a href="/sign-in/organisation" { "Another organisation" } " " }
                (way_out(&visitor.token))
            }
        }
    }
}

/// The demo's switch: one button a role.
fn roles(token: &str) -> Markup {
    html! {
        form.roles method="post" action="/demo/role" {
            (form::token_field(token))
            span { "Look at it as:" }
            @for role in LooksAs::ALL { " " button.quiet type="submit" name="role" value=(role.word()) { (role.word()) } }
        }
    }
}

/// The button that signs out.
#[must_use]
pub fn way_out(token: &str) -> Markup {
    html! {
        form.inline method="post" action="/sign-out" { (form::token_field(token)) button.link type="submit" { "Sign out" } }
    }
}

/// Two people with something that passes between them.
fn mark() -> Markup {
    html! {
        svg viewBox="0 0 32 24" width="32" height="24" aria-hidden="true" focusable="false" {
            path.arc d="M7 11 C 11 2, 21 2, 25 11" fill="none" stroke-width="2.5" stroke-linecap="round" {}
            circle.knows cx="7" cy="17" r="5" {}
            circle.learns cx="25" cy="17" r="5" {}
        }
    }
}

/// What the address of the stylesheet or the script carries.
#[derive(Debug, Deserialize)]
pub struct Version {
    v: Option<String>,
}

/// `GET /style.css`: kept for a year under the address that the pages name, asked for again under any other.
pub async fn style(Query(version): Query<Version>) -> Response {
    kept(&version, (STYLE, "text/css; charset=utf-8", &STYLE_DIGEST))
}

/// `GET /live.js`: the same.
pub async fn script(Query(version): Query<Version>) -> Response {
    kept(&version, (SCRIPT, "text/javascript; charset=utf-8", &SCRIPT_DIGEST))
}

fn kept(version: &Version, (text, kind, digest): (&'static str, &'static str, &str)) -> Response {
    let keep = if version.v.as_deref() == Some(digest) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)], text).into_response()
}
