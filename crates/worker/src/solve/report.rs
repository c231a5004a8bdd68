//! What does the submitter read of the work, and what does the machine sign of it?

use super::{diff, verdict, workspace::Workspace};
use crate::chance::Chance;
use edgecoder_events::{
    Digest, Signature,
    task::{ResultStatement, Verdict},
};
use edgecoder_identity::{NodeKeys, envelope::Lease};
use edgecoder_sandbox::RunReport;
use edgecoder_wire::tasks::{MAX_REPORT_BYTES, Report, SourceFile, TestFailure, TestReport};
use rand::Rng;
use std::fmt::Write;

const SALT_BYTES: usize = 16;

/// A report as it is sealed, and what the machine signs of it.
pub struct Said {
    pub json: Vec<u8>,
    pub digest: Digest,
    pub signature: Signature,
}

/// Who wrote the code, where a model did.
pub struct Authorship {
    pub model: String,
    pub iterations: u32,
}

/// The report of a program that was run as it is.
pub async fn of_program(run: RunReport, submitted: Workspace) -> Report {
    of_run(run, submitted, Workspace::default(), None).await
}

/// The report of a run of files that a model wrote over the submitted ones.
pub async fn of_prompt(run: RunReport, submitted: Workspace, written: Workspace, by: Authorship) -> Report {
    of_run(run, submitted, written, Some(by)).await
}

/// The report of a submission that can not be run at all.
pub fn refused(why: String) -> Report {
    Report {
        salt: String::new(),
        verdict: Verdict::Failed,
        exit_code: RunReport::NO_EXIT_CODE,
        reason: "refused".to_owned(),
        stdout: String::new(),
        stderr: why,
        duration_ms: 0,
        tests: None,
        files: Vec::new(),
        diff: None,
        iterations: 0,
        model: None,
    }
}

async fn of_run(run: RunReport, submitted: Workspace, mut written: Workspace, by: Option<Authorship>) -> Report {
    for file in &run.changed_files {
        written.put(&file.path, file.bytes.clone());
    }
    let (diff, files, binary) = tokio::task::spawn_blocking(move || {
        let (files, binary) = readable(&written);
        (diff::unified(&submitted, &written), files, binary)
    })
    .await
    .expect("comparing texts does not panic, and the runtime waits for it");
    let (verdict, reason) = (verdict::of(&run), verdict::reason(&run).to_owned());
    let mut report = Report {
        salt: String::new(),
        verdict,
        exit_code: run.exit_code,
        reason,
        stdout: run.stdout,
        stderr: run.stderr,
        duration_ms: run.duration_ms,
        tests: run.tests.map(tests),
        files,
        diff,
        iterations: by.as_ref().map_or(0, |by| by.iterations),
        model: by.map(|by| by.model),
    };
    if run.truncated {
        note(&mut report, "some output or some files are left out: they are beyond the limits of a run");
    }
    if binary > 0 {
        note(&mut report, &format!("{binary} written files are left out: they are not text"));
    }
    report
}

fn tests(tests: edgecoder_sandbox::TestReport) -> TestReport {
    let failure = |it: edgecoder_sandbox::TestFailure| TestFailure { name: it.name, message: it.message };
    TestReport { passed: tests.passed, failures: tests.failures.into_iter().map(failure).collect() }
}

/// The written files that are text, and how many are not.
fn readable(written: &Workspace) -> (Vec<SourceFile>, usize) {
    let texts = written.readable();
    let binary = written.len().saturating_sub(texts.len());
    (texts.into_iter().map(|file| SourceFile { path: file.path, content: file.text }).collect(), binary)
}

fn note(report: &mut Report, text: &str) {
    if !report.stderr.is_empty() && !report.stderr.ends_with('\n') {
        report.stderr.push('\n');
    }
    let _ = writeln!(report.stderr, "[edgecoder] {text}");
}

/// Salts the report, brings it to its size, and signs the statement of it.
pub fn finish(mut report: Report, lease: &Lease, duration_ms: u64, keys: &NodeKeys, chance: &Chance) -> Said {
    let mut salt = [0; SALT_BYTES];
    chance.draw(|rng| rng.fill_bytes(&mut salt));
    report.salt = hex::encode(salt);
    report.duration_ms = duration_ms;
    let verdict = report.verdict;
    let json = within_limit(report);
    let digest = Digest(*blake3::hash(&json).as_bytes());
    let statement = ResultStatement {
        task: &lease.task,
        subtask: lease.subtask,
        attempt: lease.attempt,
        agent: &lease.agent,
        verdict,
        reported_ms: duration_ms,
        report_digest: digest,
    };
    Said { json, digest, signature: keys.sign(statement.to_string().as_bytes()) }
}

/// The JSON of a report. Where it is too long, the diff goes first, then files, the last ones before the first, then output.
fn within_limit(mut report: Report) -> Vec<u8> {
    let encode = |report: &Report| serde_json::to_vec(report).expect("texts and numbers are JSON");
    let mut json = encode(&report);
    let mut left_out = 0_usize;
    while json.len() > MAX_REPORT_BYTES {
        if report.diff.take().is_none() && report.files.pop().is_none() {
            keep_begin(&mut report.stdout);
            keep_begin(&mut report.stderr);
            if let Some(tests) = &mut report.tests {
                tests.failures.truncate(tests.failures.len() / 2);
            }
        }
        left_out += 1;
        json = encode(&report);
    }
    if left_out > 0 {
        note(&mut report, "the diff, some files or some output are left out: the report would be too long");
        json = encode(&report);
    }
    json
}

/// Keeps the first half of a text.
fn keep_begin(text: &mut String) {
    let half = text.floor_char_boundary(text.len() / 2);
    text.truncate(half);
}
