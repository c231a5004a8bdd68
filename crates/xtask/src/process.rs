//! How is a child process run so that nothing outlives us?
//!
//! Every child leads its own process group, and a small shell, its *leash*, waits for the end of a pipe that we hold.
//! However we end (return, Ctrl-C, kill), the pipe closes and the leash ends the group.

use anyhow::{Context, Result, bail, ensure};
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::mpsc::{self, RecvTimeoutError, SyncSender},
    thread,
    time::{Duration, Instant},
};

/// Lines that a child may be ahead of us.
const LINES_AHEAD: usize = 1024;

/// How often a silent child is looked at.
const TICK: Duration = Duration::from_millis(200);

/// Ends the group `$1`, kills what is left of it after ten seconds, and removes the folder `$2` if there is one. An
/// interrupt comes first because PostgreSQL then hangs up on its clients; shells start background jobs deaf to it.
const LEASH: &str = r#"
trap '' INT TERM HUP
read -r _
kill -s INT -- "-$1" 2>/dev/null
kill -s TERM -- "-$1" 2>/dev/null
tenths=0
while kill -s 0 -- "-$1" 2>/dev/null && [ "$tenths" -lt 100 ]; do sleep 0.1; tenths=$((tenths + 1)); done
kill -s KILL -- "-$1" 2>/dev/null
[ -z "$2" ] || rm -rf -- "$2"
"#;

/// A child that ends, with all its descendants, when this value is dropped or this process dies.
pub struct Leashed {
    child: Child,
    leash: Child,
    pipe: Option<ChildStdin>,
}

impl Leashed {
    /// Starts a command; `folder` is removed when the child has ended.
    pub fn start(command: &mut Command, folder: Option<&Path>) -> Result<Self> {
        let child = in_own_group(command.stdin(Stdio::null())).spawn();
        let child = child.with_context(|| format!("starting {}", command.get_program().display()))?;
        let mut leash = Command::new("sh");
        leash.args(["-c", LEASH, "leash", &child.id().to_string()]).arg(folder.unwrap_or(Path::new("")));
        let mut leash = in_own_group(leash.stdin(Stdio::piped())).spawn().context("starting the leash")?;
        let pipe = leash.stdin.take();
        Ok(Self { child, leash, pipe })
    }

    /// Reads what a child says, whose output must be piped, until a line holds one of the marks; what it said. What it
    /// says later is read, so that it is not held up, and dropped.
    pub fn said_until(&mut self, marks: &[&str]) -> Result<String> {
        let output = self.child.stdout.take().context("the output is not piped, or was read already")?;
        let mut lines = BufReader::new(output).lines();
        let mut said = String::new();
        while let Some(line) = lines.next() {
            let line = line.context("reading what a child says")?;
            said.push_str(&line);
            said.push('\n');
            if marks.iter().any(|mark| line.contains(mark)) {
                thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
                return Ok(said);
            }
        }
        bail!("it ended and had only said:\n{said}")
    }

    /// The process group that the child leads: its own id.
    pub fn group(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the child itself; its descendants end when this value is dropped.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        self.child.wait().context("waiting for a child")
    }

    /// Whether the child is gone already.
    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.child.try_wait().context("asking for a child")?.is_some())
    }
}

impl Drop for Leashed {
    fn drop(&mut self) {
        drop(self.pipe.take());
        // A child that cannot be waited for is gone, which is what is wanted here.
        let _ = self.child.wait();
        let _ = self.leash.wait();
    }
}

#[cfg(unix)]
fn in_own_group(command: &mut Command) -> &mut Command {
    std::os::unix::process::CommandExt::process_group(command, 0)
}

#[cfg(not(unix))]
fn in_own_group(command: &mut Command) -> &mut Command {
    command
}

/// Runs a command to its end; its output goes where ours goes.
pub fn run(command: &mut Command) -> Result<ExitStatus> {
    Leashed::start(command, None)?.wait()
}

