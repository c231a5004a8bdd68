//! Looks for what breaks `rules::ots`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| rules::ots(file));
