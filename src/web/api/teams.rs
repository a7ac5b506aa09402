//! Teams: the same as on `/teams` and `/teams/SLUG`, for their leads and owners.
use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::pipeline::team;
use crate::web::Web;
use crate::web::api::asked::Named;
use crate::web::api::caller::Caller;
use crate::web::api::caller::LeadRead;
use crate::web::api::problem::Problem;
use crate::web::api::problem::Refused;
use crate::web::api::problem::RefusedPath;
use crate::web::api::shapes::Area;
use crate::web::api::team_figures::TeamFigures;
use crate::web::pages::teams;

/// The teams that you may read of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Teams {
    /// By name.
    teams: Vec<TeamName>,
}

/// A team.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct TeamName {
    /// Its short name in addresses.
    slug: String,
    /// Its name.
    name: String,
}

/// What a team holds and was told in the last year, in repositories that you may read.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Team {
    /// Its short name in addresses.
    slug: String,
    /// Its name.
    name: String,
    /// It has fewer than five people, so nothing is told of it.
    too_small: bool,
    /// What is held here, by area; people by login.
    held: Vec<HeldHere>,
    /// Where the team is told something, where the count may be shown.
    told: Vec<ToldHere>,
    /// The team in figures; null where it is too small.
    figures: Option<TeamFigures>,
}

/// Who holds an area.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct HeldHere {
    /// The area.
    area: Area,
    /// By login, in alphabetical order.
    people: Vec<String>,
}

/// How many were told of an area, of those who don't hold it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct ToldHere {
    /// The area.
    area: Area,
    /// So many people, five at least.
    #[schema(minimum = 5)]
    people: usize,
    /// Of so many.
    of: usize,
}

/// The teams that you may read of
///
/// For owners all of them, for leads those that they lead.
#[utoipa::path(get, path = "/teams", tag = "Teams", security(("token" = ["lead:read"])),
    responses((status = 200, description = "The teams", body = Teams), Refused))]
pub(super) async fn all_teams(State(web): State<Web>, caller: Caller<LeadRead>) -> Result<Json<Teams>, Problem> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let open = teams::open_to(&mut conn, &caller.visitor, web.pipeline.clock.now()).await?;
    let name = |(_, team): (_, crate::store::team_pages::Team)| TeamName {
        slug: team.slug,
        name: team.name,
    };
    Ok(Json(Teams {
        teams: open.into_iter().map(name).collect(),
    }))
}

/// One team
///
/// Who is named for which area, how many were told of it, what hangs on one person, how people come in and take part, what flows in and out. A team that isn't there is answered to leads as one that they don't lead.
#[utoipa::path(get, path = "/teams/{slug}", tag = "Teams", security(("token" = ["lead:read"])),
    params(("slug" = String, Path, description = "The team's short name, letters' case aside")),
    responses((status = 200, description = "The team", body = Team), RefusedPath))]
pub(super) async fn one_team(
    State(web): State<Web>,
    caller: Caller<LeadRead>,
    Named(slug): Named<String>,
) -> Result<Json<Team>, Problem> {
    let view = teams::view(&web, &caller.visitor, &slug).await?;
    let mut areas: BTreeMap<&str, (Area, Vec<String>)> = BTreeMap::new();
    for holder in &view.holders {
        if let Ok(area) = holder.area.parse::<crate::model::skill::Area>() {
            let (_, people) = areas.entry(area.name()).or_insert_with(|| (area.into(), Vec::new()));
            people.push(holder.login.clone());
        }
    }
    let told = view.told.iter().filter_map(|one| {
        let area: crate::model::skill::Area = one.area.parse().ok()?;
        Some(ToldHere {
            area: area.into(),
            people: one.count.people,
            of: one.count.of,
        })
    });
    Ok(Json(Team {
        too_small: team::is_too_small(&view.team),
        held: areas
            .into_values()
            .map(|(area, people)| HeldHere { area, people })
            .collect(),
        told: told.collect(),
        figures: view
            .figures
            .as_ref()
            .map(|found| TeamFigures::of(found, &view.team.name)),
        slug: view.team.slug,
        name: view.team.name,
    }))
}
