//! From a thread to lessons: the gates, who taught whom, and what came of it (science.md section 1).
//!
//! In a review thread, who taught whom and how that was answered is inferred ([`exchange`](crate::teach::exchange)); in a conversation, where
//! subjects mix and nobody read any to learn from, and where comments were read too long ago to tell, a comment teaches whom it plainly speaks to, and only what gives a reason counts.
use crate::model::comment::AreaGuess;
use crate::model::comment::CommentKind;
use crate::model::comment::CommentPlace;
use crate::model::comment::Stance;
use crate::model::correction::MOST_AREAS;
use crate::model::correction::Said;
use crate::model::correction::Teaches;
use crate::model::evidence::FollowUp;
use crate::model::evidence::Standing;
use crate::model::evidence::Thread;
use crate::model::evidence::ThreadComment;
use crate::model::ids::CommentId;
use crate::model::ids::PersonId;
use crate::model::lesson::Lesson;
use crate::model::lesson::Outcome;
use crate::model::lesson::Refusal;
use crate::model::skill::Area;
use crate::teach::exchange::Exchange;
use crate::teach::exchange::Grade;
use crate::teach::exchange::exchanges;
use crate::teach::exchange::model;
use crate::teach::exchange::talk::Talk;
use crate::teach::landing::Answer;
use crate::teach::landing::Landing;
use crate::teach::landing::Signs;
use crate::teach::landing::Weights;
use crate::teach::landing::changed_nearby;
use crate::teach::landing::landing;

/// A second area is taken where its probability is at least this share of the first one's.
const CLOSE: f64 = 0.8;
/// Areas that a comment teaches at most, unless a person says otherwise.
const AREAS: usize = 2;

/// One comment that passed the gates, with what the formula says of it.
struct Taught<'a> {
    comment: &'a ThreadComment,
    /// The comment that tells what it is about: itself, or an earlier one.
    about: &'a ThreadComment,
    learner: PersonId,
    landing: Landing,
    outcome: Outcome,
    provisional: bool,
    said_new: bool,
}

/// The lessons of one thread, and why its other comments gave none. Every comment is in exactly one of the two.
///
/// In a thread on the diff, all that one person tells another is one lesson: the comment that says most carries it, and
/// the others are refused as follow-ups. In a conversation, where subjects mix, this holds area by area.
#[must_use]
pub fn lessons(thread: &Thread, weights: &Weights) -> (Vec<Lesson>, Vec<(CommentId, Refusal)>) {
    let mut refused = Vec::new();
    let mut taught = Vec::new();
    let told = match thread.place {
        CommentPlace::Diff => Told::of(thread),
        CommentPlace::Conversation | CommentPlace::Review => None,
    };
    for at in 0..thread.comments.len() {
        match consider((thread, told.as_ref()), at, weights) {
            Ok(found) => taught.push(found),
            Err(refusal) => refused.push((thread.comments[at].id, refusal)),
        }
    }
    let mut found = Vec::new();
    for group in grouped(thread.place, taught) {
        let (carrier, follow_ups) = carried(group);
        let beside = Beside {
            landed: follow_ups.iter().any(|one| one.outcome == Outcome::Landed),
            said_new: follow_ups.iter().any(|one| one.said_new),
        };
        refused.extend(follow_ups.iter().map(|one| (one.comment.id, Refusal::FollowUp)));
        found.extend(named(thread, &carrier, beside));
    }
    (found, refused)
}

/// Who likely taught whom in a review thread.
struct Told(Vec<Exchange>);

impl Told {
    /// None where a comment was read too long ago to tell by.
    fn of(thread: &Thread) -> Option<Self> {
        let talk = Talk::of_thread(thread)?;
        Some(Self(exchanges(&talk, model::shipped())))
    }

    /// What a comment is part of: the likeliest, where it may be part of several.
    fn by(&self, comment: &ThreadComment, at: usize) -> Option<&Exchange> {
        let its = |one: &&Exchange| one.teacher == comment.author && one.comments.contains(&at);
        let all = self.0.iter().filter(its);
        all.max_by(|one, other| one.chance.total_cmp(&other.chance))
    }
}

/// Whom a comment taught, and how that person answered.
struct Heard {
    learner: PersonId,
    answer: Answer,
    /// They wrote that it was new to them.
    said_new: bool,
}

