//! Webhook payloads: raw bytes in, one [`Event`] out.
//!
//! A payload fails only when it isn't JSON or lacks what the event is about (a comment without a number). Unknown event
//! names and unknown actions are never errors; null and absent fields are the same.
use std::borrow::Cow;

use serde::Deserialize as _;
use url::form_urlencoded;

use crate::forge::github::nul::without_nul;
use crate::forge::github::shapes::Absent;
use crate::forge::github::shapes::List;
use crate::forge::github::shapes::Repo;
use crate::forge::github::shapes::Team;
use crate::forge::github::shapes::actor;
use crate::forge::github::webhook::Changes;
use crate::forge::github::webhook::Payload;
use crate::model::comment::CommentPlace;
use crate::model::event::Account;
use crate::model::event::Asked;
use crate::model::event::Event;
use crate::model::event::PullAction;
use crate::model::event::PullSeen;
use crate::model::event::PullShown;
use crate::model::event::RepoSeen;
use crate::model::event::What;
use crate::model::ids::CommentId;
use crate::model::ids::RepoId;
use crate::model::person::OrgRole;
use crate::model::person::TeamRole;
use crate::model::pull::HeadPush;

/// Why a payload or a record could not be read. Never quotes the payload.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// A field of another type than GitHub documents.
    #[error(
        "the {what} is not what GitHub documents (line {line}, column {column}); a newer Peerlore may read it when it comes again"
    )]
    Unreadable {
        /// Which payload or record.
        what: String,
        /// Where in its text.
        line: usize,
        /// Where in that line.
        column: usize,
    },
    /// Not JSON at all.
    #[error("the {what} is no JSON (line {line}, column {column}): it broke off on its way, or wasn't sent by GitHub")]
    NotJson {
        /// Which payload or record.
        what: String,
        /// Where in its text.
        line: usize,
        /// Where in that line.
        column: usize,
    },
    /// What it is about isn't in it.
    #[error("the {what} has no {field}; a newer Peerlore may read it when it comes again")]
    Missing {
        /// Which payload or record.
        what: String,
        /// The field.
        field: &'static str,
    },
    /// Neither JSON nor a form.
    #[error(
        "webhooks come as application/json or application/x-www-form-urlencoded; choose one of them in the hook's settings"
    )]
    ContentType,
    /// A form without a `payload` field.
    #[error("the form has no payload field; choose application/json in the hook's settings")]
    NoPayloadField,
}

impl ParseError {
    /// The place of a JSON error, without the text it quotes.
    pub(in crate::forge) fn of_json(what: &str, error: &serde_json::Error) -> Self {
        let (what, line, column) = (what.to_owned(), error.line(), error.column());
        if error.is_data() {
            Self::Unreadable { what, line, column }
        } else {
            Self::NotJson { what, line, column }
        }
    }
}

/// The JSON of a delivery: as it came, or out of the `payload` field of a form.
///
/// # Errors
/// [`ParseError::ContentType`] for any other content type, [`ParseError::NoPayloadField`] for a form without one.
pub fn body_of<'a>(content_type: &str, raw: &'a [u8]) -> Result<Cow<'a, [u8]>, ParseError> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(Cow::Borrowed(raw));
    }
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(ParseError::ContentType);
    }
    form_urlencoded::parse(raw)
        .find(|(name, _)| name == "payload")
        .map(|(_, value)| Cow::Owned(value.into_owned().into_bytes()))
        .ok_or(ParseError::NoPayloadField)
}

/// What one delivery says, by the `X-GitHub-Event` header and the JSON body.
///
/// # Errors
/// [`ParseError::NotJson`], [`ParseError::Unreadable`] or [`ParseError::Missing`]; never for an event or action that is unknown to us.
pub fn parse_event(event_name: &str, body: &[u8]) -> Result<Event, ParseError> {
    let name = format!("{} payload", event_name.chars().take(60).collect::<String>());
    let payload = match serde_json::from_slice::<Payload>(&without_nul(body)) {
        Ok(payload) => payload,
        Err(error) if is_known(event_name) => return Err(ParseError::of_json(&name, &error)),
        Err(_) => Payload::default(),
    };
    let missing = |field| ParseError::Missing {
        what: name.clone(),
        field,
    };
    let what = payload.what(event_name).map_err(missing)?;
    let repo = match payload.repository.as_ref().map(Repo::to_seen) {
        Some(Ok(repo)) => Some(repo),
        Some(Err(field)) if needs_repo(&what) => return Err(missing(field)),
        None if needs_repo(&what) => return Err(missing("repository")),
        Some(Err(_)) | None => None,
    };
    Ok(Event {
        account: payload.account(),
        installation: payload.installation.as_ref().and_then(|installation| installation.id),
        repo,
        sender: actor(payload.sender.as_ref()),
        what,
    })
}

fn is_known(event_name: &str) -> bool {
    matches!(
        event_name,
        "pull_request"
            | "pull_request_review"
            | "pull_request_review_comment"
            | "pull_request_review_thread"
            | "issue_comment"
            | "push"
            | "membership"
            | "team"
            | "organization"
            | "member"
            | "repository"
            | "installation"
            | "installation_repositories"
    )
}

