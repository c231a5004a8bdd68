//! The coordinator's routes: one folder per noun, one file per verb.

mod agents;
mod anchors;
mod audit;
mod log;
mod runtime;
mod tasks;
mod witness;
mod work;

use crate::Coordinator;
use axum::{Router, extract::DefaultBodyLimit, middleware, routing::get};
use edgecoder_ledger::witness::MAX_REQUEST_BYTES;
use edgecoder_service_kit::{
    callers::{DocumentedCaller, with_callers},
    http::{bounded, described, measure, show_metrics},
};
use edgecoder_wire::{tasks::MAX_SUBMISSION_BYTES, work::Sealed};
use utoipa::OpenApi;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

/// The most events of one task that are looked through: a few for each attempt at its subtasks, of which it has at most
/// ten, so it ends long before.
const MAX_TASK_EVENTS: usize = 4_096;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "EdgeCoder coordinator",
        description = "Takes tasks, leases them to machines, pays for results. Errors are RFC 9457 problem details."
    ),
    paths(log::tile::tile),
    components(schemas(Sealed))
)]
struct Description;

fn routes() -> OpenApiRouter<Coordinator> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(tasks::submit::submit).layer(DefaultBodyLimit::max(MAX_SUBMISSION_BYTES)))
        .routes(routes!(tasks::list::list))
        .routes(routes!(tasks::show::show))
        .routes(routes!(tasks::events::events))
        .routes(routes!(tasks::cancel::cancel))
        .routes(routes!(tasks::review::review))
        .routes(routes!(agents::register::register).layer(DefaultBodyLimit::max(agents::register::MAX_BYTES)))
        .routes(routes!(agents::heartbeat::heartbeat))
        .routes(routes!(agents::diagnostics::store))
        .routes(routes!(agents::diagnostics::read))
        .routes(routes!(agents::capacity::capacity))
        .routes(routes!(agents::capacity::models))
        .routes(routes!(work::pull::pull))
        .routes(routes!(work::result::result).layer(DefaultBodyLimit::max(work::MAX_RESULT_BYTES)))
        .routes(routes!(log::checkpoint::checkpoint))
        .routes(routes!(log::receipt::receipt))
        .routes(routes!(witness::add_checkpoint::add_checkpoint).layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES)))
        .routes(routes!(witness::newest::newest))
        // Documents know no path of several parts; axum does.
        .route("/tile/{*path}", get(log::tile::tile).layer(log::compressed()))
        .routes(routes!(anchors::list::list, anchors::ask::ask))
        .routes(routes!(anchors::file::file))
        .routes(routes!(audit::log::log))
        .routes(routes!(audit::search::search))
        .routes(routes!(audit::entry::entry))
        .routes(routes!(audit::page::overview).layer(log::compressed()))
        .routes(routes!(audit::page::entry).layer(log::compressed()))
        .routes(routes!(audit::page::asset).layer(log::compressed()))
        .routes(routes!(runtime::status::status))
        .routes(routes!(runtime::status::health))
        .routes(routes!(runtime::status::identity))
        .routes(routes!(show_metrics::show))
}

/// Who asks, besides anyone.
const CALLERS: [DocumentedCaller; 3] = [DocumentedCaller::Account, DocumentedCaller::Operator, DocumentedCaller::Agent];

/// The OpenAPI document of every route.
pub fn description() -> utoipa::openapi::OpenApi {
    with_callers(routes().into_openapi(), &CALLERS)
}

/// Every route, behind the bounds that all services have.
pub fn router(coordinator: Coordinator) -> Router {
    let metrics = coordinator.metrics.clone();
    let router = described(Router::from(routes()), &description()).with_state(coordinator);
    bounded(router.layer(middleware::from_fn_with_state((metrics, "coordinator"), measure)))
}
