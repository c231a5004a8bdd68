use super::*;
use crate::{Checkpoint, entry_hash, note::LogKey, tree::leaf_hash};

mod pieces;

const ORIGIN: &str = "example.org/ledger";

/// A stored row, owned, so that it can be tampered with.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    position: u64,
    stream: Vec<u8>,
    version: u64,
    kind: Vec<u8>,
    recorded_at_ms: u64,
    entry: Vec<u8>,
    hash: Vec<u8>,
}

/// What an honest writer would append next, before it is chained.
#[derive(Clone)]
struct Draft {
    origin: &'static str,
    stream: String,
    version: u64,
    recorded_at_ms: u64,
    key: Option<Vec<u8>>,
    payload: Vec<u8>,
}

fn draft(position: u64) -> Draft {
    Draft {
        origin: ORIGIN,
        stream: format!("task-{}", position % 3),
        version: position / 3 + 1,
        recorded_at_ms: 1000 + position,
        key: Some(position.to_be_bytes().to_vec()),
        payload: vec![0x91, 0xcc, 0x80 | u8::try_from(position % 64).unwrap()],
    }
}

fn row(position: u64, prev_hash: Hash, draft: &Draft) -> Row {
    let entry = Entry {
        origin: draft.origin,
        position,
        stream: &draft.stream,
        version: draft.version,
        kind: "task.submitted",
        schema: 1,
        event_id: [u8::try_from(position % 256).unwrap(); 16],
        recorded_at_ms: draft.recorded_at_ms,
        actor: "account:ann",
        correlation_id: [7; 16],
        causation_id: None,
        idempotency_key: draft.key.as_deref(),
        author_key: None,
        author_signature: None,
        payload: &draft.payload,
        prev_hash,
    };
    let mut bytes = Vec::new();
    entry.encode(&mut bytes).unwrap();
    Row {
        position,
        stream: draft.stream.clone().into_bytes(),
        version: draft.version,
        kind: b"task.submitted".to_vec(),
        recorded_at_ms: draft.recorded_at_ms,
        hash: entry_hash(&bytes).to_vec(),
        entry: bytes,
    }
}

/// Chains what `change` makes of the honest drafts.
fn chained(count: u64, change: impl Fn(u64, &mut Draft)) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for position in 0..count {
        let mut next = draft(position);
        change(position, &mut next);
        let prev = rows.last().map_or(GENESIS_PREV, |row| row.hash[..].try_into().unwrap());
        rows.push(row(position, prev, &next));
    }
    rows
}

fn honest(count: u64) -> Vec<Row> {
    chained(count, |_, _| {})
}

fn log_key() -> LogKey {
    LogKey::from_seed(ORIGIN, &[1; 32]).unwrap()
}

fn checkpoint(rows: &[Row]) -> Checkpoint {
    let mut tree = Frontier::new();
    for row in rows {
        tree.append(leaf_hash(&row.entry));
    }
    Checkpoint { origin: ORIGIN.to_owned(), size: tree.size(), root: tree.root() }
}

fn signed(rows: &[Row]) -> String {
    checkpoint(rows).sign(&log_key()).unwrap()
}

fn expecting(checkpoints: &[String]) -> Expectations {
    Expectations {
        origin: ORIGIN.to_owned(),
        log_keys: vec![log_key().verifier_key()],
        checkpoints: checkpoints.to_vec(),
        max_unproven_tail: 0,
    }
}

/// Verifies in one piece, and expects the same report where the rows come one by one.
fn verify(rows: &[Row], expected: &Expectations) -> Report {
    let whole = verify_in_pieces(rows, expected, rows.len());
    assert_eq!(whole, verify_in_pieces(rows, expected, 1));
    whole
}

fn verify_in_pieces(rows: &[Row], expected: &Expectations, piece: usize) -> Report {
    let texts = |row: &Row| [&row.stream, &row.kind].map(|text| String::from_utf8_lossy(text).into_owned());
    let texts: Vec<_> = rows.iter().map(texts).collect();
    let stored: Vec<_> = rows
        .iter()
        .zip(&texts)
        .map(|(row, [stream, kind])| {
            let (version, recorded_at_ms) = (row.version, row.recorded_at_ms);
            let columns = Some(Columns { stream, version, kind, recorded_at_ms });
            StoredRow { position: row.position, entry: &row.entry, hash: &row.hash, columns }
        })
        .collect();
    let mut verifier = Verifier::new(expected);
    if piece == 1 {
        for row in &stored {
            verifier.push(row);
        }
    } else {
        for rows in stored.chunks(piece.max(1)) {
            verifier.push_all(rows);
        }
    }
    verifier.finish()
}

