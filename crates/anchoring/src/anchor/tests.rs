//! An anchor is paid once, whatever the node says: against a chain that the test writes.

use super::{AnchorDesk, AnchorError, AnchorFact, AnchorPolicy, Attempt, TickReport};
use crate::{
    Network,
    chain::{Broadcast, Chain, ChainError, SatPerVbyte},
    evidence::Commitment,
    headers::KnownBlock,
    wallet::WalletError,
};
use bitcoin::{
    Address, Amount, Block, BlockHash, OutPoint, ScriptBuf, Transaction, TxIn, TxOut, Txid, absolute::LockTime,
    address::NetworkUnchecked, block::Header, hashes::Hash, transaction::Version,
};
use edgecoder_events::UnixMillis;
use futures_util::future::{BoxFuture, ready};
use rand::{SeedableRng, rngs::StdRng};
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};
use tempfile::TempDir;

const ONE: Commitment = Commitment([1; 32]);
const OTHER: Commitment = Commitment([2; 32]);
const PATIENCE_MS: u64 = 60_000;
const POLICY: AnchorPolicy = AnchorPolicy {
    target_blocks: 6,
    unknown_rate: SatPerVbyte(10),
    highest_rate: SatPerVbyte(50),
    daily_cap_sat: 100_000,
    patience_ms: PATIENCE_MS,
};

/// A node's answers: blocks that the test makes, and so many transactions that it refuses before it takes one.
struct WrittenChain {
    blocks: Vec<Block>,
    waiting: Mutex<BTreeSet<Txid>>,
    refusals: Mutex<u32>,
}

impl WrittenChain {
    fn new(refusals: u32) -> Self {
        let genesis = Block { header: Network::Regtest.genesis(), txdata: Vec::new() };
        Self { blocks: vec![genesis], waiting: Mutex::default(), refusals: Mutex::new(refusals) }
    }

    fn mine(&mut self, txdata: Vec<Transaction>) {
        let mut header = Network::Regtest.genesis();
        header.prev_blockhash = self.newest().hash;
        self.blocks.push(Block { header, txdata });
    }

    fn newest(&self) -> KnownBlock {
        let newest = self.blocks.last().expect("the first is always there");
        KnownBlock { height: u32::try_from(self.blocks.len() - 1).unwrap(), hash: newest.block_hash() }
    }

    fn find(&self, hash: BlockHash) -> Block {
        self.blocks.iter().find(|block| block.block_hash() == hash).cloned().expect("asked by a hash of ours")
    }
}

impl Chain for WrittenChain {
    fn tip(&self) -> BoxFuture<'_, Result<KnownBlock, ChainError>> {
        Box::pin(ready(Ok(self.newest())))
    }

    fn hash_at(&self, height: u32) -> BoxFuture<'_, Result<Option<BlockHash>, ChainError>> {
        let block = self.blocks.get(usize::try_from(height).unwrap());
        Box::pin(ready(Ok(block.map(Block::block_hash))))
    }

    fn header(&self, block: BlockHash) -> BoxFuture<'_, Result<Header, ChainError>> {
        Box::pin(ready(Ok(self.find(block).header)))
    }

    fn block(&self, block: BlockHash) -> BoxFuture<'_, Result<Block, ChainError>> {
        Box::pin(ready(Ok(self.find(block))))
    }

    fn is_waiting(&self, transaction: Txid) -> BoxFuture<'_, Result<bool, ChainError>> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        Box::pin(ready(Ok(waiting.contains(&transaction))))
    }

    fn fee_rate(&self, _: u16) -> BoxFuture<'_, Result<Option<SatPerVbyte>, ChainError>> {
        Box::pin(ready(Ok(None)))
    }

    fn broadcast<'a>(&'a self, transaction: &'a Transaction) -> BoxFuture<'a, Result<Broadcast, ChainError>> {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        if *refusals > 0 {
            *refusals -= 1;
            return Box::pin(ready(Ok(Broadcast::Rejected("not today".to_owned()))));
        }
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(transaction.compute_txid());
        Box::pin(ready(Ok(Broadcast::Accepted)))
    }
}

struct Scene {
    desk: AnchorDesk,
    chain: WrittenChain,
    now: UnixMillis,
    _folder: TempDir,
}

impl Scene {
    /// A desk whose wallet was paid these sums, each as one coin, and a node that refuses so often.
    fn new(coins_sat: &[u64], refusals: u32, policy: AnchorPolicy) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut chain = WrittenChain::new(refusals);
        let rng = &mut StdRng::seed_from_u64(1);
        let mut desk = AnchorDesk::open(folder.path(), Network::Regtest, policy, chain.newest(), rng).unwrap();
        let address: Address<NetworkUnchecked> = desk.wallet().address().unwrap().parse().unwrap();
        let home = address.assume_checked().script_pubkey();
        let coin = |sat: &u64| TxOut { value: Amount::from_sat(*sat), script_pubkey: home.clone() };
        let from = OutPoint::new(Txid::from_byte_array([9; 32]), 0);
        chain.mine(vec![spending(from, coins_sat.iter().map(coin).collect())]);
        Self { desk, chain, now: UnixMillis(1_700_000_000_000), _folder: folder }
    }

    /// A look, so much later that whatever was refused may be tried again.
    async fn tick(&mut self) -> TickReport {
        self.now = self.now.plus_ms(PATIENCE_MS);
        self.desk.tick(&self.chain, self.now).await.unwrap()
    }

    fn want(&mut self, commitment: Commitment) {
        self.desk.want(commitment, self.now).unwrap();
    }

    fn attempts(&self, of: Commitment) -> Vec<Attempt> {
        self.desk.find(of).unwrap().attempts
    }

    fn transaction(&self, of: Commitment, index: usize) -> Transaction {
        self.attempts(of)[index].transaction().unwrap()
    }
}

