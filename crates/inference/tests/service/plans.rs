//! Prompts become subtasks, or stay one.

use crate::fixture::{MODEL, NOBODY, PATIENT, Service, ollama, openai};
use edgecoder_testkit::{Answer, Script, ScriptedOllama, ScriptedOpenAi};
use serde_json::{Value, json};

const PROMPT: &str = "write a parser and a printer";

async fn split_by(reply: &str) -> [Value; 2] {
    let script = || Script::always(MODEL, Answer::Reply(reply.to_owned()));
    let (one, other) = (ScriptedOllama::start(script()).await, ScriptedOpenAi::start(script()).await);
    let mut split = Vec::new();
    for models in [ollama(&one.url()), openai(&other.url())] {
        split.push(Service::begin(models, PATIENT).await.decompose(PROMPT).await);
    }
    split.try_into().unwrap()
}

fn fallback() -> Value {
    let whole = json!({ "input": PROMPT, "language": "python", "dependsOn": [], "timeoutMs": 30_000 });
    json!({ "planner": "fallback", "subtasks": [whole], "lacksModel": false })
}

#[tokio::test]
async fn a_fenced_plan_becomes_subtasks_with_their_dependencies() {
    let reply = "Sure:\n```json\n[{\"input\":\"parse\"},{\"input\":\"print\",\"language\":\"javascript\",\
                 \"depends_on\":[0]}]\n```\n";
    let expected = json!({ "planner": "model", "lacksModel": false, "subtasks": [
        { "input": "parse", "language": "python", "dependsOn": [], "timeoutMs": 30_000 },
        { "input": "print", "language": "javascript", "dependsOn": [0], "timeoutMs": 30_000 },
    ] });
    assert_eq!(split_by(reply).await, [expected.clone(), expected]);
}

#[tokio::test]
async fn a_plan_of_one_step_keeps_the_persons_own_words() {
    let [split, _] = split_by(r#"[{"input":"write something"}]"#).await;
    assert_eq!(split["planner"], "model");
    assert_eq!(split["subtasks"][0]["input"], PROMPT);
}

#[tokio::test]
async fn what_is_no_plan_leaves_the_prompt_whole() {
    let cycle = r#"[{"input":"a","depends_on":[1]},{"input":"b","depends_on":[0]}]"#;
    let eleven = json!(vec![json!({ "input": "a" }); 11]).to_string();
    for reply in ["I can not do that.", "[]", "{\"input\":", cycle, &eleven] {
        assert_eq!(split_by(reply).await, [fallback(), fallback()], "{reply}");
    }
}

#[tokio::test]
async fn without_a_model_server_the_prompt_stays_whole_and_is_counted() {
    let service = Service::begin(ollama(NOBODY), PATIENT).await;
    let split = service.decompose(PROMPT).await;
    assert_eq!((&split["planner"], &split["subtasks"]), (&fallback()["planner"], &fallback()["subtasks"]));
    assert_eq!(split["lacksModel"], true);
    let metrics = service.metrics().await;
    let counted = "edgecoder_inference_fallbacks_total{operation=\"Decompose\",reason=\"NoModel\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
    assert!(!metrics.contains("edgecoder_inference_successes_total{"), "{metrics}");
}

#[tokio::test]
async fn a_prompt_that_a_model_would_see_half_of_is_not_split() {
    let script = Script::always(MODEL, Answer::Reply(r#"[{"input":"a"},{"input":"b"}]"#.to_owned()));
    let server = ScriptedOllama::start(script).await;
    let service = Service::begin(ollama(&server.url()), PATIENT).await;
    let prompt = "x".repeat(40 * 1024);
    let split = service.decompose(&prompt).await;
    assert_eq!((&split["planner"], &split["subtasks"][0]["input"]), (&json!("fallback"), &json!(prompt)));
    assert_eq!(server.requests(), []);
}

#[tokio::test]
async fn a_success_is_counted_and_timed() {
    let script = Script::always(MODEL, Answer::Reply(r#"[{"input":"a"},{"input":"b"}]"#.to_owned()));
    let server = ScriptedOllama::start(script).await;
    let service = Service::begin(ollama(&server.url()), PATIENT).await;
    service.decompose(PROMPT).await;
    let metrics = service.metrics().await;
    for line in [
        "edgecoder_inference_requests_total{operation=\"Decompose\"} 1",
        "edgecoder_inference_successes_total{operation=\"Decompose\"} 1",
        "edgecoder_inference_model_seconds_count{operation=\"Decompose\",outcome=\"Answered\"} 1",
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
}
