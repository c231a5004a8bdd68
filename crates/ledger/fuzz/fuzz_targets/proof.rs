//! Looks for what breaks `rules::proof`.
#![no_main]

use edgecoder_ledger::tree::Hash;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u64, u64, Hash, Hash, Vec<Hash>)| {
    let (one, other, leaf, root, proof) = input;
    rules::proof(one, other, &leaf, &root, &proof);
});
