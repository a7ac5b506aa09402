//! Takes a comment's markdown apart: what its writer says, and what is quoted, shown as code or offered as a suggestion.
use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::CodeBlockKind;
use pulldown_cmark::Event;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;
use regex::Regex;

/// GitHub refuses longer comments; what is beyond is not read.
pub const MAX_BYTES: usize = 65_536;

/// Deeper block quotes than any mail thread has. A line with more markers is read as if it had this many.
const MAX_QUOTE_DEPTH: usize = 16;

/// A comment taken apart.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Parts {
    /// What the writer says: quotes, code blocks, HTML comments and addresses left out; inline code stays, with its backticks.
    pub prose: String,
    /// The lines of each `suggestion` block. An empty block (delete these lines) gives an empty list.
    pub suggestions: Vec<Vec<String>>,
    /// Some text is quoted.
    pub quotes: bool,
    /// There is a code block that is not a suggestion.
    pub code_blocks: bool,
    /// There was a link.
    pub links: bool,
}

/// The lines that each `suggestion` block of a comment offers, in order. An empty block (delete these lines) gives an
/// empty list, which no file can prove to be applied.
#[must_use]
pub fn suggestion_lines(body: &str) -> Vec<Vec<String>> {
    if body.contains("suggestion") {
        parts(body).suggestions
    } else {
        Vec::new()
    }
}

/// Takes a comment apart. Linear in its length; text beyond [`MAX_BYTES`] is not read.
#[must_use]
pub fn parts(body: &str) -> Parts {
    let body = calm(body);
    let mut found = Parts::default();
    let mut cuts: Vec<Range<usize>> = Vec::new();
    let mut quote_depth = 0_u32;
    let mut suggestion: Option<String> = None;
    for (event, range) in Parser::new(&body).into_offset_iter() {
        match event {
            Event::Start(Tag::BlockQuote(_)) => {
                quote_depth += 1;
                found.quotes = true;
                cuts.push(range);
            }
            Event::End(TagEnd::BlockQuote(_)) => quote_depth = quote_depth.saturating_sub(1),
            Event::Start(Tag::CodeBlock(kind)) => {
                if quote_depth == 0 && is_suggestion(&kind) {
                    suggestion = Some(String::new());
                } else {
                    found.code_blocks |= quote_depth == 0;
                }
                cuts.push(range);
            }
            Event::Text(text) => {
                if let Some(lines) = suggestion.as_mut() {
                    lines.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some(lines) = suggestion.take() {
                    found.suggestions.push(lines.lines().map(str::to_owned).collect());
                }
            }
            Event::Html(_) | Event::InlineHtml(_) => cuts.push(range),
            Event::Start(Tag::Link { .. }) => found.links = true,
            _ => {}
        }
    }
    let said = without(&body, &cuts);
    found.links |= said.contains("://");
    ADDRESS.replace_all(&said, " ").trim().clone_into(&mut found.prose);
    found
}

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant pattern, compiled in the tests")]
    Regex::new(r"(?i)\]\([^)\s]*\)|(?-u:\b)https?://[^\s)>\]]+").expect("the pattern compiles")
});

fn is_suggestion(kind: &CodeBlockKind<'_>) -> bool {
    match kind {
        CodeBlockKind::Fenced(info) => info.split_whitespace().next() == Some("suggestion"),
        CodeBlockKind::Indented => false,
    }
}

/// The text with a bounded length, plain line ends, and no line nested deeper than a parser handles in linear time.
fn calm(body: &str) -> String {
    let mut end = body.len().min(MAX_BYTES);
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    let mut calmed = String::with_capacity(end);
    for line in body[..end].lines() {
        calmed.push_str(shallow(line));
        calmed.push('\n');
    }
    calmed
}

/// The line from its last few nesting markers on, where it has absurdly many.
fn shallow(line: &str) -> &str {
    let is_marker = |c: char| matches!(c, '>' | '-' | '*' | '+') || c.is_whitespace();
    let head_end = line.find(|c| !is_marker(c)).unwrap_or(line.len());
    let head = &line[..head_end];
    let mut markers = head.char_indices().rev().filter(|(_, c)| !c.is_whitespace());
    match markers.nth(MAX_QUOTE_DEPTH) {
        Some((at, _)) => &line[at + 1..],
        None => line,
    }
}

/// The text without the given ranges, which may overlap; each is replaced by a line end.
fn without(text: &str, cuts: &[Range<usize>]) -> String {
    let mut cuts = cuts.to_vec();
    cuts.sort_by_key(|cut| cut.start);
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for cut in cuts {
        if cut.start > from {
            kept.push_str(&text[from..cut.start]);
            kept.push('\n');
        }
        from = from.max(cut.end);
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    kept
}
