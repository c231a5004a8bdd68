use super::*;
use crate::headers::{
    HeaderFault,
    rules::tests::{chain, mined},
};
use std::fs;

fn archive_of(headers: &[Header]) -> (tempfile::TempDir, HeaderArchive) {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder.path().join("headers"));
    archive.append(&headers[1..]).unwrap();
    (folder, archive)
}

fn open(path: &Path) -> HeaderArchive {
    HeaderArchive::open_or_create(path, Network::Regtest, None).unwrap()
}

#[test]
fn what_was_added_is_found_by_height_and_after_a_restart() {
    let headers = chain(40, 1);
    let (folder, mut archive) = archive_of(&headers);
    assert_eq!(archive.header_at(17).unwrap(), Some(headers[17]));
    assert_eq!(archive.header_at(41).unwrap(), None);
    let path = folder.path().join("headers");
    assert_eq!(fs::metadata(&path).unwrap().len(), 41 * 80);
    let mut again = HeaderArchive::open(&path, Network::Regtest, None).unwrap();
    assert_eq!(again.tip().hash, headers[40].block_hash());
    assert_eq!(again.header_at(0).unwrap(), Some(headers[0]));
}

#[test]
fn a_batch_with_one_bad_header_changes_nothing() {
    let headers = chain(20, 1);
    let (_folder, mut archive) = archive_of(&headers[..11]);
    let mut batch = headers[11..].to_vec();
    batch[3].nonce += 1;
    assert!(matches!(archive.append(&batch), Err(HeaderArchiveError::Invalid(finding)) if finding.height <= 15));
    assert_eq!(archive.tip().height, 10);
    archive.append(&headers[11..]).unwrap();
}

#[test]
fn a_damaged_file_is_found_at_its_height() {
    let headers = chain(20, 1);
    let (folder, _) = archive_of(&headers);
    let path = folder.path().join("headers");
    let mut bytes = fs::read(&path).unwrap();
    bytes[80 * 12 + 40] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let finding = match HeaderArchive::open(&path, Network::Regtest, None) {
        Err(HeaderArchiveError::Invalid(finding)) => finding,
        other => panic!("{other:?}"),
    };
    assert!((12..=13).contains(&finding.height) && !matches!(finding.fault, HeaderFault::Retarget { .. }));
}

#[test]
fn a_torn_end_is_refused_in_a_file_that_was_given_and_mended_in_our_own() {
    let headers = chain(5, 1);
    let (folder, _) = archive_of(&headers);
    let path = folder.path().join("headers");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 30]).unwrap();
    let refused = HeaderArchive::open(&path, Network::Regtest, None);
    assert!(matches!(refused, Err(HeaderArchiveError::CutOff(50))));
    assert_eq!(open(&path).tip().height, 4);
    fs::write(&path, b"").unwrap();
    assert!(matches!(HeaderArchive::open(&path, Network::Regtest, None), Err(HeaderArchiveError::Empty)));
}

#[test]
fn a_heavier_chain_takes_the_place_of_a_lighter_one() {
    let headers = chain(20, 1);
    let (_folder, mut archive) = archive_of(&headers);
    let mut other = vec![mined(&headers[17], headers[17].time + 700, headers[17].bits, 2)];
    let refused = archive.replace_above(17, &other);
    assert!(matches!(refused, Err(HeaderArchiveError::NotHeavier { fork: 17 })));
    for _ in 0..3 {
        let last = other.last().unwrap();
        other.push(mined(last, last.time + 700, last.bits, 2));
    }
    archive.replace_above(17, &other).unwrap();
    assert_eq!(archive.tip().hash, other[3].block_hash());
    assert_eq!(archive.header_at(18).unwrap(), Some(other[0]));
}

#[test]
fn a_fork_that_is_too_deep_is_refused() {
    let headers = chain(MAX_REPLACED_HEADERS + 5, 1);
    let (_folder, mut archive) = archive_of(&headers);
    assert!(matches!(archive.replace_above(3, &headers), Err(HeaderArchiveError::TooDeep { fork: 3, .. })));
}
