//! What happens to a task, as it happens, over connections that break?

use crate::{
    api::Api,
    error::CliError,
    server_sent::{EventParser, ServerSentEvent},
};
use edgecoder_events::TaskId;
use edgecoder_wire::tasks::TaskEventView;
use reqwest::Response;
use serde_json::Value;
use std::{collections::VecDeque, time::Duration};
use tokio::time::{sleep, timeout};

/// How long a service may take to open its stream.
const OPEN_WAIT: Duration = Duration::from_secs(30);
/// Services send a comment more often than this.
const SILENCE_WAIT: Duration = Duration::from_secs(90);
const FIRST_BACK_OFF: Duration = Duration::from_millis(200);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(10);
/// After as many attempts without a byte between them, about a minute, the stream is lost.
const MAX_FAILURES: u32 = 10;

/// One event of a task.
pub type TaskEvent = TaskEventView<Value>;

/// What came next.
#[derive(Debug)]
pub enum Step {
    Event(Box<TaskEvent>),
    /// The connection is gone; the next step opens another and goes on where this one ended.
    Lost,
}

/// Reads the events of one task, each once and in their order.
pub struct Follower<'a> {
    api: &'a Api,
    task: &'a TaskId,
    last_seen: Option<u64>,
    was_connected: bool,
    failures: u32,
    open: Option<(Response, EventParser)>,
    arrived: VecDeque<ServerSentEvent>,
}

impl<'a> Follower<'a> {
    /// Begins with the task's first event.
    pub fn new(api: &'a Api, task: &'a TaskId) -> Self {
        let arrived = VecDeque::new();
        Self { api, task, last_seen: None, was_connected: false, failures: 0, open: None, arrived }
    }

    /// Waits for the next event.
    ///
    /// # Errors
    /// What another connection would not mend, and [`CliError::StreamLost`] after [`MAX_FAILURES`] in a row.
    pub async fn next(&mut self) -> Result<Step, CliError> {
        loop {
            while let Some(event) = self.arrived.pop_front() {
                if let Some(event) = self.read(&event)? {
                    return Ok(Step::Event(Box::new(event)));
                }
            }
            if let Err(error) = self.receive().await {
                return self.lost(error);
            }
        }
    }

    /// Reads an event, unless it was seen before the connection broke.
    fn read(&mut self, event: &ServerSentEvent) -> Result<Option<TaskEvent>, CliError> {
        let read: TaskEvent =
            serde_json::from_str(&event.data).map_err(|error| self.api.not_understood(&error.to_string()))?;
        let is_new = self.last_seen.is_none_or(|seen| read.position > seen);
        if is_new {
            self.last_seen = Some(read.position);
        }
        Ok(is_new.then_some(read))
    }

    async fn receive(&mut self) -> Result<(), CliError> {
        let broken_off = || CliError::BrokenOff { address: self.api.address() };
        let (mut response, mut parser) = match self.open.take() {
            Some(open) => open,
            None => (self.connect().await?, EventParser::default()),
        };
        let chunk = timeout(SILENCE_WAIT, response.chunk()).await.map_err(|_| broken_off())?;
        let chunk = chunk.map_err(|error| self.api.unsent(&error))?.ok_or_else(broken_off)?;
        let events = parser.push(&chunk).map_err(|_| self.api.not_understood("an event without end"))?;
        self.arrived.extend(events);
        self.failures = 0;
        self.open = Some((response, parser));
        Ok(())
    }

    async fn connect(&mut self) -> Result<Response, CliError> {
        if self.was_connected || self.failures > 0 {
            sleep(back_off(self.failures)).await;
        }
        let path = ["tasks", self.task.as_str(), "events"];
        let opened = timeout(OPEN_WAIT, self.api.open_events(&path, self.last_seen)).await;
        let response = opened.map_err(|_| CliError::BrokenOff { address: self.api.address() })??;
        self.was_connected = true;
        Ok(response)
    }

    fn lost(&mut self, error: CliError) -> Result<Step, CliError> {
        // A service that never answered is likely not there at all, and its user should learn that at once.
        let never_there = !self.was_connected && matches!(error, CliError::Unreachable { .. });
        if never_there || !error.may_pass() {
            return Err(error);
        }
        self.failures += 1;
        if self.failures == MAX_FAILURES {
            let (address, task) = (self.api.address(), self.task.to_string());
            return Err(CliError::StreamLost { address, times: MAX_FAILURES, task });
        }
        Ok(Step::Lost)
    }
}

fn back_off(failures: u32) -> Duration {
    FIRST_BACK_OFF.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(LONGEST_BACK_OFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stay_bounded() {
        let waits = (1..=MAX_FAILURES).map(back_off).collect::<Vec<_>>();
        assert_eq!(waits[..3], [200, 400, 800].map(Duration::from_millis));
        assert!(waits.iter().all(|wait| *wait <= LONGEST_BACK_OFF));
        assert_eq!(back_off(u32::MAX), LONGEST_BACK_OFF);
    }
}
