//! Do our prompts and the journey script, which system tests use, fit together?

use super::*;
use edgecoder_events::task::Language;
use edgecoder_models::{
    prompts::{self, Work},
    text::{SourceFile, parse_files, parse_plan, prose},
};

struct Conversation {
    _server: ScriptedOllama,
    client: ModelServer,
}

impl Conversation {
    async fn start() -> Self {
        let server = ScriptedOllama::start(Script::prime_journey()).await;
        let client = ModelServer::ollama(&server.url()).unwrap();
        Self { _server: server, client }
    }

    async fn ask(&self, messages: Vec<Message>) -> String {
        let request = ChatRequest { messages, ..request("") };
        self.client.complete(request, PATIENT, CancellationToken::new()).await.unwrap()
    }
}

fn is_right(files: &[SourceFile]) -> bool {
    assert_eq!(files.iter().map(|f| f.path.as_str()).collect::<Vec<_>>(), ["solution.py", "test_solution.py"]);
    files[0].text.contains("int(n**0.5) + 1")
}

#[tokio::test]
async fn the_prime_journey_plans_errs_and_repairs() {
    let model = Conversation::start().await;
    let asked = prompts::decompose("write is_prime and test it", Language::Python);
    let steps = parse_plan(&model.ask(asked).await, Language::Python).unwrap();
    assert_eq!(steps.len(), 1);

    let work = Work { task: &steps[0].input, language: Language::Python, files: &[] };
    let plan = model.ask(prompts::plan(&work)).await;
    let first = parse_files(&model.ask(prompts::code(&work, Some(&plan))).await, Language::Python);
    assert!(!is_right(&first));

    let work = Work { files: &first, ..work };
    let repaired = parse_files(&model.ask(prompts::repair(&work, "AssertionError: 4")).await, Language::Python);
    assert!(is_right(&repaired));

    let escalated = model.ask(prompts::escalate(&work, &["AssertionError: 4".to_owned()])).await;
    assert!(is_right(&parse_files(&escalated, Language::Python)));
    assert!(prose(&escalated).starts_with("Squares of primes"));
}
