//! A control plane in a process of its own: the operators' door on another machine or network.
//!
//! What operators decide is recorded where the ledger is, so the door checks token and address, and hands the request
//! on to the coordinator, which serves the same routes under `/control-plane`.

use super::{Ending, banner, listen};

use anyhow::{Context, Result};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::any,
};
use edgecoder_service_kit::{
    http::{Problem, bounded},
    settings::Settings,
};
use reqwest::{Client, Url};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Clone)]
struct Gate {
    http: Client,
    coordinator: Url,
}

/// Starts the door.
pub async fn start(settings: &Settings, tasks: &mut JoinSet<()>, stop: &CancellationToken) -> Result<Ending> {
    let listener = listen::bind(settings, listen::CONTROL_PLANE).await?;
    let default = format!("http://127.0.0.1:{}", listen::COORDINATOR.default);
    let coordinator = settings.text("COORDINATOR_URL").unwrap_or(default);
    let coordinator: Url = coordinator.parse().context("COORDINATOR_URL is not an address")?;
    let http = Client::builder().timeout(ANSWER_TIMEOUT).build().context("preparing to ask the coordinator")?;
    let gate = Gate { http, coordinator };
    banner::say_ready("control plane", &listen::url(&listener)?)?;
    let router = Router::new().route("/{*path}", any(hand_on)).with_state(gate);
    listen::answer(tasks, listener, bounded(router), stop);
    Ok(Ending::default())
}

async fn hand_on(
    State(gate): State<Gate>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut url = gate.coordinator.clone();
    url.set_path(&format!("/control-plane{}", uri.path()));
    url.set_query(uri.query());
    let mut request = gate.http.request(method, url).body(body);
    for name in [header::AUTHORIZATION, header::CONTENT_TYPE] {
        if let Some(value) = headers.get(&name) {
            request = request.header(name, value);
        }
    }
    let answer = request.send().await.map_err(|error| unreachable(&gate, &error))?;
    let status = answer.status();
    let kind = answer.headers().get(header::CONTENT_TYPE).cloned();
    let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let body = answer.bytes().await.map_err(|error| unreachable(&gate, &error))?;
    Ok((status, [(header::CONTENT_TYPE, kind)], Body::from(body)).into_response())
}

fn unreachable(gate: &Gate, error: &reqwest::Error) -> Problem {
    tracing::warn!(%error, "the coordinator did not answer");
    let detail = format!("the coordinator at {} does not answer: see COORDINATOR_URL", gate.coordinator);
    Problem::new(StatusCode::BAD_GATEWAY, "coordinator_unreachable", detail)
}
