//! Words become a program: split, written, run, found wrong by its own test, repaired, paid.

use crate::{
    machine::executable,
    models::ModelServer,
    product::{FIRST_CREDIT, Product},
};
use edgecoder_testkit::Script;

const WORDS: [&str; 4] = ["task", "submit", "write is_prime and test it", "--watch"];
const KEY: &str = "sk-journey";

/// What a script is asked in its order; the code is wrong at first.
const ASKED: [&str; 4] = ["Split this task", "Plan this task.", "Write the program", "Repair this program:"];

fn is_written_and_paid(product: &Product, server: &ModelServer) {
    let told = product.told(&WORDS);
    assert!(told.contains("2 passed, 0 failed"), "{told}");
    assert!(told.contains("written by qwen2.5-coder:7b in 2 rounds"), "{told}");
    assert_eq!(server.prompts(), ASKED);
    let task = &product.json(&["task", "list"])["tasks"][0];
    let cost = task["costMicroCredits"].as_u64().unwrap();
    assert!(cost > 0 && task["state"] == "completed", "{task}");
    assert_eq!(product.wallet("worker-1"), (cost, 0));
    assert_eq!(product.wallet("local"), (FIRST_CREDIT - cost, 0));
    product.verifies();
}

#[test]
fn words_become_a_tested_program_with_ollama() {
    let Some(executable) = executable() else { return };
    words_become_a_program_with_ollama_on(&mut Product::new(executable));
}

/// The same, wherever the ledger is.
pub fn words_become_a_program_with_ollama_on(product: &mut Product) {
    let server = ModelServer::ollama(Script::prime_journey());
    product.set("OLLAMA_HOST", &server.url());
    product.start();
    is_written_and_paid(product, &server);
}

#[test]
fn words_become_a_tested_program_with_a_server_that_speaks_as_openai_does() {
    let Some(executable) = executable() else { return };
    words_become_a_program_with_openai_on(&mut Product::new(executable));
}

/// The same, wherever the ledger is.
pub fn words_become_a_program_with_openai_on(product: &mut Product) {
    let server = ModelServer::openai(Script::prime_journey(), KEY);
    product.set("OPENAI_BASE_URL", &server.url()).set("OPENAI_API_KEY", KEY);
    product.start();
    is_written_and_paid(product, &server);
}

#[test]
fn without_a_model_the_answer_says_what_to_do_and_nothing_stays_reserved() {
    let Some(executable) = executable() else { return };
    let mut product = Product::new(executable);
    product.start();
    let output = product.types(&WORDS);
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("ollama serve") && told.contains("OPENAI_BASE_URL"), "it says what to do:\n{told}");
    let task = &product.json(&["task", "list"])["tasks"][0];
    assert_eq!(task["state"], "failed");
    assert_eq!(product.wallet("local").1, 0, "what was set aside came back");
    product.verifies();
}
