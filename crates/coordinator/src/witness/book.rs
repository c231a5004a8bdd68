//! What did this witness cosign last, of each log?
//!
//! A file for each log with the note that was cosigned, named after the log's id. It is durable before the cosignature
//! leaves, so that no crash makes the witness forget what it stands for.

use edgecoder_ledger::{Checkpoint, note::Note, witness::log_id};
use std::{
    fs::{self, File},
    io,
    path::PathBuf,
};

/// The notes by log.
pub(super) struct Book {
    folder: PathBuf,
    /// Open as long as the book is: of two processes that shared it, one would sign what the other had left behind.
    _lock: File,
}

impl Book {
    /// Takes the book for this process.
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let lock = File::create(folder.join("lock"))?;
        lock.try_lock().map_err(|_| io::Error::other("another process has the witness's book"))?;
        Ok(Self { folder, _lock: lock })
    }

    /// The note that was cosigned last, by the log's id.
    pub(super) fn note(&self, id: &str) -> io::Result<Option<String>> {
        match fs::read_to_string(self.folder.join(id)) {
            Ok(note) => Ok(Some(note)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The checkpoint that was cosigned last. What can not be read is an error and never taken for nothing.
    pub(super) fn last(&self, origin: &str) -> io::Result<Option<Checkpoint>> {
        let Some(note) = self.note(&log_id(origin))? else { return Ok(None) };
        let note = Note::parse(note.as_bytes()).map_err(io::Error::other)?;
        note.text().parse().map(Some).map_err(io::Error::other)
    }

    /// Takes down a note that is about to be cosigned; durable when this returns.
    pub(super) fn put(&self, origin: &str, note: &Note) -> io::Result<()> {
        edgecoder_durable_file::replace(&self.folder.join(log_id(origin)), note.to_string().as_bytes())
    }
}
