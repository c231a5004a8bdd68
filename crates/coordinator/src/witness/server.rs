//! May this coordinator say that a log of others grew as it should?

use super::{WitnessSettings, book::Book, evidence::Evidence};
use edgecoder_events::UnixMillis;
use edgecoder_ledger::{
    cosignature::{CosignerKey, WitnessKey},
    note::{NoteSignature, VerifierKey},
    witness::{AddCheckpoint, WitnessRefusal, log_id},
};
use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

/// Evidence against logs of others.
const OTHER_LOGS: &str = "log-";

/// Why a checkpoint was not cosigned.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddError {
    #[error(transparent)]
    Refused(#[from] WitnessRefusal),
    #[error("the witness can not read or write what it cosigned: {0}")]
    Book(#[from] io::Error),
}

/// Cosigns the checkpoints of other logs.
pub(crate) struct Witness {
    key: WitnessKey,
    logs: Vec<VerifierKey>,
    /// Held from reading what was cosigned last until the next is durable: otherwise a smaller checkpoint could follow.
    book: Mutex<Book>,
    evidence: Arc<Evidence>,
}

impl Witness {
    /// # Errors
    /// Where its folders can not be made or read.
    pub(super) fn open(settings: WitnessSettings, evidence: Arc<Evidence>) -> io::Result<Self> {
        let WitnessSettings { key, logs, book, .. } = settings;
        Ok(Self { key, logs, book: Mutex::new(Book::open(book)?), evidence })
    }

    /// What those need who trust this witness.
    pub(crate) fn key(&self) -> &CosignerKey {
        self.key.cosigner_key()
    }

    /// Cosigns, where the log grew from what was cosigned last. Waits for the disk.
    ///
    /// # Errors
    /// [`AddError`].
    pub(crate) fn add(&self, request: &AddCheckpoint, now: UnixMillis) -> Result<NoteSignature, AddError> {
        let origin = &request.checkpoint().origin;
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let last = book.last(origin)?;
        let checked = request.check(&self.logs, last.as_ref());
        if checked == Err(WitnessRefusal::OtherRoot) {
            self.note_two_roots(request, &book)?;
        }
        checked?;
        let signature = self.key.cosign(request.note.text(), now.0 / 1_000);
        if last.as_ref() != Some(request.checkpoint()) {
            let mut note = request.note.clone();
            // A note that has no room for one more signature is cosigned all the same.
            let _ = note.add(signature.clone());
            book.put(origin, &note)?;
        }
        Ok(signature)
    }

    /// The newest note that was cosigned, by the log's id.
    pub(crate) fn newest(&self, id: &str) -> io::Result<Option<String>> {
        let is_known = self.logs.iter().any(|key| log_id(key.name()) == id);
        if is_known { self.book.lock().unwrap_or_else(PoisonError::into_inner).note(id) } else { Ok(None) }
    }

    /// The log's own key signed both, so nobody but its holder can have made them.
    fn note_two_roots(&self, request: &AddCheckpoint, book: &Book) -> io::Result<()> {
        let (checkpoint, id) = (request.checkpoint(), log_id(&request.checkpoint().origin));
        let Some(cosigned) = book.note(&id)? else { return Ok(()) };
        tracing::error!(log.origin = %checkpoint.origin, size = checkpoint.size, "FORK: a log signed two roots for one size");
        let about = format!("{OTHER_LOGS}{}", &id[..16]);
        self.evidence.keep(&about, checkpoint.size, &format!("{cosigned}\n{}", request.note));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_ledger::{
        Checkpoint,
        note::{LogKey, Note},
        tree::{Frontier, MemoryTree, consistency_proof, leaf_hash},
    };

    const ORIGIN: &str = "example.org/anna";
    const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

    fn log() -> LogKey {
        LogKey::from_seed(ORIGIN, &[1; 32]).unwrap()
    }

    fn witness(folder: &tempfile::TempDir) -> Witness {
        let settings = WitnessSettings {
            key: WitnessKey::from_seed("ben", &[2; 32]).unwrap(),
            book: folder.path().join("book"),
            logs: vec![log().verifier_key()],
            policy: None,
            evidence: folder.path().join("evidence"),
        };
        super::super::open(settings).unwrap().0
    }

    fn request(old: u64, size: u64) -> AddCheckpoint {
        let (mut tree, mut frontier) = (MemoryTree::default(), Frontier::new());
        for leaf in (0..size).map(|number| leaf_hash(&number.to_be_bytes())) {
            tree.append(leaf);
            frontier.append(leaf);
        }
        let proof = consistency_proof(&tree, old, size).unwrap_or_default();
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root: frontier.root() };
        let note = checkpoint.sign(&log()).unwrap();
        AddCheckpoint::new(old, proof, Note::parse(note.as_bytes()).unwrap()).unwrap()
    }

    fn size_refused(witness: &Witness, request: &AddCheckpoint) -> Option<u64> {
        match witness.add(request, NOW) {
            Err(AddError::Refused(WitnessRefusal::OtherSize { size })) => Some(size),
            Err(error) => panic!("{error}"),
            Ok(_) => None,
        }
    }

    #[test]
    fn what_was_cosigned_is_remembered_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        witness(&folder).add(&request(0, 7), NOW).unwrap();
        assert_eq!(size_refused(&witness(&folder), &request(0, 7)), Some(7));
        assert_eq!(size_refused(&witness(&folder), &request(7, 9)), None);
    }

    #[test]
    fn a_book_that_can_not_be_read_is_not_taken_for_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        witness(&folder).add(&request(0, 7), NOW).unwrap();
        std::fs::write(folder.path().join("book").join(log_id(ORIGIN)), "damaged").unwrap();
        assert!(matches!(witness(&folder).add(&request(0, 7), NOW), Err(AddError::Book(_))));
    }

    #[test]
    fn of_many_at_once_none_rolls_the_book_back() {
        let folder = tempfile::tempdir().unwrap();
        let witness = witness(&folder);
        let requests: Vec<_> = (1..20).map(|size| request(0, size)).collect();
        let cosigned = std::thread::scope(|scope| {
            let adding: Vec<_> =
                requests.iter().map(|it| scope.spawn(|| size_refused(&witness, it).is_none())).collect();
            adding.into_iter().map(|it| it.join().unwrap()).filter(|it| *it).count()
        });
        assert_eq!(cosigned, 1, "all of them said that nothing was cosigned before");
    }
}
