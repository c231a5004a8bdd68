//! Did the run do what was asked of it?

use edgecoder_events::task::Verdict;
use edgecoder_sandbox::{RunReport, StopReason};

/// Passed where the program came to its own end, was content with it, and no test failed.
pub fn of(run: &RunReport) -> Verdict {
    let tests_passed = run.tests.as_ref().is_none_or(|tests| tests.failures.is_empty());
    if run.succeeded() && tests_passed { Verdict::Passed } else { Verdict::Failed }
}

/// A run's end as reports name it.
pub fn reason(run: &RunReport) -> &'static str {
    match run.reason {
        StopReason::Finished => "finished",
        StopReason::TimedOut => "timed_out",
        StopReason::OutOfMemory => "out_of_memory",
        StopReason::OutputLimit => "output_limit",
        StopReason::WorkspaceLimit => "workspace_limit",
        StopReason::Killed => "killed",
        StopReason::RuntimeCrashed => "runtime_crashed",
    }
}