fn needs_repo(what: &What) -> bool {
    match what {
        What::Pull { .. }
        | What::Review { .. }
        | What::Comment { .. }
        | What::CommentDeleted { .. }
        | What::Thread { .. }
        | What::Push { .. }
        | What::RepoChanged
        | What::RepoArchived { .. }
        | What::RepoTransferred { .. }
        | What::RepoRemoved
        | What::Access(_) => true,
        What::TeamMember { .. }
        | What::Team(_)
        | What::TeamAccess(_)
        | What::TeamDeleted(_)
        | What::MemberAdded { .. }
        | What::MemberRemoved(_)
        | What::Installed { .. }
        | What::Suspended
        | What::Uninstalled
        | What::SignInRevoked
        | What::Nothing => false,
    }
}

impl Payload {
    fn action(&self) -> &str {
        self.action.as_deref().unwrap_or_default()
    }

    /// The tenant: the repository's owner, else the organisation, else the account of the installation.
    fn account(&self) -> Option<Account> {
        let owner = self.repository.as_ref().and_then(|repo| repo.owner.as_ref());
        let organisation = self.organization.as_ref();
        owner
            .and_then(|owner| owner.to_account(organisation.is_some()))
            .or_else(|| organisation.and_then(|organisation| organisation.to_account(true)))
            .or_else(|| {
                let account = self
                    .installation
                    .as_ref()
                    .and_then(|installation| installation.account.as_ref());
                account.or(self.account.as_ref())?.to_account(false)
            })
    }

    fn what(&self, event_name: &str) -> Result<What, Absent> {
        match event_name {
            "pull_request" => self.pull(),
            "pull_request_review" => self.review(),
            "pull_request_review_comment" => self.diff_comment(),
            "pull_request_review_thread" => self.thread(),
            "issue_comment" => self.conversation_comment(),
            "push" => self.push(),
            "membership" => self.team_member(),
            "team" => self.team(),
            "organization" => self.organisation_member(),
            "repository" => Ok(self.of_repository()),
            "installation" => Ok(match self.action() {
                "deleted" => What::Uninstalled,
                "suspend" => What::Suspended,
                // New permissions may be accepted for an App that stays suspended.
                action if action != "unsuspend" && self.is_suspended() => What::Suspended,
                _ => What::Installed {
                    repos: seen(&self.repositories),
                    removed: Vec::new(),
                },
            }),
            "installation_repositories" => Ok(What::Installed {
                repos: seen(&self.repositories_added),
                removed: self
                    .repositories_removed
                    .entries()
                    .filter_map(|repo| repo.id.map(RepoId))
                    .collect(),
            }),
            // Whether they may be asked is looked up when they are suggested; what they may read here changes at once.
            "member" => Ok(match (self.action(), actor(self.member.as_ref())) {
                ("removed" | "edited", Some(person)) => What::Access(person),
                _ => What::Nothing,
            }),
            "github_app_authorization" => Ok(match self.action() {
                "revoked" => What::SignInRevoked,
                _ => What::Nothing,
            }),
            // Issues serve the exchange board later; the rest comes without being asked for.
            _ => Ok(What::Nothing),
        }
    }

    fn is_suspended(&self) -> bool {
        let installation = self.installation.as_ref();
        installation.is_some_and(|installation| installation.suspended_at.is_some())
    }

    fn of_repository(&self) -> What {
        match self.action() {
            "deleted" => What::RepoRemoved,
            "archived" => What::RepoArchived { archived: true },
            "unarchived" => What::RepoArchived { archived: false },
            "transferred" => {
                let changes = self.changes.as_ref().map(Changes::deserialize);
                let from = changes.and_then(Result::ok).and_then(|changes| changes.owner?.from);
                let from = from.and_then(|from| from.organization.or(from.user)?.id);
                What::RepoTransferred { from }
            }
            _ => What::RepoChanged,
        }
    }

    fn pull_seen(&self) -> Result<PullSeen, Absent> {
        self.pull_request.as_ref().ok_or("pull_request")?.to_seen(self.number)
    }

    fn pull_number(&self) -> Result<i32, Absent> {
        let pull = self.pull_request.as_ref();
        pull.and_then(|pull| pull.number)
            .or(self.number)
            .ok_or("pull_request.number")
    }

