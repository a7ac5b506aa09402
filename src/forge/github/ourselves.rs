//! Reading calls about ourselves: the account we write with, our installations, our rate limit.
use serde::Deserialize;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::OwnAccount;
use crate::forge::RateLeft;
use crate::forge::github::app::GitHub;
use crate::forge::github::call::Call;
use crate::forge::github::call::segment;
use crate::model::clock::Time;

impl Forge {
    /// Who we are: the App's bot account, or the token's user. Asked once.
    ///
    /// # Errors
    /// As [`ForgeError`] says.
    pub async fn own_account(&self) -> Result<OwnAccount, ForgeError> {
        let own = self.github.own();
        own.get_or_try_init(|| self.github.own_account()).await.cloned()
    }

    /// What is left of the rate limit of an installation. Asking is free.
    ///
    /// # Errors
    /// As [`ForgeError`] says.
    pub async fn rate_limit(&self, installation: Option<i64>) -> Result<RateLeft, ForgeError> {
        #[derive(Deserialize)]
        struct Rate {
            limit: u32,
            remaining: u32,
            reset: i64,
        }
        #[derive(Deserialize)]
        struct Resources {
            core: Rate,
        }
        #[derive(Deserialize)]
        struct Limits {
            resources: Resources,
        }
        let doing = "reading the rate limit";
        let seat = self.github.seat(installation, doing)?;
        let call = Call {
            doing,
            endpoint: "rate_limit",
            path: "/rate_limit".to_owned(),
        };
        let core = self.github.get::<Limits>(&seat, &call).await?.resources.core;
        let resets_at = Time::from_timestamp(core.reset, 0).ok_or(ForgeError::Unreadable {
            doing: doing.to_owned(),
            what: "the time of its reset".to_owned(),
        })?;
        Ok(RateLeft {
            limit: core.limit,
            remaining: core.remaining,
            resets_at,
        })
    }
}

impl GitHub {
    pub(super) async fn installation_of(&self, owner: &str, name: &str) -> Result<i64, ForgeError> {
        #[derive(Deserialize)]
        struct Installation {
            id: i64,
        }
        let doing = format!("finding the App's installation on {owner}/{name}");
        let Some(app) = self.as_app(&doing)? else {
            return Err(ForgeError::NotFound { doing });
        };
        let path = format!("/repos/{}/{}/installation", segment(owner), segment(name));
        Ok(self
            .get::<Installation>(
                &app,
                &Call {
                    doing: &doing,
                    endpoint: "repo_installation",
                    path,
                },
            )
            .await?
            .id)
    }

    async fn own_account(&self) -> Result<OwnAccount, ForgeError> {
        #[derive(Deserialize)]
        struct App {
            slug: String,
            name: Option<String>,
        }
        #[derive(Deserialize)]
        struct Me {
            login: String,
        }
        let doing = "reading who we are";
        if let Some(app) = self.as_app(doing)? {
            let app: App = self
                .get(
                    &app,
                    &Call {
                        doing,
                        endpoint: "app",
                        path: "/app".to_owned(),
                    },
                )
                .await?;
            let login = format!("{}[bot]", app.slug);
            return Ok(OwnAccount {
                name: app.name.unwrap_or(app.slug),
                login,
            });
        }
        let seat = self.seat(None, doing)?;
        let me: Me = self
            .get(
                &seat,
                &Call {
                    doing,
                    endpoint: "user",
                    path: "/user".to_owned(),
                },
            )
            .await?;
        Ok(OwnAccount {
            name: me.login.clone(),
            login: me.login,
        })
    }
}
