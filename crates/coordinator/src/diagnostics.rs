//! What did machines write into their diaries lately? In memory, bounded.

use edgecoder_events::AgentId;
use edgecoder_wire::agents::DiagnosticLine;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

const LINES_PER_AGENT: usize = 200;
const MAX_AGENTS: usize = 1_024;

/// The newest lines of every machine.
#[derive(Default)]
pub struct DiagnosticsBook(Mutex<HashMap<AgentId, VecDeque<DiagnosticLine>>>);

impl DiagnosticsBook {
    /// Adds lines; the oldest of the machine give way. Machines beyond the bound are not written down.
    pub fn add(&self, agent: &AgentId, lines: Vec<DiagnosticLine>) {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if book.len() >= MAX_AGENTS && !book.contains_key(agent) {
            return;
        }
        let kept = book.entry(agent.clone()).or_default();
        kept.extend(lines);
        let surplus = kept.len().saturating_sub(LINES_PER_AGENT);
        kept.drain(..surplus);
    }

    /// A machine's lines.
    pub fn newest_first(&self, agent: &AgentId) -> Vec<DiagnosticLine> {
        let book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        book.get(agent).map(|lines| lines.iter().rev().cloned().collect()).unwrap_or_default()
    }
}