    fn pull(&self) -> Result<What, Absent> {
        let pull = self.pull_seen()?;
        let asked = || {
            let person = actor(self.requested_reviewer.as_ref()).map(Asked::Person);
            person.or_else(|| self.requested_team.as_ref().and_then(Team::to_seen).map(Asked::Team))
        };
        let action = match self.action() {
            "opened" => PullAction::Opened,
            "reopened" => PullAction::Reopened,
            "ready_for_review" => PullAction::ReadyForReview,
            "converted_to_draft" => PullAction::ConvertedToDraft,
            "closed" => PullAction::Closed,
            "synchronize" => PullAction::Synchronized(HeadPush {
                before: self.before.clone(),
                after: self.after.clone().unwrap_or_else(|| pull.head_sha.clone()),
                base: Some(pull.base_sha.clone()).filter(|sha| !sha.is_empty()),
                at: pull.updated_at,
                forced: None,
            }),
            "review_requested" => asked().map_or(PullAction::Changed, PullAction::ReviewRequested),
            "review_request_removed" => asked().map_or(PullAction::Changed, PullAction::ReviewRequestRemoved),
            _ => PullAction::Changed,
        };
        Ok(What::Pull {
            action,
            pull: Box::new(pull),
        })
    }

    fn review(&self) -> Result<What, Absent> {
        let pull = self.pull_seen()?;
        let review = self.review.as_ref().ok_or("review")?.to_seen(pull.updated_at)?;
        Ok(review.map_or(What::Nothing, |review| What::Review {
            pull: Box::new(pull),
            review,
        }))
    }

    fn diff_comment(&self) -> Result<What, Absent> {
        let number = self.pull_number()?;
        let shown = self
            .pull_seen()
            .map_or(PullShown::Number(number), |pull| PullShown::Whole(Box::new(pull)));
        self.comment(number, shown, CommentPlace::Diff)
    }

    fn conversation_comment(&self) -> Result<What, Absent> {
        let issue = self.issue.as_ref().ok_or("issue")?;
        if issue.pull_request.is_none() {
            return Ok(What::Nothing);
        }
        let number = issue.number.ok_or("issue.number")?;
        self.comment(number, PullShown::Number(number), CommentPlace::Conversation)
    }

    /// Any action but `created` counts as an edit: its text is taken over and commands in it don't count.
    fn comment(&self, number: i32, pull: PullShown, place: CommentPlace) -> Result<What, Absent> {
        let comment = self.comment.as_ref().ok_or("comment")?;
        if self.action() == "deleted" {
            return Ok(What::CommentDeleted {
                number,
                place,
                id: CommentId(comment.id.ok_or("comment.id")?),
            });
        }
        let edited = self.action() != "created";
        Ok(What::Comment {
            pull,
            comment: Box::new(comment.to_seen(place)?),
            edited,
        })
    }

    fn thread(&self) -> Result<What, Absent> {
        let resolved = match self.action() {
            "resolved" => true,
            "unresolved" => false,
            _ => return Ok(What::Nothing),
        };
        let comments = &self.thread.as_ref().ok_or("thread")?.comments;
        let root = comments
            .entries()
            .find(|comment| comment.in_reply_to_id.is_none() && comment.id.is_some())
            .and_then(|comment| comment.id)
            .or_else(|| comments.entries().find_map(|comment| comment.in_reply_to_id));
        Ok(What::Thread {
            number: self.pull_number()?,
            root: CommentId(root.ok_or("thread.comments[0].id")?),
            resolved,
            at: self.updated_at,
        })
    }

    fn push(&self) -> Result<What, Absent> {
        let reference = self.reference.as_deref().ok_or("ref")?;
        Ok(What::Push {
            branch: reference.strip_prefix("refs/heads/").map(str::to_owned),
            before: self.before.clone().unwrap_or_default(),
            after: self.after.clone().ok_or("after")?,
            forced: self.forced.unwrap_or(false),
            may_touch_settings: self.may_touch_settings(),
        })
    }

    /// The event doesn't say who maintains the team: a new member is a plain one until the team is read.
    fn team_member(&self) -> Result<What, Absent> {
        let role = match self.action() {
            "added" => Some(TeamRole::Member),
            "removed" => None,
            _ => return Ok(What::Nothing),
        };
        let team = self.team.as_ref().and_then(Team::to_seen).ok_or("team.id")?;
        Ok(actor(self.member.as_ref()).map_or(What::Nothing, |person| What::TeamMember { team, person, role }))
    }

    fn team(&self) -> Result<What, Absent> {
        let team = self.team.as_ref().and_then(Team::to_seen).ok_or("team.id")?;
        Ok(match self.action() {
            "deleted" => What::TeamDeleted(team.id),
            "removed_from_repository" | "edited" => What::TeamAccess(team),
            _ => What::Team(team),
        })
    }

    fn organisation_member(&self) -> Result<What, Absent> {
        let added = match self.action() {
            "member_added" => true,
            "member_removed" => false,
            _ => return Ok(What::Nothing),
        };
        let membership = self.membership.as_ref().ok_or("membership")?;
        let role = match membership.role.as_deref() {
            Some("admin") => OrgRole::Owner,
            _ => OrgRole::Member,
        };
        Ok(match actor(membership.user.as_ref()) {
            Some(person) if added => What::MemberAdded { person, role },
            Some(person) => What::MemberRemoved(person),
            None => What::Nothing,
        })
    }
}

fn seen(repos: &List<Repo>) -> Vec<RepoSeen> {
    repos.entries().filter_map(|repo| repo.to_seen().ok()).collect()
}

#[cfg(test)]
mod tests;
