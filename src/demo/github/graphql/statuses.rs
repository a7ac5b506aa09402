//! Who says that they are busy.

use serde_json::{Map, Value, json};

use crate::demo::github::payload::stamp;
use crate::demo::github::state::State;

/// Each alias with its variable; unknown logins are null beside an error.
pub fn answer(state: &State, variables: &Value) -> (Value, Vec<Value>) {
    let mut data = Map::new();
    let mut errors = Vec::new();
    for (name, login) in variables.as_object().into_iter().flatten() {
        let alias = name.replacen('l', "u", 1);
        let login = login.as_str().unwrap_or_default();
        if !state.accounts.contains_key(login) {
            let message = format!("Could not resolve to a User with the login of '{login}'.");
            errors.push(json!({ "type": "NOT_FOUND", "path": [alias], "message": message }));
            data.insert(alias, Value::Null);
            continue;
        }
        let status = state
            .life
            .busy
            .get(login)
            .map(|until| json!({ "indicatesLimitedAvailability": true, "expiresAt": until.map(stamp) }));
        data.insert(alias, json!({ "status": status }));
    }
    (Value::Object(data), errors)
}
