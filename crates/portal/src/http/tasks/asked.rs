//! Which of their tasks does somebody want to see, and which link leads there?

use edgecoder_events::task::{Language, WorkKind};
use edgecoder_projections::{task_board::TaskState, task_search};
use serde::Deserialize;
use url::form_urlencoded::Serializer;
use utoipa::IntoParams;

/// Longer questions are cut.
const MAX_TEXT_CHARS: usize = 200;
const STATES: [(&str, TaskState); 7] = [
    ("planning", TaskState::Planning),
    ("queued", TaskState::Queued),
    ("running", TaskState::Running),
    ("escalated", TaskState::Escalated),
    ("completed", TaskState::Completed),
    ("failed", TaskState::Failed),
    ("cancelled", TaskState::Cancelled),
];
const WORKS: [(&str, WorkKind); 2] = [("program", WorkKind::Program), ("prompt", WorkKind::Prompt)];
const LANGUAGES: [(&str, Language); 2] = [("python", Language::Python), ("javascript", Language::Javascript)];

/// Which tasks are wanted, as a form or a link says it. What is empty, or no word of ours, is not asked about.
#[derive(Debug, Default, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Whole words that all stand in the prompt, or in the names of the files, the task or the project.
    q: Option<String>,
    /// `planning`, `queued`, `running`, `escalated`, `completed`, `failed` or `cancelled`.
    state: Option<String>,
    /// `program` or `prompt`.
    work: Option<String>,
    /// `python` or `javascript`.
    language: Option<String>,
    /// Older than this position.
    pub before: Option<u64>,
}

/// The same, understood.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Asked {
    pub text: String,
    pub state: Option<TaskState>,
    work: Option<WorkKind>,
    language: Option<Language>,
}

impl From<&Wanted> for Asked {
    fn from(wanted: &Wanted) -> Self {
        let text = wanted.q.as_deref().unwrap_or_default().trim();
        Self {
            text: text.chars().take(MAX_TEXT_CHARS).collect(),
            state: value_of(&STATES, wanted.state.as_deref()),
            work: value_of(&WORKS, wanted.work.as_deref()),
            language: value_of(&LANGUAGES, wanted.language.as_deref()),
        }
    }
}

impl Asked {
    /// Whether only the search answers; the board knows states, and is never behind.
    pub fn is_search(&self) -> bool {
        !self.text.is_empty() || self.work.is_some() || self.language.is_some()
    }

    /// As the search takes it.
    pub fn question(&self) -> task_search::Wanted {
        task_search::Wanted {
            text: (!self.text.is_empty()).then(|| self.text.clone()),
            state: self.state,
            work: self.work,
            language: self.language,
            ..task_search::Wanted::default()
        }
    }

    /// The same of tasks in this state.
    pub fn in_state(&self, state: Option<TaskState>) -> Self {
        Self { state, ..self.clone() }
    }

    pub fn state_word(&self) -> &'static str {
        word_of(&STATES, self.state)
    }

    pub fn work_word(&self) -> &'static str {
        word_of(&WORKS, self.work)
    }

    pub fn language_word(&self) -> &'static str {
        word_of(&LANGUAGES, self.language)
    }

    /// The link to what is asked for, older than a position.
    pub fn address(&self, before: Option<u64>) -> String {
        let before = before.map(|it| it.to_string()).unwrap_or_default();
        let pairs = [
            ("q", self.text.as_str()),
            ("state", self.state_word()),
            ("work", self.work_word()),
            ("language", self.language_word()),
            ("before", before.as_str()),
        ];
        let said = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let query = Serializer::new(String::new()).extend_pairs(said).finish();
        if query.is_empty() { "/tasks".to_owned() } else { format!("/tasks?{query}") }
    }
}

fn value_of<T: Copy>(words: &[(&str, T)], word: Option<&str>) -> Option<T> {
    words.iter().find(|(known, _)| Some(*known) == word).map(|(_, value)| *value)
}

fn word_of<T: Copy + PartialEq>(words: &[(&'static str, T)], value: Option<T>) -> &'static str {
    let value = value.as_ref();
    words.iter().find(|(_, known)| Some(known) == value).map_or("", |(word, _)| *word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_says_what_was_asked_and_nothing_that_is_no_word_of_ours() {
        let wanted = Wanted {
            q: Some(" a&b <c> ".to_owned()),
            state: Some("failed".to_owned()),
            work: Some("\"><script>".to_owned()),
            language: Some(String::new()),
            before: None,
        };
        let asked = Asked::from(&wanted);
        assert_eq!(asked.address(Some(7)), "/tasks?q=a%26b+%3Cc%3E&state=failed&before=7");
        assert!(asked.is_search() && asked.question().text.as_deref() == Some("a&b <c>"));
        assert_eq!(Asked::default().address(None), "/tasks");
        assert!(!Asked { state: Some(TaskState::Failed), ..Asked::default() }.is_search());
    }
}
