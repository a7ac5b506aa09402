//! "Wrong label": what a person says of a comment is stored and takes effect in one transaction.
use sqlx::PgConnection;

use crate::classify::eval::LabelledComment;
use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::correction::Said;
use crate::model::correction::Teaches;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::learn;
use crate::pipeline::learn::Reread;
use crate::store::corrections;
use crate::store::lessons;
use crate::store::reader::Reader;

/// A comment, and the version of it that somebody judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Judged {
    /// Where it stands.
    pub place: CommentPlace,
    /// Its number.
    pub comment: CommentId,
    /// When the text that was judged had been edited last.
    pub edited: Time,
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heard {
    /// It is stored, and the lessons are what it makes of them.
    Stored,
    /// There is no such comment, or it isn't theirs to correct.
    NoSuchComment,
    /// Its text isn't the one that was judged.
    EditedMeanwhile,
    /// It wasn't read again since it was edited.
    NotRead,
}

/// Stores what somebody says of a comment and infers the lessons of its pull request anew.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn say(pipeline: &Pipeline, reader: &Reader, judged: Judged, said: &Said) -> Result<Heard, StepError> {
    let id = reader.installation();
    let which = (judged.place, judged.comment);
    let mut tx = pipeline.pool.begin().await?;
    let Some(open) = corrections::open_to(&mut tx, (reader, said.by), which).await? else {
        return Ok(Heard::NoSuchComment);
    };
    if open.edited != judged.edited {
        return Ok(Heard::EditedMeanwhile);
    }
    if open.read.is_none() {
        return Ok(Heard::NotRead);
    }
    hold(&mut tx, id, open.pull).await?;
    let now = pipeline.clock.now();
    if !corrections::say(&mut tx, id, which, said, (judged.edited, now)).await? {
        return Ok(Heard::EditedMeanwhile);
    }
    learn::of_pull((&mut tx, &pipeline.classifier), id, open.pull, Reread::New).await?;
    tx.commit().await?;
    Ok(Heard::Stored)
}

/// Takes back what somebody said of a comment and infers the lessons of its pull request anew. False: they said nothing.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn take_back(
    pipeline: &Pipeline,
    (id, person): (InstallationId, PersonId),
    which: (CommentPlace, CommentId),
) -> Result<bool, StepError> {
    let mut tx = pipeline.pool.begin().await?;
    let Some(pull) = corrections::pull_of(&mut tx, (id, person), which).await? else {
        return Ok(false);
    };
    hold(&mut tx, id, pull).await?;
    corrections::take_back(&mut tx, (id, person), which).await?;
    learn::of_pull((&mut tx, &pipeline.classifier), id, pull, Reread::New).await?;
    tx.commit().await?;
    Ok(true)
}

/// Takes the locks that learning takes, and first as it does, so that the two never wait for each other.
async fn hold(conn: &mut PgConnection, id: InstallationId, pull: PullKey) -> Result<(), StepError> {
    lessons::learning_in(conn, id, pull.repo).await?;
    lessons::hold_pull(conn, id, pull).await?;
    Ok(())
}

/// The corrections of one installation as labelled comments.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    /// Those whose text is kept.
    pub rows: Vec<LabelledComment>,
    /// How many have no text any more.
    pub without_text: usize,
}

/// What people of one installation corrected, to measure a model by or to train one. Never ask for two installations at
/// once: nobody's text may tell anything to another.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn labels(conn: &mut PgConnection, id: InstallationId) -> Result<Labels, StepError> {
    let mut labels = Labels::default();
    for one in corrections::labelled(conn, id).await? {
        let is_reply = learn::is_reply((one.place, one.comment, one.root), (Some(one.author), one.pull_author));
        let Some(body) = one.body else {
            labels.without_text += 1;
            continue;
        };
        labels.rows.push(LabelledComment {
            project: one.repo,
            path: one.path,
            body,
            is_reply,
            teaches: teaches(&one.said),
            areas: one.said.areas,
        });
    }
    Ok(labels)
}

/// What a comment gives. Where somebody only names areas, they leave it at that it taught something; where they name none, at
/// nothing.
fn teaches(said: &Said) -> Teaches {
    said.teaches.unwrap_or(if said.areas.is_empty() {
        Teaches::None
    } else {
        Teaches::Knowledge
    })
}
