//! Looks for what breaks `rules::note`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| rules::note(bytes));
