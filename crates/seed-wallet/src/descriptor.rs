//! Which addresses are an owner's? A public descriptor says it, and can spend nothing.

use crate::words::SeedWords;
use bdk_wallet::{
    bitcoin::{
        Network, NetworkKind,
        bip32::{DerivationPath, Fingerprint, Xpub},
        secp256k1::Secp256k1,
    },
    descriptor::{ExtendedDescriptor, calc_checksum},
    miniscript::{
        Descriptor, DescriptorPublicKey,
        descriptor::{DescriptorXKey, Wildcard},
    },
};
use std::{fmt, str::FromStr};

/// A private extended key is at least so long; a file's name that looks like one is shorter.
const LEAST_KEY_CHARS: usize = 20;

/// Why a text says nothing about addresses. No text quotes what was given: it may be private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DescriptorError {
    #[error(
        "this is private: whoever reads it can spend the money; give the public descriptor, which has no prv in it"
    )]
    Private,
    #[error(
        "this is no descriptor, or not the whole of one: copy it from wpkh( or tr( to the eight letters behind the #"
    )]
    NotOne,
    #[error(
        "expected the descriptor of a wallet with one key that says where the key comes from, as \
         wpkh([fingerprint/84h/0h/0h]xpub…/0/*)"
    )]
    Unfit,
    #[error("its key is of the network bitcoin: name that one")]
    OfBitcoin,
    #[error("its key is of a test network: name which, testnet, signet or regtest")]
    OfTestNetwork,
}

/// The public description of one chain of addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicDescriptor {
    descriptor: ExtendedDescriptor,
    key: Xpub,
    /// Of the words' own key.
    fingerprint: Fingerprint,
    /// From the words' own key to `key`.
    path: DerivationPath,
}

impl PublicDescriptor {
    /// The addresses from the first on.
    ///
    /// # Errors
    /// The descriptor is of another network.
    pub fn addresses(&self, network: Network, count: u32) -> Result<Vec<String>, DescriptorError> {
        match (self.key.network, NetworkKind::from(network)) {
            (NetworkKind::Main, NetworkKind::Test) => Err(DescriptorError::OfBitcoin),
            (NetworkKind::Test, NetworkKind::Main) => Err(DescriptorError::OfTestNetwork),
            (NetworkKind::Main, NetworkKind::Main) | (NetworkKind::Test, NetworkKind::Test) => {
                (0..count).map(|index| self.address(network, index)).collect()
            }
        }
    }

    fn address(&self, network: Network, index: u32) -> Result<String, DescriptorError> {
        let secp = Secp256k1::verification_only();
        let one = self.descriptor.derived_descriptor(&secp, index).map_err(|_| DescriptorError::Unfit)?;
        let address = one.address(network).map_err(|_| DescriptorError::Unfit)?;
        Ok(address.to_string())
    }

    /// Whether the key comes of these words.
    pub fn belongs_to(&self, words: &SeedWords) -> bool {
        let found = words.public_key(self.key.network, &self.path);
        found.is_ok_and(|found| found == (self.fingerprint, self.key))
    }

    /// Which words, in eight digits that tell nothing else about them.
    pub fn fingerprint(&self) -> String {
        self.fingerprint.to_string()
    }
}

impl FromStr for PublicDescriptor {
    type Err = DescriptorError;

    fn from_str(text: &str) -> Result<Self, DescriptorError> {
        if names_private_key(text) {
            return Err(DescriptorError::Private);
        }
        let parsed = Descriptor::parse_descriptor(&Secp256k1::signing_only(), text.trim());
        let (descriptor, private) = parsed.map_err(|_| DescriptorError::NotOne)?;
        if !private.is_empty() {
            return Err(DescriptorError::Private);
        }
        let only_key = only_key(&descriptor).cloned();
        let Some(DescriptorPublicKey::XPub(DescriptorXKey {
            origin: Some((fingerprint, path)),
            xkey: key,
            wildcard: Wildcard::Unhardened,
            ..
        })) = only_key
        else {
            return Err(DescriptorError::Unfit);
        };
        Ok(Self { descriptor, key, fingerprint, path })
    }
}

