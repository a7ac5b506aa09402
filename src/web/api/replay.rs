//! The replay: the same as on `/replay`, for leads and owners, and as silent about each of them.
use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::DateTime;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::ToSchema;

use crate::pipeline::hindsight;
use crate::pipeline::hindsight::Asked as AskedPull;
use crate::pipeline::hindsight::Policy;
use crate::pipeline::hindsight::Told;
use crate::pipeline::hindsight::summary::Of;
use crate::pipeline::hindsight::summary::Summary;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::api::asked::Asked;
use crate::web::api::caller::Caller;
use crate::web::api::caller::LeadRead;
use crate::web::api::problem::Kind;
use crate::web::api::problem::Problem;
use crate::web::api::problem::RefusedQuery;
use crate::web::error::PageError;
use crate::web::pages::replay;
use crate::web::pages::replay::SEED;
use crate::web::pages::replay::Wanted;

/// Which replay.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichReplay {
    /// The organisation's login, where you may see several.
    organisation: Option<String>,
    /// The one repository, `owner/name`; all that you may read where it is left out.
    repo: Option<String>,
    /// How many of the last reviewed pull requests; 500 where none is said.
    #[param(minimum = 1, maximum = 500)]
    last: Option<usize>,
}

/// What our picks would have come to on the organisation's own past. It names nobody.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Replay {
    /// The organisation's login.
    organisation: String,
    /// The one repository, `owner/name`; null: all that you may read.
    repository: Option<String>,
    /// So many of the last reviewed pull requests were wanted.
    last: usize,
    /// What chose at random.
    seed: u64,
    /// Pull requests that were asked about.
    asked: usize,
    /// Pull requests that were known of.
    history: usize,
    /// Whether the figures rest on enough; where not, there are none.
    enough_evidence: bool,
    /// Files that the pull requests asked about touched.
    files: Option<usize>,
    /// Parts of the code that they lie in.
    parts: Option<usize>,
    /// People among whom the reviews are spread.
    people: Option<usize>,
    /// What came of each policy: `happened`, `ours`, `with_learner`, `expert_only`, `random`.
    #[schema(value_type = BTreeMap<String, Figures>)]
    policies: BTreeMap<Policy, Figures>,
    /// What would have come of other budgets for learners, smaller ones first.
    budgets: Vec<Budget>,
    /// What the figures tell, in sentences.
    told: Vec<String>,
    /// What limits them.
    limits: Vec<String>,
    /// The pull requests that were asked about, oldest first.
    pulls: Vec<ReplayedPull>,
}

/// What came of one policy.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Figures {
    /// Share of pull requests whose pick was one of those who really reviewed, in [0, 1]; null for policies that don't pick.
    top1: Option<Estimate>,
    /// Mean of 1 / rank of the first who really reviewed, in [0, 1]; null for policies that don't rank.
    mrr: Option<Estimate>,
    /// Mean share of a change's files that somebody of those selected knew before, in [0, 1].
    expertise: Option<Estimate>,
    /// How much more that is than of those who really reviewed; null for what happened.
    expertise_change: Option<Estimate>,
    /// How unevenly reviews are spread: Gini's coefficient, in [0, 1]; null for too few people.
    gini: Option<f64>,
    /// Share of all reviews that the busiest do, in [0, 1]; null where there are no more people than those.
    busiest_share: Option<f64>,
    /// Files that at most one active person reviewed, at the end.
    files_at_risk: usize,
    /// Parts of the code of which that is true.
    parts_at_risk: usize,
    /// Share of pull requests with a reviewer from another team than the author's, in [0, 1].
    cross_team: Option<Estimate>,
    /// Reviews done.
    reviews: usize,
    /// Of these, how many nobody did in reality.
    extra: usize,
}

/// What comes of a budget for learners.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Budget {
    /// A learner joins one review in so many at most.
    reviews_a_learner: u32,
    /// Reviews that a learner joined.
    extra: usize,
    /// Files that at most one active person reviewed, at the end.
    files_at_risk: usize,
}

/// A figure with its 95% interval.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, ToSchema)]
pub struct Estimate {
    /// The figure.
    value: f64,
    /// The interval's lower end.
    low: f64,
    /// Its upper end.
    high: f64,
}

