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
    fn name(&self) -> &str {
        match self {
            Self::Task(name) | Self::Agent(name) | Self::Wallet(name) => name,
        }
    }

    /// Whether an entry speaks of it, by the list that the search of a coordinator goes by.
    pub(super) fn concerns(&self, entry: &[u8]) -> bool {
        let Ok(entry) = Entry::decode(entry) else { return false };
        // Most entries speak of others, and need not be read for it.
        let name = self.name().as_bytes();
        if name.is_empty() || !entry.payload.windows(name.len()).any(|part| part == name) {
            return false;
        }
        let event = Event::from_bytes(entry.kind, entry.schema, entry.payload);
        event.is_ok_and(|event| self.is_named_in(&event))
    }

    fn is_named_in(&self, event: &Event) -> bool {
        let named = event.named();
        match self {
            Self::Task(name) => named.task.is_some_and(|task| task.as_str() == name),
            Self::Agent(name) => named.agent.is_some_and(|agent| agent.as_str() == name),
            Self::Wallet(name) => named.accounts().any(|account| account == name),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::{fs, path::Path};

    fn samples() -> Vec<(String, Event)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/samples");
        let read = |path| {
            let sample: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
            let kind = sample["kind"].as_str().unwrap().to_owned();
            let schema = u16::try_from(sample["schema"].as_u64().unwrap()).unwrap();
            let payload = hex::decode(sample["payload"].as_str().unwrap()).unwrap();
            let event = Event::from_bytes(&kind, schema, &payload).unwrap();
            (kind, event)
        };
        fs::read_dir(folder).unwrap().map(|file| read(file.unwrap().path())).collect()
    }

    #[test]
    fn every_committed_sample_is_about_all_that_it_names_and_nothing_else() {
        for (kind, event) in samples() {
            let named = event.named();
            let task = named.task.map(|it| About::Task(it.as_str().to_owned()));
            let agent = named.agent.map(|it| About::Agent(it.as_str().to_owned()));
            let wallets = named.accounts().map(|it| About::Wallet(it.to_owned()));
            for about in task.into_iter().chain(agent).chain(wallets) {
                assert!(about.is_named_in(&event), "{kind} and {about}");
            }
            for other in [About::Task("o".into()), About::Agent("o".into()), About::Wallet("o".into())] {
                assert!(!other.is_named_in(&event), "{kind} and {other}");
            }
        }
        let of_ann = samples().into_iter().filter(|(_, event)| About::Wallet("ann".into()).is_named_in(event));
        let mut kinds: Vec<String> = of_ann.map(|(kind, _)| kind).collect();
        kinds.retain(|kind| kind.starts_with("node.") || kind.starts_with("ledger."));
        kinds.sort();
        assert_eq!(kinds, ["ledger.subject_key_destroyed", "node.enrolled"]);
    }
}
