//! Exported history: one record of a pull request with its timeline, as the same events that webhooks give.
//!
//! A record shows the pull request as it is now, so its past states are built up again from the timeline: title, draft,
//! labels, reviewers asked, open or closed. What can't be known stays unknown:
//! - **Files and diffs** are not in it; a commented line's path is all that is known.
//! - **Force pushes** name the new head. The head before is known only where an earlier push, comment or review named it.
//! - **Plain pushes** are not in the timeline, only the commits that are still in the pull request, with the time of
//!   committing. Commits that follow each other with nothing said or done between them count as one push at the time of
//!   the last. Commits from before the opening belong to the opening, commits from before a later force push to that
//!   force push, since a rebase dates commits anew.
//! - **The first head** is the one that a comment or review named before the first push, else the last commit from
//!   before the opening; else it is an empty word.
//! - Entries without a number or a time (some deleted comments) can't be placed and are left out.
use std::collections::BTreeSet;

use crate::forge::github::nul::without_nul;
use crate::forge::github::payload::ParseError;
use crate::forge::github::shapes::Comment;
use crate::forge::github::shapes::Repo;
use crate::forge::github::shapes::Team;
use crate::forge::github::shapes::User;
use crate::forge::github::shapes::actor;
use crate::forge::github::timeline::Entry;
use crate::forge::github::timeline::Record;
use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::event::Account;
use crate::model::event::Asked;
use crate::model::event::Event;
use crate::model::event::PullAction;
use crate::model::event::PullSeen;
use crate::model::event::PullShown;
use crate::model::event::RepoSeen;
use crate::model::event::What;
use crate::model::person::Actor;
use crate::model::pull::HeadPush;

/// The events of one record (one line of a JSON-lines file), in order of time. The first is the opening; the last tells
/// the state that the record itself shows.
///
/// # Errors
/// [`ParseError`] where the line isn't such a record or doesn't say which pull request of which repository it is.
pub fn pull_record(line: &[u8]) -> Result<Vec<(Time, Event)>, ParseError> {
    let what = "record of a pull request";
    let record: Record =
        serde_json::from_slice(&without_nul(line)).map_err(|error| ParseError::of_json(what, &error))?;
    events_of(&record)
}

/// The same of a record that was read already.
pub(super) fn events_of(record: &Record) -> Result<Vec<(Time, Event)>, ParseError> {
    let what = "record of a pull request";
    let missing = |field| ParseError::Missing {
        what: what.to_owned(),
        field,
    };
    let pull = record.pull.as_ref().ok_or(missing("pull"))?;
    let shown = pull.to_seen(None).map_err(missing)?;
    let base = pull
        .base
        .as_ref()
        .and_then(|base| base.repo.as_ref())
        .ok_or(missing("pull.base.repo"))?;
    let repo = Repo::to_seen(base).map_err(missing)?;
    let account = base.owner.as_ref().and_then(|owner| owner.to_account(false));

    let moments = moments(record, &shown);
    let state = at_opening(record, &shown, &moments);
    let mut story = Story {
        account,
        repo,
        now: state,
        end: &shown,
        told: Vec::new(),
        last_close: None,
        one_base: record.one_base,
    };
    story.last_close = moments
        .iter()
        .rev()
        .find(|moment| moment.is("closed"))
        .map(|moment| moment.at);
    story.tell(shown.created_at, shown.author.clone(), PullAction::Opened);
    for (index, moment) in moments.iter().enumerate() {
        // Of a run of commits, the last one is the push.
        let followed_by_commit = moments.get(index + 1).is_some_and(|next| next.is("committed"));
        if !(moment.is("committed") && followed_by_commit) {
            story.take(moment);
        }
    }
    story.finish();
    Ok(story.told)
}

/// Something in a record that gives an event, with its time.
struct Moment<'a> {
    at: Time,
    thing: Thing<'a>,
}

enum Thing<'a> {
    Entry(&'a Entry),
    DiffComment(&'a Comment),
}

impl Moment<'_> {
    fn is(&self, name: &str) -> bool {
        matches!(self.thing, Thing::Entry(entry) if entry.event.as_deref() == Some(name))
    }

    /// The head that a force push left, where the record names it.
    fn before(&self) -> Option<&str> {
        match self.thing {
            Thing::Entry(entry) => entry.before.as_deref(),
            Thing::DiffComment(_) => None,
        }
    }

    /// The head that a comment or a review looked at.
    fn looked_at(&self) -> Option<&str> {
        match self.thing {
            Thing::DiffComment(comment) => comment.original_commit_id.as_deref(),
            Thing::Entry(entry) if self.is("reviewed") => entry.commit_id.as_deref(),
            Thing::Entry(_) => None,
        }
    }
}

