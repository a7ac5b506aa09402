//! The language of a file, by its path alone.
use std::path::Path;

use linguist::detect_language_by_extension;
use linguist::detect_language_by_filename;

/// Extensions that several languages share and one of them nearly owns. Others that are shared (`.h`, `.m`, `.v`) stay
/// unknown: the path alone can't tell.
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
