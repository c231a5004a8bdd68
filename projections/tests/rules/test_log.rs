//! A log in memory: a history of which more and more is recorded.

use crate::history::History;
use edgecoder_events::{AccountId, BlobRef, EventId, Position, Recorded};
use edgecoder_projections::log::{Follower, Log, LogError, SealedContents};
use edgecoder_store::WordKey;
use futures_util::future::{BoxFuture, FutureExt, ready};
use std::{
    collections::BTreeSet,
    sync::{Arc, RwLock},
};
use tokio::sync::watch;

#[derive(Clone)]
pub struct TestLog {
    events: Arc<RwLock<Vec<Recorded>>>,
    size: Arc<watch::Sender<usize>>,
    batch: usize,
    forgotten: Arc<RwLock<BTreeSet<AccountId>>>,
}

pub struct TestFollower {
    log: TestLog,
    next: usize,
    size: watch::Receiver<usize>,
}

impl TestLog {
    /// A log of these events, read in batches of at most `batch`.
    pub fn of(events: &[Recorded], batch: usize) -> Self {
        let size = Arc::new(watch::Sender::new(events.len()));
        Self { events: Arc::new(RwLock::new(events.to_vec())), size, batch, forgotten: Arc::default() }
    }

    pub fn of_history(history: &History) -> Self {
        Self::of(&history.events, 7)
    }

    pub fn append(&self, events: &[Recorded]) {
        let mut all = self.events.write().unwrap();
        all.extend_from_slice(events);
        self.size.send_replace(all.len());
    }

    /// Destroys the key of an account; nothing of it opens from then on.
    pub fn forget(&self, account: AccountId) {
        self.forgotten.write().unwrap().insert(account);
    }

    fn is_forgotten(&self, account: &AccountId) -> bool {
        self.forgotten.read().unwrap().contains(account)
    }

    pub fn head(&self) -> Position {
        Position(*self.size.borrow() as u64)
    }
}

/// Every submission of an account asks for the same, in its own words.
impl SealedContents for TestLog {
    fn opened<'a>(&'a self, owner: &'a AccountId, _: BlobRef) -> BoxFuture<'a, Result<Option<Vec<u8>>, LogError>> {
        let files = r#"[{"path":"lib/primes.py","content":"hidden"}]"#;
        let submission = format!(r#"{{"prompt":"Sort what {owner} wrote","files":{files}}}"#);
        ready(Ok((!self.is_forgotten(owner)).then(|| submission.into_bytes()))).boxed()
    }

    fn word_key<'a>(&'a self, owner: &'a AccountId) -> BoxFuture<'a, Result<Option<WordKey>, LogError>> {
        ready(Ok((!self.is_forgotten(owner)).then(|| WordKey::of(owner.as_str().as_bytes())))).boxed()
    }
}

impl Log for TestLog {
    type Follower = TestFollower;

    fn follow(&self, from: Position) -> TestFollower {
        TestFollower { log: self.clone(), next: usize::try_from(from.0).unwrap(), size: self.size.subscribe() }
    }

    async fn event_id_at(&self, position: Position) -> Result<Option<EventId>, LogError> {
        Ok(self.events.read().unwrap().get(usize::try_from(position.0)?).map(|it| it.event_id))
    }

    async fn size(&self) -> Result<Position, LogError> {
        Ok(self.head())
    }
}

impl Follower for TestFollower {
    async fn next_batch(&mut self) -> Result<Arc<[Recorded]>, LogError> {
        let next = self.next;
        self.size.wait_for(|size| *size > next).await?;
        let events = self.log.events.read().unwrap();
        let end = events.len().min(next + self.log.batch);
        self.next = end;
        Ok(events[next..end].into())
    }
}
