//! What is kept of a log that contradicts itself? Both signed notes, in one text that anyone can read and check.

use crate::durable;
use edgecoder_ledger::Checkpoint;
use std::{
    fmt::Write as _,
    io,
    path::{Path, PathBuf},
};

/// How two checkpoints contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Neither is the beginning of the other.
    Fork,
    /// The smaller one was shown after the larger one.
    Rollback,
}

impl Kind {
    /// How the file's name begins.
    const fn name(self) -> &'static str {
        match self {
            Self::Fork => "fork",
            Self::Rollback => "rollback",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Fork => "The key of this log signed two histories. Either note below is genuine; no log has both.",
            Self::Rollback => "This log showed the larger checkpoint first and the smaller one after it.",
        }
    }
}

/// Two checkpoints that one log should not have signed, or not have shown in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contradiction<'a> {
    pub kind: Kind,
    /// Where each checkpoint was seen, what it says, and its note as it was signed.
    pub seen: [(&'a str, &'a Checkpoint, &'a str); 2],
    /// How many entries both histories share, where that is known.
    pub common: Option<u64>,
}

impl Contradiction<'_> {
    /// Keeps it in `folder`, and gives the file. What was kept of the same two sizes before is evidence enough, and stays.
    pub fn keep(&self, folder: &Path) -> io::Result<PathBuf> {
        let [(_, one, _), (_, other, _)] = self.seen;
        let file = folder.join(format!("{}-{}-{}.txt", self.kind.name(), one.size, other.size));
        if !file.is_file() {
            durable::replace(&file, self.text().as_bytes())?;
        }
        Ok(file)
    }

    fn text(&self) -> String {
        let [(_, checkpoint, _), _] = self.seen;
        let (title, sentence) = (self.kind.name().to_uppercase(), self.kind.sentence());
        let mut text = format!("{title} of the log {}\n\n{sentence}\n", checkpoint.origin);
        let taken = "a string takes every text";
        if let Some(common) = self.common {
            writeln!(text, "The first {common} entries are the same; entry {common} is the first that differs.")
                .expect(taken);
        }
        for (place, checkpoint, note) in self.seen {
            let root = hex::encode(checkpoint.root);
            writeln!(text, "\nseen at {place}: size {}, root {root}", checkpoint.size).expect(taken);
            write!(text, "-----BEGIN SIGNED NOTE-----\n{note}-----END SIGNED NOTE-----\n").expect(taken);
        }
        text
    }
}
