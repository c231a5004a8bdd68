//! The inference service's routes: one folder per noun, one file per verb.

mod code;
mod model;
mod problems;
mod prompts;
mod runtime;

use crate::Inference;
use axum::{Router, middleware};
use edgecoder_service_kit::{
    callers::{DocumentedCaller, with_callers},
    http::{bounded_by, described, measure, show_metrics},
};
use std::time::Duration;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// What the checks around a question may take beside the question itself.
const REQUEST_MARGIN: Duration = Duration::from_secs(20);

#[derive(OpenApi)]
#[openapi(info(
    title = "EdgeCoder inference",
    description = "Splits prompts into subtasks, mends code that failed, and steers the model that does both. \
                   Errors are RFC 9457 problem details."
))]
struct Description;

fn routes() -> OpenApiRouter<Inference> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(prompts::decompose::decompose))
        .routes(routes!(code::escalate::escalate))
        .routes(routes!(model::swap::swap))
        .routes(routes!(model::status::status))
        .routes(routes!(model::list::list))
        .routes(routes!(model::pull_progress::pull_progress))
        .routes(routes!(runtime::health::health))
        .routes(routes!(show_metrics::show))
}

/// Who asks, besides anyone.
const CALLERS: [DocumentedCaller; 2] = [DocumentedCaller::Operator, DocumentedCaller::Service];

/// The OpenAPI document of every route.
pub fn description() -> utoipa::openapi::OpenApi {
    with_callers(routes().into_openapi(), &CALLERS)
}

/// Every route, behind the bounds that all services have; but a model may think for longer than others answer.
pub fn router(inference: Inference) -> Router {
    let metrics = inference.metrics.clone();
    let longest = inference.desk.longest().saturating_add(REQUEST_MARGIN);
    let router = described(Router::from(routes()), &description()).with_state(inference);
    bounded_by(router.layer(middleware::from_fn_with_state((metrics, "inference"), measure)), longest)
}
