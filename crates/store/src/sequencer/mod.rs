//! Who comes first? One task per log orders the appends, batch by batch, and answers when a batch is durable.
//!
//! While one batch is written the next one gathers in the queue: group commit without a timer.

use crate::{
    AppendError, IdempotencyKey, Limits, Receipt, StorageError,
    answer::Answer,
    backend::{Database, Span},
    batch::{Batch, BatchBuilder, Decided, LogState},
    checkpoint_file::Checkpoints,
    conditions::StreamVersions,
    event_ids::EventIds,
    recent::Recent,
    recent_map::RecentMap,
    recovery::RolledBack,
    submission::{Prepared, Reply, Submission},
    tiles::RecentLeaves,
};
use edgecoder_events::{Clock, StreamName, Version};
use futures_util::future::try_join;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

mod commit;
mod first_entries;
mod gather;
mod lead;

/// Whether this process may append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It leads the log.
    Leading,
    /// Another process leads; this one takes over when the other is gone.
    Standby,
    /// It leads, but the log is not the one that had left this machine; an operator must accept that.
    RolledBack(RolledBack),
}

/// One unbroken time in which this process leads the log, counted from its start. Whoever keeps something of the log in
/// memory forgets it when the term is over: others may have appended between it and the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term(pub u64);

/// An append that was checked, and whom to tell.
type Waiting = (Box<Prepared>, Answer);

pub(crate) struct Sequencer {
    pub origin: String,
    pub limits: Limits,
    pub database: Arc<dyn Database>,
    pub clock: Arc<dyn Clock>,
    pub ids: EventIds,
    pub checkpoints: Arc<Checkpoints>,
    pub leaves: Arc<RecentLeaves>,
    pub recent: Arc<Recent>,
    pub log: watch::Sender<LogState>,
    pub standing: watch::Sender<Standing>,
    pub term: watch::Sender<Option<Term>>,
    /// How many terms have begun.
    pub terms: u64,
    /// Why the newest batch that was tried could not be written.
    pub trouble: watch::Sender<Option<Arc<str>>>,
    pub queue: mpsc::Receiver<Submission>,
    pub closing: CancellationToken,
    pub ended: CancellationToken,
    pub waiting: VecDeque<Submission>,
    /// How many appends the batch before had: as many may be about to come again.
    pub companions: usize,
    pub streams: RecentMap<StreamName, Version>,
    pub keys: RecentMap<IdempotencyKey, Span>,
}

impl Sequencer {
    /// Works until the store is closed or nobody holds it any more.
    pub(crate) async fn run(mut self) {
        let _ended = self.ended.clone().drop_guard();
        loop {
            if *self.standing.borrow() == Standing::Standby && !self.stand_by().await {
                break;
            }
            let Some(first) = self.gather().await else { break };
            self.handle(first).await;
        }
    }

    /// Handles what has gathered up to the limits of one batch.
    async fn handle(&mut self, first: Submission) {
        match first {
            Submission::AcceptRestore { reason, actor, reply } => self.accept_restore(reason, actor, reply).await,
            Submission::RotateLogKey { key, actor, reply } => self.rotate_log_key(*key, actor, reply).await,
            Submission::Append(prepared, reply) => {
                let batch = self.take_batch((prepared, reply));
                if let Some(error) = self.refusal() {
                    refuse_all(batch, &error);
                } else {
                    let batch = self.refuse_of_other_terms(batch);
                    self.record(batch).await;
                }
            }
        }
    }

    /// What waited while the lead was lost and taken again was decided on what others may have overtaken.
    fn refuse_of_other_terms(&self, batch: Vec<Waiting>) -> Vec<Waiting> {
        let present = *self.term.borrow();
        let is_of_this = |(prepared, _): &Waiting| prepared.append.term.is_none_or(|term| Some(term) == present);
        let (of_this, of_others) = batch.into_iter().partition(is_of_this);
        refuse_all(of_others, &AppendError::NotLeader);
        of_this
    }

    fn refusal(&self) -> Option<AppendError> {
        match *self.standing.borrow() {
            Standing::Leading => None,
            Standing::Standby => Some(AppendError::NotLeader),
            Standing::RolledBack(rolled_back) => Some(AppendError::RolledBack(rolled_back)),
        }
    }

