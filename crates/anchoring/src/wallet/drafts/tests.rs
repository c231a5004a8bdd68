use super::*;
use crate::{Network, headers::KnownBlock};
use bitcoin::{Block, ScriptBuf, TxIn, TxOut, absolute::LockTime, hashes::Hash, transaction::Version};
use rand::{SeedableRng, rngs::StdRng};
use tempfile::TempDir;

const COMMITMENT: Commitment = Commitment([7; 32]);
const NO_COINS: BTreeSet<OutPoint> = BTreeSet::new();

/// A wallet that was paid these sums, each as one coin, in the block after the first.
fn wallet_with(coins_sat: &[u64]) -> (TempDir, AnchorWallet, Vec<OutPoint>) {
    let folder = tempfile::tempdir().unwrap();
    let genesis = KnownBlock { height: 0, hash: Network::Regtest.genesis_hash() };
    let mut rng = StdRng::seed_from_u64(1);
    let mut wallet = AnchorWallet::open(folder.path(), Network::Regtest, genesis, &mut rng).unwrap();
    let home = wallet.inner.next_unused_address(KeychainKind::External).script_pubkey();
    let coin = |sat: &u64| TxOut { value: Amount::from_sat(*sat), script_pubkey: home.clone() };
    let payment = spending(&[OutPoint::new(Txid::from_byte_array([9; 32]), 0)], coins_sat.iter().map(coin).collect());
    let txid = payment.compute_txid();
    let mut header = Network::Regtest.genesis();
    header.prev_blockhash = genesis.hash;
    let block = Block { header, txdata: vec![payment] };
    let base = wallet.inner.latest_checkpoint().block_id();
    wallet.inner.apply_block_connected_to(&block, 1, base).unwrap();
    let coins = (0..coins_sat.len()).map(|index| OutPoint::new(txid, u32::try_from(index).unwrap())).collect();
    (folder, wallet, coins)
}

fn spending(coins: &[OutPoint], output: Vec<TxOut>) -> Transaction {
    let input = coins.iter().map(|coin| TxIn { previous_output: *coin, ..TxIn::default() }).collect();
    Transaction { version: Version::TWO, lock_time: LockTime::ZERO, input, output }
}

fn coins_in(transaction: &Transaction) -> Vec<OutPoint> {
    transaction.input.iter().map(|input| input.previous_output).collect()
}

#[test]
fn an_anchor_carries_the_commitment_and_pays_its_rate() {
    let (_folder, mut wallet, _) = wallet_with(&[50_000]);
    let draft = wallet.draft(COMMITMENT, SatPerVbyte(10), &NO_COINS).unwrap();
    assert!(COMMITMENT.stands_in(&draft.transaction));
    let weight = draft.transaction.weight().to_wu();
    assert!((10 * weight..10 * weight + 40).contains(&(4 * draft.fee_sat)), "{} for {weight}", draft.fee_sat);
}

#[test]
fn small_coins_of_a_stranger_do_not_crowd_out_a_large_one() {
    let usual = wallet_with(&[1_000_000]).1.draft(COMMITMENT, SatPerVbyte(5), &NO_COINS).unwrap();
    // Worth a little more than it costs to spend them, so that many make up a sum without change.
    let dust: Vec<u64> = (0..400).map(|number| 342 + number % 4).chain([1_000_000]).collect();
    let (_folder, mut wallet, coins) = wallet_with(&dust);
    let draft = wallet.draft(COMMITMENT, SatPerVbyte(5), &NO_COINS).unwrap();
    assert_eq!(coins_in(&draft.transaction), coins[400..]);
    assert_eq!(draft.fee_sat.abs_diff(usual.fee_sat) / 5, 0, "{} and usually {}", draft.fee_sat, usual.fee_sat);
}

#[test]
fn of_all_that_were_given_up_and_the_next_only_one_can_be_in_a_block() {
    let (_folder, mut wallet, coins) = wallet_with(&[40_000, 50_000, 60_000]);
    let nobody = || vec![TxOut { value: Amount::ZERO, script_pubkey: ScriptBuf::new() }];
    let rivals = Rivals::default();
    let mut next_after = |given_up: &[Transaction]| {
        let lineages: Vec<_> = given_up.iter().map(|it| rivals.lineage(it)).collect();
        let against = wallet.coins_against(&lineages, &rivals)?;
        wallet.draft(COMMITMENT, SatPerVbyte(1), &against).map(|draft| coins_in(&draft.transaction))
    };
    let next = next_after(&[spending(&coins[..1], nobody()), spending(&coins[1..2], nobody())]).unwrap();
    assert!(next.contains(&coins[0]) && next.contains(&coins[1]), "{next:?}");
    let next = next_after(&[spending(&coins[..1], nobody()), spending(&coins[..1], vec![])]).unwrap();
    assert!(next.contains(&coins[0]), "one coin of both is enough: {next:?}");
    let not_ours = OutPoint::new(Txid::from_byte_array([8; 32]), 0);
    let refused = next_after(&[spending(&[not_ours], nobody())]);
    assert!(matches!(refused, Err(WalletError::NothingKeepsOut)), "{refused:?}");
}

#[test]
fn an_anchor_too_large_for_other_peoples_tools_is_not_paid_for() {
    let (_folder, mut wallet, _) = wallet_with(&[685; 200]);
    let refused = wallet.draft(COMMITMENT, SatPerVbyte(10), &NO_COINS);
    assert!(matches!(refused, Err(WalletError::TooSmallCoins)), "{refused:?}");
}

#[test]
fn an_empty_wallet_says_how_much_it_needs() {
    let (_folder, mut wallet, _) = wallet_with(&[]);
    let refused = wallet.draft(COMMITMENT, SatPerVbyte(10), &NO_COINS);
    assert!(matches!(refused, Err(WalletError::TooLittle { spendable_sat: 0, .. })), "{refused:?}");
}

#[test]
fn drafts_that_are_not_sent_use_up_no_address() {
    let (_folder, mut wallet, _) = wallet_with(&[50_000]);
    let change = |draft: &Draft| draft.transaction.output.iter().map(|it| it.script_pubkey.clone()).collect::<Vec<_>>();
    let first = wallet.draft(COMMITMENT, SatPerVbyte(10), &NO_COINS).unwrap();
    wallet.discard(&first);
    let second = wallet.draft(COMMITMENT, SatPerVbyte(10), &NO_COINS).unwrap();
    assert_eq!(change(&first), change(&second));
    let kept = wallet.draft(COMMITMENT, SatPerVbyte(10), &NO_COINS).unwrap();
    assert_ne!(change(&second), change(&kept), "one that may have been sent keeps its address");
}
