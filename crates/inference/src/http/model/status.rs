//! `GET /model/status`: which model is asked, and does it answer?

use crate::{
    Inference,
    catalog::{NoModel, Stock},
};
use axum::extract::State;
use edgecoder_models::ModelError;
use edgecoder_service_kit::{callers::Insider, http::Json, settings::model_setting};
use edgecoder_wire::inference::{ActiveModel, ModelStatus};

/// Says which model is asked, and what to do where there is none.
#[utoipa::path(
    get,
    path = "/model/status",
    operation_id = "show_model",
    tag = "model",
    security(("operator" = []), ("service" = [])),
    responses(
        (status = 200, body = ActiveModel, description = "the model that answers"),
    ),
)]
pub async fn status(State(inference): State<Inference>, _: Insider) -> Json<ActiveModel> {
    Json(match inference.catalog.stock().await {
        Ok(stock) => of_stock(&inference, stock),
        Err(none) => of_none(&none),
    })
}

fn of_stock(inference: &Inference, stock: Stock) -> ActiveModel {
    let progress = inference.pulls.progress();
    let pulled = progress.model.filter(|_| progress.status == "pulling");
    let (status, advice) = match (&stock.active, pulled) {
        (Some(active), _) if stock.has(active) => (ModelStatus::Ready, None),
        (_, Some(pulled)) => (ModelStatus::Pulling, Some(format!("{pulled} is being pulled: wait for it"))),
        (Some(active), None) => (ModelStatus::NoModel, Some(format!("{active} is not installed: POST /model/swap"))),
        (None, None) => {
            let setting = model_setting(stock.server.protocol());
            (ModelStatus::NoModel, Some(format!("choose a model: set {setting} or POST /model/swap")))
        }
    };
    ActiveModel { model: stock.active, status, server: Some(stock.server.url().to_owned()), advice }
}

fn of_none(none: &NoModel) -> ActiveModel {
    let status = match none {
        NoModel::NoServer(_) | NoModel::NoneChosen { .. } | NoModel::Failed(ModelError::NotAnswering { .. }) => {
            ModelStatus::NoModel
        }
        NoModel::Failed(_) => ModelStatus::Error,
    };
    ActiveModel { model: None, status, server: None, advice: Some(none.to_string()) }
}
