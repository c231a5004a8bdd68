//! Does any body make the reader of requests to cosign panic, or have two forms?
#![no_main]

use edgecoder_ledger::witness::AddCheckpoint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(request) = AddCheckpoint::parse(bytes) {
        assert_eq!(request.to_string().as_bytes(), bytes);
        assert!(request.check(&[], None).is_err(), "no log is known");
    }
});
