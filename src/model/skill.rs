//! Skill areas: the 17 practice areas a review comment can be about, and languages by Linguist's names.
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;

macro_rules! areas {
    ($($variant:ident, $slug:literal, $name:literal, $about:literal;)*) => {
        /// A practice area: what kind of knowledge a review comment passes on.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "&'static str")]
        pub enum Area {
            $(#[doc = $about] $variant,)*
        }

        impl Area {
            /// Every area, in the order they are shown.
            pub const ALL: [Self; 17] = [$(Self::$variant,)*];

            /// The stable name that is stored and used in addresses.
            #[must_use]
            pub fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug,)* }
            }

            /// The name that people read.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// One line on what belongs to it.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)* }
            }
        }

        impl FromStr for Area {
            type Err = UnknownArea;

            fn from_str(text: &str) -> Result<Self, UnknownArea> {
                match text { $($slug => Ok(Self::$variant),)* _ => Err(UnknownArea { word: text.to_owned() }) }
            }
        }
    };
}

areas! {
    Correctness, "correctness", "Correctness", "Logic, edge cases, limits: does it compute the right thing?";
    ErrorHandling, "error-handling", "Error handling", "What happens when something fails, and what is released then.";
    Testing, "testing", "Testing", "Tests, fixtures, assertions and how testable the code is.";
    Security, "security", "Security", "Attack surface, secrets, authorisation and privacy.";
    Performance, "performance", "Performance", "Time, memory, allocation and the cost of an algorithm.";
    Concurrency, "concurrency", "Concurrency", "Threads, locks, races and the order of asynchronous work.";
    ApiDesign, "api-design", "API design", "Signatures, defaults, visibility, compatibility and wire formats.";
    Architecture, "architecture", "Architecture", "Where code belongs, module boundaries, coupling and duplication.";
    Readability, "readability", "Readability", "Names, order, dead code and simpler ways to say it.";
    LanguageIdiom, "language-idiom", "Language idiom", "The right use of a language, its standard library or a framework.";
    Documentation, "documentation", "Documentation", "Docs, code comments and wording.";
    Databases, "databases", "Databases", "Schema, queries, migrations, transactions and storage engines.";
    Observability, "observability", "Observability", "Logs, metrics, traces and the text of error messages.";
    BuildCi, "build-ci", "Build and CI", "Build systems, dependencies, portability, packaging and release.";
    UiAccessibility, "ui-accessibility", "UI and accessibility", "Interfaces, semantic markup, translation and styling.";
    ProductThinking, "product-thinking", "Product thinking", "What users need and what a behaviour costs them.";
    Collaboration, "collaboration", "Collaboration", "The scope of a change, its commits and how it is reviewed.";
}

/// A word that names none of the areas.
#[derive(Debug, thiserror::Error)]
#[error("there is no skill area called \"{word}\"; the areas are {areas}", areas = Area::ALL.map(Area::slug).join(", "))]
pub struct UnknownArea {
    /// The word.
    pub word: String,
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

impl From<Area> for &'static str {
    fn from(area: Area) -> Self {
        area.slug()
    }
}

impl TryFrom<String> for Area {
    type Error = UnknownArea;

    fn try_from(text: String) -> Result<Self, UnknownArea> {
        text.parse()
    }
}
