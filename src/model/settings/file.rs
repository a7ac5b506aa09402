//! What one settings file says. Its fields and their comments are the published schema.
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use clap::ValueEnum;
use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;

use crate::model::settings::SilentExperts;
use crate::model::settings::Surface;
use crate::model::skill::Area;
use crate::model::skill::Skill;
use crate::model::skill::own::OwnSkills;

/// Bounds of the numbers, both ends included.
pub const MAX_EXPERTS: RangeInclusive<u32> = 1..=5;
/// Learner suggestions for one person in seven days.
pub const MENTORING_BUDGET: RangeInclusive<u32> = 0..=20;
/// Suggestions for one person in a day.
pub const DAILY_CAP: RangeInclusive<u32> = 0..=50;
/// Open review requests.
pub const CAPACITY: RangeInclusive<u32> = 0..=100;
/// Days: ten years at most, and no text goes while its pull request is still being read.
pub const RETENTION_DAYS: RangeInclusive<u32> = 1..=3_650;
/// Days: below a week everybody is a beginner on Monday, above two years nobody ever forgets.
pub const HALF_LIFE: RangeInclusive<u32> = 7..=730;

/// What one file says; whatever it doesn't name stays as it was.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "Peerlore settings")]
pub struct Partial {
    /// Where suggestions are shown, quietest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "surfaces")]
    pub surface: Option<Surface>,
    /// Reviewers who know the change that a pull request is to have: one more is suggested while fewer are asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32", range(min = *MAX_EXPERTS.start(), max = *MAX_EXPERTS.end()))]
    pub max_experts: Option<u32>,
    /// Suggest somebody who would learn beside somebody who knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub learner: Option<bool>,
    /// Learner suggestions that one person gets in seven days at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32", range(min = *MENTORING_BUDGET.start(), max = *MENTORING_BUDGET.end()))]
    pub mentoring_budget: Option<u32>,
    /// Suggestions of any kind that one person gets in a day at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32", range(min = *DAILY_CAP.start(), max = *DAILY_CAP.end()))]
    pub daily_cap: Option<u32>,
    /// Open review requests at which a person is full who chose no number of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32", range(min = *CAPACITY.start(), max = *CAPACITY.end()))]
    pub capacity: Option<u32>,
    /// What gets no suggestion, and which files count for nothing.
    #[serde(skip_serializing_if = "PartialIgnore::is_empty")]
    pub ignore: PartialIgnore,
    /// Who leads a team beside its maintainers: team slug to logins. Only in the organisation's file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub leads: Option<BTreeMap<String, Vec<String>>>,
    /// Teams where the organisation has none at GitHub: name to logins. Only in the organisation's file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub teams: Option<BTreeMap<String, Vec<String>>>,
    /// Skills that files are about, beside what their reviews tell: path pattern to slugs of areas (testing), languages
    /// (lang:c++), technologies (tech:postgresql) and own skills (own:payments).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "skills_that_are_known")]
    #[schemars(schema_with = "skills_by_path")]
    pub skills: Option<BTreeMap<String, Vec<Skill>>>,
    /// Skills of the organisation's own, by the word behind `own:`. Only in the organisation's file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "OwnSkills")]
    pub own_skills: Option<OwnSkills>,
    /// Name everybody among the silent experts, or only who said that they may be asked. Only in the organisation's file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SilentExperts")]
    pub silent_experts: Option<SilentExperts>,
    /// Days after which the texts of comments are deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32", range(min = *RETENTION_DAYS.start(), max = *RETENTION_DAYS.end()))]
    pub retention_days: Option<u32>,
    /// Days in which what somebody passed on counts half when reviewers are suggested.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32", range(min = *HALF_LIFE.start(), max = *HALF_LIFE.end()))]
    pub half_life: Option<u32>,
}

/// What gets no suggestion, and which files count for nothing.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PartialIgnore {
    /// Logins whose pull requests get no suggestion; `*` stands for anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    pub authors: Option<Vec<String>>,
    /// Labels whose pull requests get no suggestion.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    pub labels: Option<Vec<String>>,
    /// Files, as in `.gitignore`, that make nobody an expert and whose comments teach nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    pub paths: Option<Vec<String>>,
    /// Drafts get no suggestion.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub drafts: Option<bool>,
}

impl PartialIgnore {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The words for the surfaces.
#[must_use]
pub fn surface_words() -> Vec<String> {
    let values = Surface::value_variants().iter();
    values
        .filter_map(|value| Some(value.to_possible_value()?.get_name().to_owned()))
        .collect()
}

fn surfaces(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": surface_words() })
}

fn skills_by_path(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "additionalProperties": { "type": "array", "items": { "type": "string", "anyOf": [
            { "enum": Area::ALL.map(Area::slug) },
            { "pattern": "^(lang|tech|own):[^\\s]+$" },
        ] } },
    })
}

/// What was stored, but for slugs that are none any more: a language that Linguist renamed leaves the rest in force.
fn skills_that_are_known<'de, D>(deserializer: D) -> Result<Option<BTreeMap<String, Vec<Skill>>>, D::Error>
where
    D: Deserializer<'de>,
{
    let stored = Option::<BTreeMap<String, Vec<String>>>::deserialize(deserializer)?;
    let known = |slugs: Vec<String>| slugs.iter().filter_map(|slug| slug.parse().ok()).collect();
    Ok(stored.map(|by_path| by_path.into_iter().map(|(path, slugs)| (path, known(slugs))).collect()))
}
