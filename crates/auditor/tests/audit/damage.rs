//! Is there a byte of the ledger's rows that can be flipped without being noticed?

use crate::ledger::{LOG_SEED, Ledger, PAGE_SIZE, Row, chain, honest, note};
use edgecoder_auditor::{Place, Reader, VerifyWish, verify};
use edgecoder_events::UnixMillis;
use std::path::Path;

pub fn wish(ledger: &Ledger) -> VerifyWish {
    VerifyWish {
        place: Place::in_data_dir(ledger.dir.path()),
        checkpoints: vec![],
        checkpoint_beside: Some(ledger.dir.path().join("checkpoint")),
        trust_data_dir: false,
        keys: vec![],
        origin: None,
        allow_unproven: 0,
        now: UnixMillis(0),
    }
}

/// What a reader gets from the file, every column of it.
async fn rows(file: &Path) -> Vec<Row> {
    let mut reader = Reader::open(&Place::File(file.to_owned())).await.unwrap();
    let page = reader.from(i64::MIN).await.unwrap();
    let rows = page.rows().map(|row| {
        let columns = row.columns.unwrap();
        Row {
            position: row.position.try_into().unwrap(),
            stream: columns.stream.to_owned(),
            version: columns.version.try_into().unwrap(),
            kind: columns.kind.to_owned(),
            recorded_at: columns.recorded_at_ms.try_into().unwrap(),
            entry: row.entry.to_vec(),
            hash: row.hash.to_vec(),
        }
    });
    rows.collect()
}

/// The cells of the one page that holds the rows: their pointers, and what they point to.
fn cells(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let page = PAGE_SIZE;
    let count = usize::from(u16::from_be_bytes([bytes[page + 3], bytes[page + 4]]));
    let content = usize::from(u16::from_be_bytes([bytes[page + 5], bytes[page + 6]]));
    (page + 8..page + 8 + 2 * count).chain(page + content..2 * page)
}

/// Where the verdict is still OK, no row was touched: the type of the primary key, for example, is written twice.
#[tokio::test]
async fn no_flipped_byte_of_a_row_is_ever_ok() {
    let honest = chain(&honest()[..2]);
    let ledger = Ledger::of(&honest).await;
    ledger.put_checkpoint(&note(&honest, LOG_SEED));
    let file = ledger.file();
    let bytes = std::fs::read(&file).unwrap();
    let wish = wish(&ledger);
    assert_eq!(verify(&wish, &|_, _| {}).await.unwrap().verdict.exit_code(), 0);
    let mut noticed = 0;
    for at in cells(&bytes) {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        std::fs::write(&file, &changed).unwrap();
        match verify(&wish, &|_, _| {}).await {
            Ok(report) if report.verdict.exit_code() == 0 => assert_eq!(rows(&file).await, honest, "byte {at}"),
            Ok(_) | Err(_) => noticed += 1,
        }
    }
    let contents: usize = honest.iter().map(|row| row.entry.len() + row.hash.len()).sum();
    assert!(noticed >= contents, "{noticed} noticed of {contents} bytes of entries and hashes");
}

#[tokio::test]
async fn the_file_and_its_directory_stay_as_they_are() {
    let ledger = Ledger::honest().await;
    let before = std::fs::read(ledger.file()).unwrap();
    assert_eq!(ledger.verify(&[]).0, 0);
    assert!(ledger.audit(&["show", "3"]).status.success());
    assert!(ledger.audit(&["tail"]).status.success());
    assert_eq!(std::fs::read(ledger.file()).unwrap(), before);
    let mut names: Vec<_> = std::fs::read_dir(ledger.dir.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["checkpoint", "ledger.db"]);
}
