//! Reads a settings file and tells every fault in it, with its line.
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::ops::RangeInclusive;

use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::DeString;
use toml::de::DeTable;
use toml::de::DeValue;

use crate::model::settings::file;
use crate::model::settings::file::Partial;
use crate::model::settings::file::PartialIgnore;
use crate::model::skill::own::OwnSkills;

/// Bytes of a file at most; nobody writes more by hand.
pub const MOST_BYTES: usize = 64 * 1024;
/// Faults that are told at most: the first ones are mended first.
const MOST_FAULTS: usize = 50;
/// Entries of a list or table at most.
const MOST_ENTRIES: usize = 1_000;
/// Letters that may differ for a key to be what was meant.
const NEAR: usize = 3;

/// The keys of a file, in the order in which people read of them.
pub const KEYS: [&str; 14] = [
    "surface",
    "max_experts",
    "learner",
    "mentoring_budget",
    "daily_cap",
    "capacity",
    "ignore",
    "leads",
    "teams",
    "skills",
    "own_skills",
    "silent_experts",
    "retention_days",
    "half_life",
];
/// The keys of its table `ignore`.
pub const IGNORE_KEYS: [&str; 4] = ["authors", "labels", "paths", "drafts"];
/// The keys of each of the tables in `own_skills`.
pub const OWN_SKILL_KEYS: [&str; 3] = ["name", "about", "parent"];
/// Keys that say something about the whole organisation, so that whoever can write to one repository can't set them.
pub const ORGANISATION_KEYS: [&str; 4] = ["leads", "teams", "own_skills", "silent_experts"];

/// For whom a file speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every repository of the organisation.
    Organisation,
    /// The repository it lies in.
    Repository,
}

/// Something wrong in a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What is wrong, with the way out.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// Reads a file's bytes; an empty file is good and says nothing. No own skills are known but those that it defines.
///
/// # Errors
/// Every fault that can be told at once, by line; at most 50.
pub fn parse(bytes: &[u8], scope: Scope) -> Result<Partial, Vec<Fault>> {
    parse_beside(bytes, scope, &OwnSkills::new())
}

/// The same of a repository's file in an organisation that defines these skills of its own.
///
/// # Errors
/// Every fault that can be told at once, by line; at most 50.
pub fn parse_beside(bytes: &[u8], scope: Scope, own: &OwnSkills) -> Result<Partial, Vec<Fault>> {
    if bytes.len() > MOST_BYTES {
        return Err(vec![too_large()]);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
            let end = good.len();
            let reader = Reader::new(&good, scope);
            return Err(vec![
                reader.fault(&(end..end), "this is not UTF-8; save the file as UTF-8"),
            ]);
        }
    };
    let mut reader = Reader::new(text, scope);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = error.span().unwrap_or_default();
        reader.say(
            &span,
            &format!("this is no TOML: {}", error.message().replace('\n', "; ")),
        );
    }
    let partial = reader.file(table.get_ref());
    reader.undefined(table.get_ref(), partial.own_skills.as_ref().unwrap_or(own));
    let mut faults = reader.faults;
    if faults.is_empty() {
        return Ok(partial);
    }
    faults.sort_by_key(|fault| (fault.line, fault.column));
    faults.dedup();
    faults.truncate(MOST_FAULTS);
    Err(faults)
}

/// The fault of a file that is not read at all since it is too large.
#[must_use]
pub fn too_large() -> Fault {
    Fault {
        line: 1,
        column: 1,
        message: format!("the file is larger than {} KB; make it smaller", MOST_BYTES / 1024),
    }
}

type Value<'i> = Spanned<DeValue<'i>>;
type Table<'i> = DeTable<'i>;

