//! What holds whatever strangers send? One rule per fuzz target; the tests of the crate hold them too, on a stable compiler.

use edgecoder_anchoring::ots::DetachedTimestamp;

/// No file makes the reader of proofs panic, or is written as another proof than was read.
pub fn ots(file: &[u8]) {
    if let Ok(proof) = DetachedTimestamp::parse(file) {
        let _ = proof.attested();
        assert_eq!(DetachedTimestamp::parse(&proof.to_bytes()), Ok(proof));
    }
}
