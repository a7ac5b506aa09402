//! Pull requests in GraphQL's shape, with the lists that a question asks for.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::demo::github::commits::Commit;
use crate::demo::github::diff::FileChange;
use crate::demo::github::graphql::asked::{Question, connection, cursor, place};
use crate::demo::github::graphql::said;
use crate::demo::github::payload::stamp;
use crate::demo::github::state::{Pull, Repository, Shown, State};

/// A repository.
pub fn repository(state: &State, repo: &Repository) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("databaseId".into(), json!(repo.id));
    map.insert("name".into(), json!(repo.name));
    map.insert("isPrivate".into(), json!(!state.life.public.contains(&repo.id)));
    map.insert("defaultBranchRef".into(), json!({ "name": "main" }));
    map.insert("owner".into(), said::who(state, &state.organisation.login));
    map
}

/// The page of a repository's pull requests that a question asks for, the last changed first.
pub fn page(state: &State, (repo, shown): (&Repository, &[(u64, Arc<Shown>)]), question: &Question) -> Value {
    let mut pulls: Vec<&Pull> = repo.pulls.values().collect();
    pulls.sort_by_key(|pull| std::cmp::Reverse(key(pull)));
    let after = question.text("after").and_then(place).and_then(|place| {
        let (at, number) = place.split_once(':')?;
        Some((at.parse::<i64>().ok()?, number.parse::<u64>().ok()?))
    });
    let rest: Vec<&Pull> = pulls
        .into_iter()
        .filter(|pull| after.is_none_or(|after| key(pull) < after))
        .collect();
    let some = &rest[..rest.len().min(question.first("pullRequests", None).unwrap_or(0))];
    let last = some.last().map(|pull| {
        let (at, number) = key(pull);
        cursor(&format!("{at}:{number}"))
    });
    let nodes: Vec<Value> = some
        .iter()
        .map(|pull| {
            let changes = shown
                .iter()
                .find(|(number, _)| *number == pull.number)
                .map(|(_, shown)| &**shown);
            Value::Object(whole(state, (repo, pull), changes, question))
        })
        .collect();
    json!({
        "totalCount": repo.pulls.len(), "nodes": nodes,
        "pageInfo": { "hasNextPage": some.len() < rest.len(), "endCursor": last },
    })
}

fn key(pull: &Pull) -> (i64, u64) {
    (pull.updated.timestamp_micros(), pull.number)
}

/// How many pull requests changed since.
pub fn changed_since(repo: &Repository, since: Option<DateTime<Utc>>) -> usize {
    let fits = |pull: &&Pull| since.is_none_or(|since| pull.updated >= since);
    repo.pulls.values().filter(fits).count()
}

/// A pull request with its lists.
fn whole(
    state: &State,
    (repo, pull): (&Repository, &Pull),
    shown: Option<&Shown>,
    question: &Question,
) -> Map<String, Value> {
    let word = match (&pull.merged, pull.closed) {
        (Some(_), _) => "MERGED",
        (None, Some(_)) => "CLOSED",
        (None, None) => "OPEN",
    };
    let labels: Vec<Value> = pull.labels.iter().map(|name| json!({ "name": name })).collect();
    let people = pull.requested.iter().map(|login| said::asked_person(state, login));
    let teams = pull.requested_teams.iter().map(|slug| said::asked_team(state, slug));
    let requests: Vec<Value> = people
        .chain(teams)
        .map(|asked| json!({ "requestedReviewer": asked }))
        .collect();
    let mut value = json!({
        "number": pull.number, "title": pull.title, "author": said::who(state, &pull.author), "state": word,
        "isDraft": pull.draft, "createdAt": stamp(pull.created), "updatedAt": stamp(pull.updated),
        "closedAt": pull.closed.map(stamp), "mergedAt": pull.merged.as_ref().map(|merged| stamp(merged.at)),
        "mergeCommit": pull.merged.as_ref().map(|merged| json!({ "oid": &*merged.commit })),
        "baseRefName": "main", "baseRefOid": &*pull.base, "headRefName": pull.branch, "headRefOid": &*pull.head,
        "changedFiles": shown.map_or(0, |shown| shown.files.len()),
        "labels": { "nodes": labels }, "reviewRequests": { "nodes": requests },
    });
    let mut map = value.as_object_mut().map(std::mem::take).unwrap_or_default();
    map.extend(lists(state, (repo, pull), shown, question));
    map
}

/// The lists of a pull request that a question asks for, each from its cursor on.
pub fn lists(
    state: &State,
    (repo, pull): (&Repository, &Pull),
    shown: Option<&Shown>,
    question: &Question,
) -> Map<String, Value> {
    let mut map = Map::new();
    let mut list = |name: &str, show: &dyn Fn(usize, Option<&str>) -> Value| {
        let left_out = question.variables.get(format!("with_{name}")) == Some(&Value::Bool(false));
        if let Some(first) = question.first(name, None).filter(|_| !left_out) {
            map.insert(name.to_owned(), show(first, question.text(name)));
        }
    };
    let files = shown.map(|shown| shown.files.as_slice()).unwrap_or_default();
    list("files", &|first, after| connection(files, first, after, file));
    let commits = repo.commits_between(&pull.base, &pull.head);
    list("commits", &|first, after| {
        connection(
            &commits,
            first,
            after,
            |one| json!({ "commit": commit(state, one, question) }),
        )
    });
    list("reviews", &|first, after| {
        connection(&pull.reviews, first, after, |one| said::review(state, one))
    });
    let replies = question.first("comments", Some("reviewThreads")).unwrap_or(0);
    list("reviewThreads", &|first, after| {
        connection(&pull.threads, first, after, |one| {
            said::thread(state, pull, one, replies, None)
        })
    });
    list("comments", &|first, after| {
        connection(&pull.talk, first, after, |one| said::talk(state, one))
    });
    list("timelineItems", &|first, after| {
        connection(&pull.timeline, first, after, |one| said::entry(state, one))
    });
    map
}

fn file(one: &FileChange) -> Value {
    let kind = match one.status {
        "removed" => "DELETED".to_owned(),
        other => other.to_uppercase(),
    };
    json!({ "path": &*one.path, "additions": one.additions, "deletions": one.deletions, "changeType": kind })
}

/// A commit with who wrote it: the author, and those whom its message names as co-authors.
fn commit(state: &State, one: &Commit, question: &Question) -> Value {
    let account = state.account(&one.author);
    let email = format!("{}+{}@users.noreply.github.com", account.id, account.login);
    let mut authors = vec![(email, one.author.clone())];
    for line in one.message.lines() {
        let Some(named) = line.strip_prefix("Co-authored-by:") else {
            continue;
        };
        let email = named.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        let email = email.map_or_else(String::new, |(email, _)| email.to_owned());
        let local = email.split('@').next().unwrap_or_default();
        let login = local.split_once('+').map_or(local, |(_, login)| login).to_owned();
        authors.push((email, login));
    }
    let git = |(email, login): &(String, String)| {
        let known = state.accounts.contains_key(login);
        json!({ "email": email, "user": known.then(|| said::person(state, login)) })
    };
    let first = question.first("authors", Some("commits")).unwrap_or(0);
    json!({
        "oid": &*one.sha, "committedDate": stamp(one.at), "committer": git(&authors[0]),
        "authors": connection(&authors, first, None, git),
    })
}
