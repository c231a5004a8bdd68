//! How much memory do answers take that nobody has read yet? All of them together have a bound, and each caller its share.

use axum::{
    body::{Body, Bytes},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use edgecoder_service_kit::http::Problem;
use serde::Serialize;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const KIB: usize = 1024;
/// All long answers that are being made, or wait to be read.
const ALL_KIB: usize = 256 * KIB;
/// Those of one caller: an account, or the operators.
const OF_ONE_KIB: usize = 64 * KIB;
/// What an answer may need while nobody knows how long it gets.
const PROMISED_KIB: u32 = 16 * 1024;
/// How long a caller waits for others' answers to be read.
const PATIENCE: Duration = Duration::from_secs(5);

/// Memory for answers that hold contents. It knows accounts that an operator opened only, so it is as bounded as they are.
pub struct AnswerRoom {
    all: Arc<Semaphore>,
    of_callers: Mutex<HashMap<String, Arc<Semaphore>>>,
    patience: Duration,
}

/// Memory for one answer, given back when the answer was read or its caller is gone.
#[derive(Debug)]
pub struct Promised([OwnedSemaphorePermit; 2]);

impl AnswerRoom {
    /// Memory for one more answer to `caller`.
    ///
    /// # Errors
    /// A 429 where the caller leaves too many answers unread, a 503 where all callers together do.
    pub async fn promise(&self, caller: &str) -> Result<Promised, Problem> {
        let own = self.of(caller).try_acquire_many_owned(PROMISED_KIB).map_err(|_| {
            Problem::too_many("answers_unread", "read the answers that you asked for before you ask for more")
        })?;
        let all = tokio::time::timeout(self.patience, Arc::clone(&self.all).acquire_many_owned(PROMISED_KIB)).await;
        Ok(Promised([own, all.ok().and_then(Result::ok).ok_or_else(crowded)?]))
    }

    fn of(&self, caller: &str) -> Arc<Semaphore> {
        let mut of_callers = self.of_callers.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(of_callers.entry(caller.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(OF_ONE_KIB))))
    }
}

impl Default for AnswerRoom {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(ALL_KIB)), of_callers: Mutex::default(), patience: PATIENCE }
    }
}

impl Promised {
    /// The answer; its memory is counted until it was read.
    ///
    /// # Errors
    /// A 503 where it is so long that there is no memory for it now.
    pub fn json(mut self, answer: &impl Serialize) -> Result<Response, Problem> {
        let bytes = serde_json::to_vec(answer).map_err(|error| Problem::internal(&error))?;
        let needed = bytes.len().div_ceil(KIB);
        for permit in &mut self.0 {
            let missing = u32::try_from(needed.saturating_sub(permit.num_permits())).map_err(|_| crowded())?;
            let more = Arc::clone(permit.semaphore()).try_acquire_many_owned(missing).map_err(|_| crowded())?;
            permit.merge(more);
            drop(permit.split(permit.num_permits().saturating_sub(needed)));
        }
        let body = Body::from(Bytes::from_owner(Unread { bytes, _memory: self }));
        Ok((StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body).into_response())
    }
}

/// An answer on its way.
struct Unread {
    bytes: Vec<u8>,
    _memory: Promised,
}

impl AsRef<[u8]> for Unread {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn crowded() -> Problem {
    Problem::unavailable("answers_crowded", "too many long answers wait to be read: try again")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room() -> AnswerRoom {
        AnswerRoom { patience: Duration::from_millis(1), ..AnswerRoom::default() }
    }

    #[tokio::test]
    async fn who_reads_nothing_is_told_to_read_and_others_are_answered() {
        let room = room();
        let long = "x".repeat(20 * KIB * KIB);
        let mut unread = vec![];
        let refused = loop {
            match room.promise("ann").await.and_then(|promised| promised.json(&long)) {
                Ok(answer) => unread.push(answer),
                Err(problem) => break problem,
            }
            assert!(unread.len() < 8, "somewhere there is a bound");
        };
        assert_eq!((unread.len(), refused.status().as_u16()), (3, 429));
        assert!(room.promise("bob").await.is_ok());
        drop(unread);
        assert!(room.promise("ann").await.is_ok(), "what was read takes no memory");
    }

    #[tokio::test]
    async fn a_short_answer_takes_what_it_needs() {
        let room = room();
        let unread: Vec<_> = (0..100).map(|_| room.promise("ann")).collect();
        let mut answers = vec![];
        for promised in unread {
            answers.push(promised.await.unwrap().json(&"short").unwrap());
        }
        assert_eq!(room.all.available_permits(), ALL_KIB - answers.len());
    }

    #[tokio::test]
    async fn all_callers_together_have_a_bound() {
        let room = room();
        let mut promised = vec![];
        for caller in 0..ALL_KIB / usize::try_from(PROMISED_KIB).unwrap() {
            promised.push(room.promise(&caller.to_string()).await.unwrap());
        }
        assert_eq!(room.promise("late").await.unwrap_err().status().as_u16(), 503);
        promised.pop();
        assert!(room.promise("late").await.is_ok());
    }
}
