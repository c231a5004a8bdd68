//! The control plane's routes: one folder per noun, one file per verb.

mod agents;
mod blacklist;
mod credits;
mod nodes;
mod people;
mod runtime;
mod tokens;

use crate::ControlPlane;
use axum::{Router, middleware};
use edgecoder_service_kit::{
    callers::{DocumentedCaller, with_callers},
    http::{bounded, described, measure, show_metrics},
};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Items on a page where the caller does not say how many.
const DEFAULT_LIMIT: usize = 50;

#[derive(OpenApi)]
#[openapi(info(
    title = "EdgeCoder control plane",
    description = "What operators steer: machines, the blacklist, accounts. Errors are RFC 9457 problem details."
))]
struct Description;

fn routes() -> OpenApiRouter<ControlPlane> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(agents::list::list))
        .routes(routes!(agents::show::show))
        .routes(routes!(agents::approval::decide))
        .routes(routes!(agents::mode::change))
        .routes(routes!(agents::power::set))
        .routes(routes!(nodes::list::list))
        .routes(routes!(nodes::enroll::enroll))
        .routes(routes!(blacklist::report::report, blacklist::list::list))
        .routes(routes!(blacklist::lift::lift))
        .routes(routes!(blacklist::audit::audit))
        .routes(routes!(credits::open::open))
        .routes(routes!(credits::totals::totals))
        .routes(routes!(credits::balance::balance))
        .routes(routes!(credits::history::history))
        .routes(routes!(credits::faucet::faucet))
        .routes(routes!(credits::forget::forget))
        .routes(routes!(people::role::change))
        .routes(routes!(tokens::list::list))
        .routes(routes!(tokens::revoke::revoke))
        .routes(routes!(runtime::health::health))
        .routes(routes!(show_metrics::show))
}

/// Who asks, besides anyone.
const CALLERS: [DocumentedCaller; 2] = [DocumentedCaller::Account, DocumentedCaller::Operator];

/// The OpenAPI document of every route.
pub fn description() -> utoipa::openapi::OpenApi {
    with_callers(routes().into_openapi(), &CALLERS)
}

/// Every route, behind the bounds that all services have.
pub fn router(control_plane: ControlPlane) -> Router {
    let metrics = control_plane.metrics.clone();
    let router = described(Router::from(routes()), &description()).with_state(control_plane);
    bounded(router.layer(middleware::from_fn_with_state((metrics, "control-plane"), measure)))
}
