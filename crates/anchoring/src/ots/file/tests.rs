use super::*;
use crate::ots::{Attestation, CalendarUri, Op};
use proptest::{collection::vec, prelude::*};

const DIGEST: [u8; 32] = [7; 32];

fn calendar() -> CalendarUri {
    "https://calendar.example".parse().unwrap()
}

fn promise() -> Timestamp {
    Timestamp::of(Attestation::Pending(calendar()))
}

fn block(height: u64) -> Timestamp {
    Timestamp::of(Attestation::Bitcoin { height })
}

fn proof(timestamp: Timestamp) -> DetachedTimestamp {
    DetachedTimestamp::of_sha256(DIGEST, timestamp).unwrap()
}

/// A file of version 1 over a SHA-256 with this tree.
fn file(tree: &[u8]) -> Vec<u8> {
    [MAGIC.as_slice(), &[1, 8], &DIGEST, tree].concat()
}

#[test]
fn a_proof_has_the_bytes_that_the_format_says() {
    let path = [Op::Append(b"ab".to_vec()), Op::Sha256];
    let tree = hex::decode("f0026162080083dfe30d2ef90c8e191868747470733a2f2f63616c656e6461722e6578616d706c65").unwrap();
    let bytes = file(&tree);
    assert_eq!(proof(Timestamp::along(path, promise())).to_bytes(), bytes);
    assert_eq!(DetachedTimestamp::parse(&bytes).unwrap().to_bytes(), bytes);
}

#[test]
fn a_proof_speaks_of_one_file() {
    let digest = sha256::Hash::hash(b"checkpoint").to_byte_array();
    let proof = DetachedTimestamp::of_sha256(digest, promise()).unwrap();
    assert!(proof.speaks_of(b"checkpoint"));
    assert!(!proof.speaks_of(b"checkpoint\n"));
}

#[test]
fn an_attestation_comes_with_the_message_that_it_speaks_of() {
    let path = [Op::Append(vec![9]), Op::Hexlify];
    let attested = proof(Timestamp::along(path, block(5))).attested();
    let message = format!("{}09", "07".repeat(32)).into_bytes();
    assert_eq!(attested, [Attested { message, attestation: Attestation::Bitcoin { height: 5 } }]);
}

#[test]
fn an_unknown_attestation_is_kept() {
    let unknown = Attestation::Unknown { tag: [1; 8], payload: vec![1, 2, 3] };
    let bytes = proof(Timestamp::of(unknown.clone())).to_bytes();
    assert_eq!(DetachedTimestamp::parse(&bytes).unwrap().attested()[0].attestation, unknown);
}

#[test]
fn a_kept_promise_takes_the_place_of_the_promise() {
    let mut proof = proof(Timestamp::along([Op::Sha256], promise()));
    let [pending] = proof.attested().try_into().unwrap();
    let kept = Timestamp::along([Op::Prepend(vec![1]), Op::Sha256], block(3));
    assert!(proof.upgrade(&pending, &kept).unwrap());
    assert_eq!(proof.attested().len(), 1);
    assert_eq!(proof.attested()[0].attestation, Attestation::Bitcoin { height: 3 });
    assert!(!proof.upgrade(&pending, &kept).unwrap(), "the promise is gone");
}

