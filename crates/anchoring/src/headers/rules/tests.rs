use super::*;
use bitcoin::{TxMerkleNode, block::Version, hashes::Hash};
use proptest::prelude::*;

/// A header that follows `previous`, found by trying: on a test network this takes two attempts.
pub fn mined(previous: &Header, time: u32, bits: CompactTarget, mark: u8) -> Header {
    let mut header = Header {
        version: Version::TWO,
        prev_blockhash: previous.block_hash(),
        merkle_root: TxMerkleNode::from_byte_array([mark; 32]),
        time,
        bits,
        nonce: 0,
    };
    while !header.target().is_met_by(header.block_hash()) {
        header.nonce += 1;
    }
    header
}

/// A chain of `count` headers after the first of regtest, ten minutes apart.
pub fn chain(count: u32, mark: u8) -> Vec<Header> {
    let mut headers = vec![Network::Regtest.genesis()];
    for _ in 0..count {
        let last = headers.last().unwrap();
        headers.push(mined(last, last.time + 600, last.bits, mark));
    }
    headers
}

fn fault_after(count: u32, spoil: impl Fn(&mut Header)) -> HeaderFinding {
    let mut headers = chain(count, 1);
    spoil(headers.last_mut().unwrap());
    let mut rules = ChainRules::new(Network::Regtest);
    headers.into_iter().find_map(|header| rules.accept(header).err()).unwrap()
}

#[test]
fn a_chain_of_headers_is_accepted_one_by_one() {
    let mut rules = ChainRules::new(Network::Regtest);
    let headers = chain(30, 1);
    for header in &headers {
        rules.accept(*header).unwrap();
    }
    assert_eq!(rules.tip(), Some(KnownBlock { height: 30, hash: headers[30].block_hash() }));
    assert_eq!((rules.work(), rules.tip_time()), (work_in(&headers), headers[30].time));
}

#[test]
fn each_broken_rule_has_its_name_and_height() {
    let unmet = |header: &mut Header| {
        while header.target().is_met_by(header.block_hash()) {
            header.nonce += 1;
        }
    };
    assert_eq!(fault_after(20, unmet), HeaderFinding { height: 20, fault: HeaderFault::ProofOfWork });
    let linkage = fault_after(20, |header| header.prev_blockhash = BlockHash::all_zeros());
    assert!(matches!(linkage, HeaderFinding { height: 20, fault: HeaderFault::Linkage { .. } }));
    let easier = fault_after(20, |header| header.bits = CompactTarget::from_consensus(0x207f_fffe));
    assert_eq!(
        easier.to_string(),
        "HEADER CHAIN INVALID at 20: retarget: difficulty bits 0x207ffffe, the rules give 0x207fffff"
    );
    let earlier = fault_after(20, |header| header.time -= 600 * 7);
    assert_eq!(earlier.fault, HeaderFault::Time);
    let mut rules = ChainRules::new(Network::Bitcoin);
    let other = rules.accept(Network::Signet.genesis()).unwrap_err();
    assert!(matches!(other, HeaderFinding { height: 0, fault: HeaderFault::Genesis { .. } }));
}

#[test]
fn another_block_than_the_known_one_is_refused() {
    let hash = BlockHash::all_zeros();
    let mut rules = ChainRules::with(Network::Regtest, vec![KnownBlock { height: 3, hash }]);
    let found = chain(5, 1).into_iter().find_map(|header| rules.accept(header).err());
    assert_eq!(found, Some(HeaderFinding { height: 3, fault: HeaderFault::Checkpoint { expected: hash } }));
}

/// Rules that stand before the given height of `network`, with an epoch that began at 0 and a tip at `time`.
fn before(network: Network, height: u32, bits: u32, time: u32) -> (ChainRules, Tip) {
    let mut rules = ChainRules::new(network);
    let header = Header { bits: CompactTarget::from_consensus(bits), time, ..network.genesis() };
    rules.epoch_began = 0;
    rules.epoch_bits = header.bits;
    (rules, Tip { height: height - 1, hash: header.block_hash(), header })
}

