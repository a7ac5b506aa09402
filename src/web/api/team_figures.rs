//! A team in figures: the same as on its page, and as silent about fewer than five people.
use serde::Serialize;
use utoipa::ToSchema;

use crate::pipeline::at_risk::AtRiskSkill;
use crate::pipeline::flow::Across;
use crate::pipeline::onboarding;
use crate::pipeline::participation;
use crate::pipeline::team::figures;
use crate::web::api::shapes::Area;
use crate::web::api::shapes::Probability;

/// What hangs on the team's people, how they come in and take part, and what flows in and out, in repositories that you may read.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct TeamFigures {
    /// Skills that one active person of this team alone surely holds, or that nobody active does and somebody of it did; by name.
    at_risk: Vec<SkillAtRisk>,
    /// From joining to the first review of somebody else's change; null: too few people.
    first_review: Option<Within>,
    /// From joining to the first comment that landed; null: too few people.
    first_landed: Option<Within>,
    /// Which share of comments lands, by how long people have been here.
    by_tenure: Vec<Tenure>,
    /// What a reader must know of these.
    notes: Vec<String>,
    /// How many gave feedback in the last year; null: it would tell of too few people.
    gave: Option<Count>,
    /// How many got feedback in the last year; null: it would tell of too few people.
    got: Option<Count>,
    /// What review threads are about in which somebody of the team spoke.
    topics: Vec<Topic>,
    /// Lessons that landed between this team and others in the last year; null: the team isn't told of beside others.
    flow: Option<Vec<WithTeam>>,
}

/// A skill that hangs on one person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct SkillAtRisk {
    /// Its slug.
    slug: String,
    /// Its name, for people.
    name: String,
    /// The login of the only active person who surely holds it; null: nobody active does.
    held_by: Option<String>,
}

/// Within how many weeks half of the people had come to something. Null: more than half a year.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Within {
    /// People behind it, five at least.
    #[schema(minimum = 5)]
    people: usize,
    /// Weeks.
    weeks: Option<i64>,
    /// The 90% interval; null where too few people stand behind it for one.
    interval: Option<Interval>,
}

/// An interval of weeks. Null: more than half a year.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Interval {
    /// Its lower end.
    low: Option<i64>,
    /// Its upper end.
    high: Option<i64>,
}

/// The share of comments that land, of people of one tenure.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Tenure {
    /// Of whom, in words.
    what: &'static str,
    /// The share; null: too few people.
    share: Option<Probability>,
    /// People behind it; null: too few.
    #[schema(minimum = 5)]
    people: Option<usize>,
    /// What was found at Microsoft in 2015.
    elsewhere: &'static str,
}

/// People for whom something is true.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Count {
    /// So many.
    people: usize,
    /// Of so many.
    of: usize,
}

/// What review threads are about.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Topic {
    /// The area.
    area: Area,
    /// Threads about it.
    threads: usize,
    /// Comments a thread, on average.
    comments: f64,
    /// People a thread, on average.
    people: f64,
}

/// Lessons that landed between this team and another one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct WithTeam {
    /// The other team's name.
    team: String,
    /// Lessons that came from it.
    came: usize,
    /// Lessons that went to it.
    went: usize,
}

impl TeamFigures {
    /// The figures of the team of this name.
    pub(super) fn of(found: &figures::Figures, team: &str) -> Self {
        let with = |one: Across<'_>| WithTeam {
            team: one.other.to_owned(),
            came: one.came,
            went: one.went,
        };
        Self {
            at_risk: found.at_risk.iter().map(skill).collect(),
            first_review: found.onboarding.first_review.map(within),
            first_landed: found.onboarding.first_landed.map(within),
            by_tenure: found.onboarding.by_tenure.iter().map(tenure).collect(),
            notes: found.onboarding.notes.clone(),
            gave: found.participation.gave.map(count),
            got: found.participation.got.map(count),
            topics: found.participation.topics.iter().map(topic).collect(),
            flow: found
                .flow
                .across(team)
                .map(|across| across.into_iter().map(with).collect()),
        }
    }
}

fn skill(one: &AtRiskSkill) -> SkillAtRisk {
    SkillAtRisk {
        slug: one.slug.clone(),
        name: one.name.clone(),
        held_by: one.held_by.clone(),
    }
}

fn within(median: onboarding::Median) -> Within {
    Within {
        people: median.people,
        weeks: median.weeks,
        interval: median.interval.map(|(low, high)| Interval { low, high }),
    }
}

fn tenure(row: &onboarding::Row) -> Tenure {
    Tenure {
        what: row.what,
        share: row.share.map(|share| Probability {
            mean: share.share,
            low: share.low,
            high: share.high,
        }),
        people: row.share.map(|share| share.people),
        elsewhere: row.elsewhere,
    }
}

fn count(count: participation::Count) -> Count {
    Count {
        people: count.people,
        of: count.of,
    }
}

fn topic(topic: &participation::Topic) -> Topic {
    Topic {
        area: topic.area.into(),
        threads: topic.threads,
        comments: topic.comments,
        people: topic.people,
    }
}
