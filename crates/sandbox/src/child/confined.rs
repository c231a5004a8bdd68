//! How does this executable confine a native program and become it?
//!
//! Two steps of one command line. `enter` joins a cgroup and becomes bubblewrap; `become`, inside bubblewrap, sets the
//! limits, Landlock and seccomp, and becomes the interpreter.

use crate::{Limits, lockdown};
use std::{
    ffi::OsString, fs, io, os::unix::process::CommandExt, path::Path, path::PathBuf, process::Command,
    process::ExitCode,
};

/// What follows it on the command line is for [`run`].
pub const CONFINED_FLAG: &str = "--confined";
/// The shell's exit code for a command that cannot be run.
const CANNOT_RUN: u8 = 126;

/// What the command line asks for, if it is this.
pub fn requested() -> Option<Vec<OsString>> {
    let mut args = std::env::args_os().skip_while(|arg| arg != CONFINED_FLAG);
    args.next().map(|_flag| args.collect())
}

/// Becomes the program. Returns only where that failed.
pub fn run(command: &[OsString]) -> ExitCode {
    let error = become_program(command);
    eprintln!("the program could not be confined: {error}");
    ExitCode::from(CANNOT_RUN)
}

fn become_program(command: &[OsString]) -> io::Error {
    let [step, setting, program, args @ ..] = command else {
        return io::Error::new(io::ErrorKind::InvalidInput, "the command line is incomplete");
    };
    let prepared = match step.to_str() {
        Some("enter") => enter(&setting.to_string_lossy()),
        Some("become") => confine(&setting.to_string_lossy()),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "the step is unknown")),
    };
    match prepared {
        Ok(()) => Command::new(program).args(args).exec(),
        Err(error) => error,
    }
}

fn enter(entrances: &str) -> io::Result<()> {
    let entrances: Vec<PathBuf> = serde_json::from_str(entrances)?;
    entrances.iter().try_for_each(|entrance| fs::write(entrance, "0"))
}

fn confine(limits: &str) -> io::Result<()> {
    let limits: Limits = serde_json::from_str(limits)?;
    lockdown::limit_program(&limits)?;
    let writable = ["/work", "/.report", "/tmp"].map(Path::new);
    match lockdown::confine_program(&writable)?.missing() {
        Some(missing) => {
            Err(io::Error::new(io::ErrorKind::Unsupported, format!("this kernel does not offer {missing}")))
        }
        None => Ok(()),
    }
}
