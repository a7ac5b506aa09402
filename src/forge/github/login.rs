//! Signing in as the App's user: the address to agree at, the code for a token, and what that token tells.
//!
//! The token is used for these few calls and let go; nothing stores it.
use std::collections::HashSet;
use std::sync::Arc;

use oauth2::AuthType;
use oauth2::AuthUrl;
use oauth2::AuthorizationCode;
use oauth2::ClientId;
use oauth2::ClientSecret;
use oauth2::CsrfToken;
use oauth2::HttpRequest;
use oauth2::HttpResponse;
use oauth2::PkceCodeChallenge;
use oauth2::PkceCodeVerifier;
use oauth2::RedirectUrl;
use oauth2::RequestTokenError;
use oauth2::TokenResponse;
use oauth2::TokenUrl;
use oauth2::basic::BasicClient;
use octocrab::Octocrab;
use secrecy::ExposeSecret;
use secrecy::SecretString;
use serde::Deserialize;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::github::app::GitHub;
use crate::forge::github::app::Seat;
use crate::forge::github::call::Call;
use crate::forge::github::call::of_client;
use crate::forge::github::call::segment;
use crate::forge::github::shapes::User;
use crate::model::ids::RepoId;
use crate::model::person::Actor;

/// What the App signs users in with.
#[derive(Clone, Debug)]
pub struct LoginApp {
    /// The App's client id, as its page at GitHub shows it.
    pub client_id: String,
    /// A client secret of it.
    pub client_secret: SecretString,
    /// The code host's pages, without a slash at the end: `https://github.com`, or an Enterprise Server's.
    pub web_url: String,
}

/// A sign-in that was begun. `state` and `verifier` belong to this one and must be kept until it ends.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Where the browser goes now.
    pub address: String,
    /// What comes back with the code.
    pub state: String,
    /// What proves that the code is ours (PKCE).
    pub verifier: String,
}

/// Who signed in, and what of the App they can reach.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedIn {
    /// Who.
    pub actor: Actor,
    /// The App's installations that they can reach, by GitHub's number.
    pub installations: Vec<Reachable>,
}

/// An installation that a user can reach.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reachable {
    /// GitHub's number of it.
    pub external: i64,
    /// The private repositories there that the user may read.
    pub private: Vec<RepoId>,
}

/// What somebody is in an organisation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Belongs {
    /// An owner.
    Owner,
    /// A member.
    Member,
    /// Neither: a stranger, somebody invited, or an outside collaborator.
    No,
}

type Ready = BasicClient<
    oauth2::EndpointSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointSet,
>;

/// 32 random bytes as 43 letters, digits, `-` and `_`: for cookies and states.
#[must_use]
pub fn random_word() -> String {
    CsrfToken::new_random_len(32).secret().clone()
}

impl Forge {
    /// Whether users can sign in.
    #[must_use]
    pub fn can_sign_in(&self) -> bool {
        self.github.login().is_some()
    }

    /// Begins a sign-in that comes back to `redirect`.
    ///
    /// # Errors
    /// [`ForgeError::NotConfigured`] without a client id and secret, [`ForgeError::Setup`] where an address is none.
    pub fn begin_sign_in(&self, redirect: &str) -> Result<Begun, ForgeError> {
        let client = self.github.login_client(redirect)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (address, state) = client
            .authorize_url(|| CsrfToken::new(random_word()))
            .set_pkce_challenge(challenge)
            .url();
        Ok(Begun {
            address: address.into(),
            state: state.secret().clone(),
            verifier: verifier.secret().clone(),
        })
    }

