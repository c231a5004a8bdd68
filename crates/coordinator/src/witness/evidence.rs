//! What proves that somebody showed two histories? Signed notes that contradict each other, kept in files.

use std::{
    fs, io,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

/// As many pieces as are kept about one log or witness: the first ones tell.
const PIECES_ABOUT_ONE: usize = 8;
/// As many names as are read at the start.
const MOST_PIECES: usize = 4_096;

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

    /// Keeps one piece; nothing where one of this name is there, or enough of them about the same.
    pub(super) fn keep(&self, about: &str, size: u64, content: &str) {
        let name = format!("{about}-{size}");
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.contains(&name) || names.iter().filter(|known| known.starts_with(about)).count() >= PIECES_ABOUT_ONE {
            return;
        }
        match edgecoder_durable_file::replace(&self.folder.join(&name), content.as_bytes()) {
            Ok(()) => names.push(name),
            Err(error) => tracing::error!(%error, name, "evidence of two histories could not be kept"),
        }
    }

    /// The pieces whose names begin so, from earlier runs too.
    pub(super) fn of(&self, prefix: &str) -> Vec<String> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.iter().filter(|name| name.starts_with(prefix)).cloned().collect()
    }
}
