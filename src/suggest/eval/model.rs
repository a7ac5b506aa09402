//! The models that a replay compares, by name.
use crate::suggest::eval::Row;
use crate::suggest::eval::baselines;
use crate::suggest::eval::ours;
use crate::suggest::eval::state::Scores;
use crate::suggest::eval::state::State;

/// A model that a replay measures. Definitions: spread.md section 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Model {
    /// Our ranker
    Peerlore,
    /// Reviews done in the last 90 days
    #[value(name = "active_90_days")]
    Active90Days,
    /// Reviews of the same author, with a half-life of 120 days
    AuthorPair,
    /// Shares of reviews, review days and recency by file (Zanjani, Kagdi and Bird 2016)
    Chrev,
    /// Reviews under the same path prefixes, with a half-life of 120 days, the author pair and activity
    PathPrefixes,
    /// Similar paths by four comparisons (Thongtanunam et al. 2015); slower than the others
    Revfinder,
}

impl Model {
    /// All of them, ours first.
    pub const ALL: [Self; 6] = [
        Self::Peerlore,
        Self::Active90Days,
        Self::AuthorPair,
        Self::Chrev,
        Self::PathPrefixes,
        Self::Revfinder,
    ];

    /// The simple models that ours has to be ahead of: the best of them by MRR is what it is compared with.
    pub const TO_BEAT: [Self; 3] = [Self::Active90Days, Self::AuthorPair, Self::Chrev];

    /// The name in results and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Peerlore => "peerlore",
            Self::Active90Days => "active_90_days",
            Self::AuthorPair => "author_pair",
            Self::Chrev => "chrev",
            Self::PathPrefixes => "path_prefixes",
            Self::Revfinder => "revfinder",
        }
    }

    /// What it says about a question, from what is known by now.
    pub(super) fn scores(self, state: &State, row: &Row) -> Scores {
        let scores = match self {
            Self::Peerlore => ours::peerlore,
            Self::Active90Days => baselines::active,
            Self::AuthorPair => baselines::pair,
            Self::Chrev => baselines::chrev,
            Self::PathPrefixes => baselines::path_prefixes,
            Self::Revfinder => baselines::revfinder,
        };
        scores(state, row)
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn a_model_has_the_same_name_on_the_command_line_as_in_results() {
        for model in Model::ALL {
            assert_eq!(Model::from_str(model.name(), false), Ok(model));
        }
        assert_eq!(Model::value_variants().len(), Model::ALL.len());
    }
}