fn heard(thread: &Thread, told: Option<&Told>, at: usize) -> Result<Heard, Refusal> {
    let comment = &thread.comments[at];
    let said = comment.said.as_ref().and_then(|said| said.teaches);
    let exchange = told.and_then(|told| told.by(comment, at));
    if let Some(exchange) = exchange.filter(|_| said != Some(Teaches::Request)) {
        let answer = match exchange.grade {
            Grade::Learned | Grade::Accepted => Answer::Acknowledged,
            // Where the lines changed all the same, it was about something else.
            Grade::Declined if thread.pull_author == Some(exchange.learner) && changed_nearby(comment.follow_up) => {
                Answer::None
            }
            Grade::Declined => Answer::Disagreed,
            Grade::Open => Answer::None,
        };
        return Ok(Heard {
            learner: exchange.learner,
            answer,
            said_new: exchange.grade == Grade::Learned,
        });
    }
    let learner = learner(thread, at)?;
    let by_rule = told.is_none() && comment.reading.explains;
    if !by_rule && said != Some(Teaches::Knowledge) {
        return Err(match comment.reading.stance {
            Stance::Asks => Refusal::Question,
            Stance::Acknowledges | Stance::Disagrees | Stance::Unclear => Refusal::BareRequest,
        });
    }
    let to_author = thread.pull_author == Some(learner);
    let changed = to_author && changed_nearby(comment.follow_up);
    let answer = answer(thread, at, (learner, changed));
    let by_author = thread.pull_author == Some(comment.author);
    if by_author && answer != Answer::Acknowledged && said != Some(Teaches::Knowledge) {
        return Err(Refusal::Unanswered);
    }
    Ok(Heard {
        learner,
        answer,
        said_new: false,
    })
}

/// The gates for one comment, cheapest first.
fn consider<'t>(
    (thread, told): (&'t Thread, Option<&Told>),
    at: usize,
    weights: &Weights,
) -> Result<Taught<'t>, Refusal> {
    let comment = &thread.comments[at];
    stands(comment.standing)?;
    if comment.said.as_ref().is_some_and(Said::takes_the_lesson_away) {
        return Err(Refusal::SaidOtherwise);
    }
    match comment.reading.kind {
        CommentKind::Substance => {}
        CommentKind::Praise => return Err(Refusal::Praise),
        CommentKind::Acknowledgement => return Err(Refusal::Acknowledgement),
        CommentKind::Formatting => return Err(Refusal::Formatting),
        CommentKind::Chatter => return Err(Refusal::Chatter),
    }
    let Heard {
        learner,
        answer,
        said_new,
    } = heard(thread, told, at)?;
    let about = subject(thread, at).ok_or(Refusal::NoArea)?;
    let to_author = thread.pull_author == Some(learner);
    let signs = Signs {
        follow_up: to_author.then_some(comment.follow_up),
        has_code: comment.reading.has_code,
        proposes: comment.reading.proposes,
        chars: comment.reading.chars,
        answer,
        resolved_by_author: to_author && thread.resolved_by == Some(learner),
        thumbs_up: comment.thumbs_up_by.contains(&learner),
    };
    Ok(Taught {
        comment,
        about,
        learner,
        landing: landing(&signs, weights),
        outcome: outcome(signs.follow_up, answer),
        provisional: !thread.pull_closed && !matches!(signs.follow_up, Some(FollowUp::Compared { .. })),
        said_new,
    })
}

/// The comment that tells what this one is about: an answer on the diff that names no area goes on about the subject
/// before it.
fn subject(thread: &Thread, at: usize) -> Option<&ThreadComment> {
    let known = |one: &&ThreadComment| !one.reading.areas.is_empty();
    let own = thread.comments.get(at).filter(known);
    let before = || match thread.place {
        CommentPlace::Diff => thread.comments[..at].iter().rev().find(known),
        CommentPlace::Conversation | CommentPlace::Review => None,
    };
    own.or_else(before)
}

fn stands(standing: Standing) -> Result<(), Refusal> {
    match standing {
        Standing::Counts => Ok(()),
        Standing::NotHuman => Err(Refusal::NotHuman),
        Standing::OptedOut => Err(Refusal::OptedOut),
    }
}

/// Who a comment tells something: the pull request's author, the reviewer whom the author answers, or a reviewer whom
/// another reviewer clearly answers (that one asked, or is contradicted, in the comment just before).
fn learner(thread: &Thread, at: usize) -> Result<PersonId, Refusal> {
    let comment = &thread.comments[at];
    let earlier = &thread.comments[..at];
    let author = thread.pull_author;
    if author == Some(comment.author) {
        let answered = earlier
            .iter()
            .rev()
            .find(|one| one.author != comment.author)
            .ok_or(Refusal::NobodyTaught)?;
        stands(answered.standing)?;
        return Ok(answered.author);
    }
    let before = earlier
        .last()
        .filter(|one| one.author != comment.author && author != Some(one.author));
    if let Some(before) = before
        && (before.reading.stance == Stance::Asks || comment.reading.stance == Stance::Disagrees)
        && before.standing == Standing::Counts
    {
        return Ok(before.author);
    }
    let author = author.ok_or(Refusal::NotHuman)?;
    stands(thread.author_standing)?;
    Ok(author)
}

