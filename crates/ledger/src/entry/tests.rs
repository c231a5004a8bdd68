use super::*;
use proptest::prelude::*;

/// The fields of an [`Entry`], owned.
#[derive(Debug, Clone)]
struct Fields {
    texts: [String; 4],
    numbers: [u64; 3],
    schema: u16,
    ids: [[u8; 16]; 2],
    causation_id: Option<[u8; 16]>,
    idempotency_key: Option<Vec<u8>>,
    author: Option<([u8; 32], [u8; 32])>,
    payload: Vec<u8>,
    prev_hash: [u8; 32],
}

impl Fields {
    fn entry(&self) -> Entry<'_> {
        let [origin, stream, kind, actor] = &self.texts;
        let [position, version, recorded_at_ms] = self.numbers;
        Entry {
            origin,
            position,
            stream,
            version,
            kind,
            schema: self.schema,
            event_id: self.ids[0],
            recorded_at_ms,
            actor,
            correlation_id: self.ids[1],
            causation_id: self.causation_id,
            idempotency_key: self.idempotency_key.as_deref(),
            author_key: self.author.map(|(key, _)| key),
            author_signature: self.author.map(|(_, half)| [half, half].concat().try_into().unwrap()),
            payload: &self.payload,
            prev_hash: self.prev_hash,
        }
    }
}

fn text(max: usize) -> impl Strategy<Value = String> {
    // The lengths at which the MessagePack form changes are where mistakes live.
    prop_oneof!["[ -~]{1,12}", "\\PC{1,8}", Just("x".repeat(31)), Just("x".repeat(32)), Just("x".repeat(max))]
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        0u64..300,
        any::<u64>(),
        prop::sample::select(vec![127, 128, 255, 256, 65_535, 65_536, (1 << 32) - 1, 1 << 32, u64::MAX]),
    ]
}

fn fields() -> impl Strategy<Value = Fields> {
    let texts = (text(MAX_ORIGIN_BYTES), text(MAX_STREAM_BYTES), text(MAX_KIND_BYTES), text(MAX_ACTOR_BYTES));
    let key = prop::option::of(prop::collection::vec(any::<u8>(), 1..=MAX_IDEMPOTENCY_KEY_BYTES));
    let payload = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        prop::sample::select(vec![255usize, 256, 60_000]).prop_map(|len| vec![1; len])
    ];
    let numbers = [number(), number(), number()];
    let fixed = (any::<[[u8; 16]; 2]>(), any::<Option<[u8; 16]>>(), any::<Option<([u8; 32], [u8; 32])>>());
    (texts, numbers, any::<u16>(), fixed, key, payload, any::<[u8; 32]>()).prop_map(
        |(texts, numbers, schema, (ids, causation_id, author), idempotency_key, payload, prev_hash)| Fields {
            texts: texts.into(),
            numbers,
            schema,
            ids,
            causation_id,
            idempotency_key,
            author,
            payload,
            prev_hash,
        },
    )
}

fn sample() -> Entry<'static> {
    Entry {
        origin: "example.org/ledger",
        position: 3,
        stream: "task-1",
        version: 1,
        kind: "task.submitted",
        schema: 1,
        event_id: [1; 16],
        recorded_at_ms: 1_700_000_000_000,
        actor: "account:ann",
        correlation_id: [2; 16],
        causation_id: None,
        idempotency_key: None,
        author_key: None,
        author_signature: None,
        payload: b"\x90",
        prev_hash: [3; 32],
    }
}

fn encoded(entry: &Entry<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    entry.encode(&mut bytes).unwrap();
    bytes
}

