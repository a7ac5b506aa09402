//! Writing and changing the small programs in the demo's repositories.

use crate::demo::chance::Chance;
use crate::demo::comments::{Card, Kind};
use crate::demo::repositories::{capital, fillers, frame, wrapping};

const VERBS: [&str; 12] = [
    "load", "merge", "price", "assign", "reserve", "release", "validate", "publish", "archive", "split", "close",
    "count",
];

const STATES: [&str; 11] = [
    "late",
    "open",
    "partial",
    "stale",
    "returned",
    "urgent",
    "frozen",
    "oversized",
    "unpaid",
    "duplicate",
    "held",
];

/// Files longer than this lose their oldest function when a new one comes.
const LINES_AT_MOST: usize = 130;

/// What the slots of a card are filled with.
#[derive(Clone, Debug)]
pub struct Slots {
    /// What the code is about, such as `pallet`.
    pub noun: String,
    /// What is done.
    pub verb: &'static str,
    /// To which of them.
    pub state: &'static str,
    /// The function's name, in its language's manner.
    pub function: String,
    /// A number.
    pub number: i64,
}

impl Slots {
    /// Slots for a new function about `noun`.
    pub fn new(kind: Kind, noun: &str, chance: &mut Chance) -> Self {
        let verb = chance.pick(&VERBS).copied().unwrap_or("load");
        let state = chance.pick(&STATES).copied().unwrap_or("open");
        let function = match kind {
            Kind::Rust | Kind::Python | Kind::Sql | Kind::Hcl => format!("{verb}_{state}_{noun}"),
            Kind::Go => format!("{}{}{}", capital(verb), capital(state), capital(noun)),
            Kind::TypeScript | Kind::Java | Kind::Kotlin => format!("{verb}{}{}", capital(state), capital(noun)),
        };
        Self {
            noun: noun.to_owned(),
            verb,
            state,
            function,
            number: chance.between(12, 90),
        }
    }

    /// A text with its slots filled.
    #[must_use]
    pub fn fill(&self, text: &str) -> String {
        if !text.contains('{') {
            return text.to_owned();
        }
        text.replace("{nouns}", &format!("{}s", self.noun))
            .replace("{noun}", &self.noun)
            .replace("{Noun}", &capital(&self.noun))
            .replace("{fn}", &self.function)
            .replace("{verb}", self.verb)
            .replace("{Verb}", &capital(self.verb))
            .replace("{state}", self.state)
            .replace("{n}", &self.number.to_string())
    }
}

/// A flaw in a file, with everything needed to talk about it and to mend it.
#[derive(Clone, Debug)]
pub struct Planted {
    /// The file.
    pub path: String,
    /// Its language.
    pub kind: Kind,
    /// The card.
    pub card: Card,
    /// The slots.
    pub slots: Slots,
    /// The first line of the function around it.
    pub head: String,
    /// The lines as they stand in the file.
    pub before: Vec<String>,
    /// The lines after the advice was taken.
    pub after: Vec<String>,
}

/// Starts of lines that stand outside of functions.
const TOP: [&str; 20] = [
    "pub fn",
    "func ",
    "def ",
    "class ",
    "data class",
    "@dataclass",
    "@OneToMany",
    "@Transactional",
    "@Query",
    "type ",
    "private ",
    "public ",
    "fun ",
    "export ",
    "variable ",
    "///",
    "/**",
    "const q",
    "class",
    "// {fn}",
];

/// How a card's lines stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Lines of another file, without anything around them.
    Bare,
    /// At the top, with the imports.
    Import,
    /// Between the functions.
    Outside,
    /// In a function.
    Function,
    /// In the markup that a component returns.
    Markup,
    /// In a test.
    Test,
}

impl Shape {
    fn of(kind: Kind, card: &Card) -> Self {
        let first = card.before.first().copied().unwrap_or_default();
        let starts = |with: &[&str]| with.iter().any(|t| first.starts_with(t));
        if card.file.is_some() {
            Self::Bare
        } else if starts(&["use ", "import ", "from ", "static ", "// +build", "// #!"]) {
            Self::Import
        } else if is_test(kind, card) {
            if starts(&["def ", "@Test"]) {
                Self::Outside
            } else {
                Self::Test
            }
        } else if kind == Kind::TypeScript && starts(&["<", "{{"]) {
            Self::Markup
        } else if starts(&TOP) {
            Self::Outside
        } else {
            Self::Function
        }
    }

