//! The devnet's Bitcoin: one btcd in regtest, whose blocks are found when we say so.

use super::Start;
use crate::{
    btcd::{program_in, programs},
    process::{Leashed, output_of},
};
use anyhow::{Context, Result};
use std::{
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What btcd says, before the port, when it can be asked.
const READY: &str = "RPC server listening on 127.0.0.1:";
const USER: &str = "edgecoder";
/// Whoever is on this machine may have it: there is nothing to be had.
const PASSWORD: &str = "devnet";

/// A node that is not running, or is.
pub struct Node {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Node {
    /// A node with its chain in a folder, on a free port.
    pub fn new(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        // Without a file of settings both programs write one into the home folder.
        for file in ["btcd.conf", "btcctl.conf"] {
            File::create(folder.join(file)).with_context(|| format!("making {file}"))?;
        }
        let port = TcpListener::bind("127.0.0.1:0").context("looking for a free port")?.local_addr()?.port();
        Ok(Self { programs: programs()?, folder: folder.to_owned(), port })
    }

    /// The address with user and password.
    pub fn url(&self) -> String {
        format!("http://{USER}:{PASSWORD}@127.0.0.1:{}", self.port)
    }

    /// Runs it; what is mined is paid to the address. For the last time its chain goes with it.
    pub fn start(&self, pay_to: &str, start: Start) -> Result<Leashed> {
        let at = |name: &str| self.folder.join(name).display().to_string();
        let mut command = Command::new(program_in(&self.programs, "btcd"));
        command.args(["--regtest", "--notls", "--txindex", "--nolisten", "--nodnsseed", "--norelaypriority"]);
        command.arg(format!("--rpclisten=127.0.0.1:{}", self.port)).arg(format!("--miningaddr={pay_to}"));
        command.args([format!("--rpcuser={USER}"), format!("--rpcpass={PASSWORD}")]);
        command.args([format!("--configfile={}", at("btcd.conf")), format!("--datadir={}", at("data"))]);
        command.arg(format!("--logdir={}", at("logs"))).stdout(Stdio::piped());
        let mut running = Leashed::start(&mut command, start.removes(&self.folder))?;
        running.said_until(&[READY]).context("starting btcd")?;
        Ok(running)
    }

    /// Finds blocks, with what waits.
    pub fn mine(&self, blocks: u32) -> Result<()> {
        let mut ask = Command::new(program_in(&self.programs, "btcctl"));
        ask.args(["--regtest", "--notls", &format!("--rpcserver=127.0.0.1:{}", self.port)]);
        ask.args([format!("--rpcuser={USER}"), format!("--rpcpass={PASSWORD}")]);
        ask.arg(format!("--configfile={}", self.folder.join("btcctl.conf").display()));
        output_of(ask.args(["generate", &blocks.to_string()])).map(drop).context("mining")
    }
}
