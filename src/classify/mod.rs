//! Reads one comment: its skill areas, its kind, how it stands to what it answers, and whether it explains.
//!
//! In: the text, its path, whether it is a reply. Out: a [`Reading`]. What it is about and whether it teaches is told by a
//! small linear model ([`linear`]), beside which a transformer may read ([`second`]), trained on labelled comments ([`train`]) over words, phrases and the path, never over
//! quotes or code blocks; its kind and its stance by patterns ([`manner`]). It abstains where no area is likely enough.
pub mod attributes;
pub mod card;
pub mod cues;
pub mod eval;
pub mod features;
pub mod file;
pub mod hunk;
pub mod language;
pub mod learned;
pub mod linear;
pub mod manner;
pub mod markdown;
pub mod mechanical;
pub mod phrases;
pub mod second;
pub mod technology;
#[cfg(test)]
mod tests;
pub mod train;
pub mod words;

use std::sync::Arc;

use crate::classify::linear::Answer;
use crate::classify::linear::Cuts;
use crate::classify::linear::Model;
use crate::classify::linear::Reader;
use crate::classify::markdown::Parts;
use crate::classify::second::Second;
use crate::classify::second::SecondError;
use crate::model::comment::AreaGuess;
use crate::model::comment::CommentKind;
use crate::model::comment::CommentText;
use crate::model::comment::Reading;
use crate::model::correction::Teaches;
use crate::model::skill::Area;

/// Another area than the surest is shown from this probability on, so that few are shown that the comment only touches
/// (*judgement*).
const BESIDE: f32 = 0.6;

/// No probability that is shown says more than this: beyond it there are too few labelled comments to know (*judgement*).
const SUREST: f64 = 0.98;

/// A comment is taken to give knowledge from this probability on: where the pairs of teacher and learner that people found in
/// threads are told well, and three of four that are told are right. What comes of it is asked before anything is a lesson, so it may be
/// less than a half.
const KNOWLEDGE: f32 = 0.25;

/// The same where both stages read, whose probabilities are spread differently.
const KNOWLEDGE_BY_BOTH: f32 = 0.15;

/// What reads comments: the first stage, and the second beside it where its weights are there. Made once; clones share it.
#[derive(Clone, Debug)]
pub struct Classifier {
    first: Arc<Reader>,
    second: Option<Arc<Second>>,
}

impl Default for Classifier {
    /// The one in the binary, by itself.
    fn default() -> Self {
        Self {
            first: linear::shipped(),
            second: None,
        }
    }
}

impl Classifier {
    /// Another first stage, by itself.
    #[must_use]
    pub fn new(first: Model) -> Self {
        Self {
            first: Arc::new(Reader::new(first)),
            second: None,
        }
    }

    /// With a second stage beside it.
    ///
    /// # Errors
    /// [`SecondError::Other`] where that was calibrated with another first stage.
    pub fn with(self, second: Second) -> Result<Self, SecondError> {
        let first = &self.first.model().name;
        if second.about().first != *first {
            return Err(SecondError::Other {
                second: second.about().name.clone(),
                first: first.clone(),
            });
        }
        Ok(Self {
            second: Some(Arc::new(second)),
            ..self
        })
    }

    /// The name that is stored beside what it reads.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.second {
            Some(second) => &second.about().name,
            None => &self.first.model().name,
        }
    }

    /// Whether a comment takes milliseconds rather than microseconds.
    #[must_use]
    pub fn is_slow(&self) -> bool {
        self.second.is_some()
    }

    /// Probabilities of a comment, and from which on an area is read and shown.
    ///
    /// # Errors
    /// [`SecondError`] where the second stage fails; the first one never does.
    pub fn answer(&self, parts: &Parts, path: Option<&str>, is_reply: bool) -> Result<(Answer, Cuts), SecondError> {
        let sums = self.first.sums(parts, path, is_reply);
        if let Some(second) = &self.second {
            return second.answer(&sums, parts, path, is_reply);
        }
        let model = self.first.model();
        Ok((linear::calibrated(&model.platt, &sums), model.cuts))
    }

    /// Reads one comment. Takes time linear in the text.
    ///
    /// # Errors
    /// [`SecondError`] where the second stage fails; the first one never does.
    pub fn read(&self, comment: &CommentText<'_>) -> Result<Reading, SecondError> {
        let parts = markdown::parts(comment.body);
        let answer = self.answer(&parts, comment.path, comment.is_reply)?;
        let knowledge = if self.second.is_some() {
            KNOWLEDGE_BY_BOTH
        } else {
            KNOWLEDGE
        };
        Ok(reading(comment, &parts, (answer, knowledge), self.name()))
    }
}

/// Reads one comment with the first stage in the binary. Never fails, and takes time linear in the text.
#[must_use]
pub fn read(comment: &CommentText<'_>) -> Reading {
    let reader = linear::shipped();
    let parts = markdown::parts(comment.body);
    let answer = reader.answer(&parts, comment.path, comment.is_reply);
    let answer = ((answer, reader.model().cuts), KNOWLEDGE);
    reading(comment, &parts, answer, &reader.model().name)
}

/// All that is found in a comment, the model's answer being there, with the probability from which on it gives knowledge.
fn reading(
    comment: &CommentText<'_>,
    parts: &Parts,
    ((answer, cuts), knowledge): ((Answer, Cuts), f32),
    model: &str,
) -> Reading {
    let kind = kind(comment.body, parts);
    Reading {
        areas: shown(cuts, kind, &answer),
        language: language::language(comment),
        technologies: technology::tags(parts, comment.path),
        kind,
        stance: manner::stance(parts, comment.is_reply),
        refers_back: manner::refers_back(parts),
        explains: kind == CommentKind::Substance && answer.chance_of(Teaches::Knowledge) >= knowledge,
        has_code: manner::has_code(parts),
        proposes: manner::proposes(parts),
        suggestion_blocks: u16::try_from(parts.suggestions.len()).unwrap_or(u16::MAX),
        chars: u32::try_from(parts.prose.chars().count()).unwrap_or(u32::MAX),
        manner: Some(cues::manner(parts, &answer)),
        model: model.to_owned(),
    }
}

/// What kind of comment it is: what a machine wrote is chatter, whatever it says.
#[must_use]
pub fn kind(body: &str, parts: &Parts) -> CommentKind {
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
