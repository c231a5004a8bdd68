//! What is wrong, where, and does it prove tampering? Findings about bytes and findings about events, in one list.

use edgecoder_ledger::verify as bytes;
use std::fmt;

/// The kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// About the bytes: see [`bytes::Class`].
    Bytes(bytes::Class),
    /// The ledger is of another key than the one that the auditor trusts, or of another name than it says itself.
    WrongKey,
    /// A checkpoint is signed by a key that was not the log's when the ledger had that size.
    KeyExpired,
    /// The log's key was changed without the signature of the old or the new key.
    UnauthorisedRotation,
    /// The signature of the one who acted does not hold, or is of another key than the one registered.
    BadSignature,
    /// The events contradict a rule of the product.
    RuleBroken,
    /// The event is of a kind that this program does not know: a newer one may.
    UnknownKind,
    /// The event's fields cannot be read.
    BadPayload,
    /// The database or the served log cannot be read from here on.
    Unreadable,
    /// A tile that is served is not the one of the entries.
    BadTile,
}

impl Class {
    /// The class as reports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bytes(class) => class.name(),
            Self::WrongKey => "WRONG KEY",
            Self::KeyExpired => "KEY EXPIRED",
            Self::UnauthorisedRotation => "UNAUTHORISED ROTATION",
            Self::BadSignature => "BAD SIGNATURE",
            Self::RuleBroken => "RULE BROKEN",
            Self::UnknownKind => "UNKNOWN KIND",
            Self::BadPayload => "BAD PAYLOAD",
            Self::Unreadable => "CORRUPT",
            Self::BadTile => "BAD TILE",
        }
    }

    /// Whether it proves that the ledger was changed or its writer broke the rules; else something was not checkable.
    pub const fn proves_tampering(self) -> bool {
        match self {
            Self::Bytes(class) => class.proves_tampering(),
            Self::WrongKey | Self::KeyExpired | Self::UnauthorisedRotation | Self::BadSignature | Self::RuleBroken => {
                true
            }
            Self::UnknownKind | Self::BadPayload | Self::Unreadable | Self::BadTile => false,
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub class: Class,
    /// The first position that is bad; `None` where no entry is concerned.
    pub position: Option<u64>,
    /// The evidence, for people. Texts from the log in it are not escaped yet.
    pub detail: String,
}

impl From<bytes::Finding> for Finding {
    fn from(finding: bytes::Finding) -> Self {
        Self { class: Class::Bytes(finding.class), position: finding.position, detail: finding.detail }
    }
}
