//! The questions about the past, as GraphQL wants them.
use crate::forge::github::sizes::Sizes;

/// Whoever does something.
const WHO: &str = "fragment who on Actor { __typename login ... on User { databaseId } ... on Bot { databaseId } \
... on Mannequin { databaseId } ... on Organization { databaseId } ... on EnterpriseUserAccount { user { __typename login databaseId } } }\n";

/// A comment on a line.
const SAID: &str = "fragment said on PullRequestReviewComment { id fullDatabaseId author { ...who } body createdAt updatedAt path line \
originalLine commit { oid } originalCommit { oid } replyTo { fullDatabaseId } pullRequestReview { fullDatabaseId } diffHunk isMinimized \
minimizedReason reactionGroups { createdAt } }\n";

/// Who may be asked to review, and who wrote a commit.
const ASKED_AND_GIT: &str = "fragment asked on RequestedReviewer { __typename ... on User { login databaseId } ... on Bot { login databaseId } \
... on Mannequin { login databaseId } ... on Team { databaseId slug name privacy parentTeam { databaseId } } }
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

/// A page of pull requests with all that hangs on them.
pub(super) fn page_query(sizes: Sizes) -> String {
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

/// A page of pull requests with nothing that hangs on them.
pub(super) fn bare_query(pulls: u32) -> String {
    format!(
        "query PastPlace($owner: String!, $name: String!, $after: String) {{ rateLimit {{ cost remaining resetAt }}
repository(owner: $owner, name: $name) {{ databaseId name isPrivate defaultBranchRef {{ name }}
owner {{ __typename login ... on User {{ databaseId }} ... on Organization {{ databaseId }} }}
pullRequests(first: {pulls}, after: $after, orderBy: {{ field: UPDATED_AT, direction: DESC }}) {{
pageInfo {{ hasNextPage endCursor }} nodes {{ number updatedAt }} }} }} }}"
    )
}

/// The connections by their names, as the question for the rest has them.
pub(super) const PARTS: [&str; 6] = [
    "files",
    "commits",
    "reviews",
    "reviewThreads",
    "comments",
    "timelineItems",
];

/// The lists of one pull request from where they go on.
pub(super) fn rest_query() -> String {
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

/// The comments of one thread from where they go on, without the fragments that it uses.
const THREAD_QUERY: &str = "query PastThread($id: ID!, $after: String) { rateLimit { cost remaining resetAt } \
node(id: $id) { ... on PullRequestReviewThread { comments(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { ...said } } } } }\n";

/// Who reacted to some comments.
pub(super) const REACTIONS_QUERY: &str = "query PastReactions($ids: [ID!]!) { rateLimit { cost remaining resetAt } nodes(ids: $ids) { \
... on PullRequestReviewComment { fullDatabaseId reactions(first: 100) { nodes { content user { __typename login databaseId } } } } } }";

/// The comments of one thread from where they go on.
pub(super) fn thread_query() -> String {
    format!("{THREAD_QUERY}{WHO}{SAID}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever a question defines it uses, and the other way round; GitHub declines it otherwise.
    #[test]
    fn each_question_uses_just_the_fragments_that_it_defines() {
        for query in [
            page_query(Sizes::usual(25)),
            bare_query(1),
            rest_query(),
            thread_query(),
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
}
