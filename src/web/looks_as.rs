//! As what a visitor of the demo looks at it.
use crate::store::members;
use crate::store::members::Standing;
use crate::store::tenants;
use crate::web::Web;
use crate::web::error::PageError;

/// The cookie that holds whom a visitor of the demo chose to be.
pub const CHOSEN: &str = "peerlore_demo_login";

/// As what a visitor of the demo looks at it: what the person whom they chose is there. It closes no page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LooksAs {
    /// A member who leads nobody.
    Developer,
    /// Maintains a team.
    Lead,
    /// Owns the organisation.
    Admin,
}

impl LooksAs {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Developer, Self::Lead, Self::Admin];

    /// What a member is.
    #[must_use]
    pub fn of(member: &Standing) -> Self {
        match (member.owner, &member.leads) {
            (true, _) => Self::Admin,
            (false, Some(_)) => Self::Lead,
            (false, None) => Self::Developer,
        }
    }

    /// The word on its button, which forms send.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Lead => "lead",
            Self::Admin => "admin",
        }
    }

    /// The words in a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Developer => "a developer",
            Self::Lead => "a lead",
            Self::Admin => "an admin",
        }
    }

    /// What the word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// What the person with this login is in the demo; none: no member, or not to be seen.
///
/// # Errors
/// [`PageError`] where the database is away.
pub async fn of(web: &Web, login: &str) -> Result<Option<LooksAs>, PageError> {
    let found = members(web, Some(login)).await?;
    Ok(found.first().map(LooksAs::of))
}

/// The demo's members who may be seen, by login; with a login only that one.
///
/// # Errors
/// [`PageError`] where the database is away.
pub async fn members(web: &Web, login: Option<&str>) -> Result<Vec<Standing>, PageError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let Some(tenant) = tenants::all(&mut conn).await?.into_iter().next() else {
        return Ok(Vec::new());
    };
    Ok(members::standing(&mut conn, tenant.id, login, web.pipeline.clock.now()).await?)
}
