//! The door: a signed delivery goes into the inbox, and a job with it, in one transaction. Nothing is parsed here.
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use secrecy::ExposeSecret;
use secrecy::SecretString;
use sha2::Sha256;
use sqlx::Connection;
use sqlx::Postgres;
use sqlx::Transaction;

use crate::model::job::Job;
use crate::pipeline::registered;
use crate::store;
use crate::store::StoreError;
use crate::store::inbox;
use crate::store::inbox::Arrival;
use crate::web::Web;

/// A body that isn't there by then is given up: whoever sends it slowly holds nothing of ours for long. GitHub itself waits
/// for our answer for 10 seconds.
const READ_WITHIN: Duration = Duration::from_secs(20);

/// GitHub sends no more than 25 MB.
const LIMIT: usize = 25 * 1024 * 1024;

/// What webhooks are signed with: one secret, or two while rotating; by default none, and nothing fits. Never shown.
#[derive(Clone, Debug, Default)]
pub struct Secrets(pub(super) Vec<SecretString>);

impl Secrets {
    /// The secrets in a comma-separated list; none where it holds no secret.
    #[must_use]
    pub fn parse(list: &SecretString) -> Option<Self> {
        let secrets: Vec<SecretString> = list
            .expose_secret()
            .split(',')
            .map(str::trim)
            .filter(|secret| !secret.is_empty())
            .map(SecretString::from)
            .collect();
        (!secrets.is_empty()).then_some(Self(secrets))
    }

    /// This one secret.
    #[must_use]
    pub fn of(secret: &SecretString) -> Self {
        Self(vec![secret.clone()])
    }

    /// Whether there is none, so that nothing fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `signature` (`sha256=` and hexadecimal digits) is that of `body` by one of the secrets, in constant time.
    #[must_use]
    pub fn verify(&self, body: &[u8], signature: &str) -> bool {
        let Some(digits) = signature.strip_prefix("sha256=") else {
            return false;
        };
        let Ok(tag) = hex::decode(digits) else { return false };
        self.0.iter().fold(false, |valid, secret| {
            let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
                return valid;
            };
            mac.update(body);
            mac.verify_slice(&tag).is_ok() | valid
        })
    }
}

/// `POST /webhooks/github`: 202 when the delivery is stored, also when it was before; 401 for a wrong or missing
/// signature, 415 for another content type, 413 over 25 MB, 400 without GitHub's headers, 503 without a database, so
/// that GitHub marks the delivery as failed and it can be sent again.
pub async fn receive(State(web): State<Web>, headers: HeaderMap, body: Body) -> (StatusCode, &'static str) {
    let outcome = accept(&web, &headers, body).await;
    let (word, status, words) = match outcome {
        Ok(Accepted::New) => ("received", StatusCode::ACCEPTED, "accepted\n"),
        Ok(Accepted::Again) => ("duplicate", StatusCode::ACCEPTED, "seen before\n"),
        Err((status, words)) => ("refused", status, words),
    };
    metrics::counter!("peerlore_deliveries_total", "outcome" => word).increment(1);
    (status, words)
}

enum Accepted {
    New,
    Again,
}

type Refused = (StatusCode, &'static str);

async fn accept(web: &Web, headers: &HeaderMap, body: Body) -> Result<Accepted, Refused> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let content_type = text(header::CONTENT_TYPE.as_str())
        .and_then(|value| value.split(';').next())
        .map(|kind| kind.trim().to_ascii_lowercase())
        .filter(|kind| kind == "application/json" || kind == "application/x-www-form-urlencoded")
        .ok_or((
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send application/json or application/x-www-form-urlencoded\n",
        ))?;
    let body = tokio::time::timeout(READ_WITHIN, axum::body::to_bytes(body, LIMIT))
        .await
        .map_err(|_| (StatusCode::REQUEST_TIMEOUT, "the body took too long to come\n"))?
        .map_err(|error| too_large_or_broken(&error))?;
    let signature = text("x-hub-signature-256").unwrap_or_default();
    if !is_signed(web, &body, signature).await {
        return Err((StatusCode::UNAUTHORIZED, "the signature is missing or wrong\n"));
    }
    let header_missing = (
        StatusCode::BAD_REQUEST,
        "X-GitHub-Delivery and X-GitHub-Event are needed\n",
    );
    let delivery = text("x-github-delivery")
        .filter(|id| (1..=200).contains(&id.len()))
        .ok_or(header_missing)?;
    let event = text("x-github-event")
        .filter(|name| (1..=100).contains(&name.len()))
        .ok_or(header_missing)?;
    let arrival = Arrival {
        delivery,
        event,
        content_type: &content_type,
        body: &lz4_flex::compress_prepend_size(&body),
        at: web.pipeline.clock.now(),
    };
    put(web, &arrival).await.map_err(|error| {
        tracing::error!(delivery.id = delivery, event, %error, "a delivery could not be stored");
        (StatusCode::SERVICE_UNAVAILABLE, "not now, please send it again\n")
    })
}

/// Whether a body is signed with a secret that the configuration names, or by the App that is registered. Where it isn't,
/// another process may have registered one just now.
async fn is_signed(web: &Web, body: &[u8], signature: &str) -> bool {
    let by_the_app = || {
        let app = web.pipeline.registered.current();
        app.is_some_and(|app| Secrets::of(&app.webhook_secret).verify(body, signature))
    };
    if web.secrets.verify(body, signature) || by_the_app() {
        return true;
    }
    if let Err(error) = registered::look_again(&web.pipeline).await {
        tracing::warn!(%error, "the registered App can't be looked for");
    }
    by_the_app()
}

/// Stores a delivery, on a connection of its own where the pool's turns out to be dead: twice does no harm.
async fn put(web: &Web, arrival: &Arrival<'_>) -> Result<Accepted, StoreError> {
    let pool = &web.pipeline.pool;
    let first = async { put_by(web, pool.begin().await?, arrival).await };
    match first.await {
        Err(error) if error.is_dead_connection() => {
            let mut conn = store::fresh(pool).await?;
            let accepted = put_by(web, conn.begin().await?, arrival).await?;
            // What is committed stays, however the connection ends.
            drop(conn.close().await);
            Ok(accepted)
        }
        done => done,
    }
}

async fn put_by(web: &Web, mut tx: Transaction<'_, Postgres>, arrival: &Arrival<'_>) -> Result<Accepted, StoreError> {
    let Some(inbox) = inbox::put(&mut tx, arrival).await? else {
        tracing::info!(
            delivery.id = arrival.delivery,
            event = arrival.event,
            "delivery seen before"
        );
        return Ok(Accepted::Again);
    };
    web.pipeline
        .queue
        .add(&mut tx, &Job::Receive { inbox }.because_of(Some(arrival.delivery)))
        .await?;
    tx.commit().await?;
    tracing::info!(
        delivery.id = arrival.delivery,
        event = arrival.event,
        bytes = arrival.body.len(),
        "delivery stored"
    );
    Ok(Accepted::New)
}

fn too_large_or_broken(error: &axum::Error) -> Refused {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(current) = cause {
        if current.to_string().contains("length limit exceeded") {
            return (StatusCode::PAYLOAD_TOO_LARGE, "25 MB at most\n");
        }
        cause = current.source();
    }
    (StatusCode::BAD_REQUEST, "the body broke off\n")
}
