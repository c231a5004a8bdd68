//! What has happened to an anchor? Facts, and the state that they add up to.

use crate::{
    evidence::Commitment,
    headers::KnownBlock,
    rivals::{FINAL_BLOCKS, Lineage, Rivals},
};
use bitcoin::{Transaction, Txid, consensus::encode::deserialize_hex};
use edgecoder_events::UnixMillis;
use serde::{Deserialize, Serialize};

/// How a transaction came to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptKind {
    /// On its own.
    First,
    /// In the place of one that waited, with a higher fee.
    Replacement,
    /// Spends the change of one that waited, and pays for both. It carries no commitment.
    Child,
}

/// A transaction that we meant to send. It was written down before anybody else could see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    pub kind: AttemptKind,
    pub txid: Txid,
    /// The whole signed transaction, in hexadecimal.
    pub raw: String,
    pub fee_sat: u64,
    pub rate_sat_per_vbyte: u64,
    pub at: UnixMillis,
    /// Nobody would take it.
    pub given_up: bool,
}

impl Attempt {
    /// The transaction, unless somebody wrote something else into the journal.
    pub(crate) fn transaction(&self) -> Option<Transaction> {
        deserialize_hex(&self.raw).ok()
    }

    /// What has to be spent before it can be in a block.
    pub(crate) fn lineage(&self, rivals: &Rivals) -> Option<Lineage> {
        self.transaction().map(|transaction| rivals.lineage(&transaction))
    }
}

/// Something that happened to an anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnchorFact {
    /// It is written down, and about to be sent.
    Intended(Attempt),
    /// A node took it.
    Sent { txid: Txid },
    /// No node would; the last words.
    GivenUp { txid: Txid, said: String },
    /// It is in a block.
    Included { txid: Txid, block: KnownBlock },
    /// Six blocks say so.
    Confirmed { txid: Txid, block: KnownBlock },
    /// The block that held it is no longer in the best chain.
    Orphaned { txid: Txid, block: KnownBlock },
}

/// One commitment on its way into the block chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    pub commitment: Commitment,
    pub wanted_at: UnixMillis,
    pub attempts: Vec<Attempt>,
    pub included: Option<(Txid, KnownBlock)>,
    pub confirmed: bool,
    /// How often a block that held it went away.
    pub orphaned: u32,
}

impl Anchor {
    /// Wanted, and nothing else yet.
    pub fn wanted(commitment: Commitment, wanted_at: UnixMillis) -> Self {
        Self { commitment, wanted_at, attempts: Vec::new(), included: None, confirmed: false, orphaned: 0 }
    }

    /// Takes in a fact. A recorded fact is never refused.
    pub fn evolve(&mut self, fact: &AnchorFact) {
        match fact {
            AnchorFact::Intended(attempt) => self.attempts.push(attempt.clone()),
            AnchorFact::Sent { .. } => {}
            AnchorFact::GivenUp { txid, .. } => {
                self.attempts.iter_mut().filter(|attempt| attempt.txid == *txid).for_each(|it| it.given_up = true);
            }
            AnchorFact::Included { txid, block } => self.included = Some((*txid, *block)),
            AnchorFact::Confirmed { .. } => self.confirmed = true,
            AnchorFact::Orphaned { .. } => {
                self.included = None;
                self.confirmed = false;
                self.orphaned += 1;
                // What was refused once may be taken on the other branch, and what was spent may be free again.
                self.attempts.iter_mut().for_each(|attempt| attempt.given_up = false);
            }
        }
    }

    /// The transactions that carry the commitment, oldest first. At most one of them can ever be in a block.
    pub(crate) fn carrying(&self) -> impl DoubleEndedIterator<Item = &Attempt> {
        self.attempts.iter().filter(|attempt| attempt.kind != AttemptKind::Child)
    }

    /// Whether it stays where it is, so that nothing of it matters any more.
    pub(crate) fn is_settled(&self, tip_height: u32) -> bool {
        let depth = self.included.map_or(0, |(_, block)| tip_height.saturating_sub(block.height));
        self.confirmed && depth >= FINAL_BLOCKS
    }

    /// The transaction that is in a block, else the newest that carries the commitment and was not given up.
    pub fn transaction(&self) -> Option<&Attempt> {
        let included = self.included.and_then(|(txid, _)| self.attempts.iter().find(|attempt| attempt.txid == txid));
        included.or_else(|| self.current())
    }

    /// The newest of those that was not given up.
    pub(crate) fn current(&self) -> Option<&Attempt> {
        self.carrying().rev().find(|attempt| !attempt.given_up)
    }
}
