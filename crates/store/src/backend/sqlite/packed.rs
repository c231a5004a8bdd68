//! How do many entries come out of SQLite at once? Packed into one row: handing rows over costs more than reading them.

use super::StorageError;
use crate::StoredEntry;
use edgecoder_events::Position;
use sqlx::{Row, SqlitePool, sqlite::SqliteRow};

/// The entries of a range. The lengths are taken from the contents themselves, so that no content can pose as another.
const PAGE: &str = "SELECT \
    coalesce(group_concat(format('%d %d %d', position, octet_length(entry), octet_length(hash)), ' '), ''), \
    CAST(coalesce(group_concat(entry || hash, ''), '') AS BLOB) \
    FROM events WHERE position >= ? AND position < ?";

/// How many numbers describe an entry.
const NUMBERS: usize = 3;

pub(super) async fn page(readers: &SqlitePool, from: i64, to: i64) -> Result<Vec<StoredEntry>, StorageError> {
    unpack(&sqlx::query(PAGE).bind(from).bind(to).fetch_one(readers).await?)
}

fn unpack(row: &SqliteRow) -> Result<Vec<StoredEntry>, StorageError> {
    let (numbers, mut contents): (&str, &[u8]) = (row.try_get(0)?, row.try_get(1)?);
    let numbers: Result<Vec<u64>, _> = numbers.split_ascii_whitespace().map(str::parse).collect();
    let numbers = numbers.map_err(|_| StorageError::Value("a position or a length is no number"))?;
    let (each, rest) = numbers.as_chunks::<NUMBERS>();
    let mut entries = Vec::with_capacity(each.len());
    for &[position, entry, hash] in each {
        let entry = cut(&mut contents, entry)?.to_vec();
        let hash = cut(&mut contents, hash)?.try_into().map_err(|_| StorageError::Value("a hash has 32 bytes"))?;
        entries.push(StoredEntry { position: Position(position), entry, hash });
    }
    if rest.is_empty() && contents.is_empty() { Ok(entries) } else { Err(MISFIT) }
}

const MISFIT: StorageError = StorageError::Value("entries do not fit their lengths: a column is empty");

fn cut<'a>(contents: &mut &'a [u8], length: u64) -> Result<&'a [u8], StorageError> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    contents.split_off(..length).ok_or(MISFIT)
}
