//! What does the ledger say of its anchors, and what did it hold when they were asked for?

use super::AnchorsError;
use crate::{Page, Reader};
use edgecoder_events::{AnchorEvent, BitcoinHash, BlobRef, CheckpointDigest, Event, Family};
use edgecoder_ledger::{
    Entry,
    tree::{Frontier, Hash, leaf_hash},
};
use std::collections::{BTreeSet, HashMap};

/// What the ledger says of one anchor: what was asked for, and its newest event.
#[derive(Debug)]
pub struct Said {
    pub position: u64,
    pub size: u64,
    pub note: BlobRef,
    pub newest: Newest,
    /// Where the newest event stands.
    pub newest_at: Place,
}

/// A position, and what the entry there says of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub position: u64,
    pub recorded_ms: u64,
}

/// The first entries of the ledger, up to some size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefix {
    pub root: Hash,
    /// The last of them.
    pub last: Place,
}

/// The newest event, as far as there is something to verify.
#[derive(Debug, Clone, Copy)]
pub enum Newest {
    /// Nothing yet.
    OnItsWay,
    /// An `.ots` file, and the block that it is said to lead to.
    Proof { file: BlobRef, height: Option<u32> },
    /// What proves our own transaction, and the block that is said to hold it.
    Evidence { file: BlobRef, height: u32, block: BitcoinHash },
    /// Its block went away, and this is known.
    Orphaned { height: u32, block: BitcoinHash },
}

impl Said {
    /// What must be read to judge it.
    pub fn contents(&self) -> impl Iterator<Item = BlobRef> {
        let newest = match self.newest {
            Newest::Proof { file, .. } | Newest::Evidence { file, .. } => Some(file),
            Newest::OnItsWay | Newest::Orphaned { .. } => None,
        };
        std::iter::once(self.note).chain(newest)
    }
}

/// Every anchor that the ledger speaks of.
pub async fn anchors_in(reader: &mut Reader) -> Result<HashMap<CheckpointDigest, Said>, AnchorsError> {
    let mut anchors = HashMap::new();
    each_page(reader, |page| {
        for entry in page.entries() {
            if let Some((at, event)) = event_of(entry)
                && let Family::Anchor(event) = event.family()
            {
                take_in(&mut anchors, at, event);
            }
        }
        Ok(())
    })
    .await?;
    Ok(anchors)
}

/// The first entries, at these sizes; and how many entries there are.
pub async fn prefixes_at(
    reader: &mut Reader,
    sizes: BTreeSet<u64>,
) -> Result<(HashMap<u64, Prefix>, u64), AnchorsError> {
    let (mut tree, mut prefixes) = (Frontier::new(), HashMap::new());
    each_page(reader, |page| {
        for row in page.rows() {
            if row.position != tree.size() {
                return Err(AnchorsError::Damaged(tree.size()));
            }
            tree.append(leaf_hash(row.entry));
            if sizes.contains(&tree.size()) {
                let recorded_ms = Entry::decode(row.entry).map_or(0, |entry| entry.recorded_at_ms);
                let last = Place { position: row.position, recorded_ms };
                prefixes.insert(tree.size(), Prefix { root: tree.root(), last });
            }
        }
        Ok(())
    })
    .await?;
    Ok((prefixes, tree.size()))
}

async fn each_page(
    reader: &mut Reader,
    mut take_in: impl FnMut(&Page) -> Result<(), AnchorsError>,
) -> Result<(), AnchorsError> {
    let mut next = 0;
    loop {
        let page = reader.from(next).await?;
        take_in(&page)?;
        match page.last().and_then(|last| last.checked_add(1)) {
            Some(after) => next = after,
            None => return Ok(()),
        }
    }
}

/// An entry of a kind that is not known is none of an anchor's; `audit verify` says so.
fn event_of(entry: &[u8]) -> Option<(Place, Event)> {
    let entry = Entry::decode(entry).ok()?;
    let at = Place { position: entry.position, recorded_ms: entry.recorded_at_ms };
    Some((at, Event::from_bytes(entry.kind, entry.schema, entry.payload).ok()?))
}

fn take_in(anchors: &mut HashMap<CheckpointDigest, Said>, at: Place, event: AnchorEvent<'_>) {
    let (checkpoint, newest) = match event {
        AnchorEvent::AnchorRequested(it) => {
            let said =
                Said { position: at.position, size: it.size.0, note: it.note, newest: Newest::OnItsWay, newest_at: at };
            anchors.entry(it.checkpoint).or_insert(said);
            return;
        }
        AnchorEvent::AnchorPromised(it) => (it.checkpoint, Newest::Proof { file: it.proof, height: None }),
        AnchorEvent::AnchorAttested(it) => (it.checkpoint, Newest::Proof { file: it.proof, height: Some(it.height) }),
        AnchorEvent::AnchorBroadcast(it) => (it.checkpoint, Newest::OnItsWay),
        AnchorEvent::AnchorIncluded(it) => {
            (it.checkpoint, Newest::Evidence { file: it.evidence, height: it.height, block: it.block })
        }
        AnchorEvent::AnchorConfirmed(it) => {
            (it.checkpoint, Newest::Evidence { file: it.evidence, height: it.height, block: it.block })
        }
        AnchorEvent::AnchorOrphaned(it) => (it.checkpoint, Newest::Orphaned { height: it.height, block: it.block }),
    };
    // One that nobody asked for breaks a rule, which `audit verify` finds.
    if let Some(said) = anchors.get_mut(&checkpoint) {
        said.newest = newest;
        said.newest_at = at;
    }
}
