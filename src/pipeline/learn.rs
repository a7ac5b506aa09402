//! Comments become readings, threads become lessons, lessons move the graph.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use sqlx::PgConnection;

use crate::classify::Classifier;
use crate::classify::second::SecondError;
use crate::model::comment::AreaGuess;
use crate::model::comment::CommentKind;
use crate::model::comment::CommentPlace;
use crate::model::comment::CommentText;
use crate::model::comment::HunkSigns;
use crate::model::comment::Reading;
use crate::model::correction::Said;
use crate::model::evidence::FollowUp;
use crate::model::evidence::Standing;
use crate::model::evidence::Thread;
use crate::model::evidence::ThreadComment;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::lesson::Lesson;
use crate::model::lesson::Refusal;
use crate::model::pull::HeadPush;
use crate::model::settings::Settings;
use crate::model::skill::Area;
use crate::model::skill::Skill;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::refit;
use crate::pipeline::settings;
use crate::skill;
use crate::store::comments;
use crate::store::comments::StoredComment;
use crate::store::contents;
use crate::store::corrections;
use crate::store::edges;
use crate::store::lessons;
use crate::store::ownership;
use crate::store::pulls;
use crate::store::pulls::Pull;
use crate::store::readings;
use crate::store::readings::Read;
use crate::teach;

/// Files beyond which a change is mechanical: it teaches nothing and makes nobody an expert (*judgement*).
pub const MEGA_CHANGE_FILES: i32 = 100;

/// What people said of the comments of one pull request.
type Corrected = BTreeMap<(CommentPlace, CommentId), Said>;

/// Whether texts that were classified before are classified again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reread {
    /// Only comments without a reading.
    New,
    /// Every comment whose text is still there; the others keep the reading they have.
    All,
}

/// Classifies the new comments of one pull request, infers its lessons anew and moves the edges they touch: one
/// transaction.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn run(pipeline: &Pipeline, id: InstallationId, key: PullKey, reread: Reread) -> Result<(), StepError> {
    let mut tx = pipeline.pool.begin().await?;
    of_pull((&mut tx, &pipeline.classifier), id, key, reread).await?;
    tx.commit().await?;
    Ok(())
}

/// The same in the caller's transaction. Gives how many lessons the pull request holds now.
///
/// # Errors
/// [`StepError::Store`] when the database refuses, [`StepError::Second`] when a comment can't be read.
pub async fn of_pull(
    (conn, classifier): (&mut PgConnection, &Classifier),
    id: InstallationId,
    key: PullKey,
    reread: Reread,
) -> Result<usize, StepError> {
    lessons::learning_in(conn, id, key.repo).await?;
    lessons::hold_pull(conn, id, key).await?;
    let Some(pull) = pulls::pull(conn, id, key).await? else {
        return Ok(0);
    };
    if pull.only_number {
        // Who wrote it decides how comments are read; its state comes with another event, and this job with it.
        return Ok(0);
    }
    let mut comments = comments::of_pull(conn, id, key).await?;
    read_comments((conn, classifier), id, (pull.author, &mut comments), reread).await?;
    let said: Corrected = corrections::in_force(conn, id, key).await?.into_iter().collect();
    refer_back(&mut comments);
    let pushes = contents::pushes(conn, id, key).await?;
    let files = contents::files(conn, id, key).await?;
    let author = author_standing(conn, id, &pull).await?;
    let mechanical_paths: Vec<&str> = files
        .iter()
        .filter(|file| file.mechanical)
        .map(|file| file.path.as_str())
        .collect();
    // The operator's own settings say nothing of files.
    let settings = settings::in_force(conn, &Settings::default(), id, key.repo).await?;
    let mega = pull.changed_files.is_some_and(|files| files > MEGA_CHANGE_FILES)
        || ownership::is_ignored(conn, id, key).await?;

    let weights = refit::weights(conn, id).await?;
    let mut found: Vec<Lesson> = Vec::new();
    let mut refused: BTreeMap<Refusal, i32> = BTreeMap::new();
    for mut thread in threads((key, &pull, author), (&comments, &said), &pushes) {
        if let Some(path) = &thread.path {
            declare(&mut thread.comments, &settings.skills_of(path));
        }
        let mechanical = mega
            || thread
                .path
                .as_deref()
                .is_some_and(|path| mechanical_paths.contains(&path) || settings.ignores_path(path));
        if mechanical {
            *refused.entry(Refusal::Mechanical).or_default() +=
                i32::try_from(thread.comments.len()).unwrap_or(i32::MAX);
            continue;
        }
        let (taught, refusals) = teach::lesson::lessons(&thread, &weights);
        found.extend(taught);
        for (_, reason) in refusals {
            *refused.entry(reason).or_default() += 1;
        }
    }
    let moved = lessons::replace(conn, id, key, (&found, &refused)).await?;
    move_edges(conn, id, moved).await?;
    Ok(found.len())
}