/// Runs a command to its end, shows its output and hands each line of it to `read`. A command that says nothing for
/// as long as `patience` is ended: one stuck test must not cost the verdicts of all others.
pub fn run_and_read(command: &mut Command, patience: Duration, mut read: impl FnMut(&str)) -> Result<ExitStatus> {
    let mut leashed = Leashed::start(command.stdout(Stdio::piped()), None)?;
    let output = leashed.child.stdout.take().context("the output is piped")?;
    let (said, lines) = mpsc::sync_channel(LINES_AHEAD);
    thread::spawn(move || listen(output, &said));
    let mut show = |line: String| {
        println!("{line}");
        read(&line);
    };
    let mut heard = Instant::now();
    loop {
        match lines.recv_timeout(TICK) {
            Ok(line) => {
                show(line);
                heard = Instant::now();
            }
            Err(RecvTimeoutError::Timeout) if !leashed.has_ended()? => {
                ensure!(heard.elapsed() < patience, "it said nothing for {} s and was ended", patience.as_secs());
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = leashed.wait();
    // Descendants that were left behind hold the other end of the output: without this, reading might not end.
    drop(leashed);
    lines.into_iter().for_each(show);
    status
}

/// Passes the lines of a child on, until there are no more or nobody takes them.
fn listen(output: ChildStdout, said: &SyncSender<String>) {
    for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
        if said.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
            return;
        }
    }
}

/// Runs a short command and takes what it prints; what it complains about becomes the error.
pub fn output_of(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("starting {}", program.display()))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{} failed: {}", program.display(), complaint.trim());
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where an executable is, if it is on the path.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = setting("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}

/// One variable of the environment.
#[expect(clippy::disallowed_methods, reason = "this tool has no settings file; its few variables are read here only")]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether we may install packages, and must not run a database as ourselves.
pub fn is_root() -> bool {
    output_of(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

/// `cargo` as it started us.
pub fn cargo() -> Command {
    Command::new(setting("CARGO").unwrap_or_else(|| "cargo".into()))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_mins(1);

    #[test]
    fn a_grandchild_ends_with_the_child_whose_verdict_is_kept() {
        let mut lines = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "(sleep 5; echo outlived) & echo done; exit 3"]);
        let status = run_and_read(&mut command, PATIENCE, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!((lines, status.code()), (vec!["done".to_owned()], Some(3)));
    }

    #[test]
    fn a_child_that_says_nothing_any_more_is_ended() {
        let mut lines = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo stuck; sleep 600"]);
        let ended = run_and_read(&mut command, Duration::from_secs(1), |line| lines.push(line.to_owned()));
        assert_eq!(ended.unwrap_err().to_string(), "it said nothing for 1 s and was ended");
        assert_eq!(lines, ["stuck"]);
    }

    #[test]
    fn a_dropped_child_ends_and_its_folder_goes() {
        let folder = std::env::temp_dir().join(format!("edgecoder-leash-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let mut child = Leashed::start(Command::new("sleep").arg("600"), Some(&folder)).unwrap();
        assert!(!child.has_ended().unwrap());
        let id = child.child.id().to_string();
        drop(child);
        assert!(output_of(Command::new("kill").args(["-0", &id])).is_err());
        assert!(!folder.exists());
    }

    #[test]
    fn a_child_is_read_until_it_says_what_is_waited_for() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two; sleep 600"]).stdout(Stdio::piped());
        let said = Leashed::start(&mut command, None).unwrap().said_until(&["wo"]).unwrap();
        assert_eq!(said, "one\ntwo\n");
        let mut silent = Command::new("sh");
        silent.args(["-c", "echo one"]).stdout(Stdio::piped());
        let ended = Leashed::start(&mut silent, None).unwrap().said_until(&["wo"]).unwrap_err();
        assert_eq!(ended.to_string(), "it ended and had only said:\none\n");
    }

    #[test]
    fn the_complaint_of_a_failed_command_is_the_error() {
        let error = output_of(Command::new("sh").args(["-c", "echo no such thing >&2; exit 1"])).unwrap_err();
        assert_eq!(error.to_string(), "sh failed: no such thing");
    }
}
