//! Whose ledger is this from its first entry on, and were its keys changed as they must be?

use super::noted::Noted;
use crate::Class;
use edgecoder_events::{Event, PublicKey, key::LedgerCreated, key::LogKeyRotated};
use edgecoder_identity::{KeyHistory, log_key_rotation};
use edgecoder_ledger::Entry;

#[derive(Debug)]
pub(super) struct LogKeys {
    origin: String,
    given: Vec<PublicKey>,
    pub history: KeyHistory,
}

impl LogKeys {
    pub fn new(origin: &str, given: Vec<PublicKey>) -> Self {
        Self { origin: origin.to_owned(), given, history: KeyHistory::default() }
    }

    pub fn check(&mut self, entry: &Entry<'_>, event: &Event, noted: &mut Noted) {
        let at = entry.position;
        if let Event::LedgerCreated(created) = event {
            self.begin(at, created, noted);
        } else if at == 0 {
            noted.broken(at, format!("the first entry is {}, not ledger.created", event.kind()));
        }
        if let Event::LogKeyRotated(rotated) = event {
            self.rotate(at, rotated, noted);
        }
    }

    fn begin(&mut self, at: u64, created: &LedgerCreated, noted: &mut Noted) {
        if at != 0 {
            noted.broken(at, "the ledger is created a second time".to_owned());
            return;
        }
        self.history = KeyHistory::begin(created.log_key);
        if created.origin != self.origin {
            let detail = format!("ledger.created names {:?}, expected {:?}", created.origin, self.origin);
            noted.add(Class::WrongKey, at, detail);
        }
    }

    fn rotate(&mut self, at: u64, rotated: &LogKeyRotated, noted: &mut Noted) {
        if self.history.present() != Some(rotated.old_key) {
            let detail = format!("the key {} that is replaced is not the log's", rotated.old_key);
            noted.add(Class::UnauthorisedRotation, at, detail);
        } else if log_key_rotation::verify(&self.origin, rotated).is_err() {
            let detail = "the old and the new key did not both sign the change".to_owned();
            noted.add(Class::UnauthorisedRotation, at, detail);
        } else {
            self.history.rotate(at, rotated.new_key);
        }
    }

    pub fn finish(&self, noted: &mut Noted) {
        let begun = !self.history.periods().is_empty();
        if begun && !self.given.is_empty() && !self.given.iter().any(|key| self.history.knows(key)) {
            let detail = "the ledger's own key is none of the keys given, now or ever".to_owned();
            noted.add(Class::WrongKey, 0, detail);
        }
    }
}
