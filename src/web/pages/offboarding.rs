//! `/offboarding/LOGIN`: for leads of a team that somebody is in, for owners and for that somebody, what would be lost if
//! they were gone, and what passes it on in time.
//!
//! It never says that somebody goes, and they see who looked. Whoever may not open it can't tell somebody who is there from somebody who isn't.
use std::collections::HashSet;

use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::extract::rejection::QueryRejection;
use maud::Markup;
use maud::html;
use serde::Deserialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::wording;
use crate::pipeline::knowers::NotSeen;
use crate::pipeline::knowers::ONE_PERSON;
use crate::pipeline::offboarding;
use crate::pipeline::offboarding::ModuleLoss;
use crate::pipeline::offboarding::NOT_AGREED;
use crate::pipeline::offboarding::Nearest;
use crate::pipeline::offboarding::Offboarding;
use crate::pipeline::offboarding::Passing;
use crate::pipeline::offboarding::SkillLoss;
use crate::pipeline::profile;
use crate::store::StoreError;
use crate::store::people;
use crate::store::reader::Reader;
use crate::store::sharing;
use crate::store::team_pages;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::chart;
use crate::web::error::PageError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::pages::me_forms;
use crate::web::prose;
use crate::web::table::Column;
use crate::web::table::Holds;
use crate::web::table::Rows;
use crate::web::table::Sort;
use crate::web::table::Table;
use crate::web::tenant;

/// Parts of the code that stand open; more are folded.
const OPEN: usize = 8;
/// Lines of a list under which sorting helps nobody.
pub(super) const FEW: usize = 5;
/// Areas and skills that the first sentence names.
const SOME: usize = 5;
/// The parts of the code of which something would be lost.
pub const PARTS: Table = Table {
    rows: Rows::Things,
    columns: &[
        Column {
            key: "part",
            name: "Part",
            holds: Holds::Words,
        },
        Column {
            key: "only",
            name: "Files that nobody else knows",
            holds: Holds::Numbers,
        },
        Column {
            key: "one",
            name: "Files that one other person knows",
            holds: Holds::Numbers,
        },
    ],
    usual: "-only",
};

/// What the address of one person's page asks for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    sort: Option<String>,
}

/// What the page of one person shows.
#[derive(Clone, PartialEq, Debug)]
pub struct View {
    /// What would be lost.
    pub found: Offboarding,
    /// How the parts of the code are sorted.
    pub sort: Sort,
    /// The code host's address.
    pub host: String,
    /// The visitor looks at their own.
    pub own: bool,
}

/// `GET /offboarding/{login}`, with `?sort=COLUMN` for the parts of the code: 403 for whoever leads no team of that person and isn't they, whether
/// or not there is one; 404 for an owner where nobody is shown. The look is noted for them.
///
/// # Errors
/// [`PageError`] as above, or when the database is away.
pub async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Markup, PageError> {
    let (Ok(Path(login)), Ok(Query(asked))) = (path, query) else {
        return Err(PageError::no_such_page());
    };
    let view = View {
        sort: PARTS.asked(asked.sort.as_deref())?,
        ..view(&web, &visitor, &login).await?
    };
    let frame = Frame {
        title: &view.found.login,
        place: if view.own { Place::Me } else { Place::Teams },
        visitor: Some(&visitor),
    };
    Ok(layout::page(&frame, &render(&view)))
}

/// Reads what the page of one person shows.
pub(in crate::web) async fn view(web: &Web, visitor: &Visitor, login: &str) -> Result<View, PageError> {
    let now = web.pipeline.clock.now();
    let missing = || {
        if visitor.owns() {
            PageError::NotFound("There is nobody of that login here, or they are not shown.".to_owned())
        } else {
            PageError::ForLeads
        }
    };
    // Much is read for one answer, so few are worked out at a time; the others wait here and hold nothing.
    let _turn = web.turns.acquire().await.map_err(|_| PageError::Busy)?;
    let mut conn = web.pipeline.pool.acquire().await?;
    let (reader, person) = open_to(&mut conn, visitor, login, now).await?.ok_or_else(missing)?;
    let viewer = match &visitor.login {
        Some(login) => me_forms::viewer(&mut conn, &reader, login).await?,
        None => None,
    };
    let own = viewer == Some(person);
    let read = offboarding::read(&mut conn, &reader, login, now)
        .await?
        .ok_or_else(missing)?;
    if let Some(viewer) = viewer.filter(|_| !own) {
        sharing::looked(&mut conn, &reader, (viewer, person), now).await?;
    }
    drop(conn);
    let found = read.told().await?;
    Ok(View {
        found: if own { found.about_oneself() } else { found },
        sort: PARTS.usual(),
        host: web.pipeline.addresses.host.clone(),
        own,
    })
}

