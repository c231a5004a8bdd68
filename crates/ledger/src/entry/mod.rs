//! What is one entry of the ledger, byte for byte?
//!
//! A MessagePack array of 17 values in fixed order: unsigned integers in their shortest form, texts, byte strings and
//! nil, nothing else. [`Entry::decode`] takes exactly the bytes that [`Entry::encode`] writes, so an entry has one
//! form; what is hashed are the stored bytes, never a re-encoding.

use crate::pack::{self, Reader};

pub use crate::pack::FieldProblem;

/// The format of the entries that this crate reads and writes.
pub const FORMAT: u64 = 1;
/// The most bytes an entry has: an entry bundle of `tlog-tiles` gives each entry a 16-bit length.
pub const MAX_ENTRY_BYTES: usize = 65_535;
/// The most bytes of [`Entry::origin`].
pub const MAX_ORIGIN_BYTES: usize = 255;
/// The most bytes of [`Entry::stream`].
pub const MAX_STREAM_BYTES: usize = 255;
/// The most bytes of [`Entry::kind`].
pub const MAX_KIND_BYTES: usize = 127;
/// The most bytes of [`Entry::actor`].
pub const MAX_ACTOR_BYTES: usize = 255;
/// The most bytes of [`Entry::idempotency_key`].
pub const MAX_IDEMPOTENCY_KEY_BYTES: usize = 255;

/// `array 16` of 17 values: the only header an entry has.
const HEADER: [u8; 3] = [0xdc, 0x00, 17];

/// One entry, borrowing its texts and its payload from the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The ledger that the entry belongs to; the same as the checkpoint's origin.
    pub origin: &'a str,
    /// The place in the whole ledger, counted from zero without gaps.
    pub position: u64,
    /// The history that the event belongs to.
    pub stream: &'a str,
    /// The place in the stream, counted from one without gaps.
    pub version: u64,
    /// What happened.
    pub kind: &'a str,
    /// The version of the payload's own fields.
    pub schema: u16,
    /// Names the event for ever.
    pub event_id: [u8; 16],
    /// When it was recorded, in milliseconds since 1970; never less than in the entry before.
    pub recorded_at_ms: u64,
    /// Who caused it.
    pub actor: &'a str,
    /// The first event of the conversation.
    pub correlation_id: [u8; 16],
    /// The event that this one reacts to.
    pub causation_id: Option<[u8; 16]>,
    /// Names the append, so that a repeated one is noticed.
    pub idempotency_key: Option<&'a [u8]>,
    /// The Ed25519 key of the one who acted; present together with the signature or not at all.
    pub author_key: Option<[u8; 32]>,
    /// The signature of the one who acted.
    pub author_signature: Option<[u8; 64]>,
    /// The event's own bytes, which this crate does not read.
    pub payload: &'a [u8],
    /// The chain hash of the entry before, [`crate::GENESIS_PREV`] for the first.
    pub prev_hash: [u8; 32],
}

/// Why something is not an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// The bytes do not begin as an entry does.
    #[error("not an array of 17 values")]
    NotAnEntry,
    /// Another format; a newer program may know it.
    #[error("entry format {0} is not known")]
    UnknownFormat(u64),
    /// One field is not what it must be.
    #[error("field {field}: {problem}")]
    Field {
        /// The field's name.
        field: &'static str,
        /// What is wrong with it.
        problem: FieldProblem,
    },
    /// A signature without its key, or a key without its signature.
    #[error("author key and author signature stand together or not at all")]
    HalfAnAuthor,
    /// Bytes follow the last field.
    #[error("bytes follow the last field")]
    TrailingBytes,
    /// Longer than [`MAX_ENTRY_BYTES`]; larger contents belong into the blob store.
    #[error("{got} bytes are more than the {MAX_ENTRY_BYTES} of an entry")]
    TooLarge {
        /// How long it is.
        got: usize,
    },
}

/// Names the field in which a problem was found.
fn at(field: &'static str) -> impl Fn(FieldProblem) -> EntryError {
    move |problem| EntryError::Field { field, problem }
}

fn check_length(field: &'static str, got: usize, max: usize) -> Result<(), EntryError> {
    if got == 0 || got > max { Err(at(field)(FieldProblem::Length { got })) } else { Ok(()) }
}

