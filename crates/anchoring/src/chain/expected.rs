//! Is a chain the one that was asked for? What is play money by its name must not be paid on the main network, and what a
//! test network confirms must not be taken for its word.

use super::{Chain, ChainError};
use crate::Network;

/// Why a chain is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrongNetwork {
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error("{expected} was asked for, and the chain is {found}: name that network, or ask a node of {expected}")]
    Another { expected: Network, found: Network },
    #[error("{expected} was asked for, and the chain is of no network that is known here: ask a node of {expected}")]
    Unknown { expected: Network },
}

/// Asks the chain for its first block, and refuses that of another network.
///
/// # Errors
/// It cannot be asked, or is of another network.
pub async fn expect_network(chain: &dyn Chain, expected: Network) -> Result<(), WrongNetwork> {
    match chain.hash_at(0).await?.and_then(Network::beginning_with) {
        Some(found) if found == expected => Ok(()),
        Some(found) => Err(WrongNetwork::Another { expected, found }),
        None => Err(WrongNetwork::Unknown { expected }),
    }
}
