//! Do the anchors of an archive date its entries? The way from the block to the checkpoint that was signed.

use super::{ArchiveReport, CheckError, Class, Members, read_checkpoint, report::DatedEntries};
use crate::{
    HeaderSource, Outcome,
    anchors::{EntryPlace, held, of_evidence, of_proof},
    archive::{
        format::{ANCHORS, MAX_ANCHORS, Member, OfAnchor, number},
        members::hashes_in,
    },
};
use edgecoder_anchoring::{
    Header, Network,
    evidence::{AnchorEvidence, AnchorVerdict, Commitment},
    headers::read_piece,
    ots::DetachedTimestamp,
};
use edgecoder_events::CheckpointDigest;
use edgecoder_ledger::{Checkpoint, tree::verify_consistency};
use std::collections::BTreeSet;

/// Checks each anchor; `last` is the last entry of the archive.
pub(super) async fn check(
    members: &Members,
    (signed, last): (&Checkpoint, Option<EntryPlace>),
    headers: &mut HeaderSource,
    report: &mut ArchiveReport,
) -> Result<(), CheckError> {
    let sizes: BTreeSet<u64> = members.keys().filter_map(|member| member.anchor()).collect();
    // What is more is no part of the archive, and is named as such.
    for size in sizes.iter().take(MAX_ANCHORS) {
        let anchor = Anchor { size: *size, members };
        let Some(note) = anchor.check_checkpoint(signed, report) else { continue };
        if last.is_some_and(|last| last.position >= *size) {
            report.find(
                Class::AnchorMismatch,
                anchor.name(OfAnchor::Checkpoint),
                "it does not cover every entry of the archive",
            );
        }
        let headers_of_it = anchor.check_headers(headers.meant(), report);
        anchor.judge(note, (headers, headers_of_it), last, report).await?;
    }
    if sizes.is_empty() {
        report.absent.push("no anchor covers these entries yet".to_owned());
    }
    Ok(())
}

/// One folder of an anchor.
struct Anchor<'a> {
    size: u64,
    members: &'a Members,
}

impl<'a> Anchor<'a> {
    const fn name(&self, file: OfAnchor) -> Member {
        Member::Anchor(self.size, file)
    }

