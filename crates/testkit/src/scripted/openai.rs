//! What does a scripted OpenAI-compatible server answer?

use super::{
    RecordedRequest, Script,
    answer::Form,
    running::{Running, Stage},
};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, Uri, header::AUTHORIZATION},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::{io, sync::Arc};

/// A server on this machine that speaks as OpenAI does and answers from a [`Script`].
#[derive(Debug)]
pub struct ScriptedOpenAi(Running);

impl ScriptedOpenAi {
    /// Starts on a free port, open to everybody.
    ///
    /// # Panics
    /// When the machine gives no port.
    pub async fn start(script: Script) -> Self {
        Self::start_on(0, script, None).await.expect("a free port on this machine")
    }

    /// Starts on a free port and refuses callers without this key.
    ///
    /// # Panics
    /// When the machine gives no port.
    pub async fn start_with_key(script: Script, key: &str) -> Self {
        Self::start_on(0, script, Some(key.to_owned())).await.expect("a free port on this machine")
    }

    async fn start_on(port: u16, script: Script, key: Option<String>) -> io::Result<Self> {
        let stage = Stage::new(script, key);
        let pages = Router::new()
            .route("/v1/models", get(models))
            .route("/v1/chat/completions", post(chat))
            .with_state(stage.clone());
        Running::start(port, stage, pages).await.map(Self)
    }

    /// What `OPENAI_BASE_URL` is to be.
    pub fn url(&self) -> String {
        format!("{}/v1", self.0.url())
    }

    /// What was asked so far, in its order.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.0.requests()
    }

    /// Waits until so many callers have gone before their answer was complete.
    pub async fn wait_for_hang_ups(&self, count: usize) {
        self.0.wait_for_hang_ups(count).await;
    }

    /// Ends the answers under way and stops.
    pub async fn shutdown(self) {
        self.0.shutdown().await;
    }
}

const FORM: Form = Form {
    content_type: "text/event-stream",
    piece: |text| event(&json!({ "content": text }), None),
    end: |reason| format!("{}data: [DONE]\n\n", event(&json!({}), Some(reason))),
    failure: |error| format!("data: {}\n\n", json!({ "error": { "message": error, "type": "server_error" } })),
    error: |message| json!({ "error": { "message": message, "type": "invalid_request_error" } }),
};

fn event(delta: &Value, finish_reason: Option<&str>) -> String {
    let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish_reason });
    format!("data: {}\n\n", json!({ "object": "chat.completion.chunk", "choices": [choice] }))
}

fn may_ask(stage: &Stage, headers: &HeaderMap) -> bool {
    let shown = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    stage.key.as_ref().is_none_or(|key| shown == Some(&format!("Bearer {key}")))
}

async fn models(State(stage): State<Arc<Stage>>, uri: Uri, headers: HeaderMap) -> Response {
    stage.record(uri.path(), &headers, Value::Null);
    if !may_ask(&stage, &headers) {
        return FORM.refuse(401, "Incorrect API key provided");
    }
    let models = stage.script().models.iter().map(|id| json!({ "id": id, "object": "model" })).collect::<Vec<_>>();
    Json(json!({ "object": "list", "data": models })).into_response()
}

async fn chat(State(stage): State<Arc<Stage>>, uri: Uri, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let model = body["model"].as_str().unwrap_or_default().to_owned();
    let answer = stage.answer_to(uri.path(), &headers, body).await;
    if !may_ask(&stage, &headers) {
        return FORM.refuse(401, "Incorrect API key provided");
    }
    if !stage.script().models.contains(&model) {
        return FORM.refuse(404, &format!("The model `{model}` does not exist"));
    }
    FORM.perform(answer, &stage)
}
