//! Submit, list, show, cancel.

use crate::{
    scenes::{SUBMITTED_AT, accepted, passed, summary, view},
    service::Service,
    typed::{PLAIN, person, program, typed, usage, without_tokens},
};
use edgecoder_command_line::{CliError, ExitCode, Output};
use edgecoder_events::task::{FailReason, ReviewDecision};
use edgecoder_wire::tasks::{ReviewView, TaskPage, TaskState, TaskView};
use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};
use std::path::Path;

fn example(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name).display().to_string()
}

#[tokio::test]
async fn a_program_travels_with_its_tests_and_every_wish() {
    let service = Service::start().await;
    service.on_json("POST /submit", &accepted());
    let (code, tests) = (example("primes.py"), example("test_primes.py"));
    let words = format!(
        "task submit --code {code} --tests {tests} --arg --verbose --arg 7 --project maths --priority 70 --timeout 20 \
         --max-credits 0.5 --id 01-primes --resource cpu --model qwen2.5-coder:7b"
    );
    let outcome = person(&service, &words.split(' ').collect::<Vec<_>>()).await;
    assert_eq!(outcome.ended.unwrap(), ExitCode::Success);
    assert_snapshot!(outcome.out);
    let asked = &service.asked()[0];
    assert_eq!(asked.token.as_deref(), Some("Bearer ec_acct_secret"));
    assert_json_snapshot!(asked.body, { ".files[].content" => "[content]" });
}

#[tokio::test]
async fn for_a_program_the_answer_is_one_document() {
    let service = Service::start().await;
    service.on_json("POST /submit", &accepted());
    let outcome = program(&service, &["task", "submit", "say hello", "--language", "javascript"]).await;
    assert_eq!(serde_json::from_str::<Value>(&outcome.out).unwrap(), accepted());
    assert_eq!(outcome.err, "");
}

#[tokio::test]
async fn what_is_wrong_with_the_files_is_found_before_anything_is_sent() {
    let service = Service::start().await;
    let outcome = person(&service, &["task", "submit", "--code", "no/such/file.py"]).await;
    assert_eq!(outcome.refusal(), "there is no file no/such/file.py");
    assert_eq!(outcome.ended.unwrap_err().exit_code(), ExitCode::Usage);
    assert!(service.asked().is_empty());
}

#[test]
fn amounts_and_names_that_can_not_be_are_refused_as_they_are_typed() {
    for amount in ["-1", "0.0000001", "much"] {
        assert!(usage(&["task", "submit", "x", &format!("--max-credits={amount}")]).contains("--max-credits"));
    }
    assert!(usage(&["task", "show", "../etc"]).contains("expected letters, digits"));
    assert!(usage(&["task", "submit", "x", "--language", "cobol"]).contains("[possible values: python, javascript]"));
    assert!(usage(&["task", "submit", "x", "--sha256", "ab"]).contains("--snapshot-url"));
    assert!(usage(&["task", "submit", "x", "--priority", "101"]).contains("101"));
}

#[tokio::test]
async fn a_list_can_be_narrowed_and_read_on() {
    let service = Service::start().await;
    let mut failed = summary(TaskState::Failed, Some(FailReason::BudgetExhausted));
    failed.position.0 = 4;
    let page =
        TaskPage { tasks: vec![summary(TaskState::Completed, None), failed], next: Some("c7".into()), found: None };
    service.on_json("GET /tasks?state=failed&projectId=maths&limit=2&before=c9", &page);
    let words = ["task", "list", "--state", "failed", "--project", "maths", "--limit", "2", "--before", "c9"];
    let outcome = person(&service, &words).await;
    assert_eq!(outcome.ended.unwrap(), ExitCode::Success);
    assert_snapshot!(format!("{}{}", outcome.out, outcome.err));
    let outcome = program(&service, &words).await;
    assert_eq!(serde_json::from_str::<TaskPage>(&outcome.out).unwrap(), page);
    assert_eq!(outcome.err, "");
}

#[tokio::test]
async fn a_list_is_searched_and_read_on_with_the_same_question() {
    let service = Service::start().await;
    let page = TaskPage { tasks: vec![summary(TaskState::Completed, None)], next: Some("c7".into()), found: None };
    service.on_json("GET /tasks?q=primes&work=prompt&language=python&agentId=m1&from=1&to=2&limit=20", &page);
    let asked = ["task", "list", "--search", "primes", "--work", "prompt", "--language", "python", "--agent", "m1"];
    let outcome = person(&service, &[&asked[..], &["--from", "1", "--to", "2"]].concat()).await;
    assert_eq!(outcome.ended.unwrap(), ExitCode::Success);
    let again = "task list --search 'primes' --work prompt --language python --agent m1 --from 1 --to 2 --limit 20";
    assert!(outcome.err.contains(&format!("{again} --before c7")), "{}", outcome.err);
}

#[tokio::test]
async fn a_task_is_shown_with_what_to_type_next() {
    let service = Service::start().await;
    service.on_json("GET /tasks/01-primes", &view(TaskState::Running, None, None));
    assert_snapshot!(person(&service, &["task", "show", "01-primes"]).await.out);
    let finished = view(TaskState::Completed, None, Some(passed()));
    let service = Service::start().await;
    service.on_json("GET /tasks/01-primes", &finished);
    let outcome = program(&service, &["task", "show", "01-primes"]).await;
    assert_eq!(serde_json::from_str::<Value>(&outcome.out).unwrap(), serde_json::to_value(finished).unwrap());
    let colored = Output::Human { color: true, width: 80, is_terminal: false };
    let outcome = typed(&service.address, colored, &["task", "show", "01-primes"]).await;
    assert!(outcome.out.contains("\u{1b}[32m+x = 2\u{1b}[0m"), "{:?}", outcome.out);
}

