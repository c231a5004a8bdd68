//! Does any byte string make the policy reader panic, or a policy without logs believe anything?
#![no_main]

use edgecoder_ledger::{Policy, note::Note};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &[u8])| {
    if let (Ok(policy), Ok(note)) = (Policy::parse(input.0), Note::parse(input.1)) {
        assert!(policy.judge(&note).is_err() || !policy.logs().is_empty());
    }
});