/// Verifies with the honest checkpoint over ten entries and expects this class at this position first, with and
/// without more checkpoints on the way.
#[track_caller]
fn assert_tampered(rows: &[Row], class: Class, position: u64) {
    let all = honest(10);
    for checkpoints in [vec![signed(&all)], vec![signed(&all[..2]), signed(&all)]] {
        assert_first(&verify(rows, &expecting(&checkpoints)), class, Some(position));
    }
}

#[track_caller]
fn assert_first(report: &Report, class: Class, position: Option<u64>) {
    match &report.verdict {
        Verdict::Tampered(first) => assert_eq!((first.class, first.position), (class, position), "{report:#?}"),
        other => panic!("{other:?}"),
    }
}

fn renumber(rows: &mut [Row]) {
    for (row, position) in rows.iter_mut().zip(0..) {
        row.position = position;
    }
}

#[test]
fn an_untouched_ledger_with_its_checkpoint_is_ok_and_says_what_was_covered() {
    let rows = honest(10);
    let report = verify(&rows, &expecting(&[signed(&rows[..4]), signed(&rows)]));
    assert_eq!(report.verdict, Verdict::Ok);
    let coverage = &report.coverage;
    assert_eq!((coverage.entries, coverage.first, coverage.last), (10, Some(0), Some(9)));
    assert_eq!((coverage.checkpoints_given, coverage.checkpoints_verified), (2, 2));
    assert_eq!((coverage.proven_size, coverage.unproven_tail), (Some(10), 0));
    assert_eq!(coverage.root, checkpoint(&rows).root);
    assert_eq!(coverage.head_hash.unwrap().to_vec(), rows[9].hash);
}

#[test]
fn without_a_checkpoint_over_everything_a_ledger_is_valid_but_unproven() {
    let rows = honest(10);
    assert_eq!(verify(&rows, &expecting(&[])).verdict, Verdict::ValidButUnproven);
    let old = expecting(&[signed(&rows[..8])]);
    let report = verify(&rows, &old);
    assert_eq!((report.verdict, report.coverage.unproven_tail), (Verdict::ValidButUnproven, 2));
    assert_eq!(verify(&rows, &Expectations { max_unproven_tail: 1, ..old.clone() }).verdict.exit_code(), 3);
    assert_eq!(verify(&rows, &Expectations { max_unproven_tail: 2, ..old }).verdict, Verdict::Ok);
    assert_eq!(verify(&[], &expecting(&[])).verdict, Verdict::ValidButUnproven);
    assert_eq!(verify(&[], &expecting(&[signed(&[])])).verdict, Verdict::Ok);
}

#[test]
fn a_changed_payload_is_a_mutation() {
    let mut rows = honest(10);
    let at = rows[5].entry.len() - 35;
    rows[5].entry[at] ^= 1;
    assert_tampered(&rows, Class::Mutated, 5);
}

#[test]
fn a_changed_hash_or_column_is_a_mutation() {
    type Change = fn(&mut Row);
    let changes: [Change; 7] = [
        |row| row.hash[0] ^= 1,
        |row| row.hash.truncate(31),
        |row| row.hash.clear(),
        |row| row.stream = b"task-x".to_vec(),
        |row| row.version += 1,
        |row| row.kind = b"task.completed".to_vec(),
        |row| row.recorded_at_ms -= 1,
    ];
    for change in changes {
        let mut rows = honest(10);
        change(&mut rows[5]);
        assert_tampered(&rows, Class::Mutated, 5);
    }
}

#[test]
fn a_replaced_entry_with_its_own_hash_breaks_the_chain() {
    let mut rows = honest(10);
    let prev = rows[4].hash[..].try_into().unwrap();
    rows[5] = row(5, prev, &Draft { payload: vec![0x90], ..draft(5) });
    assert_tampered(&rows, Class::ChainBreak, 6);
}

#[test]
fn a_history_rewritten_to_the_end_does_not_fit_the_checkpoint() {
    let rows = chained(10, |position, draft| {
        if position == 5 {
            draft.payload = vec![0x90];
        }
    });
    let all = honest(10);
    let report = verify(&rows, &expecting(&[signed(&all[..4]), signed(&all)]));
    assert_first(&report, Class::CheckpointMismatch, Some(4));
    assert_eq!(verify(&rows, &expecting(&[])).verdict, Verdict::ValidButUnproven);
}

#[test]
fn a_rewritten_history_that_the_log_signed_is_a_fork() {
    let all = honest(10);
    let rows = chained(10, |position, draft| draft.payload.extend(vec![0; usize::from(position == 5)]));
    let two_of_one_size = expecting(&[signed(&all), signed(&rows)]);
    assert!(verify(&rows, &two_of_one_size).findings.iter().any(|finding| finding.class == Class::Fork));
    assert_eq!(verify(&rows, &two_of_one_size).verdict.exit_code(), 1);
    let signed_later = expecting(&[signed(&all[..8]), signed(&rows)]);
    assert_first(&verify(&rows, &signed_later), Class::Fork, Some(0));
}

