//! Looks for what breaks `rules::checkpoint`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| rules::checkpoint(text));
