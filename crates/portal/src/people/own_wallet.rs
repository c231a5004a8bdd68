//! Which wallet do the words of a person make? Its public descriptor says it. What is private is refused and kept nowhere.

use crate::text::ENGLISH;
use edgecoder_seed_wallet::{DescriptorError, Network, PublicDescriptor, is_listed};
use serde::{Deserialize, Serialize};

/// A descriptor is shorter.
const MAX_BYTES: usize = 1_000;
/// The fewest words that a wallet comes of.
const LEAST_WORDS: usize = 12;
/// As many addresses are shown, to be compared.
const SHOWN: u32 = 5;
/// As the owner's program calls them.
pub const NETWORKS: [&str; 4] = ["bitcoin", "testnet", "signet", "regtest"];

/// A descriptor and its network, as they are kept: sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnWallet {
    pub network: String,
    pub descriptor: String,
}

/// Why a text is not taken. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    #[error("{}", ENGLISH.wallet_words_typed)]
    Words,
    #[error("{}", ENGLISH.wallet_no_network)]
    NoNetwork,
    #[error(transparent)]
    Descriptor(#[from] DescriptorError),
}

impl OwnWallet {
    /// Takes what somebody typed, and keeps of it what a public descriptor says.
    ///
    /// # Errors
    /// Where it is private, or no descriptor of that network.
    pub fn parse(typed: &str, network: &str) -> Result<Self, NotTaken> {
        if has_words(typed) {
            return Err(NotTaken::Words);
        }
        if !NETWORKS.contains(&network) {
            return Err(NotTaken::NoNetwork);
        }
        let whole = Some(typed).filter(|typed| typed.len() <= MAX_BYTES).ok_or(DescriptorError::NotOne)?;
        let descriptor: PublicDescriptor = whole.parse()?;
        let own = Self { network: network.to_owned(), descriptor: descriptor.to_string() };
        own.addresses()?;
        Ok(own)
    }

    /// The first addresses.
    ///
    /// # Errors
    /// Where the descriptor is none of its network.
    pub fn addresses(&self) -> Result<Vec<String>, NotTaken> {
        let network: Network = self.network.parse().map_err(|_| NotTaken::NoNetwork)?;
        Ok(self.descriptor.parse::<PublicDescriptor>()?.addresses(network, SHOWN)?)
    }

    /// Which words, in eight digits that tell nothing else about them.
    pub fn fingerprint(&self) -> Option<String> {
        Some(self.descriptor.parse::<PublicDescriptor>().ok()?.fingerprint())
    }
}

/// Whether somebody typed the words themselves.
fn has_words(typed: &str) -> bool {
    typed.split_whitespace().filter(|word| is_listed(word)).take(LEAST_WORDS).count() == LEAST_WORDS
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &str = "wpkh([73c5da0a/84h/0h/0h]xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3\
                          rAPshWcMLoP2fMFMKHPJ4ZeZXYVUhLv1VMrjPC7PW6V/0/*)#afwvtk2s";
    const WORDS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    #[test]
    fn a_public_descriptor_is_taken_with_the_addresses_that_its_owner_sees() {
        let own = OwnWallet::parse(&format!(" {PUBLIC}\n"), "bitcoin").unwrap();
        assert_eq!((own.descriptor.as_str(), own.fingerprint().as_deref()), (PUBLIC, Some("73c5da0a")));
        let addresses = own.addresses().unwrap();
        assert_eq!((addresses.len(), addresses[0].as_str()), (5, "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"));
    }

    #[test]
    fn what_is_private_or_of_another_network_is_refused() {
        assert_eq!(OwnWallet::parse(WORDS, "bitcoin"), Err(NotTaken::Words));
        assert_eq!(OwnWallet::parse(PUBLIC, "regtest"), Err(NotTaken::Descriptor(DescriptorError::OfBitcoin)));
        assert_eq!(OwnWallet::parse(PUBLIC, "litecoin"), Err(NotTaken::NoNetwork));
        let private = PUBLIC.replace("xpub", "xprv");
        assert_eq!(OwnWallet::parse(&private, "bitcoin"), Err(NotTaken::Descriptor(DescriptorError::Private)));
        let long = format!("{PUBLIC}{}", "x".repeat(MAX_BYTES));
        assert_eq!(OwnWallet::parse(&long, "bitcoin"), Err(NotTaken::Descriptor(DescriptorError::NotOne)));
    }
}
