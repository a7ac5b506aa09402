//! A comment as tokens: its path, a sign that it answers, and its prose.
use tokenizers::Tokenizer;
use tokenizers::TruncationParams;

use crate::classify::markdown::Parts;
use crate::classify::second::SecondError;

/// Tokens of a comment that are read: what it is about, a comment says early.
pub const LONGEST: usize = 64;
/// Folders and the file that are read of a path, from its end.
const OF_PATH: usize = 3;

/// Cuts comments into the tokens that the encoder knows.
#[derive(Debug)]
pub struct Tokens {
    tokenizer: Tokenizer,
}

impl Tokens {
    /// Of a `tokenizer.json`.
    ///
    /// # Errors
    /// [`SecondError::Weights`] where it is none.
    pub fn from_bytes(tokenizer: &[u8]) -> Result<Self, SecondError> {
        let in_words = |error: tokenizers::Error| SecondError::Weights(error.to_string());
        let mut tokenizer = Tokenizer::from_bytes(tokenizer).map_err(in_words)?;
        tokenizer.with_padding(None);
        let shorter = TruncationParams {
            max_length: LONGEST,
            ..TruncationParams::default()
        };
        tokenizer.with_truncation(Some(shorter)).map_err(in_words)?;
        Ok(Self { tokenizer })
    }

    /// The tokens of a comment, at least one and at most [`LONGEST`].
    ///
    /// # Errors
    /// [`SecondError::Weights`] where the tokenizer can't cut this text.
    pub fn of(&self, parts: &Parts, path: Option<&str>, is_reply: bool) -> Result<Vec<u32>, SecondError> {
        let text = text(parts, path, is_reply);
        let cut = self
            .tokenizer
            .encode_fast(text.as_str(), true)
            .map_err(|error| SecondError::Weights(error.to_string()))?;
        Ok(cut.get_ids().to_vec())
    }
}

/// What is read of a comment, in one line: where it stands, whether it answers, what it says and what it offers.
fn text(parts: &Parts, path: Option<&str>, is_reply: bool) -> String {
    let path = path.unwrap_or_default();
    let end = path
        .rmatch_indices('/')
        .nth(OF_PATH - 1)
        .map_or(path, |(at, _)| &path[at + 1..]);
    let answers = if is_reply { "reply: " } else { "" };
    let mut text = format!("{end} | {answers}");
    let offered = parts.suggestions.iter().flatten().map(String::as_str);
    let words = parts.prose.split_whitespace();
    for (at, word) in words.chain(offered.flat_map(str::split_whitespace)).enumerate() {
        // More words than tokens are never read.
        if at == LONGEST {
            break;
        }
        text.push_str(word);
        text.push(' ');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::markdown;

    #[test]
    fn a_comment_is_one_line() {
        let parts = markdown::parts("> quoted\n\nWhy   not\nthis?\n```suggestion\nlet a = 1;\n```\n");
        assert_eq!(
            text(&parts, Some("a/b/c/d.rs"), true),
            "b/c/d.rs | reply: Why not this? let a = 1; "
        );
        assert_eq!(text(&parts, Some("d.rs"), false), "d.rs | Why not this? let a = 1; ");
        assert_eq!(
            text(&markdown::parts(&"a ".repeat(1000)), None, false).len(),
            3 + 2 * LONGEST
        );
    }
}
