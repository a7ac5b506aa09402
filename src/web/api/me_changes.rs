//! What somebody changes of themselves, by the same rules as the forms of `/me`.
use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::web::Web;
use crate::web::api::asked::Json;
use crate::web::api::caller::Caller;
use crate::web::api::caller::MeWrite;
use crate::web::api::me;
use crate::web::api::me::Availability;
use crate::web::api::me::Goals;
use crate::web::api::problem::Kind;
use crate::web::api::problem::Problem;
use crate::web::api::problem::RefusedBody;
use crate::web::api::shapes;
use crate::web::pages::me_availability;
use crate::web::pages::me_availability::Typed;
use crate::web::pages::me_forms;

/// Goals as they shall be.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"learn": ["testing"], "teach": ["error-handling"], "shown": true}))]
pub struct NewGoals {
    /// Areas to learn.
    #[schema(schema_with = shapes::to_learn)]
    learn: Vec<String>,
    /// Areas to teach.
    #[schema(schema_with = shapes::to_teach)]
    teach: Vec<String>,
    /// Colleagues may see these, and suggestions go by them.
    shown: bool,
}

/// Set your goals
///
/// What you would like to learn and teach, all at once: an area that isn't listed is no goal any more.
#[utoipa::path(put, path = "/me/goals", tag = "You", security(("token" = ["me:write"])), request_body = NewGoals,
    responses((status = 200, description = "They are kept", body = Goals), RefusedBody))]
pub(super) async fn set_goals(
    State(web): State<Web>,
    caller: Caller<MeWrite>,
    Json(goals): Json<NewGoals>,
) -> Result<Answer<Goals>, Problem> {
    own(&web, &caller).await?;
    me_forms::set_goals(&web, &caller.visitor, (&goals.learn, &goals.teach), goals.shown).await?;
    let mut conn = web.pipeline.pool.acquire().await?;
    let (_, person) = me::own(&mut conn, &caller.visitor).await?;
    Ok(Answer(me::goals(&person, goals.shown)))
}

/// Days away as they shall be.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAbsence {
    /// The first day; today where it is left out.
    #[schema(format = Date)]
    first_day: Option<String>,
    /// The last day, from today on and not before the first, at most two years ahead.
    #[schema(format = Date)]
    last_day: String,
}

/// Availability as it shall be.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"absences": [{"first_day": "2027-08-02", "last_day": "2027-08-20"}], "capacity": 3, "daily_cap": null, "mentoring_budget": 1}))]
pub struct NewAvailability {
    /// Days away.
    #[schema(max_items = 12)]
    absences: Vec<NewAbsence>,
    /// Open reviews at which you are full; null for what is usual.
    #[schema(minimum = 0, maximum = 100)]
    capacity: Option<u32>,
    /// Suggestions in a day, at most; null for what is usual, which a larger number doesn't raise.
    #[schema(minimum = 0, maximum = 100)]
    daily_cap: Option<u32>,
    /// Times a week as somebody who would learn, at most; null for what is usual, which a larger number doesn't raise; 0 for never.
    #[schema(minimum = 0, maximum = 100)]
    mentoring_budget: Option<u32>,
}

impl From<NewAvailability> for Typed {
    fn from(new: NewAvailability) -> Self {
        let number = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
        let (from, until) = new
            .absences
            .into_iter()
            .map(|one| (one.first_day.unwrap_or_default(), one.last_day))
            .unzip();
        Self {
            from,
            until,
            capacity: number(new.capacity),
            daily_cap: number(new.daily_cap),
            mentoring_budget: number(new.mentoring_budget),
        }
    }
}

/// Set your availability
///
/// When you are away and how much you want to be asked, all at once: what is null is as usual. Others never see it.
#[utoipa::path(put, path = "/me/availability", tag = "You", security(("token" = ["me:write"])), request_body = NewAvailability,
    responses((status = 200, description = "It is kept", body = Availability), RefusedBody))]
pub(super) async fn set_availability(
    State(web): State<Web>,
    caller: Caller<MeWrite>,
    Json(new): Json<NewAvailability>,
) -> Result<Answer<Availability>, Problem> {
    own(&web, &caller).await?;
    let kept = me_availability::keep(&web, &caller.visitor, &Typed::from(new)).await?;
    let kept = kept.map_err(|faults| {
        let words: Vec<String> = faults
            .into_iter()
            .map(|fault| format!("{}: {}", fault.field, fault.words))
            .collect();
        Problem::new(Kind::Unusable, words.join(" "))
    })?;
    Ok(Answer(Availability::from(&kept)))
}

/// Whoever is out of everything changes nothing.
async fn own(web: &Web, caller: &Caller<MeWrite>) -> Result<(), Problem> {
    let mut conn = web.pipeline.pool.acquire().await?;
    me::own(&mut conn, &caller.visitor).await?;
    Ok(())
}
