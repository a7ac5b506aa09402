//! What somebody reads of themselves: the same as on `/me`, through the same view.
use axum::Json;
use axum::extract::State;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use crate::model::availability::Availability as Chosen;
use crate::model::graph::Confidence;
use crate::pipeline::profile;
use crate::store::people::Person;
use crate::store::reader::Reader;
use crate::store::sharing::Section;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::api::caller::Caller;
use crate::web::api::caller::MeRead;
use crate::web::api::me_evidence;
use crate::web::api::problem::Kind;
use crate::web::api::problem::Problem;
use crate::web::api::problem::Refused;
use crate::web::api::shapes;
use crate::web::api::shapes::Area;
use crate::web::api::shapes::Probability;
use crate::web::api::shapes::Skill;
use crate::web::api::shapes::Sure;
use crate::web::pages::card;
use crate::web::pages::me;
use crate::web::pages::me::View;
use crate::web::pages::me_export;
use crate::web::pages::me_forms;

/// What is known of whoever asks, for them only.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Me {
    /// Your login.
    login: String,
    /// What you passed on to others, strongest first.
    passed_on: Vec<PassedOn>,
    /// What you took up from others, the latest first.
    took_up: Vec<TookUp>,
    /// What a reader must know about the evidence.
    notes: Vec<String>,
    /// What you would like to learn and teach.
    goals: Goals,
    /// When and how much you want to be asked.
    availability: Availability,
    /// What colleagues see of it.
    shared: Vec<Shared>,
    /// Who looked in the last 90 days, the latest first.
    who_looked: Vec<Look>,
    /// The card that you show to whoever has its address; null: you show none.
    #[schema(format = "uri-reference")]
    card: Option<String>,
    /// You said that you may be listed among the silent experts.
    may_be_asked: bool,
    /// Where the evidence begins.
    #[schema(format = "uri-reference")]
    evidence: &'static str,
}

/// An area that somebody passed on.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct PassedOn {
    /// The area.
    area: Area,
    /// Pull requests in which it landed.
    pull_requests: u32,
    /// People who were taught.
    people: usize,
    /// How sure.
    confidence: Sure,
    /// How often such comments of yours are useful; null while it is a first sign only.
    useful: Option<Probability>,
    /// What it was on.
    on: Vec<Skill>,
}

/// An area that somebody took up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct TookUp {
    /// The area.
    area: Area,
    /// No more than the evidence carries.
    #[schema(examples("applied feedback on", "learned"))]
    claim: &'static str,
    /// Lessons that landed.
    lessons: usize,
    /// From whom, by login.
    from: Vec<String>,
    /// When the last one landed.
    last: DateTime<Utc>,
    /// What they were on.
    on: Vec<Skill>,
}

/// What somebody would like to learn and teach.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Goals {
    /// Areas to learn.
    #[schema(schema_with = shapes::to_learn)]
    pub(super) learn: Vec<String>,
    /// Areas to teach.
    #[schema(schema_with = shapes::to_teach)]
    pub(super) teach: Vec<String>,
    /// Colleagues may see these, and suggestions go by them.
    pub(super) shown: bool,
}

/// Days on which somebody is away, both included, in UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Absence {
    /// The first day.
    first_day: NaiveDate,
    /// The last day.
    last_day: NaiveDate,
}

/// When and how much somebody wants to be asked; null where they leave it at what is usual.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Availability {
    /// Days away, by first day.
    absences: Vec<Absence>,
    /// Open reviews at which they are full.
    capacity: Option<u32>,
    /// Suggestions in a day, at most.
    daily_cap: Option<u32>,
    /// Times a week as somebody who would learn, at most.
    mentoring_budget: Option<u32>,
}

impl From<&Chosen> for Availability {
    fn from(chosen: &Chosen) -> Self {
        let absence = |one: &crate::model::availability::Absence| Absence {
            first_day: one.first_day,
            last_day: one.last_day,
        };
        Self {
            absences: chosen.absences.iter().map(absence).collect(),
            capacity: chosen.capacity,
            daily_cap: chosen.daily_cap,
            mentoring_budget: chosen.mentoring_budget,
        }
    }
}

