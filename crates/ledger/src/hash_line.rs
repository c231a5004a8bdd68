//! How do hashes and numbers stand in the lines of the proof formats?

use crate::tree::Hash;
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The hash of one line: base64 in its one form.
pub(crate) fn hash(line: &str) -> Option<Hash> {
    STANDARD.decode(line).ok()?.try_into().ok()
}

/// The line of a hash.
pub(crate) fn hash_line(hash: &Hash) -> String {
    STANDARD.encode(hash)
}

/// A decimal number without leading zeros.
pub(crate) fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
