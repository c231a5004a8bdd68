//! What becomes of a message on its way to an attestation? The operations of a timestamp.
//!
//! *Source*: `python-opentimestamps`, `core.op`.

use super::bytes::{OtsError, Reader, length_of, write_counted};
use bitcoin::hashes::{Hash, ripemd160, sha1, sha256};

/// No message is longer, before or after an operation, and no argument.
pub(crate) const MAX_MESSAGE_BYTES: usize = 4096;

/// One step; the order is that of the written form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Op {
    Sha1,
    Ripemd160,
    Sha256,
    /// The message, then these bytes.
    Append(Vec<u8>),
    /// These bytes, then the message.
    Prepend(Vec<u8>),
    Reverse,
    Hexlify,
}

const SHA1: u8 = 0x02;
const RIPEMD160: u8 = 0x03;
pub(super) const SHA256: u8 = 0x08;
const APPEND: u8 = 0xf0;
const PREPEND: u8 = 0xf1;
const REVERSE: u8 = 0xf2;
const HEXLIFY: u8 = 0xf3;

impl Op {
    /// What the operation makes of a message.
    pub(super) fn apply(&self, message: &[u8]) -> Result<Vec<u8>, OtsError> {
        let result = match self {
            Self::Sha1 => sha1::Hash::hash(message).to_byte_array().to_vec(),
            Self::Ripemd160 => ripemd160::Hash::hash(message).to_byte_array().to_vec(),
            Self::Sha256 => sha256::Hash::hash(message).to_byte_array().to_vec(),
            Self::Append(bytes) => [message, bytes].concat(),
            Self::Prepend(bytes) => [bytes, message].concat(),
            Self::Reverse => message.iter().rev().copied().collect(),
            Self::Hexlify => hex::encode(message).into_bytes(),
        };
        within("the result of an operation", &result)?;
        Ok(result)
    }

    pub(super) fn read(tag: u8, from: &mut Reader<'_>) -> Result<Self, OtsError> {
        Ok(match tag {
            SHA1 => Self::Sha1,
            RIPEMD160 => Self::Ripemd160,
            SHA256 => Self::Sha256,
            APPEND => Self::Append(argument(from)?),
            PREPEND => Self::Prepend(argument(from)?),
            REVERSE => Self::Reverse,
            HEXLIFY => Self::Hexlify,
            unknown => return Err(OtsError::UnknownOperation(unknown)),
        })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.push(self.tag());
        if let Self::Append(bytes) | Self::Prepend(bytes) = self {
            write_counted(out, bytes);
        }
    }

    fn tag(&self) -> u8 {
        match self {
            Self::Sha1 => SHA1,
            Self::Ripemd160 => RIPEMD160,
            Self::Sha256 => SHA256,
            Self::Append(_) => APPEND,
            Self::Prepend(_) => PREPEND,
            Self::Reverse => REVERSE,
            Self::Hexlify => HEXLIFY,
        }
    }
}

fn argument(from: &mut Reader<'_>) -> Result<Vec<u8>, OtsError> {
    let bytes = from.counted("an argument", MAX_MESSAGE_BYTES)?;
    if bytes.is_empty() { Err(OtsError::Empty("an argument")) } else { Ok(bytes.to_vec()) }
}

pub(super) fn within(what: &'static str, message: &[u8]) -> Result<(), OtsError> {
    if message.len() <= MAX_MESSAGE_BYTES {
        return Ok(());
    }
    Err(OtsError::TooLong { what, bytes: length_of(message), most: MAX_MESSAGE_BYTES })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_do_what_the_reference_does() {
        let after = |op: Op| hex::encode(op.apply(b"abc").unwrap());
        assert_eq!(after(Op::Sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(after(Op::Ripemd160), "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
        assert_eq!(after(Op::Sha256), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(Op::Append(b"d".to_vec()).apply(b"abc").unwrap(), b"abcd");
        assert_eq!(Op::Prepend(b"d".to_vec()).apply(b"abc").unwrap(), b"dabc");
        assert_eq!(Op::Reverse.apply(b"abc").unwrap(), b"cba");
        assert_eq!(Op::Hexlify.apply(b"abc").unwrap(), b"616263");
    }

    #[test]
    fn a_message_does_not_outgrow_its_limit() {
        let most = vec![1; MAX_MESSAGE_BYTES];
        assert!(Op::Append(vec![1]).apply(&most).is_err());
        assert!(Op::Hexlify.apply(&most).is_err());
        assert!(Op::Append(vec![1]).apply(&most[1..]).is_ok());
    }
}
