//! Machines: who they are, that they are there, what they can do.

pub mod capacity;
pub mod diagnostics;
pub mod heartbeat;
pub mod register;

use edgecoder_events::ModelName;
use edgecoder_service_kit::http::Problem;

/// The most models that one machine answers with; they stand in the log.
const MAX_MODELS: usize = 64;

fn check_models(models: &[ModelName]) -> Result<(), Problem> {
    if models.len() > MAX_MODELS {
        return Err(Problem::bad_field("models", format!("expected at most {MAX_MODELS} models")));
    }
    Ok(())
}
