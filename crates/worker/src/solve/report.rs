//! What does the submitter read of the work, and what does the machine sign of it?

use super::{diff, fitting, verdict, workspace::Workspace};
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
/// The most files that a report takes. Their bytes have the bound of the report itself.
const MAX_FILES: usize = 5_000;

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
    let (diff, texts) = tokio::task::spawn_blocking(move || {
        let texts = readable(&written);
        (diff::unified(&submitted, &written), texts)
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
        files: texts.files,
        diff,
        iterations: by.as_ref().map_or(0, |by| by.iterations),
        model: by.map(|by| by.model),
    };
    if run.truncated || texts.beyond > 0 {
        note(&mut report, "some output or some files are left out: they are beyond the limits of a run");
    }
    if texts.binary > 0 {
        note(&mut report, &format!("{} written files are left out: they are not text", texts.binary));
    }
    report
}

fn tests(tests: edgecoder_sandbox::TestReport) -> TestReport {
    let failure = |it: edgecoder_sandbox::TestFailure| TestFailure { name: it.name, message: it.message };
    TestReport { passed: tests.passed, failures: tests.failures.into_iter().map(failure).collect() }
}

/// The written files that a report takes, and how many it does not.
#[derive(Debug, Default)]
struct Texts {
    files: Vec<SourceFile>,
    /// Not text.
    binary: usize,
    /// Behind the last one that can fit, however it is encoded.
    beyond: usize,
}

fn readable(written: &Workspace) -> Texts {
    let mut texts = Texts::default();
    let mut room = MAX_REPORT_BYTES;
    for (path, bytes) in written.files() {
        let Ok(content) = str::from_utf8(bytes) else {
            texts.binary += 1;
            continue;
        };
        // JSON is never shorter than the text that it holds.
        room = room.saturating_sub(path.len().saturating_add(content.len()));
        if room == 0 || texts.files.len() == MAX_FILES {
            texts.beyond += 1;
        } else {
            texts.files.push(SourceFile { path: path.to_owned(), content: content.to_owned() });
        }
    }
    texts
}

/// Says something to the submitter behind what the program said.
pub(super) fn note(report: &mut Report, text: &str) {
    if !report.stderr.is_empty() && !report.stderr.ends_with('\n') {
        report.stderr.push('\n');
    }
    let _ = writeln!(report.stderr, "[edgecoder] {text}");
}

/// Salts the report, brings it to its size, and signs the statement of it. A long one takes a while.
pub fn finish(mut report: Report, lease: &Lease, duration_ms: u64, keys: &NodeKeys, chance: &Chance) -> Said {
    let mut salt = [0; SALT_BYTES];
    chance.draw(|rng| rng.fill_bytes(&mut salt));
    report.salt = hex::encode(salt);
    report.duration_ms = duration_ms;
    let verdict = report.verdict;
    let json = fitting::within_limit(report);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn wrote(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Texts {
        let mut written = Workspace::default();
        for (path, bytes) in files {
            written.put(&path, bytes);
        }
        readable(&written)
    }

    #[test]
    fn files_that_can_not_fit_are_not_even_copied() {
        let texts = wrote((0..4_880).map(|number| (format!("f{number:04}"), vec![1; 6_500])));
        assert!(texts.files.len() * 6_500 <= MAX_REPORT_BYTES);
        assert_eq!((texts.files.len() + texts.beyond, texts.binary), (4_880, 0));
    }

    #[test]
    fn a_report_takes_so_many_files_and_says_how_many_are_left() {
        let texts = wrote((0..MAX_FILES + 2).map(|number| (format!("f{number:04}"), vec![])));
        assert_eq!((texts.files.len(), texts.beyond), (MAX_FILES, 2));
    }

    #[test]
    fn what_is_not_text_is_counted() {
        let texts = wrote([("a".to_owned(), vec![0xff]), ("b".to_owned(), b"b".to_vec())]);
        assert_eq!((texts.files.len(), texts.binary, texts.beyond), (1, 1, 0));
    }
}
