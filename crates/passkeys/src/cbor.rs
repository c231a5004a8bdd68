//! What do these bytes of an authenticator say? A reader of the CBOR that authenticators may write.
//!
//! CTAP2 narrows CBOR (RFC 8949) to definite lengths, so nothing is collected and nothing is allocated: an item is a
//! number, a piece of the input, or the count of the items that follow. What nests is skipped by counting, not by recursion.

/// The bytes are not CBOR as authenticators write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    #[error("the bytes end within an item")]
    Truncated,
    #[error("an item is of a kind that does not stand here")]
    Unexpected,
}

/// One item; of arrays, maps and tags only the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item<'a> {
    Unsigned(u64),
    /// `-1 - n`.
    Negative(u64),
    Bytes(&'a [u8]),
    Text(&'a str),
    Array(u64),
    Map(u64),
    Tag,
    /// A truth value, a null, a float.
    Simple,
}

/// Reads items from the front of bytes.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What was not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Reads one item.
    pub fn item(&mut self) -> Result<Item<'a>, CborError> {
        let head = self.byte()?;
        let argument = self.argument(head & 0x1f)?;
        match head >> 5 {
            0 => Ok(Item::Unsigned(argument)),
            1 => Ok(Item::Negative(argument)),
            2 => Ok(Item::Bytes(self.take(argument)?)),
            3 => std::str::from_utf8(self.take(argument)?).map(Item::Text).map_err(|_| CborError::Unexpected),
            4 => Ok(Item::Array(argument)),
            5 => Ok(Item::Map(argument)),
            6 => Ok(Item::Tag),
            _ => Ok(Item::Simple),
        }
    }

    /// Reads how many pairs the map has that stands here.
    pub fn map(&mut self) -> Result<u64, CborError> {
        if let Item::Map(pairs) = self.item()? { Ok(pairs) } else { Err(CborError::Unexpected) }
    }

    /// Reads a whole number.
    pub fn integer(&mut self) -> Result<i64, CborError> {
        let magnitude = |number| i64::try_from(number).map_err(|_| CborError::Unexpected);
        match self.item()? {
            Item::Unsigned(number) => magnitude(number),
            Item::Negative(number) => Ok(!magnitude(number)?),
            Item::Bytes(_) | Item::Text(_) | Item::Array(_) | Item::Map(_) | Item::Tag | Item::Simple => {
                Err(CborError::Unexpected)
            }
        }
    }

    /// Reads a string of bytes.
    pub fn bytes(&mut self) -> Result<&'a [u8], CborError> {
        if let Item::Bytes(bytes) = self.item()? { Ok(bytes) } else { Err(CborError::Unexpected) }
    }

    /// Reads a text.
    pub fn text(&mut self) -> Result<&'a str, CborError> {
        if let Item::Text(text) = self.item()? { Ok(text) } else { Err(CborError::Unexpected) }
    }

    /// Passes over one item and all that it holds. Every item takes a byte, so the input bounds the work.
    pub fn skip(&mut self) -> Result<(), CborError> {
        let mut items = 1_u64;
        while let Some(others) = items.checked_sub(1) {
            let inside = match self.item()? {
                Item::Unsigned(_) | Item::Negative(_) | Item::Bytes(_) | Item::Text(_) | Item::Simple => 0,
                Item::Array(items) => items,
                Item::Map(pairs) => pairs.checked_mul(2).ok_or(CborError::Truncated)?,
                Item::Tag => 1,
            };
            items = others.checked_add(inside).ok_or(CborError::Truncated)?;
        }
        Ok(())
    }

    /// RFC 8949, section 3: the number in the head or in the 1, 2, 4 or 8 bytes after it. 31, an indefinite length, is refused.
    fn argument(&mut self, short: u8) -> Result<u64, CborError> {
        let bytes = match short {
            0..=23 => return Ok(u64::from(short)),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return Err(CborError::Unexpected),
        };
        let bytes = self.take(bytes)?;
        Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn byte(&mut self) -> Result<u8, CborError> {
        let (first, rest) = self.rest.split_first().ok_or(CborError::Truncated)?;
        self.rest = rest;
        Ok(*first)
    }

    fn take(&mut self, bytes: u64) -> Result<&'a [u8], CborError> {
        let bytes = usize::try_from(bytes).map_err(|_| CborError::Truncated)?;
        let (taken, rest) = self.rest.split_at_checked(bytes).ok_or(CborError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(hex: &str) -> (Result<(), CborError>, usize) {
        let bytes = hex::decode(hex).unwrap();
        let mut reader = Reader::new(&bytes);
        (reader.skip(), reader.rest().len())
    }

    #[test]
    fn the_examples_of_rfc_8949_are_read_to_their_ends() {
        for example in ["00", "1903e8", "1b000000e8d4a51000", "3903e7", "fb3ff199999999999a", "f6", "f97e00"] {
            assert_eq!(read(example), (Ok(()), 0), "{example}");
        }
        for example in
            ["c11a514b67b0", "4401020304", "6449455446", "8301820203820405", "a26161016162820203", "80", "a0"]
        {
            assert_eq!(read(example), (Ok(()), 0), "{example}");
        }
    }

    #[test]
    fn a_number_below_zero_is_read_as_such() {
        let bytes = hex::decode("3903e7").unwrap();
        assert_eq!(Reader::new(&bytes).integer(), Ok(-1000));
        let bytes = hex::decode("1bffffffffffffffff").unwrap();
        assert_eq!(Reader::new(&bytes).integer(), Err(CborError::Unexpected), "larger than any number of a key");
    }

    #[test]
    fn indefinite_lengths_are_refused() {
        for example in ["5f42010243030405ff", "9fff", "bf61610161629f0203ffff"] {
            assert_eq!(read(example).0, Err(CborError::Unexpected), "{example}");
        }
    }

    #[test]
    fn a_length_beyond_the_input_allocates_and_reads_nothing() {
        for example in ["5bffffffffffffffff00", "9bffffffffffffffff00", "bbffffffffffffffff00"] {
            assert_eq!(read(example).0, Err(CborError::Truncated), "{example}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
            let mut reader = Reader::new(&bytes);
            while reader.skip().is_ok() {}
            prop_assert!(bytes.ends_with(reader.rest()));
        }
    }
}
