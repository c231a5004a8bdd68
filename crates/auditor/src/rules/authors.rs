//! Did those who acted sign what is recorded of them?

use super::{noted::Noted, signatures};
use crate::Class;
use edgecoder_events::{AgentId, Event, PublicKey, task::SubtaskFinished};
use edgecoder_identity::evidence;
use edgecoder_ledger::Entry;
use std::collections::HashMap;

/// The signing key of every machine, as of the last entry.
#[derive(Debug, Default)]
pub(super) struct Authors {
    keys: HashMap<AgentId, PublicKey>,
}

impl Authors {
    /// Whether a signature was checked, whatever came of it. One over a result need not be where it is known to hold.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the text of other signatures does not stand in their events")]
    pub fn check(&mut self, entry: &Entry<'_>, event: &Event, known_to_hold: bool, noted: &mut Noted) -> bool {
        match event {
            Event::AgentRegistered(registered) => {
                let before = self.keys.insert(registered.agent.clone(), registered.signing_key);
                if before.is_some() {
                    noted.broken(entry.position, format!("the machine {} registers twice", registered.agent));
                }
                false
            }
            Event::AgentKeyReplaced(replaced) => {
                let before = self.keys.insert(replaced.agent.clone(), replaced.signing_key);
                if before.is_none() {
                    noted.broken(entry.position, format!("the machine {} had no key to replace", replaced.agent));
                }
                false
            }
            Event::SubtaskFinished(finished) => self.check_result(entry, finished, known_to_hold, noted),
            Event::AgentBlacklisted(report) => {
                if evidence::verify(report).is_err() {
                    let detail =
                        format!("the reporter's signature over the report about {} does not hold", report.agent);
                    noted.add(Class::BadSignature, entry.position, detail);
                }
                true
            }
            _ => false,
        }
    }

    fn check_result(
        &self,
        entry: &Entry<'_>,
        finished: &SubtaskFinished,
        known_to_hold: bool,
        noted: &mut Noted,
    ) -> bool {
        let Some((key, signature)) = entry.author_key.zip(entry.author_signature) else {
            let detail = format!("no machine signed the result of {} subtask {}", finished.task, finished.subtask);
            noted.add(Class::RuleBroken, entry.position, detail);
            return false;
        };
        let problem = if self.keys.get(&finished.agent) != Some(&PublicKey(key)) {
            Some("is not by its registered key")
        } else if !known_to_hold && !signatures::holds(key, signature, finished) {
            Some("does not hold")
        } else {
            None
        };
        if let Some(problem) = problem {
            let detail = format!("the signature of the machine {} over its result {problem}", finished.agent);
            noted.add(Class::BadSignature, entry.position, detail);
        }
        true
    }
}
