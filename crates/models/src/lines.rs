//! Where does one line of a streamed answer end?

/// The longest line that a model server may send.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;

/// A line grew past [`MAX_LINE_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineTooLong;

/// Collects chunks as they come from the network and gives them back line by line.
#[derive(Debug, Default)]
pub struct LineBuffer {
    bytes: Vec<u8>,
    /// Where the first line that was not taken yet begins.
    start: usize,
    /// Up to here no line end was found; it need not be searched again.
    searched: usize,
}

impl LineBuffer {
    /// Adds what arrived.
    ///
    /// # Errors
    /// [`LineTooLong`] when an unfinished line would pass the limit. Call [`Self::take`] until it is dry before.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), LineTooLong> {
        self.bytes.drain(..self.start);
        self.searched -= self.start;
        self.start = 0;
        let first_line_end = chunk.iter().position(|byte| *byte == b'\n').unwrap_or(chunk.len());
        if self.bytes.len() + first_line_end > MAX_LINE_BYTES {
            return Err(LineTooLong);
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    /// Takes the next complete line, without its end.
    pub fn take(&mut self) -> Option<&[u8]> {
        let Some(offset) = self.bytes[self.searched..].iter().position(|byte| *byte == b'\n') else {
            self.searched = self.bytes.len();
            return None;
        };
        let end = self.searched + offset;
        let line = self.start..end;
        self.start = end + 1;
        self.searched = end + 1;
        Some(trim_carriage_return(&self.bytes[line]))
    }

    /// Takes what is left after the last line end, if there is anything.
    pub fn take_rest(&mut self) -> Option<&[u8]> {
        let rest = self.start..self.bytes.len();
        self.start = self.bytes.len();
        self.searched = self.start;
        (!rest.is_empty()).then(|| trim_carriage_return(&self.bytes[rest]))
    }
}

fn trim_carriage_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines_of(chunks: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let mut buffer = LineBuffer::default();
        let mut lines = Vec::new();
        for chunk in chunks {
            buffer.push(chunk).unwrap();
            while let Some(line) = buffer.take() {
                lines.push(line.to_vec());
            }
        }
        lines.extend(buffer.take_rest().map(<[u8]>::to_vec));
        lines
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_how_the_network_cut_them(
            lines in prop::collection::vec("[a-z{}]{0,12}", 0..8),
            cuts in prop::collection::vec(1_usize..9, 0..60),
        ) {
            let whole = lines.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect::<Vec<_>>();
            let mut rest = whole.as_slice();
            let mut chunks = Vec::new();
            for cut in cuts {
                let (head, tail) = rest.split_at(cut.min(rest.len()));
                chunks.push(head.to_vec());
                rest = tail;
            }
            chunks.push(rest.to_vec());
            let expected = lines.iter().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>();
            prop_assert_eq!(lines_of(&chunks), expected);
        }
    }

    #[test]
    fn a_line_without_end_is_refused_at_the_limit() {
        let mut buffer = LineBuffer::default();
        buffer.push(&vec![b'x'; MAX_LINE_BYTES]).unwrap();
        assert!(buffer.take().is_none());
        assert_eq!(buffer.push(b"x"), Err(LineTooLong));
        assert_eq!(buffer.push(b"\n"), Ok(()));
        assert_eq!(buffer.take().map(<[u8]>::len), Some(MAX_LINE_BYTES));
    }

    #[test]
    fn a_carriage_return_belongs_to_the_line_end() {
        assert_eq!(lines_of(&[b"one\r\n\r\ntwo".to_vec()]), [b"one".to_vec(), b"".to_vec(), b"two".to_vec()]);
    }
}
