//! A repository's past, a page of pull requests a call: each with files, commits, reviews, threads, comments and timeline.
//!
//! GraphQL's objects become the record that an export has, and from there the events that webhooks would have brought.
mod answers;
mod gathered;
mod query;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::json;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::forge::github::app::Seat;
use crate::forge::github::call::Call;
use crate::forge::github::graph_pull::PullNode;
use crate::forge::github::graph_shapes::File;
use crate::forge::github::graph_shapes::Said;
use crate::forge::github::graph_shapes::Thread;
use crate::forge::github::graph_shapes::number;
use crate::forge::github::graph_shapes::user;
use crate::forge::github::graphql::Missing;
use crate::forge::github::history;
use crate::forge::github::past::answers::PageData;
use crate::forge::github::past::answers::ReactionsData;
use crate::forge::github::past::answers::RepoNode;
use crate::forge::github::past::answers::RestData;
use crate::forge::github::past::answers::ThreadData;
use crate::forge::github::past::answers::reaction_word;
use crate::forge::github::past::gathered::Gathered;
use crate::forge::github::past::gathered::record;
use crate::forge::github::reactions::Reacted;
use crate::forge::github::shapes::User;
use crate::forge::github::shapes::actor;
use crate::forge::github::sizes::Sizes;
use crate::model::clock::Time;
use crate::model::event::Event;
use crate::model::ids::CommentId;
use crate::model::ids::RepoId;
use crate::model::person::Actor;
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
    /// Pull requests of it that can't be had or read whole, with when they last changed.
    pub left_out: Vec<(i32, Time)>,
    /// The repository that it is about.
    pub repo: PastRepo,
    /// Where the next page begins; none at the end of the time asked for.
    pub next: Option<String>,
    /// Pull requests changed in the time asked for, as GitHub's search counts them; none where it doesn't say.
    pub total: Option<i32>,
    /// Things that GitHub could not give, by place.
    pub missing: Vec<String>,
    /// Calls that the page took.
    pub calls: u32,
}

/// The repository that answered: GitHub follows names that were given up, so it may be another one than was asked about.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PastRepo {
    /// GitHub's number of it.
    pub id: Option<RepoId>,
    /// GitHub's number of the account that owns it.
    pub owner: Option<i64>,
    /// Its default branch.
    pub default_branch: Option<String>,
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

/// One repository that is asked about.
struct Asking<'a> {
    forge: &'a Forge,
    seat: &'a Seat,
    at: &'a RepoAt<'a>,
    doing: &'a str,
    calls: u32,
    missing: Vec<String>,
}

/// What an answer may lack: accounts that GitHub can't show, and what counts or reacts. Whatever else it lacks would be lost
/// for good once the next page is asked for.
const SPARED: [&str; 8] = [
    "author",
    "actor",
    "user",
    "committer",
    "resolvedBy",
    "requestedReviewer",
    "parentTeam",
    "inWindow",
];

/// What it means that an answer about the past lacks something; none: it is good without.
fn lack(missing: &Missing, doing: &str) -> Option<ForgeError> {
    let place = missing.place.as_str();
    let last = place.rsplit('.').next().unwrap_or_default();
    // A comment that was deleted before its reactions were asked for.
    let gone = matches!(missing.means, ForgeError::NotFound { .. })
        && place
            .strip_prefix("nodes.")
            .is_some_and(|nth| nth.parse::<usize>().is_ok());
    match place {
        _ if gone || SPARED.contains(&last) => None,
        "" | "repository" | "repository.pullRequests" => Some(missing.means.clone()),
        _ => Some(incomplete(doing)),
    }
}

fn incomplete(doing: &str) -> ForgeError {
    ForgeError::TooBig {
        doing: doing.to_owned(),
        what: "a part of the answer is missing".to_owned(),
    }
}

impl<'a> Asking<'a> {
    fn new(forge: &'a Forge, at: &'a RepoAt<'a>, (seat, doing): (&'a Seat, &'a str)) -> Self {
        Self {
            forge,
            seat,
            at,
            doing,
            calls: 0,
            missing: Vec::new(),
        }
    }

