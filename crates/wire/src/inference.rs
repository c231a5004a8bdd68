//! Inference: split a prompt, mend code, steer models.

use edgecoder_events::{
    ModelName, TaskId,
    task::{Language, Planner},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /decompose`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Decompose {
    #[schema(value_type = String)]
    pub task_id: TaskId,
    pub prompt: String,
    #[schema(value_type = String)]
    pub language: Language,
}

/// The answer to `POST /decompose`: 1 to 10 subtasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Decomposed {
    /// `model`, or `fallback` where the model gave no usable answer and the prompt is one subtask.
    #[schema(value_type = String)]
    pub planner: Planner,
    pub subtasks: Vec<Step>,
    /// No model server answers here, or none of its models may be asked.
    #[serde(default)]
    pub lacks_model: bool,
}

/// A piece of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Step {
    pub input: String,
    #[schema(value_type = String)]
    pub language: Language,
    /// Earlier steps whose output this one needs, counted from 0.
    pub depends_on: Vec<u16>,
    pub timeout_ms: u64,
}

/// `POST /escalate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Escalate {
    pub task: String,
    pub failed_code: String,
    pub error_history: Vec<String>,
    #[schema(value_type = String)]
    pub language: Language,
}

/// The answer to `POST /escalate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Escalated {
    pub improved_code: String,
    pub explanation: String,
}

/// `POST /model/swap`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SwapModel {
    #[schema(value_type = String)]
    pub model: ModelName,
}

/// How a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelStatus {
    Ready,
    Pulling,
    NoModel,
    Error,
}

/// The answer to `POST /model/swap`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelSwapped {
    #[schema(value_type = Option<String>)]
    pub previous: Option<ModelName>,
    #[schema(value_type = String)]
    pub active: ModelName,
    pub status: ModelStatus,
}

/// `GET /model/status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActiveModel {
    #[schema(value_type = Option<String>)]
    pub model: Option<ModelName>,
    pub status: ModelStatus,
    /// The address of the model server, where one is configured.
    pub server: Option<String>,
    /// What to do where there is none or it does not answer.
    pub advice: Option<String>,
}

/// One line of `GET /model/list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstalledModel {
    #[schema(value_type = String)]
    pub model_id: ModelName,
    pub active: bool,
}

/// `GET /model/pull/progress`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PullProgress {
    #[schema(value_type = Option<String>)]
    pub model: Option<ModelName>,
    /// `idle`, `pulling`, `done`, `error`.
    pub status: String,
    pub completed: u64,
    pub total: u64,
    pub error: Option<String>,
}
