//! How does a question get an answer of the model in time? It waits for a place, and for the model, until its deadline.

use crate::{
    Inference,
    catalog::NoModel,
    measures::{Operation, Outcome},
    settings::Limits,
};
use edgecoder_models::{ChatLimits, ChatRequest, Message, ModelError};
use std::time::Duration;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

/// The same question gets the same answer, as far as the model can.
const TEMPERATURE: f32 = 0.0;

/// The places where questions wait and are worked on.
pub struct Desk {
    limits: Limits,
    /// Everybody who waits or is worked on.
    room: Semaphore,
    /// Those who are worked on.
    places: Semaphore,
}

/// What is asked, and how much of an answer there may be.
pub struct Question {
    pub operation: Operation,
    pub messages: Vec<Message>,
    pub max_tokens: u32,
}

/// Why there is no reply.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error("too many questions wait for the model already: try again later")]
    Full,
    #[error("no place at the model became free within {} ms: try again later", .0.as_millis())]
    NoPlace(Duration),
    #[error(transparent)]
    NoModel(#[from] NoModel),
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl Desk {
    /// Has as many places as `limits` say.
    pub fn new(limits: Limits) -> Self {
        let room = limits.at_once.saturating_add(limits.waiting);
        Self { limits, room: Semaphore::new(room), places: Semaphore::new(limits.at_once) }
    }

    /// The longest that any question takes.
    pub fn longest(&self) -> Duration {
        self.limits.decompose.max(self.limits.escalate)
    }

    fn time_for(&self, operation: Operation) -> Duration {
        match operation {
            Operation::Decompose => self.limits.decompose,
            Operation::Escalate => self.limits.escalate,
        }
    }

    /// A seat in the room, and then a place at the model. Both are given back when they are dropped.
    async fn sit_down(&self, time: Duration, until: Instant) -> Result<[SemaphorePermit<'_>; 2], AskError> {
        let seat = self.room.try_acquire().map_err(|_| AskError::Full)?;
        let place = timeout_at(until, self.places.acquire()).await.map_err(|_| AskError::NoPlace(time))?;
        Ok([seat, place.expect("the semaphore is never closed")])
    }
}

impl Inference {
    /// The model's whole reply. Dropping this drops the connection to the model, which then stops.
    pub(crate) async fn ask(&self, question: Question) -> Result<String, AskError> {
        let time = self.desk.time_for(question.operation);
        let until = Instant::now() + time;
        let _held = self.desk.sit_down(time, until).await?;
        let (server, model) = match timeout_at(until, self.catalog.model()).await {
            Ok(found) => found?,
            Err(_) => return Err(AskError::NoPlace(time)),
        };
        let begun = Instant::now();
        let limits = ChatLimits {
            deadline: until.saturating_duration_since(begun),
            first_piece: until.saturating_duration_since(begun),
            ..ChatLimits::default()
        };
        let Question { operation, messages, max_tokens } = question;
        let request = ChatRequest { model, messages, temperature: TEMPERATURE, max_tokens };
        let reply = server.complete(request, limits, CancellationToken::new()).await;
        let outcome = if reply.is_ok() { Outcome::Answered } else { Outcome::Failed };
        self.measures.model_answered(operation, outcome, begun.elapsed());
        Ok(reply?)
    }
}
