//! What does anchoring look like? A Bitcoin of our own, a pool that it dates, and a block every few seconds, until Ctrl-C.

mod node;
mod product;

use crate::{process, workspace::Workspace};
use anyhow::{Context, Result, ensure};
use node::Node;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

/// Segwit is active from height 432 on, and what was mined can be spent 100 blocks later.
const FIRST_BLOCKS: u32 = 450;
const BLOCK_EVERY: Duration = Duration::from_secs(5);
const ANCHOR_EVERY_SECONDS: &str = "20";
const LOOK_EVERY_SECONDS: &str = "2";
/// Nobody's: what is mined before there is a wallet.
const NOBODY: &str = "bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202";

/// A directory each for the node, the wallet and the pool; whoever writes to it removes it when it ends.
struct Folders {
    node: PathBuf,
    anchor: PathBuf,
    pool: PathBuf,
}

impl Folders {
    fn named() -> Self {
        let temporary = std::env::temp_dir();
        let folder = |name| temporary.join(format!("edgecoder-devnet-{}-{name}", std::process::id()));
        Self { node: folder("node"), anchor: folder("anchor"), pool: folder("pool") }
    }
}

/// Node and wallet are started twice: blocks can only be paid to an address that a wallet has named.
#[derive(Clone, Copy)]
enum Start {
    First,
    Last,
}

impl Start {
    /// The folder that is not needed after it.
    fn removes(self, folder: &Path) -> Option<&Path> {
        matches!(self, Self::Last).then_some(folder)
    }
}

/// Runs until it is interrupted.
pub fn run() -> Result<bool> {
    let program = build()?;
    let folders = Folders::named();
    let node = Node::new(&folders.node)?;
    println!("devnet: btcd makes {FIRST_BLOCKS} blocks");
    let address = {
        let _empty = node.start(NOBODY, Start::First)?;
        product::start_anchor_service(&program, &folders, &node, Start::First)?.address
    };
    let _btcd = node.start(&address, Start::Last)?;
    node.mine(FIRST_BLOCKS)?;
    let mut service = product::start_anchor_service(&program, &folders, &node, Start::Last)?;
    let (mut pool, said) = product::start_pool(&program, &folders, &service)?;
    println!("{said}\n{}", what_next(&program, &folders, &node)?);
    let _shown = product::show_confirmed(&program, &folders)?;
    loop {
        thread::sleep(BLOCK_EVERY);
        let log = |folder: &Path| format!("look into {}", folder.join("log").display());
        ensure!(!pool.has_ended()?, "the pool has ended: {}", log(&folders.pool));
        ensure!(!service.running.has_ended()?, "the anchor service has ended: {}", log(&folders.anchor));
        node.mine(1)?;
    }
}

/// Builds the product; its file.
fn build() -> Result<PathBuf> {
    let mut build = process::cargo();
    build.args(["build", "--release", "--locked", "--package", "edgecoder"]);
    ensure!(process::run(&mut build)?.success(), "edgecoder does not build");
    Ok(Workspace::read()?.program("edgecoder"))
}

/// Where to look, and what to type.
fn what_next(program: &Path, folders: &Folders, node: &Node) -> Result<String> {
    let endpoints = fs::read_to_string(folders.pool.join("endpoints.json")).context("reading where the pool is")?;
    let endpoints: Value = serde_json::from_str(&endpoints).context("reading where the pool is")?;
    let coordinator = endpoints["coordinator"].as_str().context("the pool has no coordinator")?;
    let (pool, url) = (folders.pool.display(), node.url());
    let edgecoder = format!("{} --data-dir {pool}", program.display());
    Ok(format!(
        "Bitcoin in regtest, a block every {} s. Where something happened, the log is anchored every {ANCHOR_EVERY_SECONDS} s:\n\
         \n  {coordinator}/anchors\n\
         \nIs each anchor of this log, and in which block?\n\
         \n  {edgecoder} audit anchors --network regtest --node {url}\n\
         \nThe files for other people's tools, and how to check them: ops/devnet/README.md. Ctrl-C ends everything, and \
         removes it.\n\nAnchors that were confirmed:",
        BLOCK_EVERY.as_secs()
    ))
}
