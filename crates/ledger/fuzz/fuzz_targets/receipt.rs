//! Does any byte string make the receipt reader panic, or have two forms?
#![no_main]

use edgecoder_ledger::{Policy, Receipt};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(receipt) = Receipt::parse(bytes) {
        assert_eq!(receipt.to_string().as_bytes(), bytes);
        let policy: Policy = "quorum none\n".parse().expect("it has a quorum");
        assert!(receipt.verify(b"", &policy).is_err(), "no log is trusted");
    }
});