#[test]
fn what_is_not_a_proof_is_refused_by_name() {
    let good = file(&promise().to_bytes());
    let refusal = |bytes: &[u8]| DetachedTimestamp::parse(bytes).unwrap_err();
    assert_eq!(refusal(&good[..20]), OtsError::CutOff);
    assert_eq!(refusal(&[0; 40]), OtsError::NotAProof);
    assert_eq!(refusal(&[MAGIC.as_slice(), &[2]].concat()), OtsError::UnknownVersion(2));
    assert_eq!(refusal(&[MAGIC.as_slice(), &[1, 0x02]].concat()), OtsError::OtherFileHash(0x02));
    assert_eq!(refusal(&[good.as_slice(), &[0]].concat()), OtsError::TrailingBytes(1));
    assert_eq!(refusal(&file(&[0x67])), OtsError::UnknownOperation(0x67), "keccak256 dates nothing in Bitcoin");
    assert_eq!(refusal(&file(&[0xf0, 0])), OtsError::Empty("an argument"));
    assert_eq!(
        refusal(&vec![0; MAX_FILE_BYTES + 1]),
        OtsError::TooLong { what: "the proof", bytes: 131_073, most: MAX_FILE_BYTES }
    );
    assert_eq!(DetachedTimestamp::of_sha256(DIGEST, Timestamp::default()), Err(OtsError::Empty("the timestamp")));
}

#[test]
fn a_path_ends_at_two_hundred_and_fifty_six() {
    let deep = |operations: usize| file(&[vec![8; operations], promise().to_bytes()].concat());
    assert!(DetachedTimestamp::parse(&deep(MAX_DEPTH - 1)).is_ok());
    assert_eq!(DetachedTimestamp::parse(&deep(MAX_DEPTH)), Err(OtsError::TooDeep(MAX_DEPTH)));
    assert_eq!(DetachedTimestamp::parse(&deep(100_000)), Err(OtsError::TooDeep(MAX_DEPTH)));
}

#[test]
fn an_address_of_a_calendar_is_an_address() {
    for bad in ["https://x/?q", "https://x/ y", "https://x/%41", "ü", &"a".repeat(1001)] {
        assert_eq!(bad.parse::<CalendarUri>(), Err(OtsError::BadCalendarUri), "{bad}");
    }
}

fn any_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        Just(Op::Sha1),
        Just(Op::Ripemd160),
        Just(Op::Sha256),
        Just(Op::Reverse),
        vec(any::<u8>(), 1..40).prop_map(Op::Append),
        vec(any::<u8>(), 1..40).prop_map(Op::Prepend),
    ]
}

fn any_attestation() -> impl Strategy<Value = Attestation> {
    prop_oneof![
        "[a-z0-9./:_-]{0,30}".prop_map(|uri| Attestation::Pending(uri.parse().unwrap())),
        any::<u64>().prop_map(|height| Attestation::Bitcoin { height }),
        (any::<[u8; 8]>(), vec(any::<u8>(), 0..20)).prop_map(|(tag, payload)| Attestation::Unknown { tag, payload }),
    ]
}

fn any_timestamp() -> impl Strategy<Value = Timestamp> {
    let leaf = any_attestation().prop_map(Timestamp::of);
    leaf.prop_recursive(6, 24, 4, |below| {
        vec((vec(any_op(), 0..4), below), 1..4).prop_map(|branches| {
            let mut whole = Timestamp::default();
            for (path, end) in branches {
                whole.merge(Timestamp::along(path, end));
            }
            whole
        })
    })
}

proptest! {
    #[test]
    fn every_proof_survives_writing_and_reading(timestamp in any_timestamp()) {
        let proof = proof(timestamp.clone());
        prop_assert_eq!(proof.timestamp(), &timestamp);
        let again = DetachedTimestamp::parse(&proof.to_bytes()).unwrap();
        prop_assert_eq!(again.to_bytes(), proof.to_bytes());
    }

    #[test]
    fn a_damaged_proof_is_refused_or_says_what_it_reads(timestamp in any_timestamp(), at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let mut bytes = proof(timestamp).to_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        if let Ok(read) = DetachedTimestamp::parse(&bytes) {
            prop_assert_eq!(DetachedTimestamp::parse(&read.to_bytes()).unwrap(), read);
        }
    }

    #[test]
    fn merging_knows_no_order(one in any_timestamp(), other in any_timestamp()) {
        let (mut left, mut right) = (one.clone(), other.clone());
        left.merge(other);
        right.merge(one);
        prop_assert_eq!(left, right);
    }
}
