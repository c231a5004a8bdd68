//! Into which steps did the model split the task?

use super::{fences, languages::LanguageNames, without_thoughts};
use edgecoder_events::{SubtaskIndex, task::Language};
use serde::Deserialize;

/// The most steps of a plan.
pub const MAX_STEPS: usize = 10;
const MAX_STEP_BYTES: usize = 8 * 1024;
const MAX_REPLY_BYTES: usize = 256 * 1024;
/// How many places of a reply are tried as the begin of a plan.
const MAX_TRIES: usize = 64;

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStep {
    /// What is to be done, in words.
    pub input: String,
    pub language: Language,
    /// Earlier steps whose output this one needs, in order, each once.
    pub depends_on: Vec<SubtaskIndex>,
}

/// Why a reply is no usable plan. Steps are counted from zero, as in the plan itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("the reply has more than {MAX_REPLY_BYTES} bytes")]
    ReplyTooLong,
    #[error("the reply holds no JSON array of steps with an input each")]
    NoPlan,
    #[error("the plan has {got} steps, at most {MAX_STEPS} are taken")]
    TooManySteps { got: usize },
    #[error("step {step} says nothing")]
    EmptyStep { step: usize },
    #[error("step {step} has more than {MAX_STEP_BYTES} bytes")]
    StepTooLong { step: usize },
    #[error("step {step} is in a language that is not run here")]
    UnknownLanguage { step: usize },
    #[error("step {step} waits for step {on}, which is not before it")]
    DependsOnLater { step: usize, on: u64 },
    #[error("step {step} waits for itself")]
    DependsOnItself { step: usize },
}

/// A step as models write it: further fields are theirs, and missing ones are filled in.
#[derive(Deserialize)]
struct WrittenStep {
    input: String,
    language: Option<String>,
    depends_on: Option<Vec<u64>>,
}

/// Reads the plan out of a reply, in which prose and fences may surround it. A step that names no language is in
/// `language`. Steps wait for earlier ones only, so there is no cycle.
///
/// # Errors
/// [`PlanError`] names the first fault.
pub fn parse_plan(reply: &str, language: Language) -> Result<Vec<PlannedStep>, PlanError> {
    if reply.len() > MAX_REPLY_BYTES {
        return Err(PlanError::ReplyTooLong);
    }
    let reply = without_thoughts(reply);
    let fenced = fences::blocks(reply).iter().find_map(|block| find_steps(&block.text()));
    let written = fenced.or_else(|| find_steps(reply)).ok_or(PlanError::NoPlan)?;
    if written.len() > MAX_STEPS {
        return Err(PlanError::TooManySteps { got: written.len() });
    }
    written.into_iter().enumerate().map(|(step, written)| check(step, written, language)).collect()
}

fn find_steps(text: &str) -> Option<Vec<WrittenStep>> {
    let starts = text.match_indices('[').take(MAX_TRIES);
    starts.map(|(start, _)| &text[start..]).find_map(|rest| {
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Vec<WrittenStep>>();
        values.next()?.ok().filter(|steps| !steps.is_empty())
    })
}

fn check(step: usize, written: WrittenStep, usual: Language) -> Result<PlannedStep, PlanError> {
    let input = written.input.trim();
    if input.is_empty() {
        return Err(PlanError::EmptyStep { step });
    }
    if input.len() > MAX_STEP_BYTES {
        return Err(PlanError::StepTooLong { step });
    }
    let language = match written.language {
        Some(word) => LanguageNames::find(word.trim()).ok_or(PlanError::UnknownLanguage { step })?,
        None => usual,
    };
    let depends_on = earlier_steps(step, &written.depends_on.unwrap_or_default())?;
    Ok(PlannedStep { input: input.to_owned(), language, depends_on })
}

