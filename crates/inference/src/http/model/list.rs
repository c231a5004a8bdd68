//! `GET /model/list`: which models can be asked at once?

use crate::Inference;
use axum::extract::State;
use edgecoder_service_kit::{
    callers::Insider,
    http::{Json, Problem},
};
use edgecoder_wire::{inference::InstalledModel, problem::ProblemDetails};

/// Lists the models of the server that answers, at most 1000.
#[utoipa::path(
    get,
    path = "/model/list",
    operation_id = "list_models",
    tag = "model",
    security(("operator" = []), ("service" = [])),
    responses(
        (status = 200, body = Vec<InstalledModel>, description = "the models that are installed"),
        (status = 502, body = ProblemDetails, description = "no_model_available: no server answers"),
    ),
)]
pub async fn list(State(inference): State<Inference>, _: Insider) -> Result<Json<Vec<InstalledModel>>, Problem> {
    let stock = inference.catalog.stock().await?;
    let model =
        |name: &edgecoder_events::ModelName| InstalledModel { model_id: name.clone(), active: stock.is_active(name) };
    Ok(Json(stock.installed.iter().map(|it| model(&it.name)).collect()))
}
