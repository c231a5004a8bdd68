//! The devnet's EdgeCoder: the service with the wallet, and everything else in one process beside it.

use super::{ANCHOR_EVERY_SECONDS, Folders, LOOK_EVERY_SECONDS, Start, node::Node};
use crate::process::{Leashed, setting};
use anyhow::{Context, Result};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What a service says last before it works: alone, or with the hint what to type next.
const READY: [&str; 2] = ["is ready: http", "audit verify"];
const FILLED_AT: &str = "the wallet is filled at ";
const COORDINATOR_PORT: &str = "COORDINATOR_PORT";

/// The service with the wallet while it runs.
pub struct AnchorService {
    pub running: Leashed,
    /// Where its wallet is paid.
    pub address: String,
    url: String,
}

/// Starts the service with the wallet. For the last time its folder goes with it.
pub fn start_anchor_service(program: &Path, folders: &Folders, node: &Node, start: Start) -> Result<AnchorService> {
    let mut command = on(program, &folders.anchor)?;
    command.args(["run", "--mode", "anchor"]).env("ANCHOR_NETWORK", "regtest").env("ANCHOR_PORT", "0");
    command.env("ANCHOR_NODE_URL", node.url()).env("ANCHOR_LOOK_SECONDS", LOOK_EVERY_SECONDS);
    let mut running = Leashed::start(&mut command, start.removes(&folders.anchor))?;
    let said = running.said_until(&READY).context("starting the anchor service")?;
    let after = |mark: &str| said.split_once(mark).and_then(|(_, after)| after.split_whitespace().next());
    let address = after(FILLED_AT).context("the anchor service named no address")?.to_owned();
    let url = after("is ready: ").context("the anchor service did not say where it is")?.to_owned();
    Ok(AnchorService { running, address, url })
}

/// Starts the rest, anchored by that service; what it said.
pub fn start_pool(program: &Path, folders: &Folders, service: &AnchorService) -> Result<(Leashed, String)> {
    let token = fs::read_to_string(folders.anchor.join("service.token")).context("reading the service's token")?;
    let mut command = on(program, &folders.pool)?;
    command.arg("run").env("ANCHOR_SERVICE_URL", &service.url).env("EDGECODER_SERVICE_TOKEN", token.trim_end());
    command.env("ANCHOR_INTERVAL_SECONDS", ANCHOR_EVERY_SECONDS);
    command.env("INFERENCE_PORT", "0").env("CONTROL_PLANE_PORT", "0").env("PORTAL_PORT", "0");
    let mut running = Leashed::start(&mut command, Some(&folders.pool))?;
    let said = running.said_until(&READY).context("starting the pool")?;
    Ok((running, said))
}

/// Shows each anchor when it is confirmed.
pub fn show_confirmed(program: &Path, folders: &Folders) -> Result<Leashed> {
    let mut command = on(program, &folders.pool)?;
    command.args(["audit", "tail", "--follow", "--kind", "anchor.confirmed"]).stdout(Stdio::inherit());
    Leashed::start(&mut command, None)
}

/// The program with a data directory, and of our environment only where programs are and which port is wished.
fn on(program: &Path, data: &PathBuf) -> Result<Command> {
    fs::create_dir_all(data).with_context(|| format!("making {}", data.display()))?;
    let log = File::options().create(true).append(true).open(data.join("log")).context("opening a log")?;
    let mut command = Command::new(program);
    let kept = ["PATH", "HOME", COORDINATOR_PORT];
    command.env_clear().envs(kept.into_iter().filter_map(|name| Some((name, setting(name)?))));
    command.env("EDGECODER_DATA_DIR", data).stdout(Stdio::piped()).stderr(log);
    Ok(command)
}