fn spending(coin: OutPoint, output: Vec<TxOut>) -> Transaction {
    let input = vec![TxIn { previous_output: coin, ..TxIn::default() }];
    Transaction { version: Version::TWO, lock_time: LockTime::ZERO, input, output }
}

fn is_given_up(anchor: &[Attempt]) -> Vec<bool> {
    anchor.iter().map(|attempt| attempt.given_up).collect()
}

#[tokio::test]
async fn what_was_given_up_is_kept_out_even_where_another_anchor_has_taken_its_coin() {
    let mut scene = Scene::new(&[90_000], 1, POLICY);
    scene.want(ONE);
    scene.want(OTHER);
    scene.tick().await;
    assert_eq!((is_given_up(&scene.attempts(ONE)), is_given_up(&scene.attempts(OTHER))), (vec![true], vec![false]));
    let (given_up, other) = (scene.transaction(ONE, 0), scene.transaction(OTHER, 0));
    assert_eq!(given_up.input[0].previous_output, other.input[0].previous_output, "the only coin");
    let report = scene.tick().await;
    assert!(report.problems.is_empty(), "{report:?}");
    let next = scene.transaction(ONE, 1);
    assert_eq!(next.input.len(), 1);
    assert_eq!(next.input[0].previous_output.txid, other.compute_txid(), "built on what keeps the first one out");
}

#[tokio::test]
async fn nothing_is_paid_beside_what_was_given_up_while_nothing_keeps_that_out() {
    let mut scene = Scene::new(&[50_000, 60_000], 1, POLICY);
    scene.want(ONE);
    scene.tick().await;
    let coin = scene.transaction(ONE, 0).input[0].previous_output;
    let elsewhere = vec![TxOut { value: Amount::from_sat(40_000), script_pubkey: ScriptBuf::new() }];
    scene.chain.mine(vec![spending(coin, elsewhere)]);
    for blocks in [0, 99] {
        (0..blocks).for_each(|_| scene.chain.mine(Vec::new()));
        let report = scene.tick().await;
        let problems = &report.problems[..];
        assert!(matches!(problems, [(ONE, AnchorError::Wallet(WalletError::NothingKeepsOut))]), "{report:?}");
        assert_eq!(scene.attempts(ONE).len(), 1);
    }
    scene.chain.mine(Vec::new());
    let report = scene.tick().await;
    assert!(report.problems.is_empty(), "its coin is spent for good: {report:?}");
    assert_eq!(is_given_up(&scene.attempts(ONE)), [true, false]);
}

#[tokio::test]
async fn what_was_given_up_and_is_in_a_block_all_the_same_is_the_anchor() {
    let mut scene = Scene::new(&[50_000, 60_000], 1, POLICY);
    scene.want(ONE);
    scene.tick().await;
    let given_up = scene.transaction(ONE, 0);
    scene.tick().await;
    assert_eq!(is_given_up(&scene.attempts(ONE)), [true, false]);
    scene.chain.mine(vec![given_up.clone()]);
    (0..5).for_each(|_| scene.chain.mine(Vec::new()));
    let report = scene.tick().await;
    let facts: Vec<_> = report.facts.into_iter().map(|(_, fact)| fact).collect();
    let txid = given_up.compute_txid();
    let [AnchorFact::Included { txid: included, .. }, AnchorFact::Confirmed { txid: confirmed, .. }] = facts[..] else {
        panic!("{facts:?}");
    };
    assert_eq!((included, confirmed), (txid, txid));
    assert_eq!(scene.attempts(ONE).len(), 2, "and nothing more is made");
}

#[tokio::test]
async fn the_cap_counts_what_can_be_in_blocks_and_not_how_often_it_was_tried() {
    // One costs about 1,555 satoshi.
    let mut scene = Scene::new(&[50_000, 60_000], 2, AnchorPolicy { daily_cap_sat: 2_000, ..POLICY });
    scene.want(ONE);
    for _ in 0..3 {
        let report = scene.tick().await;
        assert!(report.problems.is_empty(), "{report:?}");
    }
    assert_eq!(is_given_up(&scene.attempts(ONE)), [true, true, false], "one alone of the three can be paid");
    scene.want(OTHER);
    let report = scene.tick().await;
    assert_eq!((report.waiting_for_tomorrow, scene.attempts(OTHER).len()), (1, 0), "{report:?}");
}
