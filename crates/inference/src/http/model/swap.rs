//! `POST /model/swap`: another model, please.

use crate::Inference;
use axum::extract::State;
use edgecoder_models::Protocol;
use edgecoder_service_kit::{
    callers::Insider,
    http::{Json, Problem},
};
use edgecoder_wire::{
    inference::{ModelStatus, ModelSwapped, SwapModel},
    problem::ProblemDetails,
};

/// Makes a model the one that is asked: at once where it is installed, else when it was pulled in the background.
///
/// Holds until the service restarts; `OLLAMA_MODEL` or `OPENAI_MODEL` holds for longer.
#[utoipa::path(
    post,
    path = "/model/swap",
    operation_id = "swap_model",
    tag = "model",
    security(("operator" = []), ("service" = [])),
    request_body = SwapModel,
    responses(
        (status = 200, body = ModelSwapped, description = "`status` is `ready` or `pulling`"),
        (status = 401, body = ProblemDetails, description = "neither the administrator nor one of our services"),
        (status = 404, body = ProblemDetails, description = "model_not_listed by a server that installs none"),
        (status = 409, body = ProblemDetails, description = "pull_in_progress of another model"),
        (status = 502, body = ProblemDetails, description = "no_model_available: no server answers"),
    ),
)]
pub async fn swap(
    State(inference): State<Inference>,
    _: Insider,
    Json(SwapModel { model }): Json<SwapModel>,
) -> Result<Json<ModelSwapped>, Problem> {
    let stock = inference.catalog.stock().await?;
    let protocol = stock.server.protocol();
    let status = if stock.has(&model) {
        inference.pulls.overrule(|| inference.catalog.choose_model(protocol, model.clone()));
        ModelStatus::Ready
    } else if protocol == Protocol::Ollama {
        inference.pulls.order(stock.server, model.clone())?;
        ModelStatus::Pulling
    } else {
        let detail = "the model server does not list this model, and installs none: see GET /model/list";
        return Err(Problem::not_found("model_not_listed", detail));
    };
    tracing::info!(model = %model, ?status, "another model was asked for");
    Ok(Json(ModelSwapped { previous: stock.active, active: model, status }))
}
