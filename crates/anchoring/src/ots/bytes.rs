//! Which bytes come next? Reads and writes the few shapes that the format is made of, within limits.

/// Why bytes are not a timestamp.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OtsError {
    #[error("the timestamp is cut off")]
    CutOff,
    #[error("{0} bytes follow the end of the timestamp")]
    TrailingBytes(usize),
    #[error("this is not an OpenTimestamps proof: its first bytes are others")]
    NotAProof,
    #[error("the proof has version {0}; this program reads version 1")]
    UnknownVersion(u64),
    #[error("the proof names its file by hash {0:#04x}; only SHA-256 is taken: stamp the file again")]
    OtherFileHash(u8),
    #[error("{0:#04x} is no operation that this program knows")]
    UnknownOperation(u8),
    #[error("a number is longer than it needs to be, or than 64 bits")]
    BadNumber,
    #[error("{what} has {bytes} bytes, and {most} are the most")]
    TooLong { what: &'static str, bytes: u64, most: usize },
    #[error("{0} is empty")]
    Empty(&'static str),
    #[error("the timestamp is deeper than {0} operations")]
    TooDeep(usize),
    #[error("the address of a calendar has a character that is not allowed there")]
    BadCalendarUri,
    #[error("an attestation has bytes that its kind does not explain")]
    BadAttestation,
}

/// Bytes that are read from the front.
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], OtsError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(OtsError::CutOff)?;
        self.rest = rest;
        Ok(taken)
    }

    pub fn array<const COUNT: usize>(&mut self) -> Result<[u8; COUNT], OtsError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(OtsError::CutOff)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub fn byte(&mut self) -> Result<u8, OtsError> {
        self.array().map(|[byte]| byte)
    }

    /// LEB128 in its shortest form.
    pub fn number(&mut self) -> Result<u64, OtsError> {
        let mut value = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(OtsError::BadNumber);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return if byte == 0 && shift > 0 { Err(OtsError::BadNumber) } else { Ok(value) };
            }
        }
        Err(OtsError::BadNumber)
    }

    /// Bytes after their number.
    pub fn counted(&mut self, what: &'static str, most: usize) -> Result<&'a [u8], OtsError> {
        let bytes = self.number()?;
        match usize::try_from(bytes) {
            Ok(count) if count <= most => self.take(count),
            Ok(_) | Err(_) => Err(OtsError::TooLong { what, bytes, most }),
        }
    }

    pub fn end(self) -> Result<(), OtsError> {
        if self.rest.is_empty() { Ok(()) } else { Err(OtsError::TrailingBytes(self.rest.len())) }
    }
}

pub fn write_number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

pub fn write_counted(out: &mut Vec<u8>, bytes: &[u8]) {
    write_number(out, length_of(bytes));
    out.extend_from_slice(bytes);
}

pub fn length_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).expect("a length fits into 64 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(bytes: &[u8]) -> Result<u64, OtsError> {
        Reader::new(bytes).number()
    }

    #[test]
    fn a_number_has_one_form() {
        for value in [0, 1, 127, 128, 300, 840_000, u64::from(u32::MAX), u64::MAX] {
            let mut bytes = Vec::new();
            write_number(&mut bytes, value);
            assert_eq!(number(&bytes), Ok(value));
        }
        assert_eq!(number(&[0x80, 0]), Err(OtsError::BadNumber));
        assert_eq!(number(&[0xff; 10]), Err(OtsError::BadNumber));
        assert_eq!(number(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]), Err(OtsError::BadNumber));
        assert_eq!(number(&[0x80]), Err(OtsError::CutOff));
    }

    #[test]
    fn a_length_that_nobody_could_send_is_refused_before_anything_is_taken() {
        let mut bytes = Vec::new();
        write_number(&mut bytes, 4 << 30);
        let refusal = OtsError::TooLong { what: "an argument", bytes: 4 << 30, most: 4096 };
        assert_eq!(Reader::new(&bytes).counted("an argument", 4096), Err(refusal));
    }
}
