//! Does the other side still take in what it is sent? A reader that stopped must not hold its connection for good.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Sleep,
};

/// The longest that a reader may take for the next [`LEAST_BYTES`], or for what is left of its answer.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes that are progress. Fewer would let a reader sip an answer for hours.
const LEAST_BYTES: usize = 64 * 1024;

/// A connection that ends with [`io::ErrorKind::TimedOut`] where what is written is not taken in at the least pace.
pub struct Paced<S> {
    connection: S,
    timeout: Duration,
    /// Runs while something waits to be taken in.
    waiting: Option<Pin<Box<Sleep>>>,
    /// Taken in since it runs.
    taken_bytes: usize,
}

impl<S> Paced<S> {
    pub fn new(connection: S) -> Self {
        Self { connection, timeout: READ_TIMEOUT, waiting: None, taken_bytes: 0 }
    }

    /// Notes that `taken` of `offered` bytes went out.
    fn progressed(&mut self, taken: usize, offered: usize) {
        self.taken_bytes = self.taken_bytes.saturating_add(taken);
        if taken == offered || self.taken_bytes >= LEAST_BYTES {
            self.waiting = None;
            self.taken_bytes = 0;
        }
    }

    /// Waits on, but not for longer than the reader may take.
    fn wait<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let until = || Box::pin(tokio::time::sleep(self.timeout));
        ready!(self.waiting.get_or_insert_with(until).as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the answer was not read in time")))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.connection).poll_write(context, bytes) {
            Poll::Ready(Ok(taken)) => {
                self.progressed(taken, bytes.len());
                Poll::Ready(Ok(taken))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.wait(context),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let offered = parts.iter().map(|part| part.len()).sum();
        match Pin::new(&mut self.connection).poll_write_vectored(context, parts) {
            Poll::Ready(Ok(taken)) => {
                self.progressed(taken, offered);
                Poll::Ready(Ok(taken))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.wait(context),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.connection).poll_flush(context) {
            Poll::Pending => self.wait(context),
            flushed @ Poll::Ready(_) => flushed,
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.connection).poll_shutdown(context) {
            Poll::Pending => self.wait(context),
            ended @ Poll::Ready(_) => ended,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_read(context, buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    const SOON: Duration = Duration::from_millis(10);

    fn impatient(connection: DuplexStream) -> Paced<DuplexStream> {
        Paced { timeout: SOON, ..Paced::new(connection) }
    }

    #[tokio::test]
    async fn an_answer_that_nobody_reads_ends_its_connection() {
        let (near, _far) = duplex(1024);
        let error = impatient(near).write_all(&[0; 4096]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_stream_with_nothing_to_say_stays_open() {
        let (near, mut far) = duplex(8);
        let mut paced = impatient(near);
        paced.write_all(&[1; 8]).await.unwrap();
        far.read_exact(&mut [0; 8]).await.unwrap();
        tokio::time::sleep(SOON * 2).await;
        paced.write_all(&[1; 8]).await.unwrap();
    }

    #[tokio::test]
    async fn sips_are_no_progress_and_the_least_bytes_are() {
        let mut paced = Paced::new(());
        paced.waiting = Some(Box::pin(tokio::time::sleep(SOON)));
        paced.progressed(1, LEAST_BYTES * 2);
        assert!(paced.waiting.is_some(), "a sip");
        paced.progressed(LEAST_BYTES - 1, LEAST_BYTES * 2);
        assert!(paced.waiting.is_none(), "as much as is progress");
        paced.waiting = Some(Box::pin(tokio::time::sleep(SOON)));
        paced.progressed(3, 3);
        assert!(paced.waiting.is_none(), "all there is");
    }
}
