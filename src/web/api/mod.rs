//! `/api/v1`: what the pages show, as JSON, for programs that bring an access token.
//!
//! Each operation reads through the function that its page reads through, and guards itself by taking a [`caller::Caller`]. The document of it all,
//! `/api/v1/openapi.json`, is made of these types and comments; the page `/docs/api` is made of the document.
pub mod admin;
pub mod asked;
pub mod caller;
pub mod knowledge;
pub mod limits;
pub mod me;
pub mod me_changes;
pub mod me_evidence;
pub mod offboarding;
pub mod paging;
pub mod people;
pub mod problem;
pub mod pulls;
pub mod replay;
pub mod shapes;
pub mod skills;
pub mod team_figures;
pub mod teams;

use std::sync::LazyLock;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::any;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::Modify;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::HttpAuthScheme;
use utoipa::openapi::security::HttpBuilder;
use utoipa::openapi::security::SecurityScheme;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::web::Web;
use crate::web::api::problem::Kind;
use crate::web::api::problem::Problem;

/// Where it begins.
pub const ROOT: &str = "/api/v1";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Peerlore",
        version = "1",
        description = "What Peerlore's pages show, for programs: the same, to the same people, and no more. Times are RFC 3339 in UTC, probabilities lie in [0, 1]. Whatever can't be had is answered as application/problem+json."
    ),
    components(schemas(problem::Sent)),
    modifiers(&Token),
    tags(
        (name = "You", description = "Your own page"),
        (name = "People and pull requests", description = "What every member may see"),
        (name = "Teams", description = "For leads and owners, but for the silent experts, whom every member may see"),
        (name = "Instance", description = "For owners")
    )
)]
struct Described;

/// How one says who one is.
struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("plore_ and 49 letters")
            .description(Some("A personal access token, made on /me/tokens."))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

fn operations() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(me::me))
        .routes(routes!(me_evidence::evidence))
        .routes(routes!(me::export))
        .routes(routes!(me_changes::set_goals))
        .routes(routes!(me_changes::set_availability))
        .routes(routes!(people::person))
        .routes(routes!(pulls::open_pulls))
        .routes(routes!(pulls::one_pull))
        .routes(routes!(skills::all_skills))
        .routes(routes!(teams::all_teams))
        .routes(routes!(teams::one_team))
        .routes(routes!(knowledge::silent_experts))
        .routes(routes!(knowledge::team_flow))
        .routes(routes!(offboarding::offboarding_list))
        .routes(routes!(offboarding::offboarding_of))
        .routes(routes!(replay::replayed))
        .routes(routes!(admin::deliveries))
}

/// The document of all operations.
pub static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
    OpenApiRouter::with_openapi(Described::openapi())
        .nest(ROOT, operations())
        .into_openapi()
});

/// The routes.
pub fn routes() -> Router<Web> {
    let all = Router::from(operations())
        .route("/openapi.json", get(send_document))
        .fallback(async || Problem::no_such_address())
        .method_not_allowed_fallback(async || {
            let words = "There is something at this address, but it can't be used in this way.";
            Problem::new(Kind::WrongMethod, words)
        });
    let failed = |_: Box<dyn std::any::Any + Send>| {
        Problem::new(Kind::NotNow, "Something of ours failed. Please try again in a minute.").into_response()
    };
    Router::new()
        .route("/api/v1/", any(async || Problem::no_such_address()))
        .nest(ROOT, all.layer(CatchPanicLayer::custom(failed)))
}

/// `GET /api/v1/openapi.json`: for everybody, since nothing about anybody stands in it.
async fn send_document() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_pretty_json().unwrap_or_default());
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, TEXT.as_str()).into_response()
}
