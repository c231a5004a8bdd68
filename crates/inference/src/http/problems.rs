//! What does a caller hear when no model has an answer? What to do about it.

use crate::{asking::AskError, catalog::NoModel, mending::MendError, pulls::PullUnderWay};
use axum::http::StatusCode;
use edgecoder_models::ModelError;
use edgecoder_service_kit::http::Problem;

/// When to try again after the model was busy, in seconds.
const BUSY_RETRY_S: u32 = 5;

impl From<AskError> for Problem {
    fn from(error: AskError) -> Self {
        let detail = error.to_string();
        match error {
            AskError::Full | AskError::NoPlace(_) => busy(detail),
            AskError::NoModel(none) => none.into(),
            AskError::Model(error) => of_model(&error, detail),
        }
    }
}

impl From<NoModel> for Problem {
    fn from(none: NoModel) -> Self {
        let detail = none.to_string();
        match none {
            NoModel::NoServer(_) | NoModel::NoneChosen { .. } => no_model(detail),
            NoModel::Failed(error) => of_model(&error, detail),
        }
    }
}

impl From<MendError> for Problem {
    fn from(error: MendError) -> Self {
        let detail = error.to_string();
        match error {
            MendError::Unanswered(error) => error.into(),
            MendError::NoCode | MendError::SameCode => bad_gateway("model_answer_unusable", detail),
        }
    }
}

impl From<PullUnderWay> for Problem {
    fn from(other: PullUnderWay) -> Self {
        Self::conflict("pull_in_progress", other.to_string())
    }
}

fn of_model(error: &ModelError, detail: String) -> Problem {
    match error {
        ModelError::NotAnswering { .. }
        | ModelError::NotInstalled { .. }
        | ModelError::NoSuchModel { .. }
        | ModelError::BadAddress { .. } => no_model(detail),
        ModelError::Busy { .. } => busy(detail),
        ModelError::TimedOut { .. } => Problem::new(StatusCode::GATEWAY_TIMEOUT, "model_timed_out", detail),
        ModelError::TooLong { .. } | ModelError::CutShort { .. } => bad_gateway("model_answer_unusable", detail),
        ModelError::PromptTooLong { .. } => Problem::bad_request("prompt_too_long", detail),
        ModelError::TooLittleMemory
        | ModelError::KeyRefused { .. }
        | ModelError::Redirected { .. }
        | ModelError::ServerFailed { .. }
        | ModelError::FailedWhileAnswering
        | ModelError::Refused { .. }
        | ModelError::BrokenOff
        | ModelError::BadProtocol { .. }
        | ModelError::Unsupported { .. }
        | ModelError::Cancelled => bad_gateway("model_failed", detail),
    }
}

fn no_model(detail: String) -> Problem {
    bad_gateway("no_model_available", detail)
}

fn bad_gateway(error: &'static str, detail: String) -> Problem {
    Problem::new(StatusCode::BAD_GATEWAY, error, detail)
}

fn busy(detail: String) -> Problem {
    Problem::unavailable("model_busy", detail).retry_after(BUSY_RETRY_S)
}
