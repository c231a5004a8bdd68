//! How is a file kept for whoever comes later? Whole or not at all, in a folder that is made where there is none.

use edgecoder_durable_file::folder_of;
use std::{fs, io, path::Path};

/// Replaces the file.
pub(crate) fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder_of(file))?;
    edgecoder_durable_file::replace(file, bytes)
}
