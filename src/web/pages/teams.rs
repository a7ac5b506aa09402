//! `/teams` and `/teams/SLUG`: for a team's leads, what the team holds, with names, and what it was told, in counts of at
//! least five people.
use std::collections::BTreeMap;

use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use chrono::Duration;
use maud::Markup;
use maud::html;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::skill::Area;
use crate::pipeline::team;
use crate::pipeline::team::Told;
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
use crate::web::prose;
use crate::web::tenant;

/// Days that are looked at.
const DAYS: i64 = 365;

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
    let mut conn = web.pipeline.pool.acquire().await?;
    let open = open_to(&mut conn, &visitor, web.pipeline.clock.now()).await?;
    let text = html! {
        h1 { "Teams" }
        @if open.is_empty() { p { "No team is known here. Teams come from GitHub, at the latest a day after the App was installed." } }
        p { a href="/offboarding" { "If somebody were gone" } ": what only one person knows, and who could take it up." }
        ul.list { @for (_, team) in &open { li { a.title href={ "/teams/" (team.slug) } { (team.name) } } } }
    };
    let frame = Frame {
        title: "Teams",
        place: Place::Teams,
        visitor: Some(&visitor),
    };
    Ok(layout::page(&frame, &text))
}

/// What the page shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// The team.
    pub team: Team,
    /// Who holds what.
    pub holders: Vec<Holder>,
    /// What people were told who don't hold it, where the count may be shown.
    pub told: Vec<Told>,
}

/// `GET /teams/{slug}`: 404 for a team that isn't there, 403 for one that the visitor doesn't lead.
///
/// # Errors
/// [`PageError`] as above, or when the database is away.
pub async fn show(
    State(web): State<Web>,
    Lead(visitor): Lead,
    path: Result<Path<String>, PathRejection>,
) -> Result<Markup, PageError> {
    let Ok(Path(slug)) = path else {
        return Err(PageError::no_such_page());
    };
    let view = view(&web, &visitor, &slug).await?;
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
    let (reader, team) = found.ok_or(PageError::ForLeads)?;
    let (holders, told) = team::of(&mut conn, &reader, &team, (since, now)).await?;
    Ok(View { team, holders, told })
}

/// The page's text.
#[must_use]
pub fn render(view: &View) -> Markup {
    html! {
        p.over { "Team" }
        h1 { (view.team.name) }
        div.facts {
            a href={ "/offboarding#" (view.team.slug) } { "If somebody of the team were gone" }
            a href="/flow" { "What flows between teams" }
        }
        @if team::is_too_small(&view.team) {
            p { "Too few people: a team of fewer than five is not described here, since every number would be about somebody." }
        } @else {
            p.lead { "What the team passed on in the last year, and where it was told something. Only repositories that you may read are counted." }
            (holders(&view.holders))
            (told(&view.told))
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

fn told(told: &[Told]) -> Markup {
    html! {
        h2 { "Where the team is told something" }
        p.soft { "People who got feedback on an area and aren't named for it above. Areas are left out where fewer than five were told or not told, here or among the people that this team has in common with others, since numbers could be subtracted." }
        @if told.is_empty() {
            p { "Nothing that can be shown." }
        } @else {
            div.scroll {
                table {
                    caption.hidden { "People who were told, by area" }
                    thead { tr { th scope="col" { "Area" } th.number scope="col" { "People" } } }
                    tbody { @for one in told { tr { th scope="row" { (area(&one.area)) } td.number { (one.count.people) " of " (one.count.of) } } } }
                }
            }
        }
    }
}
