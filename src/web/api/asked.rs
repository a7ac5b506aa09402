//! What a request says, or what is wrong with it: query, path and body.
use axum::extract::FromRequest;
use axum::extract::FromRequestParts;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::Request;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::web::Web;
use crate::web::api::problem::Problem;

/// A query, in which nothing stands that isn't asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Web> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let Query(query) = Query::from_request_parts(parts, web).await?;
        Ok(Self(query))
    }
}

/// What a path names; what can't be read names nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Named<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Web> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let path = Path::from_request_parts(parts, web).await;
        path.map(|Path(named)| Self(named))
            .map_err(|_| Problem::no_such_address())
    }
}

/// A body of JSON.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Web> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Problem> {
        let axum::Json(body) = axum::Json::from_request(request, web).await?;
        Ok(Self(body))
    }
}
