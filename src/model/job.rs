//! Work that is queued: one job a step of the path.
use serde::Deserialize;
use serde::Serialize;

use crate::model::ids::CommentId;
use crate::model::ids::InboxId;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;

/// A job. It carries ids only: whatever it needs it reads when it runs, so it may run late or twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Job {
    /// Parse a delivery and store its facts.
    Receive {
        /// The delivery.
        inbox: InboxId,
    },
    /// Fetch from the code host what no webhook carries: files, commits, diffs of pushes, reactions.
    Fetch {
        /// The tenant.
        installation: InstallationId,
        /// The pull request.
        pull: PullKey,
    },
    /// Classify new comments, infer lessons, move the graph.
    Learn {
        /// The tenant.
        installation: InstallationId,
        /// The pull request.
        pull: PullKey,
    },
    /// Suggest reviewers and show them.
    Suggest {
        /// The tenant.
        installation: InstallationId,
        /// The pull request.
        pull: PullKey,
    },
    /// Bring a comment that was posted up to what may be shown now.
    Redact {
        /// The tenant.
        installation: InstallationId,
        /// The pull request.
        pull: PullKey,
    },
    /// Do what somebody asked for in a comment.
    Command {
        /// The tenant.
        installation: InstallationId,
        /// The pull request.
        pull: PullKey,
        /// The comment.
        comment: CommentId,
    },
    /// Read members and teams.
    Members {
        /// The tenant.
        installation: InstallationId,
    },
    /// Read settings files.
    Settings {
        /// The tenant.
        installation: InstallationId,
        /// Which.
        of: SettingsOf,
    },
    /// Say on a pull request what its settings file would do.
    CheckSettings {
        /// The tenant.
        installation: InstallationId,
        /// The pull request.
        pull: PullKey,
    },
    /// Read a page of a repository's past.
    Backfill {
        /// The tenant.
        installation: InstallationId,
    },
    /// Make the edges again that rest on repositories which came or went.
    Weigh {
        /// The tenant.
        installation: InstallationId,
    },
    /// Infer lessons anew by an organisation's own weights, some pull requests at a time.
    Relearn {
        /// The tenant.
        installation: InstallationId,
    },
    /// Delete what is kept for a time only: comment texts, dead letters' bodies, ids of deliveries, removed
    /// installations. Queue [`Job::Members`] where a day has passed.
    Expire,
    /// Ask the code host for deliveries that never arrived.
    Sweep,
}

/// Which settings files.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingsOf {
    /// All: the organisation's and every repository's, each by a job of its own.
    Everything,
    /// The organisation's.
    Organisation,
    /// One repository's.
    Repository(RepoId),
}

/// A job with the delivery that made it necessary, so that logs tell of one delivery from the door to the comment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Queued {
    /// What is to be done.
    #[serde(flatten)]
    pub job: Job,
    /// The latest delivery that asked for it; none where none did.
    pub delivery: Option<String>,
}

impl From<Job> for Queued {
    fn from(job: Job) -> Self {
        Self { job, delivery: None }
    }
}

impl Job {
    /// The same job, asked for by a delivery.
    #[must_use]
    pub fn because_of(self, delivery: Option<&str>) -> Queued {
        Queued {
            job: self,
            delivery: delivery.map(str::to_owned),
        }
    }

    /// The word in logs and metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Receive { .. } => "receive",
            Self::Fetch { .. } => "fetch",
            Self::Learn { .. } => "learn",
            Self::Suggest { .. } => "suggest",
            Self::Redact { .. } => "redact",
            Self::Command { .. } => "command",
            Self::Members { .. } => "members",
            Self::Settings { .. } => "settings",
            Self::CheckSettings { .. } => "check_settings",
            Self::Backfill { .. } => "backfill",
            Self::Weigh { .. } => "weigh",
            Self::Relearn { .. } => "relearn",
            Self::Expire => "expire",
            Self::Sweep => "sweep",
        }
    }

    /// Jobs of one queue run one after the other: two events of one pull request never race.
    #[must_use]
    pub fn queue(&self) -> Option<String> {
        match self {
            Self::Receive { .. } | Self::Expire => None,
            Self::Sweep => Some("sweep".to_owned()),
            Self::Fetch { installation, pull }
            | Self::Learn { installation, pull }
            | Self::Suggest { installation, pull }
            | Self::CheckSettings { installation, pull }
            | Self::Redact { installation, pull }
            | Self::Command { installation, pull, .. } => Some(format!("pull:{installation}:{pull}")),
            Self::Members { installation } => Some(format!("members:{installation}")),
            Self::Backfill { installation } => Some(format!("backfill:{installation}")),
            Self::Weigh { installation } => Some(format!("weigh:{installation}")),
            Self::Relearn { installation } => Some(format!("relearn:{installation}")),
            Self::Settings { installation, of } => Some(match of {
                SettingsOf::Everything => format!("settings:{installation}"),
                SettingsOf::Organisation => format!("settings:{installation}:organisation"),
                SettingsOf::Repository(repo) => format!("settings:{installation}:{repo}"),
            }),
        }
    }

    /// Lower runs first: what waits at the door comes before what can be done once for many events.
    #[must_use]
    pub fn priority(&self) -> i16 {
        match self {
            Self::Receive { .. } => 0,
            Self::Members { .. } | Self::Redact { .. } | Self::Command { .. } | Self::Settings { .. } => 1,
            Self::Fetch { .. } => 2,
            Self::Learn { .. } | Self::CheckSettings { .. } => 3,
            Self::Suggest { .. } => 4,
            Self::Expire | Self::Sweep | Self::Weigh { .. } => 5,
            // What happens now comes before what happened.
            Self::Backfill { .. } | Self::Relearn { .. } => 6,
        }
    }

    /// A job that waits already makes a second one with the same key needless.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        match self {
            Self::Receive { .. } => None,
            Self::Expire => Some("expire".to_owned()),
            Self::Command {
                installation, comment, ..
            } => Some(format!("command:{installation}:{comment}")),
            other => other.queue().map(|queue| format!("{}:{queue}", other.kind())),
        }
    }
}
