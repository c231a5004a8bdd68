//! Looks for what breaks `rules::tile_path`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| rules::tile_path(text));
