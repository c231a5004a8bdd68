//! A program that was started, from its first moment until it has ended as it was asked to.

use crate::Outcome;
use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc::{self, SyncSender},
    thread,
    time::{Duration, Instant},
};

/// What every program that is started here says when it can be asked.
pub const READY: &str = "is ready";
const READY_WITHIN: Duration = Duration::from_mins(1);
/// How often it is looked whether a program has ended, and how soon again.
const LOOKS: u32 = 3_000;
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A program that runs until it is stopped or this is dropped.
pub struct Running {
    process: Child,
    pub ready_after: Duration,
}

impl Running {
    /// Starts a program and waits until it says that it is ready.
    pub fn start(command: &mut Command) -> Outcome<Self> {
        let begun = Instant::now();
        let process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut running = Self { process, ready_after: Duration::ZERO };
        let output = running.process.stdout.take().ok_or("its output is not piped")?;
        let (said, heard) = mpsc::sync_channel(1);
        thread::spawn(move || listen(output, &said));
        heard.recv_timeout(READY_WITHIN).map_err(|_| "it ended, or did not become ready in a minute")?;
        running.ready_after = begun.elapsed();
        Ok(running)
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Asks it to end, as service managers do, and waits until it has.
    pub fn stop(mut self) -> Outcome<()> {
        Command::new("kill").args(["-s", "TERM", &self.id().to_string()]).status()?;
        for _ in 0..LOOKS {
            if self.process.try_wait()?.is_some() {
                return Ok(());
            }
            thread::sleep(LOOK_EVERY);
        }
        Err("it did not end within half a minute of being asked to".into())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _ended_already = self.process.wait();
    }
}

/// Tells when it is ready, and reads what is said later so that the program is not held up.
fn listen(output: ChildStdout, said: &SyncSender<()>) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        if line.contains(READY) {
            // Said once more, or to nobody any more: neither matters.
            let _not_heard = said.try_send(());
        }
    }
}