    async fn ask<T: DeserializeOwned>(
        &mut self,
        operation: (&'static str, &str),
        variables: &Value,
    ) -> Result<T, ForgeError> {
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
        if let Some(error) = answered.missing.iter().find_map(|missing| lack(missing, self.doing)) {
            return Err(error);
        }
        self.missing
            .extend(answered.missing.into_iter().map(|missing| missing.place));
        Ok(answered.data)
    }

    /// The lists of a pull request that go on, to their ends.
    async fn rest(&mut self, number: i32, gathered: &mut Gathered) -> Result<(), ForgeError> {
        let query = query::rest_query();
        for _ in 0..ROUNDS {
            if gathered.rest.is_empty() {
                break;
            }
            let mut variables = json!({ "owner": self.at.owner, "name": self.at.name, "number": number });
            for (part, name) in query::PARTS.iter().enumerate() {
                let place = gathered.rest.iter().find(|(one, _)| *one == part);
                variables[format!("with_{name}")] = json!(place.is_some());
                variables[*name] = json!(place.map(|(_, place)| place));
            }
            let data = self.ask::<RestData>(("PastRest", &query), &variables).await?;
            let node = data.repository.and_then(|repo| repo.pull_request);
            let mut node = node.ok_or_else(|| incomplete(self.doing))?;
            gathered.take(&mut node);
        }
        Ok(())
    }

    /// The comments of long threads, to their ends.
    async fn long_threads(&mut self, gathered: &mut Gathered) -> Result<(), ForgeError> {
        let query = query::thread_query();
        for thread in &mut gathered.threads {
            let mut all = Vec::new();
            let mut place = thread.comments.rest().map(str::to_owned);
            for _ in 0..ROUNDS {
                let (Some(after), Some(id)) = (&place, &thread.id) else {
                    break;
                };
                let variables = json!({ "id": id, "after": after });
                let data = self.ask::<ThreadData>(("PastThread", &query), &variables).await?;
                let comments = data.node.ok_or_else(|| incomplete(self.doing))?.comments;
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
            let data = self
                .ask::<ReactionsData>(("PastReactions", query::REACTIONS_QUERY), &json!({ "ids": some }))
                .await?;
            for node in data.nodes.into_entries() {
                let Some(number) = number(node.full_database_id.as_ref()) else {
                    continue;
                };
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
            let file = |file: &File| {
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

impl Forge {
    /// A page of a repository's pull requests with all that hangs on them, the last changed first: one call for what most
    /// of them hold, and more for the rest of big ones, for reactions and for renamed files.
    ///
    /// # Errors
    /// As [`ForgeError`] says. [`ForgeError::TooBig`] where the page took GitHub too long, or where its answer lacks
    /// something that would be lost: a smaller one may succeed.
    pub async fn past_page(&self, at: &RepoAt<'_>, turn: &Turn<'_>) -> Result<PastPage, ForgeError> {
        let doing = format!("reading the past of {}/{}", at.owner, at.name);
        let seat = self.github.seat_at(at, &doing).await?;
        let mut asking = Asking::new(self, at, (&seat, &doing));
        let window = format!(
            "repo:{}/{} is:pr updated:>={}",
            at.owner,
            at.name,
            turn.since.format("%Y-%m-%dT%H:%M:%SZ")
        );
        let variables = json!({ "owner": at.owner, "name": at.name, "after": turn.after, "window": window });
        let sizes = Sizes::fitting(turn.pulls);
        tracing::debug!(pulls = sizes.pulls, points = sizes.points(), "a page of the past");
        let query = query::page_query(sizes);
        let data = asking.ask::<PageData>(("PastPage", &query), &variables).await?;
        let total = data.in_window.and_then(|counted| counted.issue_count);
        let Some(mut repo) = data.repository else {
            return Err(ForgeError::NotFound { doing });
        };
        let found = std::mem::take(&mut repo.pull_requests);
        let mut next = found.rest().map(str::to_owned);
        let (mut pulls, mut left_out) = (Vec::new(), Vec::new());
        for node in found.nodes.into_entries() {
            if node.updated_at.is_some_and(|updated| updated < turn.since) {
                next = None;
                break;
            }
            let number = node.number;
            let place = number.zip(node.updated_at);
            match asking.pull(&repo, node).await {
                Ok(Some(pull)) => pulls.push(pull),
                Ok(None) => asking.missing.push("pullRequests.nodes".to_owned()),
                Err(error @ ForgeError::Unreadable { .. }) => {
                    tracing::warn!(pull.number = number, %error, "a pull request of the past can't be read");
                    left_out.extend(place);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(PastPage {
            repo: repo.to_past(),
            pulls,
            left_out,
            next,
            total,
            missing: asking.missing,
            calls: asking.calls,
        })
    }

    /// The same page with all of its pull requests left out: where GitHub can't give one even by itself, this tells where
    /// the next one begins.
    ///
    /// # Errors
    /// As [`ForgeError`] says.
    pub async fn past_page_left_out(&self, at: &RepoAt<'_>, turn: &Turn<'_>) -> Result<PastPage, ForgeError> {
        let doing = format!("finding the next place in the past of {}/{}", at.owner, at.name);
        let seat = self.github.seat_at(at, &doing).await?;
        let mut asking = Asking::new(self, at, (&seat, &doing));
        let variables = json!({ "owner": at.owner, "name": at.name, "after": turn.after });
        let query = query::bare_query(turn.pulls);
        let data = asking.ask::<PageData>(("PastPlace", &query), &variables).await?;
        let Some(mut repo) = data.repository else {
            return Err(ForgeError::NotFound { doing });
        };
        let found = std::mem::take(&mut repo.pull_requests);
        let next = found.rest().map(str::to_owned);
        let places = found
            .nodes
            .entries()
            .filter_map(|node| node.number.zip(node.updated_at));
        let (there, earlier): (Vec<_>, Vec<_>) = places.partition(|(_, updated)| *updated >= turn.since);
        Ok(PastPage {
            repo: repo.to_past(),
            pulls: Vec::new(),
            left_out: there,
            next: next.filter(|_| earlier.is_empty()),
            total: None,
            missing: asking.missing,
            calls: asking.calls,
        })
    }
}
