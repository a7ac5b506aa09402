//! Forms that change something: taken only from our own pages, with the token that the page gave to this very session.
use axum::body::Body;
use axum::body::Bytes;
use axum::extract::FromRequest;
use axum::extract::FromRequestParts;
use axum::extract::Request;
use axum::http::request::Parts;
use axum_extra::extract::Form;
use maud::Markup;
use maud::html;
use serde::de::DeserializeOwned;

use crate::pipeline::visits;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::cookie;
use crate::web::error::PageError;
use crate::web::same_origin::SameOrigin;
use crate::web::seal::Purpose;

/// The name of the field that holds the token.
const FIELD: &str = "token";

/// The hidden field that every form carries.
#[must_use]
pub fn token_field(token: &str) -> Markup {
    html! { input type="hidden" name=(FIELD) value=(token); }
}

/// To whom a form was given.
#[derive(Clone, Copy, Debug)]
pub enum GivenTo<'a> {
    /// To a session, by its number.
    Session(i64),
    /// To a visitor of the demo who chose to be this person, or nobody.
    Demo(Option<&'a str>),
    /// To whoever sees pages without a sign-in.
    Anybody,
    /// To whoever holds this token of the set-up.
    Hand(&'a str),
}

impl GivenTo<'_> {
    fn text(self) -> String {
        match self {
            Self::Session(id) => format!("session {id}"),
            Self::Demo(login) => format!("demo {}", login.unwrap_or_default()),
            Self::Anybody => "anybody".to_owned(),
            Self::Hand(token) => format!("hand {token}"),
        }
    }

    /// The token of their forms.
    #[must_use]
    pub fn token(self, web: &Web) -> String {
        web.tag(Purpose::Form, &self.text())
    }

    /// Whether a form of theirs carries this token.
    #[must_use]
    pub fn is_token(self, web: &Web, token: &str) -> bool {
        web.is_tag(Purpose::Form, &self.text(), token)
    }
}

/// A form that a visitor sent from one of our pages. Taking it as an argument is what guards a change.
#[derive(Clone, Debug)]
pub struct Sent<T> {
    /// Who sent it.
    pub visitor: Visitor,
    /// What it holds; none: it can't be read.
    pub fields: Option<T>,
}

impl<T: DeserializeOwned> FromRequest<Web> for Sent<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, web: &Web) -> Result<Self, PageError> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, web).await?;
        let fields = read(parts, body, web, visitor.given_to()).await?;
        Ok(Self { visitor, fields })
    }
}

/// A form that somebody with a session sent, whatever the session is still worth: to sign out, or to choose.
#[derive(Clone, Debug)]
pub struct SentInSession<T> {
    /// What the session's cookie holds.
    pub word: String,
    /// The session's number.
    pub session: i64,
    /// What the form holds; none: it can't be read.
    pub fields: Option<T>,
}

impl<T: DeserializeOwned> FromRequest<Web> for SentInSession<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, web: &Web) -> Result<Self, PageError> {
        let (parts, body) = request.into_parts();
        let signed_out = || PageError::SignedOut { next: "/".to_owned() };
        let word = cookie::word(web, &parts.headers, Purpose::Session).ok_or_else(signed_out)?;
        let session = visits::number(&web.pipeline, &word).await?.ok_or_else(signed_out)?;
        let fields = read(parts, body, web, GivenTo::Session(session)).await?;
        Ok(Self { word, session, fields })
    }
}

async fn read<T: DeserializeOwned>(
    mut parts: Parts,
    body: Body,
    web: &Web,
    given_to: GivenTo<'_>,
) -> Result<Option<T>, PageError> {
    SameOrigin::from_request_parts(&mut parts, web).await?;
    let unreadable = |_| PageError::Unreadable("The form is too long. Go back and shorten it.");
    let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), web)
        .await
        .map_err(unreadable)?;
    let token = url::form_urlencoded::parse(&bytes)
        .find(|(name, _)| name == FIELD)
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default();
    if !given_to.is_token(web, &token) {
        return Err(PageError::FormOutOfDate);
    }
    let again = Request::from_parts(parts, Body::from(bytes));
    Ok(Form::from_request(again, web).await.ok().map(|Form(fields)| fields))
}
