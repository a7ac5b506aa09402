//! A repository's past, a page of pull requests a call: each with files, commits, reviews, threads, comments and timeline.
//!
//! GraphQL's objects become the record that an export has, and from there the events that webhooks would have brought.
use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::forge::github::app::Seat;
use crate::forge::github::call::Call;
use crate::forge::github::graph_shapes;
use crate::forge::github::graph_shapes::Connection;
use crate::forge::github::graph_shapes::GitActor;
use crate::forge::github::graph_shapes::PullNode;
use crate::forge::github::graph_shapes::Said;
use crate::forge::github::graph_shapes::Thread;
use crate::forge::github::graph_shapes::Who;
use crate::forge::github::graph_shapes::user;
use crate::forge::github::graphql::Sizes;
use crate::forge::github::history;
use crate::forge::github::reactions::Reacted;
use crate::forge::github::read::number_in_address;
use crate::forge::github::shapes::Repo;
use crate::forge::github::shapes::User;
use crate::forge::github::shapes::actor;
use crate::forge::github::timeline::Entry;
use crate::forge::github::timeline::Record;
use crate::model::clock::Time;
use crate::model::event::Event;
use crate::model::ids::CommentId;
use crate::model::ids::PersonId;
use crate::model::person::Actor;
use crate::model::person::PersonKind;
use crate::model::pull::PullContents;
use crate::model::pull::PullFile;

/// Rounds in which the rest of one big pull request is asked for; 100 of each thing a round.
const ROUNDS: usize = 30;

/// Comments whose reactions are asked for in one call.
const REACTIONS_A_CALL: usize = 50;

/// A page of a repository's past.
#[derive(Debug)]
pub struct PastPage {
    /// Its pull requests, the last changed first.
    pub pulls: Vec<PastPull>,
    /// Where the next page begins; none at the end of the time asked for.
    pub next: Option<String>,
    /// Pull requests changed in the time asked for, as GitHub's search counts them; none where it doesn't say.
    pub total: Option<i32>,
    /// Things that GitHub could not give, by place.
    pub missing: Vec<String>,
    /// Calls that the page took.
    pub calls: u32,
}

/// A pull request as it is now, and what led there.
#[derive(Debug)]
pub struct PastPull {
    /// Its number.
    pub number: i32,
    /// The commit of its head ref.
    pub head: String,
    /// When it last changed.
    pub updated_at: Time,
    /// Whether it is closed or merged.
    pub closed: bool,
    /// What webhooks would have told, in order of time.
    pub events: Vec<(Time, Event)>,
    /// Its files and who wrote it; none where GitHub couldn't say.
    pub contents: Option<PullContents>,
    /// Its review threads: the first comment, whether it is resolved and by whom.
    pub threads: Vec<(CommentId, bool, Option<Actor>)>,
    /// Who reacted to comments on its diff; comments without any are left out. None for an open one.
    pub reactions: Option<Vec<Reacted>>,
}

/// Which page.
#[derive(Clone, Copy, Debug)]
pub struct Turn<'a> {
    /// Where it begins; none: at the newest.
    pub after: Option<&'a str>,
    /// Pull requests that didn't change since are left out.
    pub since: Time,
    /// Pull requests on it.
    pub pulls: u32,
}

/// Whoever does something.
const WHO: &str = "fragment who on Actor { __typename login ... on User { databaseId } ... on Bot { databaseId } \
... on Mannequin { databaseId } ... on Organization { databaseId } ... on EnterpriseUserAccount { user { __typename login databaseId } } }\n";

/// A comment on a line.
const SAID: &str = "fragment said on PullRequestReviewComment { id fullDatabaseId author { ...who } body createdAt updatedAt path line \
originalLine commit { oid } originalCommit { oid } replyTo { fullDatabaseId } pullRequestReview { fullDatabaseId } isMinimized \
minimizedReason reactionGroups { createdAt } }\n";

/// Who may be asked to review, and who wrote a commit.
const ASKED_AND_GIT: &str = "fragment asked on RequestedReviewer { __typename ... on User { login databaseId } ... on Bot { login databaseId } \
... on Mannequin { login databaseId } ... on Team { databaseId slug name parentTeam { databaseId } } }
fragment git on GitActor { email user { __typename login databaseId } }\n";

