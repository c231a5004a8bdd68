//! What stands in the form for a message? Nothing that somebody typed is lost where something is wrong with it.

use crate::{
    Portal,
    forms::Fields,
    http::{
        failures::sentence,
        tasks::submit::{available_models, new_task_id},
    },
};
use edgecoder_service_kit::http::Problem;

/// The form for a message.
pub struct Composer {
    /// Where it is sent.
    pub action: String,
    /// Of a conversation that begins with it; the action names any other.
    pub conversation_id: Option<String>,
    /// Of the task that it becomes: sent twice, it is one.
    pub task_id: String,
    pub error: Option<String>,
    pub message: String,
    pub language: String,
    pub project: String,
    pub models: Vec<Model>,
}

/// A model that machines answer with at this moment.
pub struct Model {
    pub name: String,
    pub machines: usize,
    pub is_chosen: bool,
}

/// A form that was refused: what stood in it, and why.
pub struct Refused<'a> {
    pub fields: &'a Fields,
    pub problem: &'a Problem,
}

impl Composer {
    /// For a message to `action`.
    pub fn new(portal: &Portal, action: String, refused: Option<&Refused<'_>>) -> Self {
        let typed = |name: &str| refused.map(|it| it.fields.text(name).to_owned()).unwrap_or_default();
        let (task_id, model) = (typed("task_id"), typed("model"));
        let models = available_models(portal).into_iter();
        Self {
            action,
            conversation_id: None,
            task_id: if task_id.is_empty() { new_task_id(portal) } else { task_id },
            error: refused.map(|it| sentence(it.problem.detail())),
            message: typed("message"),
            language: typed("language"),
            project: typed("project"),
            models: models.map(|(name, machines)| Model { is_chosen: name == model, name, machines }).collect(),
        }
    }
}
