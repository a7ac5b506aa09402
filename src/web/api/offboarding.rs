//! What would be lost if somebody were gone: the same as on `/offboarding`, for owners and leads of a team that they are in.
use axum::Json;
use axum::extract::State;
use chrono::DateTime;
use chrono::Utc;
use serde::Serialize;
use utoipa::ToSchema;

use crate::pipeline::knowers;
use crate::pipeline::offboarding as found;
use crate::web::Web;
use crate::web::api::asked::Named;
use crate::web::api::caller::Caller;
use crate::web::api::caller::LeadRead;
use crate::web::api::caller::SilentRead;
use crate::web::api::problem::Problem;
use crate::web::api::problem::Refused;
use crate::web::api::problem::RefusedPath;
use crate::web::pages::offboarding;
use crate::web::pages::offboarding_list;

/// The people of the teams that you may read of. Nothing here says that somebody goes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Offboarding {
    /// The teams, by name.
    teams: Vec<TeamPeople>,
}

/// A team with its people.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct TeamPeople {
    /// Its short name in addresses.
    slug: String,
    /// Its name.
    name: String,
    /// Its people who may appear, by login, in alphabetical order.
    people: Vec<String>,
}

/// What would be lost if somebody were gone, in repositories that you may read. Nothing here says that they go.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct IfGone {
    /// Who.
    login: String,
    /// They agreed to be named for what they know, or needn't; where not, nothing is told.
    may_be_named: bool,
    /// Known files in all.
    files: usize,
    /// Files that nobody else active knows.
    only: usize,
    /// Files that one other active person knows.
    with_one: usize,
    /// Parts of the code with such files.
    modules: Vec<ModuleLoss>,
    /// Areas that they surely hold, and at most one other active person.
    areas: Vec<SkillLoss>,
    /// Languages, technologies and own skills, the same.
    skills: Vec<SkillLoss>,
    /// What a reader must know.
    notes: Vec<String>,
}

/// What would be lost of a part of the code.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct ModuleLoss {
    /// Its name.
    module: String,
    /// Its known files.
    files: usize,
    /// Files that nobody else active knows, by path.
    only: Vec<String>,
    /// Files that one other active person knows, by path.
    with_one: Vec<KnownByOneOther>,
    /// Who knew some of them and wasn't seen for 90 days.
    not_seen: Vec<NotSeen>,
    /// Who is nearest to it.
    nearest: Vec<Nearest>,
    /// Open pull requests that would pass it on.
    pull_requests: Vec<Passing>,
}

/// A file that one other active person knows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct KnownByOneOther {
    /// Its path.
    path: String,
    /// The other's login, or "one person" where they are not named.
    other: String,
}

/// A skill that at most one other active person holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct SkillLoss {
    /// Its slug.
    slug: String,
    /// Its name.
    name: String,
    /// The one who holds it, too, or "one person" where they are not named; null: nobody.
    other: Option<String>,
    /// Who holds it and wasn't seen for 90 days.
    not_seen: Vec<NotSeen>,
    /// Who is nearest to it.
    nearest: Vec<Nearest>,
    /// Open pull requests that would pass it on; of an area only.
    pull_requests: Vec<Passing>,
}

/// Somebody who wasn't seen for a while. Why is nobody's business.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct NotSeen {
    /// Who.
    login: String,
    /// When they were last seen, in what you may read.
    since: DateTime<Utc>,
}

/// Somebody who is near.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Nearest {
    /// Who.
    login: String,
    /// Their teams.
    teams: Vec<String>,
    /// What they have to do with it, in words.
    why: String,
}

/// An open pull request whose review would pass something on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Passing {
    /// The pull request, as `owner/name#number`.
    pull_request: String,
    /// Its title.
    title: String,
    /// Whose review to ask for.
    ask: String,
    /// Who knows it already and looks on, in words.
    beside: String,
}

/// Whom you may ask about
#[utoipa::path(get, path = "/offboarding", tag = "Teams", security(("token" = ["lead:read"])),
    responses((status = 200, description = "Teams with their people", body = Offboarding), Refused))]
pub(super) async fn offboarding_list(
    State(web): State<Web>,
    caller: Caller<LeadRead>,
) -> Result<Json<Offboarding>, Problem> {
    let listed = offboarding_list::listed(&web, &caller.visitor).await?;
    let team = |team: offboarding_list::Listed| TeamPeople {
        slug: team.slug,
        name: team.name,
        people: team.logins,
    };
    Ok(Json(Offboarding {
        teams: listed.into_iter().map(team).collect(),
    }))
}

/// If somebody were gone
///
/// What only they know or hold, who is nearest to it, and which open pull requests would pass it on.
#[utoipa::path(get, path = "/offboarding/{login}", tag = "Teams", security(("token" = ["lead:read"])),
    params(("login" = String, Path, description = "Their login, letters' case aside")),
    responses((status = 200, description = "What would be lost", body = IfGone), RefusedPath))]
pub(super) async fn offboarding_of(
    State(web): State<Web>,
    caller: Caller<SilentRead>,
    Named(login): Named<String>,
) -> Result<Json<IfGone>, Problem> {
    let view = offboarding::view(&web, &caller.visitor, &login).await?;
    let found = view.found;
    Ok(Json(IfGone {
        login: found.login,
        may_be_named: found.may_be_named,
        files: found.files,
        only: found.only,
        with_one: found.with_one,
        modules: found.modules.into_iter().map(module).collect(),
        areas: found.areas.into_iter().map(skill).collect(),
        skills: found.skills.into_iter().map(skill).collect(),
        notes: found.notes,
    }))
}

fn module(one: found::ModuleLoss) -> ModuleLoss {
    let known = |file: found::KnownByTwo| KnownByOneOther {
        path: file.path,
        other: file.other,
    };
    ModuleLoss {
        module: one.module,
        files: one.files,
        only: one.only,
        with_one: one.with_one.into_iter().map(known).collect(),
        not_seen: not_seen(one.not_seen),
        nearest: nearest(one.nearest),
        pull_requests: passing(one.pulls),
    }
}

fn skill(one: found::SkillLoss) -> SkillLoss {
    SkillLoss {
        slug: one.slug,
        name: one.name,
        other: one.other,
        not_seen: not_seen(one.not_seen),
        nearest: nearest(one.nearest),
        pull_requests: passing(one.pulls),
    }
}

fn not_seen(people: Vec<knowers::NotSeen>) -> Vec<NotSeen> {
    let one = |one: knowers::NotSeen| NotSeen {
        login: one.login,
        since: one.since,
    };
    people.into_iter().map(one).collect()
}

fn nearest(people: Vec<found::Nearest>) -> Vec<Nearest> {
    let one = |one: found::Nearest| Nearest {
        login: one.login,
        teams: one.teams,
        why: one.why,
    };
    people.into_iter().map(one).collect()
}

fn passing(pulls: Vec<found::Passing>) -> Vec<Passing> {
    let one = |one: found::Passing| Passing {
        pull_request: one.pull,
        title: one.title,
        ask: one.ask,
        beside: one.beside,
    };
    pulls.into_iter().map(one).collect()
}