const TOLD: [&str; 13] = [
    "committed",
    "head_ref_force_pushed",
    "commented",
    "reviewed",
    "review_requested",
    "review_request_removed",
    "ready_for_review",
    "convert_to_draft",
    "renamed",
    "labeled",
    "unlabeled",
    "closed",
    "reopened",
];

/// What the record tells, in order of time; the record's own order decides between equals.
fn moments<'a>(record: &'a Record, shown: &PullSeen) -> Vec<Moment<'a>> {
    let forced = record
        .events
        .entries()
        .filter(|entry| entry.event.as_deref() == Some("head_ref_force_pushed"));
    let settled = forced
        .filter_map(Entry::at)
        .max()
        .map_or(shown.created_at, |last| last.max(shown.created_at));
    let mut moments: Vec<Moment<'a>> = record
        .events
        .entries()
        .filter(|entry| entry.event.as_deref().is_some_and(|name| TOLD.contains(&name)))
        .filter_map(|entry| {
            Some(Moment {
                at: entry.at()?,
                thing: Thing::Entry(entry),
            })
        })
        .filter(|moment| !moment.is("committed") || moment.at > settled)
        .collect();
    moments.extend(record.comments.entries().filter_map(|comment| {
        Some(Moment {
            at: comment.created_at?,
            thing: Thing::DiffComment(comment),
        })
    }));
    moments.sort_by_key(|moment| moment.at);
    moments
}

/// The pull request as it was when it was opened, as far as the record lets it be known.
fn at_opening(record: &Record, shown: &PullSeen, moments: &[Moment<'_>]) -> PullSeen {
    let first_title = record
        .events
        .entries()
        .find_map(|entry| entry.rename.as_ref()?.from.clone());
    let was_draft = moments.iter().find_map(|moment| match moment {
        ready if ready.is("ready_for_review") => Some(true),
        drafted if drafted.is("convert_to_draft") => Some(false),
        _ => None,
    });
    let first_push = moments
        .iter()
        .position(|m| m.is("committed") || m.is("head_ref_force_pushed"));
    let before_push = &moments[..first_push.unwrap_or(moments.len())];
    let was_forced = moments.iter().any(|moment| moment.is("head_ref_force_pushed"));
    let committed = record
        .events
        .entries()
        .filter(|entry| !was_forced && entry.event.as_deref() == Some("committed"))
        .filter(|entry| entry.at().is_some_and(|at| at <= shown.created_at))
        .filter_map(|entry| entry.sha.as_deref())
        .next_back();
    let forced_away = first_push.and_then(|index| moments[index].before());
    let head = before_push
        .iter()
        .find_map(Moment::looked_at)
        .or(forced_away)
        .or(committed);
    let unmoved = first_push.is_none().then_some(shown.head_sha.as_str());
    PullSeen {
        title: first_title.unwrap_or_else(|| shown.title.clone()),
        open: true,
        draft: was_draft.unwrap_or(shown.draft),
        updated_at: shown.created_at,
        closed_at: None,
        merged_at: None,
        merge_sha: None,
        head_sha: unmoved.or(head).unwrap_or_default().to_owned(),
        changed_files: None,
        labels: Vec::new(),
        asked_people: Vec::new(),
        asked_teams: Vec::new(),
        ..shown.clone()
    }
}

/// A pull request's state while its record is told.
struct Story<'a> {
    account: Option<Account>,
    repo: RepoSeen,
    now: PullSeen,
    end: &'a PullSeen,
    told: Vec<(Time, Event)>,
    last_close: Option<Time>,
    one_base: bool,
}

