//! Does the rule that is fuzzed hold in every run, too? It is the same function, built by the stable compiler.

#[path = "../fuzz/rules.rs"]
mod rules;

use proptest::prelude::*;

/// What a proof of a SHA-256 begins with, in version 1.
const HEAD: &[u8] = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08";
/// That block 5 attests.
const BITCOIN: &[u8] = b"\x00\x05\x88\x96\x0d\x73\xd7\x19\x01\x01\x05";

/// Steps as a proof has them, in any order, and bytes between.
fn any_steps() -> impl Strategy<Value = Vec<u8>> {
    let step = prop_oneof![
        Just(vec![0xff]),
        Just(vec![0x08]),
        Just(vec![0xf0, 1, 7]),
        Just(vec![0xf1, 2, 7, 7]),
        Just(BITCOIN.to_vec()),
        any::<u8>().prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec(step, 0..12).prop_map(|steps| steps.concat())
}

proptest! {
    #[test]
    fn no_file_breaks_the_reader(digest: [u8; 32], steps in any_steps(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        rules::ots(&[HEAD, &digest, &steps].concat());
        rules::ots(&[HEAD, &digest, &steps, BITCOIN].concat());
        rules::ots(&bytes);
    }
}
