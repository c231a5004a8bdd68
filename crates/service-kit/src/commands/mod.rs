//! How does a command become recorded events? Load what it is about, decide, append; again where somebody was faster.
//!
//! Decisions are made one after the other on the newest *tentative* state: the committed one with the events of
//! appends that are still on their way to the disk. The sequencer sees the appends in the order of the decisions,
//! so a hot stream is not slowed to one commit per event. Every append names the versions that it was decided on;
//! should an earlier one fail, the later ones fail with it, are forgotten and decided anew. A decision that records
//! nothing, because it is so already or because the rules say no, is answered when the states that it was made on are
//! durable.
//!
//! `cache` owns what is on its way: the store tells `in_flight` first what became of an append, whether or not its
//! caller still waits. Only then is anything settled or forgotten, and only what lacks nothing of ours is remembered.

mod cache;
mod in_flight;
mod reading;
#[cfg(test)]
mod script;
mod stream;
mod subject;
#[cfg(test)]
mod tests;

pub use subject::{Subject, View};

use cache::Cache;
use edgecoder_events::{Actor, Author, Clock, Event, EventId, NewEvent, Position};
use edgecoder_store::{Append, AppendError, Blob, IdempotencyKey, Pending, Permit, Receipt, StorageError, Store};
use in_flight::InFlight;
use reading::Read;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use stream::{Tentative, Wait};

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

    /// Decides on the newest state and records what was decided. `decide` may be called more than once. Whoever leaves
    /// before the answer takes nothing back of what was decided.
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
            match self.decide(&request, permit, &mut decide).map_err(CommandError::Append)? {
                Decided::Unseen => {}
                Decided::Closed(wait) => wait.until_open().await,
                Decided::Nothing(unchanged, tentative) => {
                    if all_become_durable(tentative).await {
                        return unchanged.map(Done::nothing).map_err(CommandError::Refused);
                    }
                }
                Decided::Events(events, pending) => match pending.await {
                    Ok(receipt) => return Ok(Done { events, receipt: Some(receipt) }),
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
        // One is not remembered, or not any more: read them all once more, where nobody else forgets them.
        let mut own = HashMap::with_capacity(subjects.len());
        for subject in subjects {
            let (stream, mut read) = (subject.stream(), Read::nothing_of(subject));
            read.on(&self.store, &stream).await?;
            own.insert(stream, read.state);
        }
        Ok(look(&View::of(&own)))
    }

    /// Decides, and takes the place of what was decided in the order of the log, before anybody else may decide.
    fn decide<R>(
        &self,
        request: &Request,
        permit: Permit,
        decide: &mut impl FnMut(&View<'_>) -> Result<Vec<NewEvent>, R>,
    ) -> Result<Decided<R>, AppendError> {
        let mut cache = self.lock();
        let term = cache.term().ok_or(AppendError::NotLeader)?;
        let Some(view) = cache.view(&request.subjects) else { return Ok(Decided::Unseen) };
        let events = match decide(&view) {
            Ok(events) if !events.is_empty() => events,
            unchanged => return Ok(Decided::Nothing(unchanged, cache.tentative(&request.subjects))),
        };
        if let Some(wait) = cache.closed(&events) {
            return Ok(Decided::Closed(wait));
        }
        let append = Append { term: Some(term), ..request.append(events.clone(), &cache) };
        let in_flight = InFlight::new(&self.cache, request, &events);
        let pending = permit.submit_heard(append, move |receipt| in_flight.answered(receipt))?;
        cache.take_in(&events);
        Ok(Decided::Events(events, pending))
    }

    fn begin(&self, subjects: &[Subject]) {
        let mut cache = self.lock();
        for subject in subjects {
            cache.begin(subject);
        }
    }

    /// What is remembered in the present term.
    fn lock(&self) -> MutexGuard<'_, Cache> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.enter(self.store.term());
        cache
    }
}

/// What a decision came to.
enum Decided<R> {
    /// There was none: a state was forgotten before it could be seen.
    Unseen,
    /// It would write to a stream that is not known here and that somebody waits to read.
    Closed(Wait),
    /// Nothing to record, on states that may not be durable yet.
    Nothing(Result<Vec<NewEvent>, R>, Vec<Tentative>),
    /// Events on their way.
    Events(Vec<NewEvent>, Pending),
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
