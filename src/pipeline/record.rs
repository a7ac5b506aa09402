//! An event becomes facts: the one way in for deliveries and imports.
mod about_account;
mod about_pull;

use std::collections::HashMap;
use std::collections::HashSet;

use sqlx::PgConnection;

use crate::classify::hunk;
use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::event::Account;
use crate::model::event::CommentSeen;
use crate::model::event::Event;
use crate::model::event::PullSeen;
use crate::model::event::PullShown;
use crate::model::event::RepoSeen;
use crate::model::event::ReviewSeen;
use crate::model::event::What;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::job::Job;
use crate::model::job::SettingsOf;
use crate::model::person::Actor;
use crate::model::settings;
use crate::pipeline::StepError;
use crate::pipeline::command;
use crate::pipeline::lifecycle;
use crate::store;
use crate::store::comments;
use crate::store::contents;
use crate::store::people;
use crate::store::pulls;
use crate::store::reviews;
use crate::store::session_checks;
use crate::store::sessions;
use crate::store::standing;
use crate::store::tenants;

/// What an event makes necessary.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Next {
    /// The tenant.
    pub installation: Option<InstallationId>,
    /// The pull request that moved.
    pub pull: Option<PullKey>,
    /// Members, teams and settings files should be read.
    pub members: bool,
    /// The repository whose settings file may have changed.
    pub settings: Option<RepoId>,
    /// The organisation's settings file may have changed.
    pub organisation_settings: bool,
}

impl Next {
    /// The jobs to queue.
    #[must_use]
    pub fn jobs(&self) -> Vec<Job> {
        let Some(installation) = self.installation else {
            return Vec::new();
        };
        let pull = self.pull.map(|pull| Job::Fetch { installation, pull });
        let settings = |of| Job::Settings { installation, of };
        pull.into_iter()
            .chain(self.members.then_some(Job::Members { installation }))
            .chain(self.members.then_some(settings(SettingsOf::Everything)))
            .chain(self.organisation_settings.then_some(settings(SettingsOf::Organisation)))
            .chain(self.settings.map(|repo| settings(SettingsOf::Repository(repo))))
            .collect()
    }
}

/// Accounts, repositories and people that were stored already in the course of one run, so that an import doesn't store
/// the same person a thousand times.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    tenants: HashMap<(Account, Option<i64>), InstallationId>,
    repos: HashSet<(InstallationId, RepoSeen)>,
    people: HashSet<(InstallationId, Actor)>,
}

impl Seen {
    async fn tenant(
        &mut self,
        conn: &mut PgConnection,
        (account, external): (&Account, Option<i64>),
        at: Time,
    ) -> Result<(InstallationId, bool), StepError> {
        let key = (account.clone(), external);
        if let Some(id) = self.tenants.get(&key) {
            return Ok((*id, false));
        }
        let (id, new) = standing::ensure(conn, account, external, at).await?;
        self.tenants.insert(key, id);
        Ok((id, new))
    }

    async fn repo(&mut self, conn: &mut PgConnection, id: InstallationId, repo: &RepoSeen) -> Result<(), StepError> {
        if self.repos.insert((id, repo.clone())) {
            tenants::see_repo(conn, id, repo).await?;
        }
        Ok(())
    }

    /// Stores the people of several events of one tenant before the events, all in one order.
    ///
    /// # Errors
    /// [`StepError::Store`] when the database refuses.
    pub async fn people_first<'a>(
        &mut self,
        conn: &mut PgConnection,
        id: InstallationId,
        events: impl IntoIterator<Item = &'a (Time, Event)>,
    ) -> Result<(), StepError> {
        let told = events.into_iter();
        let mut people: Vec<(&Actor, Time)> = told
            .flat_map(|(at, event)| event.people().into_iter().map(|person| (person, *at)))
            .collect();
        people.sort_by_key(|(person, _)| person.id);
        for (person, at) in people {
            self.person(conn, id, person, at).await?;
        }
        Ok(())
    }

    async fn person(
        &mut self,
        conn: &mut PgConnection,
        id: InstallationId,
        person: &Actor,
        at: Time,
    ) -> Result<(), StepError> {
        if self.people.insert((id, person.clone())) {
            people::see(conn, id, person, at).await?;
        }
        Ok(())
    }
}