/// As whom a visitor reads of this person, and who that is; none: they may not, or there is nobody. Both take the same queries.
async fn open_to(
    conn: &mut PgConnection,
    visitor: &Visitor,
    login: &str,
    at: Time,
) -> Result<Option<(Reader, PersonId)>, StoreError> {
    for (_, reader) in tenant::seen_by(conn, visitor).await? {
        let led = led(conn, &reader, at).await?;
        let person = people::by_login(conn, reader.installation(), login).await?;
        let open =
            |person: &PersonId| reader.roles().is_owner() || led.contains(person) || reader.person() == Some(*person);
        if let Some(person) = person.map(|person| person.id).filter(open) {
            return Ok(Some((reader, person)));
        }
    }
    Ok(None)
}

/// The people of all teams that the reader leads.
async fn led(conn: &mut PgConnection, reader: &Reader, at: Time) -> Result<HashSet<PersonId>, StoreError> {
    let teams = team_pages::teams(conn, reader, at).await?;
    let led = teams.iter().filter(|team| reader.roles().leads(&team.slug));
    let led: HashSet<_> = led.map(|team| team.id).collect();
    let places = team_pages::places(conn, reader, at).await?;
    let there = places.into_iter().filter(|(team, _)| led.contains(team));
    Ok(there.map(|(_, person)| person).collect())
}

/// The page's text.
#[must_use]
pub fn render(view: &View) -> Markup {
    let found = &view.found;
    let notes: Vec<&String> = found.notes.iter().filter(|note| *note != NOT_AGREED).collect();
    html! {
        @if view.own { p.over { a href="/me" { "My page" } } } @else { p.over { a href="/offboarding" { "What to pass on in time" } } }
        h1 { "If " (found.login) " were gone" }
        @if view.own { p.note { "This is what owners and the leads of your teams can see of you, from repositories that you may read; they see their own. Beside it they see who is nearest and which reviews would pass it on. You see who looked on " a href="/me#sharing" { "your page" } "." } }
        @else { p.soft { (found.login) " sees that you looked." } }
        (first(found))
        p.soft { "Nothing here says that " @if view.own { "you" } @else { "they" } " go. Only repositories that you may read are counted." }
        @if !found.may_be_named { div.note { p { (NOT_AGREED) } } }
        (modules(view))
        (skills("Areas", view, &found.areas))
        (skills("Languages, technologies and own skills", view, &found.skills))
        @if !notes.is_empty() {
            h2 { "What this rests on" }
            ul.soft { @for note in notes { li { (note) } } }
        }
        p.soft.small.apart { a href="/docs#people" { "How this is worked out" } "." }
    }
}

/// What there is to know for whoever reads no further.
fn first(found: &Offboarding) -> Markup {
    let held: Vec<&str> = found
        .areas
        .iter()
        .chain(&found.skills)
        .map(|one| one.name.as_str())
        .collect();
    let lost = found.only + found.with_one;
    if !found.may_be_named {
        return html! {};
    }
    if found.files == 0 && held.is_empty() {
        return html! {
            (chart::not_enough("No merged pull request of the last four years that you may read tells who knows which file. The page fills as they come in."))
        };
    }
    html! {
        p.lead {
            @if lost > 0 { (files(found)) }
            @else if held.is_empty() { "Nothing would be lost: two other active people or more know or hold whatever " (found.login) " does." }
            @else { "Two active people or more would still know each file." }
            @if !held.is_empty() { " At most one active person would hold " strong { (shortly(&held)) } "." }
        }
    }
}

fn files(found: &Offboarding) -> Markup {
    html! {
        "Of " (wording::count(found.files, "known file")) ", "
        @if found.only > 0 {
            "nobody active would know " strong { (found.only) }
            @if found.with_one > 0 { ", and one person alone " strong { (found.with_one) } }
        } @else { "one person alone would know " strong { (found.with_one) } }
        "."
    }
}

