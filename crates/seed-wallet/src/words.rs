//! What must an owner write down? The words of BIP 39, in English, without a passphrase.

use bdk_wallet::bitcoin::{
    NetworkKind,
    bip32::{DerivationPath, Error, Fingerprint, Xpriv, Xpub},
    secp256k1::Secp256k1,
};
use bip39::{Language, Mnemonic};
use rand::CryptoRng;
use std::fmt;
use zeroize::Zeroizing;

/// How many words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// 128 bits of chance: as strong as the keys that come of them.
    Twelve,
    /// 256 bits of chance.
    TwentyFour,
}

impl Length {
    /// The number.
    pub const fn words(self) -> usize {
        match self {
            Self::Twelve => 12,
            Self::TwentyFour => 24,
        }
    }

    const fn entropy_bytes(self) -> usize {
        match self {
            Self::Twelve => 16,
            Self::TwentyFour => 32,
        }
    }
}

/// Why words are no backup of a wallet. No text quotes a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    #[error("there are {found} words: a wallet has 12, 15, 18, 21 or 24")]
    Count { found: usize },
    #[error("word {position} is not one of the 2048 that a wallet is made of: look how it is written")]
    Unlisted { position: usize },
    #[error("each word is one of a wallet's, but together they are none: a word is wrong, or two have changed places")]
    Checksum,
}

/// The words, which are wiped from memory when this goes. Not to be written anywhere: there is no `Display`.
pub struct SeedWords(Mnemonic);

impl fmt::Debug for SeedWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SeedWords(…)")
    }
}

impl SeedWords {
    /// Makes words that nobody has.
    ///
    /// # Panics
    /// Never: both lengths are ones of BIP 39.
    pub fn fresh(length: Length, rng: &mut impl CryptoRng) -> Self {
        let mut chance = Zeroizing::new([0_u8; 32]);
        let entropy = &mut chance[..length.entropy_bytes()];
        rng.fill_bytes(entropy);
        Self(Mnemonic::from_entropy(entropy).expect("16 and 32 bytes are words"))
    }

