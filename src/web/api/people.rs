//! What colleagues share: the same as on `/people/LOGIN`, and the look is noted for them as there.
use axum::Json;
use axum::extract::State;
use chrono::DateTime;
use chrono::Utc;
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::sharing::Section;
use crate::web::Web;
use crate::web::api::asked::Named;
use crate::web::api::caller::Caller;
use crate::web::api::caller::PeopleRead;
use crate::web::api::problem::Problem;
use crate::web::api::problem::RefusedPath;
use crate::web::api::shapes;
use crate::web::api::shapes::Area;
use crate::web::api::shapes::Skill;
use crate::web::pages::people;
use crate::web::pages::people::View;

/// What somebody chose to share; null: they don't share that.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Colleague {
    /// Their login.
    login: String,
    /// It is you: what colleagues see of you.
    own: bool,
    /// What they passed on, as far as you may read it.
    passed_on: Option<Vec<SharedPassedOn>>,
    /// What they took up, as far as you may read it.
    took_up: Option<Vec<SharedTookUp>>,
    /// What they would like to learn and teach.
    goals: Option<SharedGoals>,
}

/// An area that a colleague passed on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct SharedPassedOn {
    /// The area.
    area: Area,
    /// Pull requests in which it landed.
    pull_requests: u32,
    /// What it was on.
    on: Vec<Skill>,
}

/// An area that a colleague took up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct SharedTookUp {
    /// The area.
    area: Area,
    /// No more than the evidence carries.
    #[schema(examples("applied feedback on", "learned"))]
    claim: &'static str,
    /// When the last lesson landed.
    last: DateTime<Utc>,
    /// What they were on.
    on: Vec<Skill>,
}

/// A colleague's goals.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct SharedGoals {
    /// Areas to learn.
    #[schema(schema_with = shapes::to_learn)]
    learn: Vec<String>,
    /// Areas to teach.
    #[schema(schema_with = shapes::to_teach)]
    teach: Vec<String>,
}

/// What a colleague shares
///
/// They see that you looked, as on the page. Whoever opted out is answered as whoever isn't there.
#[utoipa::path(get, path = "/people/{login}", tag = "People and pull requests", security(("token" = ["people:read"])),
    params(("login" = String, Path, description = "Their login, letters' case aside")),
    responses((status = 200, description = "What they share", body = Colleague), RefusedPath))]
pub(super) async fn person(
    State(web): State<Web>,
    caller: Caller<PeopleRead>,
    Named(login): Named<String>,
) -> Result<Json<Colleague>, Problem> {
    let view = people::view(&web, &caller.visitor, &login).await?;
    let shares = |section| view.shared.contains(&section);
    Ok(Json(Colleague {
        own: view.own,
        passed_on: shares(Section::Helped).then(|| passed_on(&view)),
        took_up: shares(Section::Taken).then(|| took_up(&view)),
        goals: shares(Section::Goals).then(|| SharedGoals {
            learn: view.person.learn.clone(),
            teach: view.person.teach.clone(),
        }),
        login: view.person.login,
    }))
}

fn passed_on(view: &View) -> Vec<SharedPassedOn> {
    let one = |held: &crate::pipeline::profile::Held| SharedPassedOn {
        area: held.area.into(),
        pull_requests: held.pulls.unsigned_abs(),
        on: shapes::skills(&held.on),
    };
    view.profile.helped.iter().map(one).collect()
}

fn took_up(view: &View) -> Vec<SharedTookUp> {
    let one = |taken: &crate::pipeline::profile::Taken| SharedTookUp {
        area: taken.area.into(),
        claim: taken.claim,
        last: taken.last,
        on: shapes::skills(&taken.on),
    };
    view.profile.taken.iter().map(one).collect()
}
