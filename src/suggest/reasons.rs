//! Reasons in words, and the care that text of other people needs before it stands in them.
//!
//! A reason says what a person did, holds or wishes; there is no function here that could say what somebody lacks.
use chrono::Datelike;

use crate::model::clock::Time;
use crate::model::wording;
use crate::suggest::paths::Holding;
use crate::suggest::query::HeldSkill;

/// Longer paths and names are shortened to this many characters.
const LONGEST: usize = 60;

/// Foreign text as a code span in which nothing can start a mention, a tag, a line or a span of its own.
#[must_use]
pub fn code(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter_map(harmless)
        .map(|c| if c == '`' { '\'' } else { c })
        .collect();
    let kept = kept.trim();
    let length = kept.chars().count();
    let shown: String = if length > LONGEST {
        let tail: String = kept.chars().skip(length - LONGEST + 1).collect();
        format!("…{tail}")
    } else {
        kept.to_owned()
    };
    if shown.is_empty() {
        "`?`".to_owned()
    } else {
        format!("`{shown}`")
    }
}

/// Foreign text without code span: letters, digits, spaces and a few signs that mean nothing to markdown.
#[must_use]
pub fn name(text: &str) -> String {
    let kept = text.chars().map(|c| {
        if c.is_alphanumeric() || "-&+#'".contains(c) {
            c
        } else {
            ' '
        }
    });
    let kept: String = kept.collect();
    let words: Vec<&str> = kept
        .split_whitespace()
        .map(|word| word.trim_start_matches('#'))
        .collect();
    words
        .join(" ")
        .chars()
        .take(LONGEST)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// One character of text that goes into a comment: control and direction characters vanish or become spaces, `@` and
/// angle brackets become look-alikes that mean nothing.
#[must_use]
pub fn harmless(c: char) -> Option<char> {
    match c {
        '@' => Some('＠'),
        '<' => Some('‹'),
        '>' => Some('›'),
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => None,
        other if other.is_control() => None,
        other => Some(other),
    }
}

/// "reviewed 7 changes under `ledger/` since May", "reviewed 2 and wrote 3 changes of `src/main.rs` since May 2024".
#[must_use]
pub fn knows_place(prefix: &str, holding: &Holding, now: Time) -> String {
    let (reviewed, written) = (holding.reviewed, holding.written);
    let did = match (reviewed, written) {
        (0, _) => format!("wrote {}", wording::count(written, "change")),
        (_, 0) => format!("reviewed {}", wording::count(reviewed, "change")),
        _ => format!("reviewed {reviewed} and wrote {}", wording::count(written, "change")),
    };
    let place = match prefix {
        "" => "in this repository".to_owned(),
        folder if folder.ends_with('/') => format!("under {}", code(folder)),
        file => format!("to {}", code(file)),
    };
    let word = if reviewed + written == 1 { "in" } else { "since" };
    format!("{did} {place} {word} {}", month(holding.first, now))
}

/// The month, with its year where it isn't one of the last twelve months.
fn month(at: Time, now: Time) -> String {
    let months = |time: Time| i64::from(time.year()) * 12 + i64::from(time.month0());
    if months(now) - months(at) < 12 {
        at.format("%B").to_string()
    } else {
        at.format("%B %Y").to_string()
    }
}

/// "owns `src/ledger/` by CODEOWNERS".
#[must_use]
pub fn owns(pattern: &str) -> String {
    match pattern {
        "*" | "**" | "/**" => "owns everything here by CODEOWNERS".to_owned(),
        pattern => {
            let place = pattern.strip_prefix('/').unwrap_or(pattern).replace("\\ ", " ");
            format!("owns {} by CODEOWNERS", code(&place))
        }
    }
}

/// "has reviewed 5 of this author's changes".
#[must_use]
pub fn knows_author(reviews: u32) -> String {
    match reviews {
        1 => "has reviewed one of this author's changes".to_owned(),
        many => format!("has reviewed {many} of this author's changes"),
    }
}

/// "taught databases in 4 reviews"; where none of these may be told, words that name neither number nor area.
#[must_use]
pub fn taught(skill: &HeldSkill) -> String {
    match skill.pulls {
        0 => "knows related areas".to_owned(),
        pulls => format!(
            "taught {} in {}",
            wording::area(skill.area),
            wording::count(pulls, "review")
        ),
    }
}

/// "first", "second", "third".
#[must_use]
pub fn ordinal(number: usize) -> Option<&'static str> {
    ["first", "second", "third"].get(number.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("ledger/", "`ledger/`")]
    #[case("a`b`/@everyone", "`a'b'/＠everyone`")]
    #[case("a\n\n<b>|</b>\u{202E}", "`a  ‹b›|‹/b›`")]
    #[case("\u{7}", "`?`")]
    fn foreign_text_cannot_leave_its_code_span(#[case] text: &str, #[case] span: &str) {
        assert_eq!(code(text), span);
    }

    #[test]
    fn what_may_not_be_told_is_neither_counted_nor_named() {
        let skill = HeldSkill {
            area: crate::model::skill::Area::Security,
            strength: 4.0,
            confidence: crate::model::graph::Confidence::High,
            pulls: 0,
        };
        assert_eq!(taught(&skill), "knows related areas");
    }

    #[test]
    fn a_long_path_keeps_its_end() {
        let span = code(&format!("{}/ledger/", "deep/".repeat(40)));
        assert_eq!(span.chars().count(), LONGEST + 2);
        assert!(span.starts_with("`…") && span.ends_with("/ledger/`"));
    }

    #[rstest]
    #[case("Payments", "Payments")]
    #[case("C#", "C#")]
    #[case("#12 @everyone https://x.y *a* [b](c)", "12 everyone https x y a b c")]
    fn a_name_keeps_nothing_that_markdown_reads(#[case] text: &str, #[case] kept: &str) {
        assert_eq!(name(text), kept);
    }
}
