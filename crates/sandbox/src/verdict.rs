//! What does what was seen of a run mean?

use crate::{
    RunReport, StopReason,
    message::{EndedBy, Ending},
    supervise::Observed,
    workspace::Leftover,
};
use rustix::process::Signal;
use std::{os::unix::process::ExitStatusExt, process::ExitStatus};

/// What a shell calls the end by a signal.
const SIGNAL_BASE: i32 = 128;

/// A run that the caller cancelled while it waited for its interpreter.
pub fn killed_before_it_began() -> RunReport {
    report(&Observed::default(), Leftover::default(), StopReason::Killed, RunReport::NO_EXIT_CODE)
}

/// The report of our own interpreters, which say themselves how a program ended.
pub fn of_interpreter(mut seen: Observed, leftover: Leftover) -> RunReport {
    let ending = seen.ending.take();
    if let Some(stopped) = seen.stopped {
        return report(&seen, leftover, stopped, RunReport::NO_EXIT_CODE);
    }
    let Some(Ending { exit_code, how, tests }) = ending else {
        let reason = match seen.status.and_then(limit_behind_signal) {
            Some(reason) => reason,
            None if says_allocation_failed(&seen.stderr) => StopReason::OutOfMemory,
            None => StopReason::RuntimeCrashed,
        };
        return report(&seen, leftover, reason, RunReport::NO_EXIT_CODE);
    };
    let reason = match how {
        EndedBy::Itself => StopReason::Finished,
        EndedBy::OutOfMemory => StopReason::OutOfMemory,
        EndedBy::RuntimeCrash => StopReason::RuntimeCrashed,
    };
    RunReport { tests, ..report(&seen, leftover, reason, exit_code) }
}

/// The report of a native program, of which only its exit status is known.
pub fn of_program(seen: &Observed, leftover: Leftover, out_of_memory: bool) -> RunReport {
    if let Some(stopped) = seen.stopped {
        return report(seen, leftover, stopped, RunReport::NO_EXIT_CODE);
    }
    let code = seen.status.and_then(|status| status.code());
    // A shell, or bubblewrap, passes a signal on as an exit code.
    let signal = seen
        .status
        .and_then(|status| status.signal())
        .or(code.filter(|code| *code > SIGNAL_BASE).map(|code| code - SIGNAL_BASE));
    let reason = match signal {
        _ if out_of_memory => StopReason::OutOfMemory,
        Some(signal) if signal == Signal::XFSZ.as_raw() => StopReason::WorkspaceLimit,
        Some(signal) if signal == Signal::XCPU.as_raw() => StopReason::TimedOut,
        Some(signal) if crashes().contains(&signal) => StopReason::RuntimeCrashed,
        Some(_) | None => StopReason::Finished,
    };
    report(seen, leftover, reason, code.unwrap_or(RunReport::NO_EXIT_CODE))
}

fn crashes() -> [i32; 4] {
    [Signal::SEGV, Signal::ABORT, Signal::KILL, Signal::BUS].map(Signal::as_raw)
}

fn limit_behind_signal(status: ExitStatus) -> Option<StopReason> {
    match status.signal() {
        Some(signal) if signal == Signal::XFSZ.as_raw() => Some(StopReason::WorkspaceLimit),
        Some(signal) if signal == Signal::XCPU.as_raw() => Some(StopReason::TimedOut),
        Some(_) | None => None,
    }
}

/// What Rust's own runtime prints before it aborts for want of memory.
fn says_allocation_failed(stderr: &[u8]) -> bool {
    String::from_utf8_lossy(stderr).contains("memory allocation of ")
}

fn report(seen: &Observed, leftover: Leftover, reason: StopReason, exit_code: i32) -> RunReport {
    RunReport {
        stdout: String::from_utf8_lossy(&seen.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&seen.stderr).into_owned(),
        exit_code,
        duration_ms: u64::try_from(seen.duration.as_millis()).unwrap_or(u64::MAX),
        reason,
        tests: None,
        changed_files: leftover.changed,
        truncated: leftover.truncated || reason == StopReason::OutputLimit,
    }
}
