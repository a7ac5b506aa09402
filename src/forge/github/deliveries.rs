//! The App's own webhook deliveries: which ones failed, and having them sent again. GitHub keeps them 3 days, an
//! Enterprise Server 7.
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::github::app::Seat;
use crate::forge::github::call::Call;
use crate::forge::github::call::Write;
use crate::model::clock::Time;

/// One attempt to deliver a webhook.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Attempt {
    /// The attempt's own number, by which it is sent again.
    pub id: i64,
    /// The delivery's id (`X-GitHub-Delivery`), the same for every attempt.
    pub guid: String,
    /// When it was sent.
    pub delivered_at: Time,
    /// The event's name.
    pub event: String,
    /// What the receiver answered; 0 where nobody did.
    pub status_code: u16,
}

impl Attempt {
    /// It arrived.
    #[must_use]
    pub fn arrived(&self) -> bool {
        (200..300).contains(&self.status_code)
    }
}

impl Forge {
    /// A page of the App's delivery attempts, newest first, and where the next one begins.
    ///
    /// # Errors
    /// As [`ForgeError`] says; [`ForgeError::Forbidden`] with a plain token, since only the App itself may ask.
    pub async fn deliveries(&self, cursor: Option<&str>) -> Result<(Vec<Attempt>, Option<String>), ForgeError> {
        let doing = "reading the App's webhook deliveries";
        let seat = self.as_app_or_token(doing)?;
        let mut path = "/app/hook/deliveries?per_page=100".to_owned();
        if let Some(cursor) = cursor {
            let cursor: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
            path = format!("{path}&cursor={cursor}");
        }
        let call = Call {
            doing,
            endpoint: "deliveries",
            path,
        };
        self.github.page(&seat, &call).await
    }

    /// Has a delivery sent again, by the number of one of its attempts. At most one a second.
    ///
    /// # Errors
    /// As for [`Forge::deliveries`]; [`ForgeError::NotFound`] where it is no longer kept.
    pub async fn redeliver(&self, attempt: i64) -> Result<(), ForgeError> {
        let doing = "having a webhook delivery sent again";
        let seat = self.as_app_or_token(doing)?;
        let call = Call {
            doing,
            endpoint: "redeliver",
            path: format!("/app/hook/deliveries/{attempt}/attempts"),
        };
        let _: IgnoredAny = self.github.write(&seat, &call, &Write::Post, &json!({})).await?;
        Ok(())
    }

    /// Days that GitHub keeps a delivery: 7 on an Enterprise Server, else 3.
    #[must_use]
    pub fn delivery_days(&self) -> i64 {
        let on_server = self
            .github
            .settings
            .api_url
            .path()
            .trim_end_matches('/')
            .ends_with("/api/v3");
        if on_server { 7 } else { 3 }
    }

    fn as_app_or_token(&self, doing: &str) -> Result<std::sync::Arc<Seat>, ForgeError> {
        match self.github.as_app(doing)? {
            Some(seat) => Ok(seat),
            None => self.github.seat(None, doing),
        }
    }
}
