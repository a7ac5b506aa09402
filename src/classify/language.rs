//! The language of a file: by its path, and where the path can't tell, by a piece of its text.
use std::path::Path;

use linguist::definitions::LANGUAGES;
use linguist::detect_language_by_extension;
use linguist::detect_language_by_filename;
use linguist::detect_language_by_modeline;
use linguist::disambiguate;

use crate::model::comment::CommentText;

/// Extensions that several languages share and one of them nearly owns. Of others that are shared (`.h`, `.m`, `.v`) the
/// path alone can't tell.
const OWNED: [(&str, &str); 26] = [
    ("asm", "Assembly"),
    ("bat", "Batchfile"),
    ("cs", "C#"),
    ("ex", "Elixir"),
    ("fs", "F#"),
    ("hpp", "C++"),
    ("html", "HTML"),
    ("inc", "PHP"),
    ("json", "JSON"),
    ("kt", "Kotlin"),
    ("lua", "Lua"),
    ("md", "Markdown"),
    ("php", "PHP"),
    ("pl", "Perl"),
    ("pm", "Perl"),
    ("proto", "Protocol Buffer"),
    ("r", "R"),
    ("rs", "Rust"),
    ("scss", "SCSS"),
    ("sql", "SQL"),
    ("svg", "SVG"),
    ("toml", "TOML"),
    ("ts", "TypeScript"),
    ("tsx", "TSX"),
    ("yaml", "YAML"),
    ("yml", "YAML"),
];

/// Extensions whose other languages are dialects of the owner: a piece of text that looks like one changes nothing.
const WITH_DIALECTS: [&str; 1] = ["sql"];

/// The language that a comment is on: what its hunk showed, else what the path names.
pub(super) fn language(comment: &CommentText<'_>) -> Option<String> {
    let shown = comment.hunk.and_then(|signs| signs.language.clone());
    shown.or_else(|| comment.path.and_then(language_of))
}

/// The language that a piece of a file's text shows, where the path leaves several open or names none: by the first line's
/// interpreter where the piece `begins` the file, by an editor's mode line, or by Linguist's own rules for the ending.
///
/// Those rules end in a default for a whole file in which nothing else was found. In a piece that is no sign, so a rule that
/// an empty text fits, too, counts for nothing.
#[must_use]
pub fn language_by_text(path: &str, text: &str, begins: bool) -> Option<String> {
    let path = Path::new(path);
    let by_name = detect_language_by_filename(path).ok()?;
    let candidates = match by_name.len() {
        0 => detect_language_by_extension(path).ok()?,
        _ => by_name,
    };
    let extension = path.extension().and_then(|extension| extension.to_str());
    let has_dialects = |extension: &str| WITH_DIALECTS.contains(&extension.to_ascii_lowercase().as_str());
    if candidates.len() == 1 || extension.is_some_and(has_dialects) {
        return None;
    }
    let by_first_line = begins.then(|| interpreted(text)).flatten();
    if by_first_line.is_some() {
        return by_first_line;
    }
    if let Some(name) = only(&detect_language_by_modeline(text).ok()?) {
        return Some(name);
    }
    let by_rules = only(&disambiguate(path, text).ok()?)?;
    let by_default = only(&disambiguate(path, "").ok()?);
    (by_default.as_ref() != Some(&by_rules)).then_some(by_rules)
}

/// The language whose interpreter the first line names, as in `#!/usr/bin/env python3`.
fn interpreted(text: &str) -> Option<String> {
    let line = text.lines().next()?.strip_prefix("#!")?;
    let mut words = line
        .split_whitespace()
        .filter(|word| !word.starts_with('-') && !word.contains('='));
    let program = words.next()?.rsplit('/').next()?;
    let program = if program == "env" { words.next()? } else { program };
    let bare = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let runs = |wanted: &str| {
        let mut names: Vec<&String> = LANGUAGES
            .iter()
            .filter(|(_, language)| language.interpreters.iter().flatten().any(|one| one == wanted))
            .map(|(name, _)| name)
            .collect();
        names.sort();
        names
    };
    [program, bare]
        .into_iter()
        .find_map(|program| match runs(program).as_slice() {
            // `sh` and `bash` run Shell above all, `node` JavaScript: their other languages have endings of their own.
            names if names.iter().any(|name| *name == "Shell") => Some("Shell".to_owned()),
            names if names.iter().any(|name| *name == "JavaScript") => Some("JavaScript".to_owned()),
            [name] => Some((*name).clone()),
            _ => None,
        })
}

/// The language that a path names, by Linguist's name; none where the path alone can't tell (`.h` may be C or C++).
/// Costs two look-ups in a table; the first call builds it.
#[must_use]
pub fn language_of(path: &str) -> Option<String> {
    let path = Path::new(path);
    if let Some(name) = only(&detect_language_by_filename(path).ok()?) {
        return Some(name);
    }
    let found = detect_language_by_extension(path).ok()?;
    if found.len() > 1 {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        let (_, owner) = OWNED.iter().find(|(shared, _)| *shared == extension)?;
        return found
            .iter()
            .any(|language| language.name == *owner)
            .then(|| (*owner).to_owned());
    }
    only(&found)
}

fn only(found: &[linguist::DetectedLanguage]) -> Option<String> {
    match found {
        [language] => Some(language.name.to_owned()),
        _ => None,
    }
}
