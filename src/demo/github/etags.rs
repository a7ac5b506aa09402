//! Conditional requests: an answer has a tag, and who asks again with it is told that nothing changed.
//!
//! As on GitHub, a tag belongs to the token that it was given to.

use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

use crate::demo::github::commits::digest;

/// The largest answer that gets a tag.
const LARGEST: usize = 16 << 20;

/// An answer to a `GET` with its tag, or 304 without a body where the request has it already.
pub async fn tagged(asked: &HeaderMap, response: Response) -> Response {
    if response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        parts.status = StatusCode::INTERNAL_SERVER_ERROR;
        return Response::from_parts(parts, Body::empty());
    };
    let text = String::from_utf8_lossy(&bytes);
    let token = asked.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let tag = format!("W/\"{}\"", digest(&["etag", token.unwrap_or_default(), &text]));
    let known = asked
        .get(IF_NONE_MATCH)
        .is_some_and(|value| value.as_bytes() == tag.as_bytes());
    if let Ok(value) = HeaderValue::from_str(&tag) {
        parts.headers.insert(ETAG, value);
    }
    if known {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(axum::http::header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}
