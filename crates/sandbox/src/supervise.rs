//! What does a running child do, and when is it enough?
//!
//! The parent alone holds the clock and counts the output, so nothing that a program does to its interpreter moves
//! either. Whatever stops a run, its whole process group is killed.

use crate::{Limits, StopReason, disk::used_bytes, message::Ending};
use rustix::process::{Pid, Signal, kill_process_group};
use std::{future::Future, io, path::Path, process::ExitStatus, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::Child,
    time::{Instant, MissedTickBehavior, interval, sleep_until, timeout_at},
};
use tokio_util::sync::CancellationToken;

/// How often the disk that the program takes is looked at.
const WORKSPACE_CHECK: Duration = Duration::from_millis(200);
/// How long output that a dead program left in its pipes is waited for.
const DRAIN: Duration = Duration::from_millis(500);
const CHUNK_BYTES: usize = 64 * 1024;

/// What bounds a run.
pub struct Bounds<'a> {
    pub limits: &'a Limits,
    /// Every folder on disk that the program may write into; together they have the workspace's limit.
    pub folders: &'a [&'a Path],
    pub cancel: &'a CancellationToken,
}

/// What was seen of a run.
#[derive(Debug, Default)]
pub struct Observed {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Why we stopped it; absent where it ended by itself.
    pub stopped: Option<StopReason>,
    pub ending: Option<Ending>,
    pub status: Option<ExitStatus>,
    pub duration: Duration,
    output_limit: usize,
}

impl Observed {
    /// Keeps what fits; false once something did not.
    fn keep(&mut self, stream: Stream, chunk: &[u8]) -> bool {
        let room = self.output_limit.saturating_sub(self.stdout.len() + self.stderr.len());
        let kept = &chunk[..chunk.len().min(room)];
        match stream {
            Stream::Stdout => self.stdout.extend_from_slice(kept),
            Stream::Stderr => self.stderr.extend_from_slice(kept),
        }
        kept.len() == chunk.len()
    }
}

#[derive(Clone, Copy)]
enum Stream {
    Stdout,
    Stderr,
}

/// The two output pipes of a child, each until its end.
struct Pipes<O, E> {
    stdout: Option<O>,
    stderr: Option<E>,
    stdout_chunk: Vec<u8>,
    stderr_chunk: Vec<u8>,
}

impl<O: AsyncRead + Unpin, E: AsyncRead + Unpin> Pipes<O, E> {
    fn new(stdout: Option<O>, stderr: Option<E>) -> Self {
        Self { stdout, stderr, stdout_chunk: vec![0; CHUNK_BYTES], stderr_chunk: vec![0; CHUNK_BYTES] }
    }

    fn at_end(&self) -> bool {
        self.stdout.is_none() && self.stderr.is_none()
    }

    /// The next piece of either; safe to drop half-way. Waits for ever once both ended.
    async fn next(&mut self) -> (Stream, &[u8]) {
        let (stream, length) = tokio::select! {
            length = read_some(&mut self.stdout, &mut self.stdout_chunk) => (Stream::Stdout, length),
            length = read_some(&mut self.stderr, &mut self.stderr_chunk) => (Stream::Stderr, length),
        };
        match stream {
            Stream::Stdout => (stream, &self.stdout_chunk[..length]),
            Stream::Stderr => (stream, &self.stderr_chunk[..length]),
        }
    }
}

/// A closed or broken pipe is one that says nothing more.
async fn read_some(pipe: &mut Option<impl AsyncRead + Unpin>, chunk: &mut [u8]) -> usize {
    let Some(open) = pipe else { return std::future::pending().await };
    let length = open.read(chunk).await.unwrap_or(0);
    if length == 0 {
        *pipe = None;
    }
    length
}

/// Follows a child to its end and makes sure that it is one. `ended` is the child's own word, where it gives one.
pub async fn observe(
    child: &mut Child,
    ended: impl Future<Output = Option<Ending>>,
    bounds: Bounds<'_>,
) -> io::Result<Observed> {
    let began = Instant::now();
    let mut deadline = began + Duration::from_millis(bounds.limits.wall_ms);
    let group = child.id();
    let mut seen = Observed {
        output_limit: usize::try_from(bounds.limits.output_bytes).unwrap_or(usize::MAX),
        ..Observed::default()
    };
    let mut pipes = Pipes::new(child.stdout.take(), child.stderr.take());
    let mut check = interval(WORKSPACE_CHECK);
    check.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut has_ended = false;
    tokio::pin!(ended);
    while seen.stopped.is_none() && !(seen.status.is_some() && has_ended && pipes.at_end()) {
        tokio::select! {
            (stream, chunk) = pipes.next() => if !seen.keep(stream, chunk) {
                seen.stopped = Some(StopReason::OutputLimit);
            },
            ending = &mut ended, if !has_ended => {
                has_ended = true;
                if ending.is_some() {
                    seen.duration = began.elapsed();
                }
                seen.ending = ending;
            }
            status = child.wait(), if seen.status.is_none() => {
                seen.status = Some(status?);
                // What it left running holds the pipes open; that ends now.
                kill_group(group);
                deadline = Instant::now() + DRAIN;
            }
            () = sleep_until(deadline) => {
                if seen.status.is_some() { break }
                seen.stopped = Some(StopReason::TimedOut);
            }
            () = bounds.cancel.cancelled() => seen.stopped = Some(StopReason::Killed),
            _ = check.tick() => if used_bytes(bounds.folders, child.id()) > bounds.limits.workspace_bytes {
                seen.stopped = Some(StopReason::WorkspaceLimit);
            },
        }
    }
    if seen.duration.is_zero() {
        seen.duration = began.elapsed();
    }
    kill_group(group);
    seen.status = Some(child.wait().await?);
    drain(&mut pipes, &mut seen).await;
    if seen.stopped.is_none() && used_bytes(bounds.folders, None) > bounds.limits.workspace_bytes {
        seen.stopped = Some(StopReason::WorkspaceLimit);
    }
    Ok(seen)
}

/// Takes what a killed program had printed already.
async fn drain<O: AsyncRead + Unpin, E: AsyncRead + Unpin>(pipes: &mut Pipes<O, E>, seen: &mut Observed) {
    let until = Instant::now() + DRAIN;
    while !pipes.at_end() {
        let Ok((stream, chunk)) = timeout_at(until, pipes.next()).await else { return };
        if !seen.keep(stream, chunk) {
            return;
        }
    }
}

/// Ends a child and everything that it started in its group. A group that is gone is what we want.
pub fn kill_group(leader: Option<u32>) {
    let pid = leader.and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        let _already_gone = kill_process_group(pid, Signal::KILL);
    }
}
