//! One question to GraphQL, with answers that are there in part.
use std::sync::atomic::Ordering;

use octocrab::Octocrab;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::json;

use crate::forge::ForgeError;
use crate::forge::github::app::Credentials;
use crate::forge::github::app::GitHub;
use crate::forge::github::app::Seat;
use crate::forge::github::call::Call;
use crate::forge::github::call::SECONDARY;
use crate::forge::github::call::of_client;
use crate::forge::github::nul::without_nul;
use crate::model::clock::Time;

/// Minutes for which the token of a connection beside the REST one is used; GitHub's holds for 60.
const TOKEN_MINUTES: i64 = 50;

/// How the messages about a question begin that GraphQL can't understand.
const QUESTION_WORDS: [&str; 6] = [
    "parse error",
    "field ",
    "variable ",
    "argument ",
    "fragment ",
    "expected ",
];

/// An answer with what is missing in it.
#[derive(Debug)]
pub struct Answered<T> {
    /// What is there.
    pub data: T,
    /// What is missing in it.
    pub missing: Vec<Missing>,
}

/// Something that an answer lacks.
#[derive(Debug)]
pub struct Missing {
    /// Where, as GitHub names the place (`repository.pullRequests.nodes.3`), without its words; empty: it doesn't say.
    pub place: String,
    /// What it would mean if there were no answer at all.
    pub means: ForgeError,
}

#[derive(Deserialize)]
struct Whole<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Fault {
    #[serde(rename = "type")]
    kind: Option<String>,
    message: String,
    path: Vec<Value>,
    extensions: Option<Extensions>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Extensions {
    code: Option<String>,
    #[serde(rename = "fieldName")]
    field: Option<String>,
}

impl Fault {
    fn place(&self) -> String {
        let words: Vec<String> = self
            .path
            .iter()
            .map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned))
            .collect();
        words.join(".")
    }

    fn unknown_field(&self) -> bool {
        let field = self.extensions.as_ref().and_then(|more| more.field.as_deref());
        let code = self.extensions.as_ref().and_then(|more| more.code.as_deref());
        code == Some("undefinedField") && field == Some("fullDatabaseId")
    }

    /// GraphQL can't understand the question, so that asking again won't help.
    fn is_about_the_question(&self) -> bool {
        let words = self.message.to_lowercase();
        self.extensions.as_ref().is_some_and(|more| more.code.is_some())
            || self.kind.is_none() && self.path.is_empty() && QUESTION_WORDS.iter().any(|word| words.starts_with(word))
    }

    /// What it means where there are no data at all.
    fn meaning(&self, doing: &str) -> ForgeError {
        let doing = doing.to_owned();
        match self.kind.as_deref() {
            Some("NOT_FOUND") => ForgeError::NotFound { doing },
            Some("FORBIDDEN" | "INSUFFICIENT_SCOPES") => ForgeError::Forbidden { doing, status: 403 },
            Some(_) | None if self.is_too_big() => ForgeError::TooBig {
                doing,
                what: "GraphQL took too long, or it was too much".to_owned(),
            },
            Some(_) | None if self.is_about_the_question() => ForgeError::Unreadable {
                doing,
                what: "GraphQL declined the question".to_owned(),
            },
            // Whatever we don't know may pass: nobody should have to look at what mends itself.
            Some(_) | None => ForgeError::Transport {
                doing,
                what: "GraphQL failed".to_owned(),
            },
        }
    }

    /// Less would be answered. What such an answer holds is half empty, without saying where.
    fn is_too_big(&self) -> bool {
        let words = self.message.to_lowercase();
        matches!(
            self.kind.as_deref(),
            Some("RESOURCE_LIMITS_EXCEEDED" | "MAX_NODE_LIMIT_EXCEEDED")
        ) || words.contains("something went wrong")
            || words.contains("timeout")
            || words.contains("timed out")
    }
}

/// Which limit an answer of GraphQL says is used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Limit {
    /// The hour's points.
    Primary,
    /// Too much at once, which holds for REST, too.
    Secondary,
}

/// Which limit an answer with a status of success says is used up, if one is: in an error, or in a message alone.
///
/// `waits`: it names a time to wait.
pub(super) fn limit(text: &str, waits: bool) -> Option<Limit> {
    #[derive(Deserialize)]
    struct Refusal {
        data: Option<IgnoredAny>,
        message: Option<String>,
        #[serde(default)]
        errors: Vec<Fault>,
    }
    // Cheap, and also true where people talk about limits; then the errors are looked at.
    if !waits && !text.contains("RATE_LIMIT") && !text.to_lowercase().contains("rate limit") {
        return None;
    }
    let refusal: Refusal = serde_json::from_str(text).ok()?;
    let alone = refusal.message.as_deref().filter(|_| refusal.data.is_none());
    let mut said = refusal.errors.iter().map(|fault| fault.message.as_str()).chain(alone);
    let asks_to_wait = waits && refusal.data.is_none();
    if asks_to_wait || said.any(|message| message.to_lowercase().contains(SECONDARY)) {
        return Some(Limit::Secondary);
    }
    let mut kinds = refusal.errors.iter().filter_map(|fault| fault.kind.as_deref());
    let primary = kinds.any(|kind| kind.starts_with("RATE_LIMIT"))
        || alone.is_some_and(|message| message.to_lowercase().contains("rate limit"));
    primary.then_some(Limit::Primary)
}

/// An answer that is no JSON is a page of something between us and GitHub, which passes.
fn of_json(error: &serde_json::Error, doing: &str) -> ForgeError {
    let doing = doing.to_owned();
    if error.is_data() {
        let what = format!(
            "not what GitHub documents at line {}, column {}",
            error.line(),
            error.column()
        );
        ForgeError::Unreadable { doing, what }
    } else {
        let what = "the answer is no JSON".to_owned();
        ForgeError::Transport { doing, what }
    }
}

