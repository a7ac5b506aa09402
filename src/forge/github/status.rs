//! Whether people say on GitHub that they are busy.
use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::Value;
use serde_json::json;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::github::call::Call;
use crate::model::clock::Time;
use crate::model::person::ShownStatus;

/// People asked about in one call.
const MOST: usize = 50;

impl Forge {
    /// What people's status says, by login as given, at most 50; who isn't in the answer said nothing. One call.
    ///
    /// # Errors
    /// As [`ForgeError`] says, where nothing at all can be known.
    pub async fn statuses(
        &self,
        installation: Option<i64>,
        logins: &[String],
    ) -> Result<HashMap<String, ShownStatus>, ForgeError> {
        let doing = "reading who says that they are busy";
        let logins = &logins[..logins.len().min(MOST)];
        if logins.is_empty() {
            return Ok(HashMap::new());
        }
        let seat = self.github.seat(installation, doing)?;
        let call = Call {
            doing,
            endpoint: "graphql_status",
            path: "/graphql".to_owned(),
        };
        let (query, variables) = question(logins);
        // Errors about some leave what is known of the others.
        let answered = self
            .github
            .ask::<HashMap<String, Value>>(&seat, &call, ("Statuses", &query), &variables);
        let data = answered.await?.data;
        let found = logins.iter().enumerate().filter_map(|(nth, login)| {
            let status = read(data.get(&format!("u{nth}"))?)?;
            Some((login.clone(), status))
        });
        Ok(found.collect())
    }
}

/// One query with an alias for each login; logins travel as variables, so that none can change the query.
fn question(logins: &[String]) -> (String, Value) {
    let mut variables = String::new();
    let mut fields = String::new();
    let mut values = serde_json::Map::new();
    for (nth, login) in logins.iter().enumerate() {
        // Writing to a String can't fail.
        let _ = write!(variables, "$l{nth}:String!");
        let _ = write!(
            fields,
            "u{nth}:user(login:$l{nth}){{status{{indicatesLimitedAvailability expiresAt}}}}"
        );
        values.insert(format!("l{nth}"), json!(login));
    }
    (
        format!("query Statuses({variables}){{{fields}}}"),
        Value::Object(values),
    )
}

/// What one user's node says; none where there is no such user or the status is not for us to see.
fn read(user: &Value) -> Option<ShownStatus> {
    let status = user.as_object()?.get("status")?;
    if status.is_null() {
        return Some(ShownStatus {
            busy: false,
            until: None,
        });
    }
    let until = status.get("expiresAt").and_then(Value::as_str);
    Some(ShownStatus {
        busy: status.get("indicatesLimitedAvailability")?.as_bool()?,
        until: until.and_then(|until| until.parse::<Time>().ok()),
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::none(json!({"status": null}), Some(false))]
    #[case::busy(json!({"status": {"indicatesLimitedAvailability": true, "expiresAt": null}}), Some(true))]
    #[case::free(json!({"status": {"indicatesLimitedAvailability": false}}), Some(false))]
    #[case::nobody(json!(null), None)]
    #[case::hidden(json!({}), None)]
    #[case::odd(json!({"status": {"indicatesLimitedAvailability": "yes"}}), None)]
    fn a_status_is_read_or_unknown(#[case] user: Value, #[case] busy: Option<bool>) {
        assert_eq!(read(&user).map(|status| status.busy), busy);
    }

    #[test]
    fn a_login_never_becomes_part_of_the_query() {
        let (query, variables) = question(&["a\"){x}".to_owned()]);
        assert_eq!(
            query,
            "query Statuses($l0:String!){u0:user(login:$l0){status{indicatesLimitedAvailability expiresAt}}}"
        );
        assert_eq!(variables["l0"], "a\"){x}");
    }
}
