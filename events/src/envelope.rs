//! What stands around an event: where in the log, when, who, and because of what.

use crate::{AccountId, AgentId, CheckpointDigest, Event, PublicKey, Signature, TaskId, UnixMillis};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The place of an entry in the whole log, counted from zero without gaps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

/// How many events a stream has; the first event of a stream makes it version 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u64);

impl Version {
    /// A stream in which nothing happened yet.
    pub const EMPTY: Self = Self(0);

    /// The version after `count` more events.
    #[must_use]
    pub const fn after(self, count: u64) -> Self {
        Self(self.0.saturating_add(count))
    }
}

/// Names one event for ever; time-ordered (UUID version 7), made by the one who runs the command.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub [u8; 16]);

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventId({})", hex::encode(self.0))
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// The history of one thing: `task-<id>`, `agent-<id>`, `credits-<account>`, `person-<account>`, `anchor-<checkpoint>`, `ledger`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamName(String);

impl StreamName {
    /// The log's own history: its creation, its keys, its restorations.
    pub fn ledger() -> Self {
        Self("ledger".to_owned())
    }

    /// The life of one task.
    pub fn task(id: &TaskId) -> Self {
        Self(format!("task-{id}"))
    }

    /// The life of one machine: enrolment, registration, blacklisting.
    pub fn agent(id: &AgentId) -> Self {
        Self(format!("agent-{id}"))
    }

    /// The movements of one wallet.
    pub fn credits(id: &AccountId) -> Self {
        Self(format!("credits-{id}"))
    }

    /// The doings of one person of the portal.
    pub fn person(id: &AccountId) -> Self {
        Self(format!("person-{id}"))
    }

    /// The dating of one checkpoint.
    pub fn anchor(checkpoint: &CheckpointDigest) -> Self {
        Self(format!("anchor-{checkpoint}"))
    }

    /// Takes a name as it stands in the log.
    pub fn from_log(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The name as it stands in the log.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who caused an event, as the log names them: `operator:admin`, `account:ann`, `agent:worker-1`, `system:scheduler`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor(String);

impl Actor {
    /// A person with the administrator's token.
    pub fn operator(name: &str) -> Self {
        Self(format!("operator:{name}"))
    }

    /// The owner of a wallet.
    pub fn account(id: &AccountId) -> Self {
        Self(format!("account:{id}"))
    }

    /// A machine that signed its request.
    pub fn agent(id: &AgentId) -> Self {
        Self(format!("agent:{id}"))
    }

    /// A part of EdgeCoder that acted by itself.
    pub fn system(part: &str) -> Self {
        Self(format!("system:{part}"))
    }

    /// Takes an actor as it stands in the log.
    pub fn from_log(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The actor as it stands in the log.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The signature of the one who acted over the command that led to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Author {
    /// The key that signed.
    pub key: PublicKey,
    /// Over the event's [`Event::author_statement`].
    pub signature: Signature,
}

/// An event that a decision wants recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    pub stream: StreamName,
    pub event: Event,
}

impl NewEvent {
    /// Events that all belong to one stream, in their order.
    pub fn all_in(stream: &StreamName, events: impl IntoIterator<Item = Event>) -> Vec<Self> {
        events.into_iter().map(|event| Self { stream: stream.clone(), event }).collect()
    }
}

/// An event as the log holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub position: Position,
    pub stream: StreamName,
    pub version: Version,
    pub event_id: EventId,
    pub recorded_at: UnixMillis,
    pub actor: Actor,
    /// The first event of the conversation that this one belongs to.
    pub correlation_id: EventId,
    /// The event that this one reacts to.
    pub causation_id: Option<EventId>,
    pub author: Option<Author>,
    pub event: Event,
}
