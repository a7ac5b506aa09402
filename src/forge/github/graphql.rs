//! One question to GraphQL, with answers that are there in part, and how much a page may ask for.
//!
//! GitHub allows 500,000 nodes a question and counts a call's cost by the connections it opens. Source: GitHub GraphQL
//! API, "Rate limits and query limits for the GraphQL API".
use std::sync::atomic::Ordering;

use octocrab::Octocrab;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::json;

use crate::forge::ForgeError;
use crate::forge::github::app::Credentials;
use crate::forge::github::app::GitHub;
use crate::forge::github::app::Seat;
use crate::forge::github::call::Call;
use crate::forge::github::call::of_client;
use crate::forge::github::call::read;
use crate::model::clock::Time;

/// The most nodes that GitHub lets one question ask for.
pub const NODE_LIMIT: u64 = 500_000;

/// Minutes for which the token of a connection beside the REST one is used; GitHub's holds for 60.
const TOKEN_MINUTES: i64 = 50;

/// How many of each thing a page of pull requests asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sizes {
    /// Pull requests.
    pub pulls: u32,
    /// Files of each.
    pub files: u32,
    /// Commits of each.
    pub commits: u32,
    /// Authors of each commit.
    pub authors: u32,
    /// Reviews of each.
    pub reviews: u32,
    /// Review threads of each.
    pub threads: u32,
    /// Comments of each thread.
    pub replies: u32,
    /// Comments in the conversation of each.
    pub talk: u32,
    /// Entries of the timeline of each.
    pub timeline: u32,
    /// Labels of each, and people or teams that are asked to review it.
    pub few: u32,
}

impl Sizes {
    /// What most pull requests fit in, for a page of so many of them; the rest of bigger ones is asked for apart.
    #[must_use]
    pub fn usual(pulls: u32) -> Self {
        Self {
            pulls,
            files: 100,
            commits: 20,
            authors: 5,
            reviews: 30,
            threads: 20,
            replies: 10,
            talk: 30,
            timeline: 50,
            few: 20,
        }
    }

    /// The same for a page of so many, or as many of them as GitHub lets one question ask for.
    #[must_use]
    pub fn fitting(pulls: u32) -> Self {
        let mut sizes = Self::usual(pulls.clamp(1, 100));
        while sizes.nodes() > NODE_LIMIT && sizes.pulls > 1 {
            sizes.pulls /= 2;
        }
        sizes
    }

    /// Everything of one pull request that one question can hold.
    #[must_use]
    pub fn rest() -> Self {
        Self {
            pulls: 1,
            files: 100,
            commits: 100,
            authors: 10,
            reviews: 100,
            threads: 100,
            replies: 100,
            talk: 100,
            timeline: 100,
            few: 100,
        }
    }

    /// The nodes that a page asks for at most.
    #[must_use]
    pub fn nodes(self) -> u64 {
        let [
            pulls,
            files,
            commits,
            authors,
            reviews,
            threads,
            replies,
            talk,
            timeline,
            few,
        ] = [
            self.pulls,
            self.files,
            self.commits,
            self.authors,
            self.reviews,
            self.threads,
            self.replies,
            self.talk,
            self.timeline,
            self.few,
        ]
        .map(u64::from);
        let each = files + commits * (1 + authors) + reviews + threads * (1 + replies) + talk + timeline + 2 * few;
        pulls * (1 + each)
    }

    /// What a page costs of the 5,000 points an hour: a hundredth of the connections it opens, 1 at least.
    #[must_use]
    pub fn points(self) -> u64 {
        let [pulls, commits, threads] = [self.pulls, self.commits, self.threads].map(u64::from);
        // Files, commits, reviews, threads, conversation, timeline, labels, requests.
        let opened = 1 + pulls * (8 + commits + threads);
        opened.div_ceil(100).max(1)
    }
}

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
            Some(_) | None => ForgeError::Unreadable {
                doing,
                what: "GraphQL declined the question".to_owned(),
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
            let whole: Whole<T> = read(&text, call.doing)?;
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
            return match (whole.data, whole.errors.first()) {
                (Some(data), _) => Ok(Answered { data, missing }),
                (None, Some(fault)) => Err(fault.meaning(call.doing)),
                (None, None) => Err(ForgeError::Unreadable {
                    doing: call.doing.to_owned(),
                    what: "neither data nor errors".to_owned(),
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
    fn every_page_stays_far_below_the_node_limit_and_within_an_hours_points() {
        for pulls in 1..=100 {
            assert!(Sizes::usual(pulls).nodes() <= NODE_LIMIT, "{pulls}");
        }
        assert!(Sizes::rest().nodes() <= NODE_LIMIT);
        let page = Sizes::usual(25);
        assert_eq!(page.nodes(), 25 * (1 + 100 + 20 * 6 + 30 + 20 * 11 + 30 + 50 + 40));
        assert_eq!(page.points(), 13, "1,000 pull requests cost 520 of 5,000 points");
    }

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
        assert!(!fault(r#"{"message":"Parse error"}"#).may_pass());
    }
}
