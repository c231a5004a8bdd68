//! Into which subtasks does a prompt fall? The model's plan where it holds, else the prompt as a whole.

use crate::{
    Inference,
    asking::Question,
    measures::{Lack, Operation},
};
use edgecoder_events::task::{Language, Planner};
use edgecoder_models::{
    prompts,
    text::{PlannedStep, parse_plan},
};
use edgecoder_wire::inference::{Decompose, Decomposed, Step};

/// A plan is short; what is longer is no plan.
const MAX_PLAN_TOKENS: u32 = 4_096;
/// As much of a prompt as [`prompts::decompose`] shows. A plan for half a prompt would lose the other half.
const MAX_SHOWN_BYTES: usize = 32 * 1024;

/// The least and the most time that a subtask is thought to need, in milliseconds.
const LEAST_TIMEOUT_MS: u64 = 30_000;
const MOST_TIMEOUT_MS: u64 = 60_000;
/// What running anything takes, in milliseconds.
const BASE_TIMEOUT_MS: u64 = 5_000;
/// Every so many characters of the wording add a second.
const CHARS_PER_SECOND: u64 = 50;

/// Splits a prompt. Never fails: without a usable plan the prompt is one subtask.
pub async fn split(inference: &Inference, asked: Decompose) -> Decomposed {
    inference.measures.requested(Operation::Decompose);
    match plan(inference, &asked).await {
        Ok(subtasks) => {
            inference.measures.succeeded(Operation::Decompose);
            tracing::info!(task.id = %asked.task_id, subtasks = subtasks.len(), "a prompt was split");
            Decomposed { planner: Planner::Model, subtasks, lacks_model: false }
        }
        Err((lack, reason)) => {
            inference.measures.lacked(Operation::Decompose, lack);
            tracing::warn!(task.id = %asked.task_id, reason, "a prompt stays one subtask, without a plan of the model");
            let subtasks = vec![whole(asked.prompt, asked.language)];
            Decomposed { planner: Planner::Fallback, subtasks, lacks_model: lack == Lack::NoModel }
        }
    }
}

async fn plan(inference: &Inference, asked: &Decompose) -> Result<Vec<Step>, (Lack, String)> {
    if asked.prompt.len() > MAX_SHOWN_BYTES {
        return Err((Lack::TooLong, format!("the prompt has more than {MAX_SHOWN_BYTES} bytes")));
    }
    let question = Question {
        operation: Operation::Decompose,
        messages: prompts::decompose(&asked.prompt, asked.language),
        max_tokens: MAX_PLAN_TOKENS,
    };
    let reply = inference.ask(question).await.map_err(|error| (Lack::from(&error), error.to_string()))?;
    let steps = parse_plan(&reply, asked.language).map_err(|error| (Lack::Unusable, error.to_string()))?;
    Ok(subtasks(steps, asked))
}

/// A single step is the whole task, which the person's own words say best.
fn subtasks(steps: Vec<PlannedStep>, asked: &Decompose) -> Vec<Step> {
    match steps.as_slice() {
        [only] => vec![whole(asked.prompt.clone(), only.language)],
        _ => steps.into_iter().map(subtask).collect(),
    }
}

fn subtask(step: PlannedStep) -> Step {
    Step {
        timeout_ms: timeout_ms(&step.input),
        input: step.input,
        language: step.language,
        depends_on: step.depends_on.into_iter().map(|index| index.0).collect(),
    }
}

fn whole(prompt: String, language: Language) -> Step {
    Step { timeout_ms: timeout_ms(&prompt), input: prompt, language, depends_on: vec![] }
}

/// How long a subtask of this wording may run.
fn timeout_ms(input: &str) -> u64 {
    let chars = u64::try_from(input.chars().count()).unwrap_or(u64::MAX);
    let seconds = chars / CHARS_PER_SECOND;
    seconds.saturating_mul(1_000).saturating_add(BASE_TIMEOUT_MS).clamp(LEAST_TIMEOUT_MS, MOST_TIMEOUT_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_subtask_grows_with_its_wording_between_two_bounds() {
        assert_eq!(timeout_ms(""), 30_000);
        assert_eq!(timeout_ms(&"x".repeat(1_299)), 30_000);
        assert_eq!(timeout_ms(&"é".repeat(2_000)), 45_000);
        assert_eq!(timeout_ms(&"x".repeat(1_000_000)), 60_000);
    }
}
