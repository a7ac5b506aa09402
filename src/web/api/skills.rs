//! Skills with their slugs: areas, and what an organisation added; the rest stands on `/docs/skills`.
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::skill;
use crate::web::Web;
use crate::web::api::caller::Caller;
use crate::web::api::caller::PeopleRead;
use crate::web::api::problem::Problem;
use crate::web::api::problem::Refused;
use crate::web::pages::docs_skills;

/// Skills.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Skills {
    /// The practice areas.
    areas: Vec<SkillDescribed>,
    /// What your organisation added for its own folders.
    own: Vec<SkillDescribed>,
}

/// A skill, explained.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct SkillDescribed {
    /// Its slug, which never changes.
    slug: String,
    /// Its name.
    name: String,
    /// What it belongs to.
    parent: String,
    /// What it is.
    about: String,
}

impl From<skill::Described> for SkillDescribed {
    fn from(one: skill::Described) -> Self {
        Self {
            slug: one.slug,
            name: one.name,
            parent: one.parent,
            about: one.about,
        }
    }
}

/// Skills with their slugs
///
/// The practice areas and your organisation's own skills. Languages and technologies stand on /docs/skills.
#[utoipa::path(get, path = "/skills", tag = "People and pull requests", security(("token" = ["people:read"])),
    responses((status = 200, description = "The skills", body = Skills), Refused))]
pub(super) async fn all_skills(State(web): State<Web>, caller: Caller<PeopleRead>) -> Result<Json<Skills>, Problem> {
    let own = docs_skills::own(&web, &caller.visitor).await?;
    let own = own.iter().flat_map(|(_, skills)| docs_skills::described_own(skills));
    Ok(Json(Skills {
        areas: docs_skills::areas().into_iter().map(SkillDescribed::from).collect(),
        own: own.map(SkillDescribed::from).collect(),
    }))
}