/// One pull request of a replay, and who the picks were beside who reviewed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct ReplayedPull {
    /// The repository, `owner/name`.
    repo: String,
    /// Its number.
    number: i32,
    /// When it was opened.
    opened: DateTime<Utc>,
    /// How many people reviewed it.
    reviewers: usize,
    /// Our pick.
    ours: Picked,
    /// Whoever knows most.
    expert_only: Picked,
    /// Anybody.
    random: Picked,
}

/// Who a pick was, beside who reviewed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Picked {
    /// One of those who reviewed.
    WhoReviewed,
    /// Somebody else.
    SomebodyElse,
    /// Nobody.
    Nobody,
}

/// A replay of the past
#[utoipa::path(get, path = "/replay", tag = "Teams", security(("token" = ["lead:read"])), params(WhichReplay),
    responses((status = 200, description = "What came of it", body = Replay), RefusedQuery))]
pub(super) async fn replayed(
    State(web): State<Web>,
    caller: Caller<LeadRead>,
    Asked(which): Asked<WhichReplay>,
) -> Result<Json<Replay>, Problem> {
    let most = hindsight::USUAL;
    if which.last.is_some_and(|last| !(1..=most).contains(&last)) {
        let words = format!("last is a whole number from 1 to {most}.");
        return Err(Problem::new(Kind::BadQuery, words));
    }
    let wanted = Wanted::of(which.organisation, which.repo, which.last);
    Ok(Json(answer(&web, &caller.visitor, &wanted).await?))
}

/// What the page shows, as JSON.
///
/// # Errors
/// [`PageError`] where there is nothing of that kind, or the database is away.
pub async fn answer(web: &Web, visitor: &Visitor, wanted: &Wanted) -> Result<Replay, PageError> {
    let view = replay::view(web, visitor, wanted).await?;
    let (Some(organisation), Some(told)) = (&view.organisation, &view.told) else {
        return Err(PageError::NotFound("Nothing has arrived here yet.".to_owned()));
    };
    let of = Of {
        organisation,
        repository: view.repo.as_deref(),
        last: view.last,
        seed: SEED,
    };
    let pulls = told.report.asked.iter().map(|asked| pull(told, asked)).collect();
    Ok(Replay::of(Summary::shown(of, &told.report), pulls))
}

impl Replay {
    fn of(summary: Summary<'_>, pulls: Vec<ReplayedPull>) -> Self {
        let policies = summary.policies.into_iter();
        let budget = |one: hindsight::Budget| Budget {
            reviews_a_learner: one.reviews_a_learner,
            extra: one.extra,
            files_at_risk: one.files_at_risk,
        };
        Self {
            organisation: summary.organisation.to_owned(),
            repository: summary.repository.map(str::to_owned),
            last: summary.last,
            seed: summary.seed,
            asked: summary.asked,
            history: summary.history,
            enough_evidence: summary.enough_evidence,
            files: summary.files,
            parts: summary.parts,
            people: summary.people,
            policies: policies.map(|(policy, one)| (policy, figures(&one))).collect(),
            budgets: summary.budgets.into_iter().map(budget).collect(),
            told: summary.told,
            limits: summary.limits,
            pulls,
        }
    }
}

fn figures(one: &hindsight::Figures) -> Figures {
    let estimate = |one: Option<hindsight::Estimate>| {
        one.map(|one| Estimate {
            value: one.value,
            low: one.low,
            high: one.high,
        })
    };
    Figures {
        top1: estimate(one.top1),
        mrr: estimate(one.mrr),
        expertise: estimate(one.expertise),
        expertise_change: estimate(one.expertise_change),
        gini: one.gini,
        busiest_share: one.busiest_share,
        files_at_risk: one.files_at_risk,
        parts_at_risk: one.parts_at_risk,
        cross_team: estimate(one.cross_team),
        reviews: one.reviews,
        extra: one.extra,
    }
}

fn pull(told: &Told, asked: &AskedPull) -> ReplayedPull {
    let (owner, name) = told.repo(asked.key.repo);
    let of = |policy| match asked.outcome(policy) {
        Some(true) => Picked::WhoReviewed,
        Some(false) => Picked::SomebodyElse,
        None => Picked::Nobody,
    };
    ReplayedPull {
        repo: format!("{owner}/{name}"),
        number: asked.key.number,
        opened: asked.opened,
        reviewers: asked.reviewers.len(),
        ours: of(Policy::Ours),
        expert_only: of(Policy::ExpertOnly),
        random: of(Policy::Random),
    }
}