/// Writes the entry with another MessagePack library.
fn encoded_by_rmp(entry: &Entry<'_>) -> Vec<u8> {
    use rmp::encode::{write_array_len, write_bin, write_nil, write_str, write_uint};
    fn optional(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => write_bin(out, bytes).unwrap(),
            None => write_nil(out).unwrap(),
        }
    }
    let mut out = Vec::new();
    write_array_len(&mut out, 17).unwrap();
    write_uint(&mut out, 1).unwrap();
    write_str(&mut out, entry.origin).unwrap();
    write_uint(&mut out, entry.position).unwrap();
    write_str(&mut out, entry.stream).unwrap();
    write_uint(&mut out, entry.version).unwrap();
    write_str(&mut out, entry.kind).unwrap();
    write_uint(&mut out, entry.schema.into()).unwrap();
    write_bin(&mut out, &entry.event_id).unwrap();
    write_uint(&mut out, entry.recorded_at_ms).unwrap();
    write_str(&mut out, entry.actor).unwrap();
    write_bin(&mut out, &entry.correlation_id).unwrap();
    optional(&mut out, entry.causation_id.as_ref().map(|id| &id[..]));
    optional(&mut out, entry.idempotency_key);
    optional(&mut out, entry.author_key.as_ref().map(|key| &key[..]));
    optional(&mut out, entry.author_signature.as_ref().map(|signature| &signature[..]));
    write_bin(&mut out, entry.payload).unwrap();
    write_bin(&mut out, &entry.prev_hash).unwrap();
    out
}

