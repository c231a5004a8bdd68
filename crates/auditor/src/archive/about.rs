//! Which entries speak of one task, machine or wallet?

use edgecoder_events::Event;
use edgecoder_ledger::Entry;
use std::fmt;

/// What an archive is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    Task(String),
    Agent(String),
    Wallet(String),
}

impl About {
    /// The fields that name such a thing.
    const fn fields(&self) -> &'static [&'static str] {
        match self {
            Self::Task(_) => &["task"],
            Self::Agent(_) => &["agent", "node"],
            Self::Wallet(_) => &["account", "payee", "payer"],
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Task(name) | Self::Agent(name) | Self::Wallet(name) => name,
        }
    }

    /// Whether an entry speaks of it: a field of its event has its name.
    pub(super) fn concerns(&self, entry: &[u8]) -> bool {
        let Ok(entry) = Entry::decode(entry) else { return false };
        // Most entries speak of others, and need not be read for it.
        let name = self.name().as_bytes();
        if name.is_empty() || !entry.payload.windows(name.len()).any(|part| part == name) {
            return false;
        }
        let event = Event::from_bytes(entry.kind, entry.schema, entry.payload).ok();
        let fields = event.and_then(|event| event.serialize_fields(serde_json::value::Serializer).ok());
        fields.is_some_and(|fields| self.fields().iter().any(|field| fields[*field] == self.name()))
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task(name) => write!(f, "the task {name}"),
            Self::Agent(name) => write!(f, "the machine {name}"),
            Self::Wallet(name) => write!(f, "the wallet {name}"),
        }
    }
}
