//! What is a model told, so that its reply can be read by [`crate::text`]?

use crate::{
    Message,
    text::{LanguageNames, MAX_STEPS, SourceFile, fence_around},
};
use edgecoder_events::task::Language;
use std::fmt::Write;

/// As much of a task as a prompt repeats; what is longer loses its end.
const MAX_TASK_BYTES: usize = 32 * 1024;
/// As much of one file, and of all files.
const MAX_FILE_BYTES: usize = 32 * 1024;
const MAX_FILES_BYTES: usize = 128 * 1024;
/// As much of what a failed run wrote; what is longer loses its begin, for errors stand at the end.
const MAX_FAILURE_BYTES: usize = 8 * 1024;
/// As many failed attempts are told, the newest ones.
const MAX_ATTEMPTS: usize = 5;

/// A piece of work for a model.
#[derive(Debug, Clone, Copy)]
pub struct Work<'a> {
    /// What the person, or the plan, asks for.
    pub task: &'a str,
    pub language: Language,
    /// What is in the workspace already.
    pub files: &'a [SourceFile],
}

/// Asks for the steps of a task, to be read by [`crate::text::parse_plan`].
pub fn decompose(task: &str, language: Language) -> Vec<Message> {
    let tag = LanguageNames::of(language).tag;
    vec![
        Message::system(
            "You divide programming tasks among machines that cannot talk to each other. Use as few steps as the \
             task needs; a small task is one step. Each step must make sense to somebody who reads only that step.",
        ),
        Message::user(format!(
            "Split this task into 1 to {MAX_STEPS} steps.\n\nTask:\n{}\n\n\
             Reply with one JSON array and nothing else. Each element is an object:\n\
             [{{\"input\": \"what to program and how to test it\", \"language\": \"{tag}\", \"depends_on\": []}}]\n\
             \"language\" is \"python\" or \"javascript\". \"depends_on\" lists the positions, counted from 0, of \
             earlier steps whose files this step needs.",
            head(task, MAX_TASK_BYTES),
        )),
    ]
}

/// Asks for a short plan in words, to be given to [`code`].
pub fn plan(work: &Work<'_>) -> Vec<Message> {
    let user = format!(
        "Plan this task. Reply with at most 8 short numbered lines and no code: how the program is built, which \
         edge cases it must get right, and what its tests check.\n\n{}",
        described(work),
    );
    vec![Message::system(rules(work.language)), Message::user(user)]
}

/// Asks for the program and its tests, to be read by [`crate::text::parse_files`].
pub fn code(work: &Work<'_>, plan: Option<&str>) -> Vec<Message> {
    let mut user = format!("Write the program for this task, and its tests.\n\n{}", described(work));
    if let Some(plan) = plan {
        let _ = write!(user, "\nPlan:\n{}\n", head(plan.trim(), MAX_TASK_BYTES));
    }
    user.push_str(&reply_form(work.language));
    vec![Message::system(rules(work.language)), Message::user(user)]
}

/// Asks for a correction: `work.files` ran, and `failure` is what came out.
pub fn repair(work: &Work<'_>, failure: &str) -> Vec<Message> {
    let mut user = format!("Repair this program: its last run failed.\n\n{}", described(work));
    user.push_str(&failed(failure));
    user.push_str(
        "\nFind the cause first. Correct the program, or a test if the test contradicts the task; do not remove \
         tests. Say in one sentence what was wrong.",
    );
    user.push_str(&reply_form(work.language));
    vec![Message::system(rules(work.language)), Message::user(user)]
}

/// Asks a stronger model after others gave up: `work.files` is the last attempt, `failures` what came of each.
pub fn escalate(work: &Work<'_>, failures: &[String]) -> Vec<Message> {
    let mut user = format!("Solve this task: a smaller model tried and failed.\n\n{}", described(work));
    for failure in failures.iter().skip(failures.len().saturating_sub(MAX_ATTEMPTS)) {
        user.push_str(&failed(failure));
    }
    user.push_str("\nExplain in a short paragraph what went wrong, then give the files.");
    user.push_str(&reply_form(work.language));
    vec![Message::system(rules(work.language)), Message::user(user)]
}

