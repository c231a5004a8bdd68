//! What must a watch not forget? The newest checkpoint that it believed, since when, and whose signature counts.

use super::WatchError;
use crate::{CHECKPOINT_FILE, durable, served::ServedLog};
use edgecoder_events::UnixMillis;
use edgecoder_ledger::{Checkpoint, checkpoint::CheckpointError, note::Note, note::VerifierKey};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// When the checkpoint came, in milliseconds since 1970.
const SINCE_FILE: &str = "checkpoint-since";
/// The verifier keys, one to a line.
const KEYS_FILE: &str = "keys";

/// The folder of a watch.
pub(super) struct State {
    folder: PathBuf,
}

/// A checkpoint whose signature was checked when it was kept.
pub(super) struct Kept {
    pub note: String,
    pub checkpoint: Checkpoint,
    /// When this watch first saw it.
    pub since: UnixMillis,
}

impl State {
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub fn kept(&self) -> Result<Option<Kept>, WatchError> {
        let Some(note) = self.read(CHECKPOINT_FILE)? else { return Ok(None) };
        let parsed = Note::parse(note.as_bytes()).map_err(CheckpointError::from);
        let checkpoint = parsed.and_then(|parsed| parsed.text().parse()).map_err(|error| self.error(&error))?;
        let since = self
            .read(SINCE_FILE)?
            .and_then(|text| text.trim().parse().ok())
            .map_or_else(UnixMillis::default, UnixMillis);
        Ok(Some(Kept { note, checkpoint, since }))
    }

    /// The instant goes first: after a crash in between, the older checkpoint looks younger, and no alert is made up.
    pub fn keep(&self, log: &ServedLog, now: UnixMillis) -> Result<Kept, WatchError> {
        self.write(SINCE_FILE, &format!("{}\n", now.0))?;
        self.write(CHECKPOINT_FILE, log.note())?;
        Ok(Kept { note: log.note().to_owned(), checkpoint: log.checkpoint().clone(), since: now })
    }

    pub fn keys(&self) -> Result<Vec<VerifierKey>, WatchError> {
        let text = self.read(KEYS_FILE)?.unwrap_or_default();
        text.lines().map(|line| line.parse().map_err(|error| self.error(&error))).collect()
    }

    pub fn keep_keys(&self, keys: &[VerifierKey]) -> Result<(), WatchError> {
        let lines: Vec<String> = keys.iter().map(ToString::to_string).collect();
        self.write(KEYS_FILE, &format!("{}\n", lines.join("\n")))
    }

    fn read(&self, name: &str) -> Result<Option<String>, WatchError> {
        match fs::read_to_string(self.folder.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            text => text.map(Some).map_err(|error| self.error(&error)),
        }
    }

    fn write(&self, name: &str, text: &str) -> Result<(), WatchError> {
        durable::replace(&self.folder.join(name), text.as_bytes()).map_err(|error| self.error(&error))
    }

    pub fn error(&self, problem: &dyn std::error::Error) -> WatchError {
        WatchError::State { folder: self.folder.clone(), problem: problem.to_string() }
    }
}