    /// The lines before, the indent, the lines after.
    fn wrapping(self, kind: Kind) -> (Vec<String>, String, Vec<String>) {
        let (open, indent, close) = wrapping(kind);
        let own = |lines: &[&str]| lines.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>();
        let outer = if matches!(kind, Kind::Java | Kind::Rust) {
            "    "
        } else {
            ""
        };
        match self {
            Self::Bare | Self::Import => (Vec::new(), String::new(), Vec::new()),
            Self::Outside => (Vec::new(), outer.to_owned(), Vec::new()),
            Self::Function => (own(&[open]), indent.to_owned(), own(&close.lines().collect::<Vec<_>>())),
            Self::Markup => (
                own(&[open, "  return (", "    <section>"]),
                "      ".to_owned(),
                own(&["    </section>", "  );", "}"]),
            ),
            Self::Test => match kind {
                Kind::Rust => (
                    own(&["    #[tokio::test]", "    async fn {fn}_works() {"]),
                    "        ".into(),
                    own(&["    }"]),
                ),
                Kind::Go => (own(&["func Test{fn}(t *testing.T) {"]), "\t".into(), own(&["}"])),
                Kind::TypeScript => (
                    own(&["test('{fn} shows each {noun}', async () => {"]),
                    "  ".into(),
                    own(&["});"]),
                ),
                Kind::Python => (own(&["def test_{fn}(df, now):"]), "    ".into(), Vec::new()),
                Kind::Java => (
                    own(&["    @Test void {fn}_works() {"]),
                    "        ".into(),
                    own(&["    }"]),
                ),
                Kind::Kotlin => (own(&["@Test fun {fn}_works() = runTest {"]), "    ".into(), own(&["}"])),
                Kind::Sql | Kind::Hcl => (Vec::new(), String::new(), Vec::new()),
            },
        }
    }
}

/// Whether a card's lines belong into a test.
pub fn is_test(kind: Kind, card: &Card) -> bool {
    let about =
        card.areas.first() == Some(&"testing") || card.before.first().is_some_and(|l| l.starts_with("def test"));
    about && card.tag.is_none() && !matches!(kind, Kind::Sql | Kind::Hcl)
}

/// The file in which the tests of `path` stand.
pub fn test_path(kind: Kind, path: &str, noun: &str) -> String {
    match kind {
        Kind::Go => path.replace(".go", "_test.go"),
        // "x.tsx" becomes "x.test.tsx" by the same rule.
        Kind::TypeScript => path.replace(".ts", ".test.ts"),
        Kind::Python => format!("tests/test_{noun}.py"),
        Kind::Java => path.replace("src/main", "src/test").replace(".java", "Test.java"),
        Kind::Kotlin => path.replace("src/main", "src/test").replace(".kt", "Test.kt"),
        Kind::Rust | Kind::Sql | Kind::Hcl => path.to_owned(),
    }
}

/// Puts lines in front of the first import, or of the first line that isn't a remark.
fn with_import(text: &str, block: &[String]) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let import = |l: &&str| ["use ", "import ", "from "].iter().any(|t| l.starts_with(t));
    let at = lines
        .iter()
        .position(import)
        .or_else(|| lines.iter().position(|l| l.is_empty()))
        .unwrap_or(0);
    lines.splice(at..at, block.iter().map(String::as_str));
    joined(&lines)
}

impl Planted {
    /// Plants a card into `text`, mostly within a new function; gives the new text.
    pub fn into_text(text: &str, path: &str, spec: (Kind, &Card, Slots), chance: &mut Chance) -> (Self, String) {
        let (kind, card, slots) = spec;
        let shape = Shape::of(kind, card);
        let (open, indent, close) = shape.wrapping(kind);
        let lines = |from: &[&str]| {
            from.iter()
                .map(|l| indented(kind, &indent, &slots.fill(l)))
                .collect::<Vec<_>>()
        };
        let (before, after) = (lines(&card.before), lines(&card.after));
        let mut block: Vec<String> = open.iter().map(|l| slots.fill(l)).collect();
        let head = block
            .iter()
            .find(|l| !l.trim_start().starts_with(['#', '@']))
            .or(before.first())
            .cloned();
        let around = if shape == Shape::Function { fillers(kind) } else { &[] };
        let inner = wrapping(kind).1;
        let first = chance.below(3) + 1;
        let jsx = if shape == Shape::Markup { fillers(kind) } else { &[] };
        let early = around.iter().take(first).chain(jsx.iter().take(3));
        let early: Vec<String> = early.map(|l| indented(kind, inner, &slots.fill(l))).collect();
        let at = usize::from(!block.is_empty());
        block.splice(at..at, early);
        block.extend(before.iter().cloned());
        block.extend(around.iter().skip(first).map(|l| indented(kind, inner, &slots.fill(l))));
        block.extend(close.iter().map(|l| slots.fill(l)));
        let text = match shape {
            Shape::Bare => appended(text, &block),
            Shape::Import => with_import(text, &block),
            _ => with_block(text, kind, &block, chance),
        };
        let head = head.unwrap_or_default();
        let planted = Self {
            path: path.to_owned(),
            kind,
            card: card.clone(),
            slots,
            head,
            before,
            after,
        };
        (planted, text)
    }

    /// The line of the flaw in `text`, counting from 1; nothing once it is gone.
    #[must_use]
    pub fn line_in(&self, text: &str) -> Option<usize> {
        self.start_in(text).map(|start| start + self.card.spot + 1)
    }

    /// The first line of its function in `text`, counting from 1.
    #[must_use]
    pub fn head_in(&self, text: &str) -> Option<usize> {
        text.lines().position(|l| l == self.head).map(|at| at + 1)
    }

