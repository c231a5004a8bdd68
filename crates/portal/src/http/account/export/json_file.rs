//! How does a long JSON file leave? Piece by piece, as fast as the browser takes it; whole it is in no memory.

use axum::body::Body;
use futures_util::{StreamExt, stream};
use serde::Serialize;
use std::{future, io, mem};
use tokio::sync::mpsc;

/// What is written waits until it is so long, or the file ends.
const PIECE_BYTES: usize = 32 * 1024;
/// Written ahead of what the browser takes.
const PIECES_AHEAD: usize = 1;

/// A file that is being written.
pub struct JsonFile {
    pieces: mpsc::Sender<String>,
    waiting: String,
    /// What comes before the next value.
    before: &'static str,
}

impl JsonFile {
    /// The body that `write` writes while the browser reads it. Where it fails, the connection breaks: half a file does
    /// not look whole.
    pub fn body<W>(write: impl FnOnce(Self) -> W) -> Body
    where
        W: Future<Output = Result<(), io::Error>> + Send + 'static,
    {
        let (sender, taken) = mpsc::channel(PIECES_AHEAD);
        let writing = write(Self { pieces: sender, waiting: String::new(), before: "" });
        let pieces = stream::unfold(taken, |mut taken| async move {
            let piece = taken.recv().await?;
            Some((Ok::<String, io::Error>(piece), taken))
        });
        let failure = stream::once(writing).filter_map(|done| future::ready(done.err().map(Err::<String, _>)));
        Body::from_stream(stream::select(pieces, failure))
    }

    /// Begins an object: the file itself, or one in a list.
    pub async fn open(&mut self) -> Result<(), io::Error> {
        let before = mem::replace(&mut self.before, "\n");
        self.put(&[before, "{"]).await
    }

    /// Ends it.
    pub async fn close(&mut self) -> Result<(), io::Error> {
        self.before = ",\n";
        self.put(&["\n}"]).await
    }

    /// Writes a field of an object.
    pub async fn field<T: Serialize + Sync>(&mut self, name: &str, value: &T) -> Result<(), io::Error> {
        let (name, value) = (serde_json::to_string(name)?, serde_json::to_string(value)?);
        let before = mem::replace(&mut self.before, ",\n");
        self.put(&[before, &name, ": ", &value]).await
    }

    /// Begins a field that is a list.
    pub async fn open_list(&mut self, name: &str) -> Result<(), io::Error> {
        let name = serde_json::to_string(name)?;
        let before = mem::replace(&mut self.before, "\n");
        self.put(&[before, &name, ": ["]).await
    }

    /// Writes one more value of a list.
    pub async fn item<T: Serialize + Sync>(&mut self, value: &T) -> Result<(), io::Error> {
        let value = serde_json::to_string(value)?;
        let before = mem::replace(&mut self.before, ",\n");
        self.put(&[before, &value]).await
    }

    /// Ends a list.
    pub async fn close_list(&mut self) -> Result<(), io::Error> {
        self.before = ",\n";
        self.put(&["\n]"]).await
    }

    /// Ends the file.
    pub async fn end(mut self) -> Result<(), io::Error> {
        self.waiting.push('\n');
        self.send().await
    }

    async fn put(&mut self, parts: &[&str]) -> Result<(), io::Error> {
        for part in parts {
            self.waiting.push_str(part);
        }
        if self.waiting.len() < PIECE_BYTES {
            return Ok(());
        }
        self.send().await
    }

    async fn send(&mut self) -> Result<(), io::Error> {
        let piece = mem::take(&mut self.waiting);
        self.pieces.send(piece).await.map_err(|_| io::Error::other("nobody reads the file any more"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn what_is_written_is_one_json_value_however_long_it_is() {
        let long = "\"x\n".repeat(PIECE_BYTES);
        let sent = long.clone();
        let body = JsonFile::body(|mut file| async move {
            file.open().await?;
            file.field("a", &1).await?;
            file.open_list("none").await?;
            file.close_list().await?;
            file.open_list("some").await?;
            file.item(&"b").await?;
            file.open().await?;
            file.field("long", &sent).await?;
            file.close().await?;
            file.item(&None::<u8>).await?;
            file.close_list().await?;
            file.close().await?;
            file.end().await
        });
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let whole: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(whole, json!({ "a": 1, "none": [], "some": ["b", { "long": long }, null] }));
    }

    #[tokio::test]
    async fn a_file_that_can_not_be_finished_does_not_look_whole() {
        let body = JsonFile::body(|mut file| async move {
            file.open().await?;
            file.field("a", &"x".repeat(PIECE_BYTES)).await?;
            Err::<(), _>(io::Error::other("the store is gone"))
        });
        assert!(to_bytes(body, usize::MAX).await.is_err());
    }
}
