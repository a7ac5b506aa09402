//! What a program is told when something can't be had: `application/problem+json` (RFC 9457). Never the inner text.
use std::collections::BTreeMap;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::rejection::QueryRejection;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Serialize;
use utoipa::IntoResponses;
use utoipa::ToSchema;
use utoipa::openapi::ContentBuilder;
use utoipa::openapi::Ref;
use utoipa::openapi::RefOr;
use utoipa::openapi::ResponseBuilder;
use utoipa::openapi::response::Response as Described;

use crate::model::access_token::Scope;
use crate::pipeline::StepError;
use crate::store::StoreError;
use crate::web::error::PageError;

/// The media type of every error.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What went wrong, one kind an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// 400
    BadQuery,
    /// 400
    BadBody,
    /// 401
    NotSignedIn,
    /// 401
    BadToken,
    /// 403
    MissingScope,
    /// 403
    ForLeads,
    /// 403
    ForOwners,
    /// 403
    NobodyHere,
    /// 403
    OutOfEverything,
    /// 403
    Closed,
    /// 404
    NotFound,
    /// 405
    WrongMethod,
    /// 413
    TooLong,
    /// 415
    WrongMediaType,
    /// 422
    Unusable,
    /// 429
    TooMany,
    /// 503
    NotNow,
}

impl Kind {
    /// All of them, by status.
    pub const ALL: [Self; 17] = [
        Self::BadQuery,
        Self::BadBody,
        Self::NotSignedIn,
        Self::BadToken,
        Self::MissingScope,
        Self::ForLeads,
        Self::ForOwners,
        Self::NobodyHere,
        Self::OutOfEverything,
        Self::Closed,
        Self::NotFound,
        Self::WrongMethod,
        Self::TooLong,
        Self::WrongMediaType,
        Self::Unusable,
        Self::TooMany,
        Self::NotNow,
    ];

    /// Its status, its word in the address, and its title.
    #[must_use]
    pub fn told(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::BadQuery => (StatusCode::BAD_REQUEST, "query", "The query can't be used"),
            Self::BadBody => (StatusCode::BAD_REQUEST, "body", "The body can't be read"),
            Self::NotSignedIn => (StatusCode::UNAUTHORIZED, "token-needed", "An access token is needed"),
            Self::BadToken => (StatusCode::UNAUTHORIZED, "token", "The access token isn't good"),
            Self::MissingScope => (StatusCode::FORBIDDEN, "scope", "The access token isn't for this"),
            Self::ForLeads => (StatusCode::FORBIDDEN, "for-leads", "This is for leads"),
            Self::ForOwners => (StatusCode::FORBIDDEN, "for-owners", "This is for owners"),
            Self::NobodyHere => (StatusCode::FORBIDDEN, "nobody", "Nothing is known of you here"),
            Self::OutOfEverything => (StatusCode::FORBIDDEN, "out", "You are out of everything"),
            Self::Closed => (StatusCode::FORBIDDEN, "closed", "This is closed to you"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "Not here"),
            Self::WrongMethod => (StatusCode::METHOD_NOT_ALLOWED, "method", "Not like this"),
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, "too-long", "The body is too long"),
            Self::WrongMediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "media-type",
                "The body has to be JSON",
            ),
            Self::Unusable => (StatusCode::UNPROCESSABLE_ENTITY, "unusable", "Nothing was changed"),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many requests"),
            Self::NotNow => (StatusCode::SERVICE_UNAVAILABLE, "not-now", "Not now"),
        }
    }

    /// Where it is explained: on the page of the API.
    #[must_use]
    pub fn address(self) -> String {
        format!("/docs/api#problem-{}", self.told().1)
    }
}

/// A problem as it is sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Sent {
    /// Which kind of problem: the address of its explanation, relative to this server.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", examples("/docs/api#problem-scope"))]
    kind: String,
    /// The kind in a few words; the same for all of a kind.
    title: &'static str,
    /// The status of the answer, again.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong this time, in a sentence or two, and the way out.
    detail: String,
}

/// Why something can't be had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    kind: Kind,
    detail: String,
    scope: Option<Scope>,
    /// Seconds after which it is worth another try.
    again_after: Option<u64>,
}

