//! By which words is a task found?

use crate::task_board::TaskEntry;
use edgecoder_search_index::words_of;
use edgecoder_store::WordKey;
use edgecoder_wire::tasks::SubmitTask;
use std::collections::BTreeSet;

/// The words of one task that are looked at; a prompt that is longer is found by its beginning.
const MAX_WORDS: usize = 4_096;
/// The most words that are looked for at once; more of them say nothing new.
const MAX_WANTED: usize = 16;

/// Marks of what a task is called and of what was submitted. A submission that can not be read has its names only.
pub(super) fn marks(task: &TaskEntry, submission: &[u8], key: &WordKey) -> BTreeSet<String> {
    let submission: SubmitTask = serde_json::from_slice(submission).unwrap_or_default();
    let names = [task.task.as_str(), task.project.as_str()];
    let files = submission.files.iter().map(|file| file.path.as_str());
    let text: Vec<&str> = names.into_iter().chain(files).chain(submission.prompt.as_deref()).collect();
    words_of(&text.join(" "), MAX_WORDS).iter().map(|word| key.mark(word)).collect()
}

/// The words that are looked for, each once.
pub(super) fn wanted(text: &str) -> BTreeSet<String> {
    words_of(text, MAX_WANTED).into_iter().collect()
}
