//! What people ask of Peerlore in a comment: seen (👀), done (👍) or answered in short why not, each once.
//!
//! A command goes in two steps, so that dying half-way does nothing twice: what it changes here is changed in one
//! transaction that says so, and what follows (a suggestion, a request, an answer) can be repeated without harm.
mod act;
mod assign;
mod words;

use chrono::Duration;
use sqlx::PgConnection;

use crate::forge::ForgeError;
use crate::forge::Permission;
use crate::forge::github::respond::Reaction;
use crate::model::clock::Time;
use crate::model::command::Command;
use crate::model::comment::CommentPlace;
use crate::model::event::CommentSeen;
use crate::model::event::Event;
use crate::model::event::What;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::job::Job;
use crate::model::person::PersonKind;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::command::act::Acting;
use crate::pipeline::fetch;
use crate::pipeline::publish;
use crate::pipeline::publish::Around;
use crate::pipeline::record::Next;
use crate::pipeline::settings;
use crate::store::commands;
use crate::store::commands::Given;
use crate::store::commands::State;
use crate::store::members;
use crate::store::pulls;
use crate::store::tenants;

/// Days after which a command that comes late isn't done any more: GitHub keeps a delivery for three.
const LATE_DAYS: i64 = 3;

/// What is to be said, and whether it was done.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Answer {
    done: bool,
    says: Option<String>,
    names: Vec<PersonId>,
}

impl Answer {
    fn done() -> Self {
        Self {
            done: true,
            ..Self::default()
        }
    }

    fn with(says: String, names: Vec<PersonId>) -> Self {
        Self {
            done: true,
            says: Some(says),
            names,
        }
    }

    fn no(says: impl Into<String>) -> Self {
        Self {
            says: Some(says.into()),
            ..Self::default()
        }
    }
}

/// The comment as it is stored: of a command only the words that command, so that nobody's reason is kept.
#[must_use]
pub fn without_other_words(comment: &CommentSeen) -> CommentSeen {
    let command = (comment.place == CommentPlace::Conversation).then(|| Command::read(&comment.body));
    CommentSeen {
        body: match command.flatten() {
            Some(command) => command.to_string(),
            None => comment.body.clone(),
        },
        ..comment.clone()
    }
}

/// Notes the command that an event gives, if it gives one; gives the job to do it, where it is new.
///
/// Edits give none, and neither do bots nor comments that come days late.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn take(conn: &mut PgConnection, next: &Next, event: &Event, now: Time) -> Result<Option<Job>, StepError> {
    let What::Comment {
        comment, edited: false, ..
    } = &event.what
    else {
        return Ok(None);
    };
    let author = comment
        .author
        .as_ref()
        .filter(|author| author.kind == PersonKind::Human);
    let (Some(installation), Some(pull), Some(author)) = (next.installation, next.pull, author) else {
        return Ok(None);
    };
    let late = now - comment.created_at > Duration::days(LATE_DAYS);
    if late || comment.place != CommentPlace::Conversation {
        return Ok(None);
    }
    let Some(command) = Command::read(&comment.body) else {
        return Ok(None);
    };
    let by = (author.id, author.login.as_str());
    let new = commands::give(conn, (installation, pull, comment.id), by, &command, comment.created_at).await?;
    Ok(new.then_some(Job::Command {
        installation,
        pull,
        comment: comment.id,
    }))
}

/// Does a command that was given.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn run(pipeline: &Pipeline, id: InstallationId, comment: CommentId) -> Result<(), StepError> {
    let mut conn = pipeline.pool.acquire().await?;
    let Some(given) = commands::given(&mut conn, id, comment).await? else {
        return Ok(());
    };
    let silent = tenants::installation(&mut conn, id)
        .await?
        .is_none_or(|tenant| tenant.silent);
    let around = Around::read(&mut conn, pipeline, (id, given.key)).await?;
    drop(conn);
    let Some(around) = around.filter(|_| !silent && given.state != State::Done) else {
        return Ok(());
    };
    let answer = if given.too_many && !matches!(given.command, Command::NotMe { .. }) {
        tracing::info!(
            pull.number = given.key.number,
            "more commands in an hour than anybody needs"
        );
        Answer::default()
    } else {
        match answered(pipeline, (id, comment), &given, &around).await {
            Err(StepError::Forge(error)) if !error.may_pass() => {
                tracing::warn!(repo.id = around.repo.id.0, pull.number = given.key.number, %error, "a command can't be done");
                Answer::default()
            }
            answer => answer?,
        }
    };
    let reply = match &answer.says {
        Some(words) => {
            let at = (&around.at(), given.key.number);
            unless_refused(publish::reply(pipeline, at, comment, words).await)?
        }
        None => None,
    };
    if answer.done {
        unless_refused(pipeline.forge.react(&around.at(), comment, Reaction::ThumbsUp).await)?;
    }
    let mut conn = pipeline.pool.acquire().await?;
    commands::done(&mut conn, (id, comment), reply, &answer.names).await?;
    Ok(())
}

