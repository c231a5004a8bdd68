//! Which checkpoints does the auditor have, and from where?

use super::{VerifyError, VerifyWish};
use crate::{Place, Reader};
use edgecoder_ledger::{
    checkpoint::Checkpoint,
    note::{MAX_NOTE_BYTES, Note},
};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    time::Duration,
};

/// How often a ledger in use is looked at again until its checkpoint has caught up: two seconds.
const SETTLE_ATTEMPTS: u32 = 8;
const SETTLE_PAUSE: Duration = Duration::from_millis(250);

/// What the place of the checkpoints says about the age of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// The auditor kept or trusts them.
    FromElsewhere,
    /// They lie beside the ledger: who can roll back one can roll back both.
    BesideTheLedger,
    /// The one who serves the log chose which one to show.
    ServedWithTheLog,
    /// There is none.
    Unknown,
}

impl Freshness {
    /// The sentence of the report.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::FromElsewhere => "as fresh as the newest checkpoint that you gave or trust",
            Self::BesideTheLedger => {
                "the checkpoint lies beside the ledger; who can roll back one can roll back both: give --checkpoint \
                 from elsewhere"
            }
            Self::ServedWithTheLog => {
                "the checkpoint is served with the log; who serves both may show an older one, or to each auditor another: \
                 give --checkpoint from elsewhere, compare with another auditor, or watch"
            }
            Self::Unknown => "unproven: no checkpoint was given, and none lies beside the ledger",
        }
    }
}

/// The ledger at one moment, and the checkpoints read before it.
pub(super) struct Opened {
    pub reader: Reader,
    pub bounds: Option<(i64, i64)>,
    pub notes: Vec<String>,
    pub freshness: Freshness,
}

/// Reads the checkpoints first and the ledger after them: so an honest ledger is never behind its checkpoint. A ledger
/// that is being written gets a little time to commit to its newest entries.
pub(super) async fn open_with_checkpoints(wish: &VerifyWish) -> Result<Opened, VerifyError> {
    let mut attempt = 1;
    loop {
        let opened = open(wish).await?;
        let size = opened.bounds.map_or(0, |(_, last)| u64::try_from(last).map_or(0, |last| last.saturating_add(1)));
        let settled = committed_size(&opened.notes) >= size || !may_settle(wish, &opened);
        if settled || attempt == SETTLE_ATTEMPTS {
            return Ok(opened);
        }
        drop(opened);
        attempt += 1;
        tokio::time::sleep(SETTLE_PAUSE).await;
    }
}

async fn open(wish: &VerifyWish) -> Result<Opened, VerifyError> {
    let (mut notes, mut freshness) = read_notes(wish)?;
    let mut reader = Reader::open(&wish.place).await?;
    // A served log is what its own checkpoint covers, whatever else the auditor brings.
    if let Some(log) = reader.served() {
        notes.push(log.note().to_owned());
        if freshness == Freshness::Unknown {
            freshness = Freshness::ServedWithTheLog;
        }
    }
    let bounds = reader.bounds().await?;
    Ok(Opened { reader, bounds, notes, freshness })
}

fn may_settle(wish: &VerifyWish, opened: &Opened) -> bool {
    let beside = opened.freshness == Freshness::BesideTheLedger || wish.trust_data_dir;
    beside && !opened.notes.is_empty() && in_use(&wish.place)
}

fn in_use(place: &Place) -> bool {
    match place {
        Place::File(file) => crate::reader::has_write_ahead_log(file),
        Place::Postgres { .. } => true,
        Place::Served(_) => false,
    }
}

/// What the largest checkpoint says, whoever signed it: only used to decide how long to wait.
fn committed_size(notes: &[String]) -> u64 {
    let sizes = notes.iter().filter_map(|note| Note::parse(note.as_bytes()).ok()?.text().parse::<Checkpoint>().ok());
    sizes.map(|checkpoint| checkpoint.size).max().unwrap_or(0)
}

fn read_notes(wish: &VerifyWish) -> Result<(Vec<String>, Freshness), VerifyError> {
    let mut notes = Vec::new();
    for file in &wish.checkpoints {
        notes.push(read_note(file).map_err(|error| unreadable(file, error))?);
    }
    let wants_beside = wish.checkpoints.is_empty() || wish.trust_data_dir;
    if let Some(file) = wish.checkpoint_beside.as_deref().filter(|file| wants_beside && file.exists()) {
        notes.push(read_note(file).map_err(|error| unreadable(file, error))?);
    }
    let freshness = if notes.is_empty() {
        Freshness::Unknown
    } else if wish.trust_data_dir || !wish.checkpoints.is_empty() {
        Freshness::FromElsewhere
    } else {
        Freshness::BesideTheLedger
    };
    Ok((notes, freshness))
}

fn unreadable(file: &Path, error: io::Error) -> VerifyError {
    VerifyError::Checkpoint { file: file.display().to_string(), error }
}

/// Reads one byte more than a note may have at most, so that a longer one is refused by its reader.
fn read_note(file: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_NOTE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(file)?.take(limit).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
