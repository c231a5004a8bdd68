//! What was found among the events so far, bounded.

use crate::{Class, Finding};
use edgecoder_ledger::verify::MAX_FINDINGS;

/// The findings; the first of each verdict is never lost.
#[derive(Debug, Default)]
pub(super) struct Noted {
    kept: Vec<Finding>,
    first_tampering: Option<Finding>,
    total: u64,
}

impl Noted {
    pub fn add(&mut self, class: Class, position: u64, detail: String) {
        self.total += 1;
        let finding = Finding { class, position: Some(position), detail };
        let first = self.first_tampering.as_ref();
        if class.proves_tampering() && first.is_none_or(|first| finding.position < first.position) {
            self.first_tampering = Some(finding.clone());
        }
        if self.kept.len() < MAX_FINDINGS {
            self.kept.push(finding);
        }
    }

    pub fn broken(&mut self, position: u64, detail: String) {
        self.add(Class::RuleBroken, position, detail);
    }

    /// The first finding that proves tampering, else the first one.
    pub fn first(&self) -> Option<&Finding> {
        self.first_tampering.as_ref().or(self.kept.first())
    }

    /// Whether anything proves tampering.
    pub const fn has_tampering(&self) -> bool {
        self.first_tampering.is_some()
    }

    /// What was kept, by position, and how much there was.
    pub fn into_sorted(self) -> (Vec<Finding>, u64) {
        let mut kept = self.kept;
        if let Some(first) = self.first_tampering.filter(|first| !kept.contains(first)) {
            kept.push(first);
        }
        kept.sort_by_key(|finding| finding.position);
        (kept, self.total)
    }
}
