//! What is better code than the code that failed? The model's, or nobody's: never the same again.

use crate::{
    Inference,
    asking::{AskError, Question},
    measures::{Lack, Operation},
};
use edgecoder_events::task::Language;
use edgecoder_models::{
    prompts,
    text::{LanguageNames, SourceFile, parse_files, prose},
};
use edgecoder_wire::inference::{Escalate, Escalated};

/// A whole program with its tests and an explanation.
const MAX_CODE_TOKENS: u32 = 16_384;
/// As much of an explanation as is passed on.
const MAX_EXPLANATION_CHARS: usize = 4_000;

/// Why there is no better code.
#[derive(Debug, thiserror::Error)]
pub enum MendError {
    #[error(transparent)]
    Unanswered(#[from] AskError),
    #[error("the model's reply has no code in a fenced block: try again, or choose a larger model")]
    NoCode,
    #[error("the model gave the code that had failed: choose a larger model")]
    SameCode,
}

impl MendError {
    fn lack(&self) -> Lack {
        match self {
            Self::Unanswered(error) => Lack::from(error),
            Self::NoCode | Self::SameCode => Lack::Unusable,
        }
    }
}

/// Asks the model for code that does what the failed code did not.
pub async fn mend(inference: &Inference, failed: Escalate) -> Result<Escalated, MendError> {
    inference.measures.requested(Operation::Escalate);
    let mended = try_mend(inference, failed).await;
    match &mended {
        Ok(_) => inference.measures.succeeded(Operation::Escalate),
        Err(error) => inference.measures.lacked(Operation::Escalate, error.lack()),
    }
    mended
}

async fn try_mend(inference: &Inference, failed: Escalate) -> Result<Escalated, MendError> {
    let path = LanguageNames::of(failed.language).solution_file.to_owned();
    let files = [SourceFile { path, text: failed.failed_code }];
    let work = prompts::Work { task: &failed.task, language: failed.language, files: &files };
    let question = Question {
        operation: Operation::Escalate,
        messages: prompts::escalate(&work, &failed.error_history),
        max_tokens: MAX_CODE_TOKENS,
    };
    let reply = inference.ask(question).await?;
    read(&reply, &files[0].text, failed.language)
}

fn read(reply: &str, failed_code: &str, language: Language) -> Result<Escalated, MendError> {
    let explanation = prose(reply);
    let improved_code = program(parse_files(reply, language), language).ok_or(MendError::NoCode)?;
    // Without a fence the whole reply counts as a file; but then nothing says that it is code.
    if improved_code.trim().is_empty() || explanation.contains(improved_code.trim()) {
        return Err(MendError::NoCode);
    }
    if improved_code.trim() == failed_code.trim() {
        return Err(MendError::SameCode);
    }
    Ok(Escalated { improved_code, explanation: explanation.chars().take(MAX_EXPLANATION_CHARS).collect() })
}

/// The program among the files of a reply: the usual one, else the first that is not its tests.
fn program(files: Vec<SourceFile>, language: Language) -> Option<String> {
    let names = LanguageNames::of(language);
    let (usual, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.path == names.solution_file);
    let mut candidates = usual.into_iter().chain(others.into_iter().filter(|file| file.path != names.test_file));
    candidates.next().map(|file| file.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(reply: &str) -> Result<String, String> {
        let read = read(reply, "x = 1\n", Language::Python);
        read.map(|it| it.improved_code).map_err(|error| error.to_string())
    }

    #[test]
    fn the_program_is_told_from_its_tests() {
        let reply = "Off by one.\n```python path=test_solution.py\nimport unittest\n```\n```python path=solution.py\nx = 2\n```";
        assert_eq!(code(reply).as_deref(), Ok("x = 2\n"));
        assert_eq!(code("```python path=app.py\nx = 3\n```").as_deref(), Ok("x = 3\n"));
    }

    #[test]
    fn a_reply_without_a_fence_is_not_taken_for_code() {
        assert!(code("I am sorry, I can not do that.").unwrap_err().contains("no code"));
        assert!(code("").unwrap_err().contains("no code"));
        assert!(code("```python\n\n```").unwrap_err().contains("no code"));
    }

    #[test]
    fn the_failed_code_is_not_an_answer() {
        assert!(code("Here:\n```python\nx = 1\n```").unwrap_err().contains("had failed"));
    }
}
