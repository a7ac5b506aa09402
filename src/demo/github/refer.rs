//! References to accounts and repositories inside a payload, so that a year of webhooks renders each of them once.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::demo::github::state::State;

/// The first character of a reference; no text that GitHub gives starts with it.
const MARK: char = '\u{1}';

/// Rendered texts that are kept; a few kilobytes each.
const KEPT: usize = 400;

/// The value of `make`, or a reference to it while a webhook is made. `name` has to change when the value does.
pub fn refer(state: &State, name: &str, make: impl FnOnce() -> Value) -> Value {
    if !state.referring {
        return make();
    }
    let reference = format!("{MARK}{name}");
    let known = state.rendered.borrow().contains_key(&reference);
    if !known && let Ok(text) = to_raw_value(&make()) {
        let mut rendered = state.rendered.borrow_mut();
        if rendered.len() >= KEPT {
            rendered.clear();
        }
        rendered.insert(reference.clone(), text);
    }
    Value::String(reference)
}

/// A payload as bytes, with its references resolved.
pub fn bytes_of(state: &State, value: &Value) -> Vec<u8> {
    // A value made of text, numbers and maps with text keys always has a JSON form.
    serde_json::to_vec(&Resolved { state, value }).unwrap_or_default()
}

struct Resolved<'a> {
    state: &'a State,
    value: &'a Value,
}

impl Serialize for Resolved<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let state = self.state;
        match self.value {
            Value::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, &Self { state, value })?;
                }
                map.end()
            }
            Value::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for value in items {
                    seq.serialize_element(&Self { state, value })?;
                }
                seq.end()
            }
            Value::String(text) if text.starts_with(MARK) => match state.rendered.borrow().get(text) {
                Some(raw) => RawValue::serialize(raw, serializer),
                None => serializer.serialize_none(),
            },
            other => other.serialize(serializer),
        }
    }
}
