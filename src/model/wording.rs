//! How numbers and areas are said within a sentence, the same in comments, on pages and in the terminal.
use crate::model::skill::Area;

/// A number with its noun: "1 change", "7 changes", "1 person", "3 people".
#[must_use]
pub fn count(number: impl TryInto<u64>, noun: &str) -> String {
    match (number.try_into().unwrap_or(0), noun) {
        (1, _) => format!("1 {noun}"),
        (number, "person") => format!("{number} people"),
        (number, _) => format!("{number} {noun}s"),
    }
}

/// Whether a character turns the direction of what follows (Unicode's embeddings, overrides and isolates), so that a text
/// reads as another one than it is.
#[must_use]
pub fn turns_text(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text of somebody's own on one line: what turns its direction or commands a terminal shows as `\u{fffd}`.
#[must_use]
pub fn plain(text: &str) -> String {
    let shown = |letter: char| {
        if turns_text(letter) || letter.is_control() {
            '\u{fffd}'
        } else {
            letter
        }
    };
    text.chars().map(shown).collect()
}

/// A text of `most` characters at most; what is longer ends in two dots.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most).collect();
    format!("{} ..", kept.trim_end())
}

/// An area within a sentence: "databases", "API design".
#[must_use]
pub fn area(area: Area) -> String {
    let name = area.name();
    if name.chars().take(2).all(char::is_uppercase) {
        return name.to_owned();
    }
    let mut letters = name.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "review", "0 reviews")]
    #[case(1, "review", "1 review")]
    #[case(1, "person", "1 person")]
    #[case(2, "person", "2 people")]
    fn numbers_agree_with_their_nouns(#[case] number: i32, #[case] noun: &str, #[case] words: &str) {
        assert_eq!(count(number, noun), words);
    }

    #[rstest]
    #[case("Add a check", "Add a check")]
    #[case("user\u{202e}txt.exe", "user\u{fffd}txt.exe")]
    #[case("\u{2066}a\u{2069}", "\u{fffd}a\u{fffd}")]
    #[case("\u{1b}[31mred", "\u{fffd}[31mred")]
    #[case("שלום", "שלום")]
    fn nothing_turns_a_text_or_commands_a_terminal(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(plain(text), shown);
    }

    #[rstest]
    #[case("short", 5, "short")]
    #[case("a longer one", 9, "a longer ..")]
    #[case("ééééé", 3, "ééé ..")]
    fn a_long_text_is_cut(#[case] text: &str, #[case] most: usize, #[case] shown: &str) {
        assert_eq!(shortened(text, most), shown);
    }

    #[rstest]
    #[case(Area::ApiDesign, "API design")]
    #[case(Area::UiAccessibility, "UI and accessibility")]
    #[case(Area::BuildCi, "build and CI")]
    #[case(Area::Databases, "databases")]
    fn areas_read_well_in_a_sentence(#[case] of: Area, #[case] words: &str) {
        assert_eq!(area(of), words);
    }
}
