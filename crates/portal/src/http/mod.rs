//! The portal's routes: one folder per noun, one file per verb.

mod account;
mod assets;
mod chat;
mod confirm;
mod dashboard;
mod docs;
mod download;
mod failures;
mod guards;
mod log_in;
mod log_out;
mod nodes;
mod operations;
mod passkey;
mod reset;
mod runtime;
mod sign_in;
mod sign_up;
mod tasks;
mod theme;
mod wallet;
mod welcome;

pub use account::passkeys::Registering;
pub use failures::away_page;

use crate::Portal;
use axum::{Router, middleware};
use edgecoder_service_kit::http::{bounded, described, measure, show_metrics};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(OpenApi)]
#[openapi(info(
    title = "EdgeCoder portal",
    description = "The pages that people use. Forms carry a token of the page that they stand on; who is logged in is known by a cookie."
))]
struct Description;

fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(welcome::welcome))
        .routes(routes!(sign_up::form, sign_up::ask))
        .routes(routes!(confirm::form, confirm::confirm))
        .routes(routes!(log_in::form, log_in::log_in))
        .routes(routes!(passkey::begin))
        .routes(routes!(passkey::log_in))
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(sign_in::callback))
        .routes(routes!(log_out::log_out))
        .routes(routes!(reset::form, reset::ask))
        .routes(routes!(reset::password_form, reset::set_password))
        .routes(routes!(account::show::show))
        .routes(routes!(account::rename::rename))
        .routes(routes!(account::password::change))
        .routes(routes!(account::address::ask))
        .routes(routes!(account::address::form, account::address::confirm))
        .routes(routes!(account::devices::end))
        .routes(routes!(account::passkeys::begin))
        .routes(routes!(account::passkeys::add))
        .routes(routes!(account::passkeys::remove))
        .routes(routes!(sign_in::link))
        .routes(routes!(sign_in::unlink))
        .routes(routes!(account::export::export))
        .routes(routes!(account::leave::leave))
        .routes(routes!(dashboard::dashboard))
        .routes(routes!(wallet::show::wallet))
        .routes(routes!(wallet::export::csv))
        .routes(routes!(wallet::export::json))
        .routes(routes!(wallet::give::give))
        .routes(routes!(wallet::acknowledge::acknowledge))
        .routes(routes!(tasks::list::list))
        .routes(routes!(tasks::submit::form, tasks::submit::submit))
        .routes(routes!(tasks::show::show))
        .routes(routes!(tasks::events::events))
        .routes(routes!(tasks::cancel::cancel))
        .routes(routes!(chat::begin::list, chat::begin::begin))
        .routes(routes!(chat::show::show))
        .routes(routes!(chat::events::events))
        .routes(routes!(chat::say::say))
        .routes(routes!(chat::retry::retry))
        .routes(routes!(download::download))
        .routes(routes!(docs::index))
        .routes(routes!(docs::show))
        .routes(routes!(tasks::review::review))
        .routes(routes!(tasks::answer::answer))
        .routes(routes!(nodes::list::list, nodes::enroll::enroll))
        .routes(routes!(nodes::show::show))
        .routes(routes!(nodes::rotate::rotate))
        .routes(routes!(nodes::remove::remove))
        .routes(routes!(nodes::power::set))
        .routes(routes!(operations::overview::overview))
        .routes(routes!(operations::events::events))
        .routes(routes!(operations::machines::list))
        .routes(routes!(operations::machine::show))
        .routes(routes!(operations::approve::approve))
        .routes(routes!(operations::reject::reject))
        .routes(routes!(operations::mode::change))
        .routes(routes!(operations::lift::lift))
        .routes(routes!(operations::blacklist::list, operations::report::report))
        .routes(routes!(operations::people::list))
        .routes(routes!(operations::role::change))
        .routes(routes!(theme::choose))
        .routes(routes!(assets::asset))
        .routes(routes!(runtime::health::health))
        .routes(routes!(show_metrics::show))
}

/// The OpenAPI document of every route.
pub fn description() -> utoipa::openapi::OpenApi {
    routes().into_openapi()
}

/// Every route, behind the bounds that all services have.
pub fn router(portal: Portal) -> Router {
    let metrics = portal.metrics.clone();
    let cookies = portal.cookies;
    let router = described(Router::from(routes()), &description()).with_state(portal);
    bounded(router.layer(middleware::from_fn_with_state((metrics, "portal"), measure)))
        .layer(middleware::from_fn_with_state(cookies, failures::told_to_people))
        .layer(middleware::map_response_with_state(cookies, guards::guarded))
}
