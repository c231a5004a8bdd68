//! Looks for what breaks `rules::cosignature`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| rules::cosignature(text));