/// The connections of a pull request, `$`-free: sizes are written in, places come by variables only where one goes on.
fn connections(sizes: Sizes, goes_on: bool) -> String {
    let part = |name: &str, size: u32, more: &str, inner: &str| {
        let (after, include) = if goes_on {
            (format!(", after: ${name}"), format!(" @include(if: $with_{name})"))
        } else {
            (String::new(), String::new())
        };
        format!(
            "{name}(first: {size}{after}{more}){include} {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {inner} }} }}\n"
        )
    };
    let Sizes { authors, replies, .. } = sizes;
    let commit = format!(
        "commit {{ oid committedDate committer {{ ...git }} authors(first: {authors}) {{ nodes {{ ...git }} }} }}"
    );
    let thread = format!(
        "id isResolved resolvedBy {{ __typename login databaseId }} diffSide comments(first: {replies}) {{ \
         pageInfo {{ hasNextPage endCursor }} nodes {{ ...said }} }}"
    );
    let types = ", itemTypes: [HEAD_REF_FORCE_PUSHED_EVENT, REVIEW_REQUESTED_EVENT, REVIEW_REQUEST_REMOVED_EVENT, \
                 READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT, RENAMED_TITLE_EVENT, LABELED_EVENT, UNLABELED_EVENT, \
                 CLOSED_EVENT, REOPENED_EVENT]";
    let item = "__typename \
        ... on HeadRefForcePushedEvent { createdAt actor { ...who } beforeCommit { oid } afterCommit { oid } } \
        ... on ReviewRequestedEvent { createdAt actor { ...who } requestedReviewer { ...asked } } \
        ... on ReviewRequestRemovedEvent { createdAt actor { ...who } requestedReviewer { ...asked } } \
        ... on ReadyForReviewEvent { createdAt actor { ...who } } ... on ConvertToDraftEvent { createdAt actor { ...who } } \
        ... on RenamedTitleEvent { createdAt actor { ...who } previousTitle currentTitle } \
        ... on LabeledEvent { createdAt actor { ...who } label { name } } \
        ... on UnlabeledEvent { createdAt actor { ...who } label { name } } \
        ... on ClosedEvent { createdAt actor { ...who } } ... on ReopenedEvent { createdAt actor { ...who } }";
    let review = "fullDatabaseId author { ...who } state submittedAt body commit { oid }";
    let talk = "id fullDatabaseId author { ...who } body createdAt updatedAt isMinimized minimizedReason";
    [
        part("files", sizes.files, "", "path additions deletions changeType"),
        part("commits", sizes.commits, "", &commit),
        part("reviews", sizes.reviews, "", review),
        part("reviewThreads", sizes.threads, "", &thread),
        part("comments", sizes.talk, "", talk),
        part("timelineItems", sizes.timeline, types, item),
    ]
    .concat()
}

/// What a pull request shows of itself.
fn state(sizes: Sizes) -> String {
    let few = sizes.few;
    format!(
        "number title author {{ ...who }} state isDraft createdAt updatedAt closedAt mergedAt mergeCommit {{ oid }} baseRefName baseRefOid \
         headRefName headRefOid changedFiles labels(first: {few}) {{ nodes {{ name }} }} \
         reviewRequests(first: {few}) {{ nodes {{ requestedReviewer {{ ...asked }} }} }}\n"
    )
}

fn page_query(sizes: Sizes) -> String {
    format!(
        "query PastPage($owner: String!, $name: String!, $after: String, $window: String!) {{
rateLimit {{ cost remaining resetAt }}
inWindow: search(query: $window, type: ISSUE, first: 1) {{ issueCount }}
repository(owner: $owner, name: $name) {{ databaseId name isPrivate defaultBranchRef {{ name }}
owner {{ __typename login ... on User {{ databaseId }} ... on Organization {{ databaseId }} }}
pullRequests(first: {}, after: $after, orderBy: {{ field: UPDATED_AT, direction: DESC }}) {{
pageInfo {{ hasNextPage endCursor }} nodes {{ {}{} }} }} }} }}\n{WHO}{SAID}{ASKED_AND_GIT}",
        sizes.pulls,
        state(sizes),
        connections(sizes, false)
    )
}

