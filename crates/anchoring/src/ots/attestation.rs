//! Who says since when? The leaves of a timestamp.
//!
//! *Source*: `python-opentimestamps`, `core.notary`.

use super::bytes::{OtsError, Reader, write_counted, write_number};
use std::{fmt, str::FromStr};

const MAX_PAYLOAD_BYTES: usize = 8192;
const MAX_URI_BYTES: usize = 1000;

const PENDING: [u8; 8] = [0x83, 0xdf, 0xe3, 0x0d, 0x2e, 0xf9, 0x0c, 0x8e];
const BITCOIN: [u8; 8] = [0x05, 0x88, 0x96, 0x0d, 0x73, 0xd7, 0x19, 0x01];

/// The end of a path through a timestamp; the order is that of the written form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Attestation {
    /// A calendar promises to attest later; ask it.
    Pending(CalendarUri),
    /// The message is the Merkle root of the block at this height.
    Bitcoin { height: u64 },
    /// Another kind, kept as it is.
    Unknown { tag: [u8; 8], payload: Vec<u8> },
}

impl Attestation {
    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, OtsError> {
        let tag: [u8; 8] = from.array()?;
        let payload = from.counted("an attestation", MAX_PAYLOAD_BYTES)?;
        let mut inner = Reader::new(payload);
        let read = match tag {
            PENDING => Self::Pending(CalendarUri::of_bytes(inner.counted("a calendar's address", MAX_URI_BYTES)?)?),
            BITCOIN => Self::Bitcoin { height: inner.number()? },
            _ => return Ok(Self::Unknown { tag, payload: payload.to_vec() }),
        };
        inner.end().map_err(|_| OtsError::BadAttestation)?;
        Ok(read)
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.tag());
        write_counted(out, &self.payload());
    }

    fn tag(&self) -> &[u8; 8] {
        match self {
            Self::Pending(_) => &PENDING,
            Self::Bitcoin { .. } => &BITCOIN,
            Self::Unknown { tag, .. } => tag,
        }
    }

    fn payload(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        match self {
            Self::Pending(uri) => write_counted(&mut payload, uri.as_str().as_bytes()),
            Self::Bitcoin { height } => write_number(&mut payload, *height),
            Self::Unknown { payload: kept, .. } => payload.extend_from_slice(kept),
        }
        payload
    }

    /// By tag, then as the kind orders itself: addresses by their letters, blocks by their height.
    fn rank(&self) -> (&[u8; 8], u64, &[u8]) {
        let (height, letters): (u64, &[u8]) = match self {
            Self::Pending(uri) => (0, uri.as_str().as_bytes()),
            Self::Bitcoin { height } => (*height, &[]),
            Self::Unknown { payload, .. } => (0, payload),
        };
        (self.tag(), height, letters)
    }
}

impl Ord for Attestation {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Attestation {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The address of a calendar as a timestamp may carry it: no query, no escape, nothing that a shell would mind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CalendarUri(String);

impl CalendarUri {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of_bytes(bytes: &[u8]) -> Result<Self, OtsError> {
        std::str::from_utf8(bytes).map_err(|_| OtsError::BadCalendarUri)?.parse()
    }
}

impl FromStr for CalendarUri {
    type Err = OtsError;

    fn from_str(text: &str) -> Result<Self, OtsError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-._/:".contains(c);
        if text.len() <= MAX_URI_BYTES && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(OtsError::BadCalendarUri)
        }
    }
}

impl fmt::Display for CalendarUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
