//! How answers look: errors, pages, rate-limit headers.

use std::collections::HashMap;

use axum::Json;
use axum::http::header::{HeaderName, HeaderValue, LINK};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::demo::github::failures::Rate;

/// Where GitHub documents its REST API; error answers carry it.
const DOCS: &str = "https://docs.github.com/rest";

/// An error in GitHub's shape.
pub fn failed(status: StatusCode, message: &str) -> Response {
    let body = json!({ "message": message, "documentation_url": DOCS, "status": status.as_u16().to_string() });
    (status, Json(body)).into_response()
}

/// GitHub's answer for what it doesn't know or doesn't show.
pub fn not_found() -> Response {
    failed(StatusCode::NOT_FOUND, "Not Found")
}

/// 200 with this value, or not found.
pub fn found(value: Option<Value>) -> Response {
    value.map_or_else(not_found, |value| Json(value).into_response())
}

/// The page a request asks for.
#[derive(Clone, Debug)]
pub struct Page {
    number: usize,
    size: usize,
    address: String,
    rest: Vec<(String, String)>,
}

impl Page {
    /// From the query; `address` is the full address without it. 30 a page unless told, 100 at most.
    pub fn of(query: &HashMap<String, String>, address: String) -> Self {
        let number = |key: &str, or: usize| {
            query
                .get(key)
                .and_then(|v| v.parse().ok())
                .filter(|n| *n > 0)
                .unwrap_or(or)
        };
        let mut rest: Vec<(String, String)> = query
            .iter()
            .filter(|(k, _)| *k != "page" && *k != "per_page")
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        rest.sort();
        Self {
            number: number("page", 1),
            size: number("per_page", 30).min(100),
            address,
            rest,
        }
    }

    /// This page's slice of a list, at most `cap` entries over all pages.
    pub fn slice<'a, T>(&self, all: &'a [T], cap: usize) -> &'a [T] {
        let all = &all[..all.len().min(cap)];
        let from = (self.number - 1).saturating_mul(self.size).min(all.len());
        &all[from..(from + self.size).min(all.len())]
    }

    /// The `Link` header for a list of this length; none when it fits one page.
    pub fn links(&self, length: usize) -> HeaderMap {
        let last = length.div_ceil(self.size).max(1);
        let mut parts = Vec::new();
        if self.number > 1 {
            parts.push(self.link(self.number - 1, "prev"));
        }
        if self.number < last {
            parts.push(self.link(self.number + 1, "next"));
            parts.push(self.link(last, "last"));
        }
        if self.number > 1 {
            parts.push(self.link(1, "first"));
        }
        let mut headers = HeaderMap::new();
        if !parts.is_empty()
            && let Ok(value) = HeaderValue::from_str(&parts.join(", "))
        {
            headers.insert(LINK, value);
        }
        headers
    }

    fn link(&self, page: usize, rel: &str) -> String {
        let mut rest = String::new();
        for (key, value) in &self.rest {
            rest.extend([key, "=", value, "&"]);
        }
        format!(
            "<{}?{rest}per_page={}&page={page}>; rel=\"{rel}\"",
            self.address, self.size
        )
    }

    /// This page of a list, with its `Link` header.
    pub fn answer(&self, all: &[Value]) -> Response {
        let slice = self.slice(all, usize::MAX).to_vec();
        (self.links(all.len()), Json(Value::Array(slice))).into_response()
    }
}

/// Puts the rate limit's headers on an answer that doesn't have them yet.
pub fn with_rate(mut response: Response, rate: Rate) -> Response {
    let remaining = rate.remaining();
    let pairs = [
        ("x-ratelimit-limit", rate.limit.to_string()),
        ("x-ratelimit-remaining", remaining.to_string()),
        ("x-ratelimit-reset", rate.reset.timestamp().to_string()),
        ("x-ratelimit-used", (rate.limit - remaining).to_string()),
        ("x-ratelimit-resource", "core".to_owned()),
        ("x-github-media-type", "github.v3; format=json".to_owned()),
    ];
    for (name, value) in pairs {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response
                .headers_mut()
                .entry(HeaderName::from_static(name))
                .or_insert(value);
        }
    }
    response
}
