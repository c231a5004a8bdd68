//! What is known of a network's chain without asking anybody? Blocks that stand in it, and the least work in it.
//!
//! *Source*: Bitcoin Core, `kernel/chainparams.cpp`: the checkpoints of releases before 30, and of release 30 the blocks
//! of its snapshots and `nMinimumChainWork`.

use super::KnownBlock;
use crate::Network;
use bitcoin::{CompactTarget, Target, Work};

/// Height and hash.
type Block = (u32, &'static str);

const BITCOIN: &[Block] = &[
    (11_111, "0000000069e244f73d78e8fd29ba2fd2ed618bd6fa2ee92559f542fdb26e7c1d"),
    (33_333, "000000002dd5588a74784eaa7ab0507a18ad16a236e7b1ce69f00d7ddfb5d0a6"),
    (74_000, "0000000000573993a3c9e41ce34471c079dcf5f52a0e824a81e7f953b8661a20"),
    (105_000, "00000000000291ce28027faea320c8d2b054b2e0fe44a773f3eefb151d6bdc97"),
    (134_444, "00000000000005b12ffd4cd315cd34ffd4a594f430ac814c91184a0d42d2b0fe"),
    (168_000, "000000000000099e61ea72015e79632f216fe6cb33d7899acb35b75c8303b763"),
    (193_000, "000000000000059f452a5f7340de6682a977387c17010ff6e6c3bd83ca8b1317"),
    (210_000, "000000000000048b95347e83192f69cf0366076336c639f9b7228e9ba171342e"),
    (216_116, "00000000000001b4f4b433e81ee46494af945cf96014816a4e2370f11b23df4e"),
    (225_430, "00000000000001c108384350f74090433e7fcf79a606b8e797f065b130575932"),
    (250_000, "000000000000003887df1f29024b06fc2200b55f8af8f35453d7be294df2d214"),
    (279_000, "0000000000000001ae8c72a0b0c301f67e3afca10e819efa9041e458e9bd7e40"),
    (295_000, "00000000000000004d9b4ef50f0f9d686fd69db2e03af35a100370c64632a983"),
    (840_000, "0000000000000000000320283a032748cef8227873ff4872689bf23f1cda83a5"),
    (880_000, "000000000000000000010b17283c3c400507969a9c2afd1dcf2082ec5cca2880"),
    (910_000, "0000000000000000000108970acb9522ffd516eae17acddcb1bd16469194a821"),
];
const TESTNET: &[Block] = &[
    (546, "000000002a936ca763904c3c35fce2f3556c559c0214345d31b1bcebf76acb70"),
    (2_500_000, "0000000000000093bcb68c03a9a168ae252572d348a2eaeba2cdf9231d73206f"),
];
const SIGNET: &[Block] = &[(160_000, "0000003ca3c99aff040f2563c2ad8f8ec88bd0fd6b8f0895cfaf1ef90353a62c")];

const BITCOIN_WORK: u128 = 0xdee8_e2a3_09ad_8a98_2043_3c68;
const TESTNET_WORK: u128 = 0x16dd_270d_d94f_ac1d_7632;
const SIGNET_WORK: u128 = 0x067d_328e_681a;

/// The target of block 840,000 of the main network (bits `17034219`, April 2024), 64 times as easy. No log of this format is
/// as old as that block. A target grows fourfold in 2016 blocks at most, and then only where these took eight weeks or
/// more: before an honest block is easier than this, three such periods must pass, with ever fewer miners.
const BITCOIN_EASIEST_SUPPLIED: u32 = 0x1800_d086;

/// The easiest target that is believed of a header which nobody vouches for: the network's easiest; on the main network
/// what an anchor of such a log can have had.
pub fn easiest_supplied(network: Network) -> Target {
    match network {
        Network::Bitcoin => Target::from_compact(CompactTarget::from_consensus(BITCOIN_EASIEST_SUPPLIED)),
        Network::Testnet | Network::Signet | Network::Regtest => network.params().max_attainable_target,
    }
}

/// Blocks after the first that are known to stand in the network's chain.
pub(super) fn known_blocks(network: Network) -> Vec<KnownBlock> {
    let blocks: &[Block] = match network {
        Network::Bitcoin => BITCOIN,
        Network::Testnet => TESTNET,
        Network::Signet => SIGNET,
        Network::Regtest => &[],
    };
    let known = |(height, hash): &Block| KnownBlock {
        height: *height,
        hash: hash.parse().expect("a test reads every one of these hashes"),
    };
    blocks.iter().map(known).collect()
}

/// The work that the network's chain is known to have: whoever shows less shows another chain, or a part of it. A chain
/// of regtest is everybody's own, so nothing is known of it.
pub fn minimum_work(network: Network) -> Work {
    let known: u128 = match network {
        Network::Bitcoin => BITCOIN_WORK,
        Network::Testnet => TESTNET_WORK,
        Network::Signet => SIGNET_WORK,
        Network::Regtest => 0,
    };
    let mut bytes = [0; 32];
    bytes[16..].copy_from_slice(&known.to_be_bytes());
    Work::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NETWORKS: [Network; 4] = [Network::Bitcoin, Network::Testnet, Network::Signet, Network::Regtest];

    #[test]
    fn the_known_blocks_are_in_order_and_meet_the_easiest_target_of_their_network() {
        for network in NETWORKS {
            let blocks = known_blocks(network);
            assert!(blocks.is_sorted_by_key(|block| block.height), "{network}");
            for block in blocks {
                let easiest = network.params().max_attainable_target;
                assert!(easiest.is_met_by(block.hash), "{network} {}", block.height);
            }
        }
    }

    #[test]
    fn every_public_network_has_known_blocks_and_a_least_work_and_regtest_neither() {
        for network in NETWORKS {
            let public = network != Network::Regtest;
            assert_eq!(!known_blocks(network).is_empty(), public, "{network}");
            assert_eq!(minimum_work(network) > Work::from_be_bytes([0; 32]), public, "{network}");
        }
    }

    #[test]
    fn a_supplied_header_of_the_main_network_costs_a_64th_of_block_840_000_at_least() {
        let of_block = Target::from_compact(CompactTarget::from_consensus(0x1703_4219)).to_work();
        let least = easiest_supplied(Network::Bitcoin).to_work();
        let sum = |work: Work, times: u32| (1..times).fold(work, |sum, _| sum + work);
        assert!(sum(least, 64) >= of_block && sum(least, 63) < of_block);
        for network in NETWORKS {
            assert!(easiest_supplied(network) <= network.params().max_attainable_target, "{network}");
        }
        for block in known_blocks(Network::Bitcoin).iter().filter(|block| block.height >= 840_000) {
            assert!(easiest_supplied(Network::Bitcoin).is_met_by(block.hash), "{}", block.height);
        }
    }

    #[test]
    fn the_published_tables_have_the_first_blocks_the_easiest_targets_and_every_known_block() {
        let document = include_str!("../../../../docs/LEDGER.md");
        let rows_of = |network: Network| document.lines().filter(move |row| row.starts_with(&format!("| `{network}`")));
        for network in NETWORKS {
            let bits = network.params().max_attainable_target.to_compact_lossy().to_consensus();
            let first = format!("| `{}` | `{bits:08x}` |", network.genesis_hash());
            assert!(rows_of(network).any(|row| row.ends_with(&first)), "{network}: {first}");
            let known: Vec<String> = known_blocks(network)
                .iter()
                .map(|block| format!("| `{network}` | {} | `{}` |", block.height, block.hash))
                .collect();
            let published: Vec<&str> = rows_of(network).filter(|row| !row.ends_with(&first)).collect();
            assert_eq!(published, known, "{network}");
        }
    }

    /// As `getblockheader` of a node writes it.
    #[test]
    fn the_least_work_is_that_of_bitcoin_core() {
        assert_eq!(
            format!("{:x}", minimum_work(Network::Bitcoin)),
            "0000000000000000000000000000000000000000dee8e2a309ad8a9820433c68"
        );
    }
}
