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
    #[case(Area::ApiDesign, "API design")]
    #[case(Area::UiAccessibility, "UI and accessibility")]
    #[case(Area::BuildCi, "build and CI")]
    #[case(Area::Databases, "databases")]
    fn areas_read_well_in_a_sentence(#[case] of: Area, #[case] words: &str) {
        assert_eq!(area(of), words);
    }
}
