//! How does a result lie on disk? One file each, whole or not at all.

use super::ParcelNumber;
use edgecoder_durable_file::sync_folder;
use edgecoder_events::{PublicKey, UnixMillis};
use edgecoder_identity::envelope::Envelope;
use edgecoder_wire::work::SubtaskResult;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

const ENDING: &str = ".result.json";

/// A result and whom it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Parcel {
    /// The coordinator that its report is sealed for; nobody else could read it.
    pub recipient: PublicKey,
    pub kept_since_ms: UnixMillis,
    pub result: SubtaskResult<Envelope>,
}

fn path_of(folder: &Path, number: ParcelNumber) -> PathBuf {
    folder.join(format!("{number:020}{ENDING}"))
}

/// Writes a parcel that is not there yet.
pub fn write(folder: &Path, number: ParcelNumber, parcel: &Parcel) -> io::Result<()> {
    edgecoder_durable_file::create_private(&path_of(folder, number), &serde_json::to_vec(parcel)?)
}

pub fn read(folder: &Path, number: ParcelNumber) -> io::Result<Parcel> {
    Ok(serde_json::from_slice(&fs::read(path_of(folder, number))?)?)
}

pub fn remove(folder: &Path, number: ParcelNumber) -> io::Result<()> {
    fs::remove_file(path_of(folder, number))?;
    sync_folder(folder)
}

/// Finds the parcels of an earlier run. A file that can not be read is set aside under another name, for a person.
pub fn find_all(folder: &Path) -> io::Result<Vec<(ParcelNumber, Parcel)>> {
    create_private(folder)?;
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(ENDING)).and_then(|digits| digits.parse().ok());
        let Some(number) = number else { continue };
        match read(folder, number) {
            Ok(parcel) => found.push((number, parcel)),
            Err(error) => {
                let path = path_of(folder, number);
                tracing::error!(%error, path = %path.display(), "a kept result cannot be read; it is set aside");
                fs::rename(&path, path.with_extension("unreadable"))?;
            }
        }
    }
    Ok(found)
}

#[cfg(unix)]
fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Elsewhere a person's own folders are private by inherited rules.
#[cfg(not(unix))]
fn create_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}
