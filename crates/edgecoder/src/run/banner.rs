//! What does a person read when everything is up? Where it is, and what to type next.

use super::node::Node;
use crate::{answer, data_dir::DataDir};
use anyhow::Result;
use serde::Serialize;
use std::{fmt::Write, time::Instant};

/// Where the services of this machine are; the commands of this machine read it.
#[derive(Debug, Default, Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Endpoints {
    pub coordinator: Option<String>,
    pub inference: Option<String>,
    pub control_plane: Option<String>,
    #[serde(default)]
    pub portal: Option<String>,
}

/// The file in the data directory that holds [`Endpoints`].
pub const ENDPOINTS_FILE: &str = "endpoints.json";

/// Tells the commands of this machine where the services are.
pub fn remember(data: &DataDir, endpoints: &Endpoints) -> Result<()> {
    data.write_private(ENDPOINTS_FILE, &serde_json::to_string(endpoints)?)
}

/// Nobody answers there any more.
pub fn forget(data: &DataDir) -> Result<()> {
    data.remove(ENDPOINTS_FILE)
}

/// What is told beside the addresses.
pub struct Ready {
    pub begun: Instant,
    /// Commands that a person types next.
    pub next: Vec<String>,
}

/// Writes to standard output: people look there, the log goes to standard error.
pub fn show(node: &Node, data: &DataDir, endpoints: &Endpoints, ready: Ready) -> Result<()> {
    let Ready { begun, next } = ready;
    let mut out = String::new();
    writeln!(out, "EdgeCoder {} is ready ({} ms)\n", env!("CARGO_PKG_VERSION"), begun.elapsed().as_millis())?;
    let services = [
        ("coordinator", &endpoints.coordinator),
        ("inference", &endpoints.inference),
        ("control plane", &endpoints.control_plane),
        ("portal", &endpoints.portal),
    ];
    for (name, url) in services {
        if let Some(url) = url {
            writeln!(out, "  {name:<14} {url}")?;
        }
    }
    writeln!(out, "  {:<14} {}", "data", data.path().display())?;
    writeln!(out, "  {:<14} {} ({} entries)", "ledger", node.origin, node.store.head().size)?;
    if node.tokens.operator_is_new {
        writeln!(out, "\nThe administrator's token, shown once (kept in {}):", data.join("operator.token").display())?;
        writeln!(out, "  {}", node.tokens.operator.expose())?;
    }
    writeln!(out, "\nNext, in a second terminal:")?;
    for command in next {
        writeln!(out, "  {command}")?;
    }
    answer::line(out)
}

/// One line for a service that stands alone.
pub fn say_ready(service: &str, at: &str) -> Result<()> {
    answer::line(format_args!("EdgeCoder {} {service} is ready: {at}", env!("CARGO_PKG_VERSION")))
}
