//! A node with a chain, and a desk whose wallet is filled.

use edgecoder_anchoring::{
    Network,
    anchor::{AnchorDesk, AnchorFact, AnchorPolicy, TickReport},
    chain::{Chain, NodeRpc, RpcAccess, SatPerVbyte},
    headers::KnownBlock,
};
use edgecoder_events::UnixMillis;
use edgecoder_testkit::{Btcd, JsonRpcRelay};
use rand::{SeedableRng, rngs::StdRng};
use std::{
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// Segwit is active from height 432 on, and what was mined can be spent 100 blocks later.
const FIRST_BLOCKS: u32 = 450;
const PATIENCE_MS: u64 = 60_000;

pub const POLICY: AnchorPolicy = AnchorPolicy {
    target_blocks: 6,
    unknown_rate: SatPerVbyte(2),
    highest_rate: SatPerVbyte(100),
    daily_cap_sat: 100_000,
    patience_ms: PATIENCE_MS,
};

pub struct Scene {
    pub btcd: Btcd,
    pub node: NodeRpc,
    pub desk: AnchorDesk,
    pub folder: TempDir,
    now: UnixMillis,
}

#[expect(clippy::disallowed_methods, reason = "the tools live outside the repository")]
fn named_by(variable: &str) -> Option<PathBuf> {
    let found = std::env::var(variable).ok();
    if found.is_none() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "set {variable}");
        println!("skipped: {variable} names nothing");
    }
    found.map(PathBuf::from)
}

pub fn open_desk(folder: &Path, policy: AnchorPolicy) -> AnchorDesk {
    let birthday = KnownBlock { height: 0, hash: Network::Regtest.genesis_hash() };
    let rng = &mut StdRng::seed_from_u64(1);
    AnchorDesk::open(folder, Network::Regtest, policy, birthday, rng).unwrap()
}

impl Scene {
    /// Nothing, said aloud, where no btcd is.
    pub async fn with(policy: AnchorPolicy) -> Option<Self> {
        let program = named_by("EDGECODER_TEST_BTCD")?;
        let folder = tempfile::tempdir().unwrap();
        let mut desk = open_desk(folder.path(), policy);
        let btcd = Btcd::start(&program, &desk.wallet().address().unwrap()).await.unwrap();
        btcd.mine(FIRST_BLOCKS).await.unwrap();
        let access = RpcAccess::Password { user: Btcd::USER.into(), password: Btcd::PASSWORD.to_owned().into() };
        let node = NodeRpc::new(&btcd.url().parse().unwrap(), access).unwrap();
        Some(Self { btcd, node, desk, folder, now: UnixMillis(1_700_000_000_000) })
    }

    pub fn now(&self) -> UnixMillis {
        self.now
    }

    /// Lets so much time pass that a fee may be raised.
    pub fn lose_patience(&mut self) {
        self.now = self.now.plus_ms(PATIENCE_MS);
    }

    /// One look; its facts, by name.
    pub async fn tick(&mut self) -> Vec<&'static str> {
        let node = self.node.clone();
        self.tick_through(&node).await.1
    }

    pub async fn tick_through(&mut self, chain: &dyn Chain) -> (TickReport, Vec<&'static str>) {
        self.now = self.now.plus_ms(1000);
        let report = self.desk.tick(chain, self.now).await.unwrap();
        let names = report.facts.iter().map(|(_, fact)| name(fact)).collect();
        (report, names)
    }

    /// What the stock verifier says of a file and its proof; nothing, said aloud, where there is none.
    pub async fn stock_verdict(&self, file: &[u8], proof: &[u8]) -> Option<String> {
        let programs = named_by("EDGECODER_TEST_OTS")?;
        let relay = JsonRpcRelay::before(&self.btcd).await.unwrap();
        let (target, stamp) = (self.folder.path().join("checkpoint"), self.folder.path().join("checkpoint.ots"));
        std::fs::write(&target, file).unwrap();
        std::fs::write(&stamp, proof).unwrap();
        let mut ots = Command::new(programs.join("ots"));
        ots.args(["--no-cache", "--btc-regtest", "--bitcoin-node", &relay.url(), "verify", "-f"]);
        ots.arg(target).arg(stamp);
        let output = tokio::task::spawn_blocking(move || ots.output()).await.unwrap().unwrap();
        Some(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }
}

fn name(fact: &AnchorFact) -> &'static str {
    match fact {
        AnchorFact::Intended(_) => "intended",
        AnchorFact::Sent { .. } => "sent",
        AnchorFact::GivenUp { .. } => "given up",
        AnchorFact::Included { .. } => "included",
        AnchorFact::Confirmed { .. } => "confirmed",
        AnchorFact::Orphaned { .. } => "orphaned",
    }
}