/// Makes some edges again from the lessons that there are now.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn move_edges(
    conn: &mut PgConnection,
    id: InstallationId,
    moved: BTreeSet<edges::EdgeKey>,
) -> Result<(), StepError> {
    let moved: Vec<edges::EdgeKey> = moved.into_iter().collect();
    let lessons = lessons::of_edges(conn, id, &moved).await?;
    let made = skill::edge::edges(lessons.into_iter());
    edges::set(conn, id, &moved, &made).await?;
    Ok(())
}

/// Puts what the settings name for a file beside what was read in its comments. Areas come behind the surest one that was
/// read, and are as sure: a comment teaches two areas at most. A language stands in the place of the one that was read.
/// Where a person said what a comment is about, it is about that.
fn declare(comments: &mut [ThreadComment], skills: &[Skill]) {
    let mut areas = Vec::new();
    let mut language = None;
    let mut others = Vec::new();
    for skill in skills {
        match skill {
            Skill::Area(area) => areas.push(*area),
            Skill::Language(name) => language = Some(name),
            Skill::Technology(_) | Skill::Own(_) => others.push(skill),
        }
    }
    let substance = comments
        .iter_mut()
        .filter(|comment| comment.reading.kind == CommentKind::Substance);
    for comment in substance {
        if comment.said.is_none() {
            declare_areas(comment, &areas);
        }
        if let Some(language) = language {
            comment.reading.language = Some(language.clone());
        }
        for skill in &others {
            if !comment.skills.contains(skill) {
                comment.skills.push((*skill).clone());
            }
        }
    }
}

fn declare_areas(comment: &mut ThreadComment, areas: &[Area]) {
    let read = std::mem::take(&mut comment.reading.areas);
    let first = read.first().copied();
    let probability = first.map_or(1.0, |surest| surest.probability);
    let declared = areas.iter().map(|area| AreaGuess {
        area: *area,
        probability,
    });
    let mut guesses: Vec<AreaGuess> = Vec::new();
    for guess in first.into_iter().chain(declared).chain(read) {
        if guesses.iter().all(|known| known.area != guess.area) {
            guesses.push(guess);
        }
    }
    comment.reading.areas = guesses;
    let by_settings = |area: &&Area| first.is_none_or(|surest| surest.area != **area);
    comment.declared = areas.iter().filter(by_settings).copied().collect();
}

async fn author_standing(conn: &mut PgConnection, id: InstallationId, pull: &Pull) -> Result<Standing, StepError> {
    if pull.author_login.is_some() {
        return Ok(Standing::Counts);
    }
    let opted_out = match pull.author {
        Some(author) if !pull.by_bot => crate::store::people::is_opted_out(conn, id, author).await?,
        Some(_) | None => false,
    };
    Ok(if opted_out {
        Standing::OptedOut
    } else {
        Standing::NotHuman
    })
}