proptest! {
    #[test]
    fn what_was_encoded_decodes_to_the_same(fields in fields()) {
        let entry = fields.entry();
        let bytes = encoded(&entry);
        prop_assert_eq!(Entry::decode(&bytes), Ok(entry));
    }

    #[test]
    fn another_library_writes_the_same_bytes(fields in fields()) {
        let entry = fields.entry();
        prop_assert_eq!(encoded(&entry), encoded_by_rmp(&entry));
    }

    /// Changed bytes are refused or are the one form of another entry.
    #[test]
    fn accepted_bytes_encode_to_themselves(
        fields in fields(), place in any::<prop::sample::Index>(), with in any::<u8>(), cut in any::<bool>(),
    ) {
        let mut bytes = encoded(&fields.entry());
        let place = place.index(bytes.len().min(300));
        if cut { bytes.remove(place); } else { bytes[place] = with; }
        if let Ok(entry) = Entry::decode(&bytes) {
            prop_assert_eq!(encoded(&entry), bytes);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(tail in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Entry::decode(&tail);
        let _ = Entry::decode(&[&HEADER[..], &[1], &tail].concat());
    }
}

/// Replaces the one place where `from` stands in the sample's bytes.
fn sample_with(from: &[u8], to: &[u8]) -> Vec<u8> {
    let bytes = encoded(&sample());
    let places: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(from)).collect();
    assert_eq!(places.len(), 1, "the test's own pattern must stand in one place");
    [&bytes[..places[0]], to, &bytes[places[0] + from.len()..]].concat()
}

fn assert_refused(bytes: &[u8], field: &'static str, problem: FieldProblem) {
    assert_eq!(Entry::decode(bytes), Err(EntryError::Field { field, problem }));
}

#[test]
fn numbers_wider_than_needed_are_refused() {
    let position: &[u8] = b"ledger\x03";
    for wide in [&b"ledger\xcc\x03"[..], b"ledger\xcd\0\x03", b"ledger\xce\0\0\0\x03", b"ledger\xcf\0\0\0\0\0\0\0\x03"]
    {
        assert_refused(&sample_with(position, wide), "position", FieldProblem::NotShortest);
    }
    assert_refused(&sample_with(position, b"ledger\xd0\x03"), "position", FieldProblem::Type);
    assert_refused(&sample_with(b"submitted\x01", b"submitted\xce\0\x01\0\0"), "schema", FieldProblem::TooLarge);
}

#[test]
fn lengths_wider_than_needed_and_confused_types_are_refused() {
    assert_refused(&sample_with(b"\xa6task-1", b"\xd9\x06task-1"), "stream", FieldProblem::NotShortest);
    assert_refused(&sample_with(b"\xa6task-1", b"\xda\0\x06task-1"), "stream", FieldProblem::NotShortest);
    assert_refused(&sample_with(b"\xa6task-1", b"\xc4\x06task-1"), "stream", FieldProblem::Type);
    assert_refused(&sample_with(b"\xa6task-1", b"\xc0"), "stream", FieldProblem::Type);
    assert_refused(&sample_with(b"\xa6task-1", b"\xa0"), "stream", FieldProblem::Length { got: 0 });
    assert_refused(&sample_with(b"\xa6task-1", b"\xa6task-\xff"), "stream", FieldProblem::NotUtf8);
    assert_refused(&sample_with(b"\xc4\x01\x90", b"\xc5\0\x01\x90"), "payload", FieldProblem::NotShortest);
    assert_refused(&sample_with(b"\xc4\x01\x90", b"\xa1a"), "payload", FieldProblem::Type);
    assert_refused(&sample_with(b"\xc4\x01\x90", b"\xc6\xff\xff\xff\xff\x90"), "payload", FieldProblem::Type);
}

#[test]
fn an_entry_ends_where_its_bytes_end() {
    let bytes = encoded(&sample());
    for cut in 0..bytes.len() {
        assert!(Entry::decode(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    assert_eq!(Entry::decode(&[&bytes[..], &[0xc0]].concat()), Err(EntryError::TrailingBytes));
}

#[test]
fn another_format_or_shape_is_refused() {
    let mut bytes = encoded(&sample());
    bytes[3] = 2;
    assert_eq!(Entry::decode(&bytes), Err(EntryError::UnknownFormat(2)));
    bytes[2] = 16;
    assert_eq!(Entry::decode(&bytes), Err(EntryError::NotAnEntry));
}

#[test]
fn an_author_key_needs_its_signature_and_the_reverse() {
    let half = Entry { author_key: Some([9; 32]), ..sample() };
    let mut out = vec![42];
    assert_eq!(half.encode(&mut out), Err(EntryError::HalfAnAuthor));
    assert_eq!(out, [42]);
    let nils = b"\xc0\xc0\xc0\xc0\xc4\x01\x90";
    let key = [&b"\xc0\xc0\xc4\x20"[..], &[9; 32], b"\xc0\xc4\x01\x90"].concat();
    let signature = [&b"\xc0\xc0\xc0\xc4\x40"[..], &[9; 64], b"\xc4\x01\x90"].concat();
    for half in [key, signature] {
        assert_eq!(Entry::decode(&sample_with(nils, &half)), Err(EntryError::HalfAnAuthor));
    }
}

#[test]
fn limits_hold_for_the_writer_too_and_leave_the_buffer_as_it_was() {
    let long = "x".repeat(256);
    let huge = vec![0; MAX_ENTRY_BYTES];
    let too_much = vec![0; MAX_ENTRY_BYTES + 1];
    let mut out = vec![42];
    for wrong in [
        Entry { origin: &long, ..sample() },
        Entry { stream: "", ..sample() },
        Entry { kind: &long[..128], ..sample() },
        Entry { actor: &long, ..sample() },
        Entry { idempotency_key: Some(b""), ..sample() },
        Entry { payload: &too_much, ..sample() },
    ] {
        assert!(matches!(wrong.encode(&mut out), Err(EntryError::Field { problem: FieldProblem::Length { .. }, .. })));
    }
    assert!(matches!(Entry { payload: &huge, ..sample() }.encode(&mut out), Err(EntryError::TooLarge { .. })));
    assert_eq!(out, [42]);
}

#[test]
fn the_largest_entry_is_taken_and_one_byte_more_is_not() {
    let mut payload = vec![0; 60_000];
    let overhead = encoded(&Entry { payload: &payload, ..sample() }).len() - payload.len();
    payload.resize(MAX_ENTRY_BYTES - overhead + 1, 0);
    let bytes = encoded(&Entry { payload: &payload[1..], ..sample() });
    assert_eq!(bytes.len(), MAX_ENTRY_BYTES);
    assert!(Entry::decode(&bytes).is_ok());
    let got = MAX_ENTRY_BYTES + 1;
    assert_eq!(Entry { payload: &payload, ..sample() }.encode(&mut Vec::new()), Err(EntryError::TooLarge { got }));
}
