//! What does a scripted Ollama answer?

use super::{
    RecordedRequest, Script,
    answer::Form,
    running::{Running, Stage},
};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, Uri},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::{io, sync::Arc};

/// A server on this machine that speaks Ollama's protocol and answers from a [`Script`].
#[derive(Debug)]
pub struct ScriptedOllama(Running);

impl ScriptedOllama {
    /// Starts on a free port.
    ///
    /// # Panics
    /// When the machine gives no port.
    pub async fn start(script: Script) -> Self {
        Self::start_on(0, script).await.expect("a free port on this machine")
    }

    /// Starts on a port of one's choice.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start_on(port: u16, script: Script) -> io::Result<Self> {
        let stage = Stage::new(script, None);
        let pages = Router::new()
            .route("/api/version", get(async || Json(json!({ "version": "0.0.0-scripted" }))))
            .route("/api/tags", get(tags))
            .route("/api/ps", get(tags))
            .route("/api/show", post(show))
            .route("/api/pull", post(pull))
            .route("/api/chat", post(chat))
            .with_state(stage.clone());
        Running::start(port, stage, pages).await.map(Self)
    }

    /// What `OLLAMA_HOST` is to be.
    pub fn url(&self) -> String {
        self.0.url()
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
    content_type: "application/x-ndjson",
    piece: |text| line(&json!({ "message": { "role": "assistant", "content": text }, "done": false })),
    end: |reason| {
        let message = json!({ "role": "assistant", "content": "" });
        let counts = json!({ "message": message, "done": true, "done_reason": reason, "prompt_eval_count": 11, "eval_count": 7 });
        line(&counts)
    },
    failure: |error| line(&json!({ "error": error })),
    error: |message| json!({ "error": message }),
};

fn line(value: &Value) -> String {
    format!("{value}\n")
}

fn details() -> Value {
    json!({ "format": "gguf", "family": "qwen2", "parameter_size": "7.6B", "quantization_level": "Q4_K_M" })
}

async fn tags(State(stage): State<Arc<Stage>>) -> Json<Value> {
    let script = stage.script();
    let models = script.models.iter().map(|name| json!({ "name": name, "model": name, "details": details() }));
    Json(json!({ "models": models.collect::<Vec<_>>() }))
}

/// The model that a body names, or the refusal when it is not installed.
fn installed(stage: &Stage, body: &Value) -> Result<(), Box<Response>> {
    let name = body["model"].as_str().unwrap_or_default();
    if stage.script().models.iter().any(|model| model == name) {
        return Ok(());
    }
    Err(Box::new(FORM.refuse(404, &format!("model '{name}' not found"))))
}

async fn show(State(stage): State<Arc<Stage>>, Json(body): Json<Value>) -> Response {
    match installed(&stage, &body) {
        Ok(()) => Json(json!({ "details": details(), "model_info": {} })).into_response(),
        Err(refusal) => *refusal,
    }
}

async fn chat(State(stage): State<Arc<Stage>>, uri: Uri, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let missing = installed(&stage, &body);
    let answer = stage.answer_to(uri.path(), &headers, body).await;
    match missing {
        Ok(()) => FORM.perform(answer, &stage),
        Err(refusal) => *refusal,
    }
}

async fn pull(State(stage): State<Arc<Stage>>, uri: Uri, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let name = body["model"].as_str().unwrap_or_default().to_owned();
    stage.record(uri.path(), &headers, body);
    let known = stage.script().library.contains(&name);
    let lines = if known {
        stage.script().models.push(name);
        let part = |digest: &str, completed: u64, total: u64| json!({ "status": format!("pulling {digest}"), "digest": digest, "completed": completed, "total": total });
        vec![
            json!({ "status": "pulling manifest" }),
            part("sha256:aa", 0, 900),
            part("sha256:aa", 900, 900),
            part("sha256:bb", 100, 100),
            json!({ "status": "verifying sha256 digest" }),
            json!({ "status": "writing manifest" }),
            json!({ "status": "success" }),
        ]
    } else {
        vec![json!({ "status": "pulling manifest" }), json!({ "error": "pull model manifest: file does not exist" })]
    };
    FORM.send_all(lines.iter().map(line).collect(), &stage)
}
