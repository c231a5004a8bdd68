//! Contents that are too large for a row: one file each, named by its address.

use super::StorageError;
use crate::Blob;
use edgecoder_events::BlobRef;
use std::{
    io,
    path::{Path, PathBuf},
};

/// The largest content that is kept as a row.
const LARGEST_ROW: usize = 256 * 1024;

pub(super) struct BlobFiles {
    dir: PathBuf,
}

impl BlobFiles {
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        let dir = dir.join("blobs");
        std::fs::create_dir_all(&dir)?;
        Ok(Self { dir })
    }

    /// Makes the large contents durable as files; gives the small ones back.
    pub(super) async fn keep_large(&self, blobs: Vec<Blob>) -> Result<Vec<Blob>, StorageError> {
        let (large, small): (Vec<_>, Vec<_>) = blobs.into_iter().partition(is_large);
        for blob in large {
            let path = self.path(blob.address());
            tokio::task::spawn_blocking(move || edgecoder_durable_file::replace(&path, blob.content()))
                .await
                .map_err(io::Error::other)??;
        }
        Ok(small)
    }

    /// Whether the content is a file already; only large ones ever are.
    pub(super) async fn keeps(&self, blob: &Blob) -> Result<bool, StorageError> {
        Ok(is_large(blob) && self.contains(blob.address()).await?)
    }

    pub(super) async fn read(&self, address: BlobRef) -> Result<Option<Vec<u8>>, StorageError> {
        match tokio::fs::read(self.path(address)).await {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn contains(&self, address: BlobRef) -> Result<bool, StorageError> {
        Ok(tokio::fs::try_exists(self.path(address)).await?)
    }

    fn path(&self, address: BlobRef) -> PathBuf {
        self.dir.join(address.to_string())
    }
}

fn is_large(blob: &Blob) -> bool {
    blob.content().len() > LARGEST_ROW
}