impl<'a> Entry<'a> {
    /// Appends the entry's bytes to `out`.
    ///
    /// # Errors
    /// A field outside its limits, half an author, or an entry that is too long; `out` is then as it was.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), EntryError> {
        self.check()?;
        let start = out.len();
        let written = self.write(out).and_then(|()| {
            let got = out.len().saturating_sub(start);
            if got > MAX_ENTRY_BYTES { Err(EntryError::TooLarge { got }) } else { Ok(()) }
        });
        if written.is_err() {
            out.truncate(start);
        }
        written
    }

    /// Reads an entry from exactly `bytes`.
    ///
    /// # Errors
    /// Everything that [`Entry::encode`] would not have written.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, EntryError> {
        if bytes.len() > MAX_ENTRY_BYTES {
            return Err(EntryError::TooLarge { got: bytes.len() });
        }
        let mut from = Reader::new(bytes);
        if from.array() != Ok(HEADER) {
            return Err(EntryError::NotAnEntry);
        }
        match from.uint().map_err(at("format"))? {
            FORMAT => {}
            other => return Err(EntryError::UnknownFormat(other)),
        }
        let entry = Self::read(&mut from)?;
        if !from.is_at_end() {
            return Err(EntryError::TrailingBytes);
        }
        if entry.author_key.is_some() != entry.author_signature.is_some() {
            return Err(EntryError::HalfAnAuthor);
        }
        Ok(entry)
    }

    fn check(&self) -> Result<(), EntryError> {
        check_length("origin", self.origin.len(), MAX_ORIGIN_BYTES)?;
        check_length("stream", self.stream.len(), MAX_STREAM_BYTES)?;
        check_length("kind", self.kind.len(), MAX_KIND_BYTES)?;
        check_length("actor", self.actor.len(), MAX_ACTOR_BYTES)?;
        if let Some(key) = self.idempotency_key {
            check_length("idempotency_key", key.len(), MAX_IDEMPOTENCY_KEY_BYTES)?;
        }
        if self.author_key.is_some() != self.author_signature.is_some() {
            return Err(EntryError::HalfAnAuthor);
        }
        Ok(())
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), EntryError> {
        out.extend_from_slice(&HEADER);
        pack::write_uint(out, FORMAT);
        pack::write_text(out, self.origin).map_err(at("origin"))?;
        pack::write_uint(out, self.position);
        pack::write_text(out, self.stream).map_err(at("stream"))?;
        pack::write_uint(out, self.version);
        pack::write_text(out, self.kind).map_err(at("kind"))?;
        pack::write_uint(out, u64::from(self.schema));
        pack::write_bytes(out, &self.event_id).map_err(at("event_id"))?;
        pack::write_uint(out, self.recorded_at_ms);
        pack::write_text(out, self.actor).map_err(at("actor"))?;
        pack::write_bytes(out, &self.correlation_id).map_err(at("correlation_id"))?;
        write_optional(out, self.causation_id.as_ref().map(<[u8; 16]>::as_slice)).map_err(at("causation_id"))?;
        write_optional(out, self.idempotency_key).map_err(at("idempotency_key"))?;
        write_optional(out, self.author_key.as_ref().map(<[u8; 32]>::as_slice)).map_err(at("author_key"))?;
        write_optional(out, self.author_signature.as_ref().map(<[u8; 64]>::as_slice))
            .map_err(at("author_signature"))?;
        pack::write_bytes(out, self.payload).map_err(at("payload"))?;
        pack::write_bytes(out, &self.prev_hash).map_err(at("prev_hash"))
    }

    /// Reads the fields after the format; a struct expression evaluates its fields in the order written here.
    fn read(from: &mut Reader<'a>) -> Result<Self, EntryError> {
        Ok(Self {
            origin: from.text(MAX_ORIGIN_BYTES).map_err(at("origin"))?,
            position: from.uint().map_err(at("position"))?,
            stream: from.text(MAX_STREAM_BYTES).map_err(at("stream"))?,
            version: from.uint().map_err(at("version"))?,
            kind: from.text(MAX_KIND_BYTES).map_err(at("kind"))?,
            schema: from.uint16().map_err(at("schema"))?,
            event_id: from.fixed().map_err(at("event_id"))?,
            recorded_at_ms: from.uint().map_err(at("recorded_at_ms"))?,
            actor: from.text(MAX_ACTOR_BYTES).map_err(at("actor"))?,
            correlation_id: from.fixed().map_err(at("correlation_id"))?,
            causation_id: read_optional(from, Reader::fixed).map_err(at("causation_id"))?,
            idempotency_key: read_optional(from, |from| from.bytes(1, MAX_IDEMPOTENCY_KEY_BYTES))
                .map_err(at("idempotency_key"))?,
            author_key: read_optional(from, Reader::fixed).map_err(at("author_key"))?,
            author_signature: read_optional(from, Reader::fixed).map_err(at("author_signature"))?,
            payload: from.bytes(0, MAX_ENTRY_BYTES).map_err(at("payload"))?,
            prev_hash: from.fixed().map_err(at("prev_hash"))?,
        })
    }
}

fn write_optional(out: &mut Vec<u8>, bytes: Option<&[u8]>) -> Result<(), FieldProblem> {
    let Some(bytes) = bytes else {
        pack::write_nil(out);
        return Ok(());
    };
    pack::write_bytes(out, bytes)
}

fn read_optional<'a, T>(
    from: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, FieldProblem>,
) -> Result<Option<T>, FieldProblem> {
    if from.skip_nil() { Ok(None) } else { read(from).map(Some) }
}

#[cfg(test)]
mod tests;