/// With `h` for hardened steps, so that a shell takes it between apostrophes, and with its checksum.
impl fmt::Display for PublicDescriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.descriptor.to_string();
        let text = whole.split('#').next().unwrap_or_default().replace('\'', "h");
        let checksum = calc_checksum(&text).map_err(|_| fmt::Error)?;
        write!(f, "{text}#{checksum}")
    }
}

fn only_key(descriptor: &ExtendedDescriptor) -> Option<&DescriptorPublicKey> {
    match descriptor {
        Descriptor::Wpkh(wpkh) => Some(wpkh.as_inner()),
        Descriptor::Tr(tr) if tr.tap_tree().is_none() => Some(tr.internal_key()),
        Descriptor::Tr(_) | Descriptor::Bare(_) | Descriptor::Pkh(_) | Descriptor::Sh(_) | Descriptor::Wsh(_) => None,
    }
}

/// Whether a private extended key stands in a text that may be nothing else that we know: `xprv…`, `tprv…`, `zprv…`.
fn names_private_key(text: &str) -> bool {
    let mut tokens = text.split(|c: char| !c.is_ascii_alphanumeric());
    tokens.any(|token| token.len() >= LEAST_KEY_CHARS && token.get(1..4) == Some("prv"))
}

/// What a machine other than the owner's may know of a wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicWallet {
    /// For coins that others send.
    pub receive: PublicDescriptor,
    /// For what is left over when the owner spends.
    pub change: PublicDescriptor,
}

