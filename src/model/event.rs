//! What happened, in our words: one webhook delivery or one imported record, parsed at the edge.
use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::comment::Hunk;
use crate::model::ids::CommentId;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::ids::ReviewId;
use crate::model::ids::TeamId;
use crate::model::person::Actor;
use crate::model::person::OrgRole;
use crate::model::person::TeamRole;
use crate::model::person::TeamSeen;
use crate::model::pull::HeadPush;

/// One event with where it happened.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// The tenant: the organisation or user whose repositories these are. None only for events that concern no account.
    pub account: Option<Account>,
    /// The installation of the App that sent it, by GitHub's number; none for repository hooks and imports.
    pub installation: Option<i64>,
    /// The repository, where it concerns one.
    pub repo: Option<RepoSeen>,
    /// Who did it.
    pub sender: Option<Actor>,
    /// What was done.
    pub what: What,
}

impl Event {
    /// Everybody whom it tells about and who did it, by number. Who may do what with a repository is not among it.
    #[must_use]
    pub fn people(&self) -> Vec<&Actor> {
        let told: Vec<&Actor> = match &self.what {
            What::Pull { action, pull } => pull.people().chain(action.asked()).collect(),
            What::Review { pull, review } => pull.people().chain(&review.reviewer).collect(),
            What::Comment { pull, comment, .. } => {
                let pull = match pull {
                    PullShown::Whole(pull) => Some(pull),
                    PullShown::Number(_) => None,
                };
                let people = pull.into_iter().flat_map(|pull| pull.people());
                people.chain(&comment.author).collect()
            }
            What::TeamMember { person, .. } | What::MemberAdded { person, .. } | What::MemberRemoved(person) => {
                vec![person]
            }
            What::CommentDeleted { .. }
            | What::Thread { .. }
            | What::Push { .. }
            | What::Team(_)
            | What::TeamAccess(_)
            | What::TeamDeleted(_)
            | What::Access(_)
            | What::RepoChanged
            | What::RepoArchived { .. }
            | What::RepoTransferred { .. }
            | What::RepoRemoved
            | What::Installed { .. }
            | What::Suspended
            | What::Uninstalled
            | What::SignInRevoked
            | What::Nothing => Vec::new(),
        };
        let mut people: Vec<&Actor> = self.sender.iter().chain(told).collect();
        people.sort_by_key(|person| person.id);
        people
    }
}

/// The account that owns the repositories.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Account {
    /// GitHub's number of it.
    pub id: i64,
    /// Its login.
    pub login: String,
    /// An organisation (and not a user).
    pub is_organisation: bool,
}

/// A repository seen in an event.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RepoSeen {
    /// GitHub's number.
    pub id: RepoId,
    /// The owner's login.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// Its default branch, where the event says.
    pub default_branch: Option<String>,
    /// Only its members may read it.
    pub private: bool,
}

/// What was done. Actions that change nothing for us are [`What::Nothing`].
#[derive(Clone, PartialEq, Debug)]
pub enum What {
    /// A pull request changed; its whole state comes with it.
    Pull {
        /// What was done to it.
        action: PullAction,
        /// Its state afterwards.
        pull: Box<PullSeen>,
    },
    /// A review was submitted, edited or dismissed.
    Review {
        /// The pull request, as far as the event shows it.
        pull: Box<PullSeen>,
        /// The review.
        review: ReviewSeen,
    },
    /// A comment was written or edited.
    Comment {
        /// The pull request; partly known for comments of the conversation.
        pull: PullShown,
        /// The comment.
        comment: Box<CommentSeen>,
        /// It was edited, so commands in it don't count.
        edited: bool,
    },
    /// A comment was deleted.
    CommentDeleted {
        /// The pull request's number.
        number: i32,
        /// Where it stood.
        place: CommentPlace,
        /// Which.
        id: CommentId,
    },
    /// A review thread was resolved or opened again.
    Thread {
        /// The pull request's number.
        number: i32,
        /// The thread's first comment.
        root: CommentId,
        /// Resolved; otherwise opened again.
        resolved: bool,
        /// When, where the event says.
        at: Option<Time>,
    },
    /// A branch was pushed.
    Push {
        /// The branch, without `refs/heads/`; none for tags.
        branch: Option<String>,
        /// Where it pointed before.
        before: String,
        /// Where it points since.
        after: String,
        /// History was rewritten.
        forced: bool,
        /// A settings file may have changed.
        may_touch_settings: bool,
    },
    /// A person joined or left a team.
    TeamMember {
        /// The team.
        team: TeamSeen,
        /// Who.
        person: Actor,
        /// As what; none: left.
        role: Option<TeamRole>,
    },
    /// A team was made or changed.
    Team(TeamSeen),
    /// A team was moved or renamed, or what it may do with the event's repository is less or something else now.
    TeamAccess(TeamSeen),
    /// A team was deleted.
    TeamDeleted(TeamId),
    /// What somebody may do with the event's repository changed.
    Access(Actor),
    /// A person joined the organisation.
    MemberAdded {
        /// Who.
        person: Actor,
        /// As what.
        role: OrgRole,
    },
    /// A person left the organisation.
    MemberRemoved(Actor),
    /// The repository was created, renamed, edited or made private or public; its new state is in the event.
    RepoChanged,
    /// The repository became read-only, or can be written to again.
    RepoArchived {
        /// Read-only.
        archived: bool,
    },
    /// The repository went from another account to the one in the event.
    RepoTransferred {
        /// GitHub's number of the account that it left, where the event says.
        from: Option<i64>,
    },
    /// The repository was deleted.
    RepoRemoved,
    /// The App was installed, unsuspended or given repositories.
    Installed {
        /// The repositories that the event lists.
        repos: Vec<RepoSeen>,
        /// Those that it takes away.
        removed: Vec<RepoId>,
    },
    /// The App was suspended.
    Suspended,
    /// The App was removed.
    Uninstalled,
    /// Somebody no longer lets the App sign them in.
    SignInRevoked,
    /// Understood, and nothing to do.
    Nothing,
}