/// Whether a comment (its place, its number, its thread's first one) counts as an answer, by who wrote it and who the
/// pull request. Nothing says what a comment of the conversation answers; what the author says there are answers.
pub(super) fn is_reply(
    (place, comment, root): (CommentPlace, CommentId, CommentId),
    (writer, author): (Option<PersonId>, Option<PersonId>),
) -> bool {
    match place {
        CommentPlace::Diff => root != comment,
        CommentPlace::Conversation | CommentPlace::Review => author.is_some() && writer == author,
    }
}

/// Gives every comment a reading: the stored one, or a new one of its text.
async fn read_comments(
    (conn, classifier): (&mut PgConnection, &Classifier),
    id: InstallationId,
    (author, comments): (Option<PersonId>, &mut [StoredComment]),
    reread: Reread,
) -> Result<(), StepError> {
    // Read before it was noted how a comment is meant: read again while the text is there.
    let lacks = |reading: &Reading| reading.manner.is_none();
    let is_due = |comment: &StoredComment| comment.reading.as_ref().is_none_or(lacks) || reread == Reread::All;
    let due: Vec<(usize, Text)> = comments
        .iter()
        .enumerate()
        .filter(|(_, comment)| is_due(comment))
        .filter_map(|(at, comment)| Some((at, Text::of(comment, author)?)))
        .collect();
    let (places, texts): (Vec<usize>, Vec<Text>) = due.into_iter().unzip();
    let mut read = Vec::new();
    for (at, reading) in places.into_iter().zip(read_texts(classifier, texts).await?) {
        let comment = &mut comments[at];
        if comment.reading.as_ref() != Some(&reading) {
            read.push(Read {
                place: comment.place,
                comment: comment.id,
                updated_at: comment.updated_at,
                reading: reading.clone(),
            });
        }
        comment.reading = Some(reading);
    }
    if !read.is_empty() {
        readings::set_readings(conn, id, &read).await?;
    }
    Ok(())
}

/// A comment's text and surroundings, to be read on another thread.
struct Text {
    body: String,
    path: Option<String>,
    hunk: Option<HunkSigns>,
    is_reply: bool,
}

impl Text {
    /// None where the text expired.
    fn of(comment: &StoredComment, author: Option<PersonId>) -> Option<Self> {
        Some(Self {
            body: comment.body.clone()?,
            path: comment.path.clone(),
            hunk: comment.hunk.clone(),
            is_reply: is_reply((comment.place, comment.id, comment.root), (comment.author, author)),
        })
    }
}

/// Reads texts; where a comment takes milliseconds, apart from the threads that serve requests.
async fn read_texts(classifier: &Classifier, texts: Vec<Text>) -> Result<Vec<Reading>, StepError> {
    let slow = classifier.is_slow() && !texts.is_empty();
    let classifier = classifier.clone();
    let read = move || -> Result<Vec<Reading>, SecondError> {
        let as_comment = |text: &Text| {
            classifier.read(&CommentText {
                body: &text.body,
                path: text.path.as_deref(),
                hunk: text.hunk.as_ref(),
                is_reply: text.is_reply,
            })
        };
        texts.iter().map(as_comment).collect()
    };
    if !slow {
        return Ok(read()?);
    }
    match tokio::task::spawn_blocking(read).await {
        Ok(read) => Ok(read?),
        Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
        Err(ended) => Err(StepError::Unreadable(format!("the comments weren't read: {ended}"))),
    }
}

/// "Same here" is about what its writer said before it on the same diff. Asked anew each time and not stored, so that it
/// doesn't matter which of the two came first.
fn refer_back(comments: &mut [StoredComment]) {
    let when = |comment: &StoredComment| (comment.created_at, comment.id);
    let subjects: Vec<(_, Option<PersonId>, Vec<AreaGuess>)> = comments
        .iter()
        .filter(|comment| comment.place == CommentPlace::Diff)
        .filter_map(|comment| Some((when(comment), comment.author, comment.reading.as_ref()?.areas.clone())))
        .filter(|(.., areas)| !areas.is_empty())
        .collect();
    for comment in comments
        .iter_mut()
        .filter(|comment| comment.place == CommentPlace::Diff)
    {
        let (at, author) = (when(comment), comment.author);
        let Some(reading) = comment.reading.as_mut().filter(|reading| reading.refers_back) else {
            continue;
        };
        let before = subjects.iter().filter(|(then, by, _)| *by == author && *then < at);
        if let Some((.., areas)) = before.max_by_key(|(then, ..)| *then) {
            reading.areas.clone_from(areas);
        }
    }
}

