//! What should an operator know of this machine? A few lines, told to the coordinator with the heartbeats.
//!
//! Lines name what happened and what to do. They never hold prompts, code or output.

use edgecoder_events::{Clock, UnixMillis};
use edgecoder_wire::agents::DiagnosticLine;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// As many lines go into one message; older ones make room.
const MAX_LINES: usize = 40;
const MAX_CHARS: usize = 500;

/// The lines that were not told yet.
pub struct Diary {
    clock: Arc<dyn Clock>,
    lines: Mutex<VecDeque<DiagnosticLine>>,
}

impl Diary {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, lines: Mutex::default() }
    }

    /// Writes a line.
    pub fn note(&self, message: &str) {
        let line = DiagnosticLine { event_at_ms: self.now(), message: message.chars().take(MAX_CHARS).collect() };
        let mut lines = self.lock();
        lines.push_back(line);
        while lines.len() > MAX_LINES {
            lines.pop_front();
        }
    }

    /// Takes the lines out, oldest first.
    pub fn take(&self) -> Vec<DiagnosticLine> {
        self.lock().drain(..).collect()
    }

    /// Puts lines back that could not be told.
    pub fn put_back(&self, untold: Vec<DiagnosticLine>) {
        let mut lines = self.lock();
        for line in untold.into_iter().rev() {
            if lines.len() < MAX_LINES {
                lines.push_front(line);
            }
        }
    }

    fn now(&self) -> UnixMillis {
        self.clock.now()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<DiagnosticLine>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_testkit::SetClock;

    fn messages(diary: &Diary) -> Vec<String> {
        diary.take().into_iter().map(|line| line.message).collect()
    }

    #[test]
    fn the_newest_lines_are_kept_and_long_ones_cut() {
        let diary = Diary::new(Arc::new(SetClock::at(UnixMillis(7))));
        for n in 0..=MAX_LINES {
            diary.note(&format!("{n} {}", "ü".repeat(MAX_CHARS)));
        }
        let lines = diary.take();
        assert_eq!((lines.len(), lines[0].event_at_ms), (MAX_LINES, UnixMillis(7)));
        assert!(lines[0].message.starts_with("1 ") && lines[0].message.chars().count() == MAX_CHARS);
    }

    #[test]
    fn what_could_not_be_told_stays_before_what_came_after() {
        let diary = Diary::new(Arc::new(SetClock::at(UnixMillis(7))));
        diary.note("a");
        diary.note("b");
        let untold = diary.take();
        diary.note("c");
        diary.put_back(untold);
        assert_eq!(messages(&diary), ["a", "b", "c"]);
    }
}
