//! A real node, and the service with the wallet beside it.

use crate::machine::{Machine, Service};
use edgecoder_testkit::{Btcd, JsonRpcRelay};
use std::{
    path::{Path, PathBuf},
    process::Command,
};
use tokio::runtime::Runtime;

/// Segwit is active from height 432 on, and what was mined can be spent 100 blocks later.
const FIRST_BLOCKS: u32 = 450;
/// Nobody's: what is mined before there is a wallet.
const NOBODY: &str = "bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202";

/// A node in regtest.
pub struct Chain {
    btcd: Btcd,
    relay: JsonRpcRelay,
    // After those that end on it.
    runtime: Runtime,
}

/// Where somebody provided what a journey needs; nothing, said aloud, where nobody did.
#[expect(clippy::disallowed_methods, reason = "the tools live outside the repository")]
pub fn named_by(variable: &str) -> Option<PathBuf> {
    let found = std::env::var(variable).ok();
    if found.is_none() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "set {variable}");
        println!("skipped: {variable} names nothing");
    }
    found.map(PathBuf::from)
}

impl Chain {
    fn start(btcd: &Path, pay_to: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let (btcd, relay) = runtime.block_on(async {
            let btcd = Btcd::start(btcd, pay_to).await.unwrap();
            let relay = JsonRpcRelay::before(&btcd).await.unwrap();
            (btcd, relay)
        });
        Self { btcd, relay, runtime }
    }

    /// A node whose blocks have filled the wallet of `house`, which is made on the way.
    pub fn that_pays(btcd: &Path, house: &mut Machine) -> Self {
        house.set("ANCHOR_NETWORK", "regtest").set("ANCHOR_PORT", "0").set("ANCHOR_LOOK_SECONDS", "1");
        let address = {
            let empty = Self::start(btcd, NOBODY);
            house.set("ANCHOR_NODE_URL", &empty.node());
            let service = start_anchor_service(house);
            let (_, address) = service.said.split_once("the wallet is filled at ").unwrap();
            let address = address.lines().next().unwrap().to_owned();
            service.stop();
            address
        };
        let chain = Self::start(btcd, &address);
        chain.mine(FIRST_BLOCKS);
        house.set("ANCHOR_NODE_URL", &chain.node());
        chain
    }

    /// The node's address, with user and password.
    pub fn node(&self) -> String {
        self.btcd.url().replace("http://", &format!("http://{}:{}@", Btcd::USER, Btcd::PASSWORD))
    }

    pub fn mine(&self, blocks: u32) -> Vec<String> {
        self.runtime.block_on(self.btcd.mine(blocks)).unwrap()
    }

    pub fn invalidate(&self, block: &str) {
        self.runtime.block_on(self.btcd.invalidate(block)).unwrap();
    }

    /// Waits, looking at nothing but the node, until so many transactions wait for a block.
    pub fn waiting(&self) -> usize {
        let waiting = self.runtime.block_on(self.btcd.call("getrawmempool", serde_json::json!([]))).unwrap();
        waiting.as_array().unwrap().len()
    }

    /// What the stock client says of a file and its proof.
    pub fn stock_verdict(&self, programs: &Path, file: &Path, proof: &Path) -> String {
        let mut ots = Command::new(programs.join("ots"));
        ots.args(["--no-cache", "--btc-regtest", "--bitcoin-node", &self.relay.url(), "verify", "-f"]);
        let output = ots.arg(file).arg(proof).output().unwrap();
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }
}

pub fn start_anchor_service(house: &Machine) -> Service {
    house.start(&["run", "--mode", "anchor"])
}
