//! What does a timestamp prove, and of which bytes? The `.ots` format of OpenTimestamps, read and written byte for byte.
//!
//! Two things are left out on purpose. A proof whose file is hashed by anything but SHA-256 is refused, because two
//! files can have one SHA-1. The operation `keccak256` is refused, because no calendar dates in Bitcoin through it.
//!
//! *Source*: the reference implementation, `python-opentimestamps`, packages `core.op`, `core.notary`, `core.timestamp`.

mod attestation;
mod bytes;
mod file;
mod op;
mod timestamp;

pub use attestation::{Attestation, CalendarUri};
pub use bytes::OtsError;
pub use file::DetachedTimestamp;
pub(crate) use op::MAX_MESSAGE_BYTES;
pub use op::Op;
pub use timestamp::{Attested, Timestamp};
