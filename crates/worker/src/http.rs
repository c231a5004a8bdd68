//! What does a worker in a process of its own show? Whether it lives, and what it measured. Nobody gives it work here.

use crate::link::Link;
use axum::{
    Router,
    extract::{FromRef, State},
    http::StatusCode,
    middleware,
};
use edgecoder_service_kit::{
    callers::Anyone,
    http::{self, Json, Metrics, bounded, described, measure, show_metrics},
};
use edgecoder_wire::runtime::Health;
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(OpenApi)]
#[openapi(info(
    title = "EdgeCoder worker",
    description = "Whether a worker lives, and what it measured. It fetches its work itself."
))]
struct Description;

/// What the routes look at.
#[derive(Clone)]
pub struct Window {
    pub link: Arc<Link>,
    pub metrics: Metrics,
}

impl FromRef<Window> for Metrics {
    fn from_ref(window: &Window) -> Self {
        window.metrics.clone()
    }
}

fn routes() -> OpenApiRouter<Window> {
    OpenApiRouter::with_openapi(Description::openapi()).routes(routes!(health)).routes(routes!(show_metrics::show))
}

/// The OpenAPI document of every route.
pub fn description() -> utoipa::openapi::OpenApi {
    routes().into_openapi()
}

/// Every route, behind the bounds that all services have.
pub fn router(window: Window) -> Router {
    let metrics = window.metrics.clone();
    let router = described(Router::from(routes()), &description()).with_state(window);
    bounded(router.layer(middleware::from_fn_with_state((metrics, "worker"), measure)))
}

/// Says whether a coordinator knows this worker. 503 where none does.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "show_health",
    tag = "runtime",
    security(()),
    responses(
        (status = 200, body = Health, description = "it can do its work"),
        (status = 503, body = Health, description = "it can not; problems say why"),
    ),
)]
async fn health(State(window): State<Window>, _: Anyone) -> (StatusCode, Json<Health>) {
    let problems = match window.link.current() {
        Some(_) => vec![],
        None => vec!["no coordinator knows this worker: see its log".to_owned()],
    };
    http::health("worker", problems)
}
