//! The anchor service's routes: one folder per noun, one file per verb.

mod anchors;
mod runtime;
mod wallet;

use crate::{
    AnchorService,
    desk_owner::{DeskError, Order},
};
use axum::{Router, middleware};
use edgecoder_service_kit::{
    callers::{DocumentedCaller, with_callers},
    http::{Problem, bounded, described, measure, show_metrics},
};
use tokio::sync::oneshot;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(OpenApi)]
#[openapi(info(
    title = "EdgeCoder anchor service",
    description = "Carries checkpoints into blocks of Bitcoin, and pays. Errors are RFC 9457 problem details."
))]
struct Description;

fn routes() -> OpenApiRouter<AnchorService> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(anchors::want::want, anchors::show::show))
        .routes(routes!(wallet::show::show))
        .routes(routes!(runtime::health))
        .routes(routes!(show_metrics::show))
}

/// Who asks, besides anyone.
const CALLERS: [DocumentedCaller; 2] = [DocumentedCaller::Operator, DocumentedCaller::Service];

/// The OpenAPI document of every route.
pub fn description() -> utoipa::openapi::OpenApi {
    with_callers(routes().into_openapi(), &CALLERS)
}

/// Every route, behind the bounds that all services have.
pub fn router(service: AnchorService) -> Router {
    let metrics = service.metrics.clone();
    let router = described(Router::from(routes()), &description()).with_state(service);
    bounded(router.layer(middleware::from_fn_with_state((metrics, "anchor"), measure)))
}

/// Gives the desk an order and waits for its answer; while it looks at the chain that may take a while.
async fn order<T>(
    service: &AnchorService,
    order: impl FnOnce(oneshot::Sender<Result<T, DeskError>>) -> Order,
) -> Result<T, Problem> {
    let (reply, answer) = oneshot::channel();
    service.orders.try_send(order(reply)).map_err(|_| busy())?;
    Ok(answer.await.map_err(|_| busy())??)
}

fn busy() -> Problem {
    Problem::unavailable("anchor_desk_busy", "too many ask the desk, or it closes: come again").retry_after(1)
}
