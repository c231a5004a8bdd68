//! What comes of prompts, with a model server that says what a script tells it?

use super::program;
use crate::{coordinator::Coordinator, house::House};
use edgecoder_events::task::{Verdict, WorkKind};
use edgecoder_models::ServerSettings;
use edgecoder_service_kit::settings::{ModelSettings, Settings};
use edgecoder_testkit::{Script, ScriptedOllama, ScriptedOpenAi};
use edgecoder_wire::{
    tasks::Report,
    work::{Lack, Outcome, Work},
};
use edgecoder_worker::WorkerSettings;
use std::sync::Arc;

const MODEL: &str = "qwen2.5-coder:7b";

fn prompt(files: &[(&str, &str)]) -> Work {
    let task = "Write is_prime(n) in solution.py, and unit tests in test_solution.py.";
    Work { work: WorkKind::Prompt, prompt: Some(task.to_owned()), ..program(files) }
}

async fn solve(house: &House, script: Script, work: Work) -> Report {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    let ollama = ScriptedOllama::start(script).await;
    let servers = ServerSettings { ollama_host: Some(ollama.url()), ..ServerSettings::default() };
    let models = ModelSettings { servers, ..ModelSettings::default() };
    coordinator.office.offer("prime", work);
    let worker = house.start(WorkerSettings { models, ..House::settings(home.path(), &[&coordinator]) });
    let report = coordinator.office.result().await.report.unwrap();
    let told = coordinator.office.scene(|scene| scene.agent.clone().unwrap().models);
    assert_eq!(told, [MODEL.parse().unwrap()], "the registration tells the models");
    worker.stop().await;
    report
}

pub async fn a_model_repairs_its_code_until_the_tests_pass(house: Arc<House>) {
    let report = solve(&house, Script::prime_journey(), prompt(&[])).await;
    assert_eq!((report.verdict, report.iterations, report.model.as_deref()), (Verdict::Passed, 2, Some(MODEL)));
    let tests = report.tests.unwrap();
    assert_eq!((tests.passed, tests.failures.len()), (2, 0));
    let paths: Vec<&str> = report.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["solution.py", "test_solution.py"]);
    assert!(report.diff.unwrap().contains("+++ b/solution.py"));
}

pub async fn the_model_that_is_named_for_the_server_that_answers_is_asked(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    let script = Script { models: vec!["a-first".to_owned(), "wanted".to_owned()], ..Script::prime_journey() };
    let server = ScriptedOpenAi::start(script).await;
    let url = server.url();
    let told = Settings::of_flags([
        ("LOCAL_MODEL_PROVIDER", "openai"),
        ("OPENAI_BASE_URL", url.as_str()),
        ("OPENAI_MODEL", "wanted"),
        ("OLLAMA_MODEL", "of-another-server"),
    ]);
    let models = ModelSettings::read(&told).unwrap();
    coordinator.office.offer("prime", prompt(&[]));
    let worker = house.start(WorkerSettings { models, ..House::settings(home.path(), &[&coordinator]) });
    let report = coordinator.office.result().await.report.unwrap();
    assert_eq!((report.verdict, report.model.as_deref()), (Verdict::Passed, Some("wanted")));
    let requests = server.requests();
    let asked: Vec<_> = requests.iter().filter_map(|request| request.body["model"].as_str()).collect();
    assert!(!asked.is_empty() && asked.iter().all(|model| *model == "wanted"), "{asked:?}");
    worker.stop().await;
}

pub async fn the_tests_of_the_submitter_are_never_overwritten(house: Arc<House>) {
    let impossible = "def test_never():\n    assert False, 'the submitter says no'\n";
    let work = Work { tests: vec!["test_solution.py".into()], ..prompt(&[("test_solution.py", impossible)]) };
    let report = solve(&house, Script::prime_journey(), work).await;
    assert_eq!((report.verdict, report.iterations), (Verdict::Failed, 4));
    assert!(report.tests.unwrap().failures[0].message.contains("the submitter says no"));
    assert!(report.files.iter().all(|file| file.path != "test_solution.py"));
}

pub async fn without_a_model_a_prompt_is_returned_as_unable_with_a_line_for_the_operator(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    coordinator.office.offer("prime", prompt(&[]));
    let worker = house.start(House::settings(home.path(), &[&coordinator]));
    let accepted = coordinator.office.result().await;
    assert!(accepted.outcome == Outcome::Unable && accepted.report.is_none());
    assert_eq!(accepted.lacks, Some(Lack::Model));
    let line = coordinator.office.wait_for(|scene| scene.diary.pop()).await;
    assert!(line.message.contains("prime.0") && line.message.contains("OLLAMA_HOST"), "{}", line.message);
    worker.stop().await;
}
