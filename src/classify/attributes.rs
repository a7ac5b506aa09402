//! What a repository says of its own files in `.gitattributes`: generated or vendored, so that GitHub hides them in a
//! diff and nobody learns from them.
use std::path::PathBuf;

use gix_attributes::Search;
use gix_attributes::StateRef;
use gix_attributes::glob::pattern::Case;
use gix_attributes::search::MetadataCollection;
use gix_attributes::search::Outcome;

/// Source: GitHub Docs, "Customizing how changed files appear on GitHub"; Linguist, "Overrides".
const MARKS: [&str; 2] = ["linguist-generated", "linguist-vendored"];

/// The attributes of the file `.gitattributes` at the top of a repository.
#[derive(Debug, Default)]
pub struct Attributes {
    search: Search,
    known: MetadataCollection,
}

impl Attributes {
    /// Reads the file. Lines that git wouldn't understand say nothing.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut read = Self::default();
        let added = read
            .search
            .add_patterns_buffer(text.as_bytes(), PathBuf::new(), None, &mut read.known, true);
        if added.is_err() { Self::default() } else { read }
    }

    /// Whether the repository says that a file is generated or vendored (true) or that it is not (false).
    #[must_use]
    pub fn mark(&self, path: &str) -> Option<bool> {
        let mut out = Outcome::default();
        out.initialize_with_selection(&self.known, MARKS);
        let found = self
            .search
            .pattern_matching_relative_path(path.into(), Case::Sensitive, Some(false), &mut out);
        let says: Vec<bool> = out
            .iter_selected()
            .filter_map(|mark| match mark.assignment.state {
                StateRef::Set => Some(true),
                StateRef::Unset => Some(false),
                StateRef::Value(value) => Some(value.as_bstr() != "false"),
                StateRef::Unspecified => None,
            })
            .collect();
        (found && !says.is_empty()).then(|| says.contains(&true))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const FILE: &str = "# What GitHub hides\n\
        *.rs text eol=lf\n\
        src/api/** linguist-generated\n\
        src/api/by_hand.rs -linguist-generated\n\
        *.tsv linguist-generated=true\n\
        third/ linguist-vendored\n\
        third/** linguist-vendored\n\
        vendor/ours/** linguist-vendored=false\n\
        [attr]made linguist-generated\n\
        *.out made\n\
        \"unclosed linguist-generated\n";

    #[rstest]
    #[case("src/api/client.rs", Some(true))]
    #[case("src/api/deep/er.rs", Some(true))]
    #[case("src/api/by_hand.rs", Some(false))]
    #[case("src/main.rs", None)]
    #[case("data/a.tsv", Some(true))]
    #[case("third/party.c", Some(true))]
    #[case("vendor/ours/lib.rs", Some(false))]
    #[case("x/y.out", Some(true))]
    #[case("README.md", None)]
    fn a_repository_says_what_is_generated(#[case] path: &str, #[case] mark: Option<bool>) {
        assert_eq!(Attributes::read(FILE).mark(path), mark);
    }

    #[test]
    fn no_file_says_nothing() {
        assert_eq!(Attributes::default().mark("src/main.rs"), None);
        assert_eq!(Attributes::read("\u{0}\u{feff}*** [[[").mark("src/main.rs"), None);
    }
}
