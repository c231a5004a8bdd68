//! What proves that somebody showed two histories? Signed notes that contradict each other, kept in files.

use edgecoder_store::replace_file;
use std::{
    fs, io,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

/// As many pieces as are kept: the first ones tell.
const MOST_PIECES: usize = 64;

/// The folder of evidence.
pub(crate) struct Evidence {
    folder: PathBuf,
    names: Mutex<Vec<String>>,
}

impl Evidence {
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let names = fs::read_dir(&folder)?.take(MOST_PIECES).map(|entry| Ok(entry?.file_name().into_string().ok()));
        let names: io::Result<Vec<_>> = names.collect();
        Ok(Self { folder, names: Mutex::new(names?.into_iter().flatten().collect()) })
    }

    /// Keeps one piece; nothing where one of this name is there, or enough of them.
    pub(super) fn keep(&self, name: &str, content: &str) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.iter().any(|known| known == name) || names.len() >= MOST_PIECES {
            return;
        }
        match replace_file(&self.folder.join(name), content.as_bytes()) {
            Ok(()) => names.push(name.to_owned()),
            Err(error) => tracing::error!(%error, name, "evidence of two histories could not be kept"),
        }
    }

    /// The pieces whose names begin so, from earlier runs too.
    pub(super) fn of(&self, prefix: &str) -> Vec<String> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.iter().filter(|name| name.starts_with(prefix)).cloned().collect()
    }
}
