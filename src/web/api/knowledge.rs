//! Silent experts and the flow between teams: the same as on `/silent-experts` and `/flow`.
use axum::Json;
use axum::extract::State;
use chrono::DateTime;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::ToSchema;

use crate::pipeline::flow as pipeline_flow;
use crate::pipeline::silent::CouldBeAsked;
use crate::web::Web;
use crate::web::api::asked::Asked;
use crate::web::api::caller::Caller;
use crate::web::api::caller::LeadRead;
use crate::web::api::caller::SilentRead;
use crate::web::api::problem::Problem;
use crate::web::api::problem::RefusedQuery;
use crate::web::pages::flow;
use crate::web::pages::silent;

/// Which organisation.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichOrganisation {
    /// The organisation's login, where you may see several.
    organisation: Option<String>,
}

/// People who wrote much of a part of the code and are hardly ever asked to review it: an invitation to ask, not a verdict.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct SilentExperts {
    /// The organisation that is looked at; null: nothing has arrived yet.
    organisation: Option<String>,
    /// The other organisations that you may look at.
    other_organisations: Vec<String>,
    /// By module, and in a module by login: no order that could be read as a ranking.
    people: Vec<SilentExpert>,
}

/// Somebody who could be asked.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct SilentExpert {
    /// The repository and folder.
    module: String,
    /// Who.
    login: String,
    /// Own merged changes there in the last year, older ones counted less, rounded.
    own_changes: u64,
    /// Merged changes there by others.
    others_changes: u32,
    /// Reviews that they gave there, on merged changes by others.
    reviews: u32,
    /// Reviews that would be expected there of as much own work, rounded, 1 at least.
    expected_reviews: u64,
    /// Given per expected reviews: the lower end of the 90% interval; 1 is the usual.
    #[schema(minimum = 0)]
    of_usual_low: f64,
    /// The upper end of it.
    #[schema(minimum = 0)]
    of_usual_high: f64,
    /// The counts are small: chance alone can look like this.
    few: bool,
    /// Their newest merged changes there, as `owner/name#number`.
    changes: Vec<String>,
}

/// Silent experts
///
/// Open to every member, as the page is.
#[utoipa::path(get, path = "/silent-experts", tag = "Teams", security(("token" = ["lead:read"])), params(WhichOrganisation),
    responses((status = 200, description = "Who could be asked", body = SilentExperts), RefusedQuery))]
pub(super) async fn silent_experts(
    State(web): State<Web>,
    caller: Caller<SilentRead>,
    Asked(which): Asked<WhichOrganisation>,
) -> Result<Json<SilentExperts>, Problem> {
    let view = silent::view(&web, &caller.visitor, which.organisation.as_deref()).await?;
    let people = silent::by_module(&view.people)
        .into_values()
        .flatten()
        .map(silent_expert);
    Ok(Json(SilentExperts {
        people: people.collect(),
        organisation: view.organisation.clone(),
        other_organisations: view.others.clone(),
    }))
}

fn silent_expert(person: &CouldBeAsked) -> SilentExpert {
    SilentExpert {
        module: person.module.clone(),
        login: person.login.clone(),
        own_changes: silent::rounded(person.evidence),
        others_changes: person.others_changes,
        reviews: person.reviews,
        expected_reviews: silent::rounded(person.expected).max(1),
        of_usual_low: person.low,
        of_usual_high: person.high,
        few: person.others_changes < silent::FEW,
        changes: person.changes.clone(),
    }
}

/// What one team passed on to another in reviews over the last year. Nobody is named, and nothing of fewer than five people is told.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Flow {
    /// The organisation that is looked at; null: nothing has arrived yet.
    organisation: Option<String>,
    /// The other organisations that you may look at.
    other_organisations: Vec<String>,
    /// Weeks of a window.
    weeks: u8,
    /// The teams between which flow is shown, by name.
    teams: Vec<String>,
    /// Teams that are left out: too few people, or it would tell of a few beside other teams.
    too_few_people: Vec<String>,
    /// From team to team.
    between: Vec<Pair>,
    /// How far knowledge can have come in each window that may be told, newest first.
    reach: Vec<Reach>,
}

/// From one team to another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Pair {
    /// Where it came from.
    from: String,
    /// Where it went to.
    to: String,
    /// Lessons of the last year that landed.
    lessons: usize,
    /// Whom knowledge can have reached in the last window at most; null: it may not be told.
    reachable: Option<People>,
}

/// So many people of so many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct People {
    /// So many people.
    people: usize,
    /// Of so many.
    of: usize,
}

/// How far knowledge can have come in a window: an upper bound.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, ToSchema)]
pub struct Reach {
    /// When the window begins.
    from: DateTime<Utc>,
    /// Reviews that ended in it.
    reviews: usize,
    /// People who took part.
    people: usize,
    /// How many others half of them can have reached at most.
    median: Option<u32>,
    /// Which share of all others that is, in [0, 1].
    #[schema(minimum = 0, maximum = 1)]
    share: Option<f64>,
}

/// The flow between teams
#[utoipa::path(get, path = "/flow", tag = "Teams", security(("token" = ["lead:read"])), params(WhichOrganisation),
    responses((status = 200, description = "What flowed", body = Flow), RefusedQuery))]
pub(super) async fn team_flow(
    State(web): State<Web>,
    caller: Caller<LeadRead>,
    Asked(which): Asked<WhichOrganisation>,
) -> Result<Json<Flow>, Problem> {
    let view = flow::view(&web, &caller.visitor, which.organisation.as_deref()).await?;
    let found = view.flow.as_ref();
    Ok(Json(Flow {
        weeks: found.map_or(flow::WEEKS, |found| found.weeks),
        teams: found.map(|found| found.teams.clone()).unwrap_or_default(),
        too_few_people: found.map(|found| found.too_few_people.clone()).unwrap_or_default(),
        between: found.map(between).unwrap_or_default(),
        reach: found.map(reach).unwrap_or_default(),
        organisation: view.organisation,
        other_organisations: view.others,
    }))
}

/// As the page's table: of fewer than two teams it shows nothing.
fn between(flow: &pipeline_flow::Flow) -> Vec<Pair> {
    if flow.teams.len() < 2 {
        return Vec::new();
    }
    let pair = |((from, to), pair): ((&str, &str), pipeline_flow::Pair<'_>)| Pair {
        from: from.to_owned(),
        to: to.to_owned(),
        lessons: pair.lessons,
        reachable: pair.last.and_then(|last| last.reachable).map(|count| People {
            people: count.people,
            of: count.of,
        }),
    };
    flow.pairs().into_iter().map(pair).collect()
}

fn reach(flow: &pipeline_flow::Flow) -> Vec<Reach> {
    let told = flow.windows.iter().rev().filter_map(|window| {
        let reach = window.reach?;
        Some(Reach {
            from: window.from,
            reviews: reach.reviews,
            people: reach.people,
            median: reach.median,
            share: reach.share,
        })
    });
    told.collect()
}
