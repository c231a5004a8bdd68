//! Which events does the one who acted sign, and what text is it?

use crate::{AgentEvent, Event, Family, TaskEvent};

impl Event {
    /// What the one who acted signs, where there is such a text for the kind (docs/LEDGER.md, "Author signatures").
    pub fn author_statement(&self) -> Option<String> {
        match self.family() {
            Family::Agent(event) => of_machine(event),
            Family::Task(event) => of_work(event),
            Family::Ledger(_) | Family::Node(_) | Family::Credit(_) | Family::Anchor(_) | Family::Person(_) => None,
        }
    }
}

fn of_machine(event: AgentEvent<'_>) -> Option<String> {
    match event {
        AgentEvent::AgentRegistered(it) => Some(it.statement()),
        AgentEvent::AgentKeyReplaced(it) => Some(it.statement()),
        // A report about a machine carries its reporter's signature among its fields.
        AgentEvent::AgentBlacklisted(_)
        | AgentEvent::AgentCapabilitiesChanged(_)
        | AgentEvent::AgentCameOnline(_)
        | AgentEvent::AgentWentOffline(_)
        | AgentEvent::AgentBlacklistLifted(_) => None,
    }
}

fn of_work(event: TaskEvent<'_>) -> Option<String> {
    match event {
        TaskEvent::SubtaskFinished(it) => Some(it.statement()),
        TaskEvent::TaskSubmitted(_)
        | TaskEvent::TaskPlanned(_)
        | TaskEvent::SubtaskLeased(_)
        | TaskEvent::SubtaskReturned(_)
        | TaskEvent::SubtaskStopped(_)
        | TaskEvent::TaskEscalated(_)
        | TaskEvent::SubtaskRevised(_)
        | TaskEvent::TaskCompleted(_)
        | TaskEvent::TaskFailed(_)
        | TaskEvent::TaskCancelled(_)
        | TaskEvent::TaskReviewed(_)
        | TaskEvent::TaskAnswered(_) => None,
    }
}
