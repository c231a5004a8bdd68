//! Where are prompts, code and outputs? In the blob store, sealed with their owner's key, never in the log.

use crate::http::Problem;
use axum::http::StatusCode;
use edgecoder_events::{AccountId, BlobRef};
use edgecoder_store::{Blob, SealedError, StorageError, Store};
use serde::{Serialize, de::DeserializeOwned};

/// Seals and opens contents of accounts. Cheap to clone.
#[derive(Clone)]
pub struct Contents {
    store: Store,
}

/// Why a content can not be read.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    #[error("the content is not in this store")]
    Missing,
    #[error("the key of its owner was destroyed")]
    Erased,
    #[error("the content is not what its kind says")]
    Malformed(#[from] serde_json::Error),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the content does not open")]
    Damaged,
}

impl From<SealedError> for ContentError {
    fn from(error: SealedError) -> Self {
        match error {
            SealedError::KeyDestroyed => Self::Erased,
            SealedError::NotTheirs => Self::Damaged,
            SealedError::Storage(error) => Self::Storage(error),
        }
    }
}

impl From<ContentError> for Problem {
    fn from(error: ContentError) -> Self {
        match error {
            // An account that came back after it was forgotten has a new key, which does not open what is older.
            ContentError::Erased | ContentError::Damaged => {
                let detail = "this content can not be opened any more: the key of its owner was destroyed";
                Self::new(StatusCode::GONE, "content_forgotten", detail)
            }
            ContentError::Missing | ContentError::Malformed(_) => Self::internal(&error),
            ContentError::Storage(error) => error.into(),
        }
    }
}

impl Contents {
    /// Contents of `store`.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Seals a content for `owner`. It is stored by the append that names it.
    ///
    /// # Errors
    /// [`ContentError::Erased`] while the owner is being forgotten.
    pub async fn seal<T: Serialize>(&self, owner: &AccountId, content: &T) -> Result<Blob, ContentError> {
        let plain = serde_json::to_vec(content)?;
        Ok(Blob::new(self.store.subject_keys().seal(owner.as_str(), &plain).await?))
    }

    /// Opens a content of `owner`.
    ///
    /// # Errors
    /// Where it is not there, or its owner's key is not.
    pub async fn open<T: DeserializeOwned>(&self, owner: &AccountId, content: BlobRef) -> Result<T, ContentError> {
        let sealed = self.store.blobs().get(content).await?.ok_or(ContentError::Missing)?;
        let plain = self.store.subject_keys().open(owner.as_str(), &sealed).await?;
        Ok(serde_json::from_slice(&plain)?)
    }
}
