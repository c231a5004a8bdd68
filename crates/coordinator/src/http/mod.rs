//! The coordinator's routes: one folder per noun, one file per verb.

mod agents;
mod runtime;
mod tasks;
mod work;

use crate::Coordinator;
use axum::{Router, extract::DefaultBodyLimit, middleware};
use edgecoder_service_kit::http::{bounded, measure};
use utoipa::OpenApi;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

#[derive(OpenApi)]
#[openapi(info(
    title = "EdgeCoder coordinator",
    description = "Takes tasks, leases them to machines, pays for results. Errors are RFC 9457 problem details."
))]
struct Description;

fn routes() -> OpenApiRouter<Coordinator> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(tasks::submit::submit))
        .routes(routes!(tasks::list::list))
        .routes(routes!(tasks::show::show))
        .routes(routes!(tasks::events::events))
        .routes(routes!(tasks::cancel::cancel))
        .routes(routes!(agents::register::register))
        .routes(routes!(agents::heartbeat::heartbeat))
        .routes(routes!(agents::diagnostics::store))
        .routes(routes!(agents::diagnostics::read))
        .routes(routes!(agents::capacity::capacity))
        .routes(routes!(agents::capacity::models))
        .routes(routes!(work::pull::pull))
        .routes(routes!(work::result::result).layer(DefaultBodyLimit::max(work::MAX_RESULT_BYTES)))
        .routes(routes!(runtime::status::status))
        .routes(routes!(runtime::status::health))
        .routes(routes!(runtime::status::identity))
        .routes(routes!(runtime::status::metrics))
}

/// The OpenAPI document of every route.
pub fn description() -> utoipa::openapi::OpenApi {
    routes().into_openapi()
}

/// Every route, behind the bounds that all services have.
pub fn router(coordinator: Coordinator) -> Router {
    let metrics = coordinator.metrics.clone();
    let router = Router::from(routes()).with_state(coordinator);
    bounded(router.layer(middleware::from_fn_with_state((metrics, "coordinator"), measure)))
}
