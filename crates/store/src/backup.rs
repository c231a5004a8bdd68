//! How is a ledger copied while it is being written? Each database by SQLite's own `VACUUM INTO`, then the plain files.

use crate::StorageError;
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use std::{fs, io, path::Path};

/// Databases in the order in which they are copied: what the ledger refers to comes after it, so that nothing it
/// names is missing.
const DATABASES: [&str; 2] = ["ledger.db", "vault.db"];
const CHECKPOINT: &str = "checkpoint";
/// What is built from the others or belongs to the running process. A witness whose book is older than its newest
/// cosignature would vouch for a second history, so its key and its book are in no copy: a restored one begins anew.
const LEFT_OUT: [&str; 9] = [
    CHECKPOINT,
    "anchor.lock",
    "coordinator.lock",
    "endpoints.json",
    "lock",
    "nonces",
    "sandbox",
    "witness",
    "worker.lock",
];

/// Copies the data directory of a SQLite ledger into `to`, which must not exist yet.
///
/// # Errors
/// Where something can not be read or written; what was copied until then is left for inspection.
pub async fn backup(from: &Path, to: &Path) -> Result<(), StorageError> {
    create_private(to)?;
    // First, so that the copied ledger is never behind the copied checkpoint.
    if from.join(CHECKPOINT).exists() {
        fs::copy(from.join(CHECKPOINT), to.join(CHECKPOINT))?;
    }
    for name in DATABASES {
        copy_database(&from.join(name), &to.join(name)).await?;
    }
    copy_files(from, to)?;
    Ok(())
}

/// Makes a folder for its owner alone: what seals contents is in it.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

async fn copy_database(from: &Path, to: &Path) -> Result<(), StorageError> {
    let options = SqliteConnectOptions::new().filename(from).read_only(true).disable_statement_logging();
    let mut connection = options.connect().await?;
    let target = to.to_str().ok_or_else(|| io::Error::other("the backup's path is not UTF-8"))?;
    sqlx::query("VACUUM INTO $1").bind(target).execute(&mut connection).await?;
    connection.close().await?;
    fs::File::open(to)?.sync_all()?;
    Ok(())
}

fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        let is_database = text.contains(".db");
        if is_database || LEFT_OUT.contains(&text.as_ref()) {
            continue;
        }
        let target = to.join(&name);
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy_files(&entry.path(), &target)?;
        } else if entry.file_type()?.is_file() {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn nobody_else_may_look_into_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy");
        create_private(&copy).unwrap();
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
