//! Does any proof make the tree's verifiers panic?
#![no_main]

use edgecoder_ledger::tree::{Hash, verify_consistency, verify_inclusion};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u64, u64, Hash, Hash, Vec<Hash>)| {
    let (one, other, leaf, root, proof) = input;
    let _ = verify_inclusion(one, other, &leaf, &proof, &root);
    let _ = verify_consistency((one, &leaf), (other, &root), &proof);
});