/// How the learner answered a comment: the last reply that tells. A no doesn't take a yes back where it answers somebody
/// else, who spoke meanwhile, nor where the lines `changed`: then it is about something else.
fn answer(thread: &Thread, at: usize, (learner, changed): (PersonId, bool)) -> Answer {
    let teacher = thread.comments[at].author;
    let (mut found, mut answered) = (Answer::None, teacher);
    for reply in &thread.comments[at + 1..] {
        if reply.author != learner {
            answered = reply.author;
            continue;
        }
        match reply.reading.stance {
            Stance::Acknowledges => found = Answer::Acknowledged,
            Stance::Disagrees if found == Answer::Acknowledged && (changed || answered != teacher) => {}
            Stance::Disagrees => found = Answer::Disagreed,
            Stance::Asks | Stance::Unclear => {}
        }
    }
    found
}

/// A no is a no unless the suggested lines or the lines next to the comment changed all the same.
fn outcome(follow_up: Option<FollowUp>, answer: Answer) -> Outcome {
    let changed = follow_up.is_some_and(changed_nearby);
    match answer {
        Answer::Acknowledged => Outcome::Landed,
        Answer::Disagreed if !changed => Outcome::Declined,
        Answer::Disagreed | Answer::None => {
            if changed {
                Outcome::Landed
            } else {
                Outcome::Given
            }
        }
    }
}

/// Puts together what is one lesson.
fn grouped(place: CommentPlace, taught: Vec<Taught<'_>>) -> Vec<Vec<Taught<'_>>> {
    let mut groups: Vec<Vec<Taught<'_>>> = Vec::new();
    for one in taught {
        let same = |first: &Taught<'_>| {
            first.comment.author == one.comment.author
                && first.learner == one.learner
                && (place == CommentPlace::Diff || top(first) == top(&one))
        };
        match groups.iter_mut().find(|group| same(&group[0])) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

fn top(taught: &Taught<'_>) -> Option<Area> {
    areas(taught).first().map(|guess| guess.area)
}

fn areas<'a>(taught: &Taught<'a>) -> &'a [AreaGuess] {
    &taught.about.reading.areas
}

/// The comment that says most (highest p, then the earliest), and the rest.
fn carried(mut group: Vec<Taught<'_>>) -> (Taught<'_>, Vec<Taught<'_>>) {
    let mut best = 0;
    for (at, one) in group.iter().enumerate() {
        if one.landing.p > group[best].landing.p {
            best = at;
        }
    }
    let carrier = group.remove(best);
    (carrier, group)
}

/// What the comments say that a carrier stands for.
#[derive(Clone, Copy)]
struct Beside {
    landed: bool,
    said_new: bool,
}

/// One lesson for the top area, and one for the second where it is nearly as sure; one for each that a person named.
fn named(thread: &Thread, carrier: &Taught<'_>, beside: Beside) -> Vec<Lesson> {
    let areas = areas(carrier);
    let about = carrier.about;
    let most = if about.said.is_some() { MOST_AREAS } else { AREAS };
    let first = areas.first().map_or(0.0, |guess| guess.probability);
    let close = |guess: &&AreaGuess| guess.probability >= CLOSE * first;
    areas
        .iter()
        .take(most)
        .filter(close)
        .map(|guess| Lesson {
            pull: thread.pull,
            place: carrier.comment.place,
            comment: carrier.comment.id,
            teacher: carrier.comment.author,
            learner: carrier.learner,
            area: guess.area,
            area_probability: (!about.declared.contains(&guess.area)).then_some(guess.probability),
            said_by: about.said.as_ref().map(|said| said.by),
            language: carrier.comment.reading.language.clone(),
            skills: carrier.comment.skills.clone(),
            at: carrier.comment.at,
            p: carrier.landing.p,
            parts: carrier.landing.parts.clone(),
            outcome: if beside.landed {
                Outcome::Landed
            } else {
                carrier.outcome
            },
            diffs_known: carrier.landing.diffs_known,
            provisional: carrier.provisional,
            said_new: carrier.said_new || beside.said_new,
        })
        .collect()
}