impl PublicWallet {
    /// The first account of BIP 84 that these words have on a network.
    ///
    /// # Panics
    /// For one of 2^127 wallets, whose seed leads to no key.
    pub fn of(words: &SeedWords, network: Network) -> Self {
        let kind = NetworkKind::from(network);
        let coin = u8::from(kind == NetworkKind::Test);
        let path = format!("84h/{coin}h/0h").parse::<DerivationPath>().expect("three hardened steps are a path");
        let key = words.public_key(kind, &path);
        let (fingerprint, key) = key.expect("a seed without such a key will never be met: its odds are one in 2^127");
        let chain = |branch: u8| {
            let text = format!("wpkh([{fingerprint}/{path}]{key}/{branch}/*)");
            text.parse::<PublicDescriptor>().expect("a descriptor of our own is one")
        };
        Self { receive: chain(0), change: chain(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    /// The account of these words in BIP 84, written as an xpub.
    const BIP84: &str = "[73c5da0a/84h/0h/0h]xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3\
                         rAPshWcMLoP2fMFMKHPJ4ZeZXYVUhLv1VMrjPC7PW6V";
    /// The account of these words in BIP 86.
    const BIP86: &str = "[73c5da0a/86'/0'/0']xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3\
                         UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ";
    /// The private key that BIP 84 begins with, written as an xprv.
    const PRIVATE: &str = "xprv9s21ZrQH143K3GJpoapnV8SFfukcVBSfeCficPSGfubmSFDxo1kuHnLisriDvSnRRuL2Qrg5ggqHKNVpxR86QE\
                           C8w35uxmGoggxtQTPvfUu";

    fn words() -> SeedWords {
        SeedWords::parse(WORDS).unwrap()
    }

    fn read(text: &str) -> Result<PublicDescriptor, DescriptorError> {
        text.parse()
    }

    fn first(text: &str, network: Network) -> String {
        read(text).unwrap().addresses(network, 1).unwrap().remove(0)
    }

    #[test]
    fn words_have_the_account_and_the_addresses_of_bip_84() {
        let wallet = PublicWallet::of(&words(), Network::Bitcoin);
        assert_eq!(wallet.receive.to_string(), format!("wpkh({BIP84}/0/*)#afwvtk2s"));
        assert_eq!(wallet.change.to_string(), format!("wpkh({BIP84}/1/*)#vatdkr6g"));
        let received = ["bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu", "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"];
        assert_eq!(wallet.receive.addresses(Network::Bitcoin, 2).unwrap(), received);
        let change = ["bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el"];
        assert_eq!(wallet.change.addresses(Network::Bitcoin, 1).unwrap(), change);
        assert_eq!(wallet.receive.fingerprint(), "73c5da0a");
    }

    #[test]
    fn each_test_network_has_addresses_of_its_own_look() {
        for (network, address) in [
            (Network::Testnet, "tb1q6rz28mcfaxtmd6v789l9rrlrusdprr9pqcpvkl"),
            (Network::Signet, "tb1q6rz28mcfaxtmd6v789l9rrlrusdprr9pqcpvkl"),
            (Network::Regtest, "bcrt1q6rz28mcfaxtmd6v789l9rrlrusdprr9pz3cppk"),
        ] {
            let receive = PublicWallet::of(&words(), network).receive;
            assert_eq!(receive.addresses(network, 1).unwrap(), [address]);
            assert_eq!(receive.addresses(Network::Bitcoin, 1), Err(DescriptorError::OfTestNetwork));
        }
        let main = PublicWallet::of(&words(), Network::Bitcoin).receive;
        assert_eq!(main.addresses(Network::Signet, 1), Err(DescriptorError::OfBitcoin));
    }

    #[test]
    fn a_descriptor_of_bip_86_has_the_addresses_of_its_vectors_and_belongs_to_its_words() {
        let (receive, change) = (format!("tr({BIP86}/0/*)"), format!("tr({BIP86}/1/*)"));
        let main = Network::Bitcoin;
        assert_eq!(first(&receive, main), "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr");
        assert_eq!(first(&change, main), "bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7");
        assert!(read(&receive).unwrap().belongs_to(&words()));
    }

    #[test]
    fn the_public_descriptor_gives_the_addresses_of_the_words_and_belongs_to_no_others() {
        let wallet = PublicWallet::of(&words(), Network::Signet);
        let copied = read(&wallet.receive.to_string()).unwrap();
        assert_eq!(copied.addresses(Network::Signet, 20), wallet.receive.addresses(Network::Signet, 20));
        assert!(copied.belongs_to(&words()));
        let others = SeedWords::parse("zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong").unwrap();
        assert!(!copied.belongs_to(&others));
    }

    #[test]
    fn a_private_descriptor_is_refused_by_name_and_quoted_nowhere() {
        let private_key = "KyZpNDKnfs94vbrwhJneDi77V6jF64PWPF8x5cdJb8ifgg2DUc9d";
        for text in [
            PRIVATE.to_owned(),
            format!("wpkh({PRIVATE}/84h/0h/0h/0/*)"),
            format!("and something else ]{PRIVATE}"),
            format!("wpkh({private_key})"),
        ] {
            let refused = read(&text).unwrap_err();
            assert_eq!(refused, DescriptorError::Private, "{text}");
            assert!(!refused.to_string().contains("xprv") && !refused.to_string().contains(private_key));
        }
    }

    #[test]
    fn a_copy_with_one_wrong_letter_is_refused() {
        let text = PublicWallet::of(&words(), Network::Bitcoin).receive.to_string();
        for wrong in
            [text.replace("/0/*", "/1/*"), text.replace("#afwvtk2s", "#afwvtk2q"), text.replace("73c5", "73c6")]
        {
            assert_eq!(read(&wrong), Err(DescriptorError::NotOne), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_wallet_of_one_key_is_refused() {
        for text in [format!("wpkh({BIP84}/0/0)"), format!("wpkh({BIP84}/<0;1>/*)"), format!("pkh({BIP84}/0/*)")] {
            assert_eq!(read(&text), Err(DescriptorError::Unfit), "{text}");
        }
        let without_origin = format!("wpkh({}/0/*)", BIP84.split(']').nth(1).unwrap());
        assert_eq!(read(&without_origin), Err(DescriptorError::Unfit));
        assert_eq!(read("wallet.txt"), Err(DescriptorError::NotOne));
    }
}
