//! Which bytes are the one canonical MessagePack form of a number, a text or some bytes?
//!
//! MessagePack has several encodings of the same value; a ledger may have only one, or two different byte strings
//! would claim to be the same entry. The reader therefore refuses everything that the writer would not have written.
//! Lengths above 65,535 do not occur: an entry is never longer.

const NIL: u8 = 0xc0;
const BIN8: u8 = 0xc4;
const BIN16: u8 = 0xc5;
const UINT8: u8 = 0xcc;
const UINT16: u8 = 0xcd;
const UINT32: u8 = 0xce;
const UINT64: u8 = 0xcf;
const STR8: u8 = 0xd9;
const STR16: u8 = 0xda;
const FIXSTR: u8 = 0xa0;
const FIXSTR_MAX: u8 = 31;
const FIXINT_MAX: u8 = 0x7f;

/// Why bytes are not the canonical form of the value that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldProblem {
    /// The bytes end inside the value.
    #[error("the bytes end too early")]
    Ends,
    /// Another type stands there, or nil where a value is needed.
    #[error("another type stands there")]
    Type,
    /// The value is right but written longer than necessary.
    #[error("not in its shortest form")]
    NotShortest,
    /// A text is not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// A text or byte string is empty, too long, or not of its fixed length.
    #[error("{got} bytes long, which is outside its limits")]
    Length {
        /// How long it is.
        got: usize,
    },
    /// A number is too large for its field.
    #[error("number too large")]
    TooLarge,
}

/// Appends a number in its shortest form.
pub(crate) fn write_uint(out: &mut Vec<u8>, value: u64) {
    if let Ok(value) = u8::try_from(value) {
        if value > FIXINT_MAX {
            out.push(UINT8);
        }
        out.push(value);
    } else if let Ok(value) = u16::try_from(value) {
        out.push(UINT16);
        out.extend_from_slice(&value.to_be_bytes());
    } else if let Ok(value) = u32::try_from(value) {
        out.push(UINT32);
        out.extend_from_slice(&value.to_be_bytes());
    } else {
        out.push(UINT64);
        out.extend_from_slice(&value.to_be_bytes());
    }
}

/// Appends a text of at most 65,535 bytes.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) -> Result<(), FieldProblem> {
    match u8::try_from(text.len()) {
        Ok(len) if len <= FIXSTR_MAX => out.push(FIXSTR | len),
        Ok(len) => out.extend_from_slice(&[STR8, len]),
        Err(_) => write_len16(out, STR16, text.len())?,
    }
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

/// Appends a byte string of at most 65,535 bytes.
pub(crate) fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), FieldProblem> {
    match u8::try_from(bytes.len()) {
        Ok(len) => out.extend_from_slice(&[BIN8, len]),
        Err(_) => write_len16(out, BIN16, bytes.len())?,
    }
    out.extend_from_slice(bytes);
    Ok(())
}

/// Appends "no value".
pub(crate) fn write_nil(out: &mut Vec<u8>) {
    out.push(NIL);
}

fn write_len16(out: &mut Vec<u8>, marker: u8, len: usize) -> Result<(), FieldProblem> {
    let len16 = u16::try_from(len).map_err(|_| FieldProblem::Length { got: len })?;
    out.push(marker);
    out.extend_from_slice(&len16.to_be_bytes());
    Ok(())
}

/// Reads canonical values from the front of a byte string without copying texts and bytes.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Steps over a nil and says whether there was one.
    pub(crate) fn skip_nil(&mut self) -> bool {
        match self.rest {
            [NIL, rest @ ..] => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    pub(crate) fn uint(&mut self) -> Result<u64, FieldProblem> {
        let (value, shortest_from) = match self.byte()? {
            small @ 0..=FIXINT_MAX => return Ok(u64::from(small)),
            UINT8 => (u64::from(self.byte()?), u64::from(FIXINT_MAX)),
            UINT16 => (u64::from(u16::from_be_bytes(self.array()?)), u64::from(u8::MAX)),
            UINT32 => (u64::from(u32::from_be_bytes(self.array()?)), u64::from(u16::MAX)),
            UINT64 => (u64::from_be_bytes(self.array()?), u64::from(u32::MAX)),
            _ => return Err(FieldProblem::Type),
        };
        if value > shortest_from { Ok(value) } else { Err(FieldProblem::NotShortest) }
    }

    pub(crate) fn uint16(&mut self) -> Result<u16, FieldProblem> {
        u16::try_from(self.uint()?).map_err(|_| FieldProblem::TooLarge)
    }

    /// A text of 1 to `max` bytes.
    pub(crate) fn text(&mut self, max: usize) -> Result<&'a str, FieldProblem> {
        let len = match self.byte()? {
            marker @ FIXSTR..=0xbf => usize::from(marker ^ FIXSTR),
            STR8 => self.len8(FIXSTR_MAX)?,
            STR16 => self.len16()?,
            _ => return Err(FieldProblem::Type),
        };
        if len == 0 || len > max {
            return Err(FieldProblem::Length { got: len });
        }
        std::str::from_utf8(self.take(len)?).map_err(|_| FieldProblem::NotUtf8)
    }

    /// A byte string of `min` to `max` bytes.
    pub(crate) fn bytes(&mut self, min: usize, max: usize) -> Result<&'a [u8], FieldProblem> {
        let len = match self.byte()? {
            BIN8 => usize::from(self.byte()?),
            BIN16 => self.len16()?,
            _ => return Err(FieldProblem::Type),
        };
        if len < min || len > max {
            return Err(FieldProblem::Length { got: len });
        }
        self.take(len)
    }

    /// A byte string of exactly `N` bytes, `N` below 256.
    pub(crate) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], FieldProblem> {
        let bytes = self.bytes(N, N)?;
        bytes.try_into().map_err(|_| FieldProblem::Length { got: bytes.len() })
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], FieldProblem> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(FieldProblem::Ends)?;
        self.rest = rest;
        Ok(*head)
    }

    fn byte(&mut self) -> Result<u8, FieldProblem> {
        let (first, rest) = self.rest.split_first().ok_or(FieldProblem::Ends)?;
        self.rest = rest;
        Ok(*first)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], FieldProblem> {
        let (head, rest) = self.rest.split_at_checked(len).ok_or(FieldProblem::Ends)?;
        self.rest = rest;
        Ok(head)
    }

    fn len8(&mut self, shorter_form_max: u8) -> Result<usize, FieldProblem> {
        let len = self.byte()?;
        if len > shorter_form_max { Ok(usize::from(len)) } else { Err(FieldProblem::NotShortest) }
    }

    fn len16(&mut self) -> Result<usize, FieldProblem> {
        let len = u16::from_be_bytes(self.array()?);
        if len > u16::from(u8::MAX) { Ok(usize::from(len)) } else { Err(FieldProblem::NotShortest) }
    }
}
