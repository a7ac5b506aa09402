//! One file a page. A page that shows people's data takes a [`crate::web::access::Visitor`], which guards it.
//!
//! A page's handler reads from the store or asks the pipeline and makes a view; its `render` turns the view into text.
pub mod admin;
pub mod admin_backfill;
pub mod admin_letters;
pub mod card;
pub mod choose;
pub mod docs;
pub mod docs_api;
pub mod docs_api_types;
pub mod docs_classifier;
pub mod docs_formulas;
pub mod docs_people;
pub mod docs_replay;
pub mod docs_skills;
pub mod feedback;
pub mod flow;
pub mod flow_reach;
pub mod home;
pub mod installed;
pub mod me;
pub mod me_asked;
pub mod me_availability;
pub mod me_card;
pub mod me_declined;
pub mod me_erase;
pub mod me_export;
pub mod me_forms;
pub mod me_labels;
pub mod me_question;
pub mod me_timeline;
pub mod me_tokens;
pub mod offboarding;
pub mod offboarding_list;
pub mod people;
pub mod pull;
pub mod replay;
pub mod replay_budget;
pub mod replay_figures;
pub mod replay_json;
pub mod replay_pull;
pub mod settings_files;
pub mod setup;
pub mod setup_words;
pub mod sharing;
pub mod sign_in;
pub mod silent;
pub mod team_figures;
pub mod teams;
pub mod teams_map;

use axum::Router;
use axum::routing::get;
use axum::routing::post;

use crate::web::Web;
use crate::web::error::PageError;
use crate::web::layout;

/// The routes of all pages, and what stands where there is none.
pub fn routes() -> Router<Web> {
    Router::new()
        .route("/", get(home::show))
        .route("/demo/me", post(choose::choose))
        .route("/demo/role", post(choose::choose_role))
        .route("/pulls/{owner}/{repo}/{number}", get(pull::show))
        .route("/me", get(me::show))
        .route("/me/goals", post(me_forms::goals))
        .route("/me/availability", post(me_availability::save))
        .route("/me/asked", post(me_asked::set))
        .route("/me/declined", post(me_declined::take_back))
        .route("/me/labels", post(me_labels::say))
        .route("/me/labels/undo", post(me_labels::undo))
        .route("/me/labels/{place}/{comment}", get(me_labels::show))
        .route("/me/question", post(me_question::answer))
        .route("/me/questions", post(me_question::choose))
        .route("/me/out", post(me_forms::out))
        .route("/me/back", post(me_forms::back))
        .route("/me/sharing", post(sharing::save))
        .route("/me/card", post(me_card::set))
        .route("/cards/{file}", get(card::show))
        .route("/me/export.json", get(me_export::download))
        .route("/me/tokens", get(me_tokens::show).post(me_tokens::make))
        .route("/me/tokens/revoke", post(me_tokens::revoke))
        .route("/me/erase", get(me_erase::ask).post(me_erase::erase))
        .route("/people/{login}", get(people::show))
        .route("/teams", get(teams::list))
        .route("/teams/{slug}", get(teams::show))
        .route("/offboarding", get(offboarding_list::show))
        .route("/offboarding/{login}", get(offboarding::show))
        .route("/flow", get(flow::show))
        .route("/silent-experts", get(silent::show))
        .route("/replay", get(replay::show))
        .route("/replay.json", get(replay_json::show))
        .route("/replay/{owner}/{repo}/{number}", get(replay_pull::show))
        .route("/sign-in", get(sign_in::begin))
        .route("/sign-in/callback", get(sign_in::finish))
        .route(
            "/sign-in/organisation",
            get(sign_in::organisations).post(sign_in::choose),
        )
        .route("/sign-out", post(sign_in::out))
        .route("/sign-out/everywhere", post(sign_in::out_everywhere))
        .route("/admin", get(admin::show))
        .route("/admin/live", get(admin::live))
        .route("/admin/replay", post(admin::replay))
        .route("/admin/backfill", post(admin_backfill::steer))
        .route(
            "/feedback/{installation}/{repo}/{number}/{slot}/{verdict}/{until}",
            get(feedback::ask).post(feedback::vote),
        )
        .route("/docs", get(docs::show))
        .route("/docs/skills", get(docs_skills::show))
        .route("/docs/api", get(docs_api::show))
        .route("/docs/api/types/{name}", get(docs_api::show_type))
        .merge(setup::routes())
        .route("/schema/peerlore.json", get(settings_files::schema))
        .route("/style.css", get(layout::style))
        .route("/live.js", get(layout::script))
        .fallback(async || PageError::no_such_page())
        .method_not_allowed_fallback(async || PageError::WrongMethod)
}
