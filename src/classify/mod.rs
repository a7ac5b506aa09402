//! Reads one comment: its skill areas, its kind, how it stands to what it answers, and whether it explains.
//!
//! In: the text, its path, whether it is a reply. Out: a [`Reading`]. What it is about and whether it teaches is told by a
//! small linear model ([`linear`]), trained on labelled comments ([`train`]) over words, phrases and the path, never over
//! quotes or code blocks; its kind and its stance by patterns ([`manner`]). It abstains where no area is likely enough.
pub mod attributes;
pub mod card;
pub mod eval;
pub mod features;
pub mod file;
pub mod hunk;
pub mod language;
pub mod linear;
pub mod manner;
pub mod markdown;
pub mod mechanical;
pub mod phrases;
pub mod technology;
#[cfg(test)]
mod tests;
pub mod train;
pub mod words;

use crate::classify::linear::Answer;
use crate::classify::linear::Cuts;
use crate::model::comment::AreaGuess;
use crate::model::comment::CommentKind;
use crate::model::comment::CommentText;
use crate::model::comment::Reading;
use crate::model::skill::Area;

/// Another area than the surest is shown from this probability on, so that few are shown that the comment only touches
/// (*judgement*).
const BESIDE: f32 = 0.6;

/// No probability that is shown says more than this: beyond it there are too few labelled comments to know (*judgement*).
const SUREST: f64 = 0.98;

/// A comment is taken to give knowledge from this probability on: where the pairs of teacher and learner that people found in
/// threads are told best. What comes of it is asked before anything is a lesson, so it may be less than a half.
const KNOWLEDGE: f32 = 0.25;

/// Reads one comment with the shipped model. Never fails, and takes time linear in the text.
#[must_use]
pub fn read(comment: &CommentText<'_>) -> Reading {
    let reader = linear::shipped();
    let parts = markdown::parts(comment.body);
    let kind = kind(comment.body, &parts);
    let answer = reader.answer(&parts, comment.path, comment.is_reply);
    Reading {
        areas: shown(reader.model().cuts, kind, &answer),
        language: language::language(comment),
        technologies: technology::tags(&parts, comment.path),
        kind,
        stance: manner::stance(&parts, comment.is_reply),
        refers_back: manner::refers_back(&parts),
        explains: kind == CommentKind::Substance && answer.teaches[2] >= KNOWLEDGE,
        has_code: manner::has_code(&parts),
        proposes: manner::proposes(&parts),
        suggestion_blocks: u16::try_from(parts.suggestions.len()).unwrap_or(u16::MAX),
        chars: u32::try_from(parts.prose.chars().count()).unwrap_or(u32::MAX),
        model: reader.model().name.clone(),
    }
}

/// What kind of comment it is: what a machine wrote is chatter, whatever it says.
#[must_use]
pub fn kind(body: &str, parts: &markdown::Parts) -> CommentKind {
    if manner::is_automated(body, parts) {
        CommentKind::Chatter
    } else {
        manner::kind(parts)
    }
}

/// The areas that are sure enough to be shown to people, surest first; none where the model abstains.
#[must_use]
pub fn shown(cuts: Cuts, kind: CommentKind, answer: &Answer) -> Vec<AreaGuess> {
    if !passes_something_on(kind) {
        return Vec::new();
    }
    let mut guesses: Vec<(f32, Area)> = answer.areas.into_iter().zip(Area::ALL).collect();
    guesses.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    let sure = |(at, (chance, _)): &(usize, (f32, Area))| *chance >= cuts.shown_from && (*at == 0 || *chance >= BESIDE);
    guesses
        .into_iter()
        .enumerate()
        .take_while(sure)
        .map(|(_, (chance, area))| AreaGuess {
            area,
            probability: said(chance),
        })
        .collect()
}

/// A probability as it is stored and shown: four places, which a text holds exactly.
fn said(chance: f32) -> f64 {
    (f64::from(chance).min(SUREST) * 1e4).round() / 1e4
}

/// Whether a comment of this kind can be about anything: thanks and "done" aren't.
#[must_use]
pub fn passes_something_on(kind: CommentKind) -> bool {
    match kind {
        CommentKind::Substance | CommentKind::Formatting => true,
        CommentKind::Praise | CommentKind::Acknowledgement | CommentKind::Chatter => false,
    }
}
