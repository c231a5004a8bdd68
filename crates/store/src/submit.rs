//! How does an append take its place in the order without waiting for the disk?

use crate::{
    Append, AppendError, Receipt,
    answer::Answer,
    idempotency::{ContentDigest, earlier_receipt},
    store::Shared,
    submission::{Prepared, Reply, Submission, prepare},
};
use futures_util::{FutureExt, future::BoxFuture};
use std::{
    future::{Future, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::sync::{mpsc::OwnedPermit, oneshot};

/// A place in the queue.
pub struct Permit {
    place: OwnedPermit<Submission>,
    store: Arc<Shared>,
}

/// The answer to an append, when it comes. Whoever drops it does not take the append back.
#[must_use = "only the answer says whether the events are recorded"]
pub struct Pending(BoxFuture<'static, Result<Receipt, AppendError>>);

pub(crate) fn permit(place: OwnedPermit<Submission>, store: Arc<Shared>) -> Permit {
    Permit { place, store }
}

impl Permit {
    /// Takes the append's place in the order: appends are recorded in the order of these calls. Never blocks.
    pub fn submit(self, append: Append) -> Pending {
        self.send(append, Answer::to).unwrap_or_else(|error| Pending(ready(Err(error)).boxed()))
    }

    /// The same; `hear` is told what became of the append before whoever waits for it, and also where nobody waits any
    /// more: the receipt, or nothing where this append recorded nothing. The log stands still while it listens.
    ///
    /// # Errors
    /// What is refused at once, and so takes no place in the order. `hear` is told nothing then.
    pub fn submit_heard(
        self,
        append: Append,
        hear: impl FnOnce(Option<&Receipt>) + Send + Sync + 'static,
    ) -> Result<Pending, AppendError> {
        self.send(append, |reply| Answer::to(reply).heard_by(hear))
    }

    fn send(
        self,
        append: Append,
        answer: impl FnOnce(oneshot::Sender<Reply>) -> Answer,
    ) -> Result<Pending, AppendError> {
        let Self { place, store } = self;
        let prepared = prepare(append, &store.limits).and_then(|prepared| with_room(prepared, &store))?;
        if store.ended.is_cancelled() {
            return Err(AppendError::Stopped);
        }
        let digest = prepared.digest;
        let (reply, answered) = oneshot::channel();
        place.send(Submission::Append(Box::new(prepared), answer(reply)));
        Ok(Pending(finish(answered, store, digest).boxed()))
    }
}

/// Refuses what would make too many bytes wait. An append that is larger than all the room waits alone.
fn with_room(mut prepared: Prepared, store: &Shared) -> Result<Prepared, AppendError> {
    let wanted = u32::try_from(prepared.bytes.min(store.limits.queued_bytes)).unwrap_or(u32::MAX);
    let room = Arc::clone(&store.room).try_acquire_many_owned(wanted).map_err(|_| AppendError::Crowded)?;
    prepared.room = Some(room);
    Ok(prepared)
}

async fn finish(
    answer: oneshot::Receiver<Reply>,
    store: Arc<Shared>,
    digest: ContentDigest,
) -> Result<Receipt, AppendError> {
    match reply(answer, &store).await {
        Some(Reply::Recorded(receipt)) => Ok(receipt),
        Some(Reply::Repeated(span)) => earlier_receipt(&*store.database, span, digest).await,
        Some(Reply::Refused(error)) => Err(error),
        None => Err(AppendError::Stopped),
    }
}

/// What came before `closing` is taken out of the queue and answered. What came later may lie there unseen.
async fn reply(mut answer: oneshot::Receiver<Reply>, store: &Shared) -> Option<Reply> {
    if !store.closing.is_cancelled() {
        return answer.await.ok();
    }
    tokio::select! {
        reply = &mut answer => reply.ok(),
        () = store.ended.cancelled() => answer.try_recv().ok(),
    }
}

impl Future for Pending {
    type Output = Result<Receipt, AppendError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}
