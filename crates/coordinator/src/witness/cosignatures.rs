//! Which witnesses have seen our newest checkpoints?

use edgecoder_ledger::{
    Policy,
    note::{MAX_SIGNATURES, Note, NoteSignature},
};
use edgecoder_store::Published;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::watch;

/// As many checkpoints as are waited for: a witness that is slower than the rest may still bring a quorum about.
const MOST_CHECKPOINTS: usize = 16;

/// A checkpoint and who cosigned it.
#[derive(Clone)]
pub(crate) struct Cosigned {
    pub published: Arc<Published>,
    signatures: Vec<(String, NoteSignature)>,
}

impl Cosigned {
    /// The note with every cosignature.
    pub(crate) fn note(&self) -> Note {
        let mut note = bare(&self.published);
        for (_, signature) in &self.signatures {
            // More witnesses than a note has room for: the first ones stand.
            let _ = note.add(signature.clone());
        }
        note
    }
}

/// A note without cosignatures.
fn bare(published: &Published) -> Note {
    Note::parse(published.note.as_bytes()).expect("the store read its own note before it published it")
}

/// The newest checkpoints with what witnesses answered.
pub(crate) struct Cosignatures {
    policy: Policy,
    newest: Mutex<VecDeque<Cosigned>>,
    /// The newest one that enough witnesses cosigned.
    complete: watch::Sender<Option<Cosigned>>,
}

impl Cosignatures {
    pub(super) fn new(policy: Policy) -> Self {
        Self { policy, newest: Mutex::default(), complete: watch::Sender::new(None) }
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Takes what a witness answered about a checkpoint.
    pub(super) fn add(&self, published: &Arc<Published>, witness: &str, signature: NoteSignature) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let place = newest.iter().position(|it| it.published.note == published.note).unwrap_or_else(|| {
            newest.push_back(Cosigned { published: Arc::clone(published), signatures: Vec::new() });
            newest.len() - 1
        });
        let cosigned = &mut newest[place];
        cosigned.signatures.retain(|(name, _)| name != witness);
        if cosigned.signatures.len() < MAX_SIGNATURES {
            cosigned.signatures.push((witness.to_owned(), signature));
        }
        let names: Vec<&str> = cosigned.signatures.iter().map(|(name, _)| name.as_str()).collect();
        if self.policy.is_quorum(&names) {
            self.completed(cosigned);
        }
        let over = newest.len().saturating_sub(MOST_CHECKPOINTS);
        newest.drain(..over);
    }

    fn completed(&self, cosigned: &Cosigned) {
        self.complete.send_if_modified(|complete| {
            let size = cosigned.published.checkpoint.size;
            let is_newer = complete.as_ref().is_none_or(|it| it.published.checkpoint.size <= size);
            if is_newer {
                *complete = Some(cosigned.clone());
            }
            is_newer
        });
    }

    /// The note of a published checkpoint, with what witnesses have answered until now.
    pub(crate) fn note(&self, published: &Published) -> Note {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.iter().find(|it| it.published.note == published.note).map_or_else(|| bare(published), Cosigned::note)
    }

    /// Waits for a checkpoint of at least `size` entries that enough witnesses cosigned.
    pub(crate) async fn complete_with(&self, size: u64) -> Option<Cosigned> {
        let mut complete = self.complete.subscribe();
        let reaches = |it: &Option<Cosigned>| it.as_ref().is_some_and(|it| it.published.checkpoint.size >= size);
        complete.wait_for(reaches).await.ok().and_then(|it| it.clone())
    }
}