impl GitHub {
    /// Asks `query` with `variables`; `operation` names it for the server's logs.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        seat: &Seat,
        call: &Call<'_>,
        (operation, query): (&str, &str),
        variables: &Value,
    ) -> Result<Answered<T>, ForgeError> {
        loop {
            let full_ids = self.full_ids.load(Ordering::Relaxed);
            let query = if full_ids {
                query.to_owned()
            } else {
                query.replace("fullDatabaseId", "fullDatabaseId: databaseId")
            };
            let body = json!({ "query": query, "operationName": operation, "variables": variables });
            let text = self.post_graphql(seat, call, &body).await?;
            let whole: Whole<T> =
                serde_json::from_slice(&without_nul(text.as_bytes())).map_err(|error| of_json(&error, call.doing))?;
            if full_ids && whole.errors.iter().any(Fault::unknown_field) {
                // An Enterprise Server from before 2023: the shorter number is the same one.
                self.full_ids.store(false, Ordering::Relaxed);
                continue;
            }
            if let Some(fault) = whole.errors.iter().find(|fault| fault.is_too_big()) {
                return Err(fault.meaning(call.doing));
            }
            let missing = |fault: &Fault| Missing {
                place: fault.place(),
                means: fault.meaning(call.doing),
            };
            let missing = whole.errors.iter().map(missing).collect();
            let about_us = whole.errors.iter().find(|fault| fault.is_about_the_question());
            return match (whole.data, about_us.or(whole.errors.first())) {
                (Some(data), _) => Ok(Answered { data, missing }),
                (None, Some(fault)) => Err(fault.meaning(call.doing)),
                (None, None) => Err(ForgeError::Transport {
                    doing: call.doing.to_owned(),
                    what: "GraphQL gave neither data nor errors".to_owned(),
                }),
            };
        }
    }

    /// The connection to GraphQL: the REST one, or on an Enterprise Server one of its own, since `/api/graphql` lies beside
    /// `/api/v3` and the client always puts the latter in front.
    pub(super) async fn graphql_client(&self, seat: &Seat, doing: &str) -> Result<Octocrab, ForgeError> {
        let api = self.settings.api_url.as_str().trim_end_matches('/');
        let Some(beside) = api.strip_suffix("/v3") else {
            return Ok(seat.client.clone());
        };
        let mut made = seat.beside.lock().await;
        let now = self.clock.now();
        let holds = |at: &Time| now - *at < chrono::Duration::minutes(TOKEN_MINUTES);
        if let Some((client, _)) = made.as_ref().filter(|(_, at)| holds(at)) {
            return Ok(client.clone());
        }
        let token = match (self.app_client(), seat.installation, &self.settings.credentials) {
            (Some(app), Some(installation), _) => {
                let (_, token) = app
                    .installation_and_token(installation)
                    .await
                    .map_err(|error| of_client(&error, doing))?;
                token.expose_secret().to_owned()
            }
            (_, _, Credentials::Token(token)) => token.expose_secret().to_owned(),
            _ => return Ok(seat.client.clone()),
        };
        let client = self
            .client_at(beside)?
            .user_access_token(token)
            .map_err(|error| of_client(&error, doing))?;
        *made = Some((client.clone(), now));
        Ok(client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_means_what_github_says() {
        let fault = |text: &str| serde_json::from_str::<Fault>(text).expect("a fault").meaning("asking");
        assert!(matches!(
            fault(r#"{"type":"NOT_FOUND","message":"x"}"#),
            ForgeError::NotFound { .. }
        ));
        let heavy =
            r#"{"message":"Something went wrong while executing your query. This may be the result of a timeout"}"#;
        for text in [
            heavy,
            r#"{"type":"MAX_NODE_LIMIT_EXCEEDED","message":"x"}"#,
            r#"{"type":"RESOURCE_LIMITS_EXCEEDED","message":"x"}"#,
        ] {
            assert!(matches!(fault(text), ForgeError::TooBig { .. }), "{text}");
        }
        for text in [
            r#"{"message":"Parse error on \"}\""}"#,
            r#"{"message":"x","path":["query"],"extensions":{"code":"undefinedField"}}"#,
        ] {
            assert!(!fault(text).may_pass(), "{text}");
        }
        for text in [
            r#"{"type":"SERVICE_UNAVAILABLE","message":"x"}"#,
            r#"{"message":"Loading failed","path":["repository"]}"#,
        ] {
            assert!(fault(text).may_pass(), "{text}");
        }
    }

    #[test]
    fn a_limit_is_known_by_what_github_says_and_not_by_what_people_say() {
        let secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
        let alone = json!({ "message": secondary, "documentation_url": "https://docs.github.com" });
        assert_eq!(limit(&alone.to_string(), false), Some(Limit::Secondary));
        let error = json!({ "data": null, "errors": [{ "message": secondary }] });
        assert_eq!(limit(&error.to_string(), false), Some(Limit::Secondary));
        for kind in ["RATE_LIMITED", "RATE_LIMIT"] {
            let error = json!({ "errors": [{ "type": kind, "message": "API rate limit exceeded" }] });
            assert_eq!(limit(&error.to_string(), false), Some(Limit::Primary), "{kind}");
        }
        let talk = json!({ "data": { "body": secondary }, "errors": [{ "message": "Not this one" }] });
        assert_eq!(
            limit(&talk.to_string(), true),
            None,
            "there are data, and nobody's limit"
        );
        let error = json!({ "errors": [{ "message": "Not now" }] });
        assert_eq!(limit(&error.to_string(), true), Some(Limit::Secondary));
        assert_eq!(limit(&error.to_string(), false), None);
    }
}
