//! What is kept of a log that contradicts itself? Both signed notes, in one text that anyone can read and check.

use crate::durable;
use edgecoder_ledger::Checkpoint;
use std::{
    io,
    path::{Path, PathBuf},
};

/// Two checkpoints that one log should not have signed, or not in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contradiction<'a> {
    /// `fork` or `rollback`: how the file's name begins.
    pub kind: &'static str,
    /// Where each checkpoint was seen, what it says, and its note as it was signed.
    pub seen: [(&'a str, &'a Checkpoint, &'a str); 2],
    /// How many entries both histories share, where that is known.
    pub common: Option<u64>,
}

impl Contradiction<'_> {
    /// Keeps it in `folder`, and gives the file. What was kept of the same two sizes before is evidence enough, and stays.
    pub fn keep(&self, folder: &Path) -> io::Result<PathBuf> {
        let [(_, one, _), (_, other, _)] = self.seen;
        let file = folder.join(format!("{}-{}-{}.txt", self.kind, one.size, other.size));
        if !file.is_file() {
            durable::replace(&file, self.text().as_bytes())?;
        }
        Ok(file)
    }

    fn text(&self) -> String {
        let [(_, checkpoint, _), _] = self.seen;
        let mut text = format!("{} of the log {}\n\n", self.kind.to_uppercase(), checkpoint.origin);
        text.push_str(match self.kind {
            "fork" => "The key of this log signed two histories. Either note below is genuine; no log has both.\n",
            _ => "This log showed the larger checkpoint first and the smaller one after it.\n",
        });
        if let Some(common) = self.common {
            text.push_str(&format!(
                "The first {common} entries are the same; entry {common} is the first that differs.\n"
            ));
        }
        for (place, checkpoint, note) in self.seen {
            let root = hex::encode(checkpoint.root);
            text.push_str(&format!("\nseen at {place}: size {}, root {root}\n", checkpoint.size));
            text.push_str(&format!("-----BEGIN SIGNED NOTE-----\n{note}-----END SIGNED NOTE-----\n"));
        }
        text
    }
}
