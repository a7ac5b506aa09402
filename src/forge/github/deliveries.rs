//! The App's webhook deliveries as GitHub remembers them, and having one sent again. Only the App itself may ask.
//! Source: GitHub REST API, "Webhooks" of GitHub Apps.
use serde::Deserialize;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::github::call::Call;
use crate::model::clock::Time;
use crate::model::delivery::Attempt;

/// One page of attempts, newest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attempts {
    /// The attempts.
    pub attempts: Vec<Attempt>,
    /// Where older ones are; none at the end of the list.
    pub older: Option<String>,
}

#[derive(Deserialize)]
struct RawAttempt {
    id: i64,
    guid: String,
    delivered_at: Time,
    event: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    status_code: i64,
}

impl From<RawAttempt> for Attempt {
    fn from(raw: RawAttempt) -> Self {
        Self {
            id: raw.id,
            delivery: raw.guid,
            at: raw.delivered_at,
            event: raw.event,
            code: raw.status_code,
            status: raw.status,
        }
    }
}

impl Forge {
    /// A page of the attempts to deliver the App's webhooks: the newest, or those at `older` of another page.
    ///
    /// # Errors
    /// As [`ForgeError`] says; [`ForgeError::NotConfigured`] where we don't act as an App.
    pub async fn attempts(&self, older: Option<&str>) -> Result<Attempts, ForgeError> {
        self.page_of_attempts(100, older).await
    }

    /// The newest attempt that GitHub remembers; none where it sent nothing lately.
    ///
    /// # Errors
    /// As [`Forge::attempts`].
    pub async fn last_attempt(&self) -> Result<Option<Attempt>, ForgeError> {
        Ok(self.page_of_attempts(1, None).await?.attempts.into_iter().next())
    }

    /// Has the delivery of this attempt sent again, at our pace. GitHub does so a little later.
    ///
    /// # Errors
    /// As [`Forge::attempts`]; [`ForgeError::NotFound`] or [`ForgeError::Declined`] where GitHub won't any more.
    pub async fn redeliver(&self, attempt: i64) -> Result<(), ForgeError> {
        let doing = "having a webhook sent again";
        let seat = self.app_seat(doing)?;
        let call = Call {
            doing,
            endpoint: "hook_redeliver",
            path: format!("/app/hook/deliveries/{attempt}/attempts"),
        };
        self.github.post_unread(&seat, &call).await
    }

    async fn page_of_attempts(&self, size: u8, older: Option<&str>) -> Result<Attempts, ForgeError> {
        let doing = "reading how the App's webhooks were delivered";
        let seat = self.app_seat(doing)?;
        let mut path = format!("/app/hook/deliveries?per_page={size}");
        if let Some(cursor) = older {
            path.push_str("&cursor=");
            path.extend(url::form_urlencoded::byte_serialize(cursor.as_bytes()));
        }
        let call = Call {
            doing,
            endpoint: "hook_deliveries",
            path,
        };
        let (attempts, older) = self.github.page::<RawAttempt>(&seat, &call).await?;
        Ok(Attempts {
            attempts: attempts.into_iter().map(Attempt::from).collect(),
            older,
        })
    }
}
