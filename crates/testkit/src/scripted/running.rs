//! How does a scripted server run, remember what it was asked, and stop?

use super::script::{Answer, Script};
use axum::{
    Router,
    http::{HeaderMap, header::AUTHORIZATION},
};
use serde_json::Value;
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// No more requests than this are remembered.
const MAX_RECORDED: usize = 10_000;

/// A request that a scripted server got.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedRequest {
    pub path: String,
    pub authorization: Option<String>,
    /// The JSON body; null where there was none.
    pub body: Value,
}

impl RecordedRequest {
    /// The last message of the user, when this is a chat.
    pub fn prompt(&self) -> &str {
        let messages = self.body["messages"].as_array().map_or(&[][..], Vec::as_slice);
        let last = messages.iter().rev().find(|message| message["role"] == "user");
        last.and_then(|message| message["content"].as_str()).unwrap_or_default()
    }
}

/// What the handlers of one server share.
#[derive(Debug)]
pub(super) struct Stage {
    script: Mutex<Script>,
    requests: Mutex<Vec<RecordedRequest>>,
    hung_up: watch::Sender<usize>,
    /// The key that callers must show.
    pub key: Option<String>,
    pub closing: CancellationToken,
}

impl Stage {
    pub fn new(script: Script, key: Option<String>) -> Arc<Self> {
        let (script, requests, hung_up) = (Mutex::new(script), Mutex::default(), watch::Sender::new(0));
        Arc::new(Self { script, requests, hung_up, key, closing: CancellationToken::new() })
    }

    pub fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn requests(&self) -> MutexGuard<'_, Vec<RecordedRequest>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a request and thinks about its answer as long as the script says.
    pub async fn answer_to(&self, path: &str, headers: &HeaderMap, body: Value) -> Option<Answer> {
        let request = self.record(path, headers, body);
        let (answer, delay_ms) = self.script().answer_to(request.prompt())?;
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        Some(answer)
    }

    pub fn record(&self, path: &str, headers: &HeaderMap, body: Value) -> RecordedRequest {
        let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let request = RecordedRequest { path: path.to_owned(), authorization, body };
        let mut requests = self.requests();
        if requests.len() < MAX_RECORDED {
            requests.push(request.clone());
        }
        request
    }

    pub fn note_hang_up(&self) {
        self.hung_up.send_modify(|count| *count += 1);
    }
}

/// A server that listens until it is shut down or dropped.
#[derive(Debug)]
pub(super) struct Running {
    address: SocketAddr,
    pub stage: Arc<Stage>,
    serving: Option<JoinHandle<io::Result<()>>>,
}

impl Running {
    pub async fn start(port: u16, stage: Arc<Stage>, pages: Router) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let closing = stage.closing.clone();
        let serving = tokio::spawn(async move {
            axum::serve(listener, pages).with_graceful_shutdown(closing.cancelled_owned()).await
        });
        Ok(Self { address, stage, serving: Some(serving) })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.stage.requests().clone()
    }

    pub async fn wait_for_hang_ups(&self, count: usize) {
        // The sender lives in the stage, so the wait cannot end otherwise.
        let _ = self.stage.hung_up.subscribe().wait_for(|seen| *seen >= count).await;
    }

    pub async fn shutdown(mut self) {
        self.stage.closing.cancel();
        if let Some(serving) = self.serving.take() {
            let _ = serving.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stage.closing.cancel();
    }
}
