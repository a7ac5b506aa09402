//! The answers about the past around the pull requests themselves.
use serde::Deserialize;
use serde_json::Value;

use crate::forge::github::graph_pull::PullNode;
use crate::forge::github::graph_shapes::Connection;
use crate::forge::github::graph_shapes::Said;
use crate::forge::github::graph_shapes::Who;
use crate::forge::github::graph_shapes::user;
use crate::forge::github::past::PastRepo;
use crate::forge::github::shapes::List;
use crate::forge::github::shapes::Repo;
use crate::model::ids::RepoId;

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PageData {
    pub(super) in_window: Option<Counted>,
    pub(super) repository: Option<RepoNode>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Counted {
    pub(super) issue_count: Option<i32>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RepoNode {
    pub(super) database_id: Option<i64>,
    pub(super) name: Option<String>,
    pub(super) is_private: Option<bool>,
    pub(super) default_branch_ref: Option<Named>,
    pub(super) owner: Option<Who>,
    pub(super) pull_requests: Connection<PullNode>,
    pub(super) pull_request: Option<PullNode>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Named {
    pub(super) name: Option<String>,
}

impl RepoNode {
    /// What tells which repository it is.
    pub(super) fn to_past(&self) -> PastRepo {
        let seen = self.to_repo();
        PastRepo {
            id: seen.id.map(RepoId),
            owner: seen.owner.and_then(|owner| owner.id),
            default_branch: seen.default_branch,
        }
    }

    /// In REST's shape.
    pub(super) fn to_repo(&self) -> Repo {
        Repo {
            id: self.database_id,
            name: self.name.clone(),
            full_name: None,
            owner: user(self.owner.as_ref()),
            private: self.is_private,
            default_branch: self.default_branch_ref.as_ref().and_then(|branch| branch.name.clone()),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct RestData {
    pub(super) repository: Option<RepoNode>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ThreadData {
    pub(super) node: Option<ThreadNode>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ThreadNode {
    pub(super) comments: Connection<Said>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ReactionsData {
    pub(super) nodes: List<ReactedNode>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ReactedNode {
    pub(super) full_database_id: Option<Value>,
    pub(super) reactions: Connection<ReactionNode>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ReactionNode {
    pub(super) content: Option<String>,
    pub(super) user: Option<Who>,
}

/// REST's word for a reaction.
pub(super) fn reaction_word(content: &str) -> String {
    match content {
        "THUMBS_UP" => "+1".to_owned(),
        "THUMBS_DOWN" => "-1".to_owned(),
        other => other.to_lowercase(),
    }
}
