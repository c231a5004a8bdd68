//! Whose ledger should this be, and whose signatures count?

use crate::{Class, Finding, Page, Reader};
use edgecoder_events::{Event, PublicKey, key::LogKeyRotated};
use edgecoder_identity::{KeyHistory, log_key_rotation};
use edgecoder_ledger::{
    Entry,
    checkpoint::{Checkpoint, CheckpointError},
    note::{Note, NoteError, VerifierKey},
    signature,
};

/// The origin and the keys that everything is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trust {
    pub origin: String,
    /// The keys given or found, and those that they handed over to.
    pub keys: Vec<VerifierKey>,
    /// Whether the auditor brought a key.
    pub key_given: bool,
    /// Whether the auditor said which ledger this should be.
    pub origin_given: bool,
}

impl Trust {
    /// Takes what the auditor brought; what is missing is taken from the ledger itself, which the report says.
    pub async fn find(keys: &[VerifierKey], origin: Option<&str>, notes: &[String], reader: &mut Reader) -> Self {
        // Damage is not judged here: the verifier meets it again.
        let first = reader.from(0).await.unwrap_or_default();
        let named = origin.map(str::to_owned).or_else(|| origin_in(&first)).or_else(|| origin_of(notes));
        let mut trust = Self {
            origin: named.unwrap_or_default(),
            keys: keys.to_vec(),
            key_given: !keys.is_empty(),
            origin_given: origin.is_some(),
        };
        if !trust.key_given {
            trust.keys.extend(key_in(&first).and_then(|key| trust.name(&key)));
        }
        trust.learn_rotations(notes, reader).await;
        trust
    }

    /// Trusts what was trusted before.
    pub fn known(origin: &str, keys: Vec<VerifierKey>) -> Self {
        Self { origin: origin.to_owned(), keys, key_given: true, origin_given: true }
    }

    /// Learns to whom the trusted keys handed over, where a note needs it.
    pub async fn learn_rotations(&mut self, notes: &[String], reader: &mut Reader) {
        if notes.iter().any(|note| self.lacks_key_of(note)) {
            self.follow_rotations(reader).await;
        }
    }

    fn name(&self, key: &PublicKey) -> Option<VerifierKey> {
        VerifierKey::new(&self.origin, signature::PublicKey::from_bytes(&key.0).ok()?).ok()
    }

    fn lacks_key_of(&self, note: &str) -> bool {
        let opened = Checkpoint::open(note.as_bytes(), &self.keys);
        matches!(opened, Err(CheckpointError::Note(NoteError::UnknownKeys)))
    }

    /// A trusted key may hand over to another one. Whether each change was in order is for the rules to say.
    async fn follow_rotations(&mut self, reader: &mut Reader) {
        let mut next = 0;
        while let Ok(page) = reader.rotations(next).await
            && let Some(last) = page.last()
        {
            for row in page.rows() {
                if let Some(Event::LogKeyRotated(rotated)) = event_of(row.entry) {
                    self.follow(&rotated);
                }
            }
            next = last.saturating_add(1);
        }
    }

    fn follow(&mut self, rotated: &LogKeyRotated) {
        let trusted = self.keys.iter().any(|key| key.public_key().to_bytes() == rotated.old_key.0);
        if trusted
            && log_key_rotation::verify(&self.origin, rotated).is_ok()
            && let Some(key) = self.name(&rotated.new_key).filter(|key| !self.keys.contains(key))
        {
            self.keys.push(key);
        }
    }

    /// Checkpoints that trusted keys signed, but none that was the log's at that size.
    pub fn expired_signatures(&self, notes: &[String], history: &KeyHistory) -> Vec<Finding> {
        notes.iter().filter_map(|note| self.expired(note, history)).collect()
    }

    fn expired(&self, note: &str, history: &KeyHistory) -> Option<Finding> {
        let note = Note::parse(note.as_bytes()).ok()?;
        let checkpoint: Checkpoint = note.text().parse().ok()?;
        let signers = note.verify(&self.keys).ok()?;
        let signers: Vec<PublicKey> = signers.iter().map(|key| PublicKey(key.public_key().to_bytes())).collect();
        let known = signers.iter().any(|key| history.knows(key));
        if !known || signers.iter().any(|key| history.may_sign(key, checkpoint.size)) {
            return None;
        }
        let ended = history.periods().iter().filter(|it| signers.contains(&it.key)).find_map(|it| it.until);
        let size = checkpoint.size;
        let detail = format!("the checkpoint of size {size} is signed by a key that was not the log's at that size");
        Some(Finding { class: Class::KeyExpired, position: ended.and_then(|size| size.checked_sub(1)), detail })
    }
}

fn event_of(entry: &[u8]) -> Option<Event> {
    let entry = Entry::decode(entry).ok()?;
    Event::from_bytes(entry.kind, entry.schema, entry.payload).ok()
}

fn origin_in(page: &Page) -> Option<String> {
    Entry::decode(page.rows().next()?.entry).ok().map(|entry| entry.origin.to_owned())
}

fn key_in(page: &Page) -> Option<PublicKey> {
    match event_of(page.rows().next()?.entry)? {
        Event::LedgerCreated(created) => Some(created.log_key),
        _ => None,
    }
}

fn origin_of(notes: &[String]) -> Option<String> {
    notes.iter().find_map(|note| note.lines().next().map(str::to_owned))
}