/// A part of one's page that colleagues may see.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shared {
    /// What was passed on.
    PassedOn,
    /// What was taken up.
    TookUp,
    /// Goals.
    Goals,
}

impl From<Section> for Shared {
    fn from(section: Section) -> Self {
        match section {
            Section::Helped => Self::PassedOn,
            Section::Taken => Self::TookUp,
            Section::Goals => Self::Goals,
        }
    }
}

/// Somebody looked at what is shared.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Look {
    /// Who; null: somebody who is not shown.
    login: Option<String>,
    /// When, on that day, last.
    at: DateTime<Utc>,
}

/// As whom somebody reads of themselves, where they are in.
pub(super) async fn own(conn: &mut PgConnection, visitor: &Visitor) -> Result<(Reader, Person), Problem> {
    let (_, own) = me_forms::own(conn, visitor).await?;
    if own.out {
        return Err(Problem::new(
            Kind::OutOfEverything,
            "You took yourself out of everything, so there is nothing here. /api/v1/me/export still gives all that is known of you; the way back is on /me.",
        ));
    }
    Ok(me_forms::me_as_reader(conn, visitor).await?)
}

/// What the page would show to whoever asks.
pub(super) async fn view(web: &Web, visitor: &Visitor) -> Result<View, Problem> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let (reader, person) = own(&mut conn, visitor).await?;
    Ok(me::view(web, &mut conn, visitor, (&reader, person)).await?)
}

/// Your profile
///
/// What you passed on and took up, your goals, availability and what you share: as on your own page.
#[utoipa::path(get, path = "/me", tag = "You", security(("token" = ["me:read"])),
    responses((status = 200, description = "Your profile", body = Me), Refused))]
pub(super) async fn me(State(web): State<Web>, caller: Caller<MeRead>) -> Result<Json<Me>, Problem> {
    let view = view(&web, &caller.visitor).await?;
    let passed_on = view.profile.helped.iter().map(passed_on);
    let looks = view.sharing.looks.into_iter();
    Ok(Json(Me {
        passed_on: passed_on.collect(),
        took_up: view.profile.taken.iter().map(took_up).collect(),
        notes: view.profile.notes,
        availability: Availability::from(&view.availability),
        goals: goals(&view.person, view.sharing.shared.contains(&Section::Goals)),
        shared: view.sharing.shared.into_iter().map(Shared::from).collect(),
        who_looked: looks
            .map(|one| Look {
                login: one.login,
                at: one.at,
            })
            .collect(),
        card: view.card.as_ref().map(card::path),
        may_be_asked: view.may_be_asked,
        evidence: me_evidence::BEGINNING,
        login: view.person.login,
    }))
}

/// Somebody's goals.
pub(super) fn goals(person: &Person, shown: bool) -> Goals {
    Goals {
        learn: person.learn.clone(),
        teach: person.teach.clone(),
        shown,
    }
}

fn passed_on(held: &profile::Held) -> PassedOn {
    let landing = held.landing;
    PassedOn {
        area: held.area.into(),
        pull_requests: held.pulls.unsigned_abs(),
        people: held.people,
        confidence: held.confidence.into(),
        useful: (held.confidence > Confidence::Low).then_some(Probability {
            mean: landing.mean,
            low: landing.low,
            high: landing.high,
        }),
        on: shapes::skills(&held.on),
    }
}

fn took_up(taken: &profile::Taken) -> TookUp {
    TookUp {
        area: taken.area.into(),
        claim: taken.claim,
        lessons: taken.lessons,
        from: taken.from.clone(),
        last: taken.last,
        on: shapes::skills(&taken.on),
    }
}

/// Everything that is known of you
///
/// The same as the file that `/me/export.json` gives, also to whoever took themselves out of everything. It has no fixed form: what is stored
/// stands in it by name.
#[utoipa::path(get, path = "/me/export", tag = "You", security(("token" = ["me:read"])),
    responses((status = 200, description = "All of it", body = Object), Refused))]
pub(super) async fn export(State(web): State<Web>, caller: Caller<MeRead>) -> Result<Json<me_export::Export>, Problem> {
    Ok(Json(me_export::export(&web, &caller.visitor).await?))
}
