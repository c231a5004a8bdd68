//! Does this evidence hold by itself? Everything that can be checked of an anchor without knowing the best chain.

use super::{Commitment, MerklePath};
use crate::{Network, headers::easiest_supplied, ots::OtsError};
use bitcoin::{
    Block, BlockHash, Transaction, Txid,
    block::Header,
    consensus::serde::{Hex, With},
};
use serde::{Deserialize, Serialize};

/// A transaction of this size could be a pair of hashes, and a pair of hashes a transaction (CVE-2017-12842).
const AMBIGUOUS_BYTES: usize = 64;

/// What is wrong with evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    #[error("ANCHOR INVALID: the {0} has 64 bytes, so it could be a pair of hashes")]
    Ambiguous(&'static str),
    #[error("ANCHOR INVALID: the transaction does not carry the commitment {0}")]
    NoCommitment(Commitment),
    #[error("ANCHOR INVALID: merkle root != header({height})")]
    OtherRoot { height: u32 },
    #[error("ANCHOR INVALID: what is given as the first transaction of the block is not its coinbase")]
    NoCoinbase,
    #[error("ANCHOR INVALID: the path of the transaction has {transaction} levels, that of the coinbase {coinbase}")]
    OtherDepth { transaction: usize, coinbase: usize },
    #[error("ANCHOR INVALID: the hash of header({height}) is above its own target")]
    NoWork { height: u32 },
    #[error("ANCHOR INVALID: the target of header({height}) is easier than a block of {network} can have")]
    TooEasy { height: u32, network: Network },
    #[error("ANCHOR INVALID: the coinbase is of block {coinbase}, not of {height}")]
    OtherHeight { height: u32, coinbase: u64 },
    #[error("the block does not hold the transaction {0}: the chain has changed, look again")]
    NotInBlock(Txid),
    #[error("the anchor cannot be written for other people's tools: {0}")]
    NotExportable(#[from] OtsError),
}

/// A transaction without its witnesses, as its id hashes it, and its path to the root of the block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InBlock {
    #[serde(with = "With::<Hex>")]
    pub transaction: Transaction,
    pub path: MerklePath,
}

/// All that proves, without us, that a commitment stood in a block. As JSON it is what an archive keeps of an anchor:
/// transactions and header as the hexadecimal digits that nodes use, hashes as block explorers write them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnchorEvidence {
    pub commitment: Commitment,
    pub height: u32,
    #[serde(with = "With::<Hex>")]
    pub header: Header,
    pub anchor: InBlock,
    /// The block's first transaction: the depth of its path is the depth of the tree.
    pub coinbase: InBlock,
}

impl AnchorEvidence {
    /// Takes the evidence of a transaction out of the block at a height.
    ///
    /// # Errors
    /// The block does not hold the transaction, or the transaction not the commitment.
    pub fn of_block(
        commitment: Commitment,
        transaction: Txid,
        height: u32,
        block: &Block,
    ) -> Result<Self, EvidenceError> {
        let missing = || EvidenceError::NotInBlock(transaction);
        let ids: Vec<_> = block.txdata.iter().map(Transaction::compute_txid).collect();
        let position = ids.iter().position(|id| *id == transaction).ok_or_else(missing)?;
        let in_block = |position| {
            let path = MerklePath::among(&ids, position).ok_or_else(missing)?;
            Ok::<_, EvidenceError>(InBlock { transaction: without_witnesses(&block.txdata[position]), path })
        };
        let (anchor, coinbase) = (in_block(position)?, in_block(0)?);
        let evidence = Self { commitment, height, header: block.header, anchor, coinbase };
        evidence.check()?;
        Ok(evidence)
    }

    /// Checks all that the evidence says of itself. Whether its block is in the best chain is another question.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn check(&self) -> Result<(), EvidenceError> {
        self.check_path("transaction", &self.anchor)?;
        if !self.commitment.stands_in(&self.anchor.transaction) {
            return Err(EvidenceError::NoCommitment(self.commitment));
        }
        self.check_path("coinbase", &self.coinbase)?;
        self.check_depth()?;
        self.check_height()?;
        let height = self.height;
        if self.header.target().is_met_by(self.block()) { Ok(()) } else { Err(EvidenceError::NoWork { height }) }
    }

    /// Checks that its header claims no less work than a block of the network costs, where nobody vouches for it.
    pub(super) fn check_target(&self, network: Network) -> Result<(), EvidenceError> {
        let is_too_easy = self.header.target() > easiest_supplied(network);
        if is_too_easy { Err(EvidenceError::TooEasy { height: self.height, network }) } else { Ok(()) }
    }

    fn check_path(&self, name: &'static str, given: &InBlock) -> Result<(), EvidenceError> {
        if given.transaction.base_size() == AMBIGUOUS_BYTES {
            return Err(EvidenceError::Ambiguous(name));
        }
        let root = given.path.root_from(given.transaction.compute_txid());
        if root == Some(self.header.merkle_root) {
            Ok(())
        } else {
            Err(EvidenceError::OtherRoot { height: self.height })
        }
    }

    fn check_depth(&self) -> Result<(), EvidenceError> {
        if !self.coinbase.transaction.is_coinbase() || self.coinbase.path.position != 0 {
            return Err(EvidenceError::NoCoinbase);
        }
        let (transaction, coinbase) = (self.anchor.path.siblings.len(), self.coinbase.path.siblings.len());
        if transaction == coinbase { Ok(()) } else { Err(EvidenceError::OtherDepth { transaction, coinbase }) }
    }

    /// *Source*: BIP 34. Blocks before version 2 name no height.
    fn check_height(&self) -> Result<(), EvidenceError> {
        let first = Block { header: self.header, txdata: vec![self.coinbase.transaction.clone()] };
        match first.bip34_block_height() {
            Ok(coinbase) if coinbase != u64::from(self.height) => {
                Err(EvidenceError::OtherHeight { height: self.height, coinbase })
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// The block that the evidence speaks of.
    pub fn block(&self) -> BlockHash {
        self.header.block_hash()
    }
}

/// What makes the id of a transaction.
pub(super) fn without_witnesses(transaction: &Transaction) -> Transaction {
    let mut bare = transaction.clone();
    bare.input.iter_mut().for_each(|input| input.witness.clear());
    bare
}

#[cfg(test)]
pub(super) mod tests;
