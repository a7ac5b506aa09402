//! Reading calls about the App itself: what it may do, where it is installed, where its webhooks go. The App asks them as
//! itself, so they need its number and key and no installation.
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::github::app::Seat;
use crate::forge::github::call::Call;
use crate::forge::github::shapes::Repo;
use crate::model::event::Account;
use crate::model::event::RepoSeen;
use crate::model::manifest;
use crate::model::manifest::Permissions;
use crate::model::registration::Granted;
use crate::model::registration::InstallationSeen;

/// The App as GitHub knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AppSeen {
    /// Its number.
    pub id: i64,
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// What it asks every installation for.
    pub permissions: Permissions,
    /// The events that it subscribes to.
    pub events: Vec<String>,
}

/// Where the App's webhooks go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HookSeen {
    /// The address; none where none is set.
    pub url: Option<String>,
    /// They are signed.
    pub has_secret: bool,
    /// GitHub checks our certificate before it sends.
    pub checks_certificate: bool,
}

#[derive(Deserialize)]
struct RawAccount {
    id: i64,
    login: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct RawInstallation {
    id: i64,
    account: RawAccount,
    #[serde(default)]
    permissions: Value,
    repository_selection: Option<String>,
    suspended_at: Option<String>,
}

impl From<RawInstallation> for InstallationSeen {
    fn from(raw: RawInstallation) -> Self {
        Self {
            id: raw.id,
            account: Account {
                id: raw.account.id,
                login: raw.account.login,
                is_organisation: raw.account.kind.as_deref() == Some("Organization"),
            },
            permissions: manifest::levels(&raw.permissions),
            on_all: raw.repository_selection.as_deref() == Some("all"),
            suspended: raw.suspended_at.is_some(),
        }
    }
}

impl Forge {
    /// Whether the code host answers at all, whoever asks. Its clock is heard with it ([`Forge::clock_ahead`]).
    ///
    /// # Errors
    /// [`ForgeError`] where it doesn't, or isn't GitHub's API.
    pub async fn knock(&self) -> Result<(), ForgeError> {
        let seat = self.github.anonymous()?;
        let call = Call {
            doing: "reaching GitHub",
            endpoint: "rate_limit",
            path: "/rate_limit".to_owned(),
        };
        match self.github.get::<IgnoredAny>(&seat, &call).await {
            // It answered: an Enterprise Server may want credentials or have no limits, and a used-up limit is one.
            Ok(_)
            | Err(ForgeError::NotFound { .. } | ForgeError::Forbidden { .. } | ForgeError::RateLimited { .. }) => {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The App that we are.
    ///
    /// # Errors
    /// As [`ForgeError`] says.
    pub async fn app(&self) -> Result<AppSeen, ForgeError> {
        #[derive(Deserialize)]
        struct App {
            id: i64,
            slug: String,
            name: Option<String>,
            #[serde(default)]
            permissions: Value,
            #[serde(default)]
            events: Vec<String>,
        }
        let app: App = self.as_the_app("reading who we are", "app", "/app").await?;
        Ok(AppSeen {
            id: app.id,
            name: app.name.unwrap_or_else(|| app.slug.clone()),
            slug: app.slug,
            permissions: manifest::levels(&app.permissions),
            events: app.events,
        })
    }

    /// Every installation of the App.
    ///
    /// # Errors
    /// As [`ForgeError`] says.
    pub async fn app_installations(&self) -> Result<Vec<InstallationSeen>, ForgeError> {
        let doing = "reading where the App is installed";
        let seat = self.app_seat(doing)?;
        let call = Call {
            doing,
            endpoint: "app_installations",
            path: "/app/installations".to_owned(),
        };
        let found: Vec<RawInstallation> = self.github.list(&seat, &call).await?;
        Ok(found.into_iter().map(InstallationSeen::from).collect())
    }

    /// One installation of the App; the App sees no other App's.
    ///
    /// # Errors
    /// As [`ForgeError`] says; [`ForgeError::NotFound`] for a number that isn't one of ours.
    pub async fn app_installation(&self, number: i64) -> Result<InstallationSeen, ForgeError> {
        let found: RawInstallation = self
            .as_the_app(
                "reading an installation of the App",
                "app_installation",
                &format!("/app/installations/{number}"),
            )
            .await?;
        Ok(found.into())
    }

    /// The repositories that an installation was given: how many, and the first thirty.
    ///
    /// # Errors
    /// As [`ForgeError`] says.
    pub async fn granted(&self, installation: i64) -> Result<Granted, ForgeError> {
        #[derive(Deserialize)]
        struct Repo {
            full_name: String,
        }
        #[derive(Deserialize)]
        struct Repos {
            total_count: u64,
            repositories: Vec<Repo>,
        }
        let doing = "reading which repositories the App was given";
        let seat = self.github.seat(Some(installation), doing)?;
        let call = Call {
            doing,
            endpoint: "installation_repositories",
            path: "/installation/repositories?per_page=30".to_owned(),
        };
        let repos: Repos = self.github.get(&seat, &call).await?;
        Ok(Granted {
            total: repos.total_count,
            first: repos.repositories.into_iter().map(|repo| repo.full_name).collect(),
        })
    }

    /// All repositories that an installation was given; none with a token, which can't ask, and where the list isn't whole.
    ///
    /// # Errors
    /// As [`ForgeError`] says.
    pub async fn repositories(&self, installation: i64) -> Result<Option<Vec<RepoSeen>>, ForgeError> {
        #[derive(Deserialize)]
        struct Page {
            total_count: usize,
            repositories: Vec<Repo>,
        }
        let doing = "reading all repositories that the App was given";
        if self.github.as_app(doing)?.is_none() {
            return Ok(None);
        }
        let seat = self.github.seat(Some(installation), doing)?;
        let call = Call {
            doing,
            endpoint: "installation_repositories",
            path: "/installation/repositories".to_owned(),
        };
        let mut total = 0;
        let entries = |page: Page| {
            total = page.total_count.max(total);
            page.repositories
        };
        let listed = self.github.list_in(&seat, &call, entries).await?;
        let found: Vec<RepoSeen> = listed.iter().filter_map(|repo| repo.to_seen().ok()).collect();
        Ok((found.len() >= total).then_some(found))
    }

    /// Whether the App is installed on a repository; false also where there is no such repository.
    ///
    /// # Errors
    /// As [`ForgeError`] says.
    pub async fn is_installed_on(&self, owner: &str, name: &str) -> Result<bool, ForgeError> {
        match self.github.installation_of(owner, name).await {
            Ok(_) => Ok(true),
            Err(ForgeError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Where the App's webhooks go.
    ///
    /// # Errors
    /// As [`ForgeError`] says.
    pub async fn hook(&self) -> Result<HookSeen, ForgeError> {
        #[derive(Deserialize)]
        struct Hook {
            url: Option<String>,
            /// Stars, where there is one.
            secret: Option<String>,
            /// "0" or "1", as text or as a number.
            insecure_ssl: Option<Value>,
        }
        let hook: Hook = self
            .as_the_app("reading where the App's webhooks go", "hook_config", "/app/hook/config")
            .await?;
        let unchecked = hook.insecure_ssl.is_some_and(|value| value == "1" || value == 1);
        Ok(HookSeen {
            url: hook.url.filter(|url| !url.is_empty()),
            has_secret: hook.secret.is_some_and(|secret| !secret.is_empty()),
            checks_certificate: !unchecked,
        })
    }

    pub(super) fn app_seat(&self, doing: &str) -> Result<std::sync::Arc<Seat>, ForgeError> {
        self.github.as_app(doing)?.ok_or_else(|| ForgeError::NotConfigured {
            doing: doing.to_owned(),
        })
    }

    async fn as_the_app<T: serde::de::DeserializeOwned>(
        &self,
        doing: &str,
        endpoint: &'static str,
        path: &str,
    ) -> Result<T, ForgeError> {
        let seat = self.app_seat(doing)?;
        let call = Call {
            doing,
            endpoint,
            path: path.to_owned(),
        };
        self.github.get(&seat, &call).await
    }
}