#[test]
fn the_target_follows_the_time_of_two_weeks_within_a_factor_of_four() {
    let bits_after = |seconds: u32| {
        let (rules, tip) = before(Network::Bitcoin, 2016 * 5, 0x1b04_04cb, seconds);
        rules.bits_at(2016 * 5, seconds, &tip).to_consensus()
    };
    assert_eq!(bits_after(14 * 24 * 3600), 0x1b04_04cb);
    assert_eq!(bits_after(60), bits_after(14 * 24 * 900));
    assert_eq!(bits_after(u32::MAX), bits_after(4 * 14 * 24 * 3600));
    assert!(bits_after(28 * 24 * 3600) > bits_after(14 * 24 * 3600));
}

/// The real retarget of the main network at height 32,256, the first that changed the difficulty.
#[test]
fn the_first_change_of_difficulty_comes_out_as_it_was() {
    let (mut rules, tip) = before(Network::Bitcoin, 32_256, 0x1d00_ffff, 1_262_152_739);
    rules.epoch_began = 1_261_130_161;
    assert_eq!(rules.bits_at(32_256, 0, &tip).to_consensus(), 0x1d00_d86a);
}

#[test]
fn a_test_network_lets_a_late_block_be_easy_and_then_goes_on_as_before() {
    let (mut rules, tip) = before(Network::Testnet, 100, 0x1b04_04cb, 1000);
    assert_eq!(rules.bits_at(100, 1000 + 1200, &tip).to_consensus(), 0x1b04_04cb);
    assert_eq!(rules.bits_at(100, 1000 + 1201, &tip).to_consensus(), 0x1d00_ffff);
    rules.remember(100, Header { bits: CompactTarget::from_consensus(0x1d00_ffff), time: 2201, ..tip.header });
    let easy = rules.tip.unwrap();
    assert_eq!(rules.bits_at(101, 2300, &easy).to_consensus(), 0x1b04_04cb);
    let (rules, tip) = before(Network::Bitcoin, 100, 0x1b04_04cb, 1000);
    assert_eq!(rules.bits_at(100, 9999, &tip).to_consensus(), 0x1b04_04cb, "the main network has no such rule");
}

/// The work behind one compact target, by another way than the library's: 2^256 / (target + 1), where the target is the
/// mantissa shifted by whole bytes.
fn work_behind(mantissa: u32, exponent: u32) -> u128 {
    ((1_u128 << (256 - 8 * (exponent - 3))) - 1) / u128::from(mantissa)
}

fn as_work(sum: u128) -> Work {
    let mut bytes = [0; 32];
    bytes[16..].copy_from_slice(&sum.to_be_bytes());
    Work::from_be_bytes(bytes)
}

#[test]
fn the_work_of_the_first_blocks_is_what_nodes_say() {
    assert_eq!(work_behind(0xffff, 0x1d), 0x0001_0001_0001);
    assert_eq!(work_in(&[Network::Bitcoin.genesis()]), as_work(0x0001_0001_0001));
    assert_eq!(work_in(&[]), as_work(0));
}

proptest! {
    #[test]
    fn the_work_of_headers_adds_up(targets in proptest::collection::vec((0x8000..0x80_0000_u32, 0x14..0x21_u32), 0..40)) {
        let bits = |(mantissa, exponent): &(u32, u32)| CompactTarget::from_consensus((exponent << 24) | mantissa);
        let header = |target| Header { bits: bits(target), ..Network::Bitcoin.genesis() };
        let headers: Vec<Header> = targets.iter().map(header).collect();
        let expected: u128 = targets.iter().map(|(mantissa, exponent)| work_behind(*mantissa, *exponent)).sum();
        prop_assert_eq!(work_in(&headers), as_work(expected));
    }

    #[test]
    fn any_header_is_judged_without_a_panic(raw in any::<[u8; 32]>(), time in any::<u32>(), bits in any::<u32>(), nonce in any::<u32>()) {
        let mut rules = ChainRules::new(Network::Bitcoin);
        rules.accept(Network::Bitcoin.genesis()).unwrap();
        let header = Header {
            prev_blockhash: Network::Bitcoin.genesis_hash(),
            merkle_root: TxMerkleNode::from_byte_array(raw),
            time, nonce, bits: CompactTarget::from_consensus(bits), version: Version::ONE,
        };
        prop_assert!(rules.accept(header).is_err());
    }
}