/// The connections by their names, as the question for the rest has them.
const PARTS: [&str; 6] = [
    "files",
    "commits",
    "reviews",
    "reviewThreads",
    "comments",
    "timelineItems",
];

fn rest_query() -> String {
    let variables: Vec<String> = PARTS
        .iter()
        .map(|name| format!("${name}: String, $with_{name}: Boolean!"))
        .collect();
    format!(
        "query PastRest($owner: String!, $name: String!, $number: Int!, {}) {{ rateLimit {{ cost remaining resetAt }}
repository(owner: $owner, name: $name) {{ pullRequest(number: $number) {{ number\n{} }} }} }}\n{WHO}{SAID}{ASKED_AND_GIT}",
        variables.join(", "),
        connections(Sizes::rest(), true)
    )
}

const THREAD_QUERY: &str = "query PastThread($id: ID!, $after: String) { rateLimit { cost remaining resetAt } \
node(id: $id) { ... on PullRequestReviewThread { comments(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { ...said } } } } }\n";

const REACTIONS_QUERY: &str = "query PastReactions($ids: [ID!]!) { rateLimit { cost remaining resetAt } nodes(ids: $ids) { \
... on PullRequestReviewComment { fullDatabaseId reactions(first: 100) { nodes { content user { __typename login databaseId } } } } } }";

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct PageData {
    in_window: Option<Counted>,
    repository: Option<RepoNode>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Counted {
    issue_count: Option<i32>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct RepoNode {
    database_id: Option<i64>,
    name: Option<String>,
    is_private: Option<bool>,
    default_branch_ref: Option<Named>,
    owner: Option<Who>,
    pull_requests: Connection<PullNode>,
    pull_request: Option<PullNode>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Named {
    name: Option<String>,
}

impl RepoNode {
    fn to_repo(&self) -> Repo {
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
struct RestData {
    repository: Option<RepoNode>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ThreadData {
    node: Option<ThreadNode>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ThreadNode {
    comments: Connection<Said>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ReactionsData {
    nodes: crate::forge::github::shapes::List<ReactedNode>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ReactedNode {
    full_database_id: Option<Value>,
    reactions: Connection<ReactionNode>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ReactionNode {
    content: Option<String>,
    user: Option<Who>,
}

/// REST's word for a reaction.
fn reaction_word(content: &str) -> String {
    match content {
        "THUMBS_UP" => "+1".to_owned(),
        "THUMBS_DOWN" => "-1".to_owned(),
        other => other.to_lowercase(),
    }
}

/// Everything of one pull request, list by list, until nothing of it is missing.
#[derive(Default)]
struct Gathered {
    files: Vec<crate::forge::github::graph_shapes::File>,
    commits: Vec<crate::forge::github::graph_shapes::Commit>,
    reviews: Vec<Entry>,
    threads: Vec<Thread>,
    talk: Vec<Entry>,
    timeline: Vec<Entry>,
    files_known: bool,
    commits_known: bool,
    rest: Vec<(usize, String)>,
}

impl Gathered {
    /// Takes in what one answer holds of the lists; notes where each goes on.
    fn take(&mut self, node: &mut PullNode) {
        self.rest.clear();
        let mut rest = Vec::new();
        let mut goes_on = |part: usize, place: Option<&str>| rest.extend(place.map(|place| (part, place.to_owned())));
        if let Some(files) = node.files.take() {
            goes_on(0, files.rest());
            self.files_known = true;
            self.files.extend(files.nodes.into_entries());
        }
        if let Some(commits) = node.commits.take() {
            goes_on(1, commits.rest());
            self.commits_known = true;
            self.commits
                .extend(commits.nodes.into_entries().filter_map(|one| one.commit));
        }
        if let Some(reviews) = node.reviews.take() {
            goes_on(2, reviews.rest());
            self.reviews
                .extend(reviews.nodes.entries().map(graph_shapes::Review::to_entry));
        }
        if let Some(threads) = node.review_threads.take() {
            goes_on(3, threads.rest());
            self.threads.extend(threads.nodes.into_entries());
        }
        if let Some(talk) = node.comments.take() {
            goes_on(4, talk.rest());
            let kept = talk.nodes.entries().filter(|said| !said.is_rubbish());
            self.talk.extend(kept.map(Said::to_entry));
        }
        if let Some(timeline) = node.timeline_items.take() {
            goes_on(5, timeline.rest());
            self.timeline
                .extend(timeline.nodes.entries().filter_map(graph_shapes::Item::to_entry));
        }
        self.rest = rest;
    }

    fn commenters(&self) -> impl Iterator<Item = &Said> {
        self.threads.iter().flat_map(|thread| thread.comments.nodes.entries())
    }

    /// Who wrote it: authors, co-authors and committers that GitHub knows, and those whose address is GitHub's own.
    fn writers(&self) -> Vec<PersonId> {
        let known = |git: &GitActor| {
            let account = actor(user(git.user.as_ref()).as_ref()).filter(|one| one.kind == PersonKind::Human);
            account.map(|one| one.id).or_else(|| {
                git.email
                    .as_deref()
                    .filter(|_| git.user.is_none())
                    .and_then(number_in_address)
            })
        };
        let all: BTreeSet<PersonId> = self
            .commits
            .iter()
            .flat_map(|commit| commit.authors.nodes.entries().chain(&commit.committer))
            .filter_map(known)
            .collect();
        all.into_iter().collect()
    }

    fn has_renames(&self) -> bool {
        self.files
            .iter()
            .any(|file| file.change_type.as_deref() == Some("RENAMED"))
    }
}

/// One repository that is asked about.
struct Asking<'a> {
    forge: &'a Forge,
    seat: &'a Seat,
    at: &'a RepoAt<'a>,
    doing: &'a str,
    calls: u32,
}

impl Asking<'_> {
    async fn ask<T: serde::de::DeserializeOwned>(
        &mut self,
        operation: (&'static str, &str),
        variables: &Value,
    ) -> Result<(T, Vec<String>), ForgeError> {
        let call = Call {
            doing: self.doing,
            endpoint: "graphql",
            path: "/graphql".to_owned(),
        };
        self.calls += 1;
        let answered = self
            .forge
            .github
            .ask::<T>(self.seat, &call, operation, variables)
            .await?;
        Ok((answered.data, answered.missing))
    }

    /// The lists of a pull request that go on, to their ends.
    async fn rest(&mut self, number: i32, gathered: &mut Gathered) -> Result<(), ForgeError> {
        let query = rest_query();
        for _ in 0..ROUNDS {
            if gathered.rest.is_empty() {
                break;
            }
            let mut variables = json!({ "owner": self.at.owner, "name": self.at.name, "number": number });
            for (part, name) in PARTS.iter().enumerate() {
                let place = gathered.rest.iter().find(|(one, _)| *one == part);
                variables[format!("with_{name}")] = json!(place.is_some());
                variables[*name] = json!(place.map(|(_, place)| place));
            }
            let (data, _) = self.ask::<RestData>(("PastRest", &query), &variables).await?;
            let Some(mut node) = data.repository.and_then(|repo| repo.pull_request) else {
                break;
            };
            gathered.take(&mut node);
        }
        Ok(())
    }

    /// The comments of long threads, to their ends.
    async fn long_threads(&mut self, gathered: &mut Gathered) -> Result<(), ForgeError> {
        let query = format!("{THREAD_QUERY}{WHO}{SAID}");
        for thread in &mut gathered.threads {
            let mut all = Vec::new();
            let mut place = thread.comments.rest().map(str::to_owned);
            for _ in 0..ROUNDS {
                let (Some(after), Some(id)) = (&place, &thread.id) else {
                    break;
                };
                let variables = json!({ "id": id, "after": after });
                let (data, _) = self.ask::<ThreadData>(("PastThread", &query), &variables).await?;
                let comments = data.node.unwrap_or_default().comments;
                place = comments.rest().map(str::to_owned);
                all.extend(comments.nodes.into_entries());
            }
            if !all.is_empty() {
                let first = std::mem::take(&mut thread.comments.nodes);
                thread.comments.nodes = first.into_entries().chain(all).collect::<Vec<_>>().into();
            }
        }
        Ok(())
    }

    /// Who reacted to the comments that have reactions.
    async fn reactions(&mut self, ids: &[String]) -> Result<Vec<Reacted>, ForgeError> {
        let mut reacted = Vec::new();
        for some in ids.chunks(REACTIONS_A_CALL) {
            let (data, _) = self
                .ask::<ReactionsData>(("PastReactions", REACTIONS_QUERY), &json!({ "ids": some }))
                .await?;
            for node in data.nodes.into_entries() {
                let number = match &node.full_database_id {
                    Some(Value::String(text)) => text.parse().ok(),
                    Some(other) => other.as_i64(),
                    None => None,
                };
                let Some(number) = number else { continue };
                let given = node.reactions.nodes.entries().filter_map(|one| {
                    let person = user(one.user.as_ref()).as_ref().and_then(User::to_actor)?;
                    Some((person.id, reaction_word(one.content.as_deref()?)))
                });
                reacted.push((CommentId(number), given.collect()));
            }
        }
        Ok(reacted)
    }

    async fn contents(&mut self, number: i32, gathered: &Gathered) -> Result<Option<PullContents>, ForgeError> {
        if !gathered.files_known || !gathered.commits_known {
            return Ok(None);
        }
        let files = if gathered.has_renames() {
            // GraphQL doesn't say what a file was called before.
            self.calls += 1;
            self.forge.pull_files(self.at, number).await?
        } else {
            let file = |file: &crate::forge::github::graph_shapes::File| {
                Some(PullFile {
                    path: file.path.clone()?,
                    previous_path: None,
                    additions: file.additions.unwrap_or(0),
                    deletions: file.deletions.unwrap_or(0),
                })
            };
            gathered.files.iter().filter_map(file).collect()
        };
        Ok(Some(PullContents {
            files,
            committers: gathered.writers(),
            co_authors: Vec::new(),
            commits: gathered
                .commits
                .iter()
                .filter_map(|commit| commit.oid.clone())
                .collect(),
        }))
    }

    async fn pull(&mut self, repo: &RepoNode, mut node: PullNode) -> Result<Option<PastPull>, ForgeError> {
        let (Some(number), Some(updated_at)) = (node.number, node.updated_at) else {
            return Ok(None);
        };
        let mut gathered = Gathered::default();
        gathered.take(&mut node);
        self.rest(number, &mut gathered).await?;
        self.long_threads(&mut gathered).await?;
        let contents = self.contents(number, &gathered).await?;
        let mut pull = node.to_pull();
        if let Some(base) = &mut pull.base {
            base.repo = Some(repo.to_repo());
        }
        let closed = pull.state.as_deref() == Some("closed");
        let with_reactions: Vec<String> = gathered
            .commenters()
            .filter(|said| closed && said.has_reactions())
            .filter_map(|said| said.id.clone())
            .collect();
        let reactions = self.reactions(&with_reactions).await?;
        let record = record(pull, &gathered);
        let events = history::events_of(&record).map_err(|error| ForgeError::Unreadable {
            doing: self.doing.to_owned(),
            what: error.to_string(),
        })?;
        let root = |thread: &Thread| thread.comments.nodes.entries().next().and_then(Said::number);
        let threads = gathered.threads.iter().filter_map(|thread| {
            let by = actor(user(thread.resolved_by.as_ref()).as_ref());
            Some((CommentId(root(thread)?), thread.is_resolved, by))
        });
        Ok(Some(PastPull {
            number,
            head: node.head_ref_oid.clone().unwrap_or_default(),
            updated_at,
            closed,
            events,
            contents,
            threads: threads.collect(),
            reactions: closed.then_some(reactions),
        }))
    }
}

/// What was gathered, as the record that an export has.
fn record(pull: crate::forge::github::shapes::Pull, gathered: &Gathered) -> Record {
    let mut events: Vec<Entry> = gathered.commits.iter().map(graph_shapes::Commit::to_entry).collect();
    events.extend(gathered.timeline.iter().cloned());
    events.extend(gathered.reviews.iter().cloned());
    events.extend(gathered.talk.iter().cloned());
    let comments = gathered.threads.iter().flat_map(|thread| {
        let side = thread.diff_side.as_deref();
        let kept = thread.comments.nodes.entries().filter(|said| !said.is_rubbish());
        kept.map(move |said| said.to_comment(side))
    });
    Record {
        pull: Some(pull),
        events: events.into(),
        comments: comments.collect::<Vec<_>>().into(),
        one_base: true,
    }
}

impl Forge {
    /// A page of a repository's pull requests with all that hangs on them, the last changed first: one call for what most
    /// of them hold, and more for the rest of big ones, for reactions and for renamed files.
    ///
    /// # Errors
    /// As [`ForgeError`] says. [`ForgeError::Transport`] where the page took GitHub too long: a smaller one may succeed.
    pub async fn past_page(&self, at: &RepoAt<'_>, turn: &Turn<'_>) -> Result<PastPage, ForgeError> {
        let doing = format!("reading the past of {}/{}", at.owner, at.name);
        let seat = self.github.seat_at(at, &doing).await?;
        let mut asking = Asking {
            forge: self,
            seat: &seat,
            at,
            doing: &doing,
            calls: 0,
        };
        let window = format!(
            "repo:{}/{} is:pr updated:>={}",
            at.owner,
            at.name,
            turn.since.format("%Y-%m-%dT%H:%M:%SZ")
        );
        let variables = json!({ "owner": at.owner, "name": at.name, "after": turn.after, "window": window });
        let sizes = Sizes::fitting(turn.pulls);
        tracing::debug!(pulls = sizes.pulls, points = sizes.points(), "a page of the past");
        let query = page_query(sizes);
        let (data, mut missing) = asking.ask::<PageData>(("PastPage", &query), &variables).await?;
        let total = data.in_window.and_then(|counted| counted.issue_count);
        let Some(mut repo) = data.repository else {
            return Err(ForgeError::NotFound { doing });
        };
        let found = std::mem::take(&mut repo.pull_requests);
        let mut next = found.rest().map(str::to_owned);
        let mut pulls = Vec::new();
        for node in found.nodes.into_entries() {
            if node.updated_at.is_some_and(|updated| updated < turn.since) {
                next = None;
                break;
            }
            let number = node.number;
            match asking.pull(&repo, node).await {
                Ok(Some(pull)) => pulls.push(pull),
                Ok(None) => missing.push("pullRequests.nodes".to_owned()),
                Err(error @ ForgeError::Unreadable { .. }) => {
                    tracing::warn!(pull.number = number, %error, "a pull request of the past can't be read");
                    missing.push(format!("pullRequest {}", number.unwrap_or_default()));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(PastPage {
            pulls,
            next,
            total,
            missing,
            calls: asking.calls,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::PullAction;
    use crate::model::event::What;

    /// Whatever a question defines it uses, and the other way round; GitHub declines it otherwise.
    #[test]
    fn each_question_uses_just_the_fragments_that_it_defines() {
        let thread = format!("{THREAD_QUERY}{WHO}{SAID}");
        for query in [
            page_query(Sizes::usual(25)),
            rest_query(),
            thread,
            REACTIONS_QUERY.to_owned(),
        ] {
            for name in ["who", "said", "asked", "git"] {
                let defined = query.contains(&format!("fragment {name} on"));
                assert_eq!(query.contains(&format!("...{name} ")), defined, "{name} in {query}");
            }
            assert_eq!(query.matches('{').count(), query.matches('}').count(), "{query}");
            assert_eq!(query.matches('(').count(), query.matches(')').count(), "{query}");
        }
    }

    fn gathered(node: Value) -> (crate::forge::github::shapes::Pull, Gathered) {
        let mut node: PullNode = serde_json::from_value(node).expect("a pull request");
        let mut gathered = Gathered::default();
        gathered.take(&mut node);
        let mut pull = node.to_pull();
        pull.base.as_mut().expect("a base").repo = Some(Repo {
            id: Some(7),
            full_name: Some("acme/shop".to_owned()),
            ..Repo::default()
        });
        (pull, gathered)
    }

    #[test]
    fn an_answer_becomes_the_events_that_webhooks_would_have_brought() {
        let text = r#"{
            "number": 3, "title": "Post faster", "state": "MERGED", "isDraft": false,
            "author": { "__typename": "Bot", "login": "renovate", "databaseId": 9 },
            "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-05T00:00:00Z",
            "closedAt": "2026-01-05T00:00:00Z", "mergedAt": "2026-01-05T00:00:00Z",
            "baseRefName": "main", "baseRefOid": "base", "headRefName": "topic", "headRefOid": "new",
            "labels": null, "reviewRequests": null, "reviews": { "pageInfo": { "hasNextPage": false }, "nodes": null }, "comments": null,
            "files": { "pageInfo": { "hasNextPage": true, "endCursor": "c" }, "nodes": [{ "path": "a.rs" }, null] },
            "commits": { "pageInfo": {}, "nodes": [{ "commit": { "oid": "new", "committedDate": "2026-01-01T00:00:00Z",
                "authors": { "nodes": [{ "email": "ada@example.com", "user": { "__typename": "User", "login": "ada", "databaseId": 1 } },
                                       { "email": "5+eve@users.noreply.github.com", "user": null },
                                       { "email": "x@example.com", "user": null }] }, "committer": null } }] },
            "timelineItems": { "pageInfo": {}, "nodes": [
                { "__typename": "HeadRefForcePushedEvent", "createdAt": "2026-01-03T00:00:00Z", "actor": null,
                  "beforeCommit": { "oid": "old" }, "afterCommit": { "oid": "new" } },
                { "__typename": "ClosedEvent", "createdAt": "2026-01-05T00:00:00Z", "actor": null }] },
            "reviewThreads": { "pageInfo": {}, "nodes": [{ "id": "T", "isResolved": true, "resolvedBy": null, "diffSide": "LEFT",
                "comments": { "pageInfo": {}, "nodes": [
                    { "fullDatabaseId": "3000000001", "author": null, "body": "Why?", "createdAt": "2026-01-02T00:00:00Z",
                      "path": "a.rs", "originalLine": 4, "originalCommit": { "oid": "old" } },
                    { "fullDatabaseId": 12, "body": "Buy!", "createdAt": "2026-01-02T00:00:00Z", "isMinimized": true, "minimizedReason": "spam" }
                ] } }] }
        }"#;
        let (pull, gathered) = gathered(serde_json::from_str(text).expect("JSON"));
        assert_eq!(gathered.rest, [(0, "c".to_owned())], "the files go on");
        assert_eq!(
            gathered.writers(),
            [PersonId(1), PersonId(5)],
            "also the one whom only the account tells"
        );
        let events = history::events_of(&record(pull, &gathered)).expect("a record");
        let opened = &events[0].1;
        let What::Pull {
            action: PullAction::Opened,
            pull,
        } = &opened.what
        else {
            panic!("{opened:?}");
        };
        let author = pull.author.as_ref().expect("an author");
        assert_eq!(
            (author.login.as_str(), author.kind, pull.head_sha.as_str()),
            ("renovate[bot]", PersonKind::Bot, "old")
        );
        let comments: Vec<_> = events
            .iter()
            .filter_map(|(_, event)| match &event.what {
                What::Comment { comment, .. } => Some((
                    comment.id.0,
                    comment.line,
                    comment.on_old_side,
                    comment.author.is_none(),
                )),
                _ => None,
            })
            .collect();
        assert_eq!(
            comments,
            [(3_000_000_001, Some(4), true, true)],
            "what is hidden as spam isn't kept"
        );
        let push = events.iter().find_map(|(_, event)| match &event.what {
            What::Pull {
                action: PullAction::Synchronized(push),
                ..
            } => Some(push),
            _ => None,
        });
        let push = push.expect("a push");
        assert_eq!(
            (
                push.before.as_deref(),
                push.after.as_str(),
                push.base.as_deref(),
                push.forced
            ),
            (Some("old"), "new", Some("base"), Some(true))
        );
        let (_, last) = events.last().expect("an event");
        assert!(
            matches!(&last.what, What::Pull { pull, .. } if !pull.open && pull.merged_at.is_some()),
            "{last:?}"
        );
    }
}
