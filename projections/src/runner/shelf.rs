//! Where is an index worked on, and who finds what is in it? Waiting for its disk holds nobody up.

use super::mark::Mark;
use crate::ProjectionError;
use edgecoder_search_index::{Index, IndexError, Layout, Reader};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

/// The index, worked on where waiting for the disk holds nobody up.
#[derive(Clone)]
pub(crate) struct Shelf(Arc<Mutex<Index>>);

impl Shelf {
    pub(super) async fn open(folder: PathBuf, layout: Layout) -> Result<(Self, Option<Mark>), ProjectionError> {
        let index = waiting(move || Index::open(&folder, layout)).await?;
        let mark = index.mark().and_then(Mark::parse);
        Ok((Self(Arc::new(Mutex::new(index))), mark))
    }

    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Index) -> Result<T, IndexError> + Send + 'static,
    ) -> Result<T, ProjectionError> {
        let index = Arc::clone(&self.0);
        waiting(move || work(&mut index.lock().unwrap_or_else(PoisonError::into_inner))).await
    }
}

async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IndexError> + Send + 'static,
) -> Result<T, ProjectionError> {
    Ok(tokio::task::spawn_blocking(work).await??)
}

/// What finds the documents of an index, from when it is open; it goes along with what is committed.
#[derive(Clone, Default)]
pub(crate) struct Finder(Arc<RwLock<Option<Reader>>>);

impl Finder {
    pub(crate) fn set(&self, reader: Reader) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(reader);
    }

    /// Asks the index.
    ///
    /// # Errors
    /// [`ProjectionError::SearchNotReady`] in the first moments of a process.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Reader) -> Result<T, IndexError> + Send + 'static,
    ) -> Result<T, ProjectionError> {
        let reader = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        let reader = reader.ok_or(ProjectionError::SearchNotReady)?;
        waiting(move || ask(&reader)).await
    }
}
