//! Of which tasks does an event change what is found, and what is found of a task?

use super::{AGENT, LANGUAGE, OWNER, PROJECT, STATE, TASK, TIME, WORD, WORK};
use crate::{
    sql::Word,
    task_board::{TaskEntry, TaskState, task_of},
};
use edgecoder_events::{AgentId, Event, Recorded, TaskId};
use edgecoder_search_index::Document;
use std::collections::BTreeSet;

/// What must be looked at again.
#[derive(Debug, Default)]
pub(super) struct Touched {
    pub(super) tasks: BTreeSet<TaskId>,
    /// Whose key was destroyed.
    pub(super) forgotten: BTreeSet<String>,
}

impl Touched {
    pub(super) fn notice(&mut self, recorded: &Recorded) {
        if let Event::SubjectKeyDestroyed(it) = &recorded.event {
            self.forgotten.insert(it.subject.clone());
        }
        // Most events of a busy task find it here already.
        if let Some(task) = task_of(&recorded.event).filter(|it| !self.tasks.contains(*it)) {
            self.tasks.insert(task.clone());
        }
    }
}

/// What the index keeps of a task.
pub(super) fn document(
    task: &TaskEntry,
    agents: &BTreeSet<AgentId>,
    marks: impl IntoIterator<Item = String>,
) -> Document {
    let document = Document::new(task.position.0)
        .text(TASK, task.task.as_str())
        .text(OWNER, task.account.as_str())
        .text(PROJECT, task.project.as_str())
        .text(WORK, task.work.word())
        .text(LANGUAGE, task.language.word())
        .number(STATE, number_of(task.state))
        .number(TIME, task.submitted_at.0);
    let document = agents.iter().fold(document, |document, agent| document.text(AGENT, agent.as_str()));
    marks.into_iter().fold(document, |document, mark| document.text(WORD, mark))
}

/// The place of a state among all states.
pub(super) fn number_of(state: TaskState) -> u64 {
    (0..).zip(TaskState::ALL).find(|(_, it)| **it == state).map_or(0, |(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_search_index::COUNTED_VALUES;

    #[test]
    fn every_state_has_a_number_of_its_own_that_is_counted() {
        let numbers: BTreeSet<_> = TaskState::ALL.iter().map(|state| number_of(*state)).collect();
        assert_eq!(numbers.len(), TaskState::ALL.len());
        assert!(numbers.last().is_some_and(|last| usize::try_from(*last).unwrap() < COUNTED_VALUES));
    }
}
