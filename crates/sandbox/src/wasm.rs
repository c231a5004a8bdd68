//! How does a job run in our own interpreters?

use crate::{
    Job, RunReport, SandboxError, frame,
    message::{Answer, Ending, Order},
    preparation::Preparation,
    spares::{Interpreter, Spares},
    supervise::{Bounds, observe},
    verdict,
};
use edgecoder_events::task::Language;
use std::{io, time::Duration};
use tokio::{io::AsyncReadExt, net::UnixStream, time::timeout};
use tokio_util::sync::CancellationToken;

/// An interpreter that has not begun by then never will.
const START_LIMIT: Duration = Duration::from_secs(30);
/// A spare may have ended itself just now, and a prepared Python may be one that no longer fits: twice is enough.
const ATTEMPTS: usize = 3;
/// What a failed child may say about it, in bytes.
const MAX_COMPLAINT_BYTES: u64 = 4096;

/// Runs the job in a waiting interpreter or in a new one.
pub async fn run(
    preparation: &Preparation,
    spares: &Spares,
    job: &Job,
    cancel: &CancellationToken,
) -> Result<RunReport, SandboxError> {
    let order = serde_json::to_vec(&Order {
        run: job.run.clone(),
        args: job.args.clone(),
        stdin: job.stdin.clone(),
        limits: job.limits,
    })
    .map_err(|error| SandboxError::Job(error.to_string()))?;
    let mut last = String::new();
    for _ in 0..ATTEMPTS {
        if job.language == Language::Python {
            tokio::select! {
                prepared = preparation.ensure() => prepared?,
                () = cancel.cancelled() => return Ok(verdict::killed_before_it_began()),
            }
        }
        let mut interpreter = spares.take(job.language).map_or_else(|| spares.start(job.language), Ok)?;
        let before = interpreter.workspace.fill(&job.files, job.limits.workspace_bytes)?;
        let begun = tokio::select! {
            begun = timeout(START_LIMIT, begin(&mut interpreter, &order)) => begun.unwrap_or(Start::Gone),
            () = cancel.cancelled() => return Ok(verdict::killed_before_it_began()),
        };
        match begun {
            Start::Begun => return follow(interpreter, spares, job, cancel, &before).await,
            Start::Gone => last = complaint(interpreter).await,
            Start::Unable(why) => {
                preparation.forget();
                last = why;
            }
        }
    }
    Err(SandboxError::Start(io::Error::other(last)))
}

enum Start {
    Begun,
    /// It is not there any more: a spare that waited too long.
    Gone,
    Unable(String),
}

async fn begin(interpreter: &mut Interpreter, order: &[u8]) -> Start {
    if frame::send(&mut interpreter.socket, order).await.is_err() {
        // What it said before it went is still to be read.
    }
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
    before: &crate::workspace::Before,
) -> Result<RunReport, SandboxError> {
    let Interpreter { mut child, mut socket, workspace } = interpreter;
    let ended = async { ending(next_answer(&mut socket).await) };
    let bounds = Bounds { limits: &job.limits, workspace: &workspace, cancel };
    let seen = observe(&mut child, ended, bounds).await.map_err(SandboxError::Follow)?;
    let leftover = workspace.collect(before, job.limits.workspace_bytes);
    spares.refill(job.language)?;
    Ok(verdict::of_interpreter(seen, leftover))
}

/// A child that says anything else than how the program ended has crashed or worse.
fn ending(answer: io::Result<Answer>) -> Option<Ending> {
    match answer {
        Ok(Answer::Ended(ending)) => Some(ending),
        Ok(Answer::Begun | Answer::Unable(_) | Answer::Preparing(_) | Answer::Prepared) | Err(_) => None,
    }
}