    /// `text` after the advice was taken.
    #[must_use]
    pub fn mended(&self, text: &str) -> Option<String> {
        let start = self.start_in(text)?;
        let mut lines: Vec<&str> = text.lines().collect();
        lines.splice(start..start + self.before.len(), self.after.iter().map(String::as_str));
        Some(joined(&lines))
    }

    fn start_in(&self, text: &str) -> Option<usize> {
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.iter().position(|l| *l == self.head)?;
        let end = lines.len().checked_sub(self.before.len())?;
        (from..=end).find(|&at| self.before.iter().zip(&lines[at..]).all(|(b, l)| b == l))
    }

    /// The mended lines as a suggestion block, where one line becomes one other.
    #[must_use]
    pub fn suggestion(&self) -> Option<String> {
        let (1, [after]) = (self.before.len(), self.after.as_slice()) else {
            return None;
        };
        Some(format!("```suggestion\n{after}\n```"))
    }
}

fn indented(kind: Kind, indent: &str, line: &str) -> String {
    let inner = line.len() - line.trim_start().len();
    let body = line.trim_start();
    let depth = inner / 4;
    let step = match kind {
        Kind::Go => "\t",
        Kind::TypeScript | Kind::Hcl => "  ",
        _ => "    ",
    };
    format!("{indent}{}{body}", step.repeat(depth))
}

fn joined(lines: &[&str]) -> String {
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

fn appended(text: &str, block: &[String]) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.extend(block.iter().map(String::as_str));
    joined(&lines)
}

/// Puts a block into a gap between functions, or at the end.
fn with_block(text: &str, kind: Kind, block: &[String], chance: &mut Chance) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let gaps = gaps(&lines, kind);
    if lines.len() > LINES_AT_MOST && gaps.len() > 3 {
        lines.drain(gaps[0]..gaps[1]);
    }
    let gaps = self::gaps(&lines, kind);
    let last = if matches!(kind, Kind::Java | Kind::Rust) && lines.last() == Some(&"}") {
        lines.len().saturating_sub(1)
    } else {
        lines.len()
    };
    let at = if chance.percent(55) {
        None
    } else {
        chance.pick(&gaps).copied()
    }
    .unwrap_or(last);
    let mut with: Vec<&str> = vec![""];
    with.extend(block.iter().map(String::as_str));
    lines.splice(at..at, with);
    joined(&lines)
}

/// Empty lines in front of a function.
fn gaps(lines: &[&str], kind: Kind) -> Vec<usize> {
    let start = match kind {
        Kind::Rust => "    pub async fn",
        Kind::Go => "func ",
        Kind::TypeScript => "export function",
        Kind::Python => "def ",
        Kind::Java => "    public void",
        Kind::Kotlin => "suspend fun",
        Kind::Sql => "-- ",
        Kind::Hcl => "resource ",
    };
    (0..lines.len().saturating_sub(1))
        .filter(|&i| lines[i].is_empty() && lines[i + 1].starts_with(start))
        .collect()
}

/// A file of its own with nothing but its frame.
#[must_use]
pub fn empty_file(kind: Kind, noun: &str) -> String {
    let (head, tail) = frame(kind, noun);
    format!("{head}{tail}")
}

/// `text` with a line put `below` the given line (counting from 1), indented like it.
#[must_use]
pub fn with_line(text: &str, line: usize, below: usize, new: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let at = (line - 1 + below).min(lines.len());
    let neighbour = lines.get(at).or(lines.last()).copied().unwrap_or_default();
    let indent = &neighbour[..neighbour.len() - neighbour.trim_start().len()];
    let new = format!("{indent}{new}");
    lines.insert(at, &new);
    joined(&lines)
}

/// A remark in the comment syntax of a kind.
#[must_use]
pub fn remark(kind: Kind, text: &str) -> String {
    let mark = match kind {
        Kind::Python | Kind::Hcl => "#",
        Kind::Sql => "--",
        _ => "//",
    };
    format!("{mark} {text}")
}

#[cfg(test)]
mod tests {
    use super::{Planted, Slots};
    use crate::demo::chance::Chance;
    use crate::demo::comments::{Deck, Kind};
    use crate::demo::repositories::first_files;

    #[test]
    fn every_flaw_can_be_found_commented_and_mended() {
        let deck = Deck::new();
        let mut chance = Chance::new(1);
        assert!(!first_files(&crate::demo::repositories::REPOSITORIES[0]).is_empty());
        for kind in Kind::ALL {
            for card in deck.of(kind).iter().filter(|c| !c.is_praise()) {
                let slots = Slots::new(kind, "pallet", &mut chance);
                let text = super::empty_file(kind, "pallet");
                let (planted, text) = Planted::into_text(&text, "x", (kind, card, slots), &mut chance);
                let line = planted.line_in(&text).expect("the flaw is in the text");
                assert!(text.lines().count() >= line);
                let mended = planted.mended(&text).expect("it can be mended");
                assert_ne!(mended, text);
                assert!(!text.contains("{noun") && !mended.contains("{noun"), "{text}");
            }
        }
    }
}
