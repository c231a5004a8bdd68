//! What does a worker say of its routes, and of itself while no coordinator knows it?

#![expect(clippy::unwrap_used, reason = "helpers of tests, which clippy does not take for tests")]

use edgecoder_events::UnixMillis;
use edgecoder_sandbox::{ChildCommand, Sandbox, SandboxSettings};
use edgecoder_service_kit::{http::serve, settings::Settings};
use edgecoder_testkit::{SetClock, knock_at_every_door};
use edgecoder_worker::{Worker, WorkerSettings, description};
use rand::{SeedableRng, rngs::StdRng};
use serde_json::Value;
use std::{net::Ipv4Addr, sync::Arc};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// A worker that does not work yet, and where its routes are.
async fn shown() -> (String, TempDir, JoinSet<()>) {
    let home = tempfile::tempdir().unwrap();
    let named = Settings::of_flags([("AGENT_ID", "ann")]);
    let settings = WorkerSettings::read(&named, home.path().to_owned()).unwrap();
    let sandbox = Sandbox::new(SandboxSettings {
        mode: settings.sandbox_mode,
        runtime_dir: home.path().join("sandbox"),
        child: ChildCommand { exe: std::env::current_exe().unwrap(), args: vec![] },
        spare_children: 0,
    });
    let clock = Arc::new(SetClock::at(UnixMillis(1_700_000_000_000)));
    let worker = Worker::new(settings, Arc::new(sandbox.unwrap()), clock, StdRng::seed_from_u64(1));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let mut serving = JoinSet::new();
    serving.spawn(serve(listener, worker.router(), CancellationToken::new()));
    (base, home, serving)
}

#[test]
fn the_openapi_document_is_this() {
    insta::assert_json_snapshot!("openapi", description());
}

#[tokio::test]
async fn every_route_is_there_and_lets_in_whom_the_document_names() {
    let (base, _home, _serving) = shown().await;
    assert_eq!(knock_at_every_door(&serde_json::to_value(description()).unwrap(), &base, &[]).await, 2);
}

#[tokio::test]
async fn without_a_coordinator_a_worker_is_not_well() {
    let (base, _home, _serving) = shown().await;
    let client = edgecoder_outbound::direct().build().unwrap();
    let answer = client.get(format!("{base}/health")).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.json::<Value>().await.unwrap()["ok"], false);
}
