//! What does the machine itself need? A server that does nothing, and a process that only waits.

use crate::{Outcome, running::READY};
use axum::{Router, routing::get};
use tokio::net::TcpListener;

/// The words that this program starts itself with.
pub const SERVER: &str = "bare-server";
pub const PROCESS: &str = "bare-process";

#[tokio::main]
pub async fn serve() -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("a bare server {READY}");
    Ok(axum::serve(listener, Router::new().route("/", get(|| async { "well" }))).await?)
}

#[tokio::main]
pub async fn wait() -> Outcome<()> {
    println!("a bare process {READY}");
    std::future::pending().await
}
