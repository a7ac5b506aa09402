//! A webhook delivery and its signature.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::demo::github::commits::digest;

/// One webhook, ready to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The value of `X-GitHub-Delivery`: shaped like a UUID, the same on every run.
    pub id: String,
    /// The value of `X-GitHub-Event`.
    pub event: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The JSON body, byte for byte what is signed.
    pub body: Vec<u8>,
}

impl Delivery {
    /// The body as JSON; null if it is none, which no delivery of ours is.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The payload's `action`; empty for events without one, such as `push`.
    #[must_use]
    pub fn action(&self) -> String {
        self.json()["action"].as_str().unwrap_or_default().to_owned()
    }
}

/// A delivery id from the demo's salt and the delivery's place in the stream.
#[must_use]
pub fn delivery_id(salt: u64, place: u64) -> String {
    let d = digest(&["delivery", &salt.to_string(), &place.to_string()]);
    format!(
        "{}-{}-4{}-8{}-{}",
        &d[..8],
        &d[8..12],
        &d[13..16],
        &d[17..20],
        &d[20..32]
    )
}

/// The value of `X-Hub-Signature-256` for a body: `sha256=` and 64 hexadecimal digits.
#[must_use]
pub fn sign(secret: &[u8], body: &[u8]) -> String {
    // HMAC takes a key of any length; the error type only exists for other MACs.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return String::new();
    };
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{delivery_id, sign};

    #[test]
    fn the_signature_is_the_one_github_documents() {
        let signed = sign(b"It's a Secret to Everybody", b"Hello, World!");
        assert_eq!(
            signed,
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        );
    }

    #[test]
    fn delivery_ids_look_like_uuids_and_differ() {
        assert_eq!(delivery_id(1, 1).len(), 36);
        assert_ne!(delivery_id(1, 1), delivery_id(1, 2));
    }
}
