//! Which key was the log's when the ledger had which size?

use edgecoder_events::PublicKey;

/// One key and the sizes of the ledger at which its checkpoints count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyPeriod {
    pub key: PublicKey,
    /// The first size.
    pub from: u64,
    /// The last size; none for the present key.
    pub until: Option<u64>,
}

/// The log's keys, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyHistory(Vec<KeyPeriod>);

impl KeyHistory {
    /// Begins with the key of `ledger.created`.
    pub fn begin(key: PublicKey) -> Self {
        Self(vec![KeyPeriod { key, from: 0, until: None }])
    }

    /// Takes in a change at `position`. With that entry the ledger has a size that either key may sign.
    pub fn rotate(&mut self, position: u64, key: PublicKey) {
        let size = position.saturating_add(1);
        if let Some(last) = self.0.last_mut() {
            last.until = Some(size);
        }
        self.0.push(KeyPeriod { key, from: size, until: None });
    }

    /// The key now.
    pub fn present(&self) -> Option<PublicKey> {
        self.0.last().map(|period| period.key)
    }

    /// All of them.
    pub fn periods(&self) -> &[KeyPeriod] {
        &self.0
    }

    /// Whether `key` was ever the log's.
    pub fn knows(&self, key: &PublicKey) -> bool {
        self.0.iter().any(|period| period.key == *key)
    }

    /// Whether a checkpoint of this size may be signed by `key`.
    pub fn may_sign(&self, key: &PublicKey, size: u64) -> bool {
        self.0
            .iter()
            .any(|period| period.key == *key && period.from <= size && period.until.is_none_or(|until| size <= until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_signs_from_its_change_to_the_next() {
        let (a, b) = (PublicKey([1; 32]), PublicKey([2; 32]));
        let mut keys = KeyHistory::begin(a);
        assert!(keys.may_sign(&a, 1_000) && !keys.knows(&b));
        keys.rotate(9, b);
        let sizes = |key| [0, 9, 10, 11].map(|size| keys.may_sign(key, size));
        assert_eq!(sizes(&a), [true, true, true, false]);
        assert_eq!(sizes(&b), [false, false, true, true]);
        assert_eq!(keys.present(), Some(b));
    }
}