/// The first few names, and how many more there are.
fn shortly(names: &[&str]) -> String {
    let mut told: Vec<String> = names.iter().take(SOME).map(|name| (*name).to_owned()).collect();
    if names.len() > SOME {
        told.push(format!("{} more", names.len() - SOME));
    }
    prose::listed(&told)
}

fn modules(view: &View) -> Markup {
    let mut modules = view.found.modules.clone();
    view.sort.sort(&mut modules, |key, one, other| match key {
        "part" => one.module.cmp(&other.module),
        "one" => one.with_one.len().cmp(&other.with_one.len()),
        _ => one.only.len().cmp(&other.only.len()),
    });
    let address = |word: &str| format!("/offboarding/{}?sort={word}#parts", view.found.login);
    let (open, folded) = modules.split_at(modules.len().min(OPEN));
    let cards = |modules: &[ModuleLoss]| html! { ul.claims { @for one in modules { (module(view, one)) } } };
    html! {
        @if !open.is_empty() {
            h2 id="parts" { "Parts of the code" }
            @if modules.len() > FEW { (PARTS.line(view.sort, address)) }
            (cards(open))
        }
        @if !folded.is_empty() { details { summary { (wording::count(folded.len(), "more part")) " of the code" } (cards(folded)) } }
    }
}

fn module(view: &View, module: &ModuleLoss) -> Markup {
    let of = wording::count(module.files, "known file");
    html! {
        li class="claim knows" {
            h3 { code { (module.module) } }
            @if !module.only.is_empty() {
                p { "Nobody else active knows " strong { (module.only.len()) " of " (of) } "." (not_seen(&module.not_seen, "who knew some of them")) }
            }
            @if !module.with_one.is_empty() {
                p { "One other person knows " strong { (module.with_one.len()) " of " (of) } "." }
            }
            @if !view.own { (remedy(view, &module.nearest, &module.pulls)) }
            details.more {
                summary { "Which files" }
                ul.paths {
                    @for path in &module.only { li { code { (path) } " nobody else" } }
                    @for file in &module.with_one { li { code { (file.path) } " " (file.other) ", too" } }
                }
            }
        }
    }
}

fn skills(title: &str, view: &View, skills: &[SkillLoss]) -> Markup {
    html! {
        @if !skills.is_empty() {
            h2 { (title) }
            ul.claims {
                @for skill in skills {
                    li class="claim knows" {
                        h3 { (skill.name) }
                        p {
                            @match skill.other.as_deref() {
                                None => "Nobody else active holds it.",
                                Some(ONE_PERSON) => "One other active person holds it.",
                                Some(other) => { (other) " holds it, too, and nobody else active." },
                            }
                            (not_seen(&skill.not_seen, "who holds it"))
                        }
                        @if !view.own { (remedy(view, &skill.nearest, &skill.pulls)) }
                    }
                }
            }
        }
    }
}

fn not_seen(people: &[NotSeen], what: &str) -> Markup {
    html! {
        @for one in people { " " span.soft { (one.login) ", " (what) ", was not seen since " (prose::date(one.since)) "." } }
    }
}

/// Who is nearest, and what to do.
fn remedy(view: &View, nearest: &[Nearest], pulls: &[Passing]) -> Markup {
    html! {
        div.remedy {
            @if nearest.is_empty() { p { "Nobody who could be named has to do with it yet: pair on the next change." } }
            @for near in nearest {
                p {
                    "Nearest: " strong { (near.login) }
                    @if !near.teams.is_empty() { " (" (near.teams.join(", ")) ")" }
                    ", " (near.why) "."
                }
            }
            @if !pulls.is_empty() {
                ul {
                    @for pull in pulls {
                        li {
                            "Ask " strong { (pull.ask) } " to review " a href=(profile::pull_link(&view.host, &pull.pull)) { (pull.pull) } " " (title(&pull.title))
                            span.soft { "; " (pull.beside) "." }
                        }
                    }
                }
            }
        }
    }
}

fn title(title: &str) -> &str {
    let title = title.trim();
    if title.is_empty() { "without a title" } else { title }
}
