//! A node with moods: it sets the fee, breaks off, or refuses.

use bitcoin::{Block, Transaction};
use edgecoder_anchoring::{
    BlockHash, Header, Txid,
    chain::{Broadcast, Chain, ChainError, NodeRpc, SatPerVbyte},
    headers::KnownBlock,
};
use futures_util::future::BoxFuture;

/// What happens to transactions that are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Takes,
    BreaksOff,
    Refuses,
    /// Takes them, and does not tell yet that there is a block after this one.
    TellsOfNoBlockAfter(u32),
}

pub struct Moody {
    pub node: NodeRpc,
    pub rate: SatPerVbyte,
    pub mood: Mood,
}

impl Chain for Moody {
    fn tip(&self) -> BoxFuture<'_, Result<KnownBlock, ChainError>> {
        self.node.tip()
    }

    fn hash_at(&self, height: u32) -> BoxFuture<'_, Result<Option<BlockHash>, ChainError>> {
        if matches!(self.mood, Mood::TellsOfNoBlockAfter(last) if height > last) {
            return Box::pin(async { Ok(None) });
        }
        self.node.hash_at(height)
    }

    fn header(&self, block: BlockHash) -> BoxFuture<'_, Result<Header, ChainError>> {
        self.node.header(block)
    }

    fn block(&self, block: BlockHash) -> BoxFuture<'_, Result<Block, ChainError>> {
        self.node.block(block)
    }

    fn is_waiting(&self, transaction: Txid) -> BoxFuture<'_, Result<bool, ChainError>> {
        self.node.is_waiting(transaction)
    }

    fn fee_rate(&self, _: u16) -> BoxFuture<'_, Result<Option<SatPerVbyte>, ChainError>> {
        Box::pin(async { Ok(Some(self.rate)) })
    }

    fn broadcast<'a>(&'a self, transaction: &'a Transaction) -> BoxFuture<'a, Result<Broadcast, ChainError>> {
        match self.mood {
            Mood::Takes | Mood::TellsOfNoBlockAfter(_) => self.node.broadcast(transaction),
            Mood::BreaksOff => Box::pin(async { Err(ChainError::AccessRefused) }),
            Mood::Refuses => Box::pin(async { Ok(Broadcast::Rejected("not today".to_owned())) }),
        }
    }
}
