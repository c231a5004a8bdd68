//! What does the block chain say now? The few questions that anchoring asks, of a node or of an Esplora-style server.

mod esplora;
mod expected;
mod node;

pub use esplora::Esplora;
pub use expected::{WrongNetwork, expect_network};
pub use node::{NodeRpc, RpcAccess};

use crate::{headers::KnownBlock, web::WebError};
use bitcoin::{Block, BlockHash, Transaction, Txid, block::Header};
use futures_util::future::BoxFuture;

/// A whole block, in hexadecimal, with what is wrapped around it.
const MAX_BLOCK_ANSWER_BYTES: usize = 9 * 1024 * 1024;
/// Any other answer.
const MAX_ANSWER_BYTES: usize = 512 * 1024;

/// What is paid for a virtual byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SatPerVbyte(pub u64);

impl SatPerVbyte {
    /// An estimate, upwards to whole satoshi: below one is one, because nodes pass on no less. Nothing where the
    /// server has no estimate, which some say as a number that is no rate.
    fn estimated(rate: f64) -> Option<Self> {
        let whole = rate.ceil();
        let digits = (whole > 0.0).then(|| format!("{whole:.0}"))?;
        digits.parse().ok().map(Self)
    }
}

/// Why the chain could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    #[error(transparent)]
    Web(#[from] WebError),
    #[error("the cookie file of the node could not be read: start the node, and let this program read its folder")]
    NoCookie,
    #[error("the node refused the user and password: set those of its configuration")]
    AccessRefused,
    #[error("{host} answered {question} with something else: is it a server of this kind")]
    NotTheProtocol { host: String, question: &'static str },
    #[error(
        "the node refused {question} ({code}: {said}): see in its log why, and whether it has caught up; then ask again"
    )]
    Refused { question: &'static str, code: i64, said: String },
}

/// What happened to a transaction that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broadcast {
    /// It is on its way, now or since before.
    Accepted,
    /// Nobody will take it like this; the server's words.
    Rejected(String),
}

/// A view of the best chain. Every answer is bounded, every question has a deadline.
pub trait Chain: Send + Sync {
    /// The newest block.
    fn tip(&self) -> BoxFuture<'_, Result<KnownBlock, ChainError>>;

    /// The block at a height of the best chain; none above the tip.
    fn hash_at(&self, height: u32) -> BoxFuture<'_, Result<Option<BlockHash>, ChainError>>;

    /// The header of a block, in the best chain or beside it.
    fn header(&self, block: BlockHash) -> BoxFuture<'_, Result<Header, ChainError>>;

    /// A whole block.
    fn block(&self, block: BlockHash) -> BoxFuture<'_, Result<Block, ChainError>>;

    /// Whether a transaction waits to be put into a block.
    fn is_waiting(&self, transaction: Txid) -> BoxFuture<'_, Result<bool, ChainError>>;

    /// What is paid now to be in one of the next `blocks`; none where too little is known.
    fn fee_rate(&self, blocks: u16) -> BoxFuture<'_, Result<Option<SatPerVbyte>, ChainError>>;

    /// Hands a transaction over.
    fn broadcast<'a>(&'a self, transaction: &'a Transaction) -> BoxFuture<'a, Result<Broadcast, ChainError>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_rounded_up_to_whole_satoshi() {
        assert_eq!(SatPerVbyte::estimated(12.345), Some(SatPerVbyte(13)));
        assert_eq!(SatPerVbyte::estimated(0.1), Some(SatPerVbyte(1)));
        for none in [-1.0, 0.0, f64::NAN, f64::INFINITY] {
            assert_eq!(SatPerVbyte::estimated(none), None, "{none}");
        }
    }
}