/// What was done to a pull request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PullAction {
    /// It was opened.
    Opened,
    /// It was opened again.
    Reopened,
    /// It is no longer a draft.
    ReadyForReview,
    /// It is a draft again.
    ConvertedToDraft,
    /// Its head ref was pushed.
    Synchronized(HeadPush),
    /// It was closed or merged.
    Closed,
    /// Somebody was asked to review.
    ReviewRequested(Asked),
    /// Somebody is no longer asked.
    ReviewRequestRemoved(Asked),
    /// Title, base, labels or the like changed.
    Changed,
}

impl PullAction {
    /// The person whom it asks, or asks no more.
    fn asked(&self) -> Option<&Actor> {
        match self {
            Self::ReviewRequested(Asked::Person(person)) | Self::ReviewRequestRemoved(Asked::Person(person)) => {
                Some(person)
            }
            Self::ReviewRequested(Asked::Team(_))
            | Self::ReviewRequestRemoved(Asked::Team(_))
            | Self::Opened
            | Self::Reopened
            | Self::ReadyForReview
            | Self::ConvertedToDraft
            | Self::Synchronized(_)
            | Self::Closed
            | Self::Changed => None,
        }
    }
}

/// Who is asked to review.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asked {
    /// A person.
    Person(Actor),
    /// A team.
    Team(TeamSeen),
}

/// A pull request's state in an event.
#[derive(Clone, PartialEq, Debug)]
pub struct PullSeen {
    /// Its number in the repository.
    pub number: i32,
    /// Its title.
    pub title: String,
    /// Who wrote it; none where the account is gone.
    pub author: Option<Actor>,
    /// It is open.
    pub open: bool,
    /// It is a draft.
    pub draft: bool,
    /// When it was opened.
    pub created_at: Time,
    /// When it last changed: an older state never overwrites a newer one.
    pub updated_at: Time,
    /// When it was closed.
    pub closed_at: Option<Time>,
    /// When it was merged.
    pub merged_at: Option<Time>,
    /// The commit that came into the base branch; before the merge, GitHub's trial of it.
    pub merge_sha: Option<String>,
    /// The branch it goes into.
    pub base_ref: String,
    /// That branch's commit.
    pub base_sha: String,
    /// The branch it comes from.
    pub head_ref: String,
    /// That branch's commit.
    pub head_sha: String,
    /// Number of files; not in every event.
    pub changed_files: Option<i32>,
    /// Names of its labels.
    pub labels: Vec<String>,
    /// People who are asked to review.
    pub asked_people: Vec<Actor>,
    /// Teams that are asked to review.
    pub asked_teams: Vec<TeamSeen>,
}

impl PullSeen {
    /// Who wrote it and who is asked to review it.
    pub fn people(&self) -> impl Iterator<Item = &Actor> {
        self.author.iter().chain(&self.asked_people)
    }
}

/// A pull request as far as a comment's event shows it.
#[derive(Clone, PartialEq, Debug)]
pub enum PullShown {
    /// Its whole state.
    Whole(Box<PullSeen>),
    /// Its number only (comments of the conversation).
    Number(i32),
}

/// How a review ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReviewState {
    /// Approved.
    Approved,
    /// Asked for changes.
    ChangesRequested,
    /// Commented only.
    Commented,
    /// Dismissed later.
    Dismissed,
}

impl ReviewState {
    /// The word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::ChangesRequested => "changes_requested",
            Self::Commented => "commented",
            Self::Dismissed => "dismissed",
        }
    }
}

/// A submitted review.
#[derive(Clone, PartialEq, Debug)]
pub struct ReviewSeen {
    /// GitHub's number.
    pub id: ReviewId,
    /// Who reviewed; none where the account is gone.
    pub reviewer: Option<Actor>,
    /// How it ended.
    pub state: ReviewState,
    /// When it was submitted.
    pub submitted_at: Time,
    /// Its text, empty where there is none.
    pub body: String,
}

/// A comment on a pull request.
#[derive(Clone, PartialEq, Debug)]
pub struct CommentSeen {
    /// GitHub's number.
    pub id: CommentId,
    /// Where it stands.
    pub place: CommentPlace,
    /// Who wrote it; none where the account is gone.
    pub author: Option<Actor>,
    /// The text.
    pub body: String,
    /// When it was written.
    pub created_at: Time,
    /// When it was last edited.
    pub updated_at: Time,
    /// The first comment of its thread, where it is a reply in one.
    pub in_reply_to: Option<CommentId>,
    /// The file it stands on.
    pub path: Option<String>,
    /// The line in the commented version of the file, right side counted in the new file.
    pub line: Option<i32>,
    /// It stands on a removed line, so the line counts in the old file.
    pub on_old_side: bool,
    /// The commit that was commented.
    pub commit: Option<String>,
    /// The review it belongs to.
    pub review: Option<ReviewId>,
    /// The part of the diff it stands on, where the event shows it.
    pub hunk: Option<Hunk>,
}

/// A membership valid in time, as an import or a first sync tells it.
#[derive(Clone, PartialEq, Debug)]
pub struct MemberSeen {
    /// Who.
    pub person: PersonId,
    /// In which team; none: in the organisation.
    pub team: Option<TeamId>,
}