#[tokio::test]
async fn who_has_no_model_is_told_how_to_come_to_one() {
    let service = Service::start().await;
    service.on_json("GET /tasks/01-primes", &view(TaskState::Failed, Some(FailReason::NoModel), None));
    let outcome = person(&service, &["task", "show", "01-primes"]).await;
    assert!(outcome.out.contains("failed: no model"), "{}", outcome.out);
    for way in ["ollama serve", "OPENAI_BASE_URL"] {
        assert!(outcome.out.contains(way), "{}", outcome.out);
    }
}

#[tokio::test]
async fn a_task_is_cancelled() {
    let service = Service::start().await;
    service.on_done("POST /tasks/01-primes/cancel");
    let outcome = program(&service, &["task", "cancel", "01-primes"]).await;
    assert_eq!(outcome.out, "{\"cancelled\":true,\"taskId\":\"01-primes\"}\n");
    assert_eq!(service.asked_lines(), ["POST /tasks/01-primes/cancel"]);
}

#[tokio::test]
async fn a_review_says_yes_or_why_not() {
    let service = Service::start().await;
    service.on_done("POST /tasks/01-primes/review");
    let outcome = program(&service, &["task", "review", "01-primes", "--reject", "no tests"]).await;
    assert_eq!(outcome.out, "{\"decision\":\"rejected\",\"taskId\":\"01-primes\"}\n");
    assert_eq!(service.asked()[0].body, json!({ "decision": "rejected", "reason": "no tests", "diff": null }));
    let outcome = person(&service, &["task", "review", "01-primes", "--accept"]).await;
    assert_eq!(outcome.out, "01-primes is accepted\n");
    assert_eq!(service.asked()[1].body["decision"], "accepted");
    assert!(usage(&["task", "review", "01-primes"]).contains("--accept"));
    assert!(usage(&["task", "review", "01-primes", "--accept", "--reject", "x"]).contains("--reject"));
    let review = ReviewView {
        decision: ReviewDecision::Rejected,
        reason: Some("no\ntests\u{1b}[2J".into()),
        diff: None,
        reviewed_at_ms: SUBMITTED_AT,
    };
    let reviewed = TaskView { review: Some(review), ..view(TaskState::Completed, None, Some(passed())) };
    service.on_json("GET /tasks/01-primes", &reviewed);
    let shown = person(&service, &["task", "show", "01-primes"]).await.out;
    assert!(shown.contains("reviewed: rejected\n  | no\n  | tests\\u{1b}[2J\n"), "{shown}");
}

#[tokio::test]
async fn nobody_there_is_said_with_the_address_and_what_to_do() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for words in [["task", "list", "--limit=5"], ["task", "watch", "01-primes"]] {
        let outcome = typed(&address, PLAIN, &words).await;
        assert_eq!(outcome.refusal(), format!("nothing answers at {address}: start one with: edgecoder run"));
        assert_eq!(outcome.ended.unwrap_err().exit_code(), ExitCode::Error);
    }
}

#[tokio::test]
async fn a_refusal_is_told_in_the_words_of_the_service_and_can_not_steer_the_terminal() {
    let service = Service::start().await;
    service.on_problem("POST /submit", 402, "insufficient_credits", "ann has 1 credit\u{1b}[2J, this takes 48");
    let outcome = person(&service, &["task", "submit", "hello"]).await;
    let refusal = outcome.refusal();
    assert!(refusal.starts_with(r"ann has 1 credit\u{1b}[2J, this takes 48; "), "{refusal}");
    assert!(
        refusal.contains("--max-credits") && refusal.contains("edgecoder account faucet NAME CREDITS"),
        "{refusal}"
    );
    assert!(refusal.ends_with("(insufficient_credits)"), "{refusal}");
    for (path, status, error) in [("a", 401, "token_unknown"), ("b", 403, "token_wrong_role")] {
        service.on_problem(&format!("GET /tasks/{path}"), status, error, "no token of an account");
        let refusal = person(&service, &["task", "show", path]).await.refusal();
        assert!(refusal.contains("no token of an account; give it the token that"), "{refusal}");
        assert!(!refusal.contains("ec_acct_secret"));
    }
}

#[tokio::test]
async fn who_has_no_token_is_told_so_and_where_to_put_one() {
    let service = Service::start().await;
    service.on_problem("GET /tasks?limit=20", 401, "token_required", "send the header authorization");
    service.on_problem("GET /agents?limit=50", 401, "token_required", "send the header authorization");
    for (words, setting) in [(["task", "list"], "EDGECODER_TOKEN"), (["agent", "list"], "ADMIN_API_TOKEN")] {
        let refusal = without_tokens(&service, &words).await.refusal();
        assert!(refusal.contains("there is none here") && refusal.contains("--data-dir"), "{refusal}");
        assert!(refusal.contains(&format!("into {setting}")) && !refusal.contains("refuses"), "{refusal}");
    }
    assert!(service.asked().iter().all(|asked| asked.token.is_none()));
}

#[tokio::test]
async fn an_answer_that_is_none_of_ours_is_told_so() {
    let service = Service::start().await;
    let outcome = person(&service, &["task", "show", "a"]).await;
    assert!(matches!(outcome.ended, Err(CliError::Unexplained { status: 404, .. })));
    service.on_json("GET /tasks/b", &"hello");
    let outcome = person(&service, &["task", "show", "b"]).await;
    assert!(matches!(outcome.ended, Err(CliError::NotUnderstood { .. })));
}
