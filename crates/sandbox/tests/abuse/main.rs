//! Does every abuse end with its named reason, and does the sandbox run the next job as if nothing had happened?
//!
//! A harness of its own: this executable is also the confined child.
#![expect(clippy::unwrap_used, reason = "these are tests, though not `#[test]` functions")]

mod cases;
mod disk;
mod javascript;
mod process;
mod python;

use cases::{Bench, CHILD};
use edgecoder_events::agent::SandboxMode;
use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(CHILD) {
        return edgecoder_sandbox::child_main();
    }
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let failed = runtime.block_on(async {
        let mut bench = Bench::new(SandboxMode::Wasm, filter.clone());
        python::run(&mut bench).await;
        javascript::run(&mut bench).await;
        disk::in_our_interpreters(&mut bench).await;
        let mut failed = bench.finish().await;
        if let Some(why) = process::missing() {
            println!("test process: all ... skipped: {why}");
            assert!(!is_ci(), "CI must have what the sandbox mode `process` needs: {why}");
        } else {
            let mut bench = Bench::new(SandboxMode::Process, filter);
            process::run(&mut bench).await;
            disk::in_programs(&mut bench).await;
            failed += bench.finish().await;
        }
        failed
    });
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::disallowed_methods, reason = "a test harness has no settings of its own")]
fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}
