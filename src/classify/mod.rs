//! Reads one comment: its skill areas, its kind, how it stands to what it answers, and whether it explains.
//!
//! In: the text, its path, whether it is a reply. Out: a [`Reading`]. Rules only, the first of our classifiers: phrases
//! over prose (never over quotes or code blocks) and hints from the path. It abstains where nothing points anywhere.
pub mod attributes;
pub mod eval;
pub mod hunk;
pub mod language;
pub mod manner;
pub mod markdown;
pub mod mechanical;
mod rules;
mod score;
pub mod technology;
#[cfg(test)]
mod tests;

use crate::model::comment::CommentKind;
use crate::model::comment::CommentText;
use crate::model::comment::Reading;

/// The name and version of this classifier, stored beside what it read.
pub const MODEL: &str = "rules-1";

/// Reads one comment. Never fails, and takes time linear in the text.
#[must_use]
pub fn read(comment: &CommentText<'_>) -> Reading {
    let parts = markdown::parts(comment.body);
    let kind = manner::kind(&parts);
    let areas = match kind {
        CommentKind::Substance | CommentKind::Formatting => score::areas(&parts, comment.path),
        CommentKind::Praise | CommentKind::Acknowledgement | CommentKind::Chatter => Vec::new(),
    };
    Reading {
        areas,
        language: language::language(comment),
        technologies: technology::tags(&parts, comment.path),
        kind,
        stance: manner::stance(&parts, comment.is_reply),
        explains: kind == CommentKind::Substance && manner::explains(&parts),
        has_code: manner::has_code(&parts),
        proposes: manner::proposes(&parts),
        suggestion_blocks: u16::try_from(parts.suggestions.len()).unwrap_or(u16::MAX),
        chars: u32::try_from(parts.prose.chars().count()).unwrap_or(u32::MAX),
        model: MODEL.to_owned(),
    }
}
