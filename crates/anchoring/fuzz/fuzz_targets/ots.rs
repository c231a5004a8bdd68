//! Does any file make the reader of proofs panic, or write another proof than it read?
#![no_main]

use edgecoder_anchoring::ots::DetachedTimestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    if let Ok(proof) = DetachedTimestamp::parse(file) {
        let _ = proof.attested();
        assert_eq!(DetachedTimestamp::parse(&proof.to_bytes()), Ok(proof));
    }
});
