//! Which results were not delivered yet? They are on disk before they are sent, and stay until a coordinator answered.
//!
//! A result is sealed and signed before it comes here, so the folder holds nothing that its reader could use. Room is
//! taken before work is pulled: a full outbox stops the pulling, and no result is ever dropped to make room.

mod delivery;
mod parcel;

pub use delivery::{bring_at_once, deliver};
pub use parcel::Parcel;

use crate::held;
use edgecoder_identity::envelope::{Envelope, Lease};
use edgecoder_wire::{agents::HeldLease, work::SubtaskResult};
use std::{
    collections::BTreeMap,
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// The most results that wait at once. With [`edgecoder_wire::tasks::MAX_REPORT_BYTES`] it bounds the folder's bytes too.
const MAX_ROOMS: usize = 96;

/// Room for one result.
#[derive(Debug)]
pub struct Room {
    #[expect(dead_code, reason = "held, never read")]
    permit: OwnedSemaphorePermit,
}

/// A parcel's number: its place in the order of arrival, and the name of its file.
pub type ParcelNumber = u64;

/// The results that wait.
#[derive(Debug)]
pub struct Outbox {
    folder: PathBuf,
    rooms: Arc<Semaphore>,
    waiting: Mutex<BTreeMap<ParcelNumber, Waiting>>,
    next: AtomicU64,
    count: watch::Sender<usize>,
}

#[derive(Debug)]
struct Waiting {
    lease: HeldLease,
    /// `None` where an earlier run left more than this one has room for.
    _room: Option<Room>,
}

impl Outbox {
    /// Opens the folder and finds what an earlier run left there.
    pub async fn open(folder: PathBuf) -> io::Result<Arc<Self>> {
        tokio::task::spawn_blocking(move || Self::open_now(folder)).await.map_err(io::Error::other)?
    }

    fn open_now(folder: PathBuf) -> io::Result<Arc<Self>> {
        let rooms = Arc::new(Semaphore::new(MAX_ROOMS));
        let mut waiting = BTreeMap::new();
        for (number, parcel) in parcel::find_all(&folder)? {
            let room = Arc::clone(&rooms).try_acquire_owned().ok().map(|permit| Room { permit });
            waiting.insert(number, Waiting { lease: lease_of(&parcel.result), _room: room });
        }
        let next = AtomicU64::new(waiting.last_key_value().map_or(0, |(last, _)| last.saturating_add(1)));
        let count = watch::Sender::new(waiting.len());
        Ok(Arc::new(Self { folder, rooms, waiting: Mutex::new(waiting), next, count }))
    }

    /// Waits until there is room for one more result.
    pub async fn room(&self) -> Room {
        let permit = Arc::clone(&self.rooms).acquire_owned().await;
        Room { permit: permit.expect("the semaphore is never closed") }
    }

    /// Keeps a result until it is delivered. When this returns, it is on disk.
    pub async fn put(&self, room: Room, parcel: &Arc<Parcel>) -> io::Result<ParcelNumber> {
        let lease = lease_of(&parcel.result);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (folder, parcel) = (self.folder.clone(), Arc::clone(parcel));
        let written = tokio::task::spawn_blocking(move || parcel::write(&folder, number, &parcel)).await;
        written.map_err(io::Error::other).flatten()?;
        self.lock().insert(number, Waiting { lease, _room: Some(room) });
        self.tell();
        Ok(number)
    }

    /// Waits until a parcel is no longer here.
    pub async fn delivered(&self, number: ParcelNumber) {
        let mut counts = self.count.subscribe();
        let is_gone = |_: &usize| !self.lock().contains_key(&number);
        let _gone = counts.wait_for(is_gone).await.expect("the sender lives as long as the outbox");
    }

    /// The leases whose results wait: they are held until the coordinator knows.
    pub fn leases(&self) -> Vec<HeldLease> {
        self.lock().values().map(|waiting| waiting.lease.clone()).collect()
    }

    /// How many results wait, now and whenever that changes.
    pub fn counts(&self) -> watch::Receiver<usize> {
        self.count.subscribe()
    }

    /// Waits until everything is delivered.
    pub async fn emptied(&self) {
        let mut counts = self.count.subscribe();
        let _empty = counts.wait_for(|count| *count == 0).await.expect("the sender lives as long as the outbox");
    }

    async fn filled(&self) {
        let mut counts = self.count.subscribe();
        let _filled = counts.wait_for(|count| *count > 0).await.expect("the sender lives as long as the outbox");
    }

    fn numbers(&self) -> Vec<ParcelNumber> {
        self.lock().keys().copied().collect()
    }

    async fn read(&self, number: ParcelNumber) -> io::Result<Parcel> {
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || parcel::read(&folder, number)).await.map_err(io::Error::other)?
    }

    async fn remove(&self, number: ParcelNumber) -> io::Result<()> {
        let folder = self.folder.clone();
        let removed = tokio::task::spawn_blocking(move || parcel::remove(&folder, number)).await;
        self.lock().remove(&number);
        self.tell();
        removed.map_err(io::Error::other)?
    }

    fn tell(&self) {
        let count = self.lock().len();
        self.count.send_replace(count);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ParcelNumber, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lease_of(result: &SubtaskResult<Envelope>) -> HeldLease {
    let SubtaskResult { agent_id, task_id, subtask, attempt, .. } = result;
    held::name(&Lease { task: task_id.clone(), subtask: *subtask, attempt: *attempt, agent: agent_id.clone() })
}

#[cfg(test)]
mod tests;
