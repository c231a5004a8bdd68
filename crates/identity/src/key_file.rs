//! How do a machine's keys survive a restart without anybody else reading them?
//!
//! The file is text, so that an operator can tell what it is:
//! `edgecoder node keys v1`, `signing <hex>`, `envelope <hex>`, one per line.

use crate::NodeKeys;
use edgecoder_durable_file::{create_private, folder_of};
use std::{
    fs::{DirBuilder, File},
    io::{self, Read},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

const FIRST_LINE: &str = "edgecoder node keys v1";
/// Longer than any key file; a larger one is something else.
const MAX_FILE_BYTES: u64 = 1024;

/// Why the keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("other users can read {path}: make it private (chmod 600), and replace the keys if somebody may have")]
    Exposed { path: PathBuf },
    #[error("{path} is not a key file of this version: restore it from a backup, or move it away to get new keys")]
    Malformed { path: PathBuf },
    #[error("{path} could not be read or written: {source}")]
    Io { path: PathBuf, source: io::Error },
}

pub(crate) fn load_or_create(path: &Path, generate: impl FnOnce() -> NodeKeys) -> Result<NodeKeys, KeyFileError> {
    let io_error = |source| KeyFileError::Io { path: path.to_owned(), source };
    if let Some(keys) = load(path)? {
        return Ok(keys);
    }
    let created = generate();
    match create(path, &created) {
        Ok(()) => Ok(created),
        // Another process was faster: its keys are the machine's.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            load(path)?.ok_or_else(|| io_error(io::ErrorKind::NotFound.into()))
        }
        Err(error) => Err(io_error(error)),
    }
}

fn load(path: &Path) -> Result<Option<NodeKeys>, KeyFileError> {
    let io_error = |source| KeyFileError::Io { path: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(error)),
    };
    // Asked of the open file, so that nobody can swap it between the question and the reading.
    if readable_by_others(&file).map_err(io_error)? {
        return Err(KeyFileError::Exposed { path: path.to_owned() });
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(MAX_FILE_BYTES).expect("1024 fits")));
    file.take(MAX_FILE_BYTES).read_to_end(&mut bytes).map_err(io_error)?;
    let malformed = || KeyFileError::Malformed { path: path.to_owned() };
    parse(std::str::from_utf8(&bytes).map_err(|_| malformed())?).map(Some).ok_or_else(malformed)
}

fn parse(text: &str) -> Option<NodeKeys> {
    let mut lines = text.lines();
    if lines.next()? != FIRST_LINE {
        return None;
    }
    let signing = seed(lines.next()?.strip_prefix("signing ")?)?;
    let envelope = seed(lines.next()?.strip_prefix("envelope ")?)?;
    lines.next().is_none().then(|| NodeKeys::from_seeds(&signing, *envelope))
}

fn seed(digits: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(digits, bytes.as_mut_slice()).ok()?;
    Some(bytes)
}

/// An existing file is left alone.
fn create(path: &Path, keys: &NodeKeys) -> io::Result<()> {
    create_private_directory(folder_of(path))?;
    let (signing, envelope) = keys.seeds();
    let (signing, envelope) = (Zeroizing::new(hex::encode(signing)), Zeroizing::new(hex::encode(envelope)));
    let lines = [FIRST_LINE, "\nsigning ", signing.as_str(), "\nenvelope ", envelope.as_str(), "\n"];
    create_private(path, Zeroizing::new(lines.concat()).as_bytes())
}

#[cfg(unix)]
fn readable_by_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.mode() & 0o077 != 0)
}

#[cfg(unix)]
fn create_private_directory(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

/// Elsewhere a person's own folders are private by inherited rules, not by a mode.
#[cfg(not(unix))]
fn readable_by_others(_: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(not(unix))]
fn create_private_directory(directory: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(directory)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};
    use std::{
        fs,
        os::unix::fs::{MetadataExt, PermissionsExt},
    };

    fn keys(seed: u64, path: &Path) -> Result<NodeKeys, KeyFileError> {
        NodeKeys::load_or_create(path, &mut StdRng::seed_from_u64(seed))
    }

    #[test]
    fn the_second_start_has_the_keys_of_the_first() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("keys/agent.key");
        let (first, second) = (keys(1, &path).unwrap(), keys(2, &path).unwrap());
        assert_eq!(first.signing_key(), second.signing_key());
        assert_eq!(first.envelope_key(), second.envelope_key());
        assert_ne!(first.signing_key(), first.envelope_key());
    }

    #[test]
    fn file_and_directory_are_the_owners_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("keys/agent.key");
        keys(1, &path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "the temporary file stayed");
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("agent.key");
        keys(1, &path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(keys(1, &path), Err(KeyFileError::Exposed { .. })));
    }

    #[test]
    fn a_damaged_file_is_refused_and_never_replaced() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("agent.key");
        keys(1, &path).unwrap();
        let whole = fs::read_to_string(&path).unwrap();
        for damaged in [&whole[..whole.len() - 9], "", "edgecoder node keys v2\n", &whole.replace("envelope", "x")] {
            fs::write(&path, damaged).unwrap();
            assert!(matches!(keys(1, &path), Err(KeyFileError::Malformed { .. })), "{damaged:?} was taken");
            assert_eq!(fs::read_to_string(&path).unwrap(), damaged);
        }
    }

    #[test]
    fn of_two_starts_at_once_the_first_file_wins() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("agent.key");
        let mut winner = None;
        let loser = load_or_create(&path, || {
            winner = Some(keys(1, &path).unwrap());
            NodeKeys::generate(&mut StdRng::seed_from_u64(2))
        });
        assert_eq!(loser.unwrap().signing_key(), winner.unwrap().signing_key());
    }
}
