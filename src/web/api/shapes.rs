//! What several answers have in common: areas, skills, intervals, goals.
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::Array;
use utoipa::openapi::ArrayBuilder;
use utoipa::openapi::Object;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::Type;

use crate::model::graph::Confidence;
use crate::model::skill;
use crate::pipeline::profile::Beside;

/// The slug of a practice area. Slugs never change.
pub(super) fn area_slug() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(skill::Area::ALL.map(skill::Area::slug)))
        .description(Some("The slug of a practice area; /api/v1/skills explains each."))
        .build()
}

/// A list of areas, each by its slug.
fn slugs(words: &str) -> Array {
    ArrayBuilder::new().items(area_slug()).description(Some(words)).build()
}

/// Areas to learn.
pub(super) fn to_learn() -> Array {
    slugs("Areas to learn.")
}

/// Areas to teach.
pub(super) fn to_teach() -> Array {
    slugs("Areas to teach.")
}

/// A practice area.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Area {
    /// Its slug.
    #[schema(schema_with = area_slug)]
    slug: &'static str,
    /// Its name, for people.
    name: &'static str,
}

impl From<skill::Area> for Area {
    fn from(area: skill::Area) -> Self {
        Self {
            slug: area.slug(),
            name: area.name(),
        }
    }
}

/// A language, a technology, or one of the organisation's own skills.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Skill {
    /// Its slug.
    #[schema(examples("lang:rust"))]
    slug: String,
    /// Its name, for people.
    name: String,
}

/// The skills that stand beside an area.
pub(super) fn skills(beside: &[Beside]) -> Vec<Skill> {
    let skill = |one: &Beside| Skill {
        slug: one.slug.clone(),
        name: one.name.clone(),
    };
    beside.iter().map(skill).collect()
}

/// How much evidence stands behind something: fewer than 3 effective pull requests, 3 to 8, or more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sure {
    /// A first sign.
    Low,
    /// Fairly sure.
    Medium,
    /// Well supported.
    High,
}

impl From<Confidence> for Sure {
    fn from(confidence: Confidence) -> Self {
        match confidence {
            Confidence::Low => Self::Low,
            Confidence::Medium => Self::Medium,
            Confidence::High => Self::High,
        }
    }
}

/// A probability with its 90% interval.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, ToSchema)]
pub struct Probability {
    /// What is expected, in [0, 1].
    #[schema(minimum = 0, maximum = 1)]
    pub(super) mean: f64,
    /// The lower end of the interval, in [0, 1].
    #[schema(minimum = 0, maximum = 1)]
    pub(super) low: f64,
    /// The upper end of the interval, in [0, 1].
    #[schema(minimum = 0, maximum = 1)]
    pub(super) high: f64,
}
