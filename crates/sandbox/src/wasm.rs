//! How does a job run in our own interpreters?

use crate::{
    Job, RunReport, SandboxError, Unsupported, frame,
    message::{Answer, Ending, Order},
    preparation::Preparation,
    spares::{Interpreter, Spares},
    supervise::{Bounds, observe},
    verdict,
    workspace::{Before, collect, fill},
};
use edgecoder_events::task::Language;
use std::{io, sync::Arc, time::Duration};
use tokio::{io::AsyncReadExt, net::UnixStream, time::timeout};
use tokio_util::sync::CancellationToken;

/// An interpreter that has not begun by then never will.
const START_LIMIT: Duration = Duration::from_secs(30);
/// A spare may have ended itself just now, and then the prepared Python may be one that no longer fits: the third attempt
/// meets neither.
const ATTEMPTS: usize = 3;
/// What a failed child may say about it, in bytes.
const MAX_COMPLAINT_BYTES: u64 = 4096;

/// Runs the job in a waiting interpreter or in a new one.
pub async fn run(
    preparation: &Preparation,
    spares: &Spares,
    job: &Arc<Job>,
    cancel: &CancellationToken,
) -> Result<RunReport, SandboxError> {
    let Job { run, args, stdin, limits, .. } = job.as_ref();
    let order = Order { run: run.clone(), args: args.clone(), stdin: stdin.clone(), limits: *limits };
    let order = serde_json::to_vec(&order).map_err(|error| SandboxError::Job(error.to_string()))?;
    let mut last = SandboxError::ShuttingDown;
    for _ in 0..ATTEMPTS {
        let begun = tokio::select! {
            begun = start(preparation, spares, job, &order) => begun?,
            () = cancel.cancelled() => return Ok(verdict::killed_before_it_began()),
        };
        match begun {
            (interpreter, before, Start::Begun) => return follow(interpreter, spares, job, cancel, before).await,
            (interpreter, _, Start::Gone) => last = SandboxError::Start(io::Error::other(complaint(interpreter).await)),
            (_, _, Start::Unable(why)) => {
                if job.language == Language::Python {
                    preparation.forget();
                }
                last = Unsupported { language: job.language, why }.into();
            }
        }
    }
    Err(last)
}

async fn start(
    preparation: &Preparation,
    spares: &Spares,
    job: &Arc<Job>,
    order: &[u8],
) -> Result<(Interpreter, Before, Start), SandboxError> {
    if job.language == Language::Python {
        preparation.ensure().await?;
    }
    let mut interpreter = spares.take(job.language).map_or_else(|| spares.start(job.language), Ok)?;
    let before = fill(&interpreter.workspace, job).await?;
    let begun = timeout(START_LIMIT, begin(&mut interpreter, order)).await.unwrap_or(Start::Gone);
    Ok((interpreter, before, begun))
}

enum Start {
    Begun,
    /// It is not there any more: a spare that waited too long.
    Gone,
    Unable(String),
}

async fn begin(interpreter: &mut Interpreter, order: &[u8]) -> Start {
    // Where it cannot be told any more, what it said before it went is still to be read.
    let _perhaps_gone = frame::send(&mut interpreter.socket, order).await;
    match next_answer(&mut interpreter.socket).await {
        Ok(Answer::Begun) => Start::Begun,
        Ok(Answer::Unable(why)) => Start::Unable(why),
        Ok(Answer::Preparing(_) | Answer::Prepared | Answer::Ended(_)) | Err(_) => Start::Gone,
    }
}

/// What an interpreter that never began said about it.
async fn complaint(mut interpreter: Interpreter) -> String {
    let mut text = String::new();
    let Some(stderr) = interpreter.child.stderr.take() else { return text };
    let _killed_already = interpreter.child.start_kill();
    let read = timeout(START_LIMIT, stderr.take(MAX_COMPLAINT_BYTES).read_to_string(&mut text)).await;
    if matches!(read, Ok(Ok(_))) { format!("it ended before it began: {}", text.trim()) } else { text }
}

async fn next_answer(socket: &mut UnixStream) -> io::Result<Answer> {
    Ok(serde_json::from_slice(&frame::receive(socket).await?)?)
}

async fn follow(
    interpreter: Interpreter,
    spares: &Spares,
    job: &Job,
    cancel: &CancellationToken,
    before: Before,
) -> Result<RunReport, SandboxError> {
    let Interpreter { mut child, mut socket, workspace } = interpreter;
    let ended = async { ending(next_answer(&mut socket).await) };
    let bounds = Bounds { limits: &job.limits, folders: &[workspace.path()], cancel };
    let seen = observe(&mut child, ended, bounds).await.map_err(SandboxError::Follow)?;
    if let Err(error) = spares.refill(job.language) {
        // What this program came to is known, whatever the disk says now. The next one starts its own interpreter.
        tracing::warn!(%error, "no interpreter could be started to wait for the next program");
    }
    let leftover = collect(&workspace, before, job.limits.workspace_bytes).await?;
    Ok(verdict::of_interpreter(seen, leftover))
}

/// A child that says anything else than how the program ended has crashed or worse.
fn ending(answer: io::Result<Answer>) -> Option<Ending> {
    match answer {
        Ok(Answer::Ended(ending)) => Some(ending),
        Ok(Answer::Begun | Answer::Unable(_) | Answer::Preparing(_) | Answer::Prepared) | Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChildCommand, Limits, Run, SandboxSettings, StopReason, message::EndedBy, workspace::Workspace};
    use edgecoder_events::agent::SandboxMode;
    use std::{path::Path, process::Stdio};
    use tokio::process::Command;

    /// An interpreter whose program has come to a good end, as its parent sees it.
    async fn content(folder: &Path) -> Interpreter {
        let (socket, mut theirs) = UnixStream::pair().unwrap();
        let answer = Answer::Ended(Ending { exit_code: 0, how: EndedBy::Itself, tests: None });
        frame::send(&mut theirs, &serde_json::to_vec(&answer).unwrap()).await.unwrap();
        let mut child = Command::new("true");
        child.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
        let workspace = Arc::new(Workspace::create(folder).unwrap());
        Interpreter { child: child.spawn().unwrap(), socket, workspace }
    }

    #[tokio::test]
    async fn a_program_that_has_ended_well_is_reported_though_the_next_interpreter_cannot_be_started() {
        let home = tempfile::tempdir().unwrap();
        let spares = Spares::new(&SandboxSettings {
            mode: SandboxMode::Wasm,
            runtime_dir: home.path().join("a disk with no room"),
            child: ChildCommand { exe: "true".into(), args: Vec::new() },
            spare_children: 1,
        });
        assert!(matches!(spares.refill(Language::Javascript), Err(SandboxError::Workspace(_))));
        let job = Job {
            language: Language::Javascript,
            files: Vec::new(),
            run: Run::Script { path: "main.js".to_owned() },
            args: Vec::new(),
            stdin: Vec::new(),
            limits: Limits::default(),
        };
        let (cancel, interpreter) = (CancellationToken::new(), content(home.path()).await);
        let report = follow(interpreter, &spares, &job, &cancel, Before::new()).await.unwrap();
        assert_eq!((report.reason, report.exit_code), (StopReason::Finished, 0));
    }
}
