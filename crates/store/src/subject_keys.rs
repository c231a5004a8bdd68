//! How is a person forgotten in a log that forgets nothing? By destroying the one key that opens their fields.

use crate::{Append, AppendError, Receipt, StorageError, Store, WordKey};
use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use edgecoder_events::{Actor, Event, NewEvent, StreamName, key::SubjectKeyDestroyed};
use zeroize::Zeroizing;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;

/// Why nothing can be sealed for a person, or something sealed stays closed.
#[derive(Debug, thiserror::Error)]
pub enum SealedError {
    #[error("the key of this person was destroyed, or there never was one")]
    KeyDestroyed,
    #[error("the sealed bytes are damaged or belong to somebody else")]
    NotTheirs,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why a person could not be forgotten.
#[derive(Debug, thiserror::Error)]
pub enum DestroyKeyError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the key is destroyed, but not yet recorded as such, ask again: {0}")]
    Append(#[from] AppendError),
}

/// One random key per person, kept outside the log.
#[derive(Clone)]
pub struct SubjectKeys(pub(crate) Store);

impl SubjectKeys {
    /// Seals bytes so that they open only while the subject's key exists; makes the key where there is none.
    ///
    /// # Errors
    /// [`SealedError::KeyDestroyed`] while the person is being forgotten: the key is blank, and not yet recorded as such.
    pub async fn seal(&self, subject: &str, plain: &[u8]) -> Result<Vec<u8>, SealedError> {
        let key = match self.0.database().subject_key(subject).await? {
            Some(key) => Zeroizing::new(key),
            None => self.make_key(subject).await?,
        };
        if key.is_empty() {
            return Err(SealedError::KeyDestroyed);
        }
        let mut nonce = [0; NONCE_BYTES];
        self.0.fill_random(&mut nonce);
        let sealed = cipher(&key)?
            .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: subject.as_bytes() })
            .map_err(|_| StorageError::Value("too long to be sealed"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    async fn make_key(&self, subject: &str) -> Result<Zeroizing<Vec<u8>>, StorageError> {
        let mut fresh = Zeroizing::new([0; KEY_BYTES]);
        self.0.fill_random(fresh.as_mut());
        Ok(Zeroizing::new(self.0.database().keep_subject_key(subject, fresh.as_ref()).await?))
    }

    /// Opens what [`SubjectKeys::seal`] made for the same subject.
    pub async fn open(&self, subject: &str, sealed: &[u8]) -> Result<Vec<u8>, SealedError> {
        let key = self.0.database().subject_key(subject).await?.unwrap_or_default();
        if key.is_empty() {
            return Err(SealedError::KeyDestroyed);
        }
        let (nonce, message) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SealedError::NotTheirs)?;
        cipher(&Zeroizing::new(key))?
            .decrypt(&Nonce::from(*nonce), Payload { msg: message, aad: subject.as_bytes() })
            .map_err(|_| SealedError::NotTheirs)
    }

    /// What marks this person's words; nothing where the key was destroyed, or there never was one.
    pub async fn word_key(&self, subject: &str) -> Result<Option<WordKey>, StorageError> {
        let key = Zeroizing::new(self.0.database().subject_key(subject).await?.unwrap_or_default());
        Ok((!key.is_empty()).then(|| WordKey::of(&key)))
    }

    /// Destroys the key and records that it is gone; nothing where there was none.
    ///
    /// The blank key is forgotten last, so that whoever was interrupted can ask again and get the event recorded.
    pub async fn destroy(&self, subject: &str, reason: &str, actor: Actor) -> Result<Option<Receipt>, DestroyKeyError> {
        if !self.0.database().blank_subject_key(subject).await? {
            return Ok(None);
        }
        let event =
            Event::SubjectKeyDestroyed(SubjectKeyDestroyed { subject: subject.to_owned(), reason: reason.to_owned() });
        let append = Append::new(actor, vec![NewEvent { stream: StreamName::ledger(), event }]);
        let receipt = self.0.append(append).await?;
        self.0.database().forget_subject(subject).await?;
        Ok(Some(receipt))
    }
}

fn cipher(key: &[u8]) -> Result<Aes256Gcm, StorageError> {
    Aes256Gcm::new_from_slice(key).map_err(|_| StorageError::Value("a subject key has 32 bytes"))
}
