//! The JSON shapes GitHub gives accounts, repositories, teams and commits.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use crate::demo::github::commits::Commit;
use crate::demo::github::refer::refer;
use crate::demo::github::state::{Account, IssueComment, Reaction, Repository, State, Team};

/// A moment as GitHub writes it: whole seconds, `Z`.
pub fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A made-up but stable `node_id`.
pub fn node(kind: &str, id: u64) -> String {
    format!("{kind}_kwDO{id:010x}")
}

/// An account as it stands inside other answers.
pub fn user(state: &State, login: &str) -> Value {
    refer(state, login, || account(state, &state.account(login)))
}

fn account(state: &State, who: &Account) -> Value {
    let login = &who.login;
    let plain = login.trim_end_matches("[bot]");
    let url = format!("{}/users/{}", state.api, login.replace('[', "%5B").replace(']', "%5D"));
    let html = if plain.len() < login.len() {
        format!("{}/apps/{plain}", state.web)
    } else {
        format!("{}/{login}", state.web)
    };
    let mut map = Map::new();
    map.insert("login".into(), json!(login));
    map.insert("id".into(), json!(who.id));
    map.insert("node_id".into(), json!(node("U", who.id)));
    map.insert(
        "avatar_url".into(),
        json!(format!("https://avatars.githubusercontent.com/u/{}?v=4", who.id)),
    );
    map.insert("gravatar_id".into(), json!(""));
    map.insert("html_url".into(), json!(html));
    for (key, tail) in [
        ("followers_url", "/followers"),
        ("following_url", "/following{/other_user}"),
        ("gists_url", "/gists{/gist_id}"),
        ("starred_url", "/starred{/owner}{/repo}"),
        ("subscriptions_url", "/subscriptions"),
        ("organizations_url", "/orgs"),
        ("repos_url", "/repos"),
        ("events_url", "/events{/privacy}"),
        ("received_events_url", "/received_events"),
    ] {
        map.insert(key.into(), json!(format!("{url}{tail}")));
    }
    map.insert("url".into(), json!(url));
    map.insert("type".into(), json!(who.kind.word()));
    map.insert("site_admin".into(), json!(false));
    Value::Object(map)
}

/// The organisation as it stands in webhooks.
pub fn organisation(state: &State) -> Value {
    refer(state, "/organisation", || organisation_in_full(state))
}

fn organisation_in_full(state: &State) -> Value {
    let org = &state.organisation;
    let url = format!("{}/orgs/{}", state.api, org.login);
    json!({
        "login": org.login, "id": org.id, "node_id": node("O", org.id), "url": url,
        "repos_url": format!("{url}/repos"), "events_url": format!("{url}/events"),
        "hooks_url": format!("{url}/hooks"), "issues_url": format!("{url}/issues"),
        "members_url": format!("{url}/members{{/member}}"),
        "public_members_url": format!("{url}/public_members{{/member}}"),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{}?v=4", org.id),
        "description": org.name,
    })
}

