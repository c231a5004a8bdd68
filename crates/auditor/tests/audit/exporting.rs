//! A log is copied into a folder that any web server can hand out.

use crate::ledger::{LOG_SEED, Ledger, Row, chain, draft, honest, id, note, wallet};
use edgecoder_auditor::{ExportError, Place, Reader, export_tiles};
use edgecoder_events::credit::AccountOpened;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The honest history, and so many entries after it that there are `size`.
pub fn rows(size: usize) -> Vec<Row> {
    rewritten(size, size)
}

/// The same, but that the owner of the log put other entries in the place of those from `from` on.
pub fn rewritten(size: usize, from: usize) -> Vec<Row> {
    let mut drafts = honest();
    for number in drafts.len()..size {
        let account = if number < from { format!("account-{number}") } else { format!("other-{number}") };
        drafts.push(draft(5_000, wallet(&account), &AccountOpened { account: id(&account) }.into()));
    }
    chain(&drafts[..size])
}

/// A folder with the log of these rows under their checkpoint.
pub async fn exported(rows: &[Row]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    export(rows, folder.path()).await.unwrap();
    folder
}

/// Exports the rows; how many entries were read, and how many files were written.
pub async fn export(rows: &[Row], folder: &Path) -> Result<(u64, u64), ExportError> {
    let ledger = Ledger::of(rows).await;
    let mut reader = Reader::open(&Place::File(ledger.file())).await.unwrap();
    let exported = export_tiles(&mut reader, &note(rows, LOG_SEED), folder).await?;
    Ok((exported.entries_read, exported.files_written))
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                let name = entry.path().strip_prefix(folder).unwrap().to_owned();
                files.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    files
}

#[tokio::test]
async fn the_folder_has_the_files_of_the_specification() {
    let rows = rows(600);
    let folder = exported(&rows).await;
    let names: Vec<_> = files(folder.path()).into_keys().map(|it| it.to_str().unwrap().to_owned()).collect();
    let expected = [
        "checkpoint",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/88",
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn an_export_that_goes_on_reads_and_writes_only_what_is_new() {
    let folder = exported(&rows(300)).await;
    let (read, written) = export(&rows(600), folder.path()).await.unwrap();
    assert_eq!(
        (read, written),
        (600 - 256, 6),
        "one full bundle and tile, three files that are not full, the checkpoint"
    );
    let whole = files(exported(&rows(600)).await.path());
    let grown = files(folder.path());
    assert!(whole.iter().all(|(name, bytes)| grown.get(name) == Some(bytes)));
    assert_eq!(export(&rows(600), folder.path()).await.unwrap(), (88, 1), "nothing but the checkpoint");
}

#[tokio::test]
async fn what_an_interrupted_export_left_out_is_made_up_for() {
    let folder = exported(&rows(600)).await;
    for lost in ["tile/0/001", "tile/entries/002.p/88"] {
        fs::remove_file(folder.path().join(lost)).unwrap();
    }
    export(&rows(600), folder.path()).await.unwrap();
    assert_eq!(files(folder.path()), files(exported(&rows(600)).await.path()));
}

#[tokio::test]
async fn a_folder_is_never_led_back_or_mixed_with_another_history() {
    let folder = exported(&rows(600)).await;
    let before = fs::read(folder.path().join("checkpoint")).unwrap();
    let refused = export(&rows(300), folder.path()).await;
    assert!(matches!(refused, Err(ExportError::Newer { there: 600, here: 300 })), "{refused:?}");
    let refused = export(&rewritten(700, 100), folder.path()).await;
    assert!(matches!(refused, Err(ExportError::NotTheSigned)), "{refused:?}");
    assert_eq!(fs::read(folder.path().join("checkpoint")).unwrap(), before);
}
