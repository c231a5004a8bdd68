//! Are the anchors of a log that is watched worth what they say, and do they keep coming?

use super::{Alert, alert::Found};
use crate::{
    HeaderSource, Outcome, ReadError, Reader,
    anchors::{ANCHORS_AT_ONCE, AllSaid, AnchorFile, EntryPlace, Here, Prefix, Said, judge},
    served::{AuthenticTiles, ServedError, ServedLog, entries_in},
};
use edgecoder_anchoring::{evidence::AnchorVerdict, headers::MAX_REPLACED_HEADERS};
use edgecoder_events::CheckpointDigest;
use edgecoder_ledger::{Entry, tree::TILE_WIDTH};
use std::collections::{HashMap, HashSet};

/// How many anchors that were judged before are judged again at one look: those first that were not for the longest.
const JUDGED_AGAIN: usize = 64;

/// What is known of the anchors of one log.
pub(super) struct AnchorWatch {
    headers: HeaderSource,
    judged: HashMap<CheckpointDigest, Judged>,
    /// The first entries of the log, by their number.
    prefixes: HashMap<u64, Prefix>,
    looks: u64,
}

struct Judged {
    /// Up to which of its events.
    newest_at: EntryPlace,
    outcome: Outcome,
    /// At which look.
    look: u64,
}

impl AnchorWatch {
    pub fn by(headers: HeaderSource) -> Self {
        Self { headers, judged: HashMap::new(), prefixes: HashMap::new(), looks: 0 }
    }

    /// Judges the anchors that are new, that have news, or whose block may still go away; says why some could not be. May
    /// be dropped at every wait.
    pub async fn judge(&mut self, log: &ServedLog, all: &AllSaid) -> Option<Alert> {
        self.judge_due(log, &all.in_order()).await.err().map(|alert| *alert)
    }

    /// What is wrong with any anchor that was judged, now or before.
    pub fn standing(&self, all: &AllSaid) -> Vec<Alert> {
        let said = all.in_order();
        let known = said.iter().filter_map(|it| Some((*it, &self.judged.get(&it.checkpoint)?.outcome)));
        known.filter_map(|(it, outcome)| alert_of(it, outcome)).collect()
    }

    async fn judge_due(&mut self, log: &ServedLog, said: &[&Said]) -> Result<(), Box<Alert>> {
        self.looks = self.looks.saturating_add(1);
        let no_headers = |error: &dyn std::error::Error| Box::new(Alert::new(Found::NoHeaders, error.to_string()));
        self.headers.refresh().map_err(|error| no_headers(&error))?;
        for some in self.due(said).chunks(ANCHORS_AT_ONCE) {
            self.learn_prefixes(log, some).await.map_err(|error| Box::new(Alert::of_reading(&error)))?;
            let files: Vec<AnchorFile> = some.iter().flat_map(|it| it.files_to_judge()).collect();
            let contents =
                Reader::of(log.clone()).contents(&files).await.map_err(|error| Box::new(unreadable(&error)))?;
            for it in some {
                let here = Here { prefixes: &self.prefixes, contents: &contents };
                let outcome = judge(&mut self.headers, it, &here).await.map_err(|error| no_headers(&error))?;
                let judged = Judged { newest_at: it.newest_at, outcome, look: self.looks };
                self.judged.insert(it.checkpoint, judged);
            }
        }
        Ok(())
    }

    fn due<'a>(&self, said: &[&'a Said]) -> Vec<&'a Said> {
        let (mut due, mut again) = (Vec::new(), Vec::new());
        for &it in said {
            match self.judged.get(&it.checkpoint) {
                Some(judged) if judged.newest_at == it.newest_at => {
                    if self.may_change(&judged.outcome) {
                        again.push((judged.look, it));
                    }
                }
                Some(_) | None => due.push(it),
            }
        }
        again.sort_by_key(|(look, it)| (*look, it.position));
        due.extend(again.into_iter().take(JUDGED_AGAIN).map(|(_, it)| it));
        due
    }

    /// Whether the same anchor may be worth something else at the next look, with no news of it in the log.
    fn may_change(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Judged(verdicts) => {
                self.headers.knows_the_chain() && !verdicts.is_empty() && !verdicts.iter().any(is_settled)
            }
            // Another file may be served by then.
            Outcome::Missing(_) | Outcome::Mismatch(_) | Outcome::Misdated(_) => true,
            Outcome::Waiting | Outcome::KnownOrphaned { .. } => false,
        }
    }

    /// The roots of the log at these sizes, from tiles that lead to its signed root.
    async fn learn_prefixes(&mut self, log: &ServedLog, said: &[&Said]) -> Result<(), ServedError> {
        let in_log = |size: &u64| (1..=log.size()).contains(size);
        let wanted: HashSet<u64> = said.iter().map(|it| it.size).filter(in_log).collect();
        let unknown: Vec<u64> = wanted.into_iter().filter(|size| !self.prefixes.contains_key(size)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let mut tiles = AuthenticTiles::under(log).await?;
        for size in unknown {
            let root = tiles.root_at(size).await?;
            let last = last_entry_of(log, size).await?;
            self.prefixes.insert(size, Prefix { root, last });
        }
        Ok(())
    }
}

/// The place and the time of the last of so many entries, of which there is at least one.
async fn last_entry_of(log: &ServedLog, size: u64) -> Result<EntryPlace, ServedError> {
    let position = size.saturating_sub(1);
    let bundle = log.bundle(position / TILE_WIDTH).await?;
    let entry = usize::try_from(position % TILE_WIDTH).ok().and_then(|at| entries_in(&bundle).nth(at));
    let recorded_ms = entry.and_then(|entry| Entry::decode(entry).ok()).map_or(0, |entry| entry.recorded_at_ms);
    Ok(EntryPlace { position, recorded_ms })
}

fn is_settled(verdict: &AnchorVerdict) -> bool {
    matches!(verdict, AnchorVerdict::Confirmed { confirmations, .. } if *confirmations > MAX_REPLACED_HEADERS)
}

fn unreadable(error: &ReadError) -> Alert {
    match error {
        ReadError::Served(error) => Alert::of_reading(error),
        ReadError::NoSuchFile(_) | ReadError::Database(_) | ReadError::NotARow { .. } => {
            Alert::new(Found::Unreachable, error.to_string())
        }
    }
}

fn alert_of(said: &Said, outcome: &Outcome) -> Option<Alert> {
    let found = match outcome {
        Outcome::Misdated(_) => Found::MisdatedAnchor,
        Outcome::Mismatch(_) => Found::AnchorMismatch,
        Outcome::Missing(_) => Found::NoAnchorFile,
        Outcome::Judged(verdicts) if outcome.is_fault() => {
            let orphaned = verdicts.iter().any(|it| matches!(it, AnchorVerdict::Orphaned { .. }));
            if orphaned { Found::OrphanedAnchor } else { Found::InvalidAnchor }
        }
        Outcome::Judged(_) | Outcome::Waiting | Outcome::KnownOrphaned { .. } => return None,
    };
    let detail = format!("the anchor of size {}, asked for at {}: {outcome}", said.size, said.position);
    Some(Alert::new(found, detail).about(said.checkpoint))
}
