//! `/teams` and `/teams/SLUG`: for a team's leads, what the team holds, with names, and what it was told, in counts of at
//! least five people; how its people come in and take part, and what flows (`team_figures`). All teams beside each other are a map (`teams_map`).
use std::collections::BTreeMap;

use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::extract::rejection::QueryRejection;
use chrono::Duration;
use maud::Markup;
use maud::html;
use serde::Deserialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::skill::Area;
use crate::pipeline::team;
use crate::pipeline::team::Pages;
use crate::pipeline::team::Told;
use crate::pipeline::team::figures;
use crate::pipeline::team::figures::Figures;
use crate::store::StoreError;
use crate::store::reader::Reader;
use crate::store::team_pages;
use crate::store::team_pages::Holder;
use crate::store::team_pages::Team;
use crate::web::Web;
use crate::web::access::Lead;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::pages::flow;
use crate::web::pages::team_figures;
use crate::web::pages::teams_map;
use crate::web::pages::teams_map::Mapped;
use crate::web::prose;
use crate::web::table::Column;
use crate::web::table::Holds;
use crate::web::table::Rows;
use crate::web::table::Sort;
use crate::web::table::Table;
use crate::web::tenant;

/// Days that are looked at.
const DAYS: i64 = 365;

/// Where the team is told something.
pub const TOLD: Table = Table {
    rows: Rows::Things,
    columns: &[
        Column {
            key: "area",
            name: "Area",
            holds: Holds::Words,
        },
        Column {
            key: "people",
            name: "People",
            holds: Holds::Numbers,
        },
    ],
    usual: "area",
};

/// The teams whose pages a visitor may open, each with as whom they read.
pub(in crate::web) async fn open_to(
    conn: &mut PgConnection,
    visitor: &Visitor,
    at: Time,
) -> Result<Vec<(Reader, Team)>, StoreError> {
    let mut found = Vec::new();
    for (_, reader) in tenant::seen_by(conn, visitor).await? {
        let teams = team_pages::teams(conn, &reader, at).await?;
        let led = teams.into_iter().filter(|team| reader.roles().leads(&team.slug));
        found.extend(led.map(|team| (reader.clone(), team)));
    }
    Ok(found)
}

/// `GET /teams`: the teams whose pages the visitor may open.
///
/// # Errors
/// [`PageError::ForLeads`] for whoever leads none; [`PageError`] when the database is away.
pub async fn list(State(web): State<Web>, Lead(visitor): Lead) -> Result<Markup, PageError> {
    let now = web.pipeline.clock.now();
    let mut conn = web.pipeline.pool.acquire().await?;
    let open = open_to(&mut conn, &visitor, now).await?;
    let maps = maps(&mut conn, open, now).await?;
    let frame = Frame {
        title: "Teams",
        place: Place::Teams,
        visitor: Some(&visitor),
    };
    Ok(layout::page(&frame, &render_list(&maps)))
}

/// The teams with what their pages tell, those of each organisation together.
async fn maps(conn: &mut PgConnection, open: Vec<(Reader, Team)>, now: Time) -> Result<Vec<Vec<Mapped>>, PageError> {
    let mut maps: Vec<Vec<Mapped>> = Vec::new();
    let mut read: Option<(Reader, Pages)> = None;
    for (reader, team) in open {
        let known = read.take().filter(|(of, _)| of.installation() == reader.installation());
        let pages = if let Some((_, pages)) = known {
            pages
        } else {
            maps.push(Vec::new());
            Pages::read(conn, &reader, (now - Duration::days(DAYS), now)).await?
        };
        let (holders, told) = pages.of(&team);
        if let Some(map) = maps.last_mut() {
            map.push(Mapped { team, holders, told });
        }
        read = Some((reader, pages));
    }
    Ok(maps)
}

/// The list's text: the teams, then who holds what.
#[must_use]
pub fn render_list(maps: &[Vec<Mapped>]) -> Markup {
    html! {
        h1 { "Teams" }
        @if maps.is_empty() { p { "No team is known here. Teams come from GitHub, at the latest a day after the App was installed." } }
        p { a href="/offboarding" { "If somebody were gone" } ": what only one person knows, and who could take it up." }
        ul.names { @for one in maps.iter().flatten() { li { a.title href={ "/teams/" (one.team.slug) } { (one.team.name) } } } }
        @for map in maps { (teams_map::render(map)) }
    }
}

/// What the page shows.
#[derive(Clone, PartialEq, Debug)]
pub struct View {
    /// The team.
    pub team: Team,
    /// Who holds what.
    pub holders: Vec<Holder>,
    /// What people were told who don't hold it, where the count may be shown.
    pub told: Vec<Told>,
    /// How the table of these is sorted.
    pub sort: Sort,
    /// What else there is to tell; none: the team is too small.
    pub figures: Option<Figures>,
}

