//! How are a person's words found again without being kept? By marks that only the person's own key makes.

use zeroize::Zeroizing;

/// Sets these keys apart from whatever else comes of the same secret.
const CONTEXT: &str = "edgecoder 2026-11-22 marks of the words of a person";
/// Letters of a mark: 64 bits, so that two words of a person have the same one by chance once in a lifetime of searches.
const MARK_LETTERS: usize = 16;

/// Makes marks of the words of one person. Nobody tells a word from its mark without this key, and it is made of the
/// person's key: where that was destroyed, marks say nothing more.
pub struct WordKey(Zeroizing<[u8; 32]>);

impl WordKey {
    /// The key that comes of a secret.
    pub fn of(secret: &[u8]) -> Self {
        Self(Zeroizing::new(blake3::derive_key(CONTEXT, secret)))
    }

    /// The mark of a word, in letters and digits; the same word has the same one.
    pub fn mark(&self, word: &str) -> String {
        blake3::keyed_hash(&self.0, word.as_bytes()).to_hex().chars().take(MARK_LETTERS).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_one_mark_for_one_person_and_another_for_the_next() {
        let (ann, ben) = (WordKey::of(&[1; 32]), WordKey::of(&[2; 32]));
        assert_eq!(ann.mark("primes"), WordKey::of(&[1; 32]).mark("primes"));
        assert_eq!(ann.mark("primes").len(), MARK_LETTERS);
        assert_ne!(ann.mark("primes"), ann.mark("prime"));
        assert_ne!(ann.mark("primes"), ben.mark("primes"));
    }
}
