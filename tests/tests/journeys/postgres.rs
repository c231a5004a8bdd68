//! The same days as on one machine, with the ledger and the projections in PostgreSQL.

use crate::{crash, database::database, first_day, machine::executable, product::Product};

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
