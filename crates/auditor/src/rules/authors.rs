//! Did those who acted sign what is recorded of them?

use super::{noted::Noted, signatures};
use crate::Class;
use edgecoder_events::{AgentEvent, AgentId, Event, Family, PublicKey, TaskEvent, task::SubtaskFinished};
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
    pub fn check(&mut self, entry: &Entry<'_>, event: &Event, known_to_hold: bool, noted: &mut Noted) -> bool {
        match event.family() {
            Family::Agent(event) => self.check_agent(entry, event, noted),
            Family::Task(event) => match event {
                TaskEvent::SubtaskFinished(finished) => self.check_result(entry, finished, known_to_hold, noted),
                // The text of other signatures does not stand in their events.
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
                | TaskEvent::TaskAnswered(_)
                | TaskEvent::TaskReviewed(_) => false,
            },
            Family::Ledger(_) | Family::Node(_) | Family::Credit(_) | Family::Anchor(_) | Family::Person(_) => false,
        }
    }

    fn check_agent(&mut self, entry: &Entry<'_>, event: AgentEvent<'_>, noted: &mut Noted) -> bool {
        match event {
            AgentEvent::AgentRegistered(it) => {
                let before = self.keys.insert(it.agent.clone(), it.signing_key);
                if before.is_some() {
                    noted.broken(entry.position, format!("the machine {} registers twice", it.agent));
                }
                check_keys(entry, &it.agent, it.signing_key, &it.statement(), noted)
            }
            AgentEvent::AgentKeyReplaced(it) => {
                let Some(before) = self.keys.insert(it.agent.clone(), it.signing_key) else {
                    noted.broken(entry.position, format!("the machine {} had no key to replace", it.agent));
                    return false;
                };
                check_keys(entry, &it.agent, before, &it.statement(), noted)
            }
            AgentEvent::AgentBlacklisted(report) => {
                if evidence::verify(report).is_err() {
                    let detail =
                        format!("the reporter's signature over the report about {} does not hold", report.agent);
                    noted.add(Class::BadSignature, entry.position, detail);
                }
                true
            }
            AgentEvent::AgentCapabilitiesChanged(_)
            | AgentEvent::AgentCameOnline(_)
            | AgentEvent::AgentWentOffline(_)
            | AgentEvent::AgentBlacklistLifted(_) => false,
        }
    }

    fn check_result(
        &self,
        entry: &Entry<'_>,
        finished: &SubtaskFinished,
        known_to_hold: bool,
        noted: &mut Noted,
    ) -> bool {
        let owed = Owed {
            agent: &finished.agent,
            key: self.keys.get(&finished.agent).copied(),
            over: &|| format!("its result of {} subtask {}", finished.task, finished.subtask),
        };
        owed.check(entry, noted, |key, signature| {
            known_to_hold || signatures::holds(key, signature, &finished.statement())
        })
    }
}

/// Whether the machine signed the keys that are recorded as its own: by the key that it had, or brought as its first.
fn check_keys(entry: &Entry<'_>, agent: &AgentId, signer: PublicKey, statement: &str, noted: &mut Noted) -> bool {
    let owed = Owed { agent, key: Some(signer), over: &|| "the keys that are given to it".to_owned() };
    owed.check(entry, noted, |key, signature| signatures::holds(key, signature, statement))
}

/// A signature that an entry must have: whose it is, by which key, and over what.
struct Owed<'a> {
    agent: &'a AgentId,
    key: Option<PublicKey>,
    /// In words, for findings only.
    over: &'a dyn Fn() -> String,
}

impl Owed<'_> {
    /// Whether there is a signature; notes that there is none, or what is wrong with it.
    fn check(&self, entry: &Entry<'_>, noted: &mut Noted, holds: impl FnOnce([u8; 32], [u8; 64]) -> bool) -> bool {
        let Some((key, signature)) = entry.author_key.zip(entry.author_signature) else {
            noted.broken(entry.position, format!("the machine {} did not sign {}", self.agent, (self.over)()));
            return false;
        };
        let problem = if self.key != Some(PublicKey(key)) {
            "is not by the key that it had"
        } else if holds(key, signature) {
            return true;
        } else {
            "does not hold"
        };
        let detail = format!("the signature of the machine {} over {} {problem}", self.agent, (self.over)());
        noted.add(Class::BadSignature, entry.position, detail);
        true
    }
}
