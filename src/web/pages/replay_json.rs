//! `/replay.json`: what `/replay` shows, for programs; for the same people, and as silent about each of them.
use axum::Json;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;

use crate::web::Web;
use crate::web::access::Lead;
use crate::web::api::problem::Problem;
use crate::web::api::replay;
use crate::web::api::replay::Replay;
use crate::web::error::PageError;
use crate::web::pages::replay::Wanted;

/// `GET /replay.json`, asked as `/replay` is: `?repo=OWNER/NAME`, `?last=N` and, where there are several, `?organisation=LOGIN`.
///
/// # Errors
/// [`Problem`] for whoever leads no team, where there is nothing of that kind, or the database is away.
pub async fn show(
    State(web): State<Web>,
    lead: Result<Lead, PageError>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Replay>, Problem> {
    let Lead(visitor) = lead?;
    let Query(wanted) = query.map_err(|_| Problem::no_such_address())?;
    Ok(Json(replay::answer(&web, &visitor, &wanted).await?))
}