fn rules(language: Language) -> String {
    let LanguageNames { prose, .. } = LanguageNames::of(language);
    let tests = match language {
        Language::Python => "Tests use unittest or plain functions named test_… with assert; there is no pytest.",
        Language::Javascript => "Files are ES modules. A test file throws an Error when a check fails.",
    };
    format!(
        "You write {prose}. Your program runs alone in a sandbox: the standard library and the files of its folder, \
         no network, no other packages, no keyboard, a few seconds of time. {tests}"
    )
}

fn reply_form(language: Language) -> String {
    let LanguageNames { tag, solution_file, test_file, .. } = LanguageNames::of(language);
    format!(
        "\nGive each file whole, in a fenced block that names its path. The program is {solution_file} unless the \
         task says otherwise, its tests are {test_file}:\n\
         ```{tag} path={solution_file}\n…\n```\n```{tag} path={test_file}\n…\n```\n"
    )
}

fn described(work: &Work<'_>) -> String {
    let mut text = format!("Task:\n{}\n", head(work.task.trim(), MAX_TASK_BYTES));
    let mut left = MAX_FILES_BYTES;
    for file in work.files {
        let shown = head(&file.text, MAX_FILE_BYTES.min(left));
        left -= shown.len();
        let fence = fence_around(shown);
        let _ = write!(text, "\nFile {path}:\n{fence}\n{shown}\n{fence}\n", path = file.path);
    }
    text
}

fn failed(failure: &str) -> String {
    let shown = tail(failure.trim(), MAX_FAILURE_BYTES);
    let fence = fence_around(shown);
    format!("\nWhat the run said:\n{fence}\n{shown}\n{fence}\n")
}

fn head(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

fn tail(text: &str, limit: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(limit))..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{parse_files, parse_plan};

    fn said(messages: &[Message]) -> &str {
        &messages.last().unwrap().content
    }

    #[test]
    fn the_example_in_the_decompose_prompt_is_a_plan_that_we_can_read() {
        let messages = decompose("sort a list", Language::Javascript);
        let plan = parse_plan(said(&messages), Language::Python).unwrap();
        assert_eq!(plan.len(), 1);
        assert_eq!(plan[0].language, Language::Javascript);
    }

    #[test]
    fn the_example_in_the_code_prompt_is_a_pair_of_files_that_we_can_read() {
        let work = Work { task: "sort a list", language: Language::Python, files: &[] };
        let files = parse_files(said(&code(&work, Some("1. sort it"))), Language::Python);
        assert_eq!(files.iter().map(|f| f.path.as_str()).collect::<Vec<_>>(), ["solution.py", "test_solution.py"]);
    }

    #[test]
    fn a_repair_prompt_shows_the_files_and_the_end_of_the_failure() {
        let files = [SourceFile { path: "solution.py".into(), text: "x = '''\n```\n'''".into() }];
        let work = Work { task: "t", language: Language::Python, files: &files };
        let failure = format!("{}AssertionError: 9", "é".repeat(20_000));
        let messages = repair(&work, &failure);
        assert!(said(&messages).contains("````\nx = '''\n```\n'''\n````"));
        assert!(said(&messages).contains("AssertionError: 9"));
        assert!(said(&messages).len() < 2 * MAX_FAILURE_BYTES);
    }

    #[test]
    fn no_input_makes_a_prompt_that_is_too_long_to_send() {
        let files = vec![SourceFile { path: "a.py".into(), text: "x".repeat(300_000) }; 10];
        let work = Work { task: &"x".repeat(300_000), language: Language::Python, files: &files };
        let failures = vec!["x".repeat(300_000); 20];
        let bytes = escalate(&work, &failures).iter().map(|message| message.content.len()).sum::<usize>();
        assert!(bytes < crate::chat::MAX_PROMPT_BYTES, "{bytes}");
    }
}
