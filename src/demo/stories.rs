//! What happens in the demo's year that pages can show and tests can assert.
//!
//! - **A silent expert**: `wren-okafor` writes most changes to `route-engine/src/solver` and is hardly ever asked to
//!   review it.
//! - **A busy expert**: `hannelore-v` is asked for about half of the Rust reviews and answers most of them.
//! - **One holder**: only `folake-ade` writes and understands the Terraform in `infra`; others wave it through.
//! - **A lesson that landed**: `tomaszwrona` explains SQL indexing to `inescalado` for months; then the comments stop,
//!   and later she gives that advice to others.
//! - **A newcomer**: `kahu-ngata` joined the portal three months before the end.
//! - **Opted out**: `bogdan-ilie` is the person the demo opts out. **Away**: `anders-lokke` for the last two weeks.
//! - **Left**: `pavel-hruska` left the organisation in the eighth month. **Moved**: `dilnoza-r` spent the first four
//!   months in Billing. **Renamed**: `eta-models` was `eta-lab` for the first ten weeks.

use crate::demo::github::PullName;

/// The stories, by login and place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stories {
    /// Knows [`Stories::silent_area`] best by what they wrote, and is hardly asked.
    pub silent_expert: &'static str,
    /// Repository and folder of the silent expert.
    pub silent_area: (&'static str, &'static str),
    /// Asked more often than anybody.
    pub busy_expert: &'static str,
    /// The only person who knows Terraform.
    pub single_holder: &'static str,
    /// The repository of that skill.
    pub single_holder_repo: &'static str,
    /// Learned SQL indexing.
    pub learner: &'static str,
    /// Taught it.
    pub teacher: &'static str,
    /// Days before the end at which the learner's index mistakes stop.
    pub learned_days_ago: i64,
    /// Joined late.
    pub newcomer: &'static str,
    /// Days before the end at which the newcomer joined.
    pub joined_days_ago: i64,
    /// To be opted out by the demo.
    pub opted_out: &'static str,
    /// Away at the end.
    pub away: &'static str,
    /// Days before the end since when.
    pub away_days: i64,
    /// Left the organisation.
    pub left: &'static str,
    /// Days before the end at which they left.
    pub left_days_ago: i64,
    /// The title of the open pull request to look at first.
    pub example_title: &'static str,
    /// Its repository.
    pub example_repo: &'static str,
    /// Its author.
    pub example_author: &'static str,
}

/// The demo's stories.
pub const STORIES: Stories = Stories {
    silent_expert: "wren-okafor",
    silent_area: ("route-engine", "src/solver/"),
    busy_expert: "hannelore-v",
    single_holder: "folake-ade",
    single_holder_repo: "infra",
    learner: "inescalado",
    teacher: "tomaszwrona",
    learned_days_ago: 170,
    newcomer: "kahu-ngata",
    joined_days_ago: 92,
    opted_out: "bogdan-ilie",
    away: "anders-lokke",
    away_days: 14,
    left: "pavel-hruska",
    left_days_ago: 120,
    example_title: "Find late pallets without reading the whole table",
    example_repo: "warehouse-db",
    example_author: "greta-holm",
};

/// The names that are only known once the year has been played.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The open pull request to look at first.
    pub example: Option<PullName>,
    /// All pull requests that are still open.
    pub open: Vec<PullName>,
}
