//! Looks for what breaks `rules::policy`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &[u8])| rules::policy(input.0, input.1));
