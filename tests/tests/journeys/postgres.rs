//! The same days as on one machine, with the ledger and the projections in PostgreSQL.

use crate::{
    crash,
    database::database,
    first_day,
    machine::{Machine, executable},
    product::Product,
    prompt,
};

fn product_on(name: &str) -> Option<Product> {
    let mut product = Product::new(executable()?);
    product.set("DATABASE_URL", &database(name)?);
    Some(product)
}

#[test]
fn on_postgres_a_program_is_run_paid_and_proven() {
    let Some(mut product) = product_on("first_day") else { return };
    first_day::a_program_is_run_paid_and_proven_on(&mut product);
    assert!(!product.path("ledger.db").exists(), "the ledger is in PostgreSQL alone");
}

#[test]
fn on_postgres_words_become_a_tested_program_with_ollama() {
    let Some(mut product) = product_on("prompt_ollama") else { return };
    prompt::words_become_a_program_with_ollama_on(&mut product);
}

#[test]
fn on_postgres_words_become_a_tested_program_with_a_server_that_speaks_as_openai_does() {
    let Some(mut product) = product_on("prompt_openai") else { return };
    prompt::words_become_a_program_with_openai_on(&mut product);
}

#[test]
fn on_postgres_every_acknowledged_task_ends_and_is_paid_once_whenever_the_process_is_killed() {
    let Some(mut product) = product_on("crash") else { return };
    crash::every_task_survives_on(&mut product);
}

#[test]
fn on_postgres_the_ledger_is_looked_after_only_while_nobody_serves_it() {
    let Some(mut product) = product_on("custody") else { return };
    product.start();
    let complaint = product.refused(&["ledger", "rebuild-projections"]);
    assert!(complaint.contains("another process leads this ledger"), "{complaint}");
    let before = product.wallet("local");
    product.stop();
    product.told(&["ledger", "rebuild-projections"]);
    assert!(product.json(&["ledger", "stats"])["size"].as_u64() > Some(0));
    product.verifies();
    product.start();
    assert_eq!(product.wallet("local"), before);
}

const SERVE: [&str; 3] = ["run", "--mode", "coordinator"];
/// What docs/operators/running.md says that a second process needs.
const FILES_OF_A_LEDGER: [&str; 6] =
    ["origin", "log.key", "coordinator.keys", "operator.token", "service.token", "checkpoint"];

#[test]
fn on_postgres_a_second_coordinator_with_the_ledgers_keys_goes_on_where_the_first_one_ends() {
    let Some((executable, url)) = executable().zip(database("standby")) else { return };
    let [mut first, mut second] = [Machine::bare(executable.clone()), Machine::bare(executable)];
    first.set("DATABASE_URL", &url);
    second.set("DATABASE_URL", &url);
    let leader = first.start(&SERVE);
    first.set("CONTROL_PLANE_URL", &format!("{}/control-plane", leader.address()));
    first.told(&["account", "create", "ann"]);
    let without_the_database = format!("audit verify --url {}", leader.address());
    assert!(leader.said.contains(&without_the_database), "{}", leader.said);

    let complaint = first.refused(&SERVE);
    assert!(complaint.contains("a coordinator is already running with the data directory"), "{complaint}");
    let complaint = second.refused(&SERVE);
    assert!(complaint.contains("of another ledger") && complaint.contains("origin, log.key"), "{complaint}");
    assert!(!complaint.contains("see that it answers"), "it did answer: {complaint}");
    for file in FILES_OF_A_LEDGER {
        std::fs::copy(first.path(file), second.path(file)).unwrap();
    }
    std::thread::scope(|scope| {
        let standby = scope.spawn(|| second.start(&SERVE));
        leader.stop();
        let leader = standby.join().unwrap();
        second.verifies();
        leader.stop();
    });
}
