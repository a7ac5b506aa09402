//! What stands around a suggestion that is shown: the repository, our pages, whom Peerlore asked, links for votes.
use sqlx::PgConnection;

use crate::forge::RepoAt;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::model::suggestion::Pick;
use crate::pipeline::Pipeline;
use crate::pipeline::Reach;
use crate::pipeline::StepError;
use crate::pipeline::feedback;
use crate::store::asks;
use crate::store::suggestions::Stored;
use crate::store::tenants;
use crate::store::tenants::Repo;
use crate::suggest::words::CommentLinks;
use crate::suggest::words::VoteLinks;

/// What stands around a suggestion.
#[derive(Debug)]
pub struct Around {
    /// The repository.
    pub repo: Repo,
    /// Whom Peerlore asked, with why.
    pub asked: Vec<Pick>,
    external: Option<i64>,
    details: Option<String>,
    docs: Option<String>,
    name: String,
    votes: Vec<VoteLinks>,
}

impl Around {
    /// Reads it; none where the repository or the tenant is gone.
    ///
    /// # Errors
    /// [`StepError::Store`] when the database is away.
    pub async fn read(
        conn: &mut PgConnection,
        pipeline: &Pipeline,
        (id, key): (InstallationId, PullKey),
    ) -> Result<Option<Self>, StepError> {
        let (Some(repo), Some(tenant)) = (
            tenants::repo(conn, id, key.repo).await?,
            tenants::installation(conn, id).await?,
        ) else {
            return Ok(None);
        };
        let (own, reach) = (&pipeline.addresses.own, pipeline.reach());
        let details = format!("{own}/pulls/{}/{}/{}", repo.owner, repo.name, key.number);
        Ok(Some(Self {
            asked: asks::asked(conn, id, key).await?,
            external: tenant.external_id,
            details: (reach == Reach::Everything).then_some(details),
            docs: (reach != Reach::Nothing).then(|| format!("{own}/docs")),
            name: format!("{}/{}", repo.owner, repo.name),
            votes: Vec::new(),
            repo,
        }))
    }

    /// With links by which readers say of what use this suggestion is, where they can open our pages.
    ///
    /// # Errors
    /// [`StepError::Store`] when the database is away.
    pub async fn with_votes(
        mut self,
        conn: &mut PgConnection,
        pipeline: &Pipeline,
        (id, key, stored): (InstallationId, PullKey, &Stored),
    ) -> Result<Self, StepError> {
        if pipeline.reach() == Reach::Everything {
            self.votes = feedback::links(conn, &pipeline.addresses, (id, key), stored).await?;
        }
        Ok(self)
    }

    /// The repository as calls name it.
    #[must_use]
    pub fn at(&self) -> RepoAt<'_> {
        RepoAt {
            installation: self.external,
            owner: &self.repo.owner,
            name: &self.repo.name,
        }
    }

    /// What the words around it need.
    #[must_use]
    pub fn links(&self) -> CommentLinks<'_> {
        CommentLinks {
            details_url: self.details.as_deref(),
            docs_url: self.docs.as_deref(),
            repo: &self.name,
            asked: &self.asked,
            votes: &self.votes,
        }
    }
}
