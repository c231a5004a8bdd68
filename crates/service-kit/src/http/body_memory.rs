//! Is there memory for one more piece of a body? All bodies together have a bound, and each address has its share.

use super::Problem;
use axum::body::Bytes;
use std::{sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The bytes that one permit stands for.
const KIB: usize = 1024;

/// The memory that the bodies of one connection are taken into.
#[derive(Debug, Clone)]
pub(super) struct BodyMemory {
    pub of_all: Arc<Semaphore>,
    pub of_address: Arc<Semaphore>,
    /// The longest that a piece of a body waits until others were dealt with.
    pub patience: Duration,
}

impl BodyMemory {
    async fn take(&self, kib: u32) -> Option<[OwnedSemaphorePermit; 2]> {
        // Its own share first: who used that up waits for itself and keeps nobody else waiting.
        let of_address = Arc::clone(&self.of_address).acquire_many_owned(kib).await.ok()?;
        let of_all = Arc::clone(&self.of_all).acquire_many_owned(kib).await.ok()?;
        Some([of_address, of_all])
    }
}

/// A body as far as it arrived, and the memory that it was promised.
pub(super) struct Arriving {
    memory: Option<BodyMemory>,
    promised: Vec<OwnedSemaphorePermit>,
    promised_bytes: usize,
    bytes: Vec<u8>,
}

impl Arriving {
    /// Takes memory from `memory`; none is counted where a router is asked without a connection.
    pub fn new(memory: Option<BodyMemory>) -> Self {
        Self { memory, promised: Vec::new(), promised_bytes: 0, bytes: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Adds a piece.
    ///
    /// # Errors
    /// A 503 where there is no memory for it before long.
    pub async fn add(&mut self, piece: &[u8]) -> Result<(), Problem> {
        let missing = self.bytes.len().saturating_add(piece.len()).saturating_sub(self.promised_bytes);
        self.promise(missing.div_ceil(KIB)).await?;
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    async fn promise(&mut self, kib: usize) -> Result<(), Problem> {
        let Some(memory) = self.memory.as_ref().filter(|_| kib > 0) else { return Ok(()) };
        let permits = u32::try_from(kib).map_err(|_| crowded())?;
        let taken = tokio::time::timeout(memory.patience, memory.take(permits)).await;
        let taken = taken.ok().flatten().ok_or_else(crowded)?;
        if self.promised.is_empty() {
            self.promised = taken.into();
        } else {
            self.promised.iter_mut().zip(taken).for_each(|(all, more)| all.merge(more));
        }
        self.promised_bytes = self.promised_bytes.saturating_add(kib.saturating_mul(KIB));
        Ok(())
    }

    /// The whole body; its memory is given back when the last clone is dropped.
    pub fn whole(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Arriving {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn crowded() -> Problem {
    Problem::unavailable("bodies_crowded", "too many bodies arrive at once: try again")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;

    fn memory(of_all: &Arc<Semaphore>, of_address_kib: usize) -> BodyMemory {
        let (of_all, of_address) = (Arc::clone(of_all), Arc::new(Semaphore::new(of_address_kib)));
        BodyMemory { of_all, of_address, patience: Duration::from_millis(1) }
    }

    async fn taken_in(memory: &BodyMemory, pieces: &[usize]) -> Result<Bytes, StatusCode> {
        let mut body = Arriving::new(Some(memory.clone()));
        for length in pieces {
            body.add(&vec![b'x'; *length]).await.map_err(|problem| problem.status())?;
        }
        Ok(body.whole())
    }

    #[tokio::test]
    async fn all_bodies_together_have_a_bound_until_they_are_dealt_with() {
        let of_all = Arc::new(Semaphore::new(4));
        let (ann, bob) = (memory(&of_all, 4), memory(&of_all, 4));
        let first = taken_in(&ann, &[1, 2 * KIB, KIB - 1]).await.unwrap();
        assert_eq!(of_all.available_permits(), 1, "pieces are counted together");
        assert_eq!(taken_in(&bob, &[KIB, KIB]).await, Err(StatusCode::SERVICE_UNAVAILABLE));
        assert_eq!(of_all.available_permits(), 1, "who was refused keeps nothing");
        drop(first);
        assert!(taken_in(&bob, &[KIB, KIB]).await.is_ok());
    }

    #[tokio::test]
    async fn who_used_up_its_share_keeps_nobody_else_waiting() {
        let of_all = Arc::new(Semaphore::new(4));
        let (ann, bob) = (memory(&of_all, 2), memory(&of_all, 2));
        let _first = taken_in(&ann, &[2 * KIB]).await.unwrap();
        assert_eq!(taken_in(&ann, &[1]).await, Err(StatusCode::SERVICE_UNAVAILABLE));
        assert!(taken_in(&bob, &[2 * KIB]).await.is_ok());
    }
}