/// A locked conversation takes neither reactions nor answers; what was asked for is done all the same.
fn unless_refused<T>(result: Result<T, ForgeError>) -> Result<Option<T>, StepError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.may_pass() => Err(error.into()),
        Err(error) => {
            tracing::info!(%error, "a command could not be answered");
            Ok(None)
        }
    }
}

async fn answered(
    pipeline: &Pipeline,
    (id, comment): (InstallationId, CommentId),
    given: &Given,
    around: &Around,
) -> Result<Answer, StepError> {
    let key = given.key;
    let role = pipeline.forge.role(&around.at(), &given.author_login).await?;
    if is_a_stranger(pipeline, id, (given, around), role).await? {
        return Ok(Answer::default());
    }
    if given.state == State::Waiting {
        unless_refused(pipeline.forge.react(&around.at(), comment, Reaction::Eyes).await)?;
    }
    if needs_contents(&given.command) {
        let mut conn = pipeline.pool.acquire().await?;
        let pull = pulls::pull(&mut conn, id, key).await?;
        drop(conn);
        // Opened before the App came, or so lately that nothing of it was read yet.
        if pull.is_some_and(|pull| pull.only_number || pull.contents_head.as_ref() != Some(&pull.head_sha)) {
            fetch::run(pipeline, id, key, None).await?;
        }
    }
    let mut conn = pipeline.pool.acquire().await?;
    let Some(pull) = pulls::pull(&mut conn, id, key).await? else {
        return Ok(Answer::default());
    };
    let settings = settings::in_force(&mut conn, &pipeline.settings, id, key.repo).await?;
    drop(conn);
    let is_author = pull.author == Some(given.author);
    if needs_part(&given.command) && role < Permission::Triage && !is_author {
        return Ok(Answer::no(words::NOT_YOURS));
    }
    let acting = Acting {
        pipeline,
        id,
        comment,
        given,
        pull,
        settings,
    };
    acting.act().await
}

/// Whether somebody is nobody here: of a public repository GitHub says that everybody may read it, so only members, whoever
/// may sort or write, and the pull request's author count there.
async fn is_a_stranger(
    pipeline: &Pipeline,
    id: InstallationId,
    (given, around): (&Given, &Around),
    role: Permission,
) -> Result<bool, StepError> {
    if role >= Permission::Triage || (role == Permission::Read && around.repo.private) {
        return Ok(false);
    }
    if role == Permission::None {
        return Ok(true);
    }
    let mut conn = pipeline.pool.acquire().await?;
    let pull = pulls::pull(&mut conn, id, given.key).await?;
    let is_author = pull.is_some_and(|pull| pull.author == Some(given.author));
    Ok(!is_author
        && members::role_of(&mut conn, id, given.author, pipeline.clock.now())
            .await?
            .is_none())
}

/// Whether it needs to be known what the pull request changes.
fn needs_contents(command: &Command) -> bool {
    match command {
        Command::Suggest | Command::Assign { .. } | Command::Reroll | Command::NotMe { .. } => true,
        Command::Why | Command::Help { .. } => false,
    }
}

/// Whether only those may give it who wrote the pull request, or sort or write in the repository.
fn needs_part(command: &Command) -> bool {
    match command {
        Command::Assign { .. } | Command::Reroll => true,
        Command::Suggest | Command::Why | Command::NotMe { .. } | Command::Help { .. } => false,
    }
}