/// Stores the facts of one event. The same event twice, or two events the other way round, leave the same facts.
///
/// `at` is when we heard of it: it stands in where the event carries no time of its own.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn event(conn: &mut PgConnection, seen: &mut Seen, event: &Event, at: Time) -> Result<Next, StepError> {
    if let (What::SignInRevoked, Some(sender)) = (&event.what, &event.sender) {
        sessions::end_all(conn, sender.id).await?;
    }
    let Some(account) = &event.account else {
        return Ok(Next::default());
    };
    if let Some(pull) = commented(event) {
        pulls::hold(conn, pull).await?;
    }
    if let What::RepoTransferred { from } = event.what
        && !lifecycle::is_taken_over(conn, event, from, at).await?
    {
        return Ok(Next::default());
    }
    // That an installation ended doesn't make it the account's own: it may be an earlier one.
    let ended = matches!(event.what, What::Suspended | What::Uninstalled);
    let external = event.installation.filter(|_| !ended);
    let (installation, new) = seen.tenant(conn, (account, external), at).await?;
    if let Some(repo) = &event.repo {
        seen.repo(conn, installation, repo).await?;
    }
    // All of them, in one order, before anything that others write, too: two events of the same people never wait for each
    // other.
    for person in event.people() {
        seen.person(conn, installation, person, at).await?;
    }
    let mut next = Next {
        installation: Some(installation),
        ..Next::default()
    };
    if let Some(repo) = &event.repo {
        next.pull = of_repo(conn, (installation, repo), event, at).await?;
        if changes_settings(repo, &event.what) {
            next.settings = Some(repo.id);
            next.organisation_settings = repo.name.eq_ignore_ascii_case(settings::ORGANISATION_REPO);
        }
    }
    next.members = about_account::see(conn, installation, event, at).await? || new;
    Ok(next)
}

/// Whether the settings file on the default branch may be another one now.
fn changes_settings(repo: &RepoSeen, what: &What) -> bool {
    match what {
        What::Push {
            branch: Some(branch),
            may_touch_settings,
            ..
        } => *may_touch_settings && repo.default_branch.as_ref().is_none_or(|default| default == branch),
        // Another default branch, another name, or a repository that is new here.
        What::RepoChanged => true,
        _ => false,
    }
}

/// The pull request on whose diff the event is a comment, or that one is gone.
fn commented(event: &Event) -> Option<PullKey> {
    let (number, place) = match &event.what {
        What::Comment { pull, comment, .. } => match pull {
            PullShown::Whole(pull) => (pull.number, comment.place),
            PullShown::Number(number) => (*number, comment.place),
        },
        What::CommentDeleted { number, place, .. } => (*number, *place),
        _ => return None,
    };
    let repo = event.repo.as_ref().filter(|_| place == CommentPlace::Diff)?;
    Some(PullKey { repo: repo.id, number })
}

