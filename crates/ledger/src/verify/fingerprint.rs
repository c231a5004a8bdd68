//! Which short number stands for a text, so that nobody can choose two texts with the same one?

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, BuildHasherDefault, Hasher},
};

/// Makes 128-bit fingerprints under secret keys of this run: two texts never share one in practice, and nobody can
/// search for two that do. A fingerprint takes 16 bytes, whatever the text's length.
#[derive(Debug, Default)]
pub(super) struct Fingerprints([RandomState; 2]);

impl Fingerprints {
    pub fn of(&self, bytes: &[u8]) -> u128 {
        let [high, low] = self.0.each_ref().map(|state| {
            let mut hasher = state.build_hasher();
            hasher.write(bytes);
            hasher.finish()
        });
        u128::from(high) << 64 | u128::from(low)
    }
}

/// Takes a fingerprint for its own hash.
pub(super) type AsItIs = BuildHasherDefault<Lower>;

#[derive(Debug, Default)]
pub(super) struct Lower(u64);

impl Hasher for Lower {
    fn write(&mut self, bytes: &[u8]) {
        let (half, _) = bytes.split_first_chunk().expect("a fingerprint has 16 bytes");
        self.0 = u64::from_ne_bytes(*half);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