#[test]
fn a_shortened_ledger_is_truncated() {
    let rows = honest(10);
    for kept in 0..10_usize {
        let expected = expecting(&[signed(&rows[..2]), signed(&rows)]);
        let at = u64::try_from(kept).unwrap();
        assert_first(&verify(&rows[..kept], &expected), Class::Truncated, Some(at));
    }
}

#[test]
fn a_deleted_row_is_missing_whether_or_not_the_rest_is_renumbered() {
    for deleted in 1..9 {
        let mut rows = honest(10);
        rows.remove(deleted);
        assert_tampered(&rows, Class::Missing, u64::try_from(deleted).unwrap());
        renumber(&mut rows);
        assert_tampered(&rows, Class::Missing, u64::try_from(deleted).unwrap());
    }
    let mut several = honest(10);
    several.drain(3..6);
    renumber(&mut several);
    assert_tampered(&several, Class::Missing, 3);
}

#[test]
fn a_deleted_beginning_is_a_missing_genesis() {
    let mut rows = honest(10);
    rows.drain(..4);
    assert_tampered(&rows, Class::GenesisMissing, 0);
    renumber(&mut rows);
    assert_tampered(&rows, Class::GenesisMissing, 0);
    let late = row(0, [9; 32], &draft(0));
    assert_first(&verify(&[late], &expecting(&[])), Class::ChainBreak, Some(0));
}

#[test]
fn two_rows_that_changed_places_are_reordered() {
    for (one, other) in [(2, 3), (2, 7), (0, 1), (0, 9), (8, 9)] {
        let mut rows = honest(10);
        rows.swap(one, other);
        let unsorted = rows.clone();
        renumber(&mut rows);
        assert_tampered(&rows, Class::Reordered, u64::try_from(one).unwrap());
        // A reader that does not sort sees a gap first and is told so.
        assert_eq!(verify(&unsorted, &expecting(&[])).verdict.exit_code(), 1);
    }
}

#[test]
fn a_row_overwritten_by_another_is_reordered() {
    let mut rows = honest(10);
    rows[5] = Row { position: 5, ..rows[3].clone() };
    assert_tampered(&rows, Class::Reordered, 5);
}

#[test]
fn a_forged_row_in_between_is_inserted_wherever_it_stands() {
    for place in 1..9_usize {
        let mut rows = honest(10);
        let prev = rows[place - 1].hash[..].try_into().unwrap();
        let at = u64::try_from(place).unwrap();
        rows.insert(place, row(at, prev, &Draft { payload: vec![0x90], key: None, ..draft(at) }));
        renumber(&mut rows);
        assert_tampered(&rows, Class::Inserted, at);
    }
}

#[test]
fn several_forged_rows_in_between_are_inserted() {
    let mut rows = honest(10);
    let forged = chained(7, |position, draft| draft.payload.extend(vec![0; usize::from(position >= 4)]));
    rows.splice(4..4, forged[4..].iter().cloned());
    renumber(&mut rows);
    assert_tampered(&rows, Class::Inserted, 4);
}

#[test]
fn a_replayed_row_at_the_end_is_inserted() {
    let mut rows = honest(10);
    rows.push(Row { position: 10, ..rows[6].clone() });
    assert_tampered(&rows, Class::Inserted, 10);
}

#[test]
fn an_entry_of_another_ledger_is_named() {
    let rows = chained(10, |position, draft| {
        if position == 5 {
            draft.origin = "example.org/other";
        }
    });
    assert_first(&verify(&rows, &expecting(&[signed(&rows)])), Class::WrongLedger, Some(5));
}

#[test]
fn a_writer_that_breaks_the_rules_is_named() {
    let check = |change: fn(&mut Draft), class| {
        let rows = chained(10, |position, draft| {
            if position == 5 {
                change(draft);
            }
        });
        assert_first(&verify(&rows, &expecting(&[signed(&rows)])), class, Some(5));
    };
    check(|draft| draft.recorded_at_ms = 1, Class::NonMonotonicTime);
    check(|draft| draft.version = 3, Class::VersionBreak);
    check(|draft| draft.version = 1, Class::VersionBreak);
    check(|draft| draft.stream = "new".to_owned(), Class::VersionBreak);
    check(|draft| draft.key = Some(3_u64.to_be_bytes().to_vec()), Class::DuplicateKey);
    check(|draft| draft.key = Some(4_u64.to_be_bytes().to_vec()), Class::DuplicateKey);
}

