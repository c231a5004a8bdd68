//! Where are the hashes of tokens and passwords? Beside the log, never in it.

use crate::{StorageError, backend::Database};
use std::sync::Arc;

/// Small secrets by namespace and name.
#[derive(Clone)]
pub struct Secrets(pub(crate) Arc<dyn Database>);

impl Secrets {
    /// The secret, if there is one.
    pub async fn get(&self, namespace: &str, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
        self.0.secret(namespace, name).await
    }

    /// The secrets of a namespace with their names, at most `limit`.
    pub async fn list(&self, namespace: &str, limit: usize) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
        self.0.secrets(namespace, limit).await
    }

    /// Keeps a secret in the place of the one before.
    pub async fn put(&self, namespace: &str, name: &str, secret: &[u8]) -> Result<(), StorageError> {
        self.0.put_secret(namespace, name, secret).await
    }

    /// Forgets a secret; says whether there was one.
    pub async fn delete(&self, namespace: &str, name: &str) -> Result<bool, StorageError> {
        self.0.delete_secret(namespace, name).await
    }
}
