//! Do the entries that are new fit the signed root, the chain and the rules?

use super::Alert;
use crate::{
    Class, Finding, Page, ReadError, Reader, anchors::AllSaid, rules::Rules, served::ServedLog, verify::Trust,
};
use edgecoder_events::PublicKey;
use edgecoder_ledger::{
    tree::{Frontier, leaf_hash},
    verify::{Class as ByteClass, Expectations, StoredRow, Verifier},
};

/// Has read a log from its first entry up to some point.
pub(super) struct Follower {
    verifier: Verifier,
    rules: Rules,
    tree: Frontier,
    /// What is wrong with a checkpoint: no more entries are read after it.
    mismatch: Option<Finding>,
    expired: Vec<Finding>,
    anchors: AllSaid,
}

impl Follower {
    pub fn new(trust: &Trust) -> Self {
        let keys = trust.keys.iter().map(|key| PublicKey(key.public_key().to_bytes())).collect();
        let expected = Expectations {
            origin: trust.origin.clone(),
            log_keys: trust.keys.clone(),
            checkpoints: Vec::new(),
            max_unproven_tail: 0,
        };
        let (verifier, rules) = (Verifier::new(&expected), Rules::new(&trust.origin, keys));
        Self {
            verifier,
            rules,
            tree: Frontier::new(),
            mismatch: None,
            expired: Vec::new(),
            anchors: AllSaid::default(),
        }
    }

    /// Reads on to the end of the log.
    pub async fn follow(&mut self, log: &ServedLog, trust: &Trust) -> Result<(), ReadError> {
        if self.mismatch.is_some() || self.tree.size() >= log.size() {
            return Ok(());
        }
        let from = self.tree.size();
        let mut reader = Reader::of(log.clone());
        while self.tree.size() < log.size() {
            let page = reader.from(i64::try_from(self.tree.size()).unwrap_or(i64::MAX)).await?;
            self.take(&page);
        }
        let checkpoint = log.checkpoint();
        if self.tree.root() != checkpoint.root {
            let (signed, computed) = (hex::encode(checkpoint.root), hex::encode(self.tree.root()));
            let detail = format!("size {}: signed root {signed}, computed {computed}", checkpoint.size);
            let class = Class::Bytes(ByteClass::CheckpointMismatch);
            self.mismatch = Some(Finding { class, position: Some(from), detail });
        }
        self.expired = trust.expired_signatures(&[log.note().to_owned()], self.rules.key_history());
        Ok(())
    }

    fn take(&mut self, page: &Page) {
        let rows: Vec<StoredRow<'_>> = page.rows().collect();
        self.verifier.push_all(&rows);
        for row in rows {
            self.tree.append(leaf_hash(row.entry));
            self.rules.push(row.entry, false);
            self.anchors.take(row.entry);
        }
    }

    /// How many entries were read.
    pub const fn size(&self) -> u64 {
        self.tree.size()
    }

    /// What the entries say of anchors; nothing where they are not the signed ones.
    pub fn anchors(&self) -> Option<&AllSaid> {
        Some(&self.anchors).filter(|_| self.mismatch.is_none())
    }

    /// What is wrong so far: the first about the bytes and the first about the events.
    pub fn findings(&self) -> Vec<Alert> {
        let bytes = self.verifier.first_finding().cloned().map(Finding::from);
        // Events after a bad entry are of an unknown author.
        let judged = bytes.as_ref().or(self.mismatch.as_ref()).and_then(|bad| bad.position).unwrap_or(u64::MAX);
        let events = self.rules.first_finding().filter(|it| it.position.is_none_or(|at| at < judged));
        let all = self.mismatch.iter().chain(bytes.iter()).chain(events).chain(&self.expired);
        all.map(Alert::from).collect()
    }
}
