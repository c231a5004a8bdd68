//! How does an append take its place in the order without waiting for the disk?

use crate::{
    Append, AppendError, Limits, Receipt,
    backend::Database,
    idempotency::{ContentDigest, earlier_receipt},
    submission::{Reply, Submission, prepare},
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
    database: Arc<dyn Database>,
    limits: Limits,
}

/// The answer to an append, when it comes. Whoever drops it does not take the append back.
#[must_use = "only the answer says whether the events are recorded"]
pub struct Pending(BoxFuture<'static, Result<Receipt, AppendError>>);

pub(crate) fn permit(place: OwnedPermit<Submission>, database: Arc<dyn Database>, limits: Limits) -> Permit {
    Permit { place, database, limits }
}

impl Permit {
    /// Takes the append's place in the order: appends are recorded in the order of these calls. Never blocks.
    pub fn submit(self, append: Append) -> Pending {
        match prepare(append, &self.limits) {
            Ok(prepared) => {
                let digest = prepared.digest;
                let (reply, answer) = oneshot::channel();
                self.place.send(Submission::Append(Box::new(prepared), reply));
                Pending(finish(answer, self.database, digest).boxed())
            }
            Err(error) => Pending(ready(Err(error)).boxed()),
        }
    }
}

async fn finish(
    answer: oneshot::Receiver<Reply>,
    database: Arc<dyn Database>,
    digest: ContentDigest,
) -> Result<Receipt, AppendError> {
    match answer.await {
        Ok(Reply::Recorded(receipt)) => Ok(receipt),
        Ok(Reply::Repeated(span)) => earlier_receipt(&*database, span, digest).await,
        Ok(Reply::Refused(error)) => Err(error),
        Err(_) => Err(AppendError::Stopped),
    }
}

impl Future for Pending {
    type Output = Result<Receipt, AppendError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}