impl Story<'_> {
    fn event(&mut self, at: Time, sender: Option<Actor>, what: What) {
        let (account, repo) = (self.account.clone(), Some(self.repo.clone()));
        self.told.push((
            at,
            Event {
                account,
                installation: None,
                repo,
                sender,
                what,
            },
        ));
    }

    fn tell(&mut self, at: Time, sender: Option<Actor>, action: PullAction) {
        self.now.updated_at = self.now.updated_at.max(at);
        let pull = Box::new(self.now.clone());
        self.event(at, sender, What::Pull { action, pull });
    }

    fn take(&mut self, moment: &Moment<'_>) {
        match moment.thing {
            Thing::DiffComment(comment) => self.comment(moment.at, comment, CommentPlace::Diff),
            Thing::Entry(entry) => self.entry(moment.at, entry),
        }
    }

    fn comment(&mut self, at: Time, comment: &Comment, place: CommentPlace) {
        if let Ok(comment) = comment.to_seen(place) {
            let sender = comment.author.clone();
            let pull = PullShown::Number(self.now.number);
            self.event(
                at,
                sender,
                What::Comment {
                    pull,
                    comment: Box::new(comment),
                    edited: false,
                },
            );
        }
    }

    fn entry(&mut self, at: Time, entry: &Entry) {
        let by = actor(entry.by());
        match entry.event.as_deref().unwrap_or_default() {
            "commented" => self.comment(at, &entry.to_comment(), CommentPlace::Conversation),
            "reviewed" => self.review(at, entry),
            "committed" => self.push(at, None, (None, entry.sha.as_deref()), false),
            "head_ref_force_pushed" => self.push(at, by, (entry.before.as_deref(), entry.commit_id.as_deref()), true),
            "review_requested" => self.ask(at, by, entry, true),
            "review_request_removed" => self.ask(at, by, entry, false),
            "ready_for_review" => {
                self.now.draft = false;
                self.tell(at, by, PullAction::ReadyForReview);
            }
            "convert_to_draft" => {
                self.now.draft = true;
                self.tell(at, by, PullAction::ConvertedToDraft);
            }
            "closed" => {
                self.now.open = false;
                self.now.closed_at = Some(at);
                self.now.merged_at = self.end.merged_at.filter(|_| self.last_close == Some(at));
                self.tell(at, by, PullAction::Closed);
            }
            "reopened" => {
                self.now.open = true;
                self.now.closed_at = None;
                self.tell(at, by, PullAction::Reopened);
            }
            _ => self.change(at, by, entry),
        }
    }

    fn review(&mut self, at: Time, entry: &Entry) {
        if let Ok(Some(review)) = entry.to_review().to_seen(at) {
            let sender = review.reviewer.clone();
            // Who reviewed is no longer asked; the timeline has no entry for that.
            let by = sender.as_ref().map(|one| one.id);
            self.now.asked_people.retain(|asked| Some(asked.id) != by);
            self.now.updated_at = self.now.updated_at.max(at);
            let pull = Box::new(self.now.clone());
            self.event(at, sender, What::Review { pull, review });
        }
    }

    fn push(&mut self, at: Time, by: Option<Actor>, (left, head): (Option<&str>, Option<&str>), forced: bool) {
        // Where the new head isn't named, there was a push all the same; its head is an empty word.
        let after = head.unwrap_or_default().to_owned();
        let stood = std::mem::replace(&mut self.now.head_sha, after.clone());
        let before = left.map(str::to_owned).or(Some(stood)).filter(|sha| !sha.is_empty());
        // Versions of one pull request can be compared by any base that all of them hold.
        let named = self.one_base || self.end.head_sha == after;
        let base = Some(self.now.base_sha.clone()).filter(|base| named && !after.is_empty() && !base.is_empty());
        let push = HeadPush {
            before,
            after,
            base,
            at,
            forced: Some(forced),
        };
        self.tell(at, by, PullAction::Synchronized(push));
    }

    fn ask(&mut self, at: Time, by: Option<Actor>, entry: &Entry, asked: bool) {
        let person = entry
            .requested_reviewer
            .as_ref()
            .and_then(User::to_actor)
            .map(Asked::Person);
        let team = || entry.requested_team.as_ref().and_then(Team::to_seen).map(Asked::Team);
        let Some(who) = person.or_else(team) else { return };
        match &who {
            Asked::Person(person) => {
                self.now.asked_people.retain(|other| other.id != person.id);
                self.now.asked_people.extend(asked.then(|| person.clone()));
            }
            Asked::Team(team) => {
                self.now.asked_teams.retain(|other| other.id != team.id);
                self.now.asked_teams.extend(asked.then(|| team.clone()));
            }
        }
        let action = if asked {
            PullAction::ReviewRequested(who)
        } else {
            PullAction::ReviewRequestRemoved(who)
        };
        self.tell(at, by, action);
    }

    fn change(&mut self, at: Time, by: Option<Actor>, entry: &Entry) {
        let mut labels: BTreeSet<String> = self.now.labels.drain(..).collect();
        if let Some(label) = entry.label.as_ref().and_then(|label| label.name.clone()) {
            if entry.event.as_deref() == Some("labeled") {
                labels.insert(label);
            } else {
                labels.remove(&label);
            }
        }
        self.now.labels = labels.into_iter().collect();
        if let Some(title) = entry.rename.as_ref().and_then(|rename| rename.to.clone()) {
            self.now.title = title;
        }
        self.tell(at, by, PullAction::Changed);
    }

    /// Tells the state that the record shows, with what the timeline left out (an unlisted close, a commit).
    fn finish(&mut self) {
        let last = self.told.last().map_or(self.end.created_at, |(at, _)| *at);
        let closing = self.now.open && !self.end.open;
        let at = if closing {
            self.end.closed_at.unwrap_or(last)
        } else {
            self.end.updated_at
        };
        let at = at.max(last);
        self.now = PullSeen {
            updated_at: at.max(self.end.updated_at),
            ..self.end.clone()
        };
        self.tell(
            at,
            None,
            if closing {
                PullAction::Closed
            } else {
                PullAction::Changed
            },
        );
    }
}