struct Reader<'t> {
    text: &'t str,
    scope: Scope,
    faults: Vec<Fault>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, scope: Scope) -> Self {
        Self {
            text,
            scope,
            faults: Vec::new(),
        }
    }

    fn fault(&self, span: &Range<usize>, message: &str) -> Fault {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let begin = before.rfind('\n').map_or(0, |at| at + 1);
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
        Fault {
            line: number(before.matches('\n').count()),
            column: number(before[begin..].chars().count()),
            message: message.to_owned(),
        }
    }

    fn say(&mut self, span: &Range<usize>, message: &str) {
        let fault = self.fault(span, message);
        self.faults.push(fault);
    }

    fn file(&mut self, table: &Table<'_>) -> Partial {
        let mut file = Partial::default();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if self.scope == Scope::Repository && ORGANISATION_KEYS.contains(&name) {
                let message = format!(
                    "{name} counts for the whole organisation; put it into the file of the repository named .github"
                );
                self.say(&key.span(), &message);
                continue;
            }
            match name {
                "surface" => file.surface = self.word(name, value, &file::surface_words()),
                "max_experts" => file.max_experts = self.number(name, value, file::MAX_EXPERTS),
                "learner" => file.learner = self.yes(name, value),
                "mentoring_budget" => file.mentoring_budget = self.number(name, value, file::MENTORING_BUDGET),
                "daily_cap" => file.daily_cap = self.number(name, value, file::DAILY_CAP),
                "capacity" => file.capacity = self.number(name, value, file::CAPACITY),
                "ignore" => file.ignore = self.ignore(value),
                "leads" => file.leads = self.lists(name, value),
                "teams" => file.teams = self.lists(name, value),
                "skills" => file.skills = self.skills(value),
                "own_skills" => file.own_skills = self.own_skills(value),
                "silent_experts" => {
                    file.silent_experts = self.word(name, value, &["named".to_owned(), "opt-in".to_owned()]);
                }
                "retention_days" => file.retention_days = self.number(name, value, file::RETENTION_DAYS),
                "half_life" => file.half_life = self.number(name, value, file::HALF_LIFE),
                _ => self.unknown(key, "", &KEYS),
            }
        }
        file
    }

    fn ignore(&mut self, value: &Value<'_>) -> PartialIgnore {
        let mut ignore = PartialIgnore::default();
        let Some(table) = value.get_ref().as_table() else {
            self.wrong("ignore", value, "a table, as in [ignore]");
            return ignore;
        };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let whole = format!("ignore.{name}");
            match name {
                "authors" => ignore.authors = self.words(&whole, value),
                "labels" => ignore.labels = self.words(&whole, value),
                "paths" => ignore.paths = self.words(&whole, value),
                "drafts" => ignore.drafts = self.yes(&whole, value),
                _ => self.unknown(key, "ignore.", &IGNORE_KEYS),
            }
        }
        ignore
    }

    fn unknown(&mut self, key: &Spanned<DeString<'_>>, before: &str, known: &[&str]) {
        let name = key.get_ref().as_ref();
        let near = known.iter().map(|one| (distance(one, name), *one)).min();
        let hint = match near {
            Some((far, one)) if far <= NEAR => format!("did you mean {before}{one}?"),
            _ => format!("the keys are {}", known.join(", ")),
        };
        self.say(&key.span(), &format!("there is no key {before}{name}; {hint}"));
    }

    fn wrong(&mut self, name: &str, value: &Value<'_>, wanted: &str) {
        let found = value.get_ref().type_str();
        self.say(
            &value.span(),
            &format!("{name} must be {wanted}, not a value of type {found}"),
        );
    }

    fn number(&mut self, name: &str, value: &Value<'_>, bounds: RangeInclusive<u32>) -> Option<u32> {
        let (low, high) = (bounds.start(), bounds.end());
        let Some(number) = value.get_ref().as_integer() else {
            self.wrong(name, value, &format!("a whole number between {low} and {high}"));
            return None;
        };
        let read = u32::from_str_radix(number.as_str(), number.radix()).ok();
        let read = read.filter(|number| bounds.contains(number));
        if read.is_none() {
            self.say(&value.span(), &format!("{name} must be between {low} and {high}"));
        }
        read
    }

    fn yes(&mut self, name: &str, value: &Value<'_>) -> Option<bool> {
        let read = value.get_ref().as_bool();
        if read.is_none() {
            self.wrong(name, value, "true or false");
        }
        read
    }

    fn word<T: DeserializeOwned>(&mut self, name: &str, value: &Value<'_>, words: &[String]) -> Option<T> {
        let read = value.get_ref().as_str();
        let read = read.and_then(|word| serde_json::from_value(serde_json::Value::from(word)).ok());
        if read.is_none() {
            let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            self.say(&value.span(), &format!("{name} must be one of {}", quoted.join(", ")));
        }
        read
    }

    fn words(&mut self, name: &str, value: &Value<'_>) -> Option<Vec<String>> {
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(name, value, "a list of texts, as in [\"one\", \"two\"]");
            return None;
        };
        if array.len() > MOST_ENTRIES {
            self.say(
                &value.span(),
                &format!("{name} may have {MOST_ENTRIES} entries at most"),
            );
            return None;
        }
        let mut words = Vec::new();
        for one in array {
            match one.get_ref().as_str().map(str::trim) {
                Some("") => self.say(&one.span(), &format!("an entry of {name} is empty; take it away")),
                Some(word) => words.push(word.to_owned()),
                None => self.wrong(&format!("an entry of {name}"), one, "a text in quotes"),
            }
        }
        Some(words)
    }

    fn lists(&mut self, name: &str, value: &Value<'_>) -> Option<BTreeMap<String, Vec<String>>> {
        let table = self.table(name, value)?;
        let mut lists = BTreeMap::new();
        for (key, value) in table {
            let entry = key.get_ref().as_ref();
            if let Some(words) = self.words(&format!("{name}.{entry}"), value) {
                lists.insert(entry.to_owned(), words);
            }
        }
        Some(lists)
    }

    fn table<'v, 'i>(&mut self, name: &str, value: &'v Value<'i>) -> Option<&'v Table<'i>> {
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(name, value, &format!("a table, as in [{name}]"));
            return None;
        };
        if table.len() > MOST_ENTRIES {
            self.say(
                &value.span(),
                &format!("{name} may have {MOST_ENTRIES} entries at most"),
            );
            return None;
        }
        Some(table)
    }
}

/// How many letters have to be put in, taken out or changed to make one word of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(100).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let changed = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

mod skills;
#[cfg(test)]
mod tests;
