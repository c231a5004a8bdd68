use super::*;
use crate::headers::{
    HeaderFault, minimum_work,
    rules::tests::{chain, mined},
};
use std::fs;

/// The first headers of the main network, as miners found them in January 2009.
const FIRST_OF_BITCOIN: [&str; 7] = [
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c",
    "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299",
    "010000004860eb18bf1b1620e37e9490fc8a427514416fd75159ab86688e9a8300000000d5fdcc541e25de1c7a5addedf24858b8bb665c9f36ef744ee42c316022c90f9bb0bc6649ffff001d08d2bd61",
    "01000000bddd99ccfda39da1b108ce1a5d70038d0a967bacb68b6b63065f626a0000000044f672226090d85db9a9f2fbfe5f0f9609b387af7be5b7fbb7a1767c831c9e995dbe6649ffff001d05e0ed6d",
    "010000004944469562ae1c2c74d9a535e00b6f3e40ffbad4f2fda3895501b582000000007a06ea98cd40ba2e3288262b28638cec5337c1456aaf5eedc8e9e5a20f062bdf8cc16649ffff001d2bfee0a9",
    "0100000085144a84488ea88d221c8bd6c059da090e88f8a2c99690ee55dbba4e00000000e11c48fecdd9e72510ca84f023370c9a38bf91ac5cae88019bee94d24528526344c36649ffff001d1d03e477",
    "01000000fc33f596f822a0a1951ffdbf2a897b095636ad871707bf5d3162729b00000000379dfb96a5ea8c81700ea4ac6b97ae9a9312b2d4301a29580e924ee6761a2520adc46649ffff001d189c4c97",
];

fn archive_of(headers: &[Header]) -> (tempfile::TempDir, HeaderArchive) {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder.path().join("headers"));
    archive.append(&headers[1..]).unwrap();
    (folder, archive)
}

fn open(path: &Path) -> HeaderArchive {
    HeaderArchive::open_or_create(path, Network::Regtest).unwrap()
}

#[test]
fn what_was_added_is_found_by_height_and_after_a_restart() {
    let headers = chain(40, 1);
    let (folder, mut archive) = archive_of(&headers);
    assert_eq!(archive.header_at(17).unwrap(), Some(headers[17]));
    assert_eq!(archive.header_at(41).unwrap(), None);
    let path = folder.path().join("headers");
    assert_eq!(fs::metadata(&path).unwrap().len(), 41 * 80);
    let mut again = HeaderArchive::open(&path, Network::Regtest).unwrap();
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
    let finding = match HeaderArchive::open(&path, Network::Regtest) {
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
    let refused = HeaderArchive::open(&path, Network::Regtest);
    assert!(matches!(refused, Err(HeaderArchiveError::CutOff(50))));
    assert_eq!(open(&path).tip().height, 4);
    fs::write(&path, b"").unwrap();
    assert!(matches!(HeaderArchive::open(&path, Network::Regtest), Err(HeaderArchiveError::Empty)));
}

#[test]
fn a_file_that_is_no_archive_of_this_network_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("precious");
    let headers = chain(5, 1);
    let mut broken: Vec<u8> = headers.iter().flat_map(serialize).chain([7; 30]).collect();
    broken[80 * 3 + 40] ^= 1;
    let other: Vec<u8> = [serialize(&Network::Bitcoin.genesis()), vec![7; 30]].concat();
    for precious in [vec![7; 2000], vec![7; 30], vec![7; 80], broken, other] {
        fs::write(&path, &precious).unwrap();
        assert!(HeaderArchive::open_or_create(&path, Network::Regtest).is_err());
        assert_eq!(fs::read(&path).unwrap(), precious);
    }
    fs::write(&path, b"").unwrap();
    assert_eq!(open(&path).tip().height, 0);
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
    assert_eq!(archive.work(), work_in(&[&headers[..=17], &other[..]].concat()), "the work of the lighter end is gone");
}

/// Anybody with a computer and some hours makes such a file: the first blocks are easy, and keep every rule.
#[test]
fn a_few_easy_blocks_of_the_main_network_are_no_better_than_a_supplied_header() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("headers");
    fs::write(&path, hex::decode(FIRST_OF_BITCOIN.concat()).unwrap()).unwrap();
    let archive = HeaderArchive::open(&path, Network::Bitcoin).unwrap();
    assert_eq!((archive.tip().height, archive.tip_time()), (6, 1_231_471_789));
    assert_eq!(archive.trust(minimum_work(Network::Bitcoin)), Trust::SuppliedHeader);
    assert_eq!(archive.trust(archive.work()), Trust::HeaderArchive);
}

#[test]
fn one_block_more_than_there_is_is_too_much_to_ask_of_an_archive() {
    let headers = chain(21, 1);
    let (_folder, archive) = archive_of(&headers[..=20]);
    assert_eq!(archive.trust(minimum_work(Network::Regtest)), Trust::HeaderArchive);
    assert_eq!(archive.trust(work_in(&headers[..=20])), Trust::HeaderArchive);
    assert_eq!(archive.trust(work_in(&headers)), Trust::SuppliedHeader);
}

#[test]
fn a_fork_that_is_too_deep_is_refused() {
    let headers = chain(MAX_REPLACED_HEADERS + 5, 1);
    let (_folder, mut archive) = archive_of(&headers);
    assert!(matches!(archive.replace_above(3, &headers), Err(HeaderArchiveError::TooDeep { fork: 3, .. })));
}