/// What the address asks for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    sort: Option<String>,
}

/// `GET /teams/{slug}`, with `?sort=COLUMN` for what it was told: 404 for a team that isn't there, 403 for one that the visitor doesn't lead.
///
/// # Errors
/// [`PageError`] as above, or when the database is away.
pub async fn show(
    State(web): State<Web>,
    Lead(visitor): Lead,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Markup, PageError> {
    let (Ok(Path(slug)), Ok(Query(asked))) = (path, query) else {
        return Err(PageError::no_such_page());
    };
    let view = View {
        sort: TOLD.asked(asked.sort.as_deref())?,
        ..view(&web, &visitor, &slug).await?
    };
    let frame = Frame {
        title: &view.team.name,
        place: Place::Teams,
        visitor: Some(&visitor),
    };
    Ok(layout::page(&frame, &render(&view)))
}

/// Reads what the page of a team shows.
pub(in crate::web) async fn view(web: &Web, visitor: &Visitor, slug: &str) -> Result<View, PageError> {
    let now = web.pipeline.clock.now();
    let since = now - Duration::days(DAYS);
    let mut conn = web.pipeline.pool.acquire().await?;
    let open = open_to(&mut conn, visitor, now).await?;
    let found = open.into_iter().find(|(_, team)| team.slug.eq_ignore_ascii_case(slug));
    // Whoever leads another team is told the same of a team that there is and of one that there isn't.
    let missing = || {
        if visitor.owns() {
            PageError::NotFound("There is no team of that name here.".to_owned())
        } else {
            PageError::ForLeads
        }
    };
    let (reader, team) = found.ok_or_else(missing)?;
    let (holders, told) = team::of(&mut conn, &reader, &team, (since, now)).await?;
    let figures = figures::of(&mut conn, &reader, &team, (flow::WEEKS, now)).await?;
    Ok(View {
        team,
        holders,
        told,
        sort: TOLD.usual(),
        figures,
    })
}

/// The page's text.
#[must_use]
pub fn render(view: &View) -> Markup {
    html! {
        p.over { "Team" }
        h1 { (view.team.name) }
        div.facts {
            a href={ "/offboarding?team=" (view.team.slug) } { "If somebody of the team were gone" }
            a href="/teams#skill-map" { "Who holds what, team by team" }
            a href="/flow" { "What flows between teams" }
        }
        @if team::is_too_small(&view.team) {
            p { "Too few people: a team of fewer than five is not described here, since every number would be about somebody." }
        } @else {
            p.lead { "What the team passed on in the last year, and where it was told something. Only repositories that you may read are counted." }
            (holders(&view.holders))
            @if let Some(figures) = &view.figures { (team_figures::render(figures, &view.team.name)) }
            (told(view))
        }
    }
}

fn area(slug: &str) -> &str {
    slug.parse().map_or(slug, |area: Area| area.name())
}

fn holders(holders: &[Holder]) -> Markup {
    let mut areas: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for holder in holders {
        areas.entry(area(&holder.area)).or_default().push(holder.login.clone());
    }
    html! {
        h2 { "Held here" }
        @if areas.is_empty() { p { "Nothing sure yet. Somebody is named for an area once what they passed on in it landed often enough to be more than a first sign." } }
        ul.claims {
            @for (area, logins) in areas {
                li class="claim knows" { h3 { (area) } p { (prose::listed(&logins)) } }
            }
        }
    }
}

fn told(view: &View) -> Markup {
    let mut told = view.told.clone();
    told.sort_by_key(|one| area(&one.area).to_owned());
    view.sort.sort(&mut told, |key, one, other| match key {
        "people" => one.count.people.cmp(&other.count.people),
        _ => area(&one.area).cmp(area(&other.area)),
    });
    html! {
        h2 id="told" { "Where the team is told something" }
        p.soft { "People who got feedback on an area and aren't named for it above. Areas are left out where fewer than five were told or not told, here or among the people that this team has in common with others, since numbers could be subtracted." }
        @if told.is_empty() {
            p { "Nothing that can be shown." }
        } @else {
            div.scroll {
                table {
                    caption.hidden { "People who were told, by area" }
                    (TOLD.head(view.sort, |word| format!("/teams/{}?sort={word}#told", view.team.slug)))
                    tbody { @for one in &told { tr { th scope="row" { (area(&one.area)) } td.number { (one.count.people) " of " (one.count.of) } } } }
                }
            }
        }
    }
}