/// The discussions of one pull request as threads. A review thread is what GitHub says it is. In the conversation and
/// in the texts of reviews nothing says what answers what: there a turn is a thread.
fn threads(
    (key, pull, author): (PullKey, &Pull, Standing),
    (comments, said): (&[StoredComment], &Corrected),
    pushes: &[HeadPush],
) -> Vec<Thread> {
    let mut threads: Vec<Thread> = Vec::new();
    let mut review_threads: BTreeMap<i64, Vec<&StoredComment>> = BTreeMap::new();
    let mut loose: Vec<&StoredComment> = Vec::new();
    for comment in comments {
        match comment.place {
            CommentPlace::Diff => review_threads.entry(comment.root.0).or_default().push(comment),
            CommentPlace::Conversation | CommentPlace::Review => loose.push(comment),
        }
    }
    let build = |members: &[&StoredComment]| {
        let comments: Vec<ThreadComment> = members
            .iter()
            .filter_map(|comment| thread_comment(comment, said.get(&(comment.place, comment.id)), (pull, pushes)))
            .collect();
        let first = members.first()?;
        (!comments.is_empty()).then(|| Thread {
            pull: key,
            pull_author: pull.author,
            author_standing: author,
            pull_closed: !pull.open,
            place: first.place,
            path: first.path.clone(),
            comments,
            resolved_by: first.resolved_by,
        })
    };
    threads.extend(review_threads.values().filter_map(|members| build(members)));
    for turn in turns(&loose, pull.author) {
        threads.extend(build(turn));
    }
    threads
}

/// Cuts a conversation into turns: what others say, and what the author answers to it. A turn ends where somebody else
/// speaks after the author.
fn turns<'a, 'b>(conversation: &'a [&'b StoredComment], author: Option<PersonId>) -> Vec<&'a [&'b StoredComment]> {
    conversation
        .chunk_by(|one, next| one.author != author || next.author == author)
        .collect()
}

fn thread_comment(
    comment: &StoredComment,
    said: Option<&Said>,
    (pull, pushes): (&Pull, &[HeadPush]),
) -> Option<ThreadComment> {
    let read = comment.reading.clone()?;
    let technologies: Vec<String> = read.technologies.clone();
    Some(ThreadComment {
        skills: technologies.into_iter().map(Skill::Technology).collect(),
        id: comment.id,
        place: comment.place,
        author: comment.author.unwrap_or(PersonId(0)),
        standing: comment.standing,
        at: comment.created_at,
        reading: match said {
            Some(said) => said.over(read),
            None => read,
        },
        said: said.cloned(),
        declared: Vec::new(),
        follow_up: follow_up(comment, pull, pushes),
        thumbs_up_by: comment.thumbs_up_by.clone(),
    })
}

/// What is known of the pushes after a comment.
fn follow_up(comment: &StoredComment, pull: &Pull, pushes: &[HeadPush]) -> FollowUp {
    if pull.without_diffs || comment.place != CommentPlace::Diff {
        return FollowUp::NoDiffs;
    }
    if comment.followed_up.is_some() {
        return match comment.nearness {
            Some(nearness) => FollowUp::Compared {
                nearness,
                applied: comment.applied,
            },
            None => FollowUp::NoDiffs,
        };
    }
    let pushed_later = pushes.iter().any(|push| push.at > comment.shown_at);
    if pull.open || pushed_later {
        FollowUp::Waiting
    } else {
        FollowUp::NoLaterPush
    }
}
