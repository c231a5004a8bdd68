//! How is the machine's own interpreter put into namespaces of its own?
//!
//! bubblewrap shows it the system's programs read-only, an empty `/tmp` and the workspace, and nothing of the network,
//! the processes or the users around it. Inside, our own executable sets limits, Landlock and seccomp, and becomes the
//! interpreter.

use super::{cgroup::Cgroup, find_program, interpreter_of, program::Program};
use crate::{Job, SandboxSettings, child::CONFINED_FLAG, lockdown, workspace::Workspace};
use edgecoder_events::task::Language;
use std::{ffi::OsString, path::Path};
use tokio::process::Command;

/// What the interpreters need of the system; the rest of `/etc` holds names and secrets.
const READ_ONLY: &[&str] = &[
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/etc/ssl/openssl.cnf",
];
/// Room for temporary files, in bytes. It is memory.
const TMP_BYTES: &str = "33554432";
/// Where our own executable is inside.
const INNER_EXE: &str = "/.edgecoder";
pub const INNER_WORKSPACE: &str = "/work";
const INNER_CONTROL: &str = "/.control";
pub const INNER_REPORT: &str = "/.report";

/// What is missing for this mode.
pub fn check(language: Language) -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        return Err("the sandbox mode `process` is for Linux, choose `wasm`".into());
    }
    find_program("bwrap").ok_or("`bwrap` is missing, install bubblewrap with the system's packages")?;
    lockdown::check_available()?;
    // The kernel does not hold root to a number of processes.
    if rustix::process::geteuid().is_root() && !Cgroup::available() {
        return Err("root needs a writable cgroup to limit processes: run as an ordinary user or choose `wasm`".into());
    }
    interpreter_of(language).map(drop)
}

/// The whole command, from our own executable that enters the cgroup to the interpreter inside.
pub fn command(
    settings: &SandboxSettings,
    job: &Job,
    program: &Program<'_>,
    workspace: &Workspace,
    cgroup: Option<&Cgroup>,
) -> Result<Command, String> {
    let bwrap = find_program("bwrap").ok_or("`bwrap` is missing")?;
    let limits = serde_json::to_string(&job.limits).map_err(|error| error.to_string())?;
    let enter =
        serde_json::to_string(&cgroup.map(Cgroup::entrances).unwrap_or_default()).map_err(|error| error.to_string())?;
    let mut command = Command::new(&settings.child.exe);
    command.args(&settings.child.args).args([CONFINED_FLAG, "enter", &enter]).arg(bwrap);
    command.args(namespaces(&settings.child.exe, workspace.path(), program));
    command.arg(INNER_EXE).args(&settings.child.args).args([CONFINED_FLAG, "become", &limits]);
    command.arg(interpreter_of(job.language)?);
    command.args(program.arguments(Path::new(INNER_WORKSPACE), Path::new(INNER_CONTROL), Path::new(INNER_REPORT)));
    command.env_clear();
    Ok(command)
}

fn namespaces(exe: &Path, workspace: &Path, program: &Program<'_>) -> Vec<OsString> {
    let fixed = |texts: &[&str]| texts.iter().map(OsString::from).collect::<Vec<_>>();
    let mut args = fixed(&[
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--hostname",
        "sandbox",
        "--clearenv",
        "--setenv",
        "PATH",
        "/usr/local/bin:/usr/bin:/bin",
        "--setenv",
        "HOME",
        "/tmp",
        "--setenv",
        "LANG",
        "C.UTF-8",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--size",
        TMP_BYTES,
        "--tmpfs",
        "/tmp",
    ]);
    for path in READ_ONLY {
        args.extend(fixed(&["--ro-bind-try", path, path]));
    }
    let mut bind = |how: &str, outside: &Path, inside: &str| args.extend([how.into(), outside.into(), inside.into()]);
    bind("--ro-bind", exe, INNER_EXE);
    bind("--ro-bind", &program.control(), INNER_CONTROL);
    bind("--bind", &program.report(), INNER_REPORT);
    bind("--bind", workspace, INNER_WORKSPACE);
    args.extend(fixed(&["--chdir", INNER_WORKSPACE, "--"]));
    args
}
