//! Which hash ties an entry to everything before it?
//!
//! `hash(n) = BLAKE3-derive_key("edgecoder ledger entry v1", entry(n))`, and `entry(n)` contains `hash(n-1)` as its
//! last field. The context separates these hashes from every other use of BLAKE3 in the product.

mod side_by_side;

pub use side_by_side::entry_hashes;

use blake3::{Hasher, hazmat};
use std::sync::LazyLock;

/// The derive-key context of the chain's hash.
pub const CONTEXT: &str = "edgecoder ledger entry v1";

/// What the first entry names as its predecessor's hash.
pub const GENESIS_PREV: [u8; 32] = [0; 32];

/// The context is hashed once: hashing it again for each entry would double the cost of short entries.
static CONTEXT_KEY: LazyLock<hazmat::ContextKey> = LazyLock::new(|| hazmat::hash_derive_key_context(CONTEXT));

/// The chain hash of an entry's stored bytes.
pub fn entry_hash(entry: &[u8]) -> [u8; 32] {
    let mut hasher: Hasher = hazmat::HasherExt::new_from_context_key(&CONTEXT_KEY);
    *hasher.update(entry).finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_blake3_in_derive_key_mode_under_the_named_context() {
        for len in [0, 1, 63, 64, 65, 1024, 1025, 65_535] {
            let bytes = vec![7; len];
            assert_eq!(entry_hash(&bytes), blake3::derive_key(CONTEXT, &bytes), "{len} bytes");
        }
    }

    #[test]
    fn side_by_side_each_entry_has_the_hash_that_it_has_alone() {
        let bytes: Vec<u8> = (0..=250).cycle().take(2_500).collect();
        // Groups of every length, of every size up to more than any register takes at once, and out of order.
        let entries: Vec<&[u8]> = (0..40_000).map(|n| &bytes[n % 97..n % 97 + n * 7_919 % 2_053]).collect();
        for entries in [&entries[..], &entries[..1], &entries[..50], &[]] {
            let alone: Vec<_> = entries.iter().map(|entry| blake3::derive_key(CONTEXT, entry)).collect();
            assert!(entry_hashes(entries) == alone, "{} entries", entries.len());
        }
    }
}
