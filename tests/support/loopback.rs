//! A loopback server that answers as a test says and remembers what it was asked.
use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::Mutex;

use axum::Router;
use axum::http::HeaderMap;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::response::IntoResponse;
use axum::response::Response;
use serde_json::Value;
use serde_json::json;

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: Method,
    pub path: String,
    pub bearer: String,
    pub body: String,
}

pub type Log = Arc<Mutex<Vec<Seen>>>;

/// A server that answers by a function of the request and how many came before it; its address and its log.
pub async fn server(answer: impl Fn(&Seen, usize) -> Response + Clone + Send + Sync + 'static) -> (String, Log) {
    let log = Log::default();
    let kept = Arc::clone(&log);
    let handler = move |method: Method, uri: Uri, headers: HeaderMap, body: String| {
        let bearer = headers
            .get("authorization")
            .map(|value| value.to_str().expect("text").to_owned());
        let seen = Seen {
            method,
            path: uri.to_string(),
            bearer: bearer.unwrap_or_default(),
            body,
        };
        let mut log = kept.lock().expect("the log");
        log.push(seen.clone());
        let token = seen.path.ends_with("/access_tokens");
        let response = if token && seen.bearer.starts_with("Bearer ey") {
            json_of(
                201,
                json!({ "token": "ghs_installation_secret", "expires_at": "2999-01-01T00:00:00Z", "permissions": {} }),
            )
        } else {
            answer(&seen, log.len())
        };
        std::future::ready(response)
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(axum::serve(listener, Router::new().fallback(handler)).into_future());
    (address, log)
}

pub fn json_of(status: u16, body: Value) -> Response {
    (StatusCode::from_u16(status).expect("a status"), axum::Json(body)).into_response()
}

pub fn with_headers(status: u16, headers: &[(&'static str, &str)], body: &str) -> Response {
    let mut response = (StatusCode::from_u16(status).expect("a status"), body.to_owned()).into_response();
    for (name, value) in headers {
        response.headers_mut().insert(*name, value.parse().expect("a header"));
    }
    response
}
