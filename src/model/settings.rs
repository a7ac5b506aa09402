//! Settings of an organisation or repository. An empty file is good; unknown keys are refused.
use serde::Deserialize;
use serde::Serialize;

/// Where suggestions are shown, quietest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// On the web page only; nothing is posted.
    #[default]
    Web,
    /// A neutral check run on the pull request's head.
    Check,
    /// One comment on the pull request, edited in place.
    Comment,
    /// The comment, and a review request for whoever knows the change.
    Request,
}

/// What a repository may choose.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where suggestions are shown.
    pub surface: Surface,
    /// A learner is suggested beside the expert.
    pub learner: bool,
    /// Learner suggestions that one person gets in seven days.
    pub mentoring_budget: u32,
    /// Suggestions of any kind that one person gets in a day.
    pub daily_cap: u32,
    /// Open review requests at which a person without a capacity of their own is full.
    pub capacity: u32,
    /// Days that comment texts are kept.
    pub retention_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            surface: Surface::Web,
            learner: true,
            mentoring_budget: 2,
            daily_cap: 4,
            capacity: 6,
            retention_days: 90,
        }
    }
}
