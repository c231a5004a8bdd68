//! Is what is said of anchors possible: asked for once, of what stood there before, and each step after the one it needs?

use super::streams::anchor;
use edgecoder_events::{AnchorEvent, BitcoinHash, CheckpointDigest, Event, Family, anchor::AnchorWay};
use edgecoder_ledger::Entry;
use std::collections::HashMap;

/// The anchors so far.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    anchors: HashMap<CheckpointDigest, Anchor>,
    newest_size: u64,
}

#[derive(Debug)]
struct Anchor {
    way: AnchorWay,
    promised: bool,
    /// The block that holds it now.
    block: Option<BitcoinHash>,
}

impl Anchors {
    /// Takes in an event, or says which rule it breaks.
    pub fn check(&mut self, entry: &Entry<'_>, event: &Event) -> Result<(), String> {
        let Family::Anchor(event) = event.family() else { return Ok(()) };
        let checkpoint = anchor(event);
        if let AnchorEvent::AnchorRequested(it) = event {
            return self.request(entry.position, it.size.0, checkpoint, it.way);
        }
        let anchor = self.anchors.get_mut(&checkpoint);
        let anchor = anchor.ok_or_else(|| format!("nobody asked for the anchor {checkpoint}"))?;
        anchor.step(event)
    }

    fn request(
        &mut self,
        position: u64,
        size: u64,
        checkpoint: CheckpointDigest,
        way: AnchorWay,
    ) -> Result<(), String> {
        if size > position {
            return Err(format!("the anchor commits to {size} entries, and {position} stood before it"));
        }
        if size <= self.newest_size {
            return Err(format!("the anchor commits to {size} entries, an earlier one to {}", self.newest_size));
        }
        self.newest_size = size;
        let anchor = Anchor { way, promised: false, block: None };
        if self.anchors.insert(checkpoint, anchor).is_some() {
            return Err(format!("the anchor {checkpoint} is asked for a second time"));
        }
        Ok(())
    }
}

impl Anchor {
    fn step(&mut self, event: AnchorEvent<'_>) -> Result<(), String> {
        let way = match event {
            AnchorEvent::AnchorRequested(it) => it.way,
            AnchorEvent::AnchorPromised(_) | AnchorEvent::AnchorAttested(_) => AnchorWay::OpenTimestamps,
            AnchorEvent::AnchorBroadcast(_)
            | AnchorEvent::AnchorIncluded(_)
            | AnchorEvent::AnchorConfirmed(_)
            | AnchorEvent::AnchorOrphaned(_) => AnchorWay::OwnTransaction,
        };
        if way != self.way {
            return Err("the anchor was asked for in another way".to_owned());
        }
        match event {
            AnchorEvent::AnchorPromised(_) => self.promised = true,
            AnchorEvent::AnchorAttested(_) if !self.promised => {
                return Err("a calendar attests what none had promised".to_owned());
            }
            AnchorEvent::AnchorIncluded(it) => {
                if let Some(before) = self.block.replace(it.block) {
                    return Err(format!("the anchor is in block {} while {before} holds it", it.block));
                }
            }
            AnchorEvent::AnchorConfirmed(it) => self.must_be_in(it.block)?,
            AnchorEvent::AnchorOrphaned(it) => {
                self.must_be_in(it.block)?;
                self.block = None;
            }
            AnchorEvent::AnchorRequested(_) | AnchorEvent::AnchorAttested(_) | AnchorEvent::AnchorBroadcast(_) => {}
        }
        Ok(())
    }

    fn must_be_in(&self, block: BitcoinHash) -> Result<(), String> {
        if self.block == Some(block) { Ok(()) } else { Err(format!("the anchor was not in block {block}")) }
    }
}
