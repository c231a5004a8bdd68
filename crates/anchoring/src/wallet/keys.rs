//! Which keys does the wallet spend with? Two descriptors in a private text file, so that an operator can tell what it is.

use super::WalletError;
use crate::{Network, private_file};
use bdk_wallet::{
    descriptor::ExtendedDescriptor,
    miniscript::{
        Descriptor,
        descriptor::{KeyMap, KeyMapWrapper},
    },
};
use bitcoin::{
    bip32::Xpriv,
    psbt::Psbt,
    secp256k1::{All, Secp256k1},
};
use rand::CryptoRng;
use std::{fmt, path::Path};

const FILE: &str = "anchor-wallet.descriptors";
const FIRST_LINE: &str = "edgecoder anchor wallet v1";
const MAX_FILE_BYTES: u64 = 4096;

/// The descriptors and the private keys in them.
pub struct WalletKeys {
    external: ExtendedDescriptor,
    internal: ExtendedDescriptor,
    private: KeyMap,
}

impl fmt::Debug for WalletKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WalletKeys(…)")
    }
}

impl WalletKeys {
    pub fn load_or_create(folder: &Path, network: Network, rng: &mut impl CryptoRng) -> Result<Self, WalletError> {
        let path = folder.join(FILE);
        if let Some(bytes) = private_file::read(&path, MAX_FILE_BYTES)? {
            let text = std::str::from_utf8(&bytes).map_err(|_| WalletError::BadDescriptors)?;
            return Self::parse(text, network);
        }
        let text = fresh_descriptors(network, rng)?;
        let keys = Self::parse(&text, network)?;
        private_file::create(&path, text.as_bytes())?;
        Ok(keys)
    }

    fn parse(text: &str, network: Network) -> Result<Self, WalletError> {
        let mut lines = text.lines();
        let mut line = |name: &str| lines.next().and_then(|line| line.strip_prefix(name)).map(str::trim);
        let read = (line(FIRST_LINE), line("network "), line("external "), line("internal "));
        let (Some(""), Some(of), Some(external), Some(internal)) = read else {
            return Err(WalletError::BadDescriptors);
        };
        if of.parse() != Ok(network) {
            return Err(WalletError::BadDescriptors);
        }
        let secp = Secp256k1::new();
        let parsed = |text| Descriptor::parse_descriptor(&secp, text).map_err(|_| WalletError::BadDescriptors);
        let ((external, mut private), (internal, more)) = (parsed(external)?, parsed(internal)?);
        private.extend(more);
        Ok(Self { external, internal, private })
    }

    /// The descriptors without their private keys: for coins received, and for change.
    pub fn public(&self) -> (ExtendedDescriptor, ExtendedDescriptor) {
        (self.external.clone(), self.internal.clone())
    }

    /// Signs what these keys can sign.
    pub fn sign(&self, psbt: &mut Psbt, secp: &Secp256k1<All>) -> Result<(), WalletError> {
        let keys = KeyMapWrapper::from(self.private.clone());
        psbt.sign(&keys, secp).map(drop).map_err(|_| WalletError::NotSigned)
    }
}

/// BIP 84: native segwit, one account.
fn fresh_descriptors(network: Network, rng: &mut impl CryptoRng) -> Result<String, WalletError> {
    let mut seed = [0; 32];
    rng.fill_bytes(&mut seed);
    let master = Xpriv::new_master(network.library(), &seed).map_err(|_| WalletError::BadDescriptors)?;
    let coin = u8::from(network != Network::Bitcoin);
    let line = |branch: u8| format!("wpkh({master}/84h/{coin}h/0h/{branch}/*)");
    Ok(format!("{FIRST_LINE}\nnetwork {network}\nexternal {}\ninternal {}\n", line(0), line(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    fn open(folder: &Path, seed: u64, network: Network) -> Result<WalletKeys, WalletError> {
        WalletKeys::load_or_create(folder, network, &mut StdRng::seed_from_u64(seed))
    }

    #[test]
    fn the_second_start_has_the_keys_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path(), 1, Network::Regtest).unwrap();
        let second = open(folder.path(), 2, Network::Regtest).unwrap();
        assert_eq!(first.public(), second.public());
        assert_ne!(first.public().0, first.public().1);
        assert!(!format!("{first:?} {:?}", first.public()).contains("prv"));
    }

    #[test]
    fn keys_of_one_network_are_not_used_on_another() {
        let folder = tempfile::tempdir().unwrap();
        open(folder.path(), 1, Network::Regtest).unwrap();
        assert!(matches!(open(folder.path(), 1, Network::Bitcoin), Err(WalletError::BadDescriptors)));
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_alone_and_refused_otherwise() {
        use std::{fs, os::unix::fs::PermissionsExt};
        let folder = tempfile::tempdir().unwrap();
        open(folder.path(), 1, Network::Regtest).unwrap();
        let path = folder.path().join(FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(open(folder.path(), 1, Network::Regtest), Err(WalletError::File(_))));
    }
}
