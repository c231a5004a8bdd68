//! How does a command become recorded events? Load what it is about, decide, append; again where somebody was faster.
//!
//! Decisions are made one after the other on the newest *tentative* state: the committed one with the events of
//! appends that are still on their way to the disk. The sequencer sees the appends in the order of the decisions,
//! so a hot stream is not slowed to one commit per event. Every append names the versions that it was decided on;
//! should an earlier one fail, the later ones fail with it, are forgotten and decided anew. A decision that records
//! nothing, because it is so already or because the rules say no, is answered when the states that it was made on are
//! durable.

mod cache;
mod subject;
#[cfg(test)]
mod tests;

pub use subject::{Subject, View};

use cache::{Cache, Tentative};
use edgecoder_events::{Actor, Author, Clock, Event, EventId, NewEvent, Position, Version};
use edgecoder_store::{Append, AppendError, Blob, IdempotencyKey, Pending, Receipt, StorageError, Store};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use subject::State;

/// How often a command is decided anew because its streams had moved.
const MAX_CONFLICTS: usize = 16;

/// Runs commands against one ledger. Cheap to clone.
#[derive(Clone)]
pub struct Commands {
    store: Store,
    clock: Arc<dyn Clock>,
    cache: Arc<Mutex<Cache>>,
}

/// Who wants something, about what, and what belongs to it.
pub struct Request {
    pub actor: Actor,
    /// Every aggregate that the decision looks at.
    pub subjects: Vec<Subject>,
    /// Those of them whose names were made for this request.
    begun: Vec<Subject>,
    pub author: Option<Author>,
    pub causation_id: Option<EventId>,
    idempotency_key: Option<IdempotencyKey>,
    /// Contents that must be durable when the events are.
    pub blobs: Vec<Blob>,
}

impl Request {
    /// A request of `actor` about `subjects`.
    pub fn new(actor: Actor, subjects: impl IntoIterator<Item = Subject>) -> Self {
        let subjects = subjects.into_iter().collect();
        let (begun, blobs) = (vec![], vec![]);
        Self { actor, subjects, begun, author: None, causation_id: None, idempotency_key: None, blobs }
    }

    /// Also about `subject`.
    #[must_use]
    pub fn about(mut self, subject: Subject) -> Self {
        self.subjects.push(subject);
        self
    }

    /// Also about `subject`, whose name was made for this request: the log need not be asked for its history. Should
    /// there be one all the same, the append is refused and the history is read.
    #[must_use]
    pub fn beginning(mut self, subject: Subject) -> Self {
        self.begun.push(subject.clone());
        self.about(subject)
    }

    /// Signed by `author`, where the decision begins with an event that is signed.
    #[must_use]
    pub fn signed_by(mut self, author: Option<Author>) -> Self {
        self.author = author;
        self
    }

    /// Recorded once, however often it is asked with this key.
    #[must_use]
    pub fn once(mut self, key: Option<IdempotencyKey>) -> Self {
        self.idempotency_key = key;
        self
    }

    /// With a content.
    #[must_use]
    pub fn with_blob(mut self, blob: Blob) -> Self {
        self.blobs.push(blob);
        self
    }
}

/// What came of a command that was not refused.
#[derive(Debug, Clone)]
pub struct Done {
    /// What was decided; empty where it was so already.
    pub events: Vec<NewEvent>,
    /// Where it was recorded; `None` where there was nothing to record.
    pub receipt: Option<Receipt>,
}

impl Done {
    /// It was so already.
    const fn nothing(events: Vec<NewEvent>) -> Self {
        Self { events, receipt: None }
    }

    /// The position of the first recorded event that is wanted; zero where none was recorded.
    pub fn position_of(&self, is_wanted: impl Fn(&Event) -> bool) -> Position {
        let Some(receipt) = &self.receipt else { return Position::default() };
        let positions = (receipt.first.0..).map(Position);
        let wanted = self.events.iter().zip(positions).find(|(new, _)| is_wanted(&new.event));
        wanted.map(|(_, position)| position).unwrap_or_default()
    }

    /// The position of the last recorded event; zero where there was nothing to record.
    pub fn position(&self) -> Position {
        self.receipt.as_ref().map(|receipt| receipt.last).unwrap_or_default()
    }
}

