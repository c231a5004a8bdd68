//! How is one case stated, run and judged?

use edgecoder_events::{agent::SandboxMode, task::Language};
use edgecoder_sandbox::{
    ChildCommand, Job, JobFile, Limits, Run, RunReport, Sandbox, SandboxError, SandboxSettings, StopReason,
};
use std::{fs, path::PathBuf, time::Duration};
use tokio_util::sync::CancellationToken;

pub const CHILD: &str = "sandbox-child";
/// Long enough for an interpreter to get to the abuse, short enough for a test.
const ABUSE_WALL_MS: u64 = 700;
const MIB: u64 = 1024 * 1024;

/// One sandbox, and the cases that it has failed.
pub struct Bench {
    pub sandbox: Sandbox,
    runtime_dir: PathBuf,
    filter: Option<String>,
    failed: usize,
}

impl Bench {
    pub fn new(mode: SandboxMode, filter: Option<String>) -> Self {
        // Kept between runs: preparing Python once is enough for all of them.
        let runtime_dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("sandbox-{mode:?}").to_lowercase());
        let sandbox = Sandbox::new(SandboxSettings {
            mode,
            runtime_dir: runtime_dir.clone(),
            child: ChildCommand { exe: std::env::current_exe().unwrap(), args: vec![CHILD.into()] },
            spare_children: 1,
        })
        .unwrap();
        Self { sandbox, runtime_dir, filter, failed: 0 }
    }

    /// Runs a case, judges it, and shows that the next job finds nothing amiss.
    pub async fn case(&mut self, name: &str, job: Job, judge: impl FnOnce(&RunReport)) {
        if self.filter.as_ref().is_some_and(|filter| !name.contains(filter.as_str())) {
            return;
        }
        let language = job.language;
        let report = self.sandbox.run(job, CancellationToken::new()).await.unwrap();
        let next = self.sandbox.run(hello(language), CancellationToken::new()).await.unwrap();
        let judged = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            judge(&report);
            assert_eq!((next.stdout.as_str(), next.exit_code), ("hello\n", 0), "the next job: {next:?}");
        }));
        self.verdict(name, judged.is_ok(), &format!("{report:#?}"));
    }

    /// A job that is refused before anything runs.
    pub async fn refused(&mut self, name: &str, job: Job) {
        let outcome = self.sandbox.run(job, CancellationToken::new()).await;
        self.verdict(name, matches!(outcome, Err(SandboxError::Path { .. })), &format!("{outcome:?}"));
    }

    /// A job that its caller gives up as soon as it has printed nothing for a while.
    pub async fn cancelled(&mut self, name: &str, job: Job) {
        let cancel = CancellationToken::new();
        let (report, ()) = tokio::join!(self.sandbox.run(job, cancel.clone()), async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            cancel.cancel();
        });
        let reason = report.map(|report| report.reason);
        self.verdict(name, matches!(reason, Ok(StopReason::Killed)), &format!("{reason:?}"));
    }

    fn verdict(&mut self, name: &str, passed: bool, seen: &str) {
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        if !passed {
            println!("{seen}");
            self.failed += 1;
        }
    }

    /// Ends the sandbox and shows that it leaves no workspace behind; the number of failed cases.
    pub async fn finish(mut self) -> usize {
        self.sandbox.shutdown().await;
        let left = fs::read_dir(self.runtime_dir.join("work")).unwrap().count();
        self.verdict("no workspace is left behind", left == 0, &format!("{left} folders"));
        self.failed
    }
}

pub fn stops_with(reason: StopReason) -> impl FnOnce(&RunReport) {
    move |report| assert_eq!(report.reason, reason)
}

pub fn exits_with(code: i32) -> impl FnOnce(&RunReport) {
    move |report| assert_eq!((report.reason, report.exit_code), (StopReason::Finished, code))
}

/// The program says in every line that it was refused, and nothing else.
pub fn prints_only(line: &'static str) -> impl FnOnce(&RunReport) {
    move |report| {
        assert_eq!(report.reason, StopReason::Finished);
        assert!(!report.stdout.is_empty() && report.stdout.lines().all(|printed| printed == line), "{}", report.stdout);
    }
}

pub fn script(language: Language, code: &str) -> Job {
    let path = if language == Language::Python { "main.py" } else { "main.js" };
    job(language, &[(path, code)], Run::Script { path: path.into() })
}

pub fn job(language: Language, files: &[(&str, &str)], run: Run) -> Job {
    let files = files.iter().map(|(path, code)| JobFile { path: (*path).into(), bytes: (*code).into() }).collect();
    let limits =
        Limits { wall_ms: ABUSE_WALL_MS, memory_bytes: 128 * MIB, output_bytes: 64 * 1024, workspace_bytes: 8 * MIB };
    Job { language, files, run, args: vec![], stdin: vec![], limits }
}

pub fn patient(job: Job) -> Job {
    Job { limits: Limits { wall_ms: 20_000, ..job.limits }, ..job }
}

fn hello(language: Language) -> Job {
    patient(script(language, if language == Language::Python { "print('hello')" } else { "console.log('hello')" }))
}
