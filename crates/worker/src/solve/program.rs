//! What comes of a program that the submitter brought? It is run as it is.

use super::{Bench, Fault, report, verdict, workspace::Workspace};
use edgecoder_events::task::Verdict;
use edgecoder_sandbox::{Run, RunReport};
use edgecoder_wire::{tasks::Report, work::Work};

/// Runs the entry, where there is one, and then the tests, where there are some.
pub async fn run(bench: &Bench<'_>, submitted: Workspace) -> Result<Report, Fault> {
    let mut first: Option<RunReport> = None;
    if let Some(path) = script(bench.work, &submitted)? {
        first = Some(bench.run(&submitted, Run::Script { path }).await?);
    }
    let run_tests = !bench.work.tests.is_empty() && first.as_ref().is_none_or(|it| verdict::of(it) == Verdict::Passed);
    let last = if run_tests {
        let tests = bench.run(&submitted, Run::Tests { paths: bench.work.tests.clone() }).await?;
        Some(first.take().map_or_else(|| tests.clone(), |script| after(script, tests.clone())))
    } else {
        first
    };
    let run = last.ok_or_else(|| Fault::OfSubmission("it names neither a file to run nor tests".to_owned()))?;
    Ok(report::of_program(run, submitted).await)
}

/// The file to run: the one that is named, or the only one.
fn script(work: &Work, submitted: &Workspace) -> Result<Option<String>, Fault> {
    let mut paths = submitted.paths();
    match (&work.entry, paths.next(), paths.next()) {
        (Some(entry), ..) if submitted.get(entry).is_some() => Ok(Some(entry.clone())),
        (Some(entry), ..) => Err(Fault::OfSubmission(format!("the file to run, {entry}, is not among its files"))),
        (None, ..) if !work.tests.is_empty() => Ok(None),
        (None, Some(only), None) => Ok(Some(only.to_owned())),
        (None, None, _) => Err(Fault::OfSubmission("there are no files".to_owned())),
        (None, Some(_), Some(_)) => {
            Err(Fault::OfSubmission("there are several files: say in entry which to run".into()))
        }
    }
}

/// One report of two runs: the outputs one after the other, the end that of the tests.
fn after(script: RunReport, tests: RunReport) -> RunReport {
    let mut changed_files = script.changed_files;
    changed_files.retain(|file| tests.changed_files.iter().all(|later| later.path != file.path));
    changed_files.extend(tests.changed_files);
    RunReport {
        stdout: script.stdout + &tests.stdout,
        stderr: script.stderr + &tests.stderr,
        duration_ms: script.duration_ms.saturating_add(tests.duration_ms),
        changed_files,
        truncated: script.truncated || tests.truncated,
        exit_code: tests.exit_code,
        reason: tests.reason,
        tests: tests.tests,
    }
}
