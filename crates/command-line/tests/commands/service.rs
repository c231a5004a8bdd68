//! A service that speaks the wire over real HTTP, answers what a test sets, and remembers what it was asked.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use edgecoder_wire::problem::ProblemDetails;
use futures_util::{StreamExt, stream};
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// What the service was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub line: String,
    pub token: Option<String>,
    pub last_event_id: Option<String>,
    pub body: Value,
}

type Answers = HashMap<String, VecDeque<Box<dyn Fn() -> Response + Send>>>;

#[derive(Default)]
struct Stage {
    answers: Mutex<Answers>,
    asked: Mutex<Vec<Asked>>,
}

pub struct Service {
    stage: Arc<Stage>,
    pub address: String,
    serving: JoinHandle<()>,
}

impl Service {
    pub async fn start() -> Self {
        let stage = Arc::new(Stage::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&stage));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { stage, address, serving }
    }

    /// Answers `line`, as `GET /tasks?limit=20`, with these, one after the other, and with the last for ever.
    pub fn on(&self, line: &str, answer: impl Fn() -> Response + Send + 'static) -> &Self {
        self.stage.answers.lock().unwrap().entry(line.to_owned()).or_default().push_back(Box::new(answer));
        self
    }

    pub fn on_json(&self, line: &str, body: &impl Serialize) -> &Self {
        let body = serde_json::to_string(body).unwrap();
        self.on(line, move || body.clone().into_response())
    }

    pub fn on_done(&self, line: &str) -> &Self {
        self.on(line, || StatusCode::NO_CONTENT.into_response())
    }

    pub fn on_problem(&self, line: &str, status: u16, error: &str, detail: &str) -> &Self {
        let problem = ProblemDetails {
            kind: "about:blank".into(),
            title: "refused".into(),
            status,
            detail: detail.into(),
            error: error.into(),
            field: None,
        };
        let body = serde_json::to_string(&problem).unwrap();
        self.on(line, move || (StatusCode::from_u16(status).unwrap(), body.clone()).into_response())
    }

    /// Answers with a stream of these pieces; where `breaks`, the connection is torn behind the last.
    pub fn on_stream(&self, line: &str, pieces: &[String], breaks: bool) -> &Self {
        let pieces = pieces.to_vec();
        self.on(line, move || {
            let pieces = stream::iter(pieces.clone().into_iter().map(|piece| Ok(Bytes::from(piece))));
            let torn = stream::iter(breaks.then_some(())).then(|()| async {
                // What was written before leaves the machine while the body is not ready.
                tokio::task::yield_now().await;
                Err(std::io::Error::other("the cable was pulled"))
            });
            Body::from_stream(pieces.chain(torn)).into_response()
        })
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.stage.asked.lock().unwrap().clone()
    }

    pub fn asked_lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(
    State(stage): State<Arc<Stage>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let line = format!("{method} {uri}");
    stage.asked.lock().unwrap().push(Asked {
        line: line.clone(),
        token: header("authorization"),
        last_event_id: header("last-event-id"),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    let mut answers = stage.answers.lock().unwrap();
    match answers.get_mut(&line) {
        Some(queue) if queue.len() > 1 => queue.pop_front().expect("more than one is there")(),
        Some(queue) => queue[0](),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
