//! One file a page. A page that shows people's data takes a [`crate::web::access::Visitor`], which guards it.
use axum::Router;

use crate::web::Web;

/// The routes of all pages.
pub fn routes() -> Router<Web> {
    Router::new()
}
