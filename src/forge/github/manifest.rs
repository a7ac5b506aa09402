//! Creating the App from its manifest: GitHub gives a code to the browser, and for the code, once and within an hour, the
//! App with its secrets. Source: GitHub, "Registering a GitHub App from a manifest".
use secrecy::SecretString;
use serde::Deserialize;
use serde::Deserializer;
use serde_json::json;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::github::call::Call;
use crate::forge::github::call::Write;
use crate::forge::github::call::segment;
use crate::model::registration::Registration;

/// What GitHub tells of a new App.
#[derive(Deserialize)]
struct Created {
    id: i64,
    slug: String,
    name: Option<String>,
    html_url: String,
    client_id: String,
    #[serde(deserialize_with = "secret")]
    client_secret: SecretString,
    webhook_secret: Option<String>,
    #[serde(deserialize_with = "secret")]
    pem: SecretString,
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<SecretString, D::Error> {
    String::deserialize(from).map(SecretString::from)
}

impl Forge {
    /// Exchanges the code that GitHub gave for the App that it created at `host`. Needs no credentials.
    ///
    /// # Errors
    /// As [`ForgeError`] says; [`ForgeError::NotFound`] and [`ForgeError::Declined`] for a code that was used, is older
    /// than an hour, or was never given.
    pub async fn convert_manifest(&self, code: &str, host: &str) -> Result<Registration, ForgeError> {
        let doing = "taking the new App from GitHub";
        let seat = self.github.anonymous()?;
        let call = Call {
            doing,
            endpoint: "convert_manifest",
            path: format!("/app-manifests/{}/conversions", segment(code)),
        };
        let created: Created = self.github.write(&seat, &call, &Write::Post, &json!({})).await?;
        let webhook_secret = created.webhook_secret.ok_or(ForgeError::Unreadable {
            doing: doing.to_owned(),
            what: "it names no webhook secret".to_owned(),
        })?;
        Ok(Registration {
            host: host.to_owned(),
            app_id: created.id,
            name: created.name.unwrap_or_else(|| created.slug.clone()),
            slug: created.slug,
            html_url: created.html_url,
            client_id: created.client_id,
            private_key: created.pem,
            webhook_secret: SecretString::from(webhook_secret),
            client_secret: created.client_secret,
        })
    }
}
