//! Which anchors date the entries of an archive, and how are they tied to its checkpoint?

use super::{
    ArchiveError,
    format::{Member, OfAnchor},
    members,
};
use crate::{
    AnchorFile, Contents, FileKind, HeaderSource,
    anchors::{AllSaid, Said},
};
use edgecoder_anchoring::{
    evidence::{AnchorEvidence, CONFIRMED_AT, Commitment},
    headers::write_piece,
    ots::DetachedTimestamp,
};
use edgecoder_ledger::{
    Checkpoint,
    note::Note,
    tree::{NeededTiles, TilePlace, TileSet, consistency_proof, verify_consistency},
};

/// The anchors of an archive, and what is known not to be there.
#[derive(Debug, Default)]
pub(super) struct Dated {
    pub anchors: Vec<DatedBy>,
    /// What is missing, in words.
    pub absent: Vec<String>,
}

/// One anchor that commits to every entry of the archive.
#[derive(Debug)]
pub(super) struct DatedBy {
    pub size: u64,
    checkpoint: Checkpoint,
    note: Vec<u8>,
    proof: Option<Vec<u8>>,
    evidence: Option<Vec<u8>>,
    headers: Vec<u8>,
    consistency: String,
}

/// The first and the newest of those that are in a block for good; else the newest that has something to show.
pub(super) fn covering(said: &AllSaid, last_position: u64) -> Vec<Said> {
    let covering: Vec<&Said> = said.in_order().into_iter().filter(|it| it.size > last_position).collect();
    let mut done = covering.iter().filter(|it| it.newest.is_final());
    match (done.next(), done.next_back()) {
        (Some(first), Some(newest)) => vec![(*first).clone(), (*newest).clone()],
        (Some(only), None) => vec![(*only).clone()],
        (None, _) => covering.into_iter().rev().find(|it| it.files().count() > 1).cloned().into_iter().collect(),
    }
}

/// The tiles that tie anchored checkpoints to the tree of `size` entries.
pub(super) fn needed(chosen: &[Said], size: u64) -> Result<Vec<TilePlace>, ArchiveError> {
    let mut needed = Vec::new();
    for it in chosen {
        let places = TileSet::needed(|trees: &NeededTiles| consistency_proof(trees, it.size, size));
        needed.extend(places.map_err(|_| mismatch(it, "it commits to more entries than the checkpoint"))?);
    }
    Ok(needed)
}

impl Dated {
    /// Takes what is kept of the chosen anchors, and holds each against the checkpoint of the archive.
    pub async fn by(
        chosen: &[Said],
        contents: &Contents,
        tied: (&TileSet, &Checkpoint),
        headers: &mut HeaderSource,
    ) -> Result<Self, ArchiveError> {
        let mut dated = Self::default();
        for said in chosen {
            match DatedBy::of(said, contents, tied)? {
                Some(mut anchor) => {
                    anchor.take_headers(headers).await?;
                    dated.miss(&anchor, said);
                    dated.anchors.push(anchor);
                }
                None => {
                    dated.absent.push(format!("the checkpoint's file of the anchor of size {} is not kept", said.size));
                }
            }
        }
        if dated.anchors.is_empty() {
            dated.absent.push("no anchor covers these entries yet".to_owned());
        }
        Ok(dated)
    }

    fn miss(&mut self, anchor: &DatedBy, said: &Said) {
        let size = anchor.size;
        if anchor.proof.is_none() {
            self.absent.push(format!("the proof of the anchor of size {size} is not kept"));
        }
        if anchor.evidence.is_none() && said.files().any(|file| file.kind == FileKind::Evidence) {
            self.absent.push(format!("the evidence of the anchor of size {size} is not kept"));
        }
        if said.newest.height().is_none() {
            self.absent.push(format!("the anchor of size {size} is in no block yet: there are promises alone"));
        } else if anchor.headers.is_empty() {
            self.absent.push(format!("headers of the anchor of size {size}: export with --node or --headers"));
        }
    }
}

impl DatedBy {
    fn of(said: &Said, contents: &Contents, tied: (&TileSet, &Checkpoint)) -> Result<Option<Self>, ArchiveError> {
        let kept = |kind| {
            let file = said.files().find(|file: &AnchorFile| file.kind == kind)?;
            contents.get(&file.address).map(<[u8]>::to_vec)
        };
        let Some(note) = kept(FileKind::Checkpoint) else { return Ok(None) };
        if Commitment::to_file(&note).0 != said.checkpoint.0 {
            return Err(mismatch(said, "the checkpoint's file that is kept is another one"));
        }
        let parsed = Note::parse(&note).ok().and_then(|note| note.text().parse::<Checkpoint>().ok());
        let checkpoint = parsed.filter(|it| it.size == said.size);
        let checkpoint = checkpoint.ok_or_else(|| mismatch(said, "what is anchored is no checkpoint of this size"))?;
        let (tiles, signed) = tied;
        let proof = consistency_proof(tiles, checkpoint.size, signed.size);
        let proof = proof.map_err(|_| mismatch(said, "the log's tiles do not lead to it"))?;
        verify_consistency((checkpoint.size, &checkpoint.root), (signed.size, &signed.root), &proof)
            .map_err(|_| mismatch(said, "it is of another history than the checkpoint"))?;
        Ok(Some(Self {
            size: said.size,
            checkpoint,
            note,
            proof: kept(FileKind::Proof),
            evidence: kept(FileKind::Evidence),
            headers: Vec::new(),
            consistency: members::hash_lines(&proof),
        }))
    }

    /// The header of its block, and those upon it up to six, where somebody has them.
    async fn take_headers(&mut self, from: &mut HeaderSource) -> Result<(), ArchiveError> {
        let (Some(first), true) = (self.height(), from.knows_the_chain()) else { return Ok(()) };
        let mut headers = Vec::new();
        for height in (first..).take(usize::try_from(CONFIRMED_AT).unwrap_or(usize::MAX)) {
            headers.extend(from.header_at(height).await?);
        }
        self.headers = write_piece(&headers);
        Ok(())
    }

    /// The block that it leads to, by its own files.
    fn height(&self) -> Option<u32> {
        let evidence = self.evidence.as_ref().and_then(|bytes| serde_json::from_slice::<AnchorEvidence>(bytes).ok());
        let by_proof = || DetachedTimestamp::parse(self.proof.as_ref()?).ok()?.first_block();
        evidence.map(|evidence| evidence.height).or_else(by_proof)
    }

    /// The root of the anchored checkpoint, in hex.
    pub fn root(&self) -> String {
        hex::encode(self.checkpoint.root)
    }

    pub const fn has_proof(&self) -> bool {
        self.proof.is_some()
    }

    /// Its files.
    pub fn members(self) -> Vec<(Member, Vec<u8>)> {
        let size = self.size;
        let files = [
            (OfAnchor::Checkpoint, Some(self.note)),
            (OfAnchor::Ots, self.proof),
            (OfAnchor::Evidence, self.evidence),
            (OfAnchor::Headers, Some(self.headers).filter(|bytes| !bytes.is_empty())),
            (OfAnchor::Consistency, Some(self.consistency.into_bytes())),
        ];
        files.into_iter().filter_map(|(file, bytes)| Some((Member::Anchor(size, file), bytes?))).collect()
    }
}

fn mismatch(said: &Said, what: &'static str) -> ArchiveError {
    ArchiveError::AnchorMismatch { size: said.size, what }
}
