//! Failed code is mended, or its sender hears why not.

use crate::fixture::{Heard, MODEL, NOBODY, PATIENT, Service, ollama};
use edgecoder_testkit::{Answer, Script, ScriptedOllama};
use reqwest::StatusCode;
use serde_json::json;

const FAILED: &str = "def half(n):\n    return n * 2\n";

async fn escalate(service: &Service) -> Heard {
    let failed = json!({
        "task": "write half(n)", "failedCode": FAILED, "errorHistory": ["AssertionError: 4"], "language": "python",
    });
    service.post("/escalate", failed).await
}

async fn escalate_to(answer: Answer) -> Heard {
    let server = ScriptedOllama::start(Script::always(MODEL, answer)).await;
    escalate(&Service::begin(ollama(&server.url()), PATIENT).await).await
}

#[tokio::test]
async fn the_model_gets_code_and_failures_and_its_program_comes_back() {
    let reply = "It doubled.\n```python path=test_solution.py\nimport unittest\n```\n\
                 ```python path=solution.py\ndef half(n):\n    return n / 2\n```";
    let server = ScriptedOllama::start(Script::always(MODEL, Answer::Reply(reply.to_owned()))).await;
    let service = Service::begin(ollama(&server.url()), PATIENT).await;
    let heard = escalate(&service).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.body);
    assert_eq!(heard.body["improvedCode"], "def half(n):\n    return n / 2\n");
    assert_eq!(heard.body["explanation"], "It doubled.");
    let requests = server.requests();
    let prompt = requests.last().unwrap().prompt();
    assert!(prompt.contains(FAILED) && prompt.contains("AssertionError: 4"), "{prompt}");
}

#[tokio::test]
async fn without_a_model_server_it_is_said_what_to_do_and_nothing_is_echoed() {
    let heard = escalate(&Service::begin(ollama(NOBODY), PATIENT).await).await;
    assert_eq!((heard.status, &heard.body["error"]), (StatusCode::BAD_GATEWAY, &json!("no_model_available")));
    let detail = heard.body["detail"].as_str().unwrap();
    assert!(detail.contains("start Ollama or set OLLAMA_HOST"), "{detail}");
    assert!(heard.body.get("improvedCode").is_none(), "{}", heard.body);
}

#[tokio::test]
async fn the_failed_code_and_mere_words_are_not_better_code() {
    let same = Answer::Reply(format!("Here:\n```python\n{FAILED}```"));
    for answer in [same, Answer::Reply("I can not do that.".to_owned()), Answer::CutShort("```python\nx".to_owned())] {
        let heard = escalate_to(answer).await;
        let told = (heard.status, heard.body["error"].as_str().unwrap().to_owned());
        assert_eq!(told, (StatusCode::BAD_GATEWAY, "model_answer_unusable".to_owned()));
    }
}

#[tokio::test]
async fn a_model_server_that_fails_or_is_busy_is_told_apart() {
    let heard = escalate_to(Answer::Status(500)).await;
    assert_eq!((heard.status, &heard.body["error"]), (StatusCode::BAD_GATEWAY, &json!("model_failed")));
    let heard = escalate_to(Answer::Status(429)).await;
    assert_eq!((heard.status, &heard.body["error"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("model_busy")));
}

#[tokio::test]
async fn a_bad_field_is_named() {
    let service = Service::begin(ollama(NOBODY), PATIENT).await;
    let failed = json!({ "task": " ", "failedCode": "", "errorHistory": [], "language": "python" });
    let heard = service.post("/escalate", failed).await;
    assert_eq!((heard.status, &heard.body["field"]), (StatusCode::BAD_REQUEST, &json!("task")));
    let heard = service.post("/decompose", json!({ "taskId": "t", "prompt": "x", "language": "cobol" })).await;
    assert_eq!((heard.status, &heard.body["field"]), (StatusCode::BAD_REQUEST, &json!("language")));
}