impl Problem {
    /// A problem of a kind, in words.
    #[must_use]
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            scope: None,
            again_after: (kind == Kind::NotNow).then_some(60),
        }
    }

    /// The token lacks this scope.
    #[must_use]
    pub fn missing(scope: Scope) -> Self {
        let word = scope.as_str();
        Self {
            scope: Some(scope),
            ..Self::new(
                Kind::MissingScope,
                format!("This token lacks the scope {word}. Make one that has it on /me/tokens."),
            )
        }
    }

    /// Too many requests; the next one is answered after so many seconds.
    #[must_use]
    pub fn too_many(seconds: u64) -> Self {
        Self {
            again_after: Some(seconds),
            ..Self::new(
                Kind::TooMany,
                format!("This token asked too often. Go on in {seconds} s, and more slowly."),
            )
        }
    }

    /// There is nothing at this address.
    #[must_use]
    pub fn no_such_address() -> Self {
        Self::new(
            Kind::NotFound,
            "There is nothing at this address. All that there is stands on /docs/api.",
        )
    }

    /// Who asks has to say who they are, for 401s and scopes.
    fn challenge(&self) -> Option<String> {
        match (self.kind, self.scope) {
            (Kind::NotSignedIn, _) => Some("Bearer realm=\"Peerlore\"".to_owned()),
            (Kind::BadToken, _) => Some("Bearer realm=\"Peerlore\", error=\"invalid_token\"".to_owned()),
            (_, Some(scope)) => Some(format!(
                "Bearer realm=\"Peerlore\", error=\"insufficient_scope\", scope=\"{}\"",
                scope.as_str()
            )),
            _ => None,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, _, title) = self.kind.told();
        let sent = Sent {
            kind: self.kind.address(),
            title,
            status: status.as_u16(),
            detail: self.detail.clone(),
        };
        let mut response = (status, Json(sent)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(value) = self.challenge().and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, value);
        }
        if let Some(seconds) = self.again_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<PageError> for Problem {
    fn from(error: PageError) -> Self {
        let kind = match &error {
            PageError::NotFound(_) => Kind::NotFound,
            PageError::SignedOut { .. } | PageError::SentOn(_) => {
                return Self::new(
                    Kind::NotSignedIn,
                    "Send an access token in the header Authorization, as Bearer and the token; one is made on /me/tokens. In a browser, sign in first.",
                );
            }
            PageError::NobodyChosen | PageError::NobodyHere => {
                return Self::new(
                    Kind::NobodyHere,
                    "This belongs to one person, and nothing is known of you here: you took no part in a review yet, or have nobody's page in the demo.",
                );
            }
            PageError::Closed | PageError::Outside { .. } | PageError::FormOutOfDate | PageError::SentFromElsewhere => {
                Kind::Closed
            }
            PageError::ForLeads => Kind::ForLeads,
            PageError::ForOwners => Kind::ForOwners,
            PageError::SignInVoid | PageError::Unreadable(_) => Kind::Unusable,
            PageError::WrongMethod => Kind::WrongMethod,
            PageError::Unsure | PageError::Busy | PageError::Ours(_) => Kind::NotNow,
        };
        let (_, _, words) = error.told();
        Self::new(kind, words.replace('`', ""))
    }
}

impl From<StepError> for Problem {
    fn from(error: StepError) -> Self {
        PageError::from(error).into()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        PageError::from(error).into()
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        PageError::from(error).into()
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        let words = rejection.body_text();
        let what = words.rsplit_once("string: ").map_or(words.as_str(), |(_, what)| what);
        Self::new(Kind::BadQuery, format!("The query can't be used: {what}."))
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let words = rejection.body_text();
        let what = words.split_once(": ").map_or(words.as_str(), |(_, what)| what);
        match rejection.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::new(
                Kind::WrongMediaType,
                "Send the body as JSON, with Content-Type: application/json.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(Kind::TooLong, "The body is too long."),
            StatusCode::UNPROCESSABLE_ENTITY => Self::new(
                Kind::Unusable,
                format!("The body says something that can't be used: {what}."),
            ),
            _ => Self::new(Kind::BadBody, format!("The body is no JSON: {what}.")),
        }
    }
}

/// The statuses with which something can be refused, for the document.
fn described(statuses: &[(u16, &str)]) -> BTreeMap<String, RefOr<Described>> {
    let one = |words: &str| {
        let problem = Ref::from_schema_name("Problem");
        let content = ContentBuilder::new().schema(Some(problem)).build();
        ResponseBuilder::new()
            .description(words)
            .content(MEDIA_TYPE, content)
            .build()
    };
    statuses
        .iter()
        .map(|(status, words)| (status.to_string(), RefOr::T(one(words))))
        .collect()
}

const ALWAYS: [(u16, &str); 4] = [
    (401, "No access token, or one that isn't good"),
    (403, "The token lacks the scope, or its owner may not see this"),
    (429, "Too many requests by this token; Retry-After says when to go on"),
    (503, "Not now: the database or the code host can't be asked"),
];
const QUERY: (u16, &str) = (400, "The query or the body can't be read");
const MISSING: (u16, &str) = (404, "Not here, or not to be seen by the token's owner");

/// How anything can be refused.
#[derive(Clone, Copy, Debug)]
pub struct Refused;

impl IntoResponses for Refused {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        described(&ALWAYS)
    }
}

/// The same of what takes a query.
#[derive(Clone, Copy, Debug)]
pub struct RefusedQuery;

impl IntoResponses for RefusedQuery {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        let mut all = Refused::responses();
        all.extend(described(&[QUERY, MISSING]));
        all
    }
}

/// The same of what is named in the path.
#[derive(Clone, Copy, Debug)]
pub struct RefusedPath;

impl IntoResponses for RefusedPath {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        let mut all = Refused::responses();
        all.extend(described(&[MISSING]));
        all
    }
}

/// The same of what takes a body.
#[derive(Clone, Copy, Debug)]
pub struct RefusedBody;

impl IntoResponses for RefusedBody {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        let mut all = Refused::responses();
        all.extend(described(&[
            QUERY,
            (413, "The body is too long"),
            (415, "The body has to be JSON"),
            (422, "The body says something that can't be used; nothing was changed"),
        ]));
        all
    }
}