/// Why a command changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum CommandError<R> {
    /// The rules say no.
    #[error(transparent)]
    Refused(R),
    /// Others changed the same things faster, again and again.
    #[error("others keep changing the same thing: try again")]
    Busy,
    #[error(transparent)]
    Append(AppendError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Commands {
    /// Runs commands against `store`.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, cache: Arc::default() }
    }

    /// The clock that decisions are made by.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// The ledger that commands are recorded in.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Decides on the newest state and records what was decided. `decide` may be called more than once.
    ///
    /// # Errors
    /// [`CommandError::Refused`] holds what `decide` said; the others mean that nothing was recorded.
    pub async fn run<R, D>(&self, request: Request, mut decide: D) -> Result<Done, CommandError<R>>
    where
        D: FnMut(&View<'_>) -> Result<Vec<NewEvent>, R>,
    {
        self.begin(&request.begun);
        for _ in 0..MAX_CONFLICTS {
            self.load(&request.subjects).await?;
            let permit = self.store.reserve().await.map_err(CommandError::Append)?;
            let decided = {
                let mut cache = self.lock();
                let Some(view) = cache.view(&request.subjects) else { continue };
                match decide(&view) {
                    Ok(events) if !events.is_empty() => {
                        let append = request.append(events.clone(), &cache);
                        cache.take_in(&events);
                        Decided::Events(Taken { commands: self, request: &request, events }, permit.submit(append))
                    }
                    unchanged => Decided::Nothing(unchanged, cache.tentative(&request.subjects)),
                }
            };
            match decided {
                Decided::Nothing(unchanged, tentative) => {
                    if all_become_durable(tentative).await {
                        return unchanged.map(Done::nothing).map_err(CommandError::Refused);
                    }
                }
                Decided::Events(taken, pending) => match pending.await {
                    Ok(receipt) => return Ok(taken.settle(receipt)),
                    Err(AppendError::ConditionFailed { .. }) => {}
                    Err(error) => return Err(CommandError::Append(error)),
                },
            }
        }
        Err(CommandError::Busy)
    }

    /// Looks at the newest state without changing it.
    ///
    /// # Errors
    /// Where the log can not be read.
    pub async fn look<T>(&self, subjects: &[Subject], look: impl Fn(&View<'_>) -> T) -> Result<T, StorageError> {
        self.load(subjects).await?;
        if let Some(view) = self.lock().view(subjects) {
            return Ok(look(&view));
        }
        // One was forgotten again before it could be looked at: read them all once more, where nobody else forgets them.
        let mut own = Cache::default();
        for subject in subjects {
            let (state, version) = self.read(subject).await?;
            own.insert(subject, state, version);
        }
        Ok(look(&View { cache: &own }))
    }

    fn begin(&self, subjects: &[Subject]) {
        let mut cache = self.lock();
        for subject in subjects {
            cache.insert(subject, subject.empty(), Version::EMPTY);
        }
    }

    async fn load(&self, subjects: &[Subject]) -> Result<(), StorageError> {
        for subject in subjects {
            if !self.lock().holds(subject) {
                let (state, version) = self.read(subject).await?;
                self.lock().insert(subject, state, version);
            }
        }
        Ok(())
    }

    /// The recorded state, page by page; a stream ends where a page is not full.
    async fn read(&self, subject: &Subject) -> Result<(State, Version), StorageError> {
        let (mut state, mut version) = (subject.empty(), Version::EMPTY);
        loop {
            let page = self.store.read_stream(&subject.stream(), version, cache::LOAD_PAGE).await?;
            for recorded in &page {
                state.evolve(&recorded.event);
                version = recorded.version;
            }
            if page.len() < cache::LOAD_PAGE {
                return Ok((state, version));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a decision came to: nothing to record, on states that may not be durable yet; or events on their way.
enum Decided<'a, R> {
    Nothing(Result<Vec<NewEvent>, R>, Vec<Tentative>),
    Events(Taken<'a>, Pending),
}

/// Events that the remembered states have already taken in. Whatever ends the wait for their append, but its success
/// (a failure, a caller who leaves), has the states forgotten.
struct Taken<'a> {
    commands: &'a Commands,
    request: &'a Request,
    events: Vec<NewEvent>,
}

impl Taken<'_> {
    fn settle(mut self, receipt: Receipt) -> Done {
        if receipt.replayed {
            // The states have taken in twice what was recorded once: they are forgotten.
            return Done { events: self.events.clone(), receipt: Some(receipt) };
        }
        self.commands.lock().settle(&receipt.versions);
        Done { events: std::mem::take(&mut self.events), receipt: Some(receipt) }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if !self.events.is_empty() {
            self.commands.lock().forget(&self.request.subjects, &self.events);
        }
    }
}

/// Nobody is told "it is so already", or no, for a reason that a crash could take back.
async fn all_become_durable(tentative: Vec<Tentative>) -> bool {
    for state in tentative {
        if !state.becomes_durable().await {
            return false;
        }
    }
    true
}

impl Request {
    fn append(&self, events: Vec<NewEvent>, cache: &Cache) -> Append {
        let mut append = Append::new(self.actor.clone(), events);
        append.conditions = cache.conditions(&self.subjects, &append.events);
        let statement = append.events.first().and_then(|new| new.event.author_statement());
        append.author = self.author.filter(|_| statement.is_some());
        append.causation_id = self.causation_id;
        append.idempotency_key.clone_from(&self.idempotency_key);
        append.blobs.clone_from(&self.blobs);
        append
    }
}
