//! `/offboarding`: the people of the teams whose pages the visitor may open, by name, to ask what would be lost if one of them were gone.
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::store::profiles;
use crate::store::team_pages;
use crate::web::Web;
use crate::web::access::Lead;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::pages::offboarding::FEW;
use crate::web::pages::teams;
use crate::web::paging::Paging;
use crate::web::table::Column;
use crate::web::table::Holds;
use crate::web::table::Rows;
use crate::web::table::Sort;
use crate::web::table::Table;

/// People on one page of the list.
const PAGE: usize = 100;

/// The people of the list: by name, and by nothing else.
pub const PEOPLE: Table = Table {
    rows: Rows::People,
    columns: &[Column {
        key: "name",
        name: "Name",
        holds: Holds::Words,
    }],
    usual: "name",
};

/// A team with its people, on the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// The team's short name.
    pub slug: String,
    /// The team's name.
    pub name: String,
    /// The logins of its people who may appear, by name.
    pub logins: Vec<String>,
}

/// What the list shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// The teams, each with those of its people who stand on this page.
    pub teams: Vec<Listed>,
    /// The one team that was asked for, by its short name; none: all of them.
    pub team: Option<String>,
    /// Which way names go.
    pub sort: Sort,
    /// Which page it is.
    pub paging: Paging,
}

impl View {
    fn address(&self, sort: &str, page: usize) -> String {
        let team = self.team.iter().map(|team| ("team", team.as_str()));
        let page = page.to_string();
        let query = team.chain([("sort", sort), ("page", &page)]);
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(query)
            .finish();
        format!("/offboarding?{query}")
    }
}

/// What the list's address asks for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    team: Option<String>,
    sort: Option<String>,
    page: Option<String>,
}

/// `GET /offboarding`: the people of the teams whose pages the visitor may open, or of one by `?team=SLUG`; with `?sort=-name` and `?page=N`.
///
/// # Errors
/// [`PageError::ForLeads`] for whoever leads none, or not that team; [`PageError`] where the list has no such page, or the database is away.
pub async fn show(
    State(web): State<Web>,
    Lead(visitor): Lead,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Markup, PageError> {
    let Ok(Query(asked)) = query else {
        return Err(PageError::no_such_page());
    };
    let sort = PEOPLE.asked(asked.sort.as_deref())?;
    let mut listed = listed(&web, &visitor).await?;
    if let Some(wanted) = &asked.team {
        listed.retain(|team| team.slug.eq_ignore_ascii_case(wanted));
    }
    if sort.falling {
        for team in &mut listed {
            team.logins.reverse();
        }
    }
    if asked.team.is_some() && listed.is_empty() {
        return Err(PageError::ForLeads);
    }
    let number = listed.iter().map(|team| team.logins.len().max(1)).sum();
    let paging = Paging::asked(asked.page.as_deref(), number, PAGE)?;
    let view = View {
        teams: on_page(listed, paging),
        team: asked.team,
        sort,
        paging,
    };
    let frame = Frame {
        title: "If somebody were gone",
        place: Place::Teams,
        visitor: Some(&visitor),
    };
    Ok(layout::page(&frame, &render(&view)))
}

/// The people of the teams whose pages a visitor may open, by name.
pub(in crate::web) async fn listed(web: &Web, visitor: &Visitor) -> Result<Vec<Listed>, PageError> {
    let now = web.pipeline.clock.now();
    let mut conn = web.pipeline.pool.acquire().await?;
    let mut listed = Vec::new();
    // Once for each organisation.
    let mut known = HashMap::new();
    for (reader, team) in teams::open_to(&mut conn, visitor, now).await? {
        let (places, shown) = match known.entry(reader.installation()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let places = team_pages::places(&mut conn, &reader, now).await?;
                new.insert((places, profiles::logins(&mut conn, reader.installation()).await?))
            }
        };
        let here = places.iter().filter(|(place, _)| *place == team.id);
        let mut logins: Vec<String> = here.filter_map(|(_, person)| shown.get(person).cloned()).collect();
        logins.sort_by_key(|login| login.to_lowercase());
        listed.push(Listed {
            slug: team.slug,
            name: team.name,
            logins,
        });
    }
    Ok(listed)
}

/// Those who stand on a page, under their teams; a team of which nobody is shown takes one line.
fn on_page(listed: Vec<Listed>, paging: Paging) -> Vec<Listed> {
    let (range, mut before) = (paging.range(), 0);
    let mut shown = Vec::new();
    for mut team in listed {
        let lines = before..before + team.logins.len().max(1);
        before = lines.end;
        let (from, to) = (range.start.max(lines.start), range.end.min(lines.end));
        if from < to {
            let to = (to - lines.start).min(team.logins.len());
            team.logins = team.logins[(from - lines.start).min(to)..to].to_vec();
            shown.push(team);
        }
    }
    shown
}

/// The list's text.
#[must_use]
pub fn render(view: &View) -> Markup {
    html! {
        h1 { "If somebody were gone" }
        p.lead { "What only one person knows or holds, who is nearest to it, and which open pull requests would pass it on. Choose whom to ask about." }
        p.soft { "Nothing here says that somebody goes. People stand by name." }
        @if view.team.is_some() { p { a href="/offboarding" { "The people of all your teams" } "." } }
        @if view.teams.is_empty() { p { "No team is known here. Teams come from GitHub, at the latest a day after the App was installed." } }
        @if view.paging.pages > 1 || view.teams.iter().any(|team| team.logins.len() > FEW) {
            (PEOPLE.line(view.sort, |word| view.address(word, 1)))
        }
        @for team in &view.teams {
            h2 id=(team.slug) { (team.name) }
            @if team.logins.is_empty() { p { "Nobody who is shown." } } @else {
                ul.names { @for login in &team.logins { li { a href={ "/offboarding/" (login) } { (login) } } } }
            }
        }
        (view.paging.turn("people", ("Previous", "Next"), |page| view.address(&view.sort.word(), page)))
    }
}