    /// Reads words as they were written down, with anything blank between them, in capitals or not.
    ///
    /// # Errors
    /// They are no wallet.
    pub fn parse(text: &str) -> Result<Self, WordsError> {
        let text = Zeroizing::new(text.to_lowercase());
        match Mnemonic::parse_in_normalized(Language::English, &text) {
            Ok(words) => Ok(Self(words)),
            Err(bip39::Error::BadWordCount(found)) => Err(WordsError::Count { found }),
            Err(bip39::Error::UnknownWord(index)) => Err(WordsError::Unlisted { position: index.saturating_add(1) }),
            Err(
                bip39::Error::InvalidChecksum
                | bip39::Error::BadEntropyBitCount(_)
                | bip39::Error::AmbiguousLanguages(_),
            ) => Err(WordsError::Checksum),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.word_count()
    }

    /// The words in their order, for the one screen that shows them.
    pub fn in_order(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.words()
    }

    /// Whether this is the word at a position, counted from 1.
    pub fn is(&self, position: usize, typed: &str) -> bool {
        let word = position.checked_sub(1).and_then(|index| self.0.words().nth(index));
        word.is_some_and(|word| word.eq_ignore_ascii_case(typed.trim()))
    }

    /// The public key that these words have at the end of a path, and the name of the words' own key.
    pub(crate) fn public_key(&self, kind: NetworkKind, path: &DerivationPath) -> Result<(Fingerprint, Xpub), Error> {
        let secp = Secp256k1::new();
        let seed = Zeroizing::new(self.0.to_seed_normalized(""));
        let mut master = Xpriv::new_master(kind, seed.as_slice())?;
        let fingerprint = master.fingerprint(&secp);
        let derived = master.derive_priv(&secp, path);
        master.private_key.non_secure_erase();
        let mut derived = derived?;
        let public = Xpub::from_priv(&secp, &derived);
        derived.private_key.non_secure_erase();
        Ok((fingerprint, public))
    }
}

/// Whether a word is one of the 2048 that wallets are made of.
pub fn is_listed(word: &str) -> bool {
    let word = Zeroizing::new(word.to_lowercase());
    Language::English.find_word(&word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    /// Entropy and words of BIP 39's own test vectors.
    const VECTORS: [(u8, Length, &str); 6] = [
        (0x00, Length::Twelve, "abandon*11 about"),
        (0x7f, Length::Twelve, "legal winner thank year wave sausage worth useful legal winner thank yellow"),
        (0x80, Length::Twelve, "letter advice cage absurd amount doctor acoustic avoid letter advice cage above"),
        (0xff, Length::Twelve, "zoo*11 wrong"),
        (0x00, Length::TwentyFour, "abandon*23 art"),
        (0xff, Length::TwentyFour, "zoo*23 vote"),
    ];

    fn spelt_out(vector: &str) -> String {
        let words = vector.split(' ').map(|word| match word.split_once('*') {
            Some((word, times)) => vec![word; times.parse().unwrap()].join(" "),
            None => word.to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    fn in_one_line(words: &SeedWords) -> String {
        words.in_order().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_words_of_the_standard_s_vectors_are_read() {
        for (byte, length, vector) in VECTORS {
            let spelt = spelt_out(vector);
            let words = SeedWords::parse(&spelt).unwrap();
            assert_eq!(words.count(), length.words());
            assert_eq!(in_one_line(&words), spelt);
            let (entropy, bytes) = words.0.to_entropy_array();
            assert_eq!(entropy[..bytes], vec![byte; length.entropy_bytes()], "{vector}");
        }
    }

    #[test]
    fn what_is_no_backup_is_refused_by_what_is_wrong_with_it() {
        let refused = |text: &str| SeedWords::parse(text).unwrap_err();
        assert_eq!(refused(""), WordsError::Count { found: 0 });
        assert_eq!(refused(&["abandon"; 11].join(" ")), WordsError::Count { found: 11 });
        assert_eq!(refused(&["abandon"; 12].join(" ")), WordsError::Checksum);
        let misspelt = spelt_out("abandon*11 about").replace("about", "abaut");
        assert_eq!(refused(&misspelt), WordsError::Unlisted { position: 12 });
        assert!(!refused(&misspelt).to_string().contains("abaut"));
    }

    #[test]
    fn words_are_known_by_their_position_and_listed_or_not() {
        let words = SeedWords::parse("LEGAL winner thank year wave\nsausage worth useful legal winner thank yellow");
        let words = words.unwrap();
        assert!(words.is(1, " Legal ") && words.is(12, "yellow"));
        assert!(!words.is(2, "legal") && !words.is(0, "legal") && !words.is(13, "yellow") && !words.is(1, ""));
        assert!(is_listed("Zoo") && !is_listed("zo") && !is_listed(""));
    }

    #[test]
    fn words_do_not_show_themselves() {
        assert_eq!(format!("{:?}", SeedWords::fresh(Length::Twelve, &mut StdRng::seed_from_u64(1))), "SeedWords(…)");
    }

    proptest! {
        #[test]
        fn fresh_words_can_be_read_back_and_differ_with_chance(seed in any::<u64>(), long in any::<bool>()) {
            let length = if long { Length::TwentyFour } else { Length::Twelve };
            let fresh = |seed| SeedWords::fresh(length, &mut StdRng::seed_from_u64(seed));
            let words = fresh(seed);
            prop_assert_eq!(words.count(), length.words());
            prop_assert_eq!(in_one_line(&SeedWords::parse(&in_one_line(&words)).unwrap()), in_one_line(&words));
            prop_assert_ne!(in_one_line(&fresh(seed.wrapping_add(1))), in_one_line(&words));
        }
    }
}