/// Facts about pull requests; gives the one that moved.
async fn of_repo(
    conn: &mut PgConnection,
    (id, repo): (InstallationId, &RepoSeen),
    event: &Event,
    at: Time,
) -> Result<Option<PullKey>, StepError> {
    let key = |number: i32| PullKey { repo: repo.id, number };
    match &event.what {
        What::Pull { action, pull } => {
            let key = key(pull.number);
            about_pull::see(conn, (id, key), pull).await?;
            about_pull::moved(conn, (id, key), (action, pull)).await?;
            Ok(Some(key))
        }
        What::Review { pull, review } => {
            let key = key(pull.number);
            about_pull::see(conn, (id, key), pull).await?;
            if let Some(reviewer) = &review.reviewer {
                // A submitted review answers the request.
                reviews::see_answer(conn, id, key, reviewer.id, review.submitted_at).await?;
            }
            reviews::see_review(conn, id, key, review).await?;
            // Whoever began to review needn't be suggested any more; what they say next changes nothing.
            if review.reviewer != pull.author && reviews::is_first(conn, id, key, review).await? {
                pulls::want_again(conn, id, key).await?;
            }
            if let Some(comment) = text_of_review(review) {
                see_comment(conn, id, key, &comment).await?;
            }
            Ok(Some(key))
        }
        What::Comment { pull, comment, .. } => {
            let key = match pull {
                PullShown::Whole(pull) => {
                    about_pull::see(conn, (id, key(pull.number)), pull).await?;
                    key(pull.number)
                }
                PullShown::Number(number) => {
                    pulls::see_number(conn, id, key(*number), comment.created_at).await?;
                    key(*number)
                }
            };
            see_comment(conn, id, key, &command::without_other_words(comment)).await?;
            Ok(Some(key))
        }
        What::CommentDeleted {
            number,
            place,
            id: comment,
        } => {
            pulls::see_number(conn, id, key(*number), at).await?;
            pulls::hold_row(conn, id, key(*number)).await?;
            comments::delete(conn, id, key(*number), (*place, *comment), at).await?;
            Ok(Some(key(*number)))
        }
        What::Thread {
            number,
            root,
            resolved,
            at: when,
        } => {
            pulls::see_number(conn, id, key(*number), at).await?;
            let by = event.sender.as_ref().map(|sender| sender.id);
            comments::see_resolution(conn, id, (key(*number), *root), (by, *resolved), when.unwrap_or(at)).await?;
            Ok(Some(key(*number)))
        }
        What::Push {
            before, after, forced, ..
        } => {
            contents::see_ref_push(conn, id, repo.id.0, (before, after), (*forced, at)).await?;
            Ok(None)
        }
        What::RepoChanged | What::RepoTransferred { .. } => {
            tenants::repo_is_back(conn, id, repo.id, at).await?;
            Ok(None)
        }
        What::RepoArchived { archived } => {
            store::lifecycle::set_archived(conn, id, repo.id, archived.then_some(at)).await?;
            Ok(None)
        }
        What::RepoRemoved => {
            lifecycle::let_repo_go(conn, id, repo.id, at).await?;
            Ok(None)
        }
        What::Access(person) => {
            session_checks::doubt(conn, id, (Some(person.id), Some(repo.id))).await?;
            Ok(None)
        }
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
        | What::Nothing => Ok(None),
    }
}

/// Stores a comment; of somebody who was erased, only that there is one, so that its thread stays whole.
async fn see_comment(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    comment: &CommentSeen,
) -> Result<(), StepError> {
    let author = comment.author.as_ref().map(|author| author.id);
    let erased = match author {
        Some(author) => store::erasure::is_erased(conn, id, author).await?,
        None => false,
    };
    if erased {
        let bare = CommentSeen {
            author: None,
            body: String::new(),
            hunk: None,
            ..comment.clone()
        };
        comments::see(conn, id, key, (&bare, None)).await?;
    } else {
        let signs = hunk::signs(comment.path.as_deref(), comment.hunk.as_ref());
        comments::see(conn, id, key, (comment, signs.as_ref())).await?;
    }
    Ok(())
}

/// Stores a pull request as the code host shows it now, with its author and whoever is asked to review it.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn pull(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    pull: &PullSeen,
    at: Time,
) -> Result<(), StepError> {
    let mut seen = Seen::default();
    let mut people: Vec<&Actor> = pull.people().collect();
    people.sort_by_key(|person| person.id);
    for person in people {
        seen.person(conn, id, person, at).await?;
    }
    about_pull::see(conn, (id, key), pull).await
}

/// The text of a review is a comment too, where there is one.
fn text_of_review(review: &ReviewSeen) -> Option<CommentSeen> {
    (!review.body.trim().is_empty()).then(|| CommentSeen {
        id: CommentId(review.id.0),
        place: CommentPlace::Review,
        author: review.reviewer.clone(),
        body: review.body.clone(),
        created_at: review.submitted_at,
        updated_at: review.submitted_at,
        in_reply_to: None,
        path: None,
        line: None,
        on_old_side: false,
        commit: None,
        review: Some(review.id),
        hunk: None,
    })
}
