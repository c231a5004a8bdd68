//! Where are the contents that are too large for the log, addressed by what they are?

use crate::{StorageError, backend::Database};
use edgecoder_events::BlobRef;
use std::sync::Arc;

/// The contents that appends brought along.
#[derive(Clone)]
pub struct Blobs(pub(crate) Arc<dyn Database>);

impl Blobs {
    /// The content, if it is here; one that is not what its address says is an error.
    pub async fn get(&self, address: BlobRef) -> Result<Option<Vec<u8>>, StorageError> {
        let content = self.0.blob(address).await?;
        match &content {
            Some(bytes) if blake3::hash(bytes) != address.0 => {
                Err(StorageError::Value("a content is not what its address says"))
            }
            Some(_) | None => Ok(content),
        }
    }

    /// Whether the content is here.
    pub async fn contains(&self, address: BlobRef) -> Result<bool, StorageError> {
        self.0.has_blob(address).await
    }
}
