//! The evidence behind somebody's profile, in parts: the same lines as on `/me`, for them only.
use axum::extract::State;
use chrono::DateTime;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::ToSchema;

use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::lesson;
use crate::model::skill;
use crate::pipeline::profile;
use crate::web::Web;
use crate::web::api::asked::Asked;
use crate::web::api::caller::Caller;
use crate::web::api::caller::MeRead;
use crate::web::api::me;
use crate::web::api::paging;
use crate::web::api::paging::Part;
use crate::web::api::problem::Kind;
use crate::web::api::problem::Problem;
use crate::web::api::problem::RefusedQuery;
use crate::web::api::shapes;
use crate::web::api::shapes::Area;
use crate::web::api::shapes::Skill;

/// Where the evidence begins.
pub(super) const BEGINNING: &str = "/api/v1/me/evidence";

/// A part of the evidence.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct EvidencePart {
    /// Comments that passed something on, newest first.
    evidence: Vec<Evidence>,
    /// The address of the next part; null: this is the last.
    #[schema(format = "uri-reference")]
    next: Option<String>,
}

/// A comment that passed something on.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Evidence {
    /// When.
    at: DateTime<Utc>,
    /// About what.
    area: Area,
    /// How sure the classifier is of the area, in [0, 1]; 1 where a person said it, null where the settings name it.
    #[schema(minimum = 0, maximum = 1)]
    area_probability: Option<f64>,
    /// Who said that it is about this, by login, where a person did.
    said_by: Option<String>,
    /// Whether you taught or were taught.
    role: Role,
    /// The other person's login.
    other: String,
    /// The pull request.
    #[schema(examples("acme/shop#7"))]
    pull_request: String,
    /// Where the comment stands: `diff`, `conversation` or `review`.
    place: &'static str,
    /// The comment's number on the code host, unique with its place.
    comment: i64,
    /// The comment on the code host.
    #[schema(format = "uri")]
    link: String,
    /// The probability that it was useful, in [0, 1].
    #[schema(minimum = 0, maximum = 1)]
    useful: f64,
    /// What came of it.
    outcome: Outcome,
    /// The learner wrote that it was new to them.
    said_new: bool,
    /// What pushes did to the commented line is known.
    diffs_known: bool,
    /// It may still change.
    provisional: bool,
    /// What it was on.
    on: Vec<Skill>,
}

/// On which side somebody was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Passed it on.
    Taught,
    /// Was told it.
    WasTaught,
}

/// What came of a lesson.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The learner said no, or kept it as it was with a reason.
    Declined,
    /// Given; nothing shows that it landed.
    Given,
    /// It landed.
    Landed,
}

/// Which part of the evidence.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichEvidence {
    /// Entries of the part; 50 where none is said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// Where it begins: `after` of an earlier answer's `next`.
    after: Option<String>,
    /// Only of this area.
    #[param(schema_with = shapes::area_slug)]
    area: Option<String>,
}

/// When, where, which comment, about what, on which side and with whom: no two entries have the same.
type Place = (Time, CommentPlace, i64, String, bool, String);

fn place_of(one: &profile::Evidence) -> Place {
    let area = one.area.slug().to_owned();
    let taught = one.role == "taught";
    (one.at, one.place, one.comment.0, area, taught, one.other.clone())
}

/// Your evidence, in parts
///
/// Every comment behind what you passed on and took up, newest first, each with its link.
#[utoipa::path(get, path = "/me/evidence", tag = "You", security(("token" = ["me:read"])), params(WhichEvidence),
    responses((status = 200, description = "A part of it", body = EvidencePart,
        headers(("Link" = String, description = "The next part, where there is one"))), RefusedQuery))]
pub(super) async fn evidence(
    State(web): State<Web>,
    caller: Caller<MeRead>,
    Asked(which): Asked<WhichEvidence>,
) -> Result<Part<EvidencePart>, Problem> {
    let limit = paging::limit(which.limit)?;
    let after: Option<Place> = paging::place(which.after.as_deref())?;
    let area = which.area.as_deref().map(area_named).transpose()?;
    let mut conn = web.pipeline.pool.acquire().await?;
    let (reader, person) = me::own(&mut conn, &caller.visitor).await?;
    let at = (web.pipeline.clock.now(), &web.pipeline.addresses);
    let mut all = profile::profile(&mut conn, &reader, &person, at).await?.evidence;
    drop(conn);
    all.retain(|one| area.is_none_or(|area| one.area == area));
    all.sort_by_cached_key(|one| std::cmp::Reverse(place_of(one)));
    let begin = after.map_or(0, |after| all.partition_point(|one| place_of(one) >= after));
    let mut part: Vec<profile::Evidence> = all.into_iter().skip(begin).take(limit + 1).collect();
    let query: Vec<(&str, &str)> = area.iter().map(|area| ("area", area.slug())).collect();
    let next = paging::cut(&mut part, limit, (BEGINNING, &query), place_of);
    let body = EvidencePart {
        evidence: part.into_iter().map(shown).collect(),
        next: next.clone(),
    };
    Ok(Part { body, next })
}

/// The area of this slug.
fn area_named(slug: &str) -> Result<skill::Area, Problem> {
    slug.parse()
        .map_err(|_| Problem::new(Kind::BadQuery, "There is no such area. /api/v1/skills lists them."))
}

fn shown(one: profile::Evidence) -> Evidence {
    Evidence {
        at: one.at,
        area: one.area.into(),
        area_probability: one.area_probability,
        said_by: one.said_by,
        role: if one.role == "taught" {
            Role::Taught
        } else {
            Role::WasTaught
        },
        other: one.other,
        pull_request: one.pull,
        place: one.place.as_str(),
        comment: one.comment.0,
        link: one.link,
        useful: one.p,
        outcome: match one.outcome {
            lesson::Outcome::Declined => Outcome::Declined,
            lesson::Outcome::Given => Outcome::Given,
            lesson::Outcome::Landed => Outcome::Landed,
        },
        said_new: one.said_new,
        diffs_known: one.diffs_known,
        provisional: one.provisional,
        on: shapes::skills(&one.on),
    }
}