fn earlier_steps(step: usize, written: &[u64]) -> Result<Vec<SubtaskIndex>, PlanError> {
    let mut earlier = Vec::new();
    for &on in written {
        match usize::try_from(on).map(|index| index.cmp(&step)) {
            Ok(std::cmp::Ordering::Less) => {
                earlier.push(SubtaskIndex(u16::try_from(on).expect("below a step's index, which is below ten")));
            }
            Ok(std::cmp::Ordering::Equal) => return Err(PlanError::DependsOnItself { step }),
            Ok(std::cmp::Ordering::Greater) | Err(_) => return Err(PlanError::DependsOnLater { step, on }),
        }
    }
    earlier.sort_unstable();
    earlier.dedup();
    Ok(earlier)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn check_plan(reply: &str, then: Result<&[(&str, &[u16])], PlanError>) {
        let plan = parse_plan(reply, Language::Python).map(|steps| {
            let step = |s: PlannedStep| (s.input, s.depends_on.into_iter().map(|i| i.0).collect::<Vec<_>>());
            steps.into_iter().map(step).collect::<Vec<_>>()
        });
        let then = then.map(|steps| steps.iter().map(|(s, d)| ((*s).to_owned(), d.to_vec())).collect::<Vec<_>>());
        assert_eq!(plan, then, "{reply}");
    }

    #[test]
    fn a_plan_is_found_between_prose_and_fences() {
        check_plan(r#"[{"input":"a"},{"input":"b","depends_on":[0]}]"#, Ok(&[("a", &[]), ("b", &[0])]));
        check_plan("Sure [1]:\n```json\n[{\"input\": \"a\"}]\n```\nDone []", Ok(&[("a", &[])]));
        check_plan(r#"Here: {"steps": [{"title": "x", "input": " a "}]} ok?"#, Ok(&[("a", &[])]));
        check_plan(r#"<think>[{"input":"no"}]</think>[{"input":"yes","depends_on":null}]"#, Ok(&[("yes", &[])]));
    }

    #[test]
    fn what_is_no_plan_is_refused_by_name() {
        check_plan("I cannot do that [sorry]", Err(PlanError::NoPlan));
        check_plan("[]", Err(PlanError::NoPlan));
        check_plan(r#"[{"input":""}]"#, Err(PlanError::EmptyStep { step: 0 }));
        check_plan(r#"[{"input":"a","language":"cobol"}]"#, Err(PlanError::UnknownLanguage { step: 0 }));
        check_plan(&json!([{ "input": "x".repeat(9000) }]).to_string(), Err(PlanError::StepTooLong { step: 0 }));
        let many = json!(vec![json!({ "input": "a" }); 11]).to_string();
        check_plan(&many, Err(PlanError::TooManySteps { got: 11 }));
        check_plan(&"x".repeat(MAX_REPLY_BYTES + 1), Err(PlanError::ReplyTooLong));
    }

    #[test]
    fn a_step_waits_for_earlier_steps_only() {
        check_plan(r#"[{"input":"a","depends_on":[0]}]"#, Err(PlanError::DependsOnItself { step: 0 }));
        let cycle = r#"[{"input":"a","depends_on":[1]},{"input":"b","depends_on":[0]}]"#;
        check_plan(cycle, Err(PlanError::DependsOnLater { step: 0, on: 1 }));
        let far = r#"[{"input":"a","depends_on":[18446744073709551615]}]"#;
        check_plan(far, Err(PlanError::DependsOnLater { step: 0, on: u64::MAX }));
        let twice = r#"[{"input":"a"},{"input":"b"},{"input":"c","depends_on":[1,0,1]}]"#;
        check_plan(twice, Ok(&[("a", &[]), ("b", &[]), ("c", &[0, 1])]));
    }

    #[test]
    fn a_step_is_in_the_language_it_names_or_else_in_the_usual_one() {
        let plan = parse_plan(r#"[{"input":"a","language":"JS"},{"input":"b"}]"#, Language::Python).unwrap();
        assert_eq!([plan[0].language, plan[1].language], [Language::Javascript, Language::Python]);
    }

    proptest! {
        #[test]
        fn every_plan_that_is_taken_can_be_run_in_its_order(
            steps in prop::collection::vec(("[a-z]{0,3}", prop::collection::vec(0_u64..12, 0..3)), 0..13),
        ) {
            let written = steps.iter().map(|(input, on)| json!({ "input": input, "depends_on": on })).collect::<Vec<_>>();
            if let Ok(plan) = parse_plan(&json!(written).to_string(), Language::Python) {
                prop_assert!(plan.len() <= MAX_STEPS);
                prop_assert_eq!(plan.len(), steps.len());
                for (index, step) in plan.iter().enumerate() {
                    prop_assert!(step.depends_on.iter().all(|on| usize::from(on.0) < index));
                }
            }
        }

        #[test]
        fn no_bytes_make_the_reader_panic(reply in ".{0,200}") {
            let _ = parse_plan(&reply, Language::Python);
        }
    }
}
