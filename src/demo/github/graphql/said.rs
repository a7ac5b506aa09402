//! Reviews, threads, comments, reactions and timelines in GraphQL's shapes.

use serde_json::{Value, json};

use crate::demo::github::graphql::asked::{Question, connection};
use crate::demo::github::payload::{node, stamp};
use crate::demo::github::state::{
    AccountKind, IssueComment, Pull, Reaction, Review, ReviewComment, State, Thread, TimelineEntry, TimelineWhat,
};

/// The account that stands in for those who are gone; GraphQL shows null instead.
const GONE: &str = "ghost";

/// An account in the shape of `Actor`, null where it is gone; a bot's login lacks the ending that REST gives it.
pub fn who(state: &State, login: &str) -> Value {
    if login == GONE {
        return Value::Null;
    }
    let account = state.account(login);
    json!({
        "__typename": account.kind.word(), "login": account.login.trim_end_matches("[bot]"), "databaseId": account.id,
    })
}

/// The same where only a person may stand.
pub fn person(state: &State, login: &str) -> Value {
    if state.account(login).kind == AccountKind::User {
        who(state, login)
    } else {
        Value::Null
    }
}

/// GitHub's numbers go as text, since they outgrew 32 bits.
fn number(id: u64) -> Value {
    json!(id.to_string())
}

/// Who reacted, summed up by what: only whether somebody did is told here.
fn groups(reactions: &[Reaction]) -> Value {
    let words = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"];
    let group = |word: &&str| {
        let first = reactions
            .iter()
            .filter(|one| one.content == **word)
            .map(|one| one.at)
            .min();
        json!({ "content": content(word), "createdAt": first.map(stamp) })
    };
    Value::Array(words.iter().map(group).collect())
}

/// GraphQL's word for a reaction.
fn content(word: &str) -> String {
    match word {
        "+1" => "THUMBS_UP".to_owned(),
        "-1" => "THUMBS_DOWN".to_owned(),
        other => other.to_uppercase(),
    }
}

/// A comment on a line.
pub fn said(state: &State, one: &ReviewComment) -> Value {
    let hidden = state.graph.hidden.get(&one.id);
    json!({
        "id": node("PRRC", one.id), "fullDatabaseId": number(one.id), "author": who(state, &one.author),
        "body": one.body, "createdAt": stamp(one.created), "updatedAt": stamp(one.updated), "path": &*one.path,
        "line": one.line, "diffHunk": &*one.hunk, "originalLine": one.original_line, "commit": { "oid": &*one.commit },
        "originalCommit": { "oid": &*one.original_commit },
        "replyTo": one.reply_to.map(|id| json!({ "fullDatabaseId": number(id) })),
        "pullRequestReview": { "fullDatabaseId": number(one.review) }, "isMinimized": hidden.is_some(),
        "minimizedReason": hidden, "reactionGroups": groups(&one.reactions),
    })
}

/// A comment on the whole.
pub fn talk(state: &State, one: &IssueComment) -> Value {
    let hidden = state.graph.hidden.get(&one.id);
    json!({
        "id": node("IC", one.id), "fullDatabaseId": number(one.id), "author": who(state, &one.author), "body": one.body,
        "createdAt": stamp(one.created), "updatedAt": stamp(one.updated), "isMinimized": hidden.is_some(),
        "minimizedReason": hidden,
    })
}

/// A review.
pub fn review(state: &State, one: &Review) -> Value {
    json!({
        "fullDatabaseId": number(one.id), "author": who(state, &one.author), "state": one.state.to_uppercase(),
        "submittedAt": stamp(one.at), "body": one.body.clone().unwrap_or_default(), "commit": { "oid": &*one.commit },
    })
}

/// A thread's name.
pub fn thread_id(root: u64) -> String {
    format!("PRRT_kwDO{root:010x}")
}

/// A thread with its first comments, or those after a cursor.
pub fn thread(state: &State, pull: &Pull, one: &Thread, first: usize, after: Option<&str>) -> Value {
    let of: Vec<&ReviewComment> = pull
        .comments
        .iter()
        .filter(|comment| comment.id == one.root || comment.reply_to == Some(one.root))
        .collect();
    let resolved_by = one.resolved_by.as_ref();
    json!({
        "id": thread_id(one.root), "isResolved": resolved_by.is_some(),
        "resolvedBy": resolved_by.map(|login| person(state, login)), "diffSide": of.first().map(|comment| comment.side),
        "comments": connection(&of, first, after, |comment| said(state, comment)),
    })
}

/// Who reacted to a comment, and how.
pub fn reacted(state: &State, one: &ReviewComment, question: &Question) -> Value {
    let first = question.first("reactions", None).unwrap_or(0);
    let reactions = connection(
        &one.reactions,
        first,
        None,
        |reaction| json!({ "content": content(&reaction.content), "user": person(state, &reaction.login) }),
    );
    json!({ "fullDatabaseId": number(one.id), "reactions": reactions })
}

/// A person whose review is asked for.
pub fn asked_person(state: &State, login: &str) -> Value {
    who(state, login)
}

/// A team whose review is asked for.
pub fn asked_team(state: &State, slug: &str) -> Value {
    let parent = state.life.parents.get(slug).and_then(|parent| state.teams.get(parent));
    state.teams.get(slug).map_or(Value::Null, |team| {
        json!({
            "__typename": "Team", "databaseId": team.id, "slug": team.slug, "name": team.name,
            "privacy": if team.secret { "SECRET" } else { "VISIBLE" },
            "parentTeam": parent.map(|parent| json!({ "databaseId": parent.id })),
        })
    })
}

/// An entry of a timeline.
pub fn entry(state: &State, one: &TimelineEntry) -> Value {
    let (kind, own) = match &one.what {
        TimelineWhat::ForcePushed { before, after } => (
            "HeadRefForcePushedEvent",
            json!({ "beforeCommit": { "oid": &**before }, "afterCommit": { "oid": &**after } }),
        ),
        TimelineWhat::Asked(login) => (
            "ReviewRequestedEvent",
            json!({ "requestedReviewer": asked_person(state, login) }),
        ),
        TimelineWhat::AskedTeam(slug) => (
            "ReviewRequestedEvent",
            json!({ "requestedReviewer": asked_team(state, slug) }),
        ),
        TimelineWhat::Unasked(login) => (
            "ReviewRequestRemovedEvent",
            json!({ "requestedReviewer": asked_person(state, login) }),
        ),
        TimelineWhat::Ready => ("ReadyForReviewEvent", json!({})),
        TimelineWhat::Draft => ("ConvertToDraftEvent", json!({})),
        TimelineWhat::Retitled { from, to } => (
            "RenamedTitleEvent",
            json!({ "previousTitle": from, "currentTitle": to }),
        ),
        TimelineWhat::Labeled(name) => ("LabeledEvent", json!({ "label": { "name": name } })),
        TimelineWhat::Unlabeled(name) => ("UnlabeledEvent", json!({ "label": { "name": name } })),
        TimelineWhat::Closed => ("ClosedEvent", json!({})),
        TimelineWhat::Reopened => ("ReopenedEvent", json!({})),
    };
    let mut value = json!({ "__typename": kind, "createdAt": stamp(one.at), "actor": who(state, &one.by) });
    if let (Some(map), Value::Object(own)) = (value.as_object_mut(), own) {
        map.extend(own);
    }
    value
}
