//! With which arguments does the machine's own interpreter run a job, and how does it report tests?

use crate::{
    Job, Run, TestReport,
    prepared::RUNNER_SOURCE,
    workspace::{private_folder, read_regular},
};
use edgecoder_events::task::Language;
use serde_json::json;
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use tokio::task::spawn_blocking;

/// The longest report that is read back, in bytes.
const MAX_REPORT_BYTES: u64 = 1024 * 1024;
const MIB: u64 = 1024 * 1024;
const RUNNER: &str = "edgecoder_runner.py";
const REPORTER: &str = "reporter.mjs";
const STDIN: &str = "stdin";
const REPORT: &str = "tests.json";
/// Writes one line per test for the machine; people read Node's own.
const REPORTER_SOURCE: &str = include_str!("../javascript/reporter.mjs");
/// Runs our test runner as the program that it is in WebAssembly.
const PYTHON_ENTRY: &str = "\
import json, sys
control, report, job = sys.argv[1:]
sys.path.insert(0, control)
import edgecoder_runner
ending = edgecoder_runner.run(job)
with open(report, 'w') as file:
    json.dump(ending['tests'], file)
sys.exit(ending['exit_code'])
";

/// A job as the machine's own interpreter gets it: our files beside it, and a place for its report.
pub struct Program<'a> {
    job: &'a Job,
    dir: tempfile::TempDir,
}

impl<'a> Program<'a> {
    /// Writes what the interpreter needs besides the job's own files.
    pub fn of(job: &'a Job, parent: &Path) -> io::Result<Self> {
        let program = Self { job, dir: private_folder("control-", parent)? };
        fs::create_dir(program.control())?;
        fs::create_dir(program.report())?;
        fs::write(program.stdin(), &job.stdin)?;
        fs::write(program.control().join(RUNNER), RUNNER_SOURCE)?;
        fs::write(program.control().join(REPORTER), REPORTER_SOURCE)?;
        Ok(program)
    }

    /// A name that no other run has.
    pub fn name(&self) -> String {
        let random = self.dir.path().file_name().unwrap_or_default().to_string_lossy();
        format!("edgecoder-{}", random.trim_start_matches("control-").to_lowercase())
    }

    pub fn control(&self) -> PathBuf {
        self.dir.path().join("control")
    }

    pub fn report(&self) -> PathBuf {
        self.dir.path().join("report")
    }

    pub fn stdin(&self) -> PathBuf {
        self.dir.path().join(STDIN)
    }

    /// The interpreter's arguments, with the folders as the program sees them.
    pub fn arguments(&self, workspace: &Path, control: &Path, report: &Path) -> Vec<String> {
        let report = report.join(REPORT).display().to_string();
        match (self.job.language, &self.job.run) {
            (Language::Python, Run::Script { path }) => {
                strings(["-E", "-s", "-B", path]).chain(self.job.args.iter().cloned()).collect()
            }
            (Language::Python, Run::Tests { paths }) => {
                let order = json!({
                    "kind": "tests", "paths": paths, "args": self.job.args, "workspace": workspace, "native": true,
                });
                let control = control.display().to_string();
                strings(["-E", "-s", "-B", "-c", PYTHON_ENTRY, &control, &report, &order.to_string()]).collect()
            }
            (Language::Javascript, Run::Script { path }) => {
                let heap = self.heap_limit();
                strings([&heap, path]).chain(self.job.args.iter().cloned()).collect()
            }
            (Language::Javascript, Run::Tests { paths }) => {
                let reporter = format!("--test-reporter={}", control.join(REPORTER).display());
                let destination = format!("--test-reporter-destination={report}");
                let heap = self.heap_limit();
                let fixed =
                    ["--test", "--test-concurrency=1", "--test-reporter=spec", "--test-reporter-destination=stdout"];
                strings([&heap])
                    .chain(strings(fixed))
                    .chain([reporter, destination])
                    .chain(paths.iter().cloned())
                    .collect()
            }
        }
    }

    /// What the test runner wrote; a stranger's program may have, too, so it is read as such, away from the threads
    /// that serve others.
    pub async fn test_report(&self) -> Option<TestReport> {
        let path = self.report().join(REPORT);
        spawn_blocking(move || read_report(&path)).await.ok()?
    }

    fn heap_limit(&self) -> String {
        format!("--max-old-space-size={}", self.job.limits.memory_bytes / MIB)
    }
}

fn read_report(path: &Path) -> Option<TestReport> {
    serde_json::from_slice(&read_regular(path, MAX_REPORT_BYTES).ok()?).ok()
}

fn strings<const N: usize>(texts: [&str; N]) -> impl Iterator<Item = String> {
    texts.map(str::to_owned).into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use std::os::unix::fs::symlink;

    #[test]
    fn only_a_regular_file_is_read_as_a_report() {
        let folder = tempfile::tempdir().unwrap();
        let [written, link, pipe] = ["written", "link", "pipe"].map(|name| folder.path().join(name));
        fs::write(&written, r#"{"passed":1,"failures":[]}"#).unwrap();
        assert_eq!(read_report(&written).map(|tests| tests.passed), Some(1));
        symlink(&written, &link).unwrap();
        assert_eq!(read_report(&link), None);
        // Opening it for reading would wait for ever for somebody who writes.
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        assert_eq!(read_report(&pipe), None);
        // To a pipe that somebody writes, too, no report is had.
        let _writer = fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
        assert_eq!(read_report(&pipe), None);
    }
}
