//! What another file would change, in words.
use serde_json::Map;
use serde_json::Value;

use crate::model::settings::Settings;

/// What is different, a line a key: `daily_cap 4 -> 2`.
#[must_use]
pub fn changes(before: &Settings, after: &Settings) -> Vec<String> {
    let (before, after) = (keys(before), keys(after));
    let told = after.iter().filter_map(|(key, now)| {
        let then = before.get(key).unwrap_or(&Value::Null);
        (then != now).then(|| format!("{key} {then} -> {now}"))
    });
    told.collect()
}

/// The keys of a file, tables that have keys of their own opened, with their values.
fn keys(settings: &Settings) -> Map<String, Value> {
    let mut flat = Map::new();
    // Plain values only: this can't fail.
    let Ok(Value::Object(all)) = serde_json::to_value(settings) else {
        return flat;
    };
    for (key, value) in all {
        match (key.as_str(), value) {
            ("ignore", Value::Object(inner)) => {
                flat.extend(inner.into_iter().map(|(name, value)| (format!("ignore.{name}"), value)));
            }
            (_, value) => drop(flat.insert(key, value)),
        }
    }
    flat
}
