//! What does the ledger say of its anchors, and what did it hold when they were asked for?

use super::{
    AnchorsError,
    files::{AnchorFile, FileKind},
};
use crate::{Page, Reader};
use edgecoder_events::{AnchorEvent, BitcoinHash, BlobRef, CheckpointDigest, Event, Family};
use edgecoder_ledger::{
    Entry,
    tree::{Frontier, Hash, leaf_hash},
};
use std::collections::{BTreeSet, HashMap};

/// Every anchor that was spoken of so far.
#[derive(Debug, Default)]
pub struct AllSaid {
    anchors: HashMap<CheckpointDigest, Said>,
    /// The first entry after the newest request that is not about an anchor itself.
    waiting: Option<Place>,
}

/// What the ledger says of one anchor: what was asked for, and its newest event.
#[derive(Debug, Clone)]
pub struct Said {
    pub checkpoint: CheckpointDigest,
    pub position: u64,
    pub requested_ms: u64,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newest {
    /// Nothing yet.
    OnItsWay,
    /// An `.ots` file with promises.
    Promised { proof: BlobRef },
    /// An `.ots` file that leads to a block.
    Attested { proof: BlobRef, height: u32 },
    /// Our own transaction is in a block.
    InBlock { proof: BlobRef, evidence: BlobRef, height: u32, block: BitcoinHash, confirmed: bool },
    /// Its block went away, and this is known.
    Orphaned { height: u32, block: BitcoinHash },
}

impl Newest {
    /// The block that it stands in, by the ledger's own word.
    pub const fn height(&self) -> Option<u32> {
        match self {
            Self::Attested { height, .. } | Self::InBlock { height, .. } => Some(*height),
            Self::OnItsWay | Self::Promised { .. } | Self::Orphaned { .. } => None,
        }
    }

    /// Whether the ledger says that no more is to come. A calendar waits for six blocks before it attests one.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Attested { .. } | Self::InBlock { confirmed: true, .. })
    }
}

impl Said {
    /// All of its files: the checkpoint, its proof and its evidence.
    pub fn files(&self) -> impl Iterator<Item = AnchorFile> {
        let (proof, evidence) = match self.newest {
            Newest::Promised { proof } | Newest::Attested { proof, .. } => (Some(proof), None),
            Newest::InBlock { proof, evidence, .. } => (Some(proof), Some(evidence)),
            Newest::OnItsWay | Newest::Orphaned { .. } => (None, None),
        };
        let of = |kind, address| AnchorFile { checkpoint: self.checkpoint, kind, address };
        let rest = [proof.map(|it| of(FileKind::Proof, it)), evidence.map(|it| of(FileKind::Evidence, it))];
        std::iter::once(of(FileKind::Checkpoint, self.note)).chain(rest.into_iter().flatten())
    }

    /// Those that must be read to judge it: evidence says more than the proof that is made from it.
    pub fn files_to_judge(&self) -> impl Iterator<Item = AnchorFile> {
        let has_evidence = matches!(self.newest, Newest::InBlock { .. });
        self.files().filter(move |file| file.kind != FileKind::Proof || !has_evidence)
    }
}

impl AllSaid {
    /// Takes in an entry. One of a kind that is not known is none of an anchor's; `audit verify` says so.
    pub fn take(&mut self, entry: &[u8]) {
        let Some((at, event)) = event_of(entry) else { return };
        if let Family::Anchor(event) = event.family() {
            self.take_event(at, event);
        } else {
            self.waiting.get_or_insert(at);
        }
    }

    /// What no anchor was asked for yet.
    pub const fn waiting(&self) -> Option<Place> {
        self.waiting
    }

    /// In the order in which they were asked for.
    pub fn in_order(&self) -> Vec<&Said> {
        let mut all: Vec<&Said> = self.anchors.values().collect();
        all.sort_by_key(|said| said.position);
        all
    }

    fn take_event(&mut self, at: Place, event: AnchorEvent<'_>) {
        let (checkpoint, newest) = match event {
            AnchorEvent::AnchorRequested(it) => {
                self.waiting = None;
                self.anchors.entry(it.checkpoint).or_insert(Said {
                    checkpoint: it.checkpoint,
                    position: at.position,
                    requested_ms: at.recorded_ms,
                    size: it.size.0,
                    note: it.note,
                    newest: Newest::OnItsWay,
                    newest_at: at,
                });
                return;
            }
            AnchorEvent::AnchorPromised(it) => (it.checkpoint, Newest::Promised { proof: it.proof }),
            AnchorEvent::AnchorAttested(it) => (it.checkpoint, Newest::Attested { proof: it.proof, height: it.height }),
            AnchorEvent::AnchorBroadcast(it) => (it.checkpoint, Newest::OnItsWay),
            AnchorEvent::AnchorIncluded(it) => {
                let (proof, evidence, height, block) = (it.proof, it.evidence, it.height, it.block);
                (it.checkpoint, Newest::InBlock { proof, evidence, height, block, confirmed: false })
            }
            AnchorEvent::AnchorConfirmed(it) => {
                let (proof, evidence, height, block) = (it.proof, it.evidence, it.height, it.block);
                (it.checkpoint, Newest::InBlock { proof, evidence, height, block, confirmed: true })
            }
            AnchorEvent::AnchorOrphaned(it) => (it.checkpoint, Newest::Orphaned { height: it.height, block: it.block }),
        };
        // One that nobody asked for breaks a rule, which `audit verify` finds.
        if let Some(said) = self.anchors.get_mut(&checkpoint) {
            said.newest = newest;
            said.newest_at = at;
        }
    }
}

/// Every anchor that the ledger speaks of in its entries before `end`.
pub async fn anchors_in(reader: &mut Reader, end: u64) -> Result<AllSaid, AnchorsError> {
    let mut anchors = AllSaid::default();
    each_page(reader, |page| {
        page.rows().take_while(|row| row.position < end).for_each(|row| anchors.take(row.entry));
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

fn event_of(entry: &[u8]) -> Option<(Place, Event)> {
    let entry = Entry::decode(entry).ok()?;
    let at = Place { position: entry.position, recorded_ms: entry.recorded_at_ms };
    Some((at, Event::from_bytes(entry.kind, entry.schema, entry.payload).ok()?))
}