#[test]
fn the_entries_of_one_append_share_their_key() {
    let rows = chained(10, |position, draft| {
        if (3..6).contains(&position) {
            draft.key = Some(b"one append".to_vec());
            draft.recorded_at_ms = 1003;
        }
    });
    assert_eq!(verify(&rows, &expecting(&[signed(&rows)])).verdict, Verdict::Ok);
}

#[test]
fn bytes_that_are_no_entry_are_corrupt_where_their_hash_fits() {
    let mut rows = honest(10);
    rows[9].entry = b"junk".to_vec();
    rows[9].hash = entry_hash(b"junk").to_vec();
    let report = verify(&rows, &expecting(&[signed(&rows)]));
    assert!(matches!(&report.verdict, Verdict::Corrupt(Finding { class: Class::Corrupt, position: Some(9), .. })));
    assert_eq!(report.verdict.exit_code(), 2);
}

#[test]
fn checkpoints_that_cannot_be_used_are_never_taken_for_proof() {
    let rows = honest(10);
    let good = signed(&rows);
    let verdict = |note: String| verify(&rows, &expecting(&[good.clone(), note])).verdict;
    let other_key = LogKey::from_seed(ORIGIN, &[2; 32]).unwrap();
    let unknown = verdict(checkpoint(&rows).sign(&other_key).unwrap());
    assert!(matches!(unknown, Verdict::Corrupt(Finding { class: Class::UnknownKey, .. })));
    let forged = verdict(good.replacen("\n10\n", "\n11\n", 1));
    assert!(matches!(forged, Verdict::Tampered(Finding { class: Class::BadSignature, .. })));
    let elsewhere = Checkpoint { origin: "other".to_owned(), ..checkpoint(&rows) };
    for unusable in [elsewhere.sign(&log_key()).unwrap(), "no note".to_owned()] {
        assert!(matches!(verdict(unusable), Verdict::Corrupt(Finding { class: Class::BadCheckpoint, .. })));
    }
}

#[test]
fn findings_are_bounded_and_the_first_is_never_lost() {
    let mut rows = honest(200);
    for row in &mut rows[20..] {
        row.kind = b"other".to_vec();
    }
    let report = verify(&rows, &expecting(&[]));
    assert_eq!((report.findings.len(), report.findings_total), (MAX_FINDINGS, 180));
    assert_first(&report, Class::Mutated, Some(20));
}

#[test]
fn author_signatures_are_counted_as_unchecked() {
    let mut bytes = Vec::new();
    let rows = honest(1);
    let entry = Entry::decode(&rows[0].entry).unwrap();
    let entry = Entry { author_key: Some([1; 32]), author_signature: Some([2; 64]), ..entry };
    entry.encode(&mut bytes).unwrap();
    let row = Row { hash: entry_hash(&bytes).to_vec(), entry: bytes, ..rows[0].clone() };
    assert_eq!(verify(&[row], &expecting(&[])).coverage.author_signatures_unchecked, 1);
}

/// Every byte of every stored column, flipped in eight ways or removed, is noticed.
#[test]
fn no_flipped_byte_of_any_column_is_ever_ok() {
    type Column = fn(&mut Row) -> &mut Vec<u8>;
    type Number = fn(&mut Row) -> &mut u64;
    let columns: [Column; 4] = [|row| &mut row.stream, |row| &mut row.kind, |row| &mut row.entry, |row| &mut row.hash];
    let rows = honest(6);
    let expected = expecting(&[signed(&rows[..3]), signed(&rows)]);
    assert_eq!(verify(&rows, &expected).verdict, Verdict::Ok);
    let mut tried = 0;
    let mut must_notice = |changed: &[Row], what: &str| {
        tried += 1;
        assert_eq!(verify(changed, &expected).verdict.exit_code(), 1, "{what}");
    };
    for index in 0..rows.len() {
        for column in columns {
            for byte in 0..column(&mut rows[index].clone()).len() {
                let mut changed = rows.clone();
                for bit in 0..8 {
                    column(&mut changed[index])[byte] ^= 1 << bit;
                    must_notice(&changed, &format!("row {index}, byte {byte}, bit {bit}"));
                    column(&mut changed[index])[byte] ^= 1 << bit;
                }
                column(&mut changed[index]).remove(byte);
                must_notice(&changed, &format!("row {index}, byte {byte} removed"));
            }
        }
        let numbers: [Number; 3] = [|row| &mut row.position, |row| &mut row.version, |row| &mut row.recorded_at_ms];
        for (number, bit) in numbers.iter().flat_map(|number| (0..64).map(move |bit| (number, bit))) {
            let mut changed = rows.clone();
            *number(&mut changed[index]) ^= 1 << bit;
            changed.sort_by_key(|row| row.position);
            must_notice(&changed, &format!("row {index}, number bit {bit}"));
        }
    }
    assert!(tried > 5_000, "{tried}");
}