/// The tails of a repository's many addresses, as `key, tail`.
const REPOSITORY_URLS: [(&str, &str); 37] = [
    ("url", ""),
    ("forks_url", "/forks"),
    ("keys_url", "/keys{/key_id}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("teams_url", "/teams"),
    ("hooks_url", "/hooks"),
    ("issue_events_url", "/issues/events{/number}"),
    ("events_url", "/events"),
    ("assignees_url", "/assignees{/user}"),
    ("branches_url", "/branches{/branch}"),
    ("tags_url", "/tags"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("trees_url", "/git/trees{/sha}"),
    ("statuses_url", "/statuses/{sha}"),
    ("languages_url", "/languages"),
    ("stargazers_url", "/stargazers"),
    ("contributors_url", "/contributors"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("commits_url", "/commits{/sha}"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("comments_url", "/comments{/number}"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("contents_url", "/contents/{+path}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("merges_url", "/merges"),
    ("archive_url", "/{archive_format}{/ref}"),
    ("downloads_url", "/downloads"),
    ("issues_url", "/issues{/number}"),
    ("pulls_url", "/pulls{/number}"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("labels_url", "/labels{/name}"),
    ("releases_url", "/releases{/id}"),
    ("deployments_url", "/deployments"),
];

/// A repository in full.
pub fn repository(state: &State, repo: &Repository) -> Value {
    let open = repo.pulls.values().filter(|p| p.closed.is_none()).count();
    let name = format!("/{}/{}/{open}/{}", repo.id, repo.name, repo.commits.len());
    refer(state, &name, || repository_in_full(state, repo, open))
}

/// A repository as `push` payloads have it: the times are numbers, the owner has a name, and some keys are older.
pub fn pushed_repository(state: &State, repo: &Repository) -> Value {
    let name = format!("/push/{}/{}/{}", repo.id, repo.name, repo.commits.len());
    refer(state, &name, || {
        let open = repo.pulls.values().filter(|p| p.closed.is_none()).count();
        let mut value = repository_in_full(state, repo, open);
        if let Some(map) = value.as_object_mut() {
            map.insert("created_at".into(), json!(repo.created.timestamp()));
            map.insert("pushed_at".into(), json!(repo.pushed.timestamp()));
            map.insert("stargazers".into(), json!(0));
            map.insert("master_branch".into(), json!("main"));
            map.insert("organization".into(), json!(state.organisation.login));
            if let Some(owner) = map.get_mut("owner").and_then(Value::as_object_mut) {
                owner.insert("name".into(), json!(state.organisation.login));
                owner.insert("email".into(), Value::Null);
            }
        }
        value
    })
}

fn repository_in_full(state: &State, repo: &Repository, open: usize) -> Value {
    let org = &state.organisation.login;
    let full = format!("{org}/{}", repo.name);
    let url = format!("{}/repos/{full}", state.api);
    let html = format!("{}/{full}", state.web);
    let mut map = Map::new();
    for (key, tail) in REPOSITORY_URLS {
        map.insert(key.into(), json!(format!("{url}{tail}")));
    }
    let host = state.web.split("://").nth(1).unwrap_or("github.com").to_owned();
    let rest = json!({
        "id": repo.id, "node_id": node("R", repo.id), "name": repo.name, "full_name": full,
        "private": !state.life.public.contains(&repo.id), "owner": account(state, &state.organisation), "html_url": html, "description": null, "fork": false,
        "created_at": stamp(repo.created), "updated_at": stamp(repo.pushed), "pushed_at": stamp(repo.pushed),
        "git_url": format!("git://{host}/{full}.git"), "ssh_url": format!("git@{host}:{full}.git"),
        "clone_url": format!("{html}.git"), "svn_url": html, "homepage": null, "size": repo.commits.len() * 3,
        "stargazers_count": 0, "watchers_count": 0, "language": repo.language, "has_issues": true,
        "has_projects": false, "has_downloads": true, "has_wiki": false, "has_pages": false,
        "has_discussions": false, "forks_count": 0, "mirror_url": null, "archived": state.life.archived.contains(&repo.id), "disabled": false,
    });
    let more = json!({
        "open_issues_count": open, "license": null, "allow_forking": false, "is_template": false,
        "web_commit_signoff_required": false, "topics": [], "visibility": "private", "forks": 0,
        "open_issues": open, "watchers": 0, "default_branch": "main", "custom_properties": {},
    });
    for part in [rest, more] {
        if let Value::Object(part) = part {
            map.extend(part);
        }
    }
    Value::Object(map)
}

/// A team.
pub fn team(state: &State, team: &Team) -> Value {
    let url = format!("{}/organizations/{}/team/{}", state.api, state.organisation.id, team.id);
    let parent = state
        .life
        .parents
        .get(&team.slug)
        .and_then(|parent| state.teams.get(parent));
    let parent = parent.map(|parent| json!({ "id": parent.id, "slug": parent.slug, "name": parent.name }));
    json!({
        "name": team.name, "id": team.id, "node_id": node("T", team.id), "slug": team.slug,
        "description": team.description, "privacy": if team.secret { "secret" } else { "closed" }, "notification_setting": "notifications_enabled",
        "url": url, "html_url": format!("{}/orgs/{}/teams/{}", state.web, state.organisation.login, team.slug),
        "members_url": format!("{url}/members{{/member}}"), "repositories_url": format!("{url}/repos"),
        "permission": "push", "parent": parent,
    })
}

/// The counts of reactions that come with every comment.
pub fn reaction_counts(url: &str, reactions: &[Reaction]) -> Value {
    let mut map = Map::new();
    map.insert("url".into(), json!(format!("{url}/reactions")));
    map.insert("total_count".into(), json!(reactions.len()));
    for content in ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"] {
        map.insert(
            content.into(),
            json!(reactions.iter().filter(|r| r.content == content).count()),
        );
    }
    Value::Object(map)
}

/// One reaction.
pub fn reaction(state: &State, one: &Reaction) -> Value {
    json!({
        "id": one.id, "node_id": node("REA", one.id), "user": user(state, &one.login),
        "content": one.content, "created_at": stamp(one.at),
    })
}

/// A comment on the pull request as a whole.
pub fn issue_comment(state: &State, repo: &str, number: u64, comment: &IssueComment) -> Value {
    let base = format!("{}/repos/{}/{repo}/issues", state.api, state.organisation.login);
    let url = format!("{base}/comments/{}", comment.id);
    let ours = comment.author == format!("{}[bot]", state.app_slug);
    json!({
        "url": url, "issue_url": format!("{base}/{number}"),
        "html_url": format!("{}/{}/{repo}/pull/{number}#issuecomment-{}", state.web, state.organisation.login, comment.id),
        "id": comment.id, "node_id": node("IC", comment.id), "user": user(state, &comment.author),
        "created_at": stamp(comment.created), "updated_at": stamp(comment.updated),
        "author_association": state.association(&comment.author), "body": comment.body,
        "reactions": reaction_counts(&url, &comment.reactions),
        "performed_via_github_app": if ours { app(state) } else { Value::Null },
    })
}

/// The App itself.
pub fn app(state: &State) -> Value {
    json!({
        "id": state.app_id, "slug": state.app_slug, "node_id": node("A", state.app_id),
        "client_id": format!("Iv23li{:014}", state.app_id), "owner": account(state, &state.organisation),
        "name": state.app_slug, "description": "", "external_url": state.web,
        "html_url": format!("{}/apps/{}", state.web, state.app_slug), "created_at": stamp(state.created),
        "updated_at": stamp(state.created), "permissions": granted(state), "events": subscribed(state),
    })
}

fn granted(state: &State) -> Value {
    state.apps.permissions.clone().unwrap_or_else(permissions)
}

fn subscribed(state: &State) -> Value {
    state.apps.events.clone().unwrap_or_else(events)
}

/// What the App may do.
pub fn permissions() -> Value {
    json!({
        "checks": "write", "contents": "read", "issues": "read", "members": "read",
        "metadata": "read", "pull_requests": "write",
    })
}

fn events() -> Value {
    json!([
        "issue_comment",
        "issues",
        "member",
        "membership",
        "organization",
        "pull_request",
        "pull_request_review",
        "pull_request_review_comment",
        "pull_request_review_thread",
        "push",
        "repository",
        "team",
    ])
}

/// The installation of the App.
pub fn installation(state: &State) -> Value {
    let id = state.installation;
    json!({
        "id": id, "account": account(state, &state.organisation),
        "repository_selection": if state.apps.selected { "selected" } else { "all" },
        "access_tokens_url": format!("{}/app/installations/{id}/access_tokens", state.api),
        "repositories_url": format!("{}/installation/repositories", state.api),
        "html_url": format!("{}/organizations/{}/settings/installations/{id}", state.web, state.organisation.login),
        "app_id": state.app_id, "app_slug": state.app_slug, "target_id": state.organisation.id,
        "target_type": "Organization", "permissions": granted(state), "events": subscribed(state),
        "created_at": stamp(state.created), "updated_at": stamp(state.created), "single_file_name": null,
        "has_multiple_single_files": false, "single_file_paths": [], "suspended_by": null,
        "suspended_at": state.life.suspended.map(stamp),
    })
}

/// The short form of the installation in webhooks.
pub fn installation_short(state: &State) -> Value {
    json!({ "id": state.installation, "node_id": node("MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9u", state.installation) })
}

fn signature(state: &State, commit: &Commit) -> Value {
    let who = state.account(&commit.author);
    let plain = who.login.trim_end_matches("[bot]");
    json!({
        "name": who.name, "email": format!("{}+{plain}@users.noreply.github.com", who.id), "date": stamp(commit.at),
    })
}

/// A commit as the commit lists give it. An author without an account is null.
pub fn commit(state: &State, repo: &str, commit: &Commit) -> Value {
    let base = format!("{}/repos/{}/{repo}", state.api, state.organisation.login);
    let html = format!("{}/{}/{repo}/commit", state.web, state.organisation.login);
    let known = state.accounts.contains_key(&commit.author);
    let author = if known {
        user(state, &commit.author)
    } else {
        Value::Null
    };
    let sha = &*commit.sha;
    let parents: Vec<Value> = commit
        .parents
        .iter()
        .map(|p| json!({ "sha": &**p, "url": format!("{base}/commits/{p}"), "html_url": format!("{html}/{p}") }))
        .collect();
    json!({
        "sha": sha, "node_id": format!("C_{sha}"), "url": format!("{base}/commits/{sha}"),
        "html_url": format!("{html}/{sha}"), "comments_url": format!("{base}/commits/{sha}/comments"),
        "commit": {
            "author": signature(state, commit), "committer": signature(state, commit), "message": commit.message,
            "tree": { "sha": sha, "url": format!("{base}/git/trees/{sha}") },
            "url": format!("{base}/git/commits/{sha}"), "comment_count": 0,
            "verification": { "verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null },
        },
        "author": author, "committer": author, "parents": parents,
    })
}
