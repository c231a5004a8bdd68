//! Does a whole worker keep its promises, against a coordinator that speaks the real protocol on this machine?
//!
//! This has a `main` of its own because the sandbox starts its confined process from the executable that uses it.

#![expect(clippy::unwrap_used, reason = "this is a test; clippy knows tests by the harness that this one goes without")]
#![expect(clippy::result_large_err, reason = "the coordinator of this test refuses with a whole answer")]

mod coordinator;
mod file_server;
mod house;
mod journeys;
mod runner;

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(house::CHILD) {
        return edgecoder_sandbox::child_main();
    }
    runner::run(journeys::all())
}
