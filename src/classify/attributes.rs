//! What a repository says of its own files in `.gitattributes`: generated or vendored, so that GitHub hides them in a
//! diff and nobody learns from them.
use std::path::PathBuf;

use gix_attributes::Search;
use gix_attributes::StateRef;
use gix_attributes::glob::pattern::Case;
use gix_attributes::search::MetadataCollection;
use gix_attributes::search::Outcome;

/// Source: GitHub Docs, "Customizing how changed files appear on GitHub"; Linguist, "Overrides".
const GENERATED: &str = "linguist-generated";
/// Source: the same.
const VENDORED: &str = "linguist-vendored";
const MARKS: [&str; 2] = [GENERATED, VENDORED];

/// What a repository says of one file; none: nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Marks {
    /// A tool wrote it.
    pub generated: Option<bool>,
    /// It comes from elsewhere.
    pub vendored: Option<bool>,
}

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

    /// What the repository says of a file.
    #[must_use]
    pub fn marks(&self, path: &str) -> Marks {
        let mut out = Outcome::default();
        out.initialize_with_selection(&self.known, MARKS);
        let found = self
            .search
            .pattern_matching_relative_path(path.into(), Case::Sensitive, Some(false), &mut out);
        let mut marks = Marks::default();
        for mark in out.iter_selected().filter(|_| found) {
            let says = match mark.assignment.state {
                StateRef::Set => Some(true),
                StateRef::Unset => Some(false),
                StateRef::Value(value) => Some(value.as_bstr() != "false"),
                StateRef::Unspecified => None,
            };
            match mark.assignment.name.as_str() {
                GENERATED => marks.generated = says,
                _ => marks.vendored = says,
            }
        }
        marks
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
    #[case("src/api/client.rs", Some(true), None)]
    #[case("src/api/deep/er.rs", Some(true), None)]
    #[case("src/api/by_hand.rs", Some(false), None)]
    #[case("src/main.rs", None, None)]
    #[case("data/a.tsv", Some(true), None)]
    #[case("third/party.c", None, Some(true))]
    #[case("vendor/ours/lib.rs", None, Some(false))]
    #[case("x/y.out", Some(true), None)]
    #[case("README.md", None, None)]
    fn a_repository_says_what_is_generated_or_vendored(
        #[case] path: &str,
        #[case] generated: Option<bool>,
        #[case] vendored: Option<bool>,
    ) {
        assert_eq!(Attributes::read(FILE).marks(path), Marks { generated, vendored });
    }

    #[test]
    fn no_file_says_nothing() {
        assert_eq!(Attributes::default().marks("src/main.rs"), Marks::default());
        assert_eq!(
            Attributes::read("\u{0}\u{feff}*** [[[").marks("src/main.rs"),
            Marks::default()
        );
    }
}
