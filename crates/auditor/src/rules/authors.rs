//! Did those who acted sign what is recorded of them?

use super::{noted::Noted, signatures};
use crate::Class;
use edgecoder_events::{AgentId, Event, PublicKey, Signature, task::SubtaskFinished};
use edgecoder_identity::{evidence, verify_text};
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
            Event::AgentRegistered(it) => {
                let before = self.keys.insert(it.agent.clone(), it.signing_key);
                if before.is_some() {
                    noted.broken(entry.position, format!("the machine {} registers twice", it.agent));
                }
                check_keys(entry, &it.agent, it.signing_key, &it.statement(), noted)
            }
            Event::AgentKeyReplaced(it) => {
                let Some(before) = self.keys.insert(it.agent.clone(), it.signing_key) else {
                    noted.broken(entry.position, format!("the machine {} had no key to replace", it.agent));
                    return false;
                };
                check_keys(entry, &it.agent, before, &it.statement(), noted)
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

/// Whether the machine signed the keys that are recorded as its own: by the key that it had, or brought as its first.
fn check_keys(entry: &Entry<'_>, agent: &AgentId, signer: PublicKey, statement: &str, noted: &mut Noted) -> bool {
    let Some((key, signature)) = entry.author_key.zip(entry.author_signature) else {
        noted.broken(entry.position, format!("the machine {agent} did not sign the keys that are given to it"));
        return false;
    };
    let problem = if PublicKey(key) != signer {
        Some("is not by the key that it had")
    } else if verify_text(&signer, statement.as_bytes(), &Signature(signature)).is_err() {
        Some("does not hold")
    } else {
        None
    };
    if let Some(problem) = problem {
        let detail = format!("the signature of the machine {agent} over its keys {problem}");
        noted.add(Class::BadSignature, entry.position, detail);
    }
    true
}
