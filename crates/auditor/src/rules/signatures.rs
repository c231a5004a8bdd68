//! Did a machine sign this result? The entry alone says so, which is why it can be found out before the rules come to it.

use edgecoder_events::{Event, PublicKey, Signature};
use edgecoder_identity::verify_text;
use edgecoder_ledger::Entry;

/// Whether these bytes are an entry with a result whose signature holds by the key beside it. Whether that is the
/// machine's key is for the rules to say.
pub fn is_signed_result(entry: &[u8]) -> bool {
    let Ok(entry) = Entry::decode(entry) else { return false };
    match Event::from_bytes(entry.kind, entry.schema, entry.payload) {
        Ok(Event::SubtaskFinished(finished)) => {
            let author = entry.author_key.zip(entry.author_signature);
            author.is_some_and(|(key, signature)| holds(key, signature, &finished.statement()))
        }
        Ok(_) | Err(_) => false,
    }
}

/// Whether the signature is one by `key` over the statement.
pub(super) fn holds(key: [u8; 32], signature: [u8; 64], statement: &str) -> bool {
    verify_text(&PublicKey(key), statement.as_bytes(), &Signature(signature)).is_ok()
}