    fn file(&self, file: OfAnchor) -> Option<&'a [u8]> {
        self.members.get(&self.name(file)).map(Vec::as_slice)
    }

    /// Whether what was dated is the beginning of what was signed; its file.
    fn check_checkpoint(&self, signed: &Checkpoint, report: &mut ArchiveReport) -> Option<&'a [u8]> {
        let name = self.name(OfAnchor::Checkpoint);
        let Some(note) = self.file(OfAnchor::Checkpoint) else {
            report.miss(name);
            return None;
        };
        let read = read_checkpoint(note).filter(|it| it.size == self.size && it.origin == signed.origin);
        let Some(dated) = read else {
            report.find(Class::AnchorMismatch, name, "it is no checkpoint of this log and this size");
            return None;
        };
        let proof = self.name(OfAnchor::Consistency);
        match self.file(OfAnchor::Consistency).map(hashes_in) {
            None => report.miss(proof),
            Some(None) => report.find(Class::Damaged, proof, "its lines are no hashes"),
            Some(Some(path)) => {
                let (old, new) = ((dated.size, &dated.root), (signed.size, &signed.root));
                if verify_consistency(old, new, &path).is_err() {
                    report.find(Class::Inconsistent, proof, "it does not lead from what was dated to what was signed");
                }
            }
        }
        Some(note)
    }

    /// The headers of its block and those upon it, as far as they are there and follow each other.
    fn check_headers(&self, network: Network, report: &mut ArchiveReport) -> Vec<Header> {
        let Some(bytes) = self.file(OfAnchor::Headers) else {
            report.absent.push(format!("no block headers in {ANCHORS}{}/", number(self.size)));
            return Vec::new();
        };
        read_piece(bytes, network).unwrap_or_else(|error| {
            report.find(Class::BadHeaders, self.name(OfAnchor::Headers), error.to_string());
            Vec::new()
        })
    }

    /// What its proof and its evidence are worth.
    async fn judge(
        &self,
        note: &[u8],
        (known, brought): (&mut HeaderSource, Vec<Header>),
        last: Option<EntryPlace>,
        report: &mut ArchiveReport,
    ) -> Result<(), CheckError> {
        let first = brought.first().copied();
        let (proof, evidence) = (self.file(OfAnchor::Ots), self.file(OfAnchor::Evidence));
        if proof.is_none() && evidence.is_none() {
            report.miss(self.name(OfAnchor::Ots));
        }
        let height = proof.and_then(|bytes| DetachedTimestamp::parse(bytes).ok()?.first_block());
        self.check_first(first, report);
        self.check_heights(height, report);
        let network = known.meant();
        let height = height.or_else(|| Some(evidence_in(evidence?)?.height));
        let own = |height| HeaderSource::Brought { network, height, headers: brought };
        let mut own = first.and(height).map(own);
        let headers = if known.knows_the_chain() { known } else { own.as_mut().unwrap_or(known) };
        let digest = CheckpointDigest(Commitment::to_file(note).0);
        let by_proof = match proof {
            Some(bytes) => Some((OfAnchor::Ots, of_proof(headers, bytes, note, None).await?)),
            None => None,
        };
        let by_evidence = match evidence {
            Some(bytes) => Some((OfAnchor::Evidence, of_evidence(headers, bytes, &digest, None).await?)),
            None => None,
        };
        // What is judged last is what is told: evidence says more than the proof that is made from it.
        for (file, outcome) in by_proof.into_iter().chain(by_evidence) {
            let outcome = match last {
                Some(last) => held(outcome, last),
                None => outcome,
            };
            if let Some(class) = fault_of(&outcome) {
                report.find(class, self.name(file), outcome.to_string());
            }
            report.anchors.retain(|it| it.size != self.size);
            report.anchors.push(DatedEntries { size: self.size, outcome });
        }
        Ok(())
    }

    /// Whether the evidence speaks of the block that the proof leads to.
    fn check_heights(&self, by_proof: Option<u32>, report: &mut ArchiveReport) {
        let evidence = self.file(OfAnchor::Evidence).and_then(evidence_in);
        if evidence.zip(by_proof).is_some_and(|(evidence, height)| evidence.height != height) {
            report.find(Class::AnchorMismatch, self.name(OfAnchor::Evidence), "its block is not that of the proof");
        }
    }

    /// Whether the first header that was brought is the one that the proof leads to.
    fn check_first(&self, first: Option<Header>, report: &mut ArchiveReport) {
        let Some(first) = first else { return };
        let by_proof = |bytes: &[u8]| DetachedTimestamp::parse(bytes).is_ok_and(|proof| proof.leads_to(&first));
        let by_evidence = |bytes: &[u8]| evidence_in(bytes).is_some_and(|evidence| evidence.header == first);
        if !self.file(OfAnchor::Ots).is_some_and(by_proof) && !self.file(OfAnchor::Evidence).is_some_and(by_evidence) {
            report.find(
                Class::BadHeaders,
                self.name(OfAnchor::Headers),
                "the first is not the block that the proof leads to",
            );
        }
    }
}

fn evidence_in(bytes: &[u8]) -> Option<AnchorEvidence> {
    serde_json::from_slice(bytes).ok()
}

fn fault_of(outcome: &Outcome) -> Option<Class> {
    match outcome {
        Outcome::Mismatch(_) => Some(Class::AnchorMismatch),
        Outcome::Misdated(_) => Some(Class::Misdated),
        Outcome::Judged(verdicts) => {
            let orphaned = verdicts.iter().any(|it| matches!(it, AnchorVerdict::Orphaned { .. }));
            outcome.is_fault().then_some(if orphaned { Class::AnchorOrphaned } else { Class::AnchorInvalid })
        }
        Outcome::Waiting | Outcome::KnownOrphaned { .. } | Outcome::Missing(_) => None,
    }
}
