//! How do parent and child delimit what they tell each other?
//!
//! A frame is a length (four bytes, big end first) and that many bytes. Both sides refuse long frames, so neither can
//! make the other allocate.

use std::io::{self, Read, Write};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The longest frame, in bytes: a job's standard input and arguments fit.
pub const MAX_FRAME_BYTES: usize = 8 * 1024 * 1024;

fn header(bytes: &[u8]) -> io::Result<[u8; 4]> {
    let length = u32::try_from(bytes.len()).ok().filter(|_| bytes.len() <= MAX_FRAME_BYTES);
    length.map(u32::to_be_bytes).ok_or_else(too_long)
}

fn checked_length(header: [u8; 4]) -> io::Result<usize> {
    let length = usize::try_from(u32::from_be_bytes(header)).map_err(|_| too_long())?;
    if length <= MAX_FRAME_BYTES { Ok(length) } else { Err(too_long()) }
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a frame is longer than allowed")
}

/// Writes one frame.
pub fn write(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(&header(bytes)?)?;
    out.write_all(bytes)?;
    out.flush()
}

/// Reads one frame.
pub fn read(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = [0; 4];
    from.read_exact(&mut head)?;
    let mut bytes = vec![0; checked_length(head)?];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Writes one frame.
pub async fn send(out: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    out.write_all(&header(bytes)?).await?;
    out.write_all(bytes).await?;
    out.flush().await
}

/// Reads one frame. Not to be dropped half-way: what was read would be lost.
pub async fn receive(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut head = [0; 4];
    from.read_exact(&mut head).await?;
    let mut bytes = vec![0; checked_length(head)?];
    from.read_exact(&mut bytes).await?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let mut pipe = Vec::new();
            write(&mut pipe, &bytes).unwrap();
            prop_assert_eq!(read(&mut pipe.as_slice()).unwrap(), bytes);
        }

        #[test]
        fn a_reader_never_panics_on_a_strangers_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            drop(read(&mut bytes.as_slice()));
        }
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_anything_is_allocated() {
        let error = read(&mut [0xff_u8; 8].as_slice()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
