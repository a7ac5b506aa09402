//! The pull request that an address names, as far as a visitor may know of it.
use axum::extract::FromRequestParts;
use axum::extract::Path;
use axum::http::request::Parts;
use sqlx::PgConnection;

use crate::model::ids::PullKey;
use crate::store::StoreError;
use crate::store::pulls;
use crate::store::pulls::Pull;
use crate::store::reader::Reader;
use crate::store::tenants;
use crate::store::tenants::Repo;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::tenant;

/// `OWNER/REPO/NUMBER` at the end of an address; anything else there is answered as what isn't there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamedPull {
    owner: String,
    name: String,
    number: i32,
}

impl FromRequestParts<Web> for NamedPull {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, PageError> {
        let path = Path::<(String, String, String)>::from_request_parts(parts, web).await;
        let Ok(Path((owner, name, number))) = path else {
            return Err(missing());
        };
        Self::of((owner, name), &number)
    }
}

/// A pull request that a visitor may read.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// As whom they read it.
    pub reader: Reader,
    /// Its repository.
    pub repo: Repo,
    /// Its repository and number.
    pub key: PullKey,
    /// It.
    pub pull: Pull,
}

impl NamedPull {
    /// The one with these words in its address.
    ///
    /// # Errors
    /// [`PageError::NotFound`] for what is no number.
    pub fn of((owner, name): (String, String), number: &str) -> Result<Self, PageError> {
        let number = number.parse().ok().filter(|number: &i32| *number > 0);
        let number = number.ok_or_else(missing)?;
        Ok(Self { owner, name, number })
    }

    /// The pull request, where the visitor may read its repository.
    ///
    /// # Errors
    /// [`PageError::NotFound`] for whatever the visitor may not know of, as for what isn't there; [`PageError`] when the database is away.
    pub async fn read(&self, conn: &mut PgConnection, visitor: &Visitor) -> Result<Found, PageError> {
        self.find(conn, visitor).await?.ok_or_else(missing)
    }

    async fn find(&self, conn: &mut PgConnection, visitor: &Visitor) -> Result<Option<Found>, StoreError> {
        for (_, reader) in tenant::seen_by(conn, visitor).await? {
            let Some(repo) = tenants::repo_to_read(conn, &reader, &self.owner, &self.name).await? else {
                continue;
            };
            let key = PullKey {
                repo: repo.id,
                number: self.number,
            };
            let pull = pulls::pull(conn, repo.installation, key).await?;
            return Ok(pull.map(|pull| Found {
                reader,
                repo,
                key,
                pull,
            }));
        }
        Ok(None)
    }
}

fn missing() -> PageError {
    PageError::NotFound("There is no such pull request here, or you may not see it.".to_owned())
}