    /// Takes the code that came back, and asks who it is and what they can reach. `redirect` and `verifier` are those of
    /// the beginning.
    ///
    /// # Errors
    /// [`ForgeError::Declined`] for a code that GitHub doesn't take; else as [`ForgeError`] says.
    pub async fn finish_sign_in(&self, redirect: &str, code: &str, verifier: &str) -> Result<SignedIn, ForgeError> {
        let token = self.github.exchange(redirect, code, verifier).await?;
        let seat = self.github.seat_of_user(token)?;
        let user: User = self
            .github
            .get(&seat, &asking("reading who signs in", "user", "/user".to_owned()))
            .await?;
        let actor = user.to_actor().ok_or_else(|| ForgeError::Unreadable {
            doing: "reading who signs in".to_owned(),
            what: "an account without a number or login".to_owned(),
        })?;
        let mut installations = Vec::new();
        for external in self.github.installations_of_user(&seat).await? {
            match self.github.private_repos_of_user(&seat, external).await {
                Ok(private) => installations.push(Reachable { external, private }),
                // One organisation's refusal, such as a list of addresses, is no reason to keep somebody out of another.
                Err(error @ (ForgeError::Forbidden { .. } | ForgeError::NotFound { .. })) => {
                    tracing::warn!(installation.external = external, %error, "an organisation lets nobody sign in");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(SignedIn { actor, installations })
    }

    /// What the account is in an organisation, asked as the App: the login is only how it is asked for, and the answer
    /// counts only for the number.
    ///
    /// # Errors
    /// As [`ForgeError`] says; never [`ForgeError::NotFound`], which means [`Belongs::No`].
    pub async fn belongs(&self, installation: Option<i64>, org: &str, who: &Actor) -> Result<Belongs, ForgeError> {
        #[derive(Deserialize)]
        struct Membership {
            state: String,
            role: String,
            user: User,
        }
        let doing = format!("reading what somebody is in {org}");
        let seat = self.github.seat(installation, &doing)?;
        let path = format!("/orgs/{}/memberships/{}", segment(org), segment(&who.login));
        let found = self
            .github
            .get::<Membership>(&seat, &asking(&doing, "membership", path))
            .await;
        let membership = match found {
            Err(ForgeError::NotFound { .. }) => return Ok(Belongs::No),
            found => found?,
        };
        let same = membership.user.to_actor().is_some_and(|actor| actor.id == who.id);
        Ok(match membership.role.as_str() {
            _ if !same || membership.state != "active" => Belongs::No,
            "admin" => Belongs::Owner,
            "member" => Belongs::Member,
            _ => Belongs::No,
        })
    }
}

fn asking<'a>(doing: &'a str, endpoint: &'static str, path: String) -> Call<'a> {
    Call { doing, endpoint, path }
}

/// Why the exchange's request got no answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NoAnswer(ForgeError);

const EXCHANGING: &str = "exchanging a sign-in's code";

impl GitHub {
    fn login_app(&self) -> Result<Arc<LoginApp>, ForgeError> {
        self.login().ok_or_else(|| ForgeError::Setup {
            what: "sign-in needs the App's client id and secret; set PEERLORE_GITHUB_CLIENT_ID and \
                   PEERLORE_GITHUB_CLIENT_SECRET"
                .to_owned(),
        })
    }

    fn login_client(&self, redirect: &str) -> Result<Ready, ForgeError> {
        let app = self.login_app()?;
        let no_address = |_| ForgeError::Setup {
            what: "PEERLORE_URL or PEERLORE_GITHUB_WEB_URL is no address; write them as https://github.com".to_owned(),
        };
        let at = |path: &str| format!("{}{path}", app.web_url);
        Ok(BasicClient::new(ClientId::new(app.client_id.clone()))
            .set_client_secret(ClientSecret::new(app.client_secret.expose_secret().to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::new(at("/login/oauth/authorize")).map_err(no_address)?)
            .set_token_uri(TokenUrl::new(at("/login/oauth/access_token")).map_err(no_address)?)
            .set_redirect_uri(RedirectUrl::new(redirect.to_owned()).map_err(no_address)?))
    }

    fn seat_of_user(&self, token: SecretString) -> Result<Seat, ForgeError> {
        let client = self.client_at(self.settings.api_url.as_str())?.user_access_token(token);
        Ok(Seat::alone(
            client.map_err(|error| of_client(&error, EXCHANGING))?,
            None,
        ))
    }

    async fn exchange(&self, redirect: &str, code: &str, verifier: &str) -> Result<SecretString, ForgeError> {
        let client = self.login_client(redirect)?;
        let app = self.login_app()?;
        let http = self.client_at(&app.web_url)?;
        let send = |request: HttpRequest| {
            let http = http.clone();
            async move { answer(&http, request).await.map_err(NoAnswer) }
        };
        let asked = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()));
        let asked = asked.request_async(&send);
        let answered = tokio::time::timeout(self.settings.timeout, asked).await;
        let token = answered
            .map_err(|_| ForgeError::Transport {
                doing: EXCHANGING.to_owned(),
                what: "no answer in time".to_owned(),
            })?
            .map_err(|error| match error {
                RequestTokenError::Request(NoAnswer(error)) => error,
                RequestTokenError::ServerResponse(_) => ForgeError::Declined {
                    doing: EXCHANGING.to_owned(),
                    status: 400,
                },
                RequestTokenError::Parse(..) | RequestTokenError::Other(_) => ForgeError::Unreadable {
                    doing: EXCHANGING.to_owned(),
                    what: "not what GitHub documents".to_owned(),
                },
            })?;
        Ok(SecretString::from(token.access_token().secret().as_str()))
    }

    async fn installations_of_user(&self, seat: &Seat) -> Result<Vec<i64>, ForgeError> {
        #[derive(Deserialize)]
        struct One {
            id: i64,
        }
        #[derive(Deserialize)]
        struct Page {
            installations: Vec<One>,
        }
        let path = "/user/installations".to_owned();
        let call = asking(
            "reading the installations that somebody can reach",
            "user_installations",
            path,
        );
        let found = self.list_in(seat, &call, |page: Page| page.installations).await?;
        Ok(found.into_iter().map(|one| one.id).collect())
    }

    async fn private_repos_of_user(&self, seat: &Seat, installation: i64) -> Result<Vec<RepoId>, ForgeError> {
        #[derive(Deserialize)]
        struct One {
            id: RepoId,
            #[serde(default = "unsaid")]
            private: bool,
        }
        #[derive(Deserialize)]
        struct Page {
            repositories: Vec<One>,
        }
        /// A repository that doesn't say is taken for a private one.
        fn unsaid() -> bool {
            true
        }
        let path = format!("/user/installations/{installation}/repositories");
        let call = asking(
            "reading the repositories that somebody may read",
            "user_repositories",
            path,
        );
        let found = self.list_in(seat, &call, |page: Page| page.repositories).await?;
        let private: HashSet<RepoId> = found.into_iter().filter(|one| one.private).map(|one| one.id).collect();
        let mut private: Vec<RepoId> = private.into_iter().collect();
        private.sort_unstable();
        Ok(private)
    }
}

/// Sends the exchange's request. GitHub answers an error with status 200 and the error in the body; the client crate wants
/// the status that the standard asks for.
async fn answer(http: &Octocrab, request: HttpRequest) -> Result<HttpResponse, ForgeError> {
    let failed = |error: octocrab::Error| of_client(&error, EXCHANGING);
    let response = http.execute(request).await.map_err(failed)?;
    let (parts, body) = response.into_parts();
    let text = http
        .body_to_string(oauth2::http::Response::new(body))
        .await
        .map_err(failed)?;
    let is_error = serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|value| value.get("error").is_some());
    let mut answer = HttpResponse::new(text.into_bytes());
    *answer.headers_mut() = parts.headers;
    *answer.status_mut() = if is_error {
        oauth2::http::StatusCode::BAD_REQUEST
    } else {
        parts.status
    };
    if parts.status.is_server_error() {
        return Err(ForgeError::Transport {
            doing: EXCHANGING.to_owned(),
            what: format!("status {}", parts.status.as_u16()),
        });
    }
    Ok(answer)
}