    /// Decides, writes and answers one batch.
    async fn record(&mut self, batch: Vec<Waiting>) {
        match self.look_up(&batch).await {
            Ok((versions, known)) => {
                let batch = self.decide(batch, versions, known);
                self.write(batch).await;
            }
            Err(error) => refuse_all(batch, &AppendError::Storage(Arc::new(error))),
        }
    }

    /// Asks for every stream version and idempotency key of the batch at once.
    async fn look_up(
        &mut self,
        batch: &[Waiting],
    ) -> Result<(StreamVersions, HashMap<IdempotencyKey, Span>), StorageError> {
        let (mut known, unknown_keys) = self.split_keys(batch);
        let (mut versions, unknown_streams) = StreamVersions::remembered(touched(batch), &mut self.streams);
        let spans = async {
            if unknown_keys.is_empty() { Ok(HashMap::new()) } else { self.database.spans(&unknown_keys).await }
        };
        let reached = async {
            if unknown_streams.is_empty() { Ok(Vec::new()) } else { self.database.versions(&unknown_streams).await }
        };
        let (spans, reached) = try_join(spans, reached).await?;
        known.extend(spans);
        versions.learn(unknown_streams, reached);
        Ok((versions, known))
    }

    fn split_keys(&mut self, batch: &[Waiting]) -> (HashMap<IdempotencyKey, Span>, Vec<IdempotencyKey>) {
        let (mut known, mut unknown) = (HashMap::new(), Vec::new());
        for key in batch.iter().filter_map(|(prepared, _)| prepared.append.idempotency_key.as_ref()) {
            match self.keys.get(key) {
                Some(span) => drop(known.insert(key.clone(), span)),
                None => unknown.push(key.clone()),
            }
        }
        (known, unknown)
    }

    fn decide(&mut self, batch: Vec<Waiting>, versions: StreamVersions, known: HashMap<IdempotencyKey, Span>) -> Batch {
        let log = self.log.borrow().clone();
        let mut builder = BatchBuilder::new(&self.origin, log, self.clock.now(), versions, known);
        for (prepared, reply) in batch {
            builder.add(*prepared, reply, &mut self.ids);
        }
        builder.finish()
    }

    /// Makes a batch durable, shows it to followers, and answers.
    async fn write(&mut self, batch: Batch) {
        let Batch { write, log, versions, recorded, leaves, decided } = batch;
        if write.rows.is_empty() {
            return answer_all(decided);
        }
        let (before, keys) = (write.before, write.keys.clone());
        if let Err(error) = self.commit(write).await {
            return fail_all(decided, &error);
        }
        self.trouble.send_if_modified(|trouble| trouble.take().is_some());
        for (stream, version) in versions.into_all() {
            self.streams.put(stream, version);
        }
        for (key, span) in keys {
            self.keys.put(key, span);
        }
        self.leaves.push(before.size, &leaves);
        self.recent.push(recorded.into());
        self.log.send_replace(log);
        answer_all(decided);
    }

    /// Records events of the log's own, outside the queue.
    async fn record_own(&mut self, prepared: Prepared) -> Result<Receipt, AppendError> {
        let (reply, answer) = oneshot::channel();
        self.record(vec![(Box::new(prepared), Answer::to(reply))]).await;
        match answer.await {
            Ok(Reply::Recorded(receipt)) => Ok(receipt),
            Ok(Reply::Refused(error)) => Err(error),
            Ok(Reply::Repeated(_)) | Err(_) => Err(AppendError::Stopped),
        }
    }
}

/// The streams that the appends of a batch extend or expect something of.
fn touched(batch: &[Waiting]) -> impl Iterator<Item = &StreamName> {
    batch.iter().flat_map(|(prepared, _)| {
        let append = &prepared.append;
        let conditions = append.conditions.iter().map(|condition| &condition.stream);
        append.events.iter().map(|new| &new.stream).chain(conditions)
    })
}

/// Tells everyone what was decided.
fn answer_all(decided: Vec<Decided>) {
    for Decided { reply, outcome } in decided {
        reply.send(outcome);
    }
}

/// Tells everyone that nothing was recorded; who was refused anyhow learns the reason.
fn fail_all(decided: Vec<Decided>, error: &AppendError) {
    for Decided { reply, outcome } in decided {
        let refused = matches!(outcome, Reply::Refused(_));
        reply.send(if refused { outcome } else { Reply::Refused(error.clone()) });
    }
}

fn refuse_all(batch: Vec<Waiting>, error: &AppendError) {
    for (_, reply) in batch {
        reply.send(Reply::Refused(error.clone()));
    }
}
