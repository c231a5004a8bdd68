//! Reads a served log under one checkpoint, bundle by bundle.

use super::{Content, Page, ReadError, Slice, page::Numbers};
use crate::{
    AnchorFile,
    served::{LogAddress, ServedError, ServedLog, Source, entries_in},
};
use edgecoder_ledger::{Entry, chain::entry_hashes, tree::TILE_WIDTH};
use futures_util::future::join_all;

/// How many bundles are asked for at once: as many as a page of a database has rows.
const BUNDLES_AT_ONCE: u64 = 4;
/// How many files of anchors are asked for at once.
const FILES_AT_ONCE: usize = 8;
/// What an entry is called that changes the log's key.
const ROTATION: &str = "ledger.log_key_rotated";
/// With what the kinds of news of an anchor begin.
const ANCHOR: &str = "anchor.";

pub(super) struct ServedReader {
    log: ServedLog,
}

impl ServedReader {
    pub async fn open(address: &LogAddress) -> Result<Self, ServedError> {
        let source = Source::open(address)?;
        Ok(Self { log: ServedLog::newest(&source).await? })
    }

    pub const fn of(log: ServedLog) -> Self {
        Self { log }
    }

    pub const fn log(&self) -> &ServedLog {
        &self.log
    }

    pub fn bounds(&self) -> Option<(i64, i64)> {
        Some((0, self.end().checked_sub(1).filter(|last| *last >= 0)?))
    }

    /// The files of anchors under the names that coordinators and copies of logs give them. Whether they are what the
    /// log speaks of, their reader must tell: a server has the newest ones, whatever checkpoint is read.
    pub(super) async fn contents(&self, files: &[AnchorFile]) -> Result<Vec<Content>, ServedError> {
        let mut found = Vec::new();
        for files in files.chunks(FILES_AT_ONCE) {
            let answers = join_all(files.iter().map(|file| self.log.anchor_file(file))).await;
            for (file, answer) in files.iter().zip(answers) {
                found.extend(answer?.map(|bytes| (file.address.0.to_vec(), bytes)));
            }
        }
        Ok(found)
    }

    /// The end of the log, in the numbers of a database.
    fn end(&self) -> i64 {
        i64::try_from(self.log.size()).unwrap_or(i64::MAX)
    }

    pub(super) async fn page(&self, slice: Slice) -> Result<Page, ReadError> {
        match slice {
            Slice::From(position) => self.rows(position.max(0), self.end(), BUNDLES_AT_ONCE).await,
            Slice::Before(position) => {
                let end = position.min(self.end());
                let first = u64::try_from(end - 1).map_or(0, |last| last - last % TILE_WIDTH);
                self.rows(i64::try_from(first).unwrap_or(i64::MAX), end, 1).await
            }
            Slice::Rotations(position) => self.of_kind(position.max(0), |kind| kind == ROTATION).await,
            Slice::Anchors(position) => self.of_kind(position.max(0), |kind| kind.starts_with(ANCHOR)).await,
        }
    }

    /// Every entry must be looked at: a served log has no other way to find one.
    async fn of_kind(&self, mut position: i64, wanted: impl Fn(&str) -> bool) -> Result<Page, ReadError> {
        loop {
            let page = self.rows(position, self.end(), BUNDLES_AT_ONCE).await?;
            let Some(last) = page.last() else { return Ok(page) };
            let found = page.only(|entry| Entry::decode(entry).is_ok_and(|entry| wanted(entry.kind)));
            if !found.is_empty() {
                return Ok(found);
            }
            position = last.saturating_add(1);
        }
    }

    /// The first rows from `from` until before `to`. Where a bundle cannot be had, the page ends before it.
    async fn rows(&self, from: i64, to: i64, bundles: u64) -> Result<Page, ReadError> {
        let mut page = Page::bare();
        let (Ok(from), Ok(to)) = (u64::try_from(from), u64::try_from(to)) else { return Ok(page) };
        if from >= to {
            return Ok(page);
        }
        let numbers = from / TILE_WIDTH..to.div_ceil(TILE_WIDTH).min(from / TILE_WIDTH + bundles);
        let answers = join_all(numbers.clone().map(|number| self.log.bundle(number))).await;
        for (number, bundle) in numbers.zip(answers) {
            match bundle {
                Ok(bundle) => page.add_bundle(number * TILE_WIDTH, &bundle, from..to),
                Err(error) if page.is_empty() => return Err(error.into()),
                Err(_) => break,
            }
        }
        Ok(page)
    }
}

impl Page {
    /// Adds those entries of a bundle that stand in `wanted`; the bundle's first one stands at `first`.
    fn add_bundle(&mut self, first: u64, bundle: &[u8], wanted: std::ops::Range<u64>) {
        let entries: Vec<(u64, &[u8])> =
            (first..).zip(entries_in(bundle)).filter(|(position, _)| wanted.contains(position)).collect();
        let bytes: Vec<&[u8]> = entries.iter().map(|(_, entry)| *entry).collect();
        for ((position, entry), hash) in entries.into_iter().zip(entry_hashes(&bytes)) {
            let position = i64::try_from(position).unwrap_or(i64::MAX);
            let numbers = Numbers { position, version: 0, recorded_at: 0 };
            self.push(numbers, [&[], &[], entry, &hash]).expect("bundles are added in their order");
        }
    }
}
