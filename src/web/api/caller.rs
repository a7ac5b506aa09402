//! Who asks: the owner of an access token, or, to read, a visitor of the pages. Taking a [`Caller`] as an argument is what guards an operation.
use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;

use crate::model::access_token::Scope;
use crate::pipeline::tokens;
use crate::pipeline::tokens::Worth;
use crate::web::Web;
use crate::web::access::Viewing;
use crate::web::access::Visitor;
use crate::web::api::problem::Kind;
use crate::web::api::problem::Problem;
use crate::web::error::PageError;

/// What an operation asks for.
pub trait Right {
    /// The scope that a token needs.
    const SCOPE: Scope;
    /// It changes something: a cookie alone, which a browser sends by itself, is not enough.
    const WRITES: bool = false;

    /// Whether this visitor may, as on the page.
    ///
    /// # Errors
    /// What the page would say.
    fn allows(_visitor: &Visitor) -> Result<(), PageError> {
        Ok(())
    }
}

/// To read one's own.
#[derive(Clone, Copy, Debug)]
pub struct MeRead;

impl Right for MeRead {
    const SCOPE: Scope = Scope::MeRead;
}

/// To change one's own.
#[derive(Clone, Copy, Debug)]
pub struct MeWrite;

impl Right for MeWrite {
    const SCOPE: Scope = Scope::MeWrite;
    const WRITES: bool = true;
}

/// To read of colleagues and pull requests.
#[derive(Clone, Copy, Debug)]
pub struct PeopleRead;

impl Right for PeopleRead {
    const SCOPE: Scope = Scope::PeopleRead;
}

/// To read of silent experts, or of what would be lost with oneself, whose pages are open to every member.
#[derive(Clone, Copy, Debug)]
pub struct SilentRead;

impl Right for SilentRead {
    const SCOPE: Scope = Scope::LeadRead;
}

/// To read what is for leads.
#[derive(Clone, Copy, Debug)]
pub struct LeadRead;

impl Right for LeadRead {
    const SCOPE: Scope = Scope::LeadRead;

    fn allows(visitor: &Visitor) -> Result<(), PageError> {
        if visitor.leads_some_team() {
            Ok(())
        } else {
            Err(PageError::ForLeads)
        }
    }
}

/// To read what is for owners.
#[derive(Clone, Copy, Debug)]
pub struct AdminRead;

impl Right for AdminRead {
    const SCOPE: Scope = Scope::AdminRead;

    fn allows(visitor: &Visitor) -> Result<(), PageError> {
        if visitor.owns() {
            Ok(())
        } else {
            Err(PageError::ForOwners)
        }
    }
}

/// Somebody who may.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller<R> {
    /// Who, as the pages know them.
    pub visitor: Visitor,
    right: PhantomData<R>,
}

impl<R: Right> FromRequestParts<Web> for Caller<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let visitor = match bearer(&parts.headers) {
            Some(token) => by_token(web, token, R::SCOPE).await?,
            None if R::WRITES => return Err(PageError::SignedOut { next: String::new() }.into()),
            None => by_cookie(parts, web).await?,
        };
        R::allows(&visitor)?;
        Ok(Self {
            visitor,
            right: PhantomData,
        })
    }
}

/// What was brought as a token; none: another way of saying who one is, or none.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked(7)?;
    scheme
        .eq_ignore_ascii_case(b"Bearer ")
        .then(|| str::from_utf8(token).unwrap_or_default().trim())
}

async fn by_token(web: &Web, text: &str, scope: Scope) -> Result<Visitor, Problem> {
    let refused = || {
        Problem::new(
            Kind::BadToken,
            "This token isn't good: it was mistyped, revoked, has ended, or its owner belongs here no more. A new one is made on /me/tokens.",
        )
    };
    let viewing = web.viewing();
    if !matches!(viewing, Viewing::SignIn | Viewing::Demo) {
        return Err(refused());
    }
    let found = tokens::find(&web.pipeline, text).await?.ok_or_else(refused)?;
    // Before anything dear is asked.
    web.limits.count(found.id).map_err(Problem::too_many)?;
    let token = match tokens::worth(&web.pipeline, text, found, viewing == Viewing::SignIn).await? {
        Worth::Good(token) => token,
        Worth::Unsure => return Err(PageError::Unsure.into()),
        Worth::Nothing => return Err(refused()),
    };
    if !token.scopes.contains(&scope) {
        return Err(Problem::missing(scope));
    }
    Ok(Visitor::by_token(token))
}

/// As on the pages, but nobody is nobody: in the demo, too, somebody has to be chosen.
async fn by_cookie(parts: &mut Parts, web: &Web) -> Result<Visitor, Problem> {
    let visitor = Visitor::from_request_parts(parts, web).await?;
    if visitor.demo && visitor.login.is_none() {
        return Err(PageError::SignedOut { next: String::new() }.into());
    }
    Ok(visitor)
}
