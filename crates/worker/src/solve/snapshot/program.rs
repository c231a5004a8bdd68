//! Who ends what a program of this machine started? One guard holds its whole process group.

use rustix::process::{Pid, Signal, kill_process_group};
use std::{io, process::Stdio};
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
};

/// With what a shell ends that finds no program of the name.
pub const NOT_FOUND: i32 = 127;
/// Waits for a line, and becomes the program; without a line it ends.
const HELD: &str = r#"read -r go && exec "$0" "$@""#;

/// A command that [`Program::start`] lets become `name`: until then nothing of it runs. Of its input nothing is left.
pub fn held(name: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", HELD, name]).stdin(Stdio::piped());
    command
}

/// A program that runs. Whatever becomes of it, nothing that it started outlives this.
pub struct Program {
    pub child: Child,
    group: Option<Pid>,
}

impl Program {
    /// Starts what is [`held`] as the first of a process group of its own, in which no file grows beyond `file_bytes`: the
    /// limit is there before the program is.
    pub async fn start(command: &mut Command, file_bytes: u64) -> io::Result<Self> {
        let child = command.process_group(0).kill_on_drop(true).spawn()?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let mut program = Self { child, group };
        limit_files(group, file_bytes)?;
        if let Some(mut input) = program.child.stdin.take() {
            input.write_all(b"\n").await?;
        }
        Ok(program)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(group) = self.group {
            let _already_gone = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Limits the files of a program that is held: what it becomes and starts has the same limit.
#[cfg(target_os = "linux")]
fn limit_files(program: Option<Pid>, bytes: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, prlimit};
    // Without an id it would be our own limit.
    let Some(program) = program else { return Ok(()) };
    let most = getrlimit(Resource::Fsize).maximum.map_or(bytes, |maximum| maximum.min(bytes));
    prlimit(Some(program), Resource::Fsize, Rlimit { current: Some(most), maximum: Some(most) })?;
    Ok(())
}

/// Only Linux limits another process. Elsewhere the look at the folder bounds it.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "on Linux it may fail")]
fn limit_files(_program: Option<Pid>, _bytes: u64) -> io::Result<()> {
    Ok(())
}
