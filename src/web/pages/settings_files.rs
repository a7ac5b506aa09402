//! Settings files: their schema for editors, and a word about those that are broken.
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use maud::Markup;
use maud::html;
use sqlx::PgConnection;

use crate::model::ids::InstallationId;
use crate::model::settings::schema;
use crate::store::StoreError;
use crate::store::settings;
use crate::store::settings::Broken;

/// Faults of one file that are shown; the others stand on the pull request that made them.
const SHOWN: usize = 3;

/// `GET /schema/peerlore.json`: for everybody, kept for an hour.
pub async fn schema() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/schema+json"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, format!("{:#}\n", schema::schema())).into_response()
}

/// The files of these tenants that are broken on their default branch.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn broken(conn: &mut PgConnection, tenants: &[InstallationId]) -> Result<Vec<Broken>, StoreError> {
    let mut all = Vec::new();
    for tenant in tenants {
        all.extend(settings::broken(conn, *tenant).await?);
    }
    Ok(all)
}

/// A note on broken files; nothing where there is none.
#[must_use]
pub fn note(broken: &[Broken]) -> Markup {
    html! {
        @for file in broken {
            div.note {
                p {
                    strong { "The settings in " code { (file.organisation) "/" (file.source) } " can't be used. " }
                    @if file.earlier { "The last good version stays in force." } @else { "What holds without them is in force." }
                }
                ul { @for fault in file.faults.iter().take(SHOWN) { li { (fault) } } }
                @if file.faults.len() > SHOWN { p { "And " (file.faults.len() - SHOWN) " more." } }
            }
        }
    }
}
