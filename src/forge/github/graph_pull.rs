//! A pull request in GraphQL's words, with its timeline and who is asked to review it, turned into the shapes of the REST API.
use serde::Deserialize;

use crate::forge::github::graph_shapes::Commit;
use crate::forge::github::graph_shapes::Connection;
use crate::forge::github::graph_shapes::File;
use crate::forge::github::graph_shapes::Oid;
use crate::forge::github::graph_shapes::PullCommit;
use crate::forge::github::graph_shapes::Review;
use crate::forge::github::graph_shapes::Said;
use crate::forge::github::graph_shapes::Thread;
use crate::forge::github::graph_shapes::Who;
use crate::forge::github::graph_shapes::user;
use crate::forge::github::shapes::End;
use crate::forge::github::shapes::Label;
use crate::forge::github::shapes::Pull;
use crate::forge::github::shapes::Team;
use crate::forge::github::shapes::User;
use crate::forge::github::timeline::Entry;
use crate::forge::github::timeline::Rename;
use crate::model::clock::Time;

/// Who may be asked to review: a person or a team.
#[derive(Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
pub struct Asked {
    #[serde(rename = "__typename")]
    kind: Option<String>,
    login: Option<String>,
    database_id: Option<i64>,
    slug: Option<String>,
    name: Option<String>,
    parent_team: Option<TeamNumber>,
    privacy: Option<String>,
}

#[derive(Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
struct TeamNumber {
    database_id: Option<i64>,
}

impl Asked {
    fn person(&self) -> Option<User> {
        let who = Who {
            kind: self.kind.clone(),
            login: self.login.clone(),
            database_id: self.database_id,
            user: None,
        };
        (self.kind.as_deref() != Some("Team")).then(|| who.to_user())
    }

    fn team(&self) -> Option<Team> {
        let parent = self.parent_team.as_ref().and_then(|parent| parent.database_id);
        (self.kind.as_deref() == Some("Team")).then(|| Team {
            id: self.database_id,
            slug: self.slug.clone(),
            name: self.name.clone(),
            parent: parent.map(|id| {
                Box::new(Team {
                    id: Some(id),
                    ..Team::default()
                })
            }),
            privacy: self.privacy.clone(),
        })
    }
}

#[derive(Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
pub struct Request {
    requested_reviewer: Option<Asked>,
}

/// An entry of the timeline; which fields are set depends on its type.
#[derive(Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
pub struct Item {
    #[serde(rename = "__typename")]
    kind: Option<String>,
    created_at: Option<Time>,
    actor: Option<Who>,
    before_commit: Option<Oid>,
    after_commit: Option<Oid>,
    requested_reviewer: Option<Asked>,
    previous_title: Option<String>,
    current_title: Option<String>,
    label: Option<Label>,
}

impl Item {
    /// In REST's shape; none for a type that tells us nothing.
    pub fn to_entry(&self) -> Option<Entry> {
        let event = match self.kind.as_deref()? {
            "HeadRefForcePushedEvent" => "head_ref_force_pushed",
            "ReviewRequestedEvent" => "review_requested",
            "ReviewRequestRemovedEvent" => "review_request_removed",
            "ReadyForReviewEvent" => "ready_for_review",
            "ConvertToDraftEvent" => "convert_to_draft",
            "RenamedTitleEvent" => "renamed",
            "LabeledEvent" => "labeled",
            "UnlabeledEvent" => "unlabeled",
            "ClosedEvent" => "closed",
            "ReopenedEvent" => "reopened",
            _ => return None,
        };
        let oid = |of: &Option<Oid>| of.as_ref().and_then(|of| of.oid.clone());
        Some(Entry {
            event: Some(event.to_owned()),
            actor: user(self.actor.as_ref()),
            created_at: self.created_at,
            commit_id: oid(&self.after_commit),
            before: oid(&self.before_commit),
            requested_reviewer: self.requested_reviewer.as_ref().and_then(Asked::person),
            requested_team: self.requested_reviewer.as_ref().and_then(Asked::team),
            rename: self.current_title.is_some().then(|| Rename {
                from: self.previous_title.clone(),
                to: self.current_title.clone(),
            }),
            label: self.label.as_ref().map(|label| Label {
                name: label.name.clone(),
            }),
            ..Entry::default()
        })
    }
}

/// A pull request with all that hangs on it.
#[derive(Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
pub struct PullNode {
    pub number: Option<i32>,
    title: Option<String>,
    author: Option<Who>,
    state: Option<String>,
    is_draft: Option<bool>,
    pub created_at: Option<Time>,
    pub updated_at: Option<Time>,
    closed_at: Option<Time>,
    merged_at: Option<Time>,
    merge_commit: Option<Commit>,
    base_ref_name: Option<String>,
    base_ref_oid: Option<String>,
    head_ref_name: Option<String>,
    pub head_ref_oid: Option<String>,
    pub changed_files: Option<i32>,
    labels: Option<Connection<Label>>,
    review_requests: Option<Connection<Request>>,
    pub files: Option<Connection<File>>,
    pub commits: Option<Connection<PullCommit>>,
    pub reviews: Option<Connection<Review>>,
    pub review_threads: Option<Connection<Thread>>,
    pub comments: Option<Connection<Said>>,
    pub timeline_items: Option<Connection<Item>>,
}

impl PullNode {
    /// In REST's shape; the repository is told apart.
    pub fn to_pull(&self) -> Pull {
        let requests = || self.review_requests.iter().flat_map(|all| all.nodes.entries());
        let asked = || requests().filter_map(|one| one.requested_reviewer.as_ref());
        let open = self.state.as_deref().is_none_or(|state| state == "OPEN");
        Pull {
            number: self.number,
            title: self.title.clone(),
            user: user(self.author.as_ref()),
            state: Some(if open { "open" } else { "closed" }.to_owned()),
            draft: self.is_draft,
            created_at: self.created_at,
            updated_at: self.updated_at,
            closed_at: self.closed_at,
            merged_at: self.merged_at,
            merge_commit_sha: self.merge_commit.as_ref().and_then(|commit| commit.oid.clone()),
            base: Some(End {
                name: self.base_ref_name.clone(),
                sha: self.base_ref_oid.clone(),
                repo: None,
            }),
            head: Some(End {
                name: self.head_ref_name.clone(),
                sha: self.head_ref_oid.clone(),
                repo: None,
            }),
            changed_files: self.changed_files,
            labels: self
                .labels
                .iter()
                .flat_map(|all| all.nodes.entries())
                .map(|label| Label {
                    name: label.name.clone(),
                })
                .collect::<Vec<_>>()
                .into(),
            requested_reviewers: asked().filter_map(Asked::person).collect::<Vec<_>>().into(),
            requested_teams: asked().filter_map(Asked::team).collect::<Vec<_>>().into(),
        }
    }
}
