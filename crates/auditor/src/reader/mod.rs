//! How are the rows of a ledger read without changing a byte of it?
//!
//! Everything is read in one read-only transaction, so that a ledger that grows meanwhile looks as it was at the
//! beginning; a served log is read under one checkpoint. Rows come in pages: one question to the database for each page,
//! not for each row.

mod page;
mod postgres;
mod served;
mod sqlite;

pub use page::Page;
pub(crate) use sqlite::has_write_ahead_log;

use crate::{
    AnchorFile, Place,
    served::{ServedError, ServedLog},
};
use edgecoder_events::BlobRef;
use postgres::PostgresReader;
use served::ServedReader;
use sqlite::SqliteReader;
use std::collections::HashMap;

/// The most rows of one page; with the largest entries it has 64 MiB.
const PAGE_ROWS: i64 = 1024;

/// No file of an anchor is longer: an `.ots` has 128 KiB at most, its evidence two transactions and their paths.
const MAX_CONTENT_BYTES: i64 = 1024 * 1024;
/// Contents that one question asks for: SQLite walks through all of them to answer it.
const CONTENTS_AT_ONCE: usize = 1000;

/// What is wrong with a row that stands before the first.
const BELOW_ZERO: &str = "its position is below zero";

/// Why rows could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(
        "there is no ledger at {0}; where it is in PostgreSQL, set DATABASE_URL, or read what a coordinator serves with \
         --url"
    )]
    NoSuchFile(String),
    #[error("the database cannot be read: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Served(#[from] ServedError),
    /// The table is not the one that `docs/LEDGER.md` describes.
    #[error("row {position} is not a row of a ledger: {what}")]
    NotARow { position: i64, what: &'static str },
}

/// An address, and what is kept there.
type Content = (Vec<u8>, Vec<u8>);

/// Contents by their addresses.
#[derive(Debug, Default)]
pub struct Contents(HashMap<Vec<u8>, Vec<u8>>);

impl Contents {
    /// What is kept under the address. Whether it is what the address says, its reader must be able to tell.
    pub fn get(&self, address: &BlobRef) -> Option<&[u8]> {
        self.0.get(address.0.as_slice()).map(Vec::as_slice)
    }
}

/// Which rows?
#[derive(Debug, Clone, Copy)]
enum Slice {
    /// The first ones at or after a position.
    From(i64),
    /// The last ones before a position, in ascending order.
    Before(i64),
    /// The first ones at or after a position that their column calls a change of the log's key.
    Rotations(i64),
    /// The first ones at or after a position that their column calls news of an anchor.
    Anchors(i64),
}

/// Reads one ledger.
pub struct Reader(Backend);

enum Backend {
    Sqlite(SqliteReader),
    Postgres(PostgresReader),
    Served(ServedReader),
}

impl Reader {
    /// Opens the ledger as it is now.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn open(place: &Place) -> Result<Self, ReadError> {
        Ok(Self(match place {
            Place::File(file) => Backend::Sqlite(SqliteReader::open(file).await?),
            Place::Postgres { url, schema } => Backend::Postgres(PostgresReader::open(url, schema).await?),
            Place::Served(address) => Backend::Served(ServedReader::open(address).await?),
        }))
    }

    /// Reads a served log under the checkpoint that is at hand.
    pub(crate) const fn of(log: ServedLog) -> Self {
        Self(Backend::Served(ServedReader::of(log)))
    }

    /// The served log, where it is one.
    pub(crate) const fn served(&self) -> Option<&ServedLog> {
        match &self.0 {
            Backend::Sqlite(_) | Backend::Postgres(_) => None,
            Backend::Served(reader) => Some(reader.log()),
        }
    }

    /// The first and the last position.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn bounds(&mut self) -> Result<Option<(i64, i64)>, ReadError> {
        match &mut self.0 {
            Backend::Sqlite(reader) => reader.bounds().await,
            Backend::Postgres(reader) => reader.bounds().await,
            Backend::Served(reader) => Ok(reader.bounds()),
        }
    }

    /// The first rows at or after `position`; none at the end. Where one row is unreadable, the page ends before it.
    ///
    /// # Errors
    /// The first row cannot be read.
    pub async fn from(&mut self, position: i64) -> Result<Page, ReadError> {
        self.read(Slice::From(position)).await
    }

    /// The last rows before `position`, in ascending order.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub async fn before(&mut self, position: i64) -> Result<Page, ReadError> {
        self.read(Slice::Before(position)).await
    }

    /// The first changes of the log's key at or after `position`.
    ///
    /// # Errors
    /// The first of them cannot be read.
    pub async fn rotations(&mut self, position: i64) -> Result<Page, ReadError> {
        self.read(Slice::Rotations(position)).await
    }

    /// The first news of anchors at or after `position`.
    ///
    /// # Errors
    /// The first of them cannot be read.
    pub(crate) async fn anchors(&mut self, position: i64) -> Result<Page, ReadError> {
        self.read(Slice::Anchors(position)).await
    }

    /// These files of anchors, as far as they are kept or served.
    ///
    /// # Errors
    /// They cannot be read.
    pub async fn contents(&mut self, files: &[AnchorFile]) -> Result<Contents, ReadError> {
        let mut found = Contents::default();
        for files in files.chunks(CONTENTS_AT_ONCE) {
            let addresses: Vec<BlobRef> = files.iter().map(|file| file.address).collect();
            found.0.extend(match &mut self.0 {
                Backend::Sqlite(reader) => reader.contents(&addresses).await?,
                Backend::Postgres(reader) => reader.contents(&addresses).await?,
                Backend::Served(reader) => reader.contents(files).await?,
            });
        }
        Ok(found)
    }

    /// Asks for fewer rows until all of them can be read: the last good row before damage is worth knowing.
    async fn read(&mut self, slice: Slice) -> Result<Page, ReadError> {
        let mut limit = PAGE_ROWS;
        loop {
            let page = match &mut self.0 {
                Backend::Sqlite(reader) => reader.page(slice, limit).await,
                Backend::Postgres(reader) => reader.page(slice, limit).await,
                Backend::Served(reader) => return reader.page(slice).await,
            };
            match page.and_then(|page| within(slice, page)) {
                Err(_) if limit > 1 => limit /= 2,
                other => return other,
            }
        }
    }
}

/// A damaged database may answer with rows that nobody asked for; who goes on from them might never end.
fn within(slice: Slice, page: Page) -> Result<Page, ReadError> {
    let (fits, position) = match slice {
        Slice::From(position) | Slice::Rotations(position) | Slice::Anchors(position) => {
            (page.first().is_none_or(|first| first >= position), position)
        }
        Slice::Before(position) => (page.last().is_none_or(|last| last < position), position),
    };
    if fits { Ok(page) } else { Err(ReadError::NotARow { position, what: "rows come in disorder" }) }
}
