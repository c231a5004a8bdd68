//! Which of one person's tasks match: by words, state, kind, language, project, machine, time?
//!
//! Kept in a search index of its own folder, which says of tasks where they were submitted and nothing else: how they
//! stand is read from the task board. What people wrote is sealed, and no word of it is in the index: it has marks, which
//! only the key of the owner makes. With the key the owner's tasks leave the index.

mod changes;
mod follow;
mod read;
mod text;

pub(crate) use follow::TaskFollower;
pub use read::{Found, TaskSearch, Wanted};

use edgecoder_search_index::{FieldKind, Layout};

const TASK: &str = "task";
const OWNER: &str = "owner";
/// Marks of the words of the prompt, the files' names, the task's and the project's.
const WORD: &str = "word";
/// By its place in the list of states.
const STATE: &str = "state";
const WORK: &str = "work";
const LANGUAGE: &str = "language";
const PROJECT: &str = "project";
const AGENT: &str = "agent";
/// When it was submitted.
const TIME: &str = "time";

const LAYOUT: Layout = Layout {
    version: 1,
    fields: &[
        (TASK, FieldKind::Term),
        (OWNER, FieldKind::Term),
        (WORD, FieldKind::Term),
        (STATE, FieldKind::Number),
        (WORK, FieldKind::Term),
        (LANGUAGE, FieldKind::Term),
        (PROJECT, FieldKind::Term),
        (AGENT, FieldKind::Term),
        (TIME, FieldKind::Number),
    ],
};
