//! Reading calls about what may have ended: an installation, an account, a membership.
use serde::Deserialize;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::InstallationShown;
use crate::forge::github::call::Call;
use crate::forge::github::call::segment;
use crate::forge::github::shapes::User;
use crate::model::ids::PersonId;
use crate::model::person::Actor;

impl Forge {
    /// An installation of the App; none with a token, which can't ask.
    ///
    /// # Errors
    /// [`ForgeError::NotFound`] where it was removed; else as [`ForgeError`] says.
    pub async fn installation(&self, number: i64) -> Result<Option<InstallationShown>, ForgeError> {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Installation {
            account: Option<User>,
            target_type: Option<String>,
            suspended_at: Option<serde::de::IgnoredAny>,
        }
        let doing = format!("reading installation {number} of the App");
        let Some(app) = self.github.as_app(&doing)? else {
            return Ok(None);
        };
        let call = Call {
            doing: &doing,
            endpoint: "installation",
            path: format!("/app/installations/{number}"),
        };
        let found: Installation = self.github.get(&app, &call).await?;
        let organisation = found.target_type.as_deref() == Some("Organization");
        Ok(Some(InstallationShown {
            account: found.account.and_then(|account| account.to_account(organisation)),
            suspended: found.suspended_at.is_some(),
        }))
    }

    /// The account with this number, under the login that it has now.
    ///
    /// # Errors
    /// [`ForgeError::NotFound`] where it was deleted; else as [`ForgeError`] says.
    pub async fn account(&self, installation: Option<i64>, person: PersonId) -> Result<Actor, ForgeError> {
        // Errors reach the log and the queue, which name nobody.
        let doing = "reading somebody's account";
        let seat = self.github.seat(installation, doing)?;
        let call = Call {
            doing,
            endpoint: "account",
            path: format!("/user/{person}"),
        };
        let user: User = self.github.get(&seat, &call).await?;
        user.to_actor().ok_or(ForgeError::NotFound {
            doing: doing.to_owned(),
        })
    }

    /// Whether somebody is a member of an organisation now; an invitation is none.
    ///
    /// # Errors
    /// As [`ForgeError`] says, but for [`ForgeError::NotFound`].
    pub async fn is_member(&self, installation: Option<i64>, org: &str, login: &str) -> Result<bool, ForgeError> {
        #[derive(Deserialize)]
        struct Membership {
            state: Option<String>,
        }
        let doing = format!("reading whether somebody is a member of {org}");
        let seat = self.github.seat(installation, &doing)?;
        let call = Call {
            doing: &doing,
            endpoint: "membership",
            path: format!("/orgs/{}/memberships/{}", segment(org), segment(login)),
        };
        match self.github.get::<Membership>(&seat, &call).await {
            Ok(membership) => Ok(membership.state.as_deref() != Some("pending")),
            Err(ForgeError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
