//! Skills: what a lesson can be about. The 17 practice areas, and beside them languages, technologies and an organisation's
//! own skills.
//!
//! Each has a slug that is stored and never changes: `testing` for an area, `lang:c++` for a language, `tech:postgresql` for
//! a technology, `own:payments` for a skill of an organisation's own.
pub mod language;
pub mod own;
pub mod technology;

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;

use crate::model::skill::own::OwnSkills;

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

/// A skill of any group.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Skill {
    /// A practice area.
    Area(Area),
    /// A language, by Linguist's name.
    Language(String),
    /// A technology, by its tag.
    Technology(String),
    /// One of an organisation's own, by the part of its slug behind `own:`.
    Own(String),
}

/// A skill as people read of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Described {
    /// The stable name that is stored.
    pub slug: String,
    /// What it belongs to.
    pub parent: String,
    /// The name that people read.
    pub name: String,
    /// One line on what it is.
    pub about: String,
}

impl Skill {
    /// The stable name that is stored.
    #[must_use]
    pub fn slug(&self) -> String {
        match self {
            Self::Area(area) => area.slug().to_owned(),
            Self::Language(name) => format!("lang:{}", language::slug(name)),
            Self::Technology(tag) => format!("tech:{tag}"),
            Self::Own(word) => format!("own:{word}"),
        }
    }

    /// What people read of it; none where nothing defines it (any more).
    #[must_use]
    pub fn described(&self, own: &OwnSkills) -> Option<Described> {
        let (parent, name, about) = match self {
            Self::Area(area) => ("practice".to_owned(), area.name(), area.about()),
            Self::Language(name) => {
                let about = match language::kind(name)?.as_str() {
                    "programming" => "A programming language.",
                    "markup" => "A markup language.",
                    "data" => "A language for data.",
                    _ => "A language for prose.",
                };
                (language::parent(name)?, name.as_str(), about)
            }
            Self::Technology(tag) => {
                let found = technology::by_tag(tag)?;
                (found.kind.to_owned(), found.name, found.about)
            }
            Self::Own(word) => {
                let defined = own.get(word)?;
                let parent = defined.parent.clone().unwrap_or_else(|| "own".to_owned());
                (parent, defined.name.as_str(), defined.about.as_str())
            }
        };
        Some(Described {
            slug: self.slug(),
            parent,
            name: name.to_owned(),
            about: about.to_owned(),
        })
    }
}

impl fmt::Display for Skill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.slug())
    }
}

/// A slug that names no skill.
#[derive(Debug, thiserror::Error)]
pub enum UnknownSkill {
    /// No practice area.
    #[error(transparent)]
    Area(#[from] UnknownArea),
    /// No language of Linguist's.
    #[error(
        "there is no language \"{0}\"; write the name that GitHub shows in small letters, with - for spaces, as in lang:c++"
    )]
    Language(String),
    /// No technology of the table.
    #[error("there is no technology \"{0}\"; page /docs/skills lists them, as in tech:postgresql")]
    Technology(String),
    /// Not the shape of an own skill's slug.
    #[error("\"{0}\" can't be the slug of an own skill; use small letters, digits and -, as in own:payments")]
    Own(String),
}

impl FromStr for Skill {
    type Err = UnknownSkill;

    fn from_str(slug: &str) -> Result<Self, UnknownSkill> {
        match slug.split_once(':') {
            Some(("lang", word)) => match language::by_slug(word) {
                Some(name) => Ok(Self::Language(name.to_owned())),
                None => Err(UnknownSkill::Language(word.to_owned())),
            },
            Some(("tech", tag)) => match technology::by_tag(tag) {
                Some(found) => Ok(Self::Technology(found.tag.to_owned())),
                None => Err(UnknownSkill::Technology(tag.to_owned())),
            },
            Some(("own", word)) if own::is_slug(word) => Ok(Self::Own(word.to_owned())),
            Some(("own", word)) => Err(UnknownSkill::Own(word.to_owned())),
            _ => Ok(Self::Area(slug.parse()?)),
        }
    }
}

impl From<Skill> for String {
    fn from(skill: Skill) -> Self {
        skill.slug()
    }
}

impl TryFrom<String> for Skill {
    type Error = UnknownSkill;

    fn try_from(slug: String) -> Result<Self, UnknownSkill> {
        slug.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::skill::own::OwnSkill;

    #[test]
    fn a_slug_names_its_skill_and_the_other_way_round() {
        for slug in [
            "testing",
            "lang:c++",
            "lang:protocol-buffer",
            "tech:asp.net-core",
            "own:payments",
        ] {
            let skill: Skill = slug.parse().expect("a skill");
            assert_eq!(skill.slug(), slug);
        }
        for area in Area::ALL {
            assert_eq!(area.slug().parse::<Skill>().expect("an area"), Skill::Area(area));
        }
        for wrong in [
            "",
            "tests",
            "lang:",
            "lang:C++",
            "tech:postgres",
            "own:",
            "own:Pay ments",
            "skill:testing",
        ] {
            assert!(wrong.parse::<Skill>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_group_is_described() {
        let payments = OwnSkill {
            name: "Payments".to_owned(),
            about: "Money that moves.".to_owned(),
            parent: Some("domain".to_owned()),
        };
        let own = OwnSkills::from([("payments".to_owned(), payments)]);
        let told = |slug: &str| {
            let skill: Skill = slug.parse().expect("a skill");
            skill
                .described(&own)
                .map(|one| format!("{} < {}: {}", one.name, one.parent, one.about))
        };
        assert_eq!(
            ["testing", "lang:tsx", "tech:googletest", "own:payments", "own:gone"].map(told),
            [
                Some("Testing < practice: Tests, fixtures, assertions and how testable the code is.".to_owned()),
                Some("TSX < TypeScript: A programming language.".to_owned()),
                Some("GoogleTest < test tool: A test and mock framework for C++.".to_owned()),
                Some("Payments < domain: Money that moves.".to_owned()),
                None,
            ]
        );
    }
}
