//! Which block chain? The four networks, by the names that settings use.

use bitcoin::{BlockHash, block::Header, consensus::Params, constants::genesis_block};
use std::{fmt, str::FromStr};

/// A network of Bitcoin; `Testnet` is its third. Only [`Network::Bitcoin`] costs money and proves anything to a stranger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Network {
    Bitcoin,
    Testnet,
    Signet,
    Regtest,
}

/// A text names no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no network: bitcoin, testnet, signet or regtest")]
pub struct UnknownNetwork(String);

const NAMES: [(Network, &str); 4] = [
    (Network::Bitcoin, "bitcoin"),
    (Network::Testnet, "testnet"),
    (Network::Signet, "signet"),
    (Network::Regtest, "regtest"),
];

impl Network {
    /// Whether an anchor there costs real money.
    pub fn costs_money(self) -> bool {
        self == Self::Bitcoin
    }

    /// The header of its first block.
    pub fn genesis(self) -> Header {
        genesis_block(self.library()).header
    }

    /// The hash of its first block.
    pub fn genesis_hash(self) -> BlockHash {
        self.genesis().block_hash()
    }

    /// The network that begins with this block, if it is one of these.
    pub fn beginning_with(first: BlockHash) -> Option<Self> {
        NAMES.iter().map(|(network, _)| *network).find(|network| network.genesis_hash() == first)
    }

    pub(crate) fn params(self) -> Params {
        Params::new(self.library())
    }

    pub(crate) fn library(self) -> bitcoin::Network {
        match self {
            Self::Bitcoin => bitcoin::Network::Bitcoin,
            Self::Testnet => bitcoin::Network::Testnet,
            Self::Signet => bitcoin::Network::Signet,
            Self::Regtest => bitcoin::Network::Regtest,
        }
    }
}

impl FromStr for Network {
    type Err = UnknownNetwork;

    fn from_str(text: &str) -> Result<Self, UnknownNetwork> {
        let found = NAMES.iter().find(|(_, name)| *name == text);
        found.map(|(network, _)| *network).ok_or_else(|| UnknownNetwork(text.to_owned()))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(network, _)| network == self).map(|(_, name)| *name);
        f.write_str(name.expect("every network has a name"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_read_by_the_name_that_it_shows() {
        for (network, _) in NAMES {
            assert_eq!(network.to_string().parse(), Ok(network));
            assert_eq!(Network::beginning_with(network.genesis_hash()), Some(network));
        }
        assert!("mainnet".parse::<Network>().is_err());
    }
}
